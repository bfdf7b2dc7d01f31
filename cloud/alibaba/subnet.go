package alibaba

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const maxSubnets = 50 // the most that DescribeVSwitches gives on a page

// subnets are vSwitches
// (https://www.alibabacloud.com/help/en/vpc/developer-reference/api-vpc-2016-04-28-describevswitches).
// One that another account shares is that account's.
var subnets = adapter.Listing[*session, vSwitch]{
	Kind: resource.SubnetKind, What: "vSwitch",
	Action: "DescribeVSwitches", Path: "VSwitches.VSwitch", IDField: "VSwitchId",
	Pages: adapter.Numbers(maxSubnets), IDs: adapter.Alone(maxAlone).If(isOneID),
	Ask:   ask[vSwitch](vpc, byNumber("VSwitchId", withCommas)),
	Join:  adapter.Own((*session).owner, func(v *vSwitch) string { return v.OwnerID }, subnetRow),
	Empty: provenByDryRun(vpc, "DescribeVSwitches"),
}

// vSwitch is the part of a vSwitch that is kept. AvailableIpAddressCount changes by itself.
type vSwitch struct {
	VSwitchID     string `json:"VSwitchId"`
	VSwitchName   string
	Status        string
	ZoneID        string `json:"ZoneId"`
	VpcID         string `json:"VpcId"`
	OwnerID       string `json:"OwnerId"`
	CIDRBlock     string `json:"CidrBlock"`
	IPv6CIDRBlock string `json:"Ipv6CidrBlock"`
	CreationTime  string
	Tags          tagList
}

func subnetRow(f *adapter.Fields, v *vSwitch) resource.Row {
	return &resource.Subnet{
		Name:           v.VSwitchName,
		Status:         v.Status,
		Zone:           v.ZoneID,
		VPCID:          v.VpcID,
		CIDRs:          adapter.Set(v.CIDRBlock, v.IPv6CIDRBlock),
		Tags:           adapter.TagsOf(v.Tags.Tag),
		CloudCreatedAt: f.Time("CreationTime", v.CreationTime, utc),
	}
}
