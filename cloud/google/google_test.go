package google_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/google"
	"cloudsync/cloud/google/googlefake"
	"cloudsync/resource"
)

const (
	project = "demo-project"
	keyID   = "demo-client.apps.example"
	secret  = "demo-client-secret-text"
	region  = "europe-west1"
)

var created = time.Date(2024, 4, 14, 22, 32, 0, 0, time.UTC)

// account has one region with two instances of different shapes, and what belongs to them.
func account() *fake.Account {
	return furnish(&fake.Account{ID: project, KeyID: keyID, Key: secret, Regions: []*fake.Region{
		{
			Name: region,
			Hosts: []fake.Host{
				{
					ID: "1000000000000000001", Name: "web", Status: "RUNNING", Zone: region + "-b", Type: "n2-standard-2", VCPU: 2, MemoryMiB: 8192,
					PrivateIPs: []string{"10.0.0.4", "10.1.0.4", "2600:1900::1"}, PublicIPs: []string{"203.0.113.4"},
					VPC: "prod", Subnet: "front", OS: "debian-12-bookworm", ChargeType: "SPOT",
					Tags: map[string]string{"team": "shop", "tier": "web"}, Created: created, Expires: created.AddDate(0, 0, 1), Volatile: "first",
				},
				{
					ID: "1000000000000000002", Name: "db", Status: "TERMINATED", Zone: region + "-a", Type: "n2-custom-4-32768", VCPU: 4, MemoryMiB: 32768,
					PrivateIPs: []string{"10.0.0.5"}, VPC: "prod", Subnet: "back", ChargeType: "PREEMPTIBLE", Created: created,
				},
			},
			Disks: []fake.Disk{
				{ID: "2000000000000000001", Name: "web", Status: "READY", Zone: region + "-b", Host: "1000000000000000001", Device: "persistent-disk-0", System: true, Type: "pd-balanced", SizeGiB: 30, Created: created},
				{ID: "2000000000000000002", Name: "web-data", Status: "READY", Zone: region + "-b," + region + "-a", Host: "1000000000000000001", Device: "data", Type: "pd-ssd", SizeGiB: 256, Tags: map[string]string{"team": "shop"}, Created: created},
				{ID: "scratch", Name: "scratch", Zone: region + "-b", Host: "1000000000000000001", Device: "local-ssd-0", Type: "local-ssd", SizeGiB: 375},
				{ID: "2000000000000000003", Name: "db", Status: "READY", Zone: region + "-a", Host: "1000000000000000002", Device: "db", System: true, Type: "hyperdisk-balanced", SizeGiB: 127, Created: created},
				{ID: "2000000000000000004", Name: "spare", Status: "CREATING", Zone: region + "-a", Type: "pd-standard", SizeGiB: 64, Created: created},
			},
			LoadBalancers: []fake.LoadBalancer{
				{ID: "3000000000000000001", Name: "front", Type: "targetHttpsProxies", Addresses: []string{"203.0.113.9"}, Ports: []string{"443/tcp"}, Tags: map[string]string{"team": "shop"}, Created: created},
				{ID: "3000000000000000002", Name: "inner", Internal: true, Addresses: []string{"10.0.0.9"}, Ports: []string{"123/udp", "53/udp"}, VPC: "prod", Subnets: []string{"back"}, Created: created},
				{ID: "3000000000000000003", Name: "vpn", Type: "targetVpnGateways", Addresses: []string{"203.0.113.7"}},
				{ID: "3000000000000000004", Name: "apis", Type: "all-apis", Addresses: []string{"10.0.0.7"}},
			},
			Databases: []fake.Database{
				{
					ID: "orders", Name: "orders", Status: "RUNNABLE", Zone: region + "-b", Engine: "mysql", Version: "8.0.31", Type: "db-custom-2-7680", VCPU: 2, MemoryMiB: 7680,
					Endpoint: "10.9.0.3", StorageGiB: 128, VPC: "prod", ChargeType: "PER_USE", Tags: map[string]string{"team": "shop"}, Created: created,
				},
				{
					ID: "events", Name: "events", Status: "STOPPED", Engine: "postgresql", Version: "16", Type: "db-perf-optimized-N-8", VCPU: 8, MemoryMiB: 65536,
					Endpoint: "203.0.113.30", StorageGiB: 64, Created: created,
				},
			},
			Caches: []fake.Cache{
				{
					ID: "sessions", Name: "sessions", Status: "READY", Zones: []string{region + "-c", region + "-b"}, Engine: "redis", Version: "7.0", Type: "STANDARD_HA", MemoryMiB: 5120, Replicas: 1,
					Endpoint: "10.5.0.4", Port: 6379, VPC: "prod", Tags: map[string]string{"team": "shop"}, Created: created,
				},
				{
					ID: "0c000000-1111-2222-3333-444444444444", Name: "big", Status: "ACTIVE", Zones: []string{region + "-b"}, Engine: "redis", Type: "REDIS_HIGHMEM_MEDIUM", MemoryMiB: 39936, Shards: 3, Replicas: 2,
					Endpoint: "10.5.1.4", Port: 6379, VPC: "prod", Created: created,
				},
				{
					ID: "0d000000-1111-2222-3333-444444444444", Name: "vectors", Status: "ACTIVE", Engine: "valkey", Version: "8.0", Type: "STANDARD_SMALL", MemoryMiB: 13312, Shards: 2,
					Endpoint: "10.5.2.4", Port: 6379, VPC: "prod", Tags: map[string]string{"team": "search"}, Created: created,
				},
			},
		},
		{Name: "us-east4"},
		{Name: "global", LoadBalancers: []fake.LoadBalancer{{ID: "3000000000000000009", Name: "world", Type: "targetHttpProxies", Addresses: []string{"2001:db8::1"}, Created: created}}},
	}})
}

