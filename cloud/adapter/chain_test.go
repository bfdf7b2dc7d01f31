package adapter_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// metadata is what a chain asks.
type metadata struct {
	key         string
	err         error
	hangs       chan struct{} // until it is closed; nil: not at all
	asked       atomic.Int64
	fresh, kept time.Duration
}

func (m *metadata) find() (adapter.Found[string], error) {
	m.asked.Add(1)
	if m.hangs != nil {
		<-m.hangs
	}
	if m.key == "panic" {
		panic("the answer is null")
	}
	return adapter.Found[string]{Credential: m.key, Fresh: m.fresh, Kept: m.kept}, m.err
}

func requireKey(t *testing.T, c *adapter.Chain[string], key string) {
	t.Helper()
	got, err := c.Get(t.Context())
	require.NoError(t, err)
	require.Equal(t, key, got)
}

// requireNone returns what is said.
func requireNone(t *testing.T, c *adapter.Chain[string], class cloud.Class) string {
	t.Helper()
	_, err := c.Get(t.Context())
	var none *adapter.NoCredential
	require.ErrorAs(t, err, &none)
	require.Equal(t, class, none.Class())
	return err.Error()
}

// A chain that never gave a credential has none; one that gave some goes on with it for as
// long as it may, and is out of it for the moment then.
func TestAChainThatFailsLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &metadata{err: errors.New("no role: secret"), fresh: time.Minute, kept: 5 * time.Minute}
		c := &adapter.Chain[string]{Find: m.find}
		require.NotContains(t, requireNone(t, c, cloud.InvalidCredential), "secret")
		c.Say = func(err error) string { return strings.TrimSuffix(err.Error(), ": secret") }
		require.Contains(t, requireNone(t, c, cloud.InvalidCredential), "the default chain has none: check the environment, the profile or the role of the machine that it is to come from: no role")

		m.key, m.err = "first", nil
		requireKey(t, c, "first")
		m.key = "second"
		requireKey(t, c, "first")
		<-time.After(time.Minute)
		requireKey(t, c, "second")
		m.err = errors.New("gone")
		<-time.After(5*time.Minute - 1)
		requireKey(t, c, "second")
		<-time.After(1)
		require.Contains(t, requireNone(t, c, cloud.Unavailable), "gives no credential at the moment")
		m.key, m.err = "panic", nil
		require.Contains(t, requireNone(t, c, cloud.Unavailable), "at the moment")
		m.key = "third"
		requireKey(t, c, "third")
		require.EqualValues(t, 8, m.asked.Load())
	})
}

// A chain that fails is asked no more often than one that gives something new, as long as
// what it gave is kept.
func TestAChainThatFailsIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &metadata{key: "first", fresh: time.Minute, kept: 150 * time.Second}
		c := &adapter.Chain[string]{Find: m.find}
		requireKey(t, c, "first")
		m.key, m.err = "second", errors.New("gone")
		for asked := range 2 {
			<-time.After(time.Minute)
			requireKey(t, c, "first")
			requireKey(t, c, "first")
			require.EqualValues(t, asked+2, m.asked.Load())
		}
		<-time.After(30 * time.Second)
		requireNone(t, c, cloud.Unavailable)
		requireNone(t, c, cloud.Unavailable)
		require.EqualValues(t, 5, m.asked.Load())
		m.err = nil
		requireKey(t, c, "second")
	})
}

// denied is an error that knows its class.
type denied struct{ error }

func (denied) Class() cloud.Class { return cloud.Denied }

// What a chain's error says of itself counts as long as the chain never gave a credential.
func TestAChainThatSaysWhy(t *testing.T) {
	t.Parallel()
	m := &metadata{err: denied{errors.New("no")}}
	c := &adapter.Chain[string]{Find: m.find}
	requireNone(t, c, cloud.Denied)
	m.err = nil
	requireKey(t, c, "")
	m.err = denied{errors.New("no")}
	requireNone(t, c, cloud.Unavailable)
}

// An SDK that hangs keeps nobody longer than his own time, and no one for ever.
func TestAChainThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &metadata{key: "key", hangs: make(chan struct{})}
		c := &adapter.Chain[string]{Find: m.find, Patience: time.Minute}
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := c.Get(ctx)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			cancel()
		}
		require.EqualValues(t, 1, m.asked.Load(), "one question is under way at a time")
		require.Contains(t, requireNone(t, c, cloud.InvalidCredential), "it took longer than 1m0s")
		close(m.hangs)
		requireKey(t, c, "key")
	})
}

func TestKeysThatAreGivenNeedNoChain(t *testing.T) {
	t.Parallel()
	found := adapter.Keys{ID: "id", Key: "of the chain"}
	chain := &adapter.Chain[adapter.Keys]{Find: func() (adapter.Found[adapter.Keys], error) {
		return adapter.Found[adapter.Keys]{Credential: found}, nil
	}}
	given := adapter.Keys{ID: "id", Key: "given"}
	for want, account := range map[adapter.Keys]adapter.Account{given: {Keys: given}, found: {}} {
		account.Calls = &adapter.Calls{}
		keys, err := account.Signer(chain)(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, keys)
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	codes := adapter.Codes{
		"Auth": cloud.InvalidCredential, "Auth.Denied": cloud.Denied, "Throttl*": cloud.Throttled, "Throttling.Daily": cloud.Denied, "Invalid*.NotFound": cloud.NotFound, "*Token*": cloud.ExpiredCursor,
	}
	for code, class := range map[string]cloud.Class{
		"Auth": cloud.InvalidCredential, "Auth.Expired": cloud.InvalidCredential, "Auth.Denied": cloud.Denied, "Auth.Denied.Here": cloud.Denied,
		"Throttling": cloud.Throttled, "Throttled.User": cloud.Throttled, "Throttling.Daily": cloud.Denied,
		"InvalidDisk.NotFound": cloud.NotFound, "Invalid.NotFound": cloud.NotFound, "InvalidDisk.NotFound.Here": "", "Authority": "", "": "",
		"InvalidNextToken": cloud.ExpiredCursor, "Token.Invalid": cloud.ExpiredCursor,
	} {
		require.Equal(t, class, codes.Class(code), code)
	}
}
