package aws

import (
	"slices"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// vpcs are virtual networks. EC2 does not say when one was made.
var vpcs = adapter.Listing[*session, vpc]{
	Kind: resource.VPCKind, What: "VPC",
	Action: "DescribeVpcs", Path: "vpcSet.item", IDField: "vpcId",
	Pages: adapter.Tokens(maxListed), IDs: adapter.Together(maxFilterValues),
	Ask:  ask[vpc]("nextToken", describeVPCs),
	Join: adapter.Own((*session).owner, func(v *vpc) string { return v.Owner }, vpcRow),
}

// vpc is the part of a VPC that is kept.
type vpc struct {
	ID    string  `json:"vpcId"`
	Owner string  `json:"ownerId"`
	State string  `json:"state"`
	CIDR  string  `json:"cidrBlock"`
	IPv4  []block `json:"cidrBlockAssociationSet"`
	IPv6  []block `json:"ipv6CidrBlockAssociationSet"`
	Tags  []tag   `json:"tagSet"`
}

func vpcRow(_ *adapter.Fields, v *vpc) resource.Row {
	tags := adapter.TagsOf(v.Tags)
	return &resource.VPC{
		Name:   tags["Name"],
		Status: v.State,
		CIDRs:  cidrsOf(v.CIDR, v.IPv4, v.IPv6),
		Tags:   tags,
	}
}

// subnets are those of VPCs. EC2 does not say when one was made.
var subnets = adapter.Listing[*session, subnet]{
	Kind: resource.SubnetKind, What: "subnet",
	Action: "DescribeSubnets", Path: "subnetSet.item", IDField: "subnetId",
	Pages: adapter.Tokens(maxListed), IDs: adapter.Together(maxFilterValues),
	Ask:  ask[subnet]("nextToken", describeSubnets),
	Join: adapter.Own((*session).owner, func(s *subnet) string { return s.Owner }, subnetRow),
}

// subnet is the part of a subnet that is kept.
type subnet struct {
	ID    string  `json:"subnetId"`
	Owner string  `json:"ownerId"`
	VPC   string  `json:"vpcId"`
	Zone  string  `json:"availabilityZone"`
	State string  `json:"state"`
	CIDR  string  `json:"cidrBlock"`
	IPv6  []block `json:"ipv6CidrBlockAssociationSet"`
	Tags  []tag   `json:"tagSet"`
}

func subnetRow(_ *adapter.Fields, s *subnet) resource.Row {
	tags := adapter.TagsOf(s.Tags)
	return &resource.Subnet{
		Name:   tags["Name"],
		Status: s.State,
		Zone:   s.Zone,
		VPCID:  s.VPC,
		CIDRs:  cidrsOf(s.CIDR, s.IPv6),
		Tags:   tags,
	}
}

// block is a range of addresses of a VPC or a subnet.
type block struct {
	IPv4      string     `json:"cidrBlock"`
	IPv4State blockState `json:"cidrBlockState"`
	IPv6      string     `json:"ipv6CidrBlock"`
	IPv6State blockState `json:"ipv6CidrBlockState"`
}

type blockState struct{ State string }

// noBlock are the states of ranges that are listed though they are not, or no longer,
// associated.
var noBlock = []string{"disassociated", "failing", "failed"}

// cidrsOf are the ranges that are associated, with the first, which is always.
func cidrsOf(first string, associated ...[]block) []string {
	cidrs := []string{first}
	for _, of := range slices.Concat(associated...) {
		if !slices.Contains(noBlock, of.IPv4State.State) && !slices.Contains(noBlock, of.IPv6State.State) {
			cidrs = append(cidrs, of.IPv4, of.IPv6)
		}
	}
	return adapter.Set(cidrs...)
}
