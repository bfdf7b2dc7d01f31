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

// Adapter describes Google Cloud. An account is a project, a region one of Compute Engine's,
// or global.
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
	tokens, err := newTokens(account)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: account.Calls.Transport(context.Background())}
	return &session{account: account, client: client, tokens: tokens}, nil
}
