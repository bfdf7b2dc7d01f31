package adapter

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/semaphore"

	"cloudsync/cloud"
)

const (
	// renewal is how long before their end keys are renewed: no call is to outlive them.
	renewal = 5 * time.Minute
	// renewalPause is how long a role that could not be assumed again is left alone while its
	// keys are still good, and renewalPatience how long one attempt may take then: what hangs
	// is not to hold up the calls that need no new keys.
	renewalPause    = 10 * time.Second
	renewalPatience = 5 * time.Second
)

// Assumed are the keys of a role that was assumed.
type Assumed struct {
	Keys Keys
	Ends time.Time // when they do
}

// Role is a role that is assumed with other keys, and again before those of it end. It is
// assumed once for all that wait for it. It is safe for concurrent use.
type Role struct {
	calls  *Calls
	assume func(context.Context) (Assumed, error)
	one    *semaphore.Weighted // of 1; unlike a mutex, waiting for it ends with a context

	held         Assumed
	begun, tried time.Time
}

// NewRole returns a role that assume assumes by a call of its own. It asks nobody yet.
func NewRole(calls *Calls, assume func(context.Context) (Assumed, error)) *Role {
	return &Role{calls: calls, assume: assume, one: semaphore.NewWeighted(1)}
}

// NewSignedRole is NewRole for a call of the account that other keys sign. It gives the keys of
// the role, and when they end, in UTC where no zone is named.
func NewSignedRole(a Account, sign Signer, action string, assume func(context.Context, Keys) (keys Keys, ends string, err error)) *Role {
	return NewRole(a.Calls, func(ctx context.Context) (Assumed, error) {
		assumed, err := DoSigned(ctx, a.Calls, a.SignerOf(sign), "", action, func(ctx context.Context, with Keys) (Assumed, error) {
			keys, ends, err := assume(ctx, with)
			if err != nil {
				return Assumed{}, err
			}
			return assumedUntil(keys, ends)
		})
		return assumed, withoutRole(err)
	})
}

func assumedUntil(keys Keys, text string) (Assumed, error) {
	ends := NewFields("role", "").Time("end", text, time.UTC)
	switch {
	case keys.ID == "" || keys.Key == "" || keys.Token == "":
		return Assumed{}, BadAnswer("", "a part of the keys is missing")
	case ends.IsZero():
		return Assumed{}, BadAnswer("", "the end of the keys is no time: %q", Clip(text, maxShown))
	}
	return Assumed{Keys: keys, Ends: ends}, nil
}

// withoutRole is err of a role. One that is not there is a credential that is not.
func withoutRole(err error) error {
	var known *cloud.Error
	if !errors.As(err, &known) || known.Class != cloud.NotFound {
		return err
	}
	classed := *known
	classed.Class = cloud.InvalidCredential
	return &classed
}

// Get gives keys that are good for a call. No error tells them from then on. Its own errors
// are the account's.
func (r *Role) Get(ctx context.Context) (Assumed, error) {
	if err := r.one.Acquire(ctx, 1); err != nil {
		return Assumed{}, &cloud.Error{Class: cloud.ClassOf(err), Doing: r.calls.place + ": wait for a role", Err: err}
	}
	defer r.one.Release(1)
	left := time.Until(r.held.Ends)
	isGood := left > 0
	if isGood && (left > r.margin() || time.Since(r.tried) < renewalPause) {
		return r.held, nil
	}
	began := time.Now()
	if isGood {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, renewalPatience)
		defer cancel()
	}
	assumed, err := r.assume(ctx)
	switch {
	case err == nil:
		r.calls.Hide(assumed.Keys)
		r.held, r.begun, r.tried = assumed, began, time.Time{}
		return assumed, nil
	case isGood:
		r.tried = time.Now()
		return r.held, nil
	default:
		return Assumed{}, OfAccount(err)
	}
}

// Sign is the Signer of the role.
func (r *Role) Sign(ctx context.Context) (Keys, error) {
	assumed, err := r.Get(ctx)
	return assumed.Keys, err
}

// Renew implements Renewable for a session that embeds its role, nil for one without: it has
// the role assumed anew.
func (r *Role) Renew(ctx context.Context) bool {
	if r == nil {
		return false
	}
	if r.one.Acquire(ctx, 1) == nil {
		r.held, r.tried = Assumed{}, time.Time{}
		r.one.Release(1)
	}
	return true
}

// margin is how long before their end the keys are renewed. Those that last a short time
// are used for half of it.
func (r *Role) margin() time.Duration { return min(renewal, r.held.Ends.Sub(r.begun)/2) }
