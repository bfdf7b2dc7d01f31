package workflows

import (
	"slices"

	"cloudsync/activities"
	"cloudsync/resource"
)

// breaker has what a run has seen of its accounts: one that is given up is not asked again.
type breaker struct {
	accounts map[resource.Account]*activities.AccountState
	order    []resource.Account // of the accounts, as they were first asked for
}

func newBreaker() *breaker {
	return &breaker{accounts: map[resource.Account]*activities.AccountState{}}
}

func (b *breaker) of(account resource.Account) *activities.AccountState {
	if b.accounts[account] == nil {
		b.accounts[account] = &activities.AccountState{}
		b.order = append(b.order, account)
	}
	return b.accounts[account]
}

// giveUp takes that another part of the run has given up accounts.
func (b *breaker) giveUp(accounts []LostAccount) {
	for _, account := range accounts {
		b.of(account.Account).GiveUp(account.Why)
	}
}

// maxLost bounds the lost accounts that parts of a run tell each other.
const maxLost = 50

func anyAccount(resource.Account) bool { return true }

// lost are those of some accounts that are given up.
func (b *breaker) lost(among func(resource.Account) bool) (lost []LostAccount) {
	for _, account := range b.order {
		if why := b.accounts[account].Why(); why != "" && len(lost) < maxLost && among(account) {
			lost = append(lost, LostAccount{Account: account, Why: why})
		}
	}
	return lost
}

// entered says that some account was entered.
func (b *breaker) entered() bool {
	return slices.ContainsFunc(b.order, func(account resource.Account) bool { return b.accounts[account].Entered() })
}

// LostAccount is an account that a run has given up, and why.
type LostAccount struct {
	resource.Account
	Why string `json:"why"`
}
