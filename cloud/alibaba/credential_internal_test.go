package alibaba

import (
	"context"
	"errors"
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
