package alibaba

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/alibabacloud-go/tea/dara"
	"github.com/aliyun/credentials-go/credentials"
	"golang.org/x/sync/semaphore"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// keyring gives the keys to sign a call with. Errors are *cloud.Error.
type keyring interface {
	keys(ctx context.Context) (adapter.Keys, error)
}

// newKeyring is the way in that the account's settings describe: the keys of the
// configuration or of the default chain, and the role to assume with them.
func newKeyring(a api) keyring {
	var ring keyring = given{a.account.Keys}
	if a.account.Keys.IsZero() {
		ring = &chain{doing: a.doing("find a credential", ""), one: semaphore.NewWeighted(1)}
	}
	if a.account.Credential.RoleARN != "" {
		ring = &role{api: a, with: ring, one: semaphore.NewWeighted(1)}
	}
	return ring
}

// given are configured keys.
type given struct{ pair adapter.Keys }

func (g given) keys(context.Context) (adapter.Keys, error) { return g.pair, nil }

// chain is the provider's default chain: environment, OIDC, profiles, the role of the
// machine, a URI. It keeps temporary keys for as long as they are good. It asks with
// HTTP clients of its own, of some seconds' patience, and not at the configured
// endpoint.
type chain struct {
	doing string
	one   *semaphore.Weighted // of 1: the library's chain is not safe for concurrent use
	found credentials.Credential
	gave  bool // keys, at some time
}

// keys ends with ctx, though the library does not: its search then goes on for the
// next who asks.
func (c *chain) keys(ctx context.Context) (adapter.Keys, error) {
	if err := c.one.Acquire(ctx, 1); err != nil {
		return adapter.Keys{}, &cloud.Error{Class: cloud.ClassOf(err), Doing: c.doing, Err: err}
	}
	type outcome struct {
		keys adapter.Keys
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		defer c.one.Release(1)
		keys, err := c.search()
		done <- outcome{keys: keys, err: err}
	}()
	select {
	case got := <-done:
		return got.keys, got.err
	case <-ctx.Done():
		return adapter.Keys{}, &cloud.Error{Class: cloud.ClassOf(ctx.Err()), Doing: c.doing, Err: ctx.Err()}
	}
}

// errNoKeys is all that is said of a chain's failure. The library's own words quote
// what it was answered and what it read, with the keys that were in it.
var errNoKeys = errors.New("the default credential chain gives no keys: " +
	"check the environment, the profile, the role of the machine or the URI that they are to come from")

// search is called by one at a time. A chain that had keys before and has none now is
// not reached, as far as anyone can tell: the account is good, and asked for again.
func (c *chain) search() (adapter.Keys, error) {
	if keys, ok := c.ask(); ok {
		c.gave = true
		return keys, nil
	}
	c.found = nil // once it has failed, the library asks the chain's last link alone
	class := cloud.InvalidCredential
	if c.gave {
		class = cloud.Unavailable
	}
	return adapter.Keys{}, &cloud.Error{Class: class, Doing: c.doing, Err: errNoKeys}
}

// ask is false for all that is no pair of keys. The library panics on an answer that is
// the JSON null.
func (c *chain) ask() (keys adapter.Keys, ok bool) {
	defer func() {
		if recover() != nil {
			keys, ok = adapter.Keys{}, false
		}
	}()
	if c.found == nil {
		found, err := credentials.NewCredential(nil)
		if err != nil {
			return adapter.Keys{}, false
		}
		c.found = found
	}
	model, err := c.found.GetCredential()
	if err != nil {
		return adapter.Keys{}, false
	}
	keys = adapter.Keys{
		ID: dara.StringValue(model.AccessKeyId), Key: dara.StringValue(model.AccessKeySecret), Token: dara.StringValue(model.SecurityToken),
	}
	return keys, keys.ID != "" && keys.Key != ""
}

// role is a RAM role that is assumed with other keys
// (https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerole).
// The call is made here, not by the provider's library, so that it goes to the
// configured endpoint and ends with its context.
type role struct {
	api
	with keyring
	one  *semaphore.Weighted // of 1; unlike a mutex, waiting for it ends with a context
	held adapter.Keys
	ends time.Time
}

const (
	roleLasts = time.Hour       // the longest that every role permits
	renewal   = 5 * time.Minute // before they end, keys are renewed: no call is to outlive them
)

func (r *role) keys(ctx context.Context) (adapter.Keys, error) {
	if err := r.one.Acquire(ctx, 1); err != nil {
		return adapter.Keys{}, &cloud.Error{Class: cloud.ClassOf(err), Doing: r.doing("AssumeRole", ""), Err: err}
	}
	defer r.one.Release(1)
	if time.Until(r.ends) > renewal {
		return r.held, nil
	}
	with, err := r.with.keys(ctx)
	if err != nil {
		return adapter.Keys{}, err
	}
	held, ends, err := r.assume(ctx, with)
	if err != nil {
		return adapter.Keys{}, err
	}
	r.held, r.ends = held, ends
	return held, nil
}

func (r *role) assume(ctx context.Context, with adapter.Keys) (keys adapter.Keys, ends time.Time, err error) {
	type answer struct {
		Credentials struct {
			AccessKeyID     string `json:"AccessKeyId"`
			AccessKeySecret string
			SecurityToken   string
			Expiration      string // such as 2015-04-09T11:52:19Z
		}
	}
	got, err := askWith[answer](ctx, r.api, with, request{product: sts, action: "AssumeRole", parameters: map[string]string{
		"RoleArn":         r.account.Credential.RoleARN,
		"RoleSessionName": "cloudsync", "DurationSeconds": strconv.Itoa(int(roleLasts / time.Second)),
	}})
	if err != nil {
		return adapter.Keys{}, time.Time{}, err
	}
	keys = adapter.Keys{ID: got.Credentials.AccessKeyID, Key: got.Credentials.AccessKeySecret, Token: got.Credentials.SecurityToken}
	ends, err = time.Parse(time.RFC3339, got.Credentials.Expiration)
	switch {
	case err != nil:
		err = fmt.Errorf("the keys' Expiration is no time: %.40q", got.Credentials.Expiration)
	case keys.ID == "" || keys.Key == "" || keys.Token == "":
		err = errors.New("a part of the keys is missing")
	default:
		return keys, ends, nil
	}
	return adapter.Keys{}, time.Time{}, adapter.BadAnswer(r.doing("AssumeRole", ""), "%w", err)
}
