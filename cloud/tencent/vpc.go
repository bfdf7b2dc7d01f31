package tencent

import (
	"slices"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxNetworkIDs is how many VpcIds DescribeVpcs takes; the other lists of VPC take as many.
// (https://cloud.tencent.com/document/api/215/15778)
const maxNetworkIDs = 100

var vpcs = adapter.Listing[*Session, virtualNetwork]{
	Kind: resource.VPCKind, What: "VPC",
	Action: "DescribeVpcs", Path: "VpcSet", IDField: "VpcId",
	Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxNetworkIDs),
	Ask: Ask[virtualNetwork](vpc, "VpcIds", inTexts),
	Row: vpcRow,
}

var subnets = adapter.Listing[*Session, subnet]{
	Kind: resource.SubnetKind, What: "subnet",
	Action: "DescribeSubnets", Path: "SubnetSet", IDField: "SubnetId",
	Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxNetworkIDs),
	Ask: Ask[subnet](vpc, "SubnetIds", inTexts),
	Row: subnetRow,
}

// virtualNetwork is the part of a VPC that is kept.
type virtualNetwork struct {
	VpcID, VpcName           string
	CIDRBlock, IPv6CIDRBlock string
	MoreCIDRs                []string `at:"AssistantCidrSet[].CidrBlock"`
	IPv6CIDRs                []string `at:"Ipv6CidrBlockSet[].Ipv6CidrBlock"` // one of each carrier
	TagSet                   []adapter.Tag
	CreatedTime              string
}

// subnet is the part of a subnet that is kept. AvailableIpAddressCount moves all the time.
type subnet struct {
	SubnetID, SubnetName     string
	VpcID, Zone              string
	CIDRBlock, IPv6CIDRBlock string
	TagSet                   []adapter.Tag
	CreatedTime              string
}

// vpcRow has no status: VPCs and subnets have none.
func vpcRow(f *adapter.Fields, v *virtualNetwork) resource.Row {
	cidrs := slices.Concat(v.MoreCIDRs, v.IPv6CIDRs)
	return &resource.VPC{
		Name:           v.VpcName,
		CIDRs:          adapter.Set(append(cidrs, v.CIDRBlock, v.IPv6CIDRBlock)...),
		Tags:           adapter.TagsOf(v.TagSet),
		CloudCreatedAt: f.Time("CreatedTime", v.CreatedTime, beijing),
	}
}

func subnetRow(f *adapter.Fields, s *subnet) resource.Row {
	return &resource.Subnet{
		Name:           s.SubnetName,
		Zone:           s.Zone,
		VPCID:          s.VpcID,
		CIDRs:          adapter.Set(s.CIDRBlock, s.IPv6CIDRBlock),
		Tags:           adapter.TagsOf(s.TagSet),
		CloudCreatedAt: f.Time("CreatedTime", s.CreatedTime, beijing),
	}
}
