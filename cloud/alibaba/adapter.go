// Package alibaba lists what an account at Alibaba Cloud has: ECS instances with their
// disks, images, snapshots and security groups, networks, databases (RDS, PolarDB, MongoDB),
// load balancers (classic ones, SLB; ALB; NLB), caches (Tair, Redis), Kubernetes clusters,
// buckets and certificates.
package alibaba

import "cloudsync/cloud/adapter"

// requestsPerSecond is 500 hosts a second. The thresholds are of each action, account and
// region, a minute long, and shown in the account's Quota Center only
// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-throttling).
const requestsPerSecond = 5

// Adapter is Alibaba Cloud.
func Adapter() adapter.Adapter {
	return adapter.Adapter{
		Provider: "alibaba",
		Open:     open,
		Listings: []adapter.Declared{
			&hosts, &disks, databases, loadBalancers, &caches, &vpcs, &subnets, &securityGroups, &publicIPs, &natGateways,
			&snapshots, &images, &clusters, &buckets, &certificates,
		},
		RequestsPerSecond: requestsPerSecond,
		Codes:             codes,
		Answered:          answered,
	}
}

func open(account adapter.Account) (adapter.Session, error) {
	s := &session{account: account, home: homeRegion(account.Settings)}
	s.enter()
	return s, nil
}
