package tencent_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/tencent"
	"cloudsync/cloud/tencent/tencentfake"
	"cloudsync/resource"
)

const (
	accountID = "100001234567"
	secretID  = "AKIDexample"
	secretKey = "secret-key-of-the-account"
	beijing   = "ap-beijing"
)

// serverlessAction lists the clusters that have a list of their own.
const serverlessAction = "DescribeEKSClusters"

// kinds are those of the adapter, with the action that lists each.
var kinds = map[*resource.Kind]string{
	resource.HostKind:          "DescribeInstances",
	resource.DiskKind:          "DescribeDisks",
	resource.DatabaseKind:      "DescribeDBInstances",
	resource.LoadBalancerKind:  "DescribeLoadBalancers",
	resource.CacheKind:         tencentfake.CacheAction,
	resource.VPCKind:           "DescribeVpcs",
	resource.SubnetKind:        "DescribeSubnets",
	resource.SecurityGroupKind: "DescribeSecurityGroups",
	resource.PublicIPKind:      "DescribeAddresses",
	resource.NATGatewayKind:    "DescribeNatGateways",
	resource.SnapshotKind:      "DescribeSnapshots",
	resource.MachineImageKind:  "DescribeImages",
	resource.ClusterKind:       "DescribeClusters",
	resource.CertificateKind:   "DescribeCertificates",
}

// apiece is the action that is asked for each resource of a kind.
var apiece = map[*resource.Kind]string{resource.SecurityGroupKind: "DescribeSecurityGroupPolicies"}

// actionOf is the action as the API calls it.
func actionOf(kind *resource.Kind) string { return strings.TrimPrefix(kinds[kind], "redis_") }

// pageSize is how many resources of a kind a page has.
func pageSize(kind *resource.Kind) int {
	switch kind {
	case resource.CacheKind, resource.CertificateKind:
		return 1000
	case resource.DatabaseKind:
		return 2000
	default:
		return 100
	}
}

// also are the actions that list more of a kind: once each, where there is nothing of it.
var also = map[*resource.Kind][]string{
	resource.DatabaseKind: {tencentfake.PostgresAction, tencentfake.CynosAction, tencentfake.MongoAction},
	resource.ClusterKind:  {serverlessAction},
}

// newCloud is a cloud with one account, which has the regions.
func newCloud(regions ...*fake.Region) *fake.Cloud {
	c := &fake.Cloud{}
	c.Add(&fake.Account{ID: accountID, KeyID: secretID, Key: secretKey, Regions: regions})
	return c
}

// enter returns the account through the official SDK and an HTTP server.
func enter(t testing.TB, c *fake.Cloud) cloud.Provider {
	t.Helper()
	return enterAt(t, tencentfake.New(c))
}

func enterAt(t testing.TB, handler http.Handler) cloud.Provider {
	t.Helper()
	return tencent.Adapter().New(settings(serve(t, handler)))
}

// enterAll is enter with all regions, none of which is configured by its name.
func enterAll(t testing.TB, c *fake.Cloud) cloud.Provider {
	t.Helper()
	s := settings(serve(t, tencentfake.New(c)))
	s.Regions = nil
	return tencent.Adapter().New(s)
}

