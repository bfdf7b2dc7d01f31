package adapter

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"cloudsync/cloud"
)

// verifiedFor is how long a session's identity is believed. The default chain of an
// SDK can come to another account while the program runs.
const verifiedFor = 10 * time.Minute

// entry is the session that is in use.
type entry struct {
	one      *semaphore.Weighted // of 1; unlike a mutex, waiting for it ends with a context
	session  Session
	through  Session // that it was opened through
	keys     Keys
	calls    atomic.Pointer[Calls]
	verified time.Time // when the identity was last asked for; zero: never
}

// OfAccount marks an error as one of what is the account's own: its keys, its role, its
// identity. An adapter marks those of them that a call in a region meets.
func OfAccount(err error) error {
	var known *cloud.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &known):
		return ofAccount{err}
	}
	marked := *known // others may have the same error
	marked.OfAccount = true
	return &marked
}

// ofAccount is the mark of an error that has no class yet.
type ofAccount struct{ error }

// Unwrap returns the error.
func (o ofAccount) Unwrap() error { return o.error }

// enter is enterVerified, whose failures are the account's own.
func (p *provider) enter(ctx context.Context) (Session, error) {
	session, err := p.enterVerified(ctx)
	return session, p.masked(OfAccount(err))
}

// enterVerified returns a session whose credential is of the configured account. It is
// opened anew when a file of the credential has changed.
func (p *provider) enterVerified(ctx context.Context) (Session, error) {
	keys, err := reveal(p.settings.Credential)
	if err != nil {
		return nil, &cloud.Error{Class: classOfFile(err), Doing: "enter " + p.settings.Place(), Err: err}
	}
	if err := p.entry.one.Acquire(ctx, 1); err != nil {
		return nil, &cloud.Error{Class: cloud.ClassOf(err), Doing: "enter " + p.settings.Place(), Err: err}
	}
	defer p.entry.one.Release(1)
	through, err := p.enterOrganisation(ctx)
	if err != nil {
		return nil, err
	}
	if p.entry.session == nil || p.entry.keys != keys || p.entry.through != through {
		if err := p.open(keys, through); err != nil {
			return nil, err
		}
	}
	if time.Since(p.entry.verified) >= verifiedFor {
		if _, err := p.verifyAnew(ctx); err != nil {
			return nil, err
		}
	}
	return p.entry.session, nil
}

// enterOrganisation is the session that a member is entered through, nil for an account
// of its own. The member does not know the secrets that an error may tell.
func (p *provider) enterOrganisation(ctx context.Context) (Session, error) {
	if p.through == nil {
		return nil, nil
	}
	session, err := p.through.enterVerified(ctx)
	return session, p.through.masked(err)
}

func (p *provider) open(keys Keys, through Session) error {
	calls := p.newCalls(keys)
	p.entry.calls.Store(calls)
	account := Account{Settings: p.settings, Keys: keys, Calls: calls, Through: through}
	if through != nil {
		account.organisation = p.through.settings.AccountID
	}
	session, err := p.adapter.open(account)
	if err != nil {
		return &cloud.Error{Class: cloud.InvalidCredential, Doing: "enter " + p.settings.Place(), Err: calls.clean(err)}
	}
	p.entry.session, p.entry.through, p.entry.keys, p.entry.verified = session, through, keys, time.Time{}
	return nil
}

// newCalls are those of one session. Members share the organisation's connections: a
// pool for each of hundreds of accounts would keep one to each product and region. They have
// its secrets, too, which are what they are entered with.
func (p *provider) newCalls(keys Keys) *Calls {
	if p.through == nil {
		return newCalls(p.settings, keys, p.pace, p.adapter.classify, p.connections())
	}
	calls := newCalls(p.settings, keys, p.pace, p.adapter.classify, p.through.connections())
	calls.secrets.through = &p.through.entry.calls.Load().secrets
	return calls
}

// open opens an account with an endpoint that can be asked.
func (a Adapter) open(account Account) (Session, error) {
	if _, err := account.URL("any", "any"); err != nil {
		return nil, err
	}
	return a.Open(account)
}

func (p *provider) verify(ctx context.Context, session Session) error {
	identity, err := session.Identity(ctx)
	doing := "enter " + p.settings.Place()
	switch {
	case err != nil:
		return err
	case identity == "":
		return BadAnswer(doing, "the answer does not say whose the credential is")
	case identity != p.settings.AccountID:
		return &cloud.Error{Class: cloud.InvalidCredential, Doing: doing,
			Err: fmt.Errorf("the credential is of account %s, the configuration says account_id %s: correct one of them", identity, p.settings.AccountID)}
	}
	p.entry.verified = time.Now()
	return nil
}

// verifyAnew is verify, once more with new keys where those that were good before are refused.
func (p *provider) verifyAnew(ctx context.Context) (isRenewed bool, err error) {
	err = p.verify(ctx, p.entry.session)
	renewable, can := p.entry.session.(Renewable)
	if !can || p.entry.verified.IsZero() || cloud.ClassOf(err) != cloud.InvalidCredential || !renewable.Renew(ctx) {
		return false, err
	}
	return true, p.verify(ctx, p.entry.session)
}

// Renewable is a session with keys that can be had anew.
type Renewable interface {
	// Renew gives up the keys, and says whether there were some to give up.
	Renew(ctx context.Context) bool
}

// refused is what a region's answer means for the account: a credential that it does not
// take may be one that nobody takes any more since it was verified. Then the error is
// the account's, else the region's. Where new keys are good, the old ones had ended, and
// the call can be made again.
func (p *provider) refused(ctx context.Context, began time.Time, err error) error {
	var known *cloud.Error
	if !errors.As(err, &known) || known.Class != cloud.InvalidCredential || known.OfAccount {
		return err
	}
	if p.entry.one.Acquire(ctx, 1) != nil {
		return err
	}
	defer p.entry.one.Release(1)
	if p.entry.session == nil || p.entry.verified.After(began) {
		return err
	}
	isRenewed, again := p.verifyAnew(ctx)
	switch {
	case again == nil && isRenewed:
		return &cloud.Error{Class: cloud.Unavailable, Doing: known.Doing, Err: fmt.Errorf("the keys of the role had ended, and it was assumed anew: %w", known.Err)}
	case again == nil:
		return err
	}
	p.entry.verified = time.Time{}
	if class := cloud.ClassOf(again); class == cloud.InvalidCredential || class == cloud.Denied {
		return OfAccount(again)
	}
	return err
}

// classOfFile is that of a credential's file that cannot be read. One that is empty, or
// half replaced, may be whole a moment later.
func classOfFile(err error) cloud.Class {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, cloud.ErrMalformed) {
		return cloud.InvalidCredential
	}
	return cloud.Unavailable
}

func reveal(c cloud.Credential) (keys Keys, err error) {
	for _, part := range []struct {
		to     *string
		secret cloud.Secret
	}{{&keys.ID, c.ID}, {&keys.Key, c.Key}, {&keys.Token, c.Token}} {
		if *part.to, err = part.secret.Reveal(); err != nil {
			return Keys{}, err
		}
	}
	return keys, nil
}
