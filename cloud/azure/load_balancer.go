package azure

import (
	"context"
	"slices"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// loadBalancerActions are what a credential has to be allowed for lists of load
// balancers.
var loadBalancerActions = []string{"Microsoft.Network/loadBalancers/read", "Microsoft.Network/publicIPAddresses/read"}

// loadBalancers lists load balancers; application gateways are another product.
type loadBalancers struct{ s *session }

func (l loadBalancers) counted() counted[resource.LoadBalancer] {
	return counted[resource.LoadBalancer]{
		s: l.s, kind: "load balancers", actions: loadBalancerActions, table: l.s.tables.loadBalancers, load: l.s.listLoadBalancers,
		idOf: func(row *resource.LoadBalancer) string { return row.NativeID },
	}
}

// List implements adapter.Lister. The cursor is the ARM id of the last one before.
func (l loadBalancers) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	return l.counted().list(ctx, region, cursor, func(row resource.LoadBalancer) resource.Row { return &row })
}

// Lookup implements adapter.Lister.
func (l loadBalancers) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	return l.counted().lookup(ctx, region, nativeIDs)
}

// listLoadBalancers lists all load balancers of the subscription, with the addresses
// of their public IPs.
func (s *session) listLoadBalancers(ctx context.Context) (census[resource.LoadBalancer], error) {
	census := newCensus[resource.LoadBalancer]()
	var found []*armnetwork.LoadBalancer
	all := list[armnetwork.LoadBalancer]{action: "lb_list", page: paged(
		func() *runtime.Pager[armnetwork.LoadBalancersClientListAllResponse] {
			return s.clients.loadBalancers.NewListAllPager(nil)
		},
		func(page armnetwork.LoadBalancersClientListAllResponse) answered[armnetwork.LoadBalancer] {
			return answered[armnetwork.LoadBalancer]{Value: page.Value, NextLink: page.NextLink}
		})}
	err := all.each(ctx, s, func(one *armnetwork.LoadBalancer) error {
		found = append(found, one)
		return nil
	})
	if err != nil || len(found) == 0 {
		return census, err
	}
	addresses, err := s.addressesOf(ctx, found)
	if err != nil {
		return census, err
	}
	for _, one := range found {
		row, err := loadBalancerRow(one, addresses, s.subscription)
		if err != nil {
			return census, err
		}
		census.add(location(one.Location), idOf(one.ID), *row)
	}
	census.sort()
	return census, nil
}

// addressesOf are the public IPs of the subscription, listed after the load balancers
// or covering them.
func (s *session) addressesOf(ctx context.Context, found []*armnetwork.LoadBalancer) (map[armID]string, error) {
	var needed []armID
	for _, one := range found {
		for _, frontend := range frontendsOf(one) {
			if id := publicIPOf(frontend); id.within(s.subscription) {
				needed = append(needed, id)
			}
		}
	}
	return s.tables.addresses.covering(ctx, "load balancers", true, time.Now(), has[string](needed), s.listAddresses)
}

// loadBalancerRow is the row of a load balancer. Its frontends are what it can be
// reached at.
func loadBalancerRow(one *armnetwork.LoadBalancer, addresses map[armID]string, subscription string) (*resource.LoadBalancer, error) {
	row := &resource.LoadBalancer{
		Meta: resource.Meta{NativeID: nativeID(nil, idOf(one.ID))},
		Name: text(one.Name),
		Tags: tagsOf(one.Tags),
	}
	if one.Properties != nil {
		row.NativeID = nativeID(one.Properties.ResourceGUID, idOf(one.ID))
		row.Status = text(one.Properties.ProvisioningState)
	}
	if one.SKU != nil {
		row.BalancerType = text(one.SKU.Name)
	}
	var networks []string
	for _, frontend := range frontendsOf(one) {
		if row.Scheme == "" {
			row.Scheme = resource.SchemeInternal
		}
		if frontend.Properties.PublicIPAddress != nil || frontend.Properties.PublicIPPrefix != nil {
			row.Scheme = resource.SchemePublic
		}
		address, err := addressOf(frontend, addresses, subscription, row.NativeID)
		if err != nil {
			return nil, err
		}
		row.Addresses = appendText(row.Addresses, address)
		row.Zones = append(row.Zones, sortedTexts(frontend.Zones)...)
		if subnet := frontend.Properties.Subnet; subnet != nil {
			row.SubnetIDs = appendText(row.SubnetIDs, string(idOf(subnet.ID)))
			networks = appendText(networks, idOf(subnet.ID).network())
		}
	}
	for _, set := range []*[]string{&row.Addresses, &row.Zones, &row.SubnetIDs, &networks} {
		slices.Sort(*set)
		*set = slices.Compact(*set)
	}
	if len(networks) > 0 { // all frontends are of one
		row.VPCID = networks[0]
	}
	return row, nil
}

func appendText(all []string, one string) []string {
	if one == "" {
		return all
	}
	return append(all, one)
}

// frontendsOf are the frontend configurations that have properties.
func frontendsOf(one *armnetwork.LoadBalancer) []*armnetwork.FrontendIPConfiguration {
	if one.Properties == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(one.Properties.FrontendIPConfigurations), func(f *armnetwork.FrontendIPConfiguration) bool {
		return f == nil || f.Properties == nil
	})
}

// publicIPOf is the id of a frontend's public IP, empty where it has none.
func publicIPOf(frontend *armnetwork.FrontendIPConfiguration) armID {
	if frontend.Properties.PublicIPAddress == nil {
		return ""
	}
	return idOf(frontend.Properties.PublicIPAddress.ID)
}

// addressOf is a frontend's address. A public IP of another subscription has none
// here: that subscription's credential sees it.
func addressOf(frontend *armnetwork.FrontendIPConfiguration, addresses map[armID]string, subscription, balancer string) (string, error) {
	id := publicIPOf(frontend)
	if id == "" {
		return text(frontend.Properties.PrivateIPAddress), nil
	}
	address, there := addresses[id]
	if !there && id.within(subscription) {
		return "", missing("lb_list", "load balancer "+balancer, "public IP", id)
	}
	return address, nil
}
