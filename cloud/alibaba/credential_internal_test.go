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

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// found is a credential that the library found, as ask says.
type found struct {
	credentials.Credential
	ask func() (*credentials.CredentialModel, error)
}

func (f found) GetCredential() (*credentials.CredentialModel, error) { return f.ask() }

// libraryOf has a credential that was found.
func libraryOf(ask func() (*credentials.CredentialModel, error)) *library {
	l := &library{}
	l.keep(ask)
	return l
}

func (l *library) keep(ask func() (*credentials.CredentialModel, error)) {
	var credential credentials.Credential = found{ask: ask}
	l.found.Store(&credential)
}

func chainOf(ask func() (*credentials.CredentialModel, error)) *adapter.Chain[adapter.Keys] {
	return newChain(libraryOf(ask))
}

// requireNone checks that a chain gives no keys. It returns all that is said of it.
func requireNone(t *testing.T, chain *adapter.Chain[adapter.Keys], want cloud.Class) string {
	t.Helper()
	keys, err := chain.Get(t.Context())
	var none *adapter.NoCredential
	require.ErrorAs(t, err, &none)
	require.Equal(t, want, none.Class())
	require.Zero(t, keys)
	return fmt.Sprintf("%v %+v %#v %#v", err, err, err, errors.Unwrap(err))
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
		_, err := c.Get(ctx)
		require.ErrorIs(t, err, context.Canceled)
	}
	close(answer)
	keys, err := c.Get(t.Context())
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
		l := libraryOf(answer)
		requireNone(t, newChain(l), cloud.InvalidCredential)
		require.Nil(t, l.found.Load())
	}
}

// A credential that hangs is left alone, and another is found meanwhile.
func TestALibraryThatHangs(t *testing.T) {
	t.Parallel()
	asked, answer, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	l := libraryOf(func() (*credentials.CredentialModel, error) {
		close(asked)
		<-answer
		return nil, errors.New("too late")
	})
	go func() {
		defer close(done)
		_, _ = l.find()
	}()
	<-asked
	require.Nil(t, l.found.Load())
	key := "a key"
	l.keep(func() (*credentials.CredentialModel, error) {
		return &credentials.CredentialModel{AccessKeyId: &key, AccessKeySecret: &key}, nil
	})
	got, err := l.find()
	require.NoError(t, err)
	require.Equal(t, adapter.Keys{ID: key, Key: key}, got.Credential)
	close(answer)
	<-done
	require.NotNil(t, l.found.Load())
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
		said := requireNone(t, chainOf(answer), cloud.InvalidCredential)
		require.Contains(t, said, "check the environment, the profile or the role of the machine")
		require.NotContains(t, said, "planted")
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
		require.NotContains(t, requireNone(t, newChain(&library{}), cloud.InvalidCredential), "planted")
	}
}

// The whole account is left out of a run for an invalid credential, so that one that
// was good before is not called that for a moment's failure.
func TestTheDefaultChainThatFailsForAMoment(t *testing.T) {
	t.Parallel()
	key, failing := "a key", false
	answer := func() (*credentials.CredentialModel, error) {
		if failing {
			return nil, errors.New("connection refused")
		}
		return &credentials.CredentialModel{AccessKeyId: &key, AccessKeySecret: &key}, nil
	}
	l := libraryOf(answer)
	c := newChain(l)
	_, err := c.Get(t.Context())
	require.NoError(t, err)
	failing = true
	requireNone(t, c, cloud.Unavailable)
	failing = false
	l.keep(answer)
	_, err = c.Get(t.Context())
	require.NoError(t, err)
}
