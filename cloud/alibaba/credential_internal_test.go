package alibaba

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aliyun/credentials-go/credentials"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/semaphore"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// found is a credential that the library found, as ask says.
type found struct {
	credentials.Credential
	ask func() (*credentials.CredentialModel, error)
}

func (f found) GetCredential() (*credentials.CredentialModel, error) { return f.ask() }

func chainOf(ask func() (*credentials.CredentialModel, error)) *chain {
	return &chain{doing: "alibaba/prod: find a credential", one: semaphore.NewWeighted(1), found: found{ask: ask}}
}

// The library waits for the machine's metadata with a clock of its own; who asks does
// not.
func TestTheDefaultChainEndsWithItsContext(t *testing.T) {
	t.Parallel()
	key, answer := "a key", make(chan struct{})
	c := chainOf(func() (*credentials.CredentialModel, error) {
		<-answer
		return &credentials.CredentialModel{AccessKeyId: &key, AccessKeySecret: &key, SecurityToken: &key}, nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 { // the first waits for the answer, the second for the first
		_, err := c.keys(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
	}
	close(answer)
	keys, err := c.keys(t.Context())
	require.NoError(t, err)
	require.Equal(t, adapter.Keys{ID: key, Key: key, Token: key}, keys)
}

// A chain that has failed is searched anew: the library would ask its last link alone.
func TestTheDefaultChainAfterAFailure(t *testing.T) {
	t.Parallel()
	for _, answer := range []func() (*credentials.CredentialModel, error){
		func() (*credentials.CredentialModel, error) { return nil, errors.New("no role here") },
		func() (*credentials.CredentialModel, error) { return &credentials.CredentialModel{}, nil },
	} {
		c := chainOf(answer)
		_, err := c.keys(t.Context())
		require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
		require.ErrorContains(t, err, "alibaba/prod: find a credential")
	}
	c := chainOf(func() (*credentials.CredentialModel, error) { return nil, errors.New("no role here") })
	_, err := c.keys(t.Context())
	require.Error(t, err)
	require.Nil(t, c.found)
}

// The library's words, and those of its panics, may have keys in them.
func TestTheDefaultChainIsNotQuoted(t *testing.T) {
	t.Parallel()
	for _, answer := range []func() (*credentials.CredentialModel, error){
		func() (*credentials.CredentialModel, error) {
			return nil, errors.New("get credentials failed: AccessKeySecret: planted-secret, SecurityToken: planted-token")
		},
		func() (*credentials.CredentialModel, error) { panic("planted-secret") },
	} {
		_, err := chainOf(answer).keys(t.Context())
		require.EqualError(t, err, "alibaba/prod: find a credential: invalid_credential: "+errNoKeys.Error())
		require.NotContains(t, fmt.Sprintf("%+v %#v", err, err), "planted")
	}
}

// The keys' URI answers without Expiration, which the library quotes whole. Not
// parallel: the environment is the process's.
func TestTheKeysOfAURIAreNotQuoted(t *testing.T) {
	for _, answer := range []string{`{"AccessKeyId":"LTAI","AccessKeySecret":"planted-secret","SecurityToken":"planted-token"}`, `null`, `planted-secret`} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }))
		t.Cleanup(server.Close)
		t.Setenv("HOME", t.TempDir())
		t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
		t.Setenv("ALIBABA_CLOUD_CREDENTIALS_URI", server.URL)
		_, err := chainOf(nil).fresh().keys(t.Context())
		require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
		require.NotContains(t, err.Error(), "planted")
	}
}

// fresh is a chain that has found nothing yet.
func (c *chain) fresh() *chain {
	c.found = nil
	return c
}

// The whole account is left out of a run for an invalid credential, so that one that
// was good before is not called that for a moment's failure.
func TestTheDefaultChainThatFailsForAMoment(t *testing.T) {
	t.Parallel()
	key, failing := "a key", false
	answer := found{ask: func() (*credentials.CredentialModel, error) {
		if failing {
			return nil, errors.New("connection refused")
		}
		return &credentials.CredentialModel{AccessKeyId: &key, AccessKeySecret: &key}, nil
	}}
	c := chainOf(answer.ask)
	_, err := c.keys(t.Context())
	require.NoError(t, err)
	failing = true
	_, err = c.keys(t.Context())
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
	failing, c.found = false, answer
	_, err = c.keys(t.Context())
	require.NoError(t, err)
}
