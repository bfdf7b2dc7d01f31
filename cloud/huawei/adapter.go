// Package huawei lists what an account has at Huawei Cloud: its servers, disks, databases, load
// balancers, caches and networks
// (https://support.huaweicloud.com/intl/en-us/api.html).
package huawei

import "cloudsync/cloud/adapter"

// requestsPerSecond is far below what the API gateway takes of an API by default, 200 a
// second: the services behind it take fewer, and do not document how many.
// (https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-errorcode.html,
// APIGW.0308)
const requestsPerSecond = 10

// Adapter is Huawei Cloud.
func Adapter() adapter.Adapter {
	return adapter.Adapter{
		Provider:          "huawei",
		Open:              open,
		Listings:          []adapter.Declared{&hosts, &disks, databases, &loadBalancers, &caches, &vpcs, &subnets, &securityGroups, &publicIPs, natGateways, &snapshots, &images, clusters, certificates, &buckets},
		RequestsPerSecond: requestsPerSecond,
		Codes:             codes,
		Answered:          answered,
	}
}

func open(account adapter.Account) (adapter.Session, error) {
	if !account.Keys.IsZero() {
		if _, err := signing(account.Keys, ""); err != nil {
			return nil, err
		}
	}
	s := &session{account: account}
	s.enter()
	return s, nil
}
