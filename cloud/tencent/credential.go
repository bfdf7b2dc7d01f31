package tencent

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"cloudsync/cloud/adapter"
)

// credential is what the requests of a session are signed with: the given keys, or
// what the SDK's default chain has at the moment. It implements the SDK's
// common.CredentialIface.
type credential struct {
	current atomic.Pointer[adapter.Keys]
	chain   *adapter.Chain[adapter.Keys] // nil where keys are given
}

func newCredential(keys adapter.Keys) *credential {
	c := &credential{}
	c.current.Store(&keys)
	if keys.IsZero() {
		c.chain = newChain(common.DefaultProviderChain())
	}
	return c
}

// refresh is called before each request.
func (c *credential) refresh(ctx context.Context) error {
	if c.chain == nil {
		return nil
	}
	keys, err := c.chain.Get(ctx)
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

// newChain is the SDK's default chain: the environment's TENCENTCLOUD_SECRET_ID and
// TENCENTCLOUD_SECRET_KEY, the profile in ~/.tencentcloud/credentials, the role of
// the CVM instance. The SDK's own credential would go on with expired keys.
func newChain(provider common.Provider) *adapter.Chain[adapter.Keys] {
	return &adapter.Chain[adapter.Keys]{
		Find: func() (adapter.Found[adapter.Keys], error) { return find(provider) },
		Say:  func(err error) string { return adapter.Clip(err.Error(), maxSaid) },
	}
}

// maxSaid is how much is told of why the chain gives no keys, in bytes.
const maxSaid = 500

const (
	// roleFresh is how old a role's keys may be, roleKept how old where the metadata
	// gives no new ones: it does so five minutes before they expire (ExpiredTimeout of
	// the SDK).
	roleFresh = time.Minute
	roleKept  = 5 * time.Minute
)

var errEmpty = errors.New("it gave empty keys")

// find reads the environment and the profile anew each time: they cost little, and a
// profile may be replaced while the program runs.
func find(provider common.Provider) (found adapter.Found[adapter.Keys], err error) {
	credential, err := provider.GetCredential()
	if err != nil {
		return found, err
	}
	id, key, token := credential.GetCredential()
	found.Credential = adapter.Keys{ID: id, Key: key, Token: token}
	if found.Credential.IsZero() {
		return found, errEmpty
	}
	if _, fixed := credential.(*common.Credential); !fixed { // neither the environment's nor the profile's
		found.Fresh, found.Kept = roleFresh, roleKept
	}
	return found, nil
}
