package azure

import (
	"context"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var nats = listed[natProperties]("nat_list")

var natGateways = adapter.Listing[*session, natGateway]{
	Kind: resource.NATGatewayKind, What: "NAT gateway", IDField: "properties.resourceGuid",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &nats,
	Believe: permitted("Microsoft.Network/natGateways/read", "Microsoft.Network/publicIPAddresses/read"),
	ID:      func(n *natGateway) string { return strings.ToLower(n.Properties.ResourceGUID) },
	OtherID: (*natGateway).key,
	Join:    joinNATGateways,
}

type natGateway = entity[natProperties]

// natProperties are without prefixes of addresses, of which no list of addresses has those
// in use.
type natProperties struct {
	ResourceGUID         string      `json:"resourceGuid"`
	ProvisioningState    string      `json:"provisioningState"`
	PublicIPAddresses    []reference `json:"publicIpAddresses"`
	PublicIPAddressesV6  []reference `json:"publicIpAddressesV6"`
	Subnets              []reference `json:"subnets"` // that use it
	SourceVirtualNetwork reference   `json:"sourceVirtualNetwork"`
}

// publicIPs are those of the subscription.
func (p *natProperties) publicIPs(subscription string) (ids []string) {
	for _, list := range [][]reference{p.PublicIPAddresses, p.PublicIPAddressesV6} {
		for i := range list {
			ids = append(ids, idWithin(subscription, &list[i]))
		}
	}
	return adapter.Set(ids...)
}

// network is the one that the gateway is for.
func (p *natProperties) network() string {
	networks := []string{idOf(p.SourceVirtualNetwork.ID)}
	for _, subnet := range p.Subnets {
		networks = append(networks, networkOf(idOf(subnet.ID)))
	}
	return adapter.Only(networks...)
}

// joinNATGateways gets what covers the public IPs of the gateways just listed.
func joinNATGateways(ctx context.Context, s *session, page adapter.Batch[natGateway]) (func(*adapter.Fields, *natGateway) resource.Row, error) {
	publicIPs := page.All(func(n *natGateway) []string { return n.Properties.publicIPs(s.subscription) })
	known, err := coveringAddresses(ctx, s, page.Visit(), publicIPs)
	return func(f *adapter.Fields, n *natGateway) resource.Row { return natGatewayRow(f, n, known, s.subscription) }, err
}

func natGatewayRow(f *adapter.Fields, n *natGateway, known *adapter.Members[publicIP], subscription string) resource.Row {
	p := &n.Properties
	row := &resource.NATGateway{
		Name:        n.Name,
		Status:      p.ProvisioningState,
		Zone:        zoneOf(n.Zones),
		GatewayType: n.SKU.Name,
		VPCID:       p.network(),
		Tags:        tagsOf(n.Tags),
	}
	for _, id := range p.publicIPs(subscription) {
		row.PublicIPs = append(row.PublicIPs, addressOf(f, known, id))
	}
	row.PublicIPs = adapter.IPs(row.PublicIPs...)
	return row
}
