package huawei_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/huawei"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/resource"
)

// Regions are the names of enabled projects: not MOS, and not those made in a region.
func TestRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Update(func(accounts []*fake.Account) {
		accounts[0].Regions = append(accounts[0].Regions, &fake.Region{Name: "la-south-2"}, &fake.Region{Name: "af-south-1"}, &fake.Region{Name: "eu-west-101", Disabled: true})
	})
	regions, err := w.open().Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"af-south-1", beijing, "la-south-2"}, regions)

	w.settings.Regions = []string{beijing}
	regions, err = w.open().Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{beijing}, regions, "as configured")
}

// A region without a project of its own cannot be listed, and is not empty: what is
// left out of the configuration deletes nothing (cloudquery #5456, #12527).
func TestRegionsWithoutAProject(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	w.Update(func(accounts []*fake.Account) {
		accounts[0].Regions = append(accounts[0].Regions, &fake.Region{Name: "la-south-2", Disabled: true})
	})
	for _, region := range []string{"la-south-2", "sa-brazil-1", beijing + "_team", ""} {
		for _, of := range kinds {
			scope := scopeOf(of.kind)
			scope.Region = region
			_, err := w.open().List(t.Context(), scope, "")
			classed(t, cloud.RegionDisabled, err)
			_, err = w.open().Lookup(t.Context(), scope, []string{uuid('h', 1)})
			classed(t, cloud.RegionDisabled, err)
		}
	}
}

func TestARegionThatDeniesIsNotEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{Denied: true})
	for _, of := range kinds {
		page, err := w.open().List(t.Context(), scopeOf(of.kind), "")
		classed(t, cloud.Denied, err)
		require.Empty(t, page)
	}
}

// A credential of another account would see none of the account's resources.
func TestCredentialOfAnotherAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	w.settings.AccountID = "another"
	_, err := w.open().List(t.Context(), scopeOf(resource.HostKind), "")
	classed(t, cloud.InvalidCredential, err)
	require.ErrorContains(t, err, domain)
	require.ErrorContains(t, err, "another")
	require.Zero(t, w.count("ListServersDetails"))
}

func TestInvalidCredentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	for name, credential := range map[string]cloud.Credential{
		"unknown":           {ID: cloud.SecretText("AKUNKNOWN"), Key: cloud.SecretText(secret)},
		"without a key":     {ID: cloud.SecretText("AKOFTHETESTS")},
		"without an id":     {Key: cloud.SecretText(secret)},
		"in a missing file": {ID: cloud.SecretFile("/does/not/exist"), Key: cloud.SecretText(secret)},
	} {
		w.settings.Credential = credential
		_, err := w.open().Regions(t.Context())
		require.Error(t, err, name)
		classed(t, cloud.InvalidCredential, err)
	}
	w = newWorld(t, all())
	client := w.open()
	list(t, client, resource.HostKind)
	w.Update(func(accounts []*fake.Account) { accounts[0].Expired = true })
	_, err := client.List(t.Context(), scopeOf(resource.HostKind), "")
	classed(t, cloud.InvalidCredential, err)
}

// Keys in files may be exchanged while the program runs.
func TestCredentialByFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	id, key := filepath.Join(t.TempDir(), "id"), filepath.Join(t.TempDir(), "key")
	write := func(path, text string) { require.NoError(t, os.WriteFile(path, []byte(text+"\n"), 0o600)) }
	write(id, "AKOFTHETESTS")
	write(key, secret)
	w.settings.Credential = cloud.Credential{ID: cloud.SecretFile(id), Key: cloud.SecretFile(key)}
	client := w.open()
	list(t, client, resource.HostKind)
	w.Update(func(accounts []*fake.Account) { accounts[0].KeyID = "AKOFTHENEXT" })
	_, err := client.List(t.Context(), scopeOf(resource.HostKind), "")
	classed(t, cloud.InvalidCredential, err)
	write(id, "AKOFTHENEXT")
	list(t, client, resource.HostKind)
}

// Requests of a project name it, and those with temporary keys have their token. The
// project's id is given to the SDK, which would ask for it otherwise.
func TestRequestsAreSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	var mu sync.Mutex
	var seen []http.Header
	server := huaweifake.New(w.Cloud)
	spy := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.Header.Clone())
		mu.Unlock()
		server.ServeHTTP(out, r)
	}))
	t.Cleanup(spy.Close)
	w.settings.Endpoint = spy.URL
	w.settings.Credential.Token = cloud.SecretText("TheSessionToken")
	requests := 0
	for _, of := range kinds {
		list(t, w.open(), of.kind)
		requests += 2 + len(of.others) + len(of.joined)
	}
	require.Len(t, w.Requests(), requests, "an identity and a page for each, and what it is joined with")
	for _, header := range seen {
		require.Equal(t, "TheSessionToken", header.Get("X-Security-Token"))
		require.Contains(t, header.Get("Authorization"), "SDK-HMAC-SHA256 Access=AKOFTHETESTS")
	}
	require.Equal(t, huaweifake.ProjectID(domain, beijing), seen[1].Get("X-Project-Id"))
}

func TestTheTokenIsInNoError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	w.settings.Credential.Token = cloud.SecretText("TheSessionToken")
	w.Break(fake.Fault{Action: "ListVolumes", Status: http.StatusForbidden, Body: `{"error":{"code":"X.1","message":"TheSessionToken ` + secret + ` may not"}}`})
	_, err := w.open().List(t.Context(), scopeOf(resource.DiskKind), "")
	classed(t, cloud.Denied, err)
	require.NotContains(t, err.Error(), "TheSessionToken")
	require.ErrorContains(t, err, "[secret]")
}

