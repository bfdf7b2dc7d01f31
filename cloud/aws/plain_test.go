package aws_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud/aws/awsfake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
	"cloudsync/shorttest"
)

// plain are the kinds whose rows are what the server has of the account, with how an answer
// begins and what an element of it has.
var plain = []struct {
	kind        *resource.Kind
	action, set string // of EC2
	id          string // element of the id there
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
	{
		kind: resource.SecurityGroupKind, action: "DescribeSecurityGroups", set: "securityGroupInfo", id: "groupId",
		rows:  func(of *fake.Region) []resource.Row { return securityGroupRows(of.SecurityGroups) },
		many:  func(of *fake.Region, n int) { of.SecurityGroups = many[fake.SecurityGroup](n) },
		calls: 3,
	},
	{
		kind: resource.PublicIPKind, action: "DescribeAddresses", set: "addressesSet", id: "allocationId",
		rows:  func(of *fake.Region) []resource.Row { return rowsOf(of.PublicIPs) },
		many:  func(of *fake.Region, n int) { of.PublicIPs = many[resource.PublicIP](n) },
		calls: 1,
	},
	{
		kind: resource.NATGatewayKind, action: "DescribeNatGateways", set: "natGatewaySet", id: "natGatewayId",
		rows:  func(of *fake.Region) []resource.Row { return rowsOf(of.NATGateways) },
		many:  func(of *fake.Region, n int) { of.NATGateways = many[resource.NATGateway](n) },
		calls: 3,
	},
	{
		kind: resource.SnapshotKind, action: "DescribeSnapshots", set: "snapshotSet", id: "snapshotId",
		rows:  func(of *fake.Region) []resource.Row { return rowsOf(of.Snapshots) },
		many:  func(of *fake.Region, n int) { of.Snapshots = many[resource.Snapshot](n) },
		calls: 3,
	},
	{
		kind: resource.MachineImageKind, action: "DescribeImages", set: "imagesSet", id: "imageId",
		rows:  func(of *fake.Region) []resource.Row { return rowsOf(of.Images) },
		many:  func(of *fake.Region, n int) { of.Images = many[resource.MachineImage](n) },
		calls: 3,
	},
	{
		kind:  resource.ClusterKind,
		rows:  func(of *fake.Region) []resource.Row { return rowsOf(of.Clusters) },
		many:  manyClusters,
		calls: 24 + 2345, // one for each
	},
	{
		kind:  resource.BucketKind,
		rows:  func(of *fake.Region) []resource.Row { return rowsOf(of.Buckets) },
		many:  func(of *fake.Region, n int) { of.Buckets = many[resource.Bucket](n) },
		calls: 3 + 10 + 10 + 4,
	},
	{
		kind:  resource.CertificateKind,
		rows:  func(of *fake.Region) []resource.Row { return rowsOf(of.Certificates) },
		many:  func(of *fake.Region, n int) { of.Certificates = many[resource.Certificate](n) },
		calls: 3 + 10 + 10 + 4,
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
	shorttest.Skip(t)
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
		if of.set == "" {
			continue
		}
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
		if of.set == "" {
			continue
		}
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
