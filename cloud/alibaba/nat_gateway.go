package alibaba

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	maxNATGateways = 50 // the most that DescribeNatGateways gives on a page
	// natGatewaysInLookup is how many calls a look-up makes: the action takes one id.
	natGatewaysInLookup = 10
)

// natGateways are NAT gateways to the internet and between VPCs
// (https://www.alibabacloud.com/help/en/nat-gateway/developer-reference/api-vpc-2016-04-28-describenatgateways-natgws).
var natGateways = adapter.Listing[*session, natGateway]{
	Kind: resource.NATGatewayKind, What: "NAT gateway",
	Action: "DescribeNatGateways", Path: "NatGateways.NatGateway", IDField: "NatGatewayId",
	Pages: adapter.Numbers(maxNATGateways), IDs: adapter.Alone(natGatewaysInLookup).If(isOneID),
	Ask:    ask[natGateway](vpc, byNumber("NatGatewayId", withCommas)),
	ID:     func(g *natGateway) string { return g.NatGatewayID },
	Row:    natGatewayRow,
	Region: func(g *natGateway) string { return regionOf(g.RegionID) },
	Empty:  provenByDryRun(vpc, "DescribeNatGateways"),
}

// natGateway is the part of a NAT gateway that is kept.
type natGateway struct {
	NatGatewayID          string `json:"NatGatewayId"`
	Name                  string
	Status                string
	RegionID              string `json:"RegionId"`
	NetworkType           string // internet or intranet
	VpcID                 string `json:"VpcId"`
	NatGatewayPrivateInfo struct {
		IzNo             string
		VswitchID        string `json:"VswitchId"`
		PrivateIPAddress string `json:"PrivateIpAddress"`
	}
	IPLists struct {
		IPList []struct {
			IPAddress        string `json:"IpAddress"`
			PrivateIPAddress string `json:"PrivateIpAddress"`
		} `json:"IpList"`
	} `json:"IpLists"`
	InstanceChargeType string
	CreationTime       string
	ExpiredTime        string // to minutes
	Tags               tagList
}

func natGatewayRow(f *adapter.Fields, g *natGateway) resource.Row {
	public, private := []string{}, []string{g.NatGatewayPrivateInfo.PrivateIPAddress}
	for _, ip := range g.IPLists.IPList {
		public, private = append(public, ip.IPAddress), append(private, ip.PrivateIPAddress)
	}
	return &resource.NATGateway{
		Meta:           resource.Meta{NativeID: g.NatGatewayID},
		Name:           g.Name,
		Status:         g.Status,
		Zone:           g.NatGatewayPrivateInfo.IzNo,
		GatewayType:    g.NetworkType,
		VPCID:          g.VpcID,
		SubnetID:       g.NatGatewayPrivateInfo.VswitchID,
		PublicIPs:      adapter.IPs(public...),
		PrivateIPs:     adapter.IPs(private...),
		ChargeType:     g.InstanceChargeType,
		Tags:           adapter.TagsOf(g.Tags.Tag),
		CloudCreatedAt: f.Time("CreationTime", g.CreationTime, utc),
		ExpiresAt:      f.Expiry("ExpiredTime", g.ExpiredTime, utc),
	}
}
