package huawei

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// withProfile is an account with the default chain, which comes to a profile. The
// environment is the process's: its tests are not parallel.
func withProfile(t *testing.T, text string) (ring *keyring, profile string) {
	t.Helper()
	profile = filepath.Join(t.TempDir(), "credentials")
	require.NoError(t, os.WriteFile(profile, []byte(text), 0o600))
	t.Setenv("HUAWEICLOUD_SDK_AK", "")
	t.Setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", profile)
	ring, err := newKeyring(adapter.Account{Settings: cloud.Settings{Provider: "huawei", Name: "prod"}})
	require.NoError(t, err)
	return ring, profile
}

// The whole account is left out of a run for an invalid credential, so that one that was
// good before is not called that for a moment's failure.
func TestTheDefaultChainThatFailsForAMoment(t *testing.T) {
	ring, profile := withProfile(t, "[basic]\nak = AK\nsk = SK\n")
	keys, err := ring.fromChain(t.Context(), config.DefaultHttpConfig())
	require.NoError(t, err)
	require.Equal(t, adapter.Keys{ID: "AK", Key: "SK"}, keys)

	require.NoError(t, os.Remove(profile))
	ring.looked = time.Now().Add(-chainFor)
	kept, err := ring.fromChain(t.Context(), config.DefaultHttpConfig())
	require.NoError(t, err)
	require.Equal(t, keys, kept)
	require.Less(t, time.Since(ring.looked), chainFor, "it is not looked for with each call")

	require.NoError(t, os.WriteFile(profile, []byte("[basic]\nak = AK\nsk = next\n"), 0o600))
	ring.looked = time.Now().Add(-chainFor)
	keys, err = ring.fromChain(t.Context(), config.DefaultHttpConfig())
	require.NoError(t, err)
	require.Equal(t, "next", keys.Key)

	ring.chain = nil
	require.NoError(t, os.Remove(profile))
	_, err = ring.fromChain(t.Context(), config.DefaultHttpConfig())
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
}

// The SDK quotes the line of a profile that it cannot read.
func TestAProfileIsNotQuoted(t *testing.T) {
	ring, _ := withProfile(t, "[basic]\nak = AK\nsk PlantedSecretKey\n")
	_, err := ring.fromChain(t.Context(), config.DefaultHttpConfig())
	require.EqualError(t, err, "huawei/prod: find a credential: invalid_credential: "+noKeys)
}

// What IAM answers may repeat the token that it was sent.
func TestAnAnswerToTheRenewalIsNotQuoted(t *testing.T) {
	status, body := http.StatusUnauthorized, `{"error":{"code":"X.1","message":"PlantedToken"}}`
	iam := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(iam.Close)
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("PlantedToken"), 0o600))
	ring, _ := withProfile(t, "[basic]\nidp_id = idp\nid_token_file = "+token+"\niam_endpoint = "+iam.URL+"\n")
	settings := cloud.Settings{Provider: "huawei", Name: "prod", AccountID: "a", Endpoint: iam.URL, RequestsPerSecond: 1000}
	client := Adapter().New(settings)
	for _, test := range []struct {
		status int
		body   string
		want   cloud.Class
	}{
		{http.StatusUnauthorized, body, cloud.InvalidCredential},
		{http.StatusServiceUnavailable, body, cloud.Unavailable},
		{http.StatusOK, "PlantedToken", cloud.BadAnswer},
	} {
		status, body = test.status, test.body
		_, err := client.Regions(t.Context())
		require.Equal(t, test.want, cloud.ClassOf(err), "%v", err)
		require.ErrorContains(t, err, notRenewed)
		require.NotContains(t, err.Error(), "Planted")
	}
	ring.gave = true
	_, err := ring.fromChain(t.Context(), config.DefaultHttpConfig())
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
	require.NotContains(t, err.Error(), "Planted")
}
