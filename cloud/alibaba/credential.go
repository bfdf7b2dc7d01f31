package alibaba

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/alibabacloud-go/tea/dara"
	"github.com/aliyun/credentials-go/credentials"
	"golang.org/x/sync/semaphore"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// newChain is the provider's default chain: environment, OIDC, profiles, the role of the
// machine, a URI. It asks with HTTP clients of its own, of some seconds' patience each, and
// not at the configured endpoint.
func newChain(l *library) *adapter.Chain[adapter.Keys] {
	return &adapter.Chain[adapter.Keys]{Find: l.find, Patience: chainPatience}
}

// chainPatience is for all links of the chain. It is longer than a call waits: who asks
// stops with the call, which is tried again, and the search goes on for the next who asks.
const chainPatience = 2 * time.Minute

// library is the credential that the provider's library found. The library keeps temporary
// keys for as long as they are good.
type library struct {
	// found is taken out while it is asked: it is not safe for concurrent use, and one that
	// has failed asks the chain's last link alone, so that it is found anew.
	found atomic.Pointer[credentials.Credential]
}

// errNoKeys is all that is kept of a failure. The library's own words quote what it was
// answered and what it read, with the keys that were in it.
var errNoKeys = errors.New("the default credential chain gives no keys")

// find panics where the library does, on an answer that is the JSON null.
func (l *library) find() (found adapter.Found[adapter.Keys], err error) {
	credential := l.found.Swap(nil)
	if credential == nil {
		made, err := credentials.NewCredential(nil)
		if err != nil {
			return found, errNoKeys
		}
		credential = &made
	}
	model, err := (*credential).GetCredential()
	if err != nil {
		return found, errNoKeys
	}
	found.Credential = adapter.Keys{
		ID: dara.StringValue(model.AccessKeyId), Key: dara.StringValue(model.AccessKeySecret), Token: dara.StringValue(model.SecurityToken),
	}
	if found.Credential.ID == "" || found.Credential.Key == "" {
		return adapter.Found[adapter.Keys]{}, errNoKeys
	}
	l.found.Store(credential)
	return found, nil
}

// role is a RAM role that is assumed with other keys
// (https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerole).
// The call is made here, not by the provider's library, so that it goes to the
// configured endpoint and ends with its context.
type role struct {
	session *session
	one     *semaphore.Weighted // of 1; unlike a mutex, waiting for it ends with a context
	held    assumed
}

const (
	roleLasts = time.Hour       // the longest that every role permits
	renewal   = 5 * time.Minute // before they end, keys are renewed: no call is to outlive them
)

func newRole(s *session) *role { return &role{session: s, one: semaphore.NewWeighted(1)} }

// signer is there when the role is assumed. Errors are *cloud.Error.
func (r *role) signer(ctx context.Context) (adapter.Signer, error) {
	if err := r.one.Acquire(ctx, 1); err != nil {
		return nil, &cloud.Error{Class: cloud.ClassOf(err), Doing: r.session.account.Place() + ": AssumeRole", Err: err}
	}
	defer r.one.Release(1)
	if time.Until(r.held.ends) > renewal {
		return r.held.sign, nil
	}
	assumed, err := adapter.DoSigned(ctx, r.session.account.Calls, r.session.sign, "", "AssumeRole", r.assume)
	if err != nil {
		return nil, err
	}
	r.held = assumed
	return r.held.sign, nil
}

// assumed is a role for as long as its keys are good.
type assumed struct {
	sign adapter.Signer
	ends time.Time
}

func (r *role) assume(ctx context.Context, with adapter.Keys) (assumed, error) {
	type answer struct {
		Credentials struct {
			AccessKeyID     string `json:"AccessKeyId"`
			AccessKeySecret string
			SecurityToken   string
			Expiration      string // such as 2015-04-09T11:52:19Z
		}
	}
	got, err := send[answer](ctx, r.session, with, request{product: sts, action: "AssumeRole", parameters: map[string]string{
		"RoleArn":         r.session.account.Credential.RoleARN,
		"RoleSessionName": "cloudsync", "DurationSeconds": strconv.Itoa(int(roleLasts / time.Second)),
	}})
	if err != nil {
		return assumed{}, err
	}
	keys := adapter.Keys{ID: got.Credentials.AccessKeyID, Key: got.Credentials.AccessKeySecret, Token: got.Credentials.SecurityToken}
	ends, err := time.Parse(time.RFC3339, got.Credentials.Expiration)
	switch {
	case err != nil:
		err = fmt.Errorf("the keys' Expiration is no time: %.40q", got.Credentials.Expiration)
	case keys.ID == "" || keys.Key == "" || keys.Token == "":
		err = errors.New("a part of the keys is missing")
	default:
		as := adapter.Account{Keys: keys, Calls: r.session.account.Calls}
		return assumed{as.Signer(nil), ends}, nil
	}
	return assumed{}, adapter.BadAnswer("", "%w", err)
}
