package azure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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
		http.StatusInternalServerError: "", // that of the status
	} {
		for _, gaveBefore := range []bool{false, true} {
			require.Equal(t, class, (&tokenError{status: status, chain: true, gaveBefore: gaveBefore}).class(), status)
		}
	}
	require.Equal(t, cloud.InvalidCredential, (&tokenError{status: http.StatusNotFound}).class(), "of an unknown tenant")
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

// The timer of an old table leaves the one that took its place.
func TestATableOutlivesTheTimerOfTheOneBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		loads, table := 0, newShared[int]()
		get := func(user string, begins bool) int {
			got, err := table.get(t.Context(), user, begins, func(context.Context) (int, error) {
				loads++
				return loads, nil
			})
			require.NoError(t, err)
			return got.value
		}
		require.Equal(t, 1, get("first", true))
		<-time.After(keepFor - time.Minute)
		require.Equal(t, 2, get("second", true), "in the place of the old one")
		<-time.After(2 * time.Minute)
		require.Equal(t, 2, get("second", false))
		<-time.After(keepFor)
		synctest.Wait()
		require.Nil(t, table.newest, "it is given back in the end")
	})
}

func TestATableThatCannotBeLoadedIsKeptByNoTimer(t *testing.T) {
	t.Parallel()
	table := newShared[int]()
	_, err := table.get(t.Context(), "user", true, func(context.Context) (int, error) { return 0, errors.New("down") })
	require.ErrorContains(t, err, "down")
	require.Nil(t, table.newest)
}

// The cursor is the last id of a page. One that is odd, or lacking, would end the listing
// early, or be refused as a cursor each time.
func TestAPageEndsAtAnIDThatCanBeACursor(t *testing.T) {
	t.Parallel()
	const subscription = "11111111-2222-3333-4444-555555555555"
	all := newCensus[int]()
	for i := range 4 * pageRows {
		id := fmt.Sprintf("/subscriptions/%s/x/%06d", subscription, i)
		switch {
		case i < pageRows+100:
			id = ""
		case i%2 == 0:
			id += "?odd"
		case i > 3*pageRows:
			id = fmt.Sprintf("odd-%06d", i)
		}
		all.add("eastus", armID(id), i)
	}
	all.sort()
	links := links{base: &url.URL{}, subscription: subscription}
	seen := map[int]bool{}
	for cursor := ""; ; {
		page, next := all.after("eastus", cursor, links.isID)
		for _, one := range page {
			require.False(t, seen[one.row], "twice")
			seen[one.row] = true
		}
		if next == "" {
			break
		}
		require.True(t, links.isID(next), next)
		cursor = next
	}
	require.Len(t, seen, 4*pageRows)
}
