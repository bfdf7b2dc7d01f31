package alibaba

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	maxVPCs   = 50 // the most that DescribeVpcs gives on a page
	maxVPCIDs = 20 // likewise, of ids that it takes
)

// vpcs are virtual networks
// (https://www.alibabacloud.com/help/en/vpc/developer-reference/api-vpc-2016-04-28-describevpcs).
// One that another account shares is that account's.
var vpcs = adapter.Listing[*session, network]{
	Kind: resource.VPCKind, What: "VPC",
	Action: "DescribeVpcs", Path: "Vpcs.Vpc", IDField: "VpcId",
	Pages: adapter.Numbers(maxVPCs), IDs: adapter.Together(maxVPCIDs).If(isOneID),
	Ask:    ask[network](vpc, byNumber("VpcId", withCommas)),
	Join:   adapter.Own((*session).owner, func(n *network) string { return n.OwnerID }, vpcRow),
	Region: func(n *network) string { return regionOf(n.RegionID) },
	Empty:  provenByDryRun(vpc, "DescribeVpcs"),
}

// network is the part of a VPC that is kept. What is in it has lists of its own.
type network struct {
	VpcID          string `json:"VpcId"`
	VpcName        string
	Status         string
	RegionID       string   `json:"RegionId"`
	OwnerID        string   `json:"OwnerId"`
	CIDRBlock      string   `json:"CidrBlock"`
	IPv6CIDRBlock  string   `json:"Ipv6CidrBlock"`
	MoreCIDRBlocks []string `at:"SecondaryCidrBlocks.SecondaryCidrBlock"`
	IPv6CIDRBlocks []string `at:"Ipv6CidrBlocks.Ipv6CidrBlock[].Ipv6CidrBlock"`
	CreationTime   string
	Tags           tagList
}

func vpcRow(f *adapter.Fields, n *network) resource.Row {
	cidrs := append(n.MoreCIDRBlocks, n.CIDRBlock, n.IPv6CIDRBlock)
	return &resource.VPC{
		Name:           n.VpcName,
		Status:         n.Status,
		CIDRs:          adapter.Set(append(cidrs, n.IPv6CIDRBlocks...)...),
		Tags:           adapter.TagsOf(n.Tags.Tag),
		CloudCreatedAt: f.Time("CreationTime", n.CreationTime, utc),
	}
}
