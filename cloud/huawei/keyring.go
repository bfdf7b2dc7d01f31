package huawei

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/provider"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/impl"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	"golang.org/x/sync/semaphore"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// keyring has the keys that an account's requests are signed with: the configured
// ones, or those of the SDK's default chain.
type keyring struct {
	given  adapter.Keys
	doing  string
	one    *semaphore.Weighted // of 1: guards what follows; waiting for it ends with a context
	chain  *basic.Credentials
	looked time.Time // when the chain was last asked for its choice
	gave   bool      // keys, at some time
}

// chainFor is how long the default chain's choice is kept. Keys in a profile may be
// exchanged while the program runs.
const chainFor = 5 * time.Minute

func newKeyring(account adapter.Account) (*keyring, error) {
	k := &keyring{given: account.Keys, doing: account.Place() + ": find a credential", one: semaphore.NewWeighted(1)}
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
		if got.err != nil && ctx.Err() != nil { // it was the end of the call that ended the search
			return adapter.Keys{}, ctx.Err()
		}
		return got.keys, got.err
	}
}

// current is called by one at a time. It goes on with the keys that it has where the
// chain fails for a moment.
func (k *keyring) current(settings *config.HttpConfig) (adapter.Keys, error) {
	if k.chain == nil || time.Since(k.looked) >= chainFor {
		if err := k.find(); err != nil && k.chain == nil {
			return adapter.Keys{}, k.failed(err)
		}
	}
	if err := k.chain.ProcessSts(impl.NewDefaultHttpClient(settings)); err != nil { // temporary keys that are to expire
		return adapter.Keys{}, k.failed(renewal{err})
	}
	k.gave = true
	return adapter.Keys{ID: k.chain.AK, Key: k.chain.SK, Token: k.chain.SecurityToken}, nil
}

// failed is the error of a chain that gives no keys. One that gave some before is not
// reached, as far as anyone can tell: the account is good, and asked for again.
func (k *keyring) failed(err error) error {
	if !k.gave {
		return err
	}
	return &cloud.Error{Class: cloud.Unavailable, Doing: k.doing, Err: errors.New(err.Error())}
}

// The SDK's own words are never passed on: they quote the line of a profile that cannot
// be read, and answers with keys in them.
const (
	noKeys     = "the default credential chain gives no keys: check the environment, the profile, the agency of the machine or the identity of the pod that they are to come from"
	notRenewed = "the temporary keys of the default credential chain cannot be renewed"
)

// renewal is the failure to renew temporary keys. It has the class of what it wraps.
type renewal struct{ err error }

// Unwrap gives the SDK's error.
func (r renewal) Unwrap() error { return r.err }

// Error implements error.
func (r renewal) Error() string {
	var service *sdkerr.ServiceResponseError
	if !errors.As(r.err, &service) {
		return notRenewed
	}
	return fmt.Sprintf("%s: HTTP status %d %s", notRenewed, service.StatusCode, service.ErrorCode)
}

func (k *keyring) find() error {
	k.looked = time.Now()
	found, err := provider.BasicCredentialProviderChain().GetCredentials()
	if err != nil {
		return &cloud.Error{Class: cloud.InvalidCredential, Doing: k.doing, Err: errors.New(noKeys)}
	}
	chain, ok := found.(*basic.Credentials)
	if !ok {
		return &cloud.Error{Class: cloud.InvalidCredential, Doing: k.doing,
			Err: fmt.Errorf("the default chain has a credential of the form %T, which cannot sign requests in projects", found)}
	}
	k.chain = chain
	return nil
}
