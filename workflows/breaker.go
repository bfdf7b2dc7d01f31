package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/resource"
)

// refusedAccounts is the change since when a run does not go on asking an account
// that the cloud refuses.
const refusedAccounts = "refused-accounts"

// regionsRefuse is the change since when what a region refuses is the region's. Until
// then one refused credential, or two denied regions, gave up an account of which
// nothing was listed yet, and with it the sound regions whose turn had not come.
const regionsRefuse = "regions-refuse"

// breaker keeps a run from asking an account again and again whose own keys, role or
// identity fail: every scope would fail with them, and asking on can lock it. What a
// region refuses to a credential that is whose it should be is no sign of that.
type breaker struct {
	accounts map[resource.Account]*accountState
}

// accountState is what a run has seen of an account.
type accountState struct {
	asking int    // scopes that are being listed
	listed bool   // some scope, or, since regionsRefuse, some region refused by itself
	why    string // the account is given up; empty: it is not
	all    bool   // with the scopes that have rows
	lost   bool   // since regionsRefuse: by its own keys, role or identity
	denied string // before: the place that was denied first
}

func newBreaker() breaker { return breaker{accounts: map[resource.Account]*accountState{}} }

func (b breaker) of(scope activities.LocalScope) *accountState {
	account := scope.Owner()
	if b.accounts[account] == nil {
		b.accounts[account] = &accountState{}
	}
	return b.accounts[account]
}

// asks takes that the scope is being listed, until note.
func (b breaker) asks(scope activities.LocalScope) { b.of(scope).asking++ }

// note takes the outcome of listing a scope.
func (b breaker) note(ctx workflow.Context, scope activities.LocalScope, err error) {
	state := b.of(scope)
	state.asking--
	class := classOf(err)
	switch {
	case err == nil:
		state.entered()
	case class != cloud.InvalidCredential && class != cloud.Denied:
	case workflow.GetVersion(ctx, regionsRefuse, workflow.DefaultVersion, 1) == workflow.DefaultVersion:
		state.noteAsBefore(scope, class, err)
	case !activities.IsOfAccount(err):
		state.entered()
	case !state.listed && !state.lost:
		state.giveUp(scope, err)
		state.lost, state.all = true, true
	}
}

// entered says that the account's keys, role and identity are sound, with some worker
// at least.
func (s *accountState) entered() { s.listed, s.lost, s.why, s.all = true, false, "", false }

func (s *accountState) giveUp(scope activities.LocalScope, err error) {
	s.why = fmt.Sprintf("skipped: the account was refused at %s: %s", scope.Place(), explain(err))
}

// noteAsBefore is note before regionsRefuse.
func (s *accountState) noteAsBefore(scope activities.LocalScope, class cloud.Class, err error) {
	switch {
	case s.all || s.listed: // given up already; or what is refused is the region's own
	case class == cloud.InvalidCredential, s.denied != "" && s.why == "":
		s.giveUp(scope, err)
		s.all = class == cloud.InvalidCredential
	case s.denied == "":
		s.denied = scope.Place()
	}
}

// doubts says that the scope's account looks lost while some of its scopes are still
// being listed: with another worker's keys, one may be.
func (b breaker) doubts(scope activities.LocalScope) bool {
	state := b.of(scope)
	return state.lost && state.asking > 0
}

// skips is why the scope is not to be listed; empty if it is.
func (b breaker) skips(ctx workflow.Context, scope activities.LocalScope) string {
	state := b.of(scope)
	if state.why == "" || !state.all && scope.Local.Count > 0 {
		return ""
	}
	if workflow.GetVersion(ctx, refusedAccounts, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return ""
	}
	return state.why
}

// classOf is the class of a provider's failure, which is the type of the
// activity's error.
func classOf(err error) cloud.Class {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return cloud.Class(application.Type())
	}
	return ""
}
