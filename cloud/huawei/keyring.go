package huawei

import (
	"context"
	"fmt"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/provider"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/impl"
	"golang.org/x/sync/semaphore"

	"cloudsync/cloud/adapter"
)

// keyring has the keys that an account's requests are signed with: the configured
// ones, or those of the SDK's default chain.
type keyring struct {
	given adapter.Keys
	one   *semaphore.Weighted // of 1: guards what follows; waiting for it ends with a context
	chain *basic.Credentials
	found time.Time
}

// chainFor is how long the default chain's choice is kept. Keys in a profile may be
// exchanged while the program runs.
const chainFor = 5 * time.Minute

func newKeyring(account adapter.Account) (*keyring, error) {
	k := &keyring{given: account.Keys, one: semaphore.NewWeighted(1)}
	if k.given.IsZero() {
		return k, nil
	}
	_, err := sign(k.given, "")
	return k, err
}

// credential is one to sign a single call with, in a project or, with none, of the
// account. The SDK changes a credential as it is used, so that no two calls can share
// one.
func (k *keyring) credential(ctx context.Context, settings *config.HttpConfig, project string) (*basic.Credentials, error) {
	if !k.given.IsZero() {
		return sign(k.given, project)
	}
	keys, err := k.fromChain(ctx, settings)
	if err != nil {
		return nil, err
	}
	return sign(keys, project)
}

func sign(keys adapter.Keys, project string) (*basic.Credentials, error) {
	return basic.NewCredentialsBuilder().WithAk(keys.ID).WithSk(keys.Key).WithSecurityToken(keys.Token).WithProjectId(project).SafeBuild()
}

// fromChain asks the default chain. Its providers know no context, such as the one
// that asks the machine's metadata service, which gives up after 3 seconds; who waits
// for it stops waiting with ctx.
func (k *keyring) fromChain(ctx context.Context, settings *config.HttpConfig) (adapter.Keys, error) {
	if err := k.one.Acquire(ctx, 1); err != nil {
		return adapter.Keys{}, err
	}
	type outcome struct {
		keys adapter.Keys
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		defer k.one.Release(1)
		keys, err := k.current(settings)
		done <- outcome{keys, err}
	}()
	select {
	case <-ctx.Done():
		return adapter.Keys{}, ctx.Err()
	case got := <-done:
		return got.keys, got.err
	}
}

// current is called by one at a time.
func (k *keyring) current(settings *config.HttpConfig) (adapter.Keys, error) {
	if k.chain == nil || time.Since(k.found) >= chainFor {
		if err := k.find(); err != nil {
			return adapter.Keys{}, err
		}
	}
	if err := k.chain.ProcessSts(impl.NewDefaultHttpClient(settings)); err != nil { // temporary keys that are to expire
		return adapter.Keys{}, fmt.Errorf("renew the temporary keys: %w", refused(err))
	}
	return adapter.Keys{ID: k.chain.AK, Key: k.chain.SK, Token: k.chain.SecurityToken}, nil
}

func (k *keyring) find() error {
	found, err := provider.BasicCredentialProviderChain().GetCredentials()
	if err != nil {
		return err
	}
	chain, ok := found.(*basic.Credentials)
	if !ok {
		return fmt.Errorf("the default chain has a credential of the form %T, which cannot sign requests in projects", found)
	}
	k.chain, k.found = chain, time.Now()
	return nil
}
