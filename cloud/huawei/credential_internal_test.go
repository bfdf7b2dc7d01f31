package huawei

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/global"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/provider"
	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// link is a link of the default chain, which fails while it has an error.
type link struct {
	found auth.ICredential
	err   error
	asked int
}

func (l *link) GetCredentials() (auth.ICredential, error) {
	l.asked++
	return l.found, l.err
}

func (l *link) give(t *testing.T, key string) {
	t.Helper()
	keys, err := basic.NewCredentialsBuilder().WithAk("AK").WithSk(key).SafeBuild()
	require.NoError(t, err)
	l.found, l.err = keys, nil
}

// The whole account is left out of a run for an invalid credential, so that one that was
// good before is not called that for a moment's failure.
func TestTheDefaultChainThatFailsForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		profile := &link{}
		c := newChain(&adapter.Calls{}, profile)
		requireKey := func(key string) {
			keys, err := c.Get(t.Context())
			require.NoError(t, err)
			require.Equal(t, adapter.Keys{ID: "AK", Key: key}, keys)
		}
		profile.give(t, "SK")
		requireKey("SK")

		profile.err = errors.New("no such file")
		<-time.After(chainFresh)
		requireKey("SK")
		requireKey("SK")
		require.Equal(t, 2, profile.asked, "it is not looked for with each call")

		profile.give(t, "next")
		<-time.After(chainFresh)
		requireKey("next")

		profile.err = errors.New("no such file")
		<-time.After(1000 * time.Hour)
		requireKey("next")
	})
}

// withProfile has the default chain come to a profile. The environment is the process's:
// its tests are not parallel.
func withProfile(t *testing.T, text string) {
	t.Helper()
	profile := filepath.Join(t.TempDir(), "credentials")
	require.NoError(t, os.WriteFile(profile, []byte(text), 0o600))
	t.Setenv("HUAWEICLOUD_SDK_AK", "")
	t.Setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", profile)
}

// The SDK quotes the line of a profile that it cannot read.
func TestAProfileIsNotQuoted(t *testing.T) {
	withProfile(t, "[basic]\nak = AK\nsk PlantedSecretKey\n")
	_, err := newChain(&adapter.Calls{}, provider.BasicCredentialProfileProvider()).Get(t.Context())
	var none *adapter.NoCredential
	require.ErrorAs(t, err, &none)
	require.Equal(t, cloud.InvalidCredential, none.Class())
	require.ErrorContains(t, none.Err, "Planted")
	require.EqualError(t, err, (&adapter.NoCredential{}).Error())
}

func TestACredentialThatIsOfNoProject(t *testing.T) {
	t.Parallel()
	_, err := newChain(&adapter.Calls{}, &link{found: &global.Credentials{}}).Get(t.Context())
	require.ErrorContains(t, err, "of the form *auth.GlobalCredentials, which cannot sign requests in projects")
}

// renewing is a server that renews keys, or answers with a status and a body.
type renewing struct {
	status int
	body   string
}

func (i *renewing) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("X-Subject-Token", "token")
	w.Header().Set("X-Request-Id", "1")
	w.WriteHeader(i.status)
	_, _ = w.Write([]byte(i.body))
}

// temporaryKeys has the default chain come to keys that the server renews, and gives an
// account with it.
func temporaryKeys(t *testing.T, server *renewing) (account cloud.Provider, calls func() *adapter.Calls) {
	t.Helper()
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("PlantedToken"), 0o600))
	withProfile(t, "[basic]\nidp_id = idp\nid_token_file = "+token+"\niam_endpoint = "+listening.URL+"\n")
	spied := Adapter()
	var made *adapter.Calls
	spied.Open = func(account adapter.Account) (adapter.Session, error) {
		made = account.Calls
		return open(account)
	}
	settings := cloud.Settings{Provider: "huawei", Name: "prod", AccountID: "a", Endpoint: listening.URL, RequestsPerSecond: 1000}
	return spied.New(settings), func() *adapter.Calls { return made }
}

// What IAM answers may repeat the token that it was sent.
func TestAnAnswerToTheRenewalIsNotQuoted(t *testing.T) {
	server := &renewing{}
	account, _ := temporaryKeys(t, server)
	body := `{"error":{"code":"X.1","message":"PlantedToken"}}`
	for _, test := range []struct {
		status int
		body   string
		want   cloud.Class
	}{
		{http.StatusUnauthorized, body, cloud.InvalidCredential},
		{http.StatusServiceUnavailable, body, cloud.Unavailable},
		{http.StatusOK, "PlantedToken", cloud.BadAnswer},
	} {
		server.status, server.body = test.status, test.body
		_, err := account.Regions(t.Context())
		require.Equal(t, test.want, cloud.ClassOf(err), "%v", err)
		require.ErrorContains(t, err, "the temporary keys cannot be renewed")
		require.NotContains(t, err.Error(), "Planted")
	}
}

// Where keys were renewed before, it is no more than a moment's failure that they are not.
func TestTemporaryKeysAreNotKeptForEver(t *testing.T) {
	server := &renewing{http.StatusCreated, `{"token":{"expires_at":"2099"},"credential":{"access":"AK","secret":"SK","securitytoken":"token","expires_at":"2099-01-02T03:04:05Z"}}`}
	account, calls := temporaryKeys(t, server)
	_, err := account.Regions(t.Context())
	require.Error(t, err, "the server is no cloud")
	links := provider.BasicCredentialProfileProvider()
	found, err := find(calls(), links)
	require.NoError(t, err)
	require.Equal(t, adapter.Found[adapter.Keys]{
		Credential: adapter.Keys{ID: "AK", Key: "SK", Token: "token"}, Fresh: chainFresh, Kept: temporaryKept,
	}, found)

	server.status, server.body = http.StatusUnauthorized, `{"error":{"code":"X.1","message":"PlantedToken"}}`
	_, err = newChain(calls(), links).Get(t.Context())
	var none *adapter.NoCredential
	require.ErrorAs(t, err, &none)
	none.GaveBefore = true
	require.Equal(t, cloud.Unavailable, none.Class())
	require.NotContains(t, none.Error(), "Planted")
	require.ErrorContains(t, none, "the temporary keys cannot be renewed: HTTP status 401 X.1")
}
