package azure

import (
	"cmp"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// balancers are all load balancers of the subscription; application gateways are another
// product.
var balancers = adapter.Census[*session, loadBalancer]{
	Actions: []string{"lb_list"}, Path: listPath, Ask: ask[loadBalancer],
	Key:    func(l *loadBalancer) string { return idOf(l.ID) },
	Region: func(l *loadBalancer) string { return locationOf(l.Location) },
}

var loadBalancers = adapter.Listing[*session, loadBalancer]{
	Kind: resource.LoadBalancerKind, What: "load balancer", IDField: "properties.resourceGuid",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &balancers,
	Believe: permitted("Microsoft.Network/loadBalancers/read", "Microsoft.Network/publicIPAddresses/read"),
	ID:      func(l *loadBalancer) string { return strings.ToLower(l.Properties.ResourceGUID) },
	OtherID: func(l *loadBalancer) string { return idOf(l.ID) },
	Join:    joinLoadBalancers,
}

type loadBalancer struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags"`
	SKU        sku               `json:"sku"`
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

// loadBalancerRow has what the load balancer can be reached at, its frontends.
func loadBalancerRow(f *adapter.Fields, l *loadBalancer, known *adapter.Members[publicIP], subscription string) resource.Row {
	row := &resource.LoadBalancer{
		Meta:         resource.Meta{NativeID: f.ID()},
		Name:         l.Name,
		Status:       l.Properties.ProvisioningState,
		BalancerType: l.SKU.Name,
		Tags:         tagsOf(l.Tags),
	}
	for _, frontend := range l.Properties.Frontends {
		p := frontend.Properties
		if p == nil {
			continue
		}
		row.Scheme = cmp.Or(row.Scheme, resource.SchemeInternal)
		if p.PublicIPAddress != nil || p.PublicIPPrefix != nil {
			row.Scheme = resource.SchemePublic
		}
		if id := idWithin(subscription, p.PublicIPAddress); id != "" {
			row.Addresses = append(row.Addresses, addressOf(f, known, id))
		} else if p.PublicIPAddress == nil || p.PublicIPAddress.ID == "" {
			row.Addresses = append(row.Addresses, p.PrivateIPAddress)
		}
		row.Zones = append(row.Zones, frontend.Zones...)
		row.SubnetIDs = append(row.SubnetIDs, idOf(p.Subnet.ID))
	}
	row.Addresses, row.Zones, row.SubnetIDs = adapter.IPs(row.Addresses...), adapter.Set(row.Zones...), adapter.Set(row.SubnetIDs...)
	if len(row.SubnetIDs) > 0 { // all frontends are of one network
		row.VPCID = networkOf(row.SubnetIDs[0])
	}
	return row
}
