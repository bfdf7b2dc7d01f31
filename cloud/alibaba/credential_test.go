package alibaba_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/alibaba/alibabafake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

const otherAccount = "5123000000000001"

// withOther is a world with a second account, which has a host of its own.
func withOther(t *testing.T) *world {
	w := newWorld(t, everything())
	w.Add(&fake.Account{ID: otherAccount, KeyID: "LTAIother", Regions: []*fake.Region{manyHosts(1)}})
	return w
}

// A credential of another account would see none of this one's resources.
func TestACredentialOfAnotherAccount(t *testing.T) {
	t.Parallel()
	w := withOther(t)
	settings := w.settings()
	settings.Credential.ID = cloud.SecretText("LTAIother")
	page, err := adapterOf(settings).List(t.Context(), scopeOf(resource.HostKind), "")
	requireClass(t, cloud.InvalidCredential, page, err, "")
	require.ErrorContains(t, err, otherAccount)
	require.ErrorContains(t, err, accountID)
	require.Zero(t, w.asked("DescribeInstances"))
}

func TestAnIdentityThatMakesNoSense(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Record("GetCallerIdentity", []byte(`{"IdentityType":"RAMUser"}`))
	page, err := w.worker().List(t.Context(), scopeOf(resource.HostKind), "")
	requireClass(t, cloud.BadAnswer, page, err, "")
}

// cloudquery #13869: an account that is disabled is an error of its scopes.
func TestUnknownAndDisabledKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	settings := w.settings()
	settings.Credential.ID = cloud.SecretText("LTAInobody")
	page, err := adapterOf(settings).List(t.Context(), scopeOf(resource.HostKind), "")
	requireClass(t, cloud.InvalidCredential, page, err, "unknown")

	w.Update(func(accounts []*fake.Account) { accounts[0].Expired = true })
	page, err = w.worker().List(t.Context(), scopeOf(resource.HostKind), "")
	requireClass(t, cloud.InvalidCredential, page, err, "disabled")

	settings = w.settings()
	settings.Credential.Key = cloud.Secret{}
	page, err = adapterOf(settings).List(t.Context(), scopeOf(resource.HostKind), "")
	requireClass(t, cloud.InvalidCredential, page, err, "half of it")
}

// A file of a credential is read anew when it has changed.
func TestKeysInFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	path := filepath.Join(t.TempDir(), "id")
	write := func(id string) { require.NoError(t, os.WriteFile(path, []byte(id+"\n"), 0o600)) }
	settings := w.settings()
	settings.Credential.ID = cloud.SecretFile(path)
	client := adapterOf(settings)

	write("LTAIold")
	_, err := client.List(t.Context(), scopeOf(resource.HostKind), "")
	require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
	write(keyID)
	_, err = client.List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
}

// headers keeps those of the requests that a server gets.
type headers struct {
	http.Handler
	mu    sync.Mutex
	seen  []http.Header
	paths []string
}

func (h *headers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.seen, h.paths = append(h.seen, r.Header), append(h.paths, r.URL.Path)
	h.mu.Unlock()
	h.Handler.ServeHTTP(w, r)
}

func TestTheSecurityTokenIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	recorder := &headers{Handler: alibabafake.New(w.Cloud)}
	server := httptest.NewServer(recorder)
	t.Cleanup(server.Close)
	settings := w.settings()
	settings.Endpoint, settings.Credential.Token = server.URL+"/{product}/{region}/", cloud.SecretText("planted-token")
	_, err := adapterOf(settings).List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	require.Equal(t, []string{"/sts/cn-hangzhou/", "/ecs/cn-beijing/", "/ecs/cn-beijing/"}, recorder.paths)
	for _, header := range recorder.seen {
		require.Equal(t, "planted-token", header.Get("x-acs-security-token"))
		require.Contains(t, header.Get("Authorization"), "ACS3-HMAC-SHA256 Credential="+keyID+",")
	}
	w.Break(fake.Fault{Status: 400, Body: `{"Code":"MissingParameter","Message":"planted-token of planted-secret-key"}`})
	page, err := adapterOf(settings).List(t.Context(), scopeOf(resource.HostKind), "")
	requireClass(t, cloud.BadAnswer, page, err, "")
}

// A role is assumed once, at the configured endpoint, and its account is the one that
// counts.
func TestARoleOfAnotherAccount(t *testing.T) {
	t.Parallel()
	w := withOther(t)
	settings := w.settings()
	settings.AccountID, settings.Credential.RoleARN = otherAccount, "acs:ram::"+otherAccount+":role/inventory"
	client := adapterOf(settings)
	rows, _ := listAll(t, client, resource.HostKind)
	require.Len(t, rows, 1)
	listAll(t, client, resource.DiskKind)
	require.Equal(t, 1, w.asked("AssumeRole"))
	w.Break(fake.Fault{Action: "DescribeDisks", Status: 400, Body: `{"Code":"MissingParameter","Message":"token-of-LTAIother of secret-of-LTAIother"}`})
	_, err := client.List(t.Context(), scopeOf(resource.DiskKind), "")
	require.ErrorContains(t, err, "[secret] of [secret]", "the keys of a role are secrets, too")

	settings.Credential.RoleARN = "acs:ram::1:role/nobodys"
	page, err := adapterOf(settings).List(t.Context(), scopeOf(resource.HostKind), "")
	requireClass(t, cloud.InvalidCredential, page, err, "unknown role")
}

