package tencent

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// stuck is a provider of credentials that hangs until it is let go, such as an
// instance's metadata that does not answer.
type stuck struct {
	asked chan struct{}
	let   chan struct{}
}

func (s stuck) GetCredential() (common.CredentialIface, error) {
	s.asked <- struct{}{}
	<-s.let
	return common.NewTokenCredential("id", "key", "token"), nil
}

// The SDK's chain knows no context: a caller goes away when its context ends, and
// the next one waits for the same answer.
func TestAChainThatHangs(t *testing.T) {
	t.Parallel()
	provider := stuck{asked: make(chan struct{}, 9), let: make(chan struct{})}
	c := newChain(provider)
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		_, err := c.Get(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		cancel()
	}
	require.Len(t, provider.asked, 1, "one question is under way at a time")
	close(provider.let)
	keys, err := c.Get(t.Context())
	require.NoError(t, err)
	require.Equal(t, adapter.Keys{ID: "id", Key: "key", Token: "token"}, keys)
}

// Metadata that hangs for good is given up: whoever asks later has it asked anew.
func TestAChainThatHangsForGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		provider := stuck{asked: make(chan struct{}, 9), let: make(chan struct{})}
		defer close(provider.let)
		c := newChain(provider)
		for asked := range 2 {
			began := time.Now()
			_, err := c.Get(t.Context())
			require.ErrorContains(t, err, "it took longer than 10s")
			require.Equal(t, 10*time.Second, time.Since(began))
			require.Len(t, provider.asked, asked+1)
		}
	})
}

// role is the role of a machine, whose metadata fails when it has an error.
type role struct {
	key string
	err error
}

func (r *role) GetCredential() (common.CredentialIface, error) {
	return temporary{common.NewTokenCredential("id", r.key, "token")}, r.err
}

type temporary struct{ common.CredentialIface }

// A machine that never had keys has none; one that had some goes on with them for a
// while, and is out of them for the moment then.
func TestTheKeysOfARole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		metadata := &role{err: errors.New("no role")}
		c := newChain(metadata)
		requireNoKeys(t, c, cloud.InvalidCredential)

		metadata.key, metadata.err = "first", nil
		requireKey(t, c, "first")
		metadata.key = "second"
		requireKey(t, c, "first")
		<-time.After(roleFresh)
		requireKey(t, c, "second")
		metadata.err = errors.New("no role")
		<-time.After(roleKept - time.Second)
		requireKey(t, c, "second")
		<-time.After(time.Second)
		requireNoKeys(t, c, cloud.Unavailable)
		metadata.key, metadata.err = "third", nil
		requireKey(t, c, "third")
	})
}

func requireKey(t *testing.T, c *adapter.Chain[adapter.Keys], key string) {
	t.Helper()
	keys, err := c.Get(t.Context())
	require.NoError(t, err)
	require.Equal(t, key, keys.Key)
}

func requireNoKeys(t *testing.T, c *adapter.Chain[adapter.Keys], want cloud.Class) {
	t.Helper()
	_, err := c.Get(t.Context())
	var none *adapter.NoCredential
	require.ErrorAs(t, err, &none)
	require.Equal(t, want, none.Class(), "%v", err)
	require.ErrorContains(t, err, "no role")
}

// The finance regions are reached at endpoints of their own.
func TestOwnEndpoints(t *testing.T) {
	t.Parallel()
	address, err := addressOf(adapter.Account{}, endpoint{"cvm", "ap-beijing"})
	require.NoError(t, err)
	require.Nil(t, address)
	address, err = addressOf(adapter.Account{}, endpoint{"cvm", "ap-shanghai-fsi"})
	require.NoError(t, err)
	require.Equal(t, "https://cvm.ap-shanghai-fsi.tencentcloudapi.com", address.String())
	p := profileFor(address)
	require.Equal(t, "cvm.ap-shanghai-fsi.tencentcloudapi.com", p.HttpProfile.Endpoint)
	require.Zero(t, p.NetworkFailureMaxRetries+p.RateLimitExceededMaxRetries)
	require.True(t, p.DisableRegionBreaker)
	require.False(t, p.UnsafeRetryOnConnectionFailure)
}

// COS is at its own place: what the API 3.0 has elsewhere on the international site is not COS's.
func TestTheAddressOfCOS(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"": "https://service.cos.myqcloud.com",
		"https://{product}.intl.tencentcloudapi.com":        "https://service.cos.myqcloud.com",
		"https://{product}.example.com/{region}":            "https://cos.example.com/ap-guangzhou",
		"https://{product}.tencentcloudapi.com.example.org": "https://cos.tencentcloudapi.com.example.org",
	} {
		s := &Session{account: adapter.Account{Settings: cloud.Settings{Endpoint: endpoint}}}
		address, err := s.addressOfCOS()
		require.NoError(t, err)
		require.Equal(t, want, address.String())
	}
}
