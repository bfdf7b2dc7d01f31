package aws_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/aws"
	"cloudsync/cloud/aws/awsfake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

const (
	accountID = "123456789012"
	keyID     = "AKIATESTTESTTESTTEST"
	secretKey = "very-Secret+key/0123456789"
	region    = "eu-central-1"
)

// newCloud is a cloud with one account, which has the regions with what is in them.
func newCloud(regions ...*fake.Region) *fake.Cloud {
	c := &fake.Cloud{}
	c.Add(&fake.Account{ID: accountID, KeyID: keyID, Key: secretKey, Regions: regions})
	return c
}

// settingsOf are those of the account at the cloud.
func settingsOf(t testing.TB, c *fake.Cloud) cloud.Settings {
	t.Helper()
	server := httptest.NewServer(awsfake.New(c))
	t.Cleanup(server.Close)
	return cloud.Settings{
		Provider: "aws", Name: "demo", AccountID: accountID, Endpoint: server.URL,
		Credential:        cloud.Credential{ID: cloud.SecretText(keyID), Key: cloud.SecretText(secretKey)},
		RequestsPerSecond: 1e6,
	}
}

func newClient(t testing.TB, c *fake.Cloud) cloud.Provider {
	t.Helper()
	return aws.Adapter().New(settingsOf(t, c))
}

func scopeOf(kind *resource.Kind) resource.Scope {
	return resource.Scope{Kind: kind.Name(), Provider: "aws", Account: "demo", Region: region}
}

// list lists a scope to its end, by a page at a time.
func list(t testing.TB, client cloud.Provider, kind *resource.Kind) []resource.Row {
	t.Helper()
	var rows []resource.Row
	for cursor := ""; ; {
		page, err := client.List(t.Context(), scopeOf(kind), cursor)
		require.NoError(t, err)
		require.Zero(t, page.Total, "AWS announces nothing")
		rows = append(rows, page.Rows...)
		if page.Next == "" {
			return rows
		}
		cursor = page.Next
	}
}

// sealed are the rows by native id.
func sealed(t testing.TB, kind *resource.Kind, rows []resource.Row) map[string]resource.Row {
	t.Helper()
	byID := map[string]resource.Row{}
	for _, row := range rows {
		require.NoError(t, kind.Seal(row, scopeOf(kind), 7))
		byID[row.RowMeta().NativeID] = row
	}
	require.Len(t, byID, len(rows), "each resource is listed once")
	return byID
}

func hashesOf(t testing.TB, kind *resource.Kind, rows []resource.Row) map[string]resource.Hash {
	t.Helper()
	hashes := map[string]resource.Hash{}
	for id, row := range sealed(t, kind, rows) {
		hashes[id] = row.RowMeta().Hash
	}
	return hashes
}

// requireRows says that listing gives these rows and no other.
func requireRows(t testing.TB, kind *resource.Kind, want, got []resource.Row) {
	t.Helper()
	require.Equal(t, sealed(t, kind, want), sealed(t, kind, got))
}

// sent counts the requests for an action.
func sent(c *fake.Cloud, action string) (n int) {
	for _, request := range c.Requests() {
		if request.Action == action {
			n++
		}
	}
	return n
}

func utc(hour, minute int) time.Time { return time.Date(2024, 3, 5, hour, minute, 0, 0, time.UTC) }

// manyHosts are hosts with a disk each.
func manyHosts(n int) *fake.Region {
	of := &fake.Region{Name: region}
	for i := range n {
		id := fmt.Sprintf("i-%06d", i)
		of.Hosts = append(of.Hosts, fake.Host{
			ID: id, Name: id, Status: "running", Type: "m5.large", VCPU: 2, MemoryMiB: 8192,
			PrivateIPs: []string{fmt.Sprintf("10.0.%d.%d", i/250, i%250)}, Created: utc(1, 2),
		})
		of.Disks = append(of.Disks, fake.Disk{ID: "vol-" + id, Status: "in-use", Host: id, Device: "/dev/xvda", System: true, Type: "gp3", SizeGiB: 8})
	}
	return of
}

