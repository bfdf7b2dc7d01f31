package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/resource"
)

// breaker keeps a run from asking an account again and again whose own keys, role or
// identity fail: every scope would fail with them, and asking on can lock it. What a
// region refuses to a credential that is whose it should be is no sign of that.
type breaker struct {
	accounts map[resource.Account]*accountState
	order    []resource.Account // of the accounts, as they were first asked for
}

// accountState is what a run has seen of an account.
type accountState struct {
	asking int    // scopes that are being listed
	known  bool   // its keys are sound: some scope was listed, or refused by its region alone
	lost   bool   // refused by its own keys, role or identity
	why    string // it is given up; empty: it is not
}

func newBreaker() *breaker { return &breaker{accounts: map[resource.Account]*accountState{}} }

func (b *breaker) of(account resource.Account) *accountState {
	if b.accounts[account] == nil {
		b.accounts[account] = &accountState{}
		b.order = append(b.order, account)
	}
	return b.accounts[account]
}

// asks takes that the scope is being listed, until note.
func (b *breaker) asks(scope activities.LocalScope) { b.of(scope.Owner()).asking++ }

// note takes the outcome of listing a scope.
func (b *breaker) note(scope activities.LocalScope, err error) {
	state := b.of(scope.Owner())
	state.asking--
	class := classOf(err)
	switch {
	case err == nil:
		state.entered()
	case class != cloud.InvalidCredential && class != cloud.Denied:
	case !activities.IsOfAccount(err):
		state.entered()
	case !state.known && !state.lost:
		state.lost = true
		state.why = fmt.Sprintf("skipped: the account was refused at %s: %s", scope.Place(), explain(err))
	}
}

// entered says that the account's keys, role and identity are sound, with some worker
// at least.
func (s *accountState) entered() { s.known, s.lost, s.why = true, false, "" }

// giveUp takes that another part of the run has given up accounts.
func (b *breaker) giveUp(accounts []LostAccount) {
	for _, account := range accounts {
		*b.of(account.Account) = accountState{lost: true, why: account.Why}
	}
}

// maxLost bounds the lost accounts that parts of a run tell each other.
const maxLost = 50

// lost are the accounts that are given up.
func (b *breaker) lost() (lost []LostAccount) {
	for _, account := range b.order {
		if state := b.accounts[account]; state.why != "" && len(lost) < maxLost {
			lost = append(lost, LostAccount{Account: account, Why: state.why})
		}
	}
	return lost
}

// LostAccount is an account that a run has given up, and why.
type LostAccount struct {
	resource.Account
	Why string `json:"why"`
}

// doubts says that the scope's account looks lost while some of its scopes are still
// being listed: with another worker's keys, one may be.
func (b *breaker) doubts(scope activities.LocalScope) bool {
	state := b.of(scope.Owner())
	return state.lost && state.asking > 0
}

// skips is why the scope is not to be listed; empty if it is.
func (b *breaker) skips(scope activities.LocalScope) string { return b.of(scope.Owner()).why }

// classOf is the class of a provider's failure, which is the type of the
// activity's error.
func classOf(err error) cloud.Class {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return cloud.Class(application.Type())
	}
	return ""
}
