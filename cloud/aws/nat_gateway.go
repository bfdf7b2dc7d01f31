package aws

import (
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// natGateways are those of VPCs. One that is deleted stays listed for a while (? about an
// hour, which is not confirmed).
var natGateways = adapter.Listing[*session, natGateway]{
	Kind: resource.NATGatewayKind, What: "NAT gateway",
	Action: "DescribeNatGateways", Path: "natGatewaySet.item", IDField: "natGatewayId",
	Pages: adapter.Tokens(maxListed), IDs: adapter.Together(maxFilterValues),
	Ask:  ask[natGateway]("nextToken", describeNATGateways),
	Row:  natGatewayRow,
	Gone: func(g *natGateway) (bool, error) { return g.State == "deleted", nil },
}

// natGateway is the part of a NAT gateway that is kept.
type natGateway struct {
	ID         string   `json:"natGatewayId"`
	State      string   `json:"state"`
	Type       string   `json:"connectivityType"`
	VPC        string   `json:"vpcId"`
	Subnet     string   `json:"subnetId"`
	Created    string   `json:"createTime"`
	PublicIPs  []string `at:"natGatewayAddressSet[].publicIp"`
	PrivateIPs []string `at:"natGatewayAddressSet[].privateIp"`
	Zones      []string `at:"natGatewayAddressSet[].availabilityZone"`
	Tags       []tag    `json:"tagSet"`
}

// natGatewayRow has no zone for a regional gateway, which is in several.
func natGatewayRow(f *adapter.Fields, g *natGateway) resource.Row {
	tags := adapter.TagsOf(g.Tags)
	return &resource.NATGateway{
		Name:           tags["Name"],
		Status:         g.State,
		Zone:           adapter.Only(g.Zones...),
		GatewayType:    g.Type,
		VPCID:          g.VPC,
		SubnetID:       g.Subnet,
		PublicIPs:      adapter.IPs(g.PublicIPs...),
		PrivateIPs:     adapter.IPs(g.PrivateIPs...),
		Tags:           tags,
		CloudCreatedAt: f.Time("createTime", g.Created, time.UTC),
	}
}
