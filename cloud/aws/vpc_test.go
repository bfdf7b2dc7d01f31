package aws_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud/aws/awsfake"
	"cloudsync/cloud/fake"
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

// plain are the kinds whose rows are what the server has of the account, with how an answer
// begins and what an element of it has.
var plain = []struct {
	kind        *resource.Kind
	action, set string
	id          string // element of the id
	rows        func(of *fake.Region) []resource.Row
	many        func(of *fake.Region, n int) // gives the region so many
	calls       int                          // for 2,345
}{
	{
		kind: resource.VPCKind, action: "DescribeVpcs", set: "vpcSet", id: "vpcId",
		rows:  func(of *fake.Region) []resource.Row { return rowsOf(of.VPCs) },
		many:  func(of *fake.Region, n int) { of.VPCs = many[resource.VPC](n) },
		calls: 3,
	},
	{
		kind: resource.SubnetKind, action: "DescribeSubnets", set: "subnetSet", id: "subnetId",
		rows:  func(of *fake.Region) []resource.Row { return rowsOf(of.Subnets) },
		many:  func(of *fake.Region, n int) { of.Subnets = many[resource.Subnet](n) },
		calls: 3,
	},
}

// many are so many rows with ids from id-0000 on.
func many[T any, P interface {
	*T
	resource.Row
}](n int) []T {
	rows := make([]T, n)
	for i := range rows {
		P(&rows[i]).RowMeta().NativeID = fmt.Sprintf("id-%04d", i)
	}
	return rows
}

func TestPlainRows(t *testing.T) {
	t.Parallel()
	for _, of := range plain {
		client := newClient(t, newCloud(few()))
		first := list(t, client, of.kind)
		requireRows(t, of.kind, of.rows(few()), first)
		require.NotContains(t, fmt.Sprintf("%+v", first), awsfake.Planted)
		for range 3 { // the server changes what is volatile, and the order of all lists
			require.Equal(t, hashesOf(t, of.kind, first), hashesOf(t, of.kind, list(t, client, of.kind)))
		}
	}
}

func TestManyPlainRows(t *testing.T) {
	t.Parallel()
	for _, of := range plain {
		region := &fake.Region{Name: region}
		of.many(region, 2345)
		c := newCloud(region)
		require.Len(t, sealed(t, of.kind, list(t, newClient(t, c), of.kind)), 2345)
		require.Len(t, c.Requests(), of.calls+1, "one for the identity")
	}
}

func TestPlainLookup(t *testing.T) {
	t.Parallel()
	for _, of := range plain {
		region := &fake.Region{Name: region}
		of.many(region, 300)
		c := newCloud(region)
		c.PageSize = 50
		client := newClient(t, c)
		all := make([]string, client.LookupLimit(of.kind.Name()))
		for i := range all {
			all[i] = fmt.Sprintf("id-%04d", i)
		}
		for name, test := range map[string]struct{ asked, want []string }{
			"existing":   {all[:1], all[:1]},
			"absent":     {[]string{"id-gone"}, nil},
			"mixed":      {[]string{"id-gone", all[2], all[1]}, all[1:3]},
			"the limit":  {all, all},
			"a wildcard": {[]string{"id-*", "id-000?", "*", `id-\*`}, nil},
			"nothing":    {nil, nil},
		} {
			found, err := client.Lookup(t.Context(), scopeOf(of.kind), test.asked)
			require.NoError(t, err, name)
			require.ElementsMatch(t, test.want, found, of.kind.Name()+": "+name)
		}
	}
}

// What has nothing but its id is a row, and so is what has lists that are empty.
func TestPlainRowsWithoutAnything(t *testing.T) {
	t.Parallel()
	for _, of := range plain {
		page := recorded(t, newCloud(few()), of.kind, of.action, listXML(of.action, of.set, "<"+of.id+">id-1</"+of.id+">"))
		require.Empty(t, page.Problems)
		want := of.kind.NewRow()
		want.RowMeta().NativeID = "id-1"
		requireRows(t, of.kind, []resource.Row{want}, page.Rows)
	}
}

// listXML is an answer of EC2 with resources that have this in them.
func listXML(action, set string, inner ...string) string {
	return fmt.Sprintf("<%sResponse><%s><item>%s</item></%s></%sResponse>", action, set, strings.Join(inner, "</item><item>"), set, action)
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
