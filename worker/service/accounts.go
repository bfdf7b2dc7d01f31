package service

import (
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
	return mock.New(account.Mock, account.Regions)
}
