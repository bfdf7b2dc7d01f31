// Package tencent lists what an account has at Tencent Cloud: CVM instances, CBS
// disks, databases (TencentDB for MySQL, PostgreSQL and MongoDB, TDSQL-C), CLB load balancers,
// TencentDB for Redis instances, networks with their security groups and addresses,
// snapshots, own images, Kubernetes clusters and certificates, through the API 3.0
// (https://cloud.tencent.com/document/api), and the buckets of COS.
package tencent

import "cloudsync/cloud/adapter"

// requestsPerSecond is half of the lowest documented limit of the actions used: 20 a
// second for DescribeLoadBalancers, DescribeAddresses, DescribeCertificates and
// GetCallerIdentity, 40 for DescribeInstances (of Redis: 35), 100 for DescribeDBInstances (of
// MongoDB: 20); that of DescribeDisks is taken to be the 20 of the other CBS actions, those of
// the rest are not documented. Others use the account too.
// (https://cloud.tencent.com/document/product/213/15728 and the pages of the others)
const requestsPerSecond = 10

// Adapter is Tencent Cloud.
func Adapter() adapter.Adapter {
	return adapter.Adapter{
		Provider: "tencent",
		Open:     open,
		Listings: []adapter.Declared{
			&hosts, &disks, databases, &loadBalancers, &caches,
			&vpcs, &subnets, &securityGroups, &publicIPs, &natGateways,
			&snapshots, &images, clusters, &certificates, &buckets,
		},
		RequestsPerSecond: requestsPerSecond,
		Codes:             codes,
		Answered:          answered,
	}
}

func open(account adapter.Account) (adapter.Session, error) {
	s := &Session{account: account}
	return s, s.enter()
}
