package tencent

import (
	"context"
	"sync/atomic"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"golang.org/x/sync/singleflight"

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
	role     *common.CvmRoleCredential // renews itself; only load touches it
}

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
	if c.role != nil {
		return keysOf(c.role), nil
	}
	found, err := c.provider.GetCredential()
	if err != nil {
		return nil, err
	}
	c.role, _ = found.(*common.CvmRoleCredential)
	return keysOf(found), nil
}

func keysOf(c common.CredentialIface) adapter.Keys {
	id, key, token := c.GetCredential()
	return adapter.Keys{ID: id, Key: key, Token: token}
}
