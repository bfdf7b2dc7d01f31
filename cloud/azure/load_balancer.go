package azure

import (
	"context"
	"slices"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// loadBalancerActions are what a credential has to be allowed for lists of load
// balancers.
var loadBalancerActions = []string{"Microsoft.Network/loadBalancers/read", "Microsoft.Network/publicIPAddresses/read"}

// loadBalancers lists load balancers; application gateways are another product.
type loadBalancers struct{ s *session }

// balancer is a load balancer as ARM lists it.
type balancer struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags"`
	SKU        named             `json:"sku"`
	Properties struct {
		ResourceGUID      string     `json:"resourceGuid"`
		ProvisioningState string     `json:"provisioningState"`
		Frontends         []frontend `json:"frontendIPConfigurations"`
	} `json:"properties"`
}

// frontend is what a load balancer can be reached at.
type frontend struct {
	Zones      []string `json:"zones"`
	Properties *struct {
		PrivateIPAddress string     `json:"privateIPAddress"`
		PublicIPAddress  *reference `json:"publicIPAddress"`
		PublicIPPrefix   *reference `json:"publicIPPrefix"`
		Subnet           reference  `json:"subnet"`
	} `json:"properties"`
}

func (l loadBalancers) counted() counted[readRow[resource.LoadBalancer]] {
	return counted[readRow[resource.LoadBalancer]]{
		s: l.s, kind: "load balancers", what: "load balancer", actions: loadBalancerActions, table: l.s.tables.loadBalancers, load: l.s.listLoadBalancers,
		idOf: func(one *readRow[resource.LoadBalancer]) string { return one.row.NativeID },
	}
}

// List implements adapter.Lister. The cursor is the ARM id of the last one before.
func (l loadBalancers) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	return l.counted().list(ctx, region, cursor, func(one readRow[resource.LoadBalancer]) (resource.Row, string) { return &one.row, one.problem })
}

// Lookup implements adapter.Lister.
func (l loadBalancers) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	return l.counted().lookup(ctx, region, nativeIDs)
}

// listLoadBalancers lists all load balancers of the subscription, with the addresses
// of their public IPs.
func (s *session) listLoadBalancers(ctx context.Context) (census[readRow[resource.LoadBalancer]], error) {
	census := newCensus[readRow[resource.LoadBalancer]]()
	var found []*adapter.Item[balancer]
	all := list[balancer]{action: "lb_list", page: paged[balancer](
		func() *runtime.Pager[armnetwork.LoadBalancersClientListAllResponse] {
			return s.clients.loadBalancers.NewListAllPager(nil)
		})}
	err := all.each(ctx, s, func(one *adapter.Item[balancer]) { found = append(found, one) })
	if err != nil || len(found) == 0 {
		return census, err
	}
	addresses, err := s.addressesOf(ctx, found)
	if err != nil {
		return census, err
	}
	for _, one := range found {
		native := nativeIDOf(one, one.Value.Properties.ResourceGUID, idOf(one.Value.ID))
		f := one.Read("load balancer", native)
		row, err := loadBalancerRow(f, &one.Value, addresses, s.subscription)
		if err != nil {
			return census, err
		}
		row.NativeID = native
		census.add(location(one.Value.Location), idOf(one.Value.ID), readRow[resource.LoadBalancer]{row: row, problem: f.Problem()})
	}
	census.sort()
	return census, nil
}

// addressesOf are the public IPs of the subscription, listed after the load balancers
// or covering them.
func (s *session) addressesOf(ctx context.Context, found []*adapter.Item[balancer]) (map[armID]publicIP, error) {
	var needed []armID
	for _, one := range found {
		for _, frontend := range one.Value.frontends() {
			if id := frontend.publicIP(); id.within(s.subscription) {
				needed = append(needed, id)
			}
		}
	}
	return s.tables.addresses.covering(ctx, "load balancers", true, time.Now(), has[publicIP](needed), s.listAddresses)
}

// loadBalancerRow is the row of a load balancer. Its frontends are what it can be
// reached at.
func loadBalancerRow(f *adapter.Fields, one *balancer, known map[armID]publicIP, subscription string) (resource.LoadBalancer, error) {
	row := resource.LoadBalancer{
		Name:         one.Name,
		Status:       one.Properties.ProvisioningState,
		BalancerType: one.SKU.Name,
		Tags:         one.Tags,
	}
	var addresses, zones, subnets, networks []string
	for _, frontend := range one.frontends() {
		if row.Scheme == "" {
			row.Scheme = resource.SchemeInternal
		}
		if frontend.Properties.PublicIPAddress != nil || frontend.Properties.PublicIPPrefix != nil {
			row.Scheme = resource.SchemePublic
		}
		address, err := frontend.address(f, known, subscription, row.NativeID)
		if err != nil {
			return row, err
		}
		addresses = append(addresses, address)
		zones = append(zones, frontend.Zones...)
		subnet := idOf(frontend.Properties.Subnet.ID)
		subnets, networks = append(subnets, string(subnet)), append(networks, subnet.network())
	}
	row.Addresses, row.Zones, row.SubnetIDs = adapter.IPs(addresses...), adapter.Set(zones...), adapter.Set(subnets...)
	if networks = adapter.Set(networks...); len(networks) > 0 { // all frontends are of one
		row.VPCID = networks[0]
	}
	return row, nil
}

// frontends are the frontend configurations that have properties.
func (b *balancer) frontends() []frontend {
	return slices.DeleteFunc(slices.Clone(b.Properties.Frontends), func(f frontend) bool { return f.Properties == nil })
}

// publicIP is the id of a frontend's public IP, empty where it has none.
func (f frontend) publicIP() armID {
	if f.Properties.PublicIPAddress == nil {
		return ""
	}
	return idOf(f.Properties.PublicIPAddress.ID)
}

// address is a frontend's address. A public IP of another subscription has none here:
// that subscription's credential sees it.
func (f frontend) address(fields *adapter.Fields, known map[armID]publicIP, subscription, balancer string) (string, error) {
	id := f.publicIP()
	if id == "" {
		return f.Properties.PrivateIPAddress, nil
	}
	address, there := known[id]
	if !there && id.within(subscription) {
		return "", missing("lb_list", "load balancer "+balancer, "public IP", id)
	}
	return address.read(fields), nil
}
