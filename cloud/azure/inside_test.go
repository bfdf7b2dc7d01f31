package azure

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// A machine's metadata answers 404 and 410 for a while; an authority's refusal stands.
func TestClassesOfTheChainsAnswers(t *testing.T) {
	t.Parallel()
	for status, class := range map[int]cloud.Class{
		http.StatusNotFound: cloud.Unavailable, http.StatusGone: cloud.Unavailable, http.StatusTooManyRequests: cloud.Throttled,
		http.StatusBadRequest: cloud.InvalidCredential, http.StatusUnauthorized: cloud.InvalidCredential,
		http.StatusInternalServerError: cloud.Unavailable,
	} {
		require.Equal(t, class, (&refusedToken{status: status, ofChain: true}).Class(), status)
	}
	require.Equal(t, cloud.InvalidCredential, (&refusedToken{status: http.StatusNotFound}).Class(), "of an unknown tenant")
}

// updating is a machine's metadata that is being updated when it is first asked.
type updating struct{ asked int }

func (u *updating) Do(*http.Request) (*http.Response, error) {
	u.asked++
	answer := &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}, Body: http.NoBody}
	if u.asked > 1 {
		answer.StatusCode = http.StatusOK
		answer.Body = io.NopCloser(strings.NewReader(`{"access_token":"t","expires_in":"3600","resource":"r","token_type":"Bearer"}`))
	}
	return answer, nil
}

func TestMetadataThatIsBeingUpdatedIsAskedAgain(t *testing.T) {
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
	synctest.Test(t, func(t *testing.T) {
		metadata := &updating{}
		source, err := credentialOf(adapter.Account{}, policy.ClientOptions{Transport: metadata, Retry: policy.RetryOptions{MaxRetries: -1}})
		require.NoError(t, err)
		token, err := source.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"r/.default"}})
		require.NoError(t, err)
		require.Equal(t, "t", token.Token)
		require.Equal(t, 2, metadata.asked)
	})
}
