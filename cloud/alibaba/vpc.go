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
	ID:     func(n *network) string { return n.VpcID },
	Join:   adapter.Own((*session).owner, func(n *network) string { return n.OwnerID }, vpcRow),
	Region: func(n *network) string { return regionOf(n.RegionID) },
	Empty:  provenByDryRun(vpc, "DescribeVpcs"),
}

// network is the part of a VPC that is kept. What is in it has lists of its own.
type network struct {
	VpcID               string `json:"VpcId"`
	VpcName             string
	Status              string
	RegionID            string `json:"RegionId"`
	OwnerID             string `json:"OwnerId"`
	CIDRBlock           string `json:"CidrBlock"`
	SecondaryCIDRBlocks struct {
		SecondaryCIDRBlock []string `json:"SecondaryCidrBlock"`
	} `json:"SecondaryCidrBlocks"`
	IPv6CIDRBlock  string `json:"Ipv6CidrBlock"`
	IPv6CIDRBlocks struct {
		IPv6CIDRBlock []struct {
			IPv6CIDRBlock string `json:"Ipv6CidrBlock"`
		} `json:"Ipv6CidrBlock"`
	} `json:"Ipv6CidrBlocks"`
	CreationTime string
	Tags         tagList
}

func vpcRow(f *adapter.Fields, n *network) resource.Row {
	cidrs := append(n.SecondaryCIDRBlocks.SecondaryCIDRBlock, n.CIDRBlock, n.IPv6CIDRBlock)
	for _, block := range n.IPv6CIDRBlocks.IPv6CIDRBlock {
		cidrs = append(cidrs, block.IPv6CIDRBlock)
	}
	return &resource.VPC{
		Meta:           resource.Meta{NativeID: n.VpcID},
		Name:           n.VpcName,
		Status:         n.Status,
		CIDRs:          adapter.Set(cidrs...),
		Tags:           adapter.TagsOf(n.Tags.Tag),
		CloudCreatedAt: f.Time("CreationTime", n.CreationTime, utc),
	}
}
