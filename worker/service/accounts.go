package service

import (
	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/config"
)

// newAccounts makes a client for each configured account.
func newAccounts(configured []config.Account) cloud.Accounts {
	accounts := make(cloud.Accounts, len(configured))
	for i, account := range configured {
		accounts[i] = cloud.Account{Provider: account.Provider, Name: account.Name, Client: newClient(account)}
	}
	return accounts
}

// newClient knows the providers; the configuration has refused any other.
func newClient(account config.Account) cloud.Provider {
	client := cloud.Provider(mock.New(account.Mock, account.Regions))
	if account.RequestsPerSecond > 0 {
		client = cloud.Limit(client, account.RequestsPerSecond)
	}
	return client
}

// accountPolicies are those of the accounts that treat the kind in their own way.
func accountPolicies(configured []config.Account, kind string) (policies []activities.AccountPolicy) {
	for _, account := range configured {
		for _, own := range account.Policies {
			if own.Kind == kind {
				policies = append(policies, activities.AccountPolicy{Provider: account.Provider, Account: account.Name, Policy: own.Policy})
			}
		}
	}
	return policies
}
