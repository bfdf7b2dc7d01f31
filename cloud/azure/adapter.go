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
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v7"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// lookupLimit is large because ARM has no filter by id: a lookup lists the location
// again, however few ids it is for.
const lookupLimit = 1000

// requestsPerSecond is for each region, while ARM counts the whole subscription: its
// reads fill a bucket of 250 with 25 a second
// (https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling).
// Two regions at a time and the lists of the whole subscription stay within it; an
// answer 429 slows more of them down. With a much lower pace, the first page of hosts
// would wait too long for those lists.
const requestsPerSecond = 8

// Adapter describes Azure. An account is a subscription, a region a location.
func Adapter() adapter.Adapter {
	return adapter.Adapter{
		Provider:     "azure",
		CaselessTags: true, // https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
		Open:         func(account adapter.Account) (adapter.Session, error) { return open(account) },
		Kinds: map[string]int{
			resource.HostKind.Name():         lookupLimit,
			resource.DiskKind.Name():         lookupLimit,
			resource.LoadBalancerKind.Name(): lookupLimit,
			resource.DatabaseKind.Name():     lookupLimit,
		},
		RequestsPerSecond: requestsPerSecond,
		Classify:          classify,
	}
}

// session is a subscription, entered with one credential.
type session struct {
	subscription string
	place        string // such as azure/prod
	calls        *adapter.Calls
	tokens       *tokens
	links        links
	clients      clients
	permissions  *adapter.Tables[permissions]
	locations    *adapter.Tables[[]string]
	tables       tables
	listers      map[string]adapter.Lister
}

// clients are those of the SDK. All of them are of one subscription and of all its
// locations.
type clients struct {
	arm           *arm.Client // for what the SDK has no client for
	machines      *armcompute.VirtualMachinesClient
	sizes         *armcompute.VirtualMachineSizesClient
	disks         *armcompute.DisksClient
	interfaces    *armnetwork.InterfacesClient
	addresses     *armnetwork.PublicIPAddressesClient
	loadBalancers *armnetwork.LoadBalancersClient
}

func open(account adapter.Account) (*session, error) {
	where := cloudOf(account.Settings)
	options := policy.ClientOptions{
		Cloud:                           where,
		Transport:                       transport(account.Calls),
		Retry:                           policy.RetryOptions{MaxRetries: -1}, // the sync tries again, within its pace
		Telemetry:                       policy.TelemetryOptions{Disabled: true},
		InsecureAllowCredentialWithHTTP: account.OnLoopback(),
	}
	tokens, err := newTokens(account, options)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(where.Services[azcloud.ResourceManager].Endpoint)
	if err != nil {
		return nil, fmt.Errorf("read the endpoint: %w", err)
	}
	// Reading registers nothing.
	clients, err := newClients(account.AccountID, tokens, &arm.ClientOptions{ClientOptions: options, DisableRPRegistration: true})
	if err != nil {
		return nil, err
	}
	s := &session{
		subscription: account.AccountID, place: account.Place(), calls: account.Calls, tokens: tokens, clients: clients,
		links:       links{base: base, subscription: account.AccountID},
		permissions: &adapter.Tables[permissions]{MaxAgeAtStart: shareFor},
		locations:   &adapter.Tables[[]string]{MaxAgeAtStart: shareFor},
		tables:      newTables(),
	}
	s.listers = map[string]adapter.Lister{
		resource.HostKind.Name():         hosts{s},
		resource.DiskKind.Name():         disks{s},
		resource.LoadBalancerKind.Name(): loadBalancers{s},
		resource.DatabaseKind.Name():     databases{s},
	}
	return s, nil
}

func newClients(subscription string, tokens *tokens, options *arm.ClientOptions) (c clients, err error) {
	if c.arm, err = arm.NewClient("cloudsync", "v1.0.0", tokens, options); err != nil {
		return c, err
	}
	compute, err := armcompute.NewClientFactory(subscription, tokens, options)
	if err != nil {
		return c, err
	}
	network, err := armnetwork.NewClientFactory(subscription, tokens, options)
	if err != nil {
		return c, err
	}
	c.machines = compute.NewVirtualMachinesClient()
	c.sizes = compute.NewVirtualMachineSizesClient()
	c.disks = compute.NewDisksClient()
	c.interfaces = network.NewInterfacesClient()
	c.addresses = network.NewPublicIPAddressesClient()
	c.loadBalancers = network.NewLoadBalancersClient()
	return c, nil
}

// Lister implements adapter.Session.
func (s *session) Lister(kind string) adapter.Lister { return classed{s.listers[kind], s.place} }

// cloudOf is the cloud that the settings name: the public one, that of which the
// endpoint is, or the public one behind another endpoint.
func cloudOf(settings cloud.Settings) azcloud.Configuration {
	endpoint := settings.EndpointFor("management", "")
	if endpoint == "" {
		return azcloud.AzurePublic
	}
	for _, known := range []azcloud.Configuration{azcloud.AzurePublic, azcloud.AzureGovernment, azcloud.AzureChina} {
		if known.Services[azcloud.ResourceManager].Endpoint == endpoint {
			return known
		}
	}
	return azcloud.Configuration{
		ActiveDirectoryAuthorityHost: azcloud.AzurePublic.ActiveDirectoryAuthorityHost,
		Services: map[azcloud.ServiceName]azcloud.ServiceConfiguration{azcloud.ResourceManager: {
			Audience: azcloud.AzurePublic.Services[azcloud.ResourceManager].Audience, Endpoint: endpoint,
		}},
	}
}

// transport follows no redirections: the token would go along.
func transport(calls *adapter.Calls) *http.Client {
	return &http.Client{
		Transport:     calls.Transport(context.Background()),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
