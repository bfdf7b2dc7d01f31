package workflows

import (
	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/resource"
)

// policies are those of a kind, and of the accounts that have one of their own.
type policies struct {
	ofKind     diff.Policy
	ofAccounts []activities.AccountPolicy
}

// own are the policies of those among accounts that have one of their own.
func (p policies) own(among func(resource.Account) bool) (own []activities.AccountPolicy) {
	for _, policy := range p.ofAccounts {
		if among(resource.Account{Provider: policy.Provider, Name: policy.Account}) {
			own = append(own, policy)
		}
	}
	return own
}

func (p policies) of(scope activities.LocalScope) diff.Policy {
	for _, own := range p.ofAccounts {
		if own.Provider == scope.Provider && own.Account == scope.Account {
			return own.Policy
		}
	}
	return p.ofKind
}
