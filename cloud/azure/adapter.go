// Package azure lists the resources of an Azure subscription through Azure Resource
// Manager (ARM).
package azure

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	azcloud "github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"cloudsync/cloud/adapter"
)

// requestsPerSecond is for each region, while ARM counts the whole subscription: its
// reads fill a bucket of 250 with 25 a second
// (https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling).
// Two regions at a time and the lists of the whole subscription stay within it; an
// answer 429 slows more of them down. With a much lower pace, the first page of hosts
// would wait too long for those lists.
const requestsPerSecond = 8

// Adapter describes Azure. An account is a subscription, or a tenant that knows its
// subscriptions; a region is a location.
func Adapter() adapter.Adapter {
	return adapter.Adapter{
		Provider:     "azure",
		CaselessTags: true, // https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
		Open:         open,
		Listings: []adapter.Declared{
			&hosts, &disks, databases, &loadBalancers, &caches, &vpcs, &subnets, &securityGroups, &publicIPs, &natGateways,
			&clusters, &buckets, &snapshots, &machineImages,
		},
		RequestsPerSecond: requestsPerSecond,
		Codes:             codes,
		Answered:          answered,
	}
}

func open(account adapter.Account) (adapter.Session, error) {
	if tenant, isMember := account.Through.(*session); isMember { // whose credential is good for all
		return newSession(account, tenant.base, tenant.client, tenant.tokens), nil
	}
	where := cloudOf(account.Settings)
	base, err := url.Parse(where.Services[azcloud.ResourceManager].Endpoint)
	if err != nil {
		return nil, fmt.Errorf("read the endpoint: %w", err)
	}
	options := policy.ClientOptions{
		Cloud:                           where,
		Transport:                       &http.Client{Transport: account.Calls.Transport(context.Background())},
		Retry:                           policy.RetryOptions{MaxRetries: -1}, // the sync tries again, within its pace
		Telemetry:                       policy.TelemetryOptions{Disabled: true},
		InsecureAllowCredentialWithHTTP: account.OnLoopback(),
	}
	tokens, err := newTokens(account, options)
	if err != nil {
		return nil, err
	}
	// Reading registers nothing.
	client, err := arm.NewClient("cloudsync", "v1.0.0", tokens, &arm.ClientOptions{ClientOptions: options, DisableRPRegistration: true})
	if err != nil {
		return nil, err
	}
	return newSession(account, base, client, tokens), nil
}
