package azure

import (
	"cmp"
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// balancers are all load balancers of the subscription, and all application gateways.
var balancers = listed[balancerProperties]("lb_list", "appgw_list")

var loadBalancers = adapter.Listing[*session, loadBalancer]{
	Kind: resource.LoadBalancerKind, What: "load balancer", IDField: "properties.resourceGuid",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &balancers,
	Believe: permitted("Microsoft.Network/loadBalancers/read", "Microsoft.Network/applicationGateways/read", "Microsoft.Network/publicIPAddresses/read"),
	ID:      func(l *loadBalancer) string { return strings.ToLower(l.Properties.ResourceGUID) },
	OtherID: (*loadBalancer).key,
	Join:    joinLoadBalancers,
}

// loadBalancer is what either list has of one. Only gateways have zones themselves.
type loadBalancer = entity[balancerProperties]

// balancerProperties are without certificates and their passwords.
type balancerProperties struct {
	ResourceGUID      string     `json:"resourceGuid"`
	ProvisioningState string     `json:"provisioningState"`
	Frontends         []frontend `json:"frontendIPConfigurations"`
	Rules             []rule     `json:"loadBalancingRules"`
	NATRules          []rule     `json:"inboundNatRules"`
	NATPools          []rule     `json:"inboundNatPools"`

	// The rest is of gateways.
	SKU              sku            `json:"sku"`
	OperationalState string         `json:"operationalState"`
	Subnets          []string       `at:"gatewayIPConfigurations[].properties.subnet.id"`
	FrontendPorts    []frontendPort `json:"frontendPorts"`
	HTTPListeners    []listener     `json:"httpListeners"`
	Listeners        []listener     `json:"listeners"` // of TCP and TLS
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
	Protocol string `at:"properties.protocol"`
	Port     string `at:"properties.frontendPort"`
	First    string `at:"properties.frontendPortRangeStart"`
	Last     string `at:"properties.frontendPortRangeEnd"`
}

// rulePorts are those of all rules.
func (p *balancerProperties) rulePorts(f *adapter.Fields) (ports []string) {
	for _, rule := range slices.Concat(p.Rules, p.NATRules, p.NATPools) {
		first := rule.Port
		if rule.Last != "" { // the other is 0, or absent
			first = rule.First
		}
		ports = append(ports, f.Listener(rule.Protocol, first, rule.Last))
	}
	return ports
}

// loadBalancerRow has what the load balancer can be reached at, its frontends.
func loadBalancerRow(f *adapter.Fields, l *loadBalancer, known *adapter.Members[publicIP], subscription string) resource.Row {
	p := &l.Properties
	row := &resource.LoadBalancer{
		Name:         l.Name,
		Status:       cmp.Or(p.OperationalState, p.ProvisioningState),
		BalancerType: cmp.Or(l.SKU.Name, p.SKU.Name),
		Ports:        adapter.Set(append(p.rulePorts(f), p.listenerPorts(f)...)...),
		SubnetIDs:    p.ownSubnets(),
		Zones:        slices.Clone(l.Zones),
		Tags:         tagsOf(l.Tags),
	}
	for _, frontend := range p.Frontends {
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
