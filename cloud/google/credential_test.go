package google_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/google/googlefake"
)

// serviceAccount is the document of a key, as the console gives one.
func serviceAccount(t *testing.T, base, email string) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	document, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "the-project-of-the-account", "private_key_id": "planted-key-id", "client_email": email, "token_uri": base + "/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	require.NoError(t, err)
	return string(document)
}

func base(settings cloud.Settings) string { return strings.TrimSuffix(settings.Endpoint, "/{product}") }

// A service account's key signs for a token. That the account was made in another project is
// no matter. A file that is replaced counts at once.
func TestAKeyInAFile(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Update(func(accounts []*fake.Account) { accounts[0].KeyID = "sync@iam.example" })
	file := filepath.Join(t.TempDir(), "key.json")
	require.NoError(t, os.WriteFile(file, []byte(serviceAccount(t, base(settings), "sync@iam.example")), 0o600))
	settings.Credential.Key = cloud.SecretDocument(file)
	provider := open(settings)
	require.Len(t, listAll(t, provider, hostScope), 2)
	require.NoError(t, os.WriteFile(file, []byte(serviceAccount(t, base(settings), "stranger@iam.example")), 0o600))
	_, err := provider.List(t.Context(), hostScope, "")
	requireClass(t, cloud.InvalidCredential, err)
	require.ErrorContains(t, err, "invalid_grant: Invalid grant: account not found for stranger@iam.example")
	requireClean(t, err)
}

// Without a file of its own, an account has the default chain: here a file that the environment
// names.
func TestTheDefaultChain(t *testing.T) {
	c, settings := setup(t)
	file := filepath.Join(t.TempDir(), "adc.json")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
	settings.Credential = cloud.Credential{}
	_, err := open(settings).List(t.Context(), hostScope, "")
	requireClass(t, cloud.InvalidCredential, err)
	require.ErrorContains(t, err, "the default chain has none")
	require.NoError(t, os.WriteFile(file, []byte(googlefake.User(base(settings), keyID, secret)), 0o600))
	require.Len(t, listAll(t, open(settings), hostScope), 2)
	c.Break(fake.Fault{Action: "token", Verdict: fake.ServerError})
	_, err = open(settings).List(t.Context(), hostScope, "")
	requireClass(t, cloud.Unavailable, err)
	require.ErrorContains(t, err, "status 503: internal_failure: Backend error.")
	requireClean(t, err)
}

// A user's credential names the project whose quota it uses.
func TestTheQuotaProject(t *testing.T) {
	t.Parallel()
	c := &fake.Cloud{}
	c.Add(account())
	healthy, others := googlefake.New(c), atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		names := r.Header.Get("X-Goog-User-Project") == "quota-project" && r.Header.Get("User-Agent") == "cloudsync (gzip)"
		if !names && r.URL.Path != "/token" {
			others.Add(1)
		}
		healthy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	listAll(t, open(settingsFor(server.URL)), hostScope)
	require.Zero(t, others.Load())
}

// An authorization server that echoes the form that it was sent has the client's secret in it.
func TestTheAuthorityEchoesTheSecret(t *testing.T) {
	t.Parallel()
	for _, echo := range []string{secret, "client_secret=" + secret, `refresh_token":"planted-refresh-token-of-` + keyID} {
		c, settings := setup(t)
		answer, err := json.Marshal(map[string]string{"error": "invalid_client", "error_description": "bad request: " + echo})
		require.NoError(t, err)
		c.Break(fake.Fault{Action: "token", Status: http.StatusBadRequest, Body: string(answer)})
		_, err = open(settings).List(t.Context(), hostScope, "")
		requireClass(t, cloud.InvalidCredential, err)
		require.ErrorContains(t, err, "[secret]")
		requireClean(t, err)
	}
}
