package tencent

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"golang.org/x/sync/singleflight"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// credential is what the requests of a session are signed with: the given keys, or
// what the SDK's default chain has at the moment. It implements the SDK's
// common.CredentialIface.
type credential struct {
	current atomic.Pointer[adapter.Keys]
	chain   *chain // nil where keys are given
}

func newCredential(keys adapter.Keys) *credential {
	c := &credential{}
	c.current.Store(&keys)
	if keys.IsZero() {
		c.chain = &chain{provider: common.DefaultProviderChain()}
	}
	return c
}

// refresh is called before each request.
func (c *credential) refresh(ctx context.Context) error {
	if c.chain == nil {
		return nil
	}
	keys, err := c.chain.keys(ctx)
	if err != nil {
		return err
	}
	c.current.Store(&keys)
	return nil
}

// GetCredential implements common.CredentialIface.
func (c *credential) GetCredential() (id, key, token string) {
	keys := c.current.Load()
	return keys.ID, keys.Key, keys.Token
}

// GetSecretId implements common.CredentialIface.
//
//nolint:revive // the SDK has the name
func (c *credential) GetSecretId() string { return c.current.Load().ID }

// GetSecretKey implements common.CredentialIface.
func (c *credential) GetSecretKey() string { return c.current.Load().Key }

// GetToken implements common.CredentialIface.
func (c *credential) GetToken() string { return c.current.Load().Token }

// chain asks the SDK's default chain: the environment's TENCENTCLOUD_SECRET_ID and
// TENCENTCLOUD_SECRET_KEY, the profile in ~/.tencentcloud/credentials, the role of
// the CVM instance. The SDK asks the instance's metadata without a context and
// without a time-out, so that it is asked beside the caller, once at a time.
type chain struct {
	provider common.Provider
	flight   singleflight.Group

	// Only load touches what follows.
	gave   bool // keys, since the process began
	role   adapter.Keys
	roleAt time.Time // when the machine's metadata gave them; zero: never
}

const (
	// askFor is how long the chain may take: metadata that hangs would keep all callers
	// waiting for the same answer.
	askFor = 10 * time.Second
	// roleFresh is how old a role's keys may be, roleKept how old where the metadata
	// gives no new ones: it does so five minutes before they expire (ExpiredTimeout of
	// the SDK). The SDK's own credential would go on with expired ones.
	roleFresh = time.Minute
	roleKept  = 5 * time.Minute
)

func (c *chain) keys(ctx context.Context) (adapter.Keys, error) {
	select {
	case result := <-c.flight.DoChan("", c.load):
		if result.Err != nil {
			return adapter.Keys{}, result.Err
		}
		return result.Val.(adapter.Keys), nil
	case <-ctx.Done():
		return adapter.Keys{}, ctx.Err()
	}
}

// load reads the environment and the profile anew each time: they cost little, and
// a profile may be replaced while the program runs.
func (c *chain) load() (any, error) {
	if !c.roleAt.IsZero() && time.Since(c.roleAt) < roleFresh {
		return c.role, nil
	}
	began := time.Now()
	found := c.ask()
	switch {
	case found.err == nil && found.ofRole:
		c.gave, c.role, c.roleAt = true, found.keys, began
	case found.err == nil:
		c.gave, c.role, c.roleAt = true, adapter.Keys{}, time.Time{}
	case !c.roleAt.IsZero() && time.Since(c.roleAt) < roleKept:
		return c.role, nil
	default:
		return nil, &noKeys{err: found.err, gaveBefore: c.gave}
	}
	return found.keys, nil
}

// found is what the chain said.
type found struct {
	keys   adapter.Keys
	ofRole bool
	err    error
}

var (
	errSlow  = fmt.Errorf("it took longer than %v", askFor)
	errEmpty = errors.New("it gave empty keys")
)

// ask asks the chain, and leaves it alone where it hangs.
func (c *chain) ask() found {
	answered := make(chan found, 1)
	go func() {
		credential, err := c.provider.GetCredential()
		if err != nil {
			answered <- found{err: err}
			return
		}
		_, fixed := credential.(*common.Credential) // of the environment and the profile
		answer := found{keys: keysOf(credential), ofRole: !fixed}
		if answer.keys.IsZero() {
			answer.err = errEmpty
		}
		answered <- answer
	}()
	select {
	case answer := <-answered:
		return answer
	case <-time.After(askFor):
		return found{err: errSlow}
	}
}

// noKeys is the error of a default chain that gave no keys.
type noKeys struct {
	err        error
	gaveBefore bool
}

// Error implements error.
func (e *noKeys) Error() string {
	text := "no credential is configured, and the default chain has none"
	if e.gaveBefore {
		text = "the default chain gives no keys at the moment"
	}
	return text + ": " + cut(e.err.Error())
}

// Unwrap returns the SDK's error.
func (e *noKeys) Unwrap() error { return e.err }

// class says that there are no keys where there never were any. The SDK tells a
// machine without a role from metadata that fails in no way; where keys were there
// before, it is the latter.
func (e *noKeys) class() cloud.Class {
	if e.gaveBefore {
		return cloud.Unavailable
	}
	return cloud.InvalidCredential
}

func keysOf(c common.CredentialIface) adapter.Keys {
	id, key, token := c.GetCredential()
	return adapter.Keys{ID: id, Key: key, Token: token}
}
