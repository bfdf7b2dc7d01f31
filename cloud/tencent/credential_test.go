package tencent_test

import (
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/tencent"
	"cloudsync/cloud/tencent/tencentfake"
	"cloudsync/resource"
)

func newProvider(s cloud.Settings) cloud.Provider { return tencent.Adapter().New(s) }

// A credential of another account would see none of the account's resources, and all
// of them would count as gone.
func TestACredentialOfAnotherAccount(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(1))
	s := settings(serve(t, tencentfake.New(c)))
	s.AccountID = "200007654321"
	for kind := range kinds {
		_, err := newProvider(s).List(t.Context(), scopeOf(kind), "")
		require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
		require.ErrorContains(t, err, accountID)
		require.ErrorContains(t, err, "200007654321")
	}
	require.Equal(t, map[string]int{"GetCallerIdentity": len(kinds)}, actionsOf(c))
}

// An answer that names no account is no proof of one.
func TestIdentityOfNobody(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"Response":{}}`, `{"Response":{"AccountId":""}}`, `{"Response":{"AccountId":null}}`, `{"Response":{"AccountId":100001234567}}`} {
		c := newCloud(filled(1))
		c.Record("GetCallerIdentity", []byte(body))
		_, err := enterAll(t, c).Regions(t.Context())
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), body)
	}
}

func TestAnExpiredCredential(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(1))
	c.Update(func(accounts []*fake.Account) { accounts[0].Expired = true })
	for kind := range kinds {
		_, err := enter(t, c).List(t.Context(), scopeOf(kind), "")
		require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
		require.ErrorContains(t, err, "AuthFailure.TokenFailure")
	}
}

// Files of a credential may be replaced while the program runs.
func TestACredentialInFiles(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(1))
	s := settings(serve(t, tencentfake.New(c)))
	id, key := filepath.Join(t.TempDir(), "id"), filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(id, []byte("AKIDold\n"), 0o600))
	require.NoError(t, os.WriteFile(key, []byte(secretKey+"\n"), 0o600))
	s.Credential = cloud.Credential{ID: cloud.SecretFile(id), Key: cloud.SecretFile(key)}
	client := newProvider(s)

	_, err := client.List(t.Context(), scopeOf(resource.HostKind), "")
	require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
	require.NoError(t, os.WriteFile(id, []byte(secretID+"\n"), 0o600))
	_, err = client.List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	require.NoError(t, os.Remove(key))
	_, err = client.List(t.Context(), scopeOf(resource.HostKind), "")
	require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
	require.ErrorContains(t, err, key)
}

// heard keeps the headers of the requests.
type heard struct {
	http.Handler
	mu      sync.Mutex
	headers []http.Header
}

func (h *heard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.headers = append(h.headers, r.Header.Clone())
	h.mu.Unlock()
	h.Handler.ServeHTTP(w, r)
}

func TestTheSessionToken(t *testing.T) {
	t.Parallel()
	server := &heard{Handler: tencentfake.New(newCloud(filled(1)))}
	s := settings(serve(t, server))
	s.Credential.Token = cloud.SecretText("the-token")
	for kind := range kinds {
		_, err := newProvider(s).List(t.Context(), scopeOf(kind), "")
		require.NoError(t, err)
	}
	for _, header := range server.headers {
		require.Equal(t, "the-token", header.Get("X-TC-Token"))
		require.NotContains(t, header.Get("Authorization"), secretKey)
		require.Contains(t, header.Get("Authorization"), "TC3-HMAC-SHA256 Credential="+secretID+"/")
	}
}

// With no keys, the SDK's default chain is asked: the environment first.
func TestTheDefaultChain(t *testing.T) {
	t.Setenv("TENCENTCLOUD_SECRET_ID", secretID)
	t.Setenv("TENCENTCLOUD_SECRET_KEY", secretKey)
	s := settings(serve(t, tencentfake.New(newCloud(filled(1)))))
	s.Credential = cloud.Credential{}
	client := newProvider(s)
	require.Len(t, list(t, client, resource.HostKind), 1)
	t.Setenv("TENCENTCLOUD_SECRET_KEY", "")
	for client, class := range map[cloud.Provider]cloud.Class{client: cloud.Unavailable, newProvider(s): cloud.InvalidCredential} {
		_, err := client.List(t.Context(), scopeOf(resource.HostKind), "")
		require.Equal(t, class, cloud.ClassOf(err), "where it gave keys before, it fails for the moment")
		require.ErrorContains(t, err, "TENCENTCLOUD_SECRET_KEY")
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*cloud.Settings){
		"a role":               func(s *cloud.Settings) { s.Credential.RoleARN = "qcs::cam::uin/1:roleName/r" },
		"no scheme":            func(s *cloud.Settings) { s.Endpoint = "tencentcloudapi.com" },
		"another scheme":       func(s *cloud.Settings) { s.Endpoint = "ftp://tencentcloudapi.com" },
		"keys in the open":     func(s *cloud.Settings) { s.Endpoint = "http://tencentcloudapi.com" },
		"an endpoint of signs": func(s *cloud.Settings) { s.Endpoint = "https://%zz" },
	} {
		s := settings("http://127.0.0.1:1")
		change(&s)
		_, err := newProvider(s).List(t.Context(), scopeOf(resource.HostKind), "")
		require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err), name)
		requireShowsNothing(t, err.Error())
	}
}

// {product} and {region} lead to the servers of a private cloud.
func TestEndpointsOfProductsAndRegions(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	paths := map[string]bool{}
	api := tencentfake.New(newCloud(filled(1)))
	s := settings(serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		paths[r.URL.Path] = true
		mu.Unlock()
		api.ServeHTTP(w, r)
	})) + "/{product}/{region}/")
	client := newProvider(s)
	for kind := range kinds {
		list(t, client, kind)
	}
	require.Equal(t, map[string]bool{
		"/sts/ap-guangzhou": true, "/cvm/ap-beijing": true, "/cbs/ap-beijing": true, "/cdb/ap-beijing": true, "/clb/ap-beijing": true, "/postgres/ap-beijing": true, "/cynosdb/ap-beijing": true, "/mongodb/ap-beijing": true, "/redis/ap-beijing": true, "/vpc/ap-beijing": true, "/tke/ap-beijing": true, "/ssl/ap-beijing": true,
	}, paths)
}