func serve(t testing.TB, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func settings(url string) cloud.Settings {
	return cloud.Settings{
		Provider: "tencent", Name: "prod", AccountID: accountID, Endpoint: url,
		Credential:        cloud.Credential{ID: cloud.SecretText(secretID), Key: cloud.SecretText(secretKey)},
		RequestsPerSecond: 1e6, Regions: []string{beijing},
	}
}

func scopeOf(kind *resource.Kind) resource.Scope {
	return resource.Scope{Kind: kind.Name(), Provider: "tencent", Account: "prod", Region: beijing}
}

// list lists a kind to its end, and seals the rows.
func list(t testing.TB, client cloud.Provider, kind *resource.Kind) []resource.Row {
	t.Helper()
	return listFrom(t, client, kind, "")
}

func listFrom(t testing.TB, client cloud.Provider, kind *resource.Kind, cursor string) []resource.Row {
	t.Helper()
	var rows []resource.Row
	for {
		page, err := client.List(t.Context(), scopeOf(kind), cursor)
		require.NoError(t, err)
		for _, row := range page.Rows {
			require.NoError(t, kind.Seal(row, scopeOf(kind), 7))
			rows = append(rows, row)
		}
		if page.Next == "" {
			return rows
		}
		cursor = page.Next
	}
}

// hashes are those of what a cloud lists of a kind, by native id.
func hashes(t testing.TB, c *fake.Cloud, kind *resource.Kind) map[string]resource.Hash {
	t.Helper()
	all := map[string]resource.Hash{}
	for _, row := range list(t, enter(t, c), kind) {
		all[row.RowMeta().NativeID] = row.RowMeta().Hash
	}
	return all
}

// requireRows compares what is listed with what is to be, field by field.
func requireRows(t testing.TB, kind *resource.Kind, want, got []resource.Row) {
	t.Helper()
	for _, row := range want {
		require.NoError(t, kind.Seal(row, scopeOf(kind), 7))
	}
	require.Equal(t, want, got)
}

// actionsOf counts the requests by their action.
func actionsOf(c *fake.Cloud) map[string]int {
	counts := map[string]int{}
	for _, r := range c.Requests() {
		counts[r.Action]++
	}
	return counts
}

func at(text string) time.Time {
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return parsed.UTC()
}

// requireShowsNothing looks for what no error and no row may have.
func requireShowsNothing(t testing.TB, text string) {
	t.Helper()
	for _, secret := range []string{secretKey, tencentfake.Planted, "planted", "Signature=", "Authorization", "?"} {
		require.NotContains(t, text, secret)
	}
}

func asJSON(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

func meta(id string) resource.Meta { return resource.Meta{NativeID: id} }

// numbered makes n of something with the ids prefix-00000000 and up.
func numbered[T any](n int, prefix string, one func(id string) T) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = one(fmt.Sprintf("%s-%08d", prefix, i))
	}
	return all
}

// filled is a region with n of each kind.
func filled(n int) *fake.Region {
	return &fake.Region{
		Name:          beijing,
		Hosts:         numbered(n, "ins", func(id string) fake.Host { return fake.Host{ID: id} }),
		Disks:         numbered(n, "disk", func(id string) fake.Disk { return fake.Disk{ID: id} }),
		Databases:     numbered(n, "cdb", func(id string) fake.Database { return fake.Database{ID: id} }),
		LoadBalancers: numbered(n, "lb", func(id string) fake.LoadBalancer { return fake.LoadBalancer{ID: id} }),
		Caches:        numbered(n, "crs", func(id string) fake.Cache { return fake.Cache{ID: id} }),
		VPCs:          numbered(n, "vpc", func(id string) resource.VPC { return resource.VPC{Meta: meta(id)} }),
		Subnets:       numbered(n, "subnet", func(id string) resource.Subnet { return resource.Subnet{Meta: meta(id)} }),
		SecurityGroups: numbered(n, "sg", func(id string) fake.SecurityGroup {
			return fake.SecurityGroup{SecurityGroup: resource.SecurityGroup{Meta: meta(id)}}
		}),
		PublicIPs:    numbered(n, "eip", func(id string) resource.PublicIP { return resource.PublicIP{Meta: meta(id)} }),
		NATGateways:  numbered(n, "nat", func(id string) resource.NATGateway { return resource.NATGateway{Meta: meta(id)} }),
		Snapshots:    numbered(n, "snap", func(id string) resource.Snapshot { return resource.Snapshot{Meta: meta(id), SnapshotType: "user"} }),
		Images:       numbered(n, "img", func(id string) resource.MachineImage { return resource.MachineImage{Meta: meta(id)} }),
		Clusters:     numbered(n, "cls", func(id string) resource.Cluster { return resource.Cluster{Meta: meta(id)} }),
		Certificates: numbered(n, "cert", func(id string) resource.Certificate { return resource.Certificate{Meta: meta(id)} }),
	}
}

var prefixes = map[*resource.Kind]string{
	resource.HostKind: "ins", resource.DiskKind: "disk", resource.DatabaseKind: "cdb", resource.LoadBalancerKind: "lb", resource.CacheKind: "crs",
	resource.VPCKind: "vpc", resource.SubnetKind: "subnet", resource.SecurityGroupKind: "sg", resource.PublicIPKind: "eip", resource.NATGatewayKind: "nat",
	resource.SnapshotKind: "snap", resource.MachineImageKind: "img", resource.ClusterKind: "cls",
	resource.CertificateKind: "cert",
}
