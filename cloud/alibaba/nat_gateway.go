package alibaba

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const maxNATGateways = 50 // the most that DescribeNatGateways gives on a page

// natGateways are NAT gateways to the internet and between VPCs
// (https://www.alibabacloud.com/help/en/nat-gateway/developer-reference/api-vpc-2016-04-28-describenatgateways-natgws).
var natGateways = adapter.Listing[*session, natGateway]{
	Kind: resource.NATGatewayKind, What: "NAT gateway",
	Action: "DescribeNatGateways", Path: "NatGateways.NatGateway", IDField: "NatGatewayId",
	Pages: adapter.Numbers(maxNATGateways), IDs: adapter.Alone(maxAlone).If(isOneID),
	Ask:    ask[natGateway](vpc, byNumber("NatGatewayId", withCommas)),
	Row:    natGatewayRow,
	Region: func(g *natGateway) string { return regionOf(g.RegionID) },
	Empty:  provenByDryRun(vpc, "DescribeNatGateways"),
}

// natGateway is the part of a NAT gateway that is kept.
type natGateway struct {
	NatGatewayID       string `json:"NatGatewayId"`
	Name               string
	Status             string
	RegionID           string   `json:"RegionId"`
	NetworkType        string   // internet or intranet
	VpcID              string   `json:"VpcId"`
	Zone               string   `at:"NatGatewayPrivateInfo.IzNo"`
	VSwitchID          string   `at:"NatGatewayPrivateInfo.VswitchId"`
	OwnIP              string   `at:"NatGatewayPrivateInfo.PrivateIpAddress"`
	PublicIPs          []string `at:"IpLists.IpList[].IpAddress"`
	PrivateIPs         []string `at:"IpLists.IpList[].PrivateIpAddress"`
	InstanceChargeType string
	CreationTime       string
	ExpiredTime        string // to minutes
	Tags               tagList
}

func natGatewayRow(f *adapter.Fields, g *natGateway) resource.Row {
	return &resource.NATGateway{
		Name:           g.Name,
		Status:         g.Status,
		Zone:           g.Zone,
		GatewayType:    g.NetworkType,
		VPCID:          g.VpcID,
		SubnetID:       g.VSwitchID,
		PublicIPs:      adapter.IPs(g.PublicIPs...),
		PrivateIPs:     adapter.IPs(append(g.PrivateIPs, g.OwnIP)...),
		ChargeType:     g.InstanceChargeType,
		Tags:           adapter.TagsOf(g.Tags.Tag),
		CloudCreatedAt: f.Time("CreationTime", g.CreationTime, utc),
		ExpiresAt:      f.Expiry("ExpiredTime", g.ExpiredTime, utc),
	}
}
