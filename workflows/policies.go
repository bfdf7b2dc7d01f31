package workflows

import (
	"cloudsync/activities"
	"cloudsync/diff"
)

// policies are those of a kind, and of the accounts that have one of their own.
type policies struct {
	ofKind     diff.Policy
	ofAccounts []activities.AccountPolicy
}

func (p policies) of(scope activities.LocalScope) diff.Policy {
	for _, own := range p.ofAccounts {
		if own.Provider == scope.Provider && own.Account == scope.Account {
			return own.Policy
		}
	}
	return p.ofKind
}
