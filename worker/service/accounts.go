package service

import (
	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/config"
	"cloudsync/resource"
	"cloudsync/worker/clouds"
)

// newAccounts makes a client for each configured account.
func newAccounts(configured []config.Account, watch cloud.Watch) (cloud.Accounts, error) {
	accounts := make(cloud.Accounts, len(configured))
	for i, account := range configured {
		client, err := newClient(account, watch)
		if err != nil {
			return nil, err
		}
		accounts[i] = cloud.Account{
			Account: resource.Account{Provider: account.Provider, Name: account.Name}, ID: account.AccountID, Client: client,
		}
	}
	return accounts, nil
}

func newClient(account config.Account, watch cloud.Watch) (cloud.Provider, error) {
	settings := account.Settings()
	settings.Watch = watch
	if account.Provider != config.MockProvider {
		return clouds.Open(settings)
	}
	client := cloud.Watched(mock.New(account.Mock, account.Regions), settings.Account(), watch)
	if account.RequestsPerSecond > 0 {
		client = cloud.Limit(client, account.RequestsPerSecond)
	}
	return client, nil
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
