package tencent

import (
	"cmp"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// natGateways are those to the internet
// (https://cloud.tencent.com/document/api/215/36034). Private ones have an action of their
// own, DescribePrivateNatGateways, and are left out.
var natGateways = adapter.Listing[*Session, natGateway]{
	Kind: resource.NATGatewayKind, What: "NAT gateway",
	Action: "DescribeNatGateways", Path: "NatGatewaySet", IDField: "NatGatewayId",
	Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxNetworkIDs),
	Ask: Ask[natGateway](vpc, "NatGatewayIds"),
	Row: natGatewayRow,
}

// natGateway is the part of a NAT gateway that is kept. Its rules are left out.
type natGateway struct {
	NatGatewayID, NatGatewayName string
	State, Zone                  string
	VpcID, SubnetID              string
	NatProductVersion            string
	ExclusiveType                string   // the size of one that shares no machines
	PublicIPs                    []string `at:"PublicIpAddressSet[].PublicIpAddress"`
	TagSet                       []adapter.Tag
	CreatedTime                  string
}

// natGatewayType is what the API's numbers mean in its documentation.
var natGatewayType = map[string]string{"1": "traditional", "2": "standard"}

func natGatewayRow(f *adapter.Fields, n *natGateway) resource.Row {
	return &resource.NATGateway{
		Name:           n.NatGatewayName,
		Status:         n.State,
		Zone:           n.Zone,
		GatewayType:    cmp.Or(n.ExclusiveType, adapter.Word(natGatewayType, n.NatProductVersion)),
		VPCID:          n.VpcID,
		SubnetID:       n.SubnetID,
		PublicIPs:      adapter.IPs(n.PublicIPs...),
		Tags:           adapter.TagsOf(n.TagSet),
		CloudCreatedAt: f.Time("CreatedTime", n.CreatedTime, beijing),
	}
}
