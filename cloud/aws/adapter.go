// Package aws lists instances, volumes, snapshots, images and networks of EC2, RDS database
// instances, load balancers, caches of ElastiCache and MemoryDB, clusters of EKS, buckets of
// S3, and certificates of ACM, of an AWS account through the official SDK.
package aws

import (
	"context"
	"net/http"

	"cloudsync/cloud/adapter"
)

// requestsPerSecond is half of what EC2 gives an account for each of its describing
// actions in a region: a bucket of 100 requests, refilled by 20 a second
// (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html). The other
// half is for whoever else uses the account. The other products publish no figures.
const requestsPerSecond = 10

// Adapter describes AWS.
func Adapter() adapter.Adapter {
	return adapter.Adapter{
		Provider: "aws",
		Open:     open,
		Listings: []adapter.Declared{
			&hosts, &disks, &databases, loadBalancers, caches,
			&vpcs, &subnets, &securityGroups, &publicIPs, &natGateways, &snapshots, &images,
			&eksClusters, &buckets, &certificates,
		},
		RequestsPerSecond: requestsPerSecond,
		Codes:             codes,
		Answered:          answered,
	}
}

func open(account adapter.Account) (adapter.Session, error) {
	s := &session{account: account, known: map[string]hidden{}}
	s.web = &http.Client{Transport: keeping{account.Calls.Transport(context.Background())}}
	if err := s.enter(); err != nil {
		return nil, err
	}
	return s, nil
}