// setup serves the account.
func setup(t *testing.T) (*fake.Cloud, cloud.Settings) {
	t.Helper()
	c := &fake.Cloud{}
	c.Add(account())
	return c, serve(t, c)
}

func serve(t *testing.T, c *fake.Cloud) cloud.Settings {
	t.Helper()
	server := httptest.NewServer(googlefake.New(c))
	t.Cleanup(server.Close)
	return settingsFor(server.URL)
}

func settingsFor(base string) cloud.Settings {
	return cloud.Settings{
		Provider: "google", Name: "demo", AccountID: project, Endpoint: googlefake.Endpoint(base), RequestsPerSecond: 100000,
		Credential: cloud.Credential{Key: cloud.SecretText(googlefake.User(base, keyID, secret))},
	}
}

func open(settings cloud.Settings) cloud.Provider { return google.Adapter().New(settings) }

func scopeOf(kind, region string) resource.Scope {
	return resource.Scope{Kind: kind, Provider: "google", Account: "demo", Region: region}
}

var (
	hostScope     = scopeOf("resource_host", region)
	diskScope     = scopeOf("resource_disk", region)
	databaseScope = scopeOf("resource_database", region)
	balancerScope = scopeOf("resource_load_balancer", region)
	cacheScope    = scopeOf("resource_cache", region)
	// Networks, firewall rules and images are global alone.
	vpcScope         = scopeOf("resource_vpc", "global")
	subnetScope      = scopeOf("resource_subnet", region)
	groupScope       = scopeOf("resource_security_group", "global")
	addressScope     = scopeOf("resource_public_ip", region)
	natScope         = scopeOf("resource_nat_gateway", region)
	snapshotScope    = scopeOf("resource_snapshot", region)
	imageScope       = scopeOf("resource_image", "global")
	gkeScope         = scopeOf("resource_cluster", region)
	bucketScope      = scopeOf("resource_bucket", region)
	certificateScope = scopeOf("resource_certificate", region)
	allScopes        = []resource.Scope{
		hostScope, diskScope, databaseScope, balancerScope, cacheScope, vpcScope, subnetScope, groupScope, addressScope, natScope,
		snapshotScope, imageScope, gkeScope, bucketScope, certificateScope,
	}
)

// listAll lists a scope to its end.
func listAll(t *testing.T, provider cloud.Provider, scope resource.Scope) []resource.Row {
	t.Helper()
	return listFrom(t, provider, scope, "")
}

// listFrom lists the rest of a scope.
func listFrom(t *testing.T, provider cloud.Provider, scope resource.Scope, cursor string) (rows []resource.Row) {
	t.Helper()
	for range 1000 {
		page, err := provider.List(t.Context(), scope, cursor)
		require.NoError(t, err)
		require.Empty(t, page.Problems)
		rows = append(rows, page.Rows...)
		if page.Next == "" {
			return rows
		}
		cursor = page.Next
	}
	require.Fail(t, "the listing does not end")
	return nil
}

// entries are the sealed rows' identities and hashes.
func entries(t *testing.T, scope resource.Scope, rows []resource.Row) map[string]resource.Hash {
	t.Helper()
	kind, err := resource.Standard().Kind(scope.Kind)
	require.NoError(t, err)
	hashes := map[string]resource.Hash{}
	for _, row := range rows {
		require.NoError(t, kind.Seal(row, scope, 1))
		hashes[row.RowMeta().NativeID] = row.RowMeta().Entry().Hash
	}
	return hashes
}

// byID are the rows by native id.
func byID(rows []resource.Row) []resource.Row {
	slices.SortFunc(rows, func(a, b resource.Row) int {
		return slices.Compare([]string{a.RowMeta().NativeID}, []string{b.RowMeta().NativeID})
	})
	return rows
}

func calls(c *fake.Cloud) map[string]int {
	counts := map[string]int{}
	for _, request := range c.Requests() {
		counts[request.Action]++
	}
	return counts
}

// many gives a region hosts with a disk each.
func many(r *fake.Region, hosts int) {
	r.Hosts, r.Disks = nil, nil
	for i := range hosts {
		id := fmt.Sprintf("%s-%06d", r.Name, i)
		zone := r.Name + []string{"-a", "-b"}[i%2]
		r.Hosts = append(r.Hosts, fake.Host{ID: id, Name: "host-" + id, Status: "RUNNING", Zone: zone, Type: "e2-small", VCPU: 2, MemoryMiB: 2048, PrivateIPs: []string{fmt.Sprintf("10.%d.%d.4", i/200, i%200)}, VPC: "vnet", Subnet: "net"})
		r.Disks = append(r.Disks, fake.Disk{ID: "disk-" + id, Name: "disk-" + id, Status: "READY", Zone: zone, Host: id, System: true, SizeGiB: 30, Type: "pd-ssd"})
	}
}
