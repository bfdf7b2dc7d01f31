// Package google lists the resources of a Google Cloud project.
package google

import (
	"context"
	"net/http"

	"cloudsync/cloud/adapter"
)

// requestsPerSecond is for each region, while Compute Engine counts the whole project: 1,500
// lists a minute (https://cloud.google.com/compute/api-quota, an older page of it). The lists
// of the whole project are paced together, as one region more; an answer that says that it is
// too much slows down.
const requestsPerSecond = 8

// Adapter describes Google Cloud. An account is a project, or an organisation or folder that
// knows its projects; a region is one of Compute Engine's, or global.
func Adapter() adapter.Adapter {
	return adapter.Adapter{
		Provider: "google",
		Open:     open,
		Listings: []adapter.Declared{
			&hosts, &disks, &databases, loadBalancers, caches,
			vpcs, subnets, securityGroups, publicIPs, &natGateways, snapshots, images, gkeClusters, buckets, certificates,
		},
		RequestsPerSecond: requestsPerSecond,
		Codes:             codes,
		Answered:          answered,
	}
}

func open(account adapter.Account) (adapter.Session, error) {
	client := &http.Client{Transport: account.Calls.Transport(context.Background())}
	if organisation, isMember := account.Through.(*session); isMember { // whose credential is good for all
		return &session{account: account, client: client, tokens: organisation.tokens}, nil
	}
	tokens, err := newTokens(account)
	if err != nil {
		return nil, err
	}
	return &session{account: account, client: client, tokens: tokens}, nil
}