// Regions without a number in their names are such, too.
func TestARegionWithoutANumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Update(func(accounts []*fake.Account) { accounts[0].Regions = []*fake.Region{{Name: "eu-de"}} })
	regions, err := w.open().Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"eu-de"}, regions)
}

// An account without a region would be synced to nothing, without a fault.
func TestNoRegionIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, region := range []*fake.Region{{Name: beijing, Disabled: true}, {Name: "Beijing4"}} {
		w := newWorld(t, fake.Region{})
		w.Update(func(accounts []*fake.Account) { accounts[0].Regions = []*fake.Region{region} })
		_, err := w.open().Regions(t.Context())
		classed(t, cloud.BadAnswer, err)
		require.ErrorContains(t, err, "no enabled project has the name of a region")
	}
}

func TestAnswersAboutProjectsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"none":           `{"projects":[]}`,
		"no list":        `{}`,
		"no document":    ``,
		"null":           `null`,
		"two accounts":   `{"projects":[{"name":"cn-north-4","id":"p","domain_id":"a","enabled":true},{"name":"cn-north-1","id":"q","domain_id":"b","enabled":true}]}`,
		"no account":     `{"projects":[{"name":"cn-north-4","id":"p","enabled":true}]}`,
		"without an id":  `{"projects":[{"name":"cn-north-4","domain_id":"` + domain + `","enabled":true}]}`,
		"another's type": `{"projects":"all"}`,
	} {
		w := newWorld(t, all())
		w.Record("KeystoneListProjects", []byte(body))
		_, err := w.open().Regions(t.Context())
		require.Error(t, err, name)
		classed(t, cloud.BadAnswer, err)
	}
	for verdict, want := range map[fake.Verdict]cloud.Class{fake.Denied: cloud.Denied, fake.Throttled: cloud.Throttled, fake.ServerError: cloud.Unavailable, fake.InvalidCredential: cloud.InvalidCredential} {
		w := newWorld(t, all())
		w.Break(fake.Fault{Action: "KeystoneListProjects", Verdict: verdict})
		_, err := w.open().Regions(t.Context())
		classed(t, want, err)
	}
}

// With no keys, the SDK's own chain is used: here its environment, which all tests
// share, so that this one runs alone.
func TestDefaultChain(t *testing.T) {
	w := newWorld(t, all())
	w.settings.Credential = cloud.Credential{}
	t.Setenv("HUAWEICLOUD_SDK_AK", "AKOFTHETESTS")
	t.Setenv("HUAWEICLOUD_SDK_SK", secret)
	client := w.open()
	require.Len(t, rowsOf(list(t, client, resource.HostKind)), 3)
	var all sync.WaitGroup
	for range 8 { // the SDK changes a credential as it is used
		all.Go(func() {
			_, err := client.List(t.Context(), scopeOf(resource.DiskKind), "")
			require.NoError(t, err)
		})
	}
	all.Wait()
}

// A profile is the chain's next link.
func TestDefaultChainWithAProfile(t *testing.T) {
	w := newWorld(t, all())
	w.settings.Credential = cloud.Credential{}
	profile := filepath.Join(t.TempDir(), "credentials")
	require.NoError(t, os.WriteFile(profile, []byte("[basic]\nak = AKOFTHETESTS\nsk = "+secret+"\n"), 0o600))
	t.Setenv("HUAWEICLOUD_SDK_AK", "")
	t.Setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", profile)
	client := w.open()
	require.Len(t, rowsOf(list(t, client, resource.HostKind)), 3)

	w.Break(fake.Fault{Action: "ListVpcs", Status: http.StatusForbidden, Body: `{"error":{"code":"X.1","message":"` + secret + ` may not"}}`})
	_, err := client.List(t.Context(), scopeOf(resource.VPCKind), "")
	classed(t, cloud.Denied, err)
	require.ErrorContains(t, err, "[secret] may not", "keys of the chain are secrets, too")
}

// The links of the chain that ask for temporary keys end with the call that needs them.
func TestDefaultChainEndsWithItsContext(t *testing.T) {
	w := newWorld(t, all())
	w.settings.Credential = cloud.Credential{}
	dir := t.TempDir()
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // who does not read is not told that the caller left
		<-r.Context().Done()
	}))
	t.Cleanup(func() {
		slow.CloseClientConnections() // the search goes on beside those who left
		slow.Close()
	})
	token, profile := filepath.Join(dir, "token"), filepath.Join(dir, "credentials")
	require.NoError(t, os.WriteFile(token, []byte("TheIDToken"), 0o600))
	require.NoError(t, os.WriteFile(profile, []byte("[basic]\nidp_id = idp\nid_token_file = "+token+"\niam_endpoint = "+slow.URL+"\n"), 0o600))
	t.Setenv("HUAWEICLOUD_SDK_AK", "")
	t.Setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", profile)
	client := w.open()
	for range 2 {
		began := time.Now()
		_, err := client.Regions(within(t, 100*time.Millisecond))
		classed(t, cloud.Timeout, err)
		require.NotContains(t, err.Error(), "TheIDToken")
		require.Less(t, time.Since(began), 20*time.Second)
	}
	require.Empty(t, w.Requests())
}

// TLS is verified but for this machine, where a test's certificate is.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	server := httptest.NewTLSServer(huaweifake.New(w.Cloud))
	t.Cleanup(server.Close)
	w.settings.Endpoint = server.URL + "/"
	list(t, w.open(), resource.HostKind)

	w.settings.Endpoint = "http://127.0.0.1:1"
	_, err := w.open().Regions(within(t, 30*time.Second))
	classed(t, cloud.Unavailable, err)
}

func TestAdapterNamesItsProvider(t *testing.T) {
	t.Parallel()
	require.Equal(t, "huawei", huawei.Adapter().Provider)
	require.Positive(t, huawei.Adapter().RequestsPerSecond)
}
