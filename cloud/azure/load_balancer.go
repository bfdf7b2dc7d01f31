package azure

import (
	"cmp"
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// balancers are all load balancers of the subscription, and all application gateways.
var balancers = adapter.Census[*session, loadBalancer]{
	Actions: []string{"lb_list", "appgw_list"}, Path: listPath, Ask: ask[loadBalancer],
	Key:    func(l *loadBalancer) string { return idOf(l.ID) },
	Region: func(l *loadBalancer) string { return locationOf(l.Location) },
}

var loadBalancers = adapter.Listing[*session, loadBalancer]{
	Kind: resource.LoadBalancerKind, What: "load balancer", IDField: "properties.resourceGuid",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &balancers,
	Believe: permitted("Microsoft.Network/loadBalancers/read", "Microsoft.Network/applicationGateways/read", "Microsoft.Network/publicIPAddresses/read"),
	ID:      func(l *loadBalancer) string { return strings.ToLower(l.Properties.ResourceGUID) },
	OtherID: func(l *loadBalancer) string { return idOf(l.ID) },
	Join:    joinLoadBalancers,
}

// loadBalancer is what either list has of one. Certificates and their passwords are not
// looked at.
type loadBalancer struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Location   string            `json:"location"`
	Zones      []string          `json:"zones"` // of a gateway
	Tags       map[string]string `json:"tags"`
	SKU        sku               `json:"sku"`
	Properties struct {
		ResourceGUID      string     `json:"resourceGuid"`
		ProvisioningState string     `json:"provisioningState"`
		Frontends         []frontend `json:"frontendIPConfigurations"`
		Rules             []rule     `json:"loadBalancingRules"`
		NATRules          []rule     `json:"inboundNatRules"`
		NATPools          []rule     `json:"inboundNatPools"`

		// The rest is of gateways.
		SKU              sku              `json:"sku"`
		OperationalState string           `json:"operationalState"`
		Networks         []gatewayNetwork `json:"gatewayIPConfigurations"`
		FrontendPorts    []frontendPort   `json:"frontendPorts"`
		HTTPListeners    []listener       `json:"httpListeners"`
		Listeners        []listener       `json:"listeners"` // of TCP and TLS
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

// rule lets a port of the frontend in, or a range of them; HA ports are port 0.
type rule struct {
	Properties struct {
		Protocol string `json:"protocol"`
		Port     string `json:"frontendPort"`
		First    string `json:"frontendPortRangeStart"`
		Last     string `json:"frontendPortRangeEnd"`
	} `json:"properties"`
}

// rulePorts are those of all rules.
func (l *loadBalancer) rulePorts(f *adapter.Fields) (ports []string) {
	for _, rule := range slices.Concat(l.Properties.Rules, l.Properties.NATRules, l.Properties.NATPools) {
		p := rule.Properties
		first := p.Port
		if p.Last != "" { // the other is 0, or absent
			first = p.First
		}
		ports = append(ports, f.Listener(p.Protocol, first, p.Last))
	}
	return ports
}

// loadBalancerRow has what the load balancer can be reached at, its frontends.
func loadBalancerRow(f *adapter.Fields, l *loadBalancer, known *adapter.Members[publicIP], subscription string) resource.Row {
	row := &resource.LoadBalancer{
		Meta:         resource.Meta{NativeID: f.ID()},
		Name:         l.Name,
		Status:       cmp.Or(l.Properties.OperationalState, l.Properties.ProvisioningState),
		BalancerType: cmp.Or(l.SKU.Name, l.Properties.SKU.Name),
		Ports:        adapter.Set(append(l.rulePorts(f), l.listenerPorts(f)...)...),
		SubnetIDs:    l.ownSubnets(),
		Zones:        slices.Clone(l.Zones),
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