func change(c *fake.Cloud, what func(*fake.Region)) {
	c.Update(func(accounts []*fake.Account) { what(accounts[0].Region(region)) })
}

// kinds are all, with the action that lists each, or is the first to, and an id that
// nothing has.
var kinds = []struct {
	kind       *resource.Kind
	action, id string
	isOnePage  bool   // its list has no more
	lookup     string // the action that asks by ids, where it is another
}{
	{resource.HostKind, "DescribeInstances", "some-id", false, ""},
	{resource.DiskKind, "DescribeVolumes", "some-id", false, ""},
	{resource.DatabaseKind, "DescribeDBInstances", "some-id", false, ""},
	{resource.LoadBalancerKind, "DescribeLoadBalancers", "some-id", false, ""},
	{resource.CacheKind, "DescribeReplicationGroups", groupARN + "gone", false, ""},
	{resource.VPCKind, "DescribeVpcs", "some-id", false, ""},
	{resource.SubnetKind, "DescribeSubnets", "some-id", false, ""},
	{resource.SecurityGroupKind, "DescribeSecurityGroups", "some-id", false, ""},
	{resource.PublicIPKind, "DescribeAddresses", "some-id", true, ""},
	{resource.NATGatewayKind, "DescribeNatGateways", "some-id", false, ""},
	{resource.SnapshotKind, "DescribeSnapshots", "some-id", false, ""},
	{resource.MachineImageKind, "DescribeImages", "some-id", false, ""},
	{resource.ClusterKind, "ListClusters", eksARN + "gone", false, "DescribeCluster"},
	{resource.BucketKind, "ListBuckets", "some-id", false, ""},
	{resource.CertificateKind, "ListCertificates", certificateARN + "gone", false, "DescribeCertificate"},
}

// few is a region with two of each kind, or more.
func few() *fake.Region {
	return &fake.Region{
		Name: region, Hosts: twoHosts(), Disks: fourDisks(), Databases: twoDatabases(), LoadBalancers: twoBalancers(),
		Caches: someCaches(), VPCs: someVPCs(), Subnets: someSubnets(), SecurityGroups: someSecurityGroups(),
		PublicIPs: somePublicIPs(), NATGateways: someNATGateways(), Snapshots: someSnapshots(), Images: someImages(),
		Clusters: someClusters(), Buckets: someBuckets(), Certificates: someCertificates(),
	}
}

// rowsOf are the rows of the account among those that the server has.
func rowsOf[T any, P interface {
	*T
	resource.Row
}](of []T) (rows []resource.Row) {
	for _, row := range of {
		if P(&row).RowMeta().Account == "" {
			rows = append(rows, P(&row))
		}
	}
	return rows
}

// failure is the error of listing a kind, on the page at the cursor or a later one.
func failure(ctx context.Context, t testing.TB, client cloud.Provider, kind *resource.Kind, cursor string) *cloud.Error {
	t.Helper()
	page, err := client.List(ctx, scopeOf(kind), cursor)
	for err == nil && page.Next != "" && page.Next != cursor {
		cursor = page.Next
		page, err = client.List(ctx, scopeOf(kind), cursor)
	}
	require.Error(t, err)
	require.Empty(t, page, "a page that cannot be had is no page")
	var failed *cloud.Error
	require.ErrorAs(t, err, &failed)
	require.NotContains(t, err.Error(), secretKey)
	require.NotContains(t, err.Error(), "Signature=")
	require.NotContains(t, err.Error(), awsfake.Planted)
	return failed
}

// recorded is the page of a kind where the cloud answers an action with this.
func recorded(t testing.TB, c *fake.Cloud, kind *resource.Kind, action, body string) cloud.Page {
	t.Helper()
	c.Record(action, []byte(body))
	page, err := newClient(t, c).List(t.Context(), scopeOf(kind), "")
	require.NoError(t, err, body)
	return page
}
