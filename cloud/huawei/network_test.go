package huawei_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/resource"
)

// pointers are the rows as the adapter gives them.
func pointers[T any, P interface {
	*T
	resource.Row
}](all []T) (rows []resource.Row) {
	for i := range all {
		rows = append(rows, P(&all[i]))
	}
	return rows
}

// What the fake server renders comes back as it is.
func TestNetworkRows(t *testing.T) {
	t.Parallel()
	client := newWorld(t, all()).open()
	for kind, want := range map[*resource.Kind][]resource.Row{
		resource.VPCKind:    pointers(someVPCs()),
		resource.SubnetKind: pointers(someSubnets()),
	} {
		pages := list(t, client, kind)
		require.Len(t, pages, 1)
		require.Equal(t, want, pages[0].Rows)
	}
}

// looks is what a resource may look like: the fields of an answer beside its id, and its row.
type looks struct {
	fields string
	want   resource.Row
}

func requireLooks(t *testing.T, of listed, tests map[string]looks) {
	t.Helper()
	for name, test := range tests {
		w := newWorld(t, fake.Region{})
		w.Record(of.action, fmt.Appendf(nil, `{"count":1,"total_count":1,%q:[{%q:"one",%s}],"page_info":{}}`, of.list, of.id, test.fields))
		got := rowsOf(list(t, w.open(), of.kind))
		require.Len(t, got, 1, name)
		test.want.RowMeta().NativeID = "one"
		require.Equal(t, hashes(t, of.kind, []resource.Row{test.want}), hashes(t, of.kind, got), name)
	}
}

func TestWhatVPCsMayLookLike(t *testing.T) {
	t.Parallel()
	requireLooks(t, kinds["VPCs"], map[string]looks{
		"nothing but an id":           {`"name":null`, &resource.VPC{}},
		"all that may be null is":     {`"cidr":null,"extend_cidrs":null,"tags":null,"status":null,"created_at":null`, &resource.VPC{}},
		"no range":                    {`"cidr":"","extend_cidrs":[""]`, &resource.VPC{}},
		"a range twice":               {`"cidr":"10.0.0.0/8","extend_cidrs":["172.16.0.0/12","10.0.0.0/8"]`, &resource.VPC{CIDRs: []string{"10.0.0.0/8", "172.16.0.0/12"}}},
		"a time with its zone":        {`"created_at":"2024-03-01T08:30:00Z"`, &resource.VPC{CloudCreatedAt: date(1)}},
		"a time without":              {`"created_at":"2024-03-01T08:30:00"`, &resource.VPC{CloudCreatedAt: date(1)}},
		"what changes by itself":      {`"updated_at":"x","cloud_resources":[{"resource_type":"virsubnet","resource_count":9}]`, &resource.VPC{}},
		"a tag without key, or value": {`"tags":[{"value":"x"},{"key":"k"}]`, &resource.VPC{Tags: map[string]string{"k": ""}}},
	})
}

func TestWhatSubnetsMayLookLike(t *testing.T) {
	t.Parallel()
	requireLooks(t, kinds["subnets"], map[string]looks{
		"nothing but an id":       {`"name":null`, &resource.Subnet{}},
		"all that may be null is": {`"subnet_cidrs":null,"tags":null,"zone_id":null,"vpc_id":null,"project_id":null`, &resource.Subnet{}},
		"no range":                {`"subnet_cidrs":[{"cidr":""},{"id":"n"},null]`, &resource.Subnet{}},
		"ranges in another order": {`"subnet_cidrs":[{"cidr":"2001:db8::/64"},{"cidr":"10.0.0.0/24"}]`, &resource.Subnet{CIDRs: []string{"10.0.0.0/24", "2001:db8::/64"}}},
		"its own project":         {`"project_id":"` + huaweifake.ProjectID(domain, beijing) + `"`, &resource.Subnet{}},
		"what changes by itself":  {`"updated_at":"x","available_ip_address_count":9`, &resource.Subnet{}},
	})
}

// A subnet that another project shares is its owner's.
func TestSubnetsOfOtherProjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Record("ListVirsubnets", []byte(`{"virsubnets":[{"id":"s-1","project_id":"another"},{"id":"s-2"}],"page_info":{}}`))
	page, err := w.open().List(t.Context(), scopeOf(resource.SubnetKind), "")
	require.NoError(t, err)
	require.Equal(t, []string{"s-2"}, ids(page.Rows))
	require.Equal(t, int64(1), page.Others)
	w.Record("ListVirsubnets", []byte(`{"virsubnets":[{"id":"s-1","project_id":"another"}],"page_info":{}}`))
	page, err = w.open().List(t.Context(), scopeOf(resource.SubnetKind), "")
	require.NoError(t, err)
	require.Equal(t, cloud.Page{Rows: []resource.Row{}, Others: 1}, page)
}

// 2,000 are one request.
func TestRequestsOfNetworks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, crowd(2001))
	for _, name := range []string{"VPCs", "subnets"} {
		require.Len(t, rowsOf(list(t, w.open(), kinds[name].kind)), 2001)
		require.Equal(t, 2, w.count(kinds[name].action), name)
	}
}
