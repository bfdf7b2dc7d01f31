package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/cloud"
)

// refusedAccounts is the change since when a run does not go on asking an account
// that the cloud refuses.
const refusedAccounts = "refused-accounts"

// breaker keeps a run from asking an account again and again that the cloud
// refuses. A credential that is refused at the first scope is mostly refused at all;
// where another scope was listed with it, it is the region that refuses. A denied
// listing may be that of one region alone, as organisations deny whole regions: it
// takes two regions of an account, and none that was listed, to give it up, and even
// then a scope is listed that the inventory has rows of: it could be listed before.
type breaker struct {
	accounts map[string]*accountState
}

// accountState is what a run has seen of an account.
type accountState struct {
	listed bool   // some scope
	denied string // the place that was denied first
	why    string // the account is given up; empty: it is not
	all    bool   // with the scopes that have rows
}

func newBreaker() breaker { return breaker{accounts: map[string]*accountState{}} }

func (b breaker) of(scope activities.LocalScope) *accountState {
	account := scope.Provider + "/" + scope.Account
	if b.accounts[account] == nil {
		b.accounts[account] = &accountState{}
	}
	return b.accounts[account]
}

// note takes the outcome of listing a scope.
func (b breaker) note(scope activities.LocalScope, err error) {
	state, place := b.of(scope), scope.Place()
	switch class := classOf(err); {
	case err == nil:
		state.listed, state.why, state.all = true, "", false
	case state.all || state.listed: // given up already; or what is refused is the region's own
	case class == cloud.InvalidCredential, class == cloud.Denied && state.denied != "" && state.why == "":
		state.why = fmt.Sprintf("skipped: the account was refused at %s: %s", place, explain(err))
		state.all = class == cloud.InvalidCredential
	case class == cloud.Denied && state.denied == "":
		state.denied = place
	}
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
