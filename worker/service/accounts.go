package service

import (
	"fmt"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/config"
	"cloudsync/resource"
)

// Opener returns an account at its real cloud; it asks nobody yet.
type Opener func(cloud.Settings) (cloud.Provider, error)

// newAccounts makes a client for each configured account.
func newAccounts(configured []config.Account, open Opener, watch cloud.Watch) (cloud.Accounts, error) {
	accounts := make(cloud.Accounts, len(configured))
	for i, account := range configured {
		client, err := newClient(account, open, watch)
		if err != nil {
			return nil, err
		}
		accounts[i] = cloud.Account{
			Account: resource.Account{Provider: account.Provider, Name: account.Name}, ID: account.AccountID, Client: client,
		}
	}
	return accounts, nil
}

func newClient(account config.Account, open Opener, watch cloud.Watch) (cloud.Provider, error) {
	settings := account.Settings()
	settings.Watch = watch
	if account.Provider != config.MockProvider {
		return open.account(settings)
	}
	client := cloud.Watched(mock.New(account.Mock, account.Regions), settings.Account(), watch)
	if account.RequestsPerSecond > 0 {
		client = cloud.Limit(client, account.RequestsPerSecond)
	}
	return client, nil
}

func (o Opener) account(settings cloud.Settings) (cloud.Provider, error) {
	if o == nil {
		return nil, fmt.Errorf("account %s: this worker knows the mock cloud only: use the one that `make build` compiles, or take the account out of public_cloud_sync.accounts",
			settings.Place())
	}
	return o(settings)
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