func TestARoleThatCannotBeHad(t *testing.T) {
	t.Parallel()
	settingsOf := func(w *world) cloud.Settings {
		settings := w.settings()
		settings.Credential.RoleARN = "acs:ram::" + accountID + ":role/inventory"
		return settings
	}
	for body, want := range map[string]cloud.Class{
		`{}`: cloud.BadAnswer,
		`{"Credentials":{"AccessKeyId":"STS.a","AccessKeySecret":"b","SecurityToken":"c","Expiration":"soon"}}`: cloud.BadAnswer,
		`{"Credentials":{"AccessKeyId":"STS.a","AccessKeySecret":"b","Expiration":"2999-01-01T00:00:00Z"}}`:     cloud.BadAnswer,
	} {
		w := newWorld(t, everything())
		w.Record("AssumeRole", []byte(body))
		page, err := adapterOf(settingsOf(w)).List(t.Context(), scopeOf(resource.HostKind), "")
		requireClass(t, want, page, err, body)
	}
	for fault, want := range map[fake.Verdict]cloud.Class{fake.Denied: cloud.Denied, fake.Throttled: cloud.Throttled, fake.ServerError: cloud.Unavailable} {
		w := newWorld(t, everything())
		w.Break(fake.Fault{Action: "AssumeRole", Verdict: fault})
		page, err := adapterOf(settingsOf(w)).List(t.Context(), scopeOf(resource.HostKind), "")
		requireClass(t, want, page, err, string(want))
	}
	w := newWorld(t, everything())
	w.Break(fake.Fault{Action: "AssumeRole", Delay: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	page, err := adapterOf(settingsOf(w)).List(ctx, scopeOf(resource.HostKind), "")
	requireClass(t, cloud.Timeout, page, err, "slow")
}

// A role's keys are renewed when they end; how long before that, adapter.Role decides.
func TestARoleIsAssumedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Record("AssumeRole", []byte(`{"Credentials":{"AccessKeyId":"STS.`+keyID+`","AccessKeySecret":"s","SecurityToken":"token-of-`+keyID+
		`","Expiration":"`+time.Now().UTC().Format(time.RFC3339)+`"}}`))
	settings := w.settings()
	settings.Credential.RoleARN = "acs:ram::" + accountID + ":role/inventory"
	client := adapterOf(settings)
	listAll(t, client, resource.DiskKind)
	before := w.asked("AssumeRole")
	listAll(t, client, resource.DiskKind)
	require.Equal(t, before+1, w.asked("AssumeRole"))
}

// Without keys, those of the environment are taken, with a role if there is one. Not
// parallel: the environment is the process's.
func TestTheDefaultChain(t *testing.T) {
	w := newWorld(t, everything())
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", keyID)
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secretKey)
	settings := w.settings()
	settings.Credential = cloud.Credential{}
	rows, _ := listAll(t, adapterOf(settings), resource.HostKind)
	require.Len(t, rows, 2)
	settings.Credential.RoleARN = "acs:ram::" + accountID + ":role/inventory"
	listAll(t, adapterOf(settings), resource.HostKind)
	require.Equal(t, 1, w.asked("AssumeRole"))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := adapterOf(settings).List(ctx, scopeOf(resource.HostKind), "")
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
}

// A chain that gives nothing is the account's failure, whatever was asked. Not parallel: the
// environment is the process's.
func TestADefaultChainWithoutKeys(t *testing.T) {
	for _, name := range []string{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_CREDENTIALS_URI"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
	w := newWorld(t, everything())
	settings := w.settings()
	settings.Credential = cloud.Credential{}
	for range 2 { // without a role, and with one
		page, err := adapterOf(settings).List(t.Context(), scopeOf(resource.HostKind), "")
		requireClass(t, cloud.InvalidCredential, page, err, settings.Credential.RoleARN)
		require.ErrorContains(t, err, "alibaba/prod: ")
		require.ErrorContains(t, err, "the default chain has none: check the environment, the profile or the role of the machine")
		var failure *cloud.Error
		require.ErrorAs(t, err, &failure)
		require.True(t, failure.OfAccount)
		settings.Credential.RoleARN = "acs:ram::" + accountID + ":role/inventory"
	}
	require.Empty(t, w.Requests())
}

// The SDK would tell the provider the user of the environment's proxy. Not parallel:
// the environment is the process's.
func TestTheUserOfTheProxyIsTheProxys(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://planted-user:planted-password@127.0.0.1:1")
	w := newWorld(t, everything())
	recorder := &headers{Handler: alibabafake.New(w.Cloud)}
	server := httptest.NewServer(recorder)
	t.Cleanup(server.Close)
	settings := w.settings()
	settings.Endpoint = server.URL
	_, err := adapterOf(settings).List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	require.NotEmpty(t, recorder.seen)
	for _, header := range recorder.seen {
		require.NotContains(t, header, "Proxy-Authorization")
	}
}
