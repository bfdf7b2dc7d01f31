package aws_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

// elsewhere is the account of what is shared with the test's.
const elsewhere = "999999999999"

func someVPCs() []resource.VPC {
	return []resource.VPC{
		{
			Meta: resource.Meta{NativeID: "vpc-1"}, Name: "main", Status: "available",
			CIDRs: []string{"10.0.0.0/16", "100.64.0.0/16", "2001:db8:1200::/56"}, Tags: map[string]string{"Name": "main", "team": "net"},
		},
		{Meta: resource.Meta{NativeID: "vpc-shared", Account: elsewhere}, Status: "available", CIDRs: []string{"10.9.0.0/16"}},
		{Meta: resource.Meta{NativeID: "vpc-2"}, Status: "pending", CIDRs: []string{"172.31.0.0/16"}},
	}
}

func someSubnets() []resource.Subnet {
	return []resource.Subnet{
		{
			Meta: resource.Meta{NativeID: "subnet-1"}, Name: "front", Status: "available", Zone: "eu-central-1a", VPCID: "vpc-1",
			CIDRs: []string{"10.0.1.0/24", "2001:db8:1200:1::/64"}, Tags: map[string]string{"Name": "front", "空": ""},
		},
		{Meta: resource.Meta{NativeID: "subnet-2"}, Status: "pending", Zone: "eu-central-1b", VPCID: "vpc-1", CIDRs: []string{"2001:db8:1200:2::/64"}},
		{Meta: resource.Meta{NativeID: "subnet-shared", Account: elsewhere}, Status: "available", Zone: "eu-central-1b", VPCID: "vpc-shared", CIDRs: []string{"10.9.1.0/24"}},
	}
}

func TestRangesOfAVPC(t *testing.T) {
	t.Parallel()
	const ipv4 = "<item><cidrBlock>10.1.0.0/16</cidrBlock><cidrBlockState><state>%s</state></cidrBlockState></item>"
	const ipv6 = "<item><ipv6CidrBlock>2001:db8::/56</ipv6CidrBlock><ipv6CidrBlockState><state>%s</state></ipv6CidrBlockState></item>"
	for state, has := range map[string]bool{
		"associating": true, "associated": true, "disassociating": true, "a new one": true, "": true, "disassociated": false, "failing": false, "failed": false,
	} {
		want := &resource.VPC{Meta: resource.Meta{NativeID: "vpc-1"}, CIDRs: []string{"10.0.0.0/16"}}
		if has {
			want.CIDRs = []string{"10.0.0.0/16", "10.1.0.0/16", "2001:db8::/56"}
		}
		page := recorded(t, newCloud(few()), resource.VPCKind, "DescribeVpcs", listXML("DescribeVpcs", "vpcSet",
			"<vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/16</cidrBlock><cidrBlockAssociationSet>"+fmt.Sprintf(ipv4, state)+
				"</cidrBlockAssociationSet><ipv6CidrBlockAssociationSet>"+fmt.Sprintf(ipv6, state)+"</ipv6CidrBlockAssociationSet>"))
		require.Empty(t, page.Problems)
		requireRows(t, resource.VPCKind, []resource.Row{want}, page.Rows)
	}
}
