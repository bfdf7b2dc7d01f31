package google_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := byID(listAll(t, open(settings), hostScope))
	require.Equal(t, []resource.Row{
		&resource.Host{
			Meta: resource.Meta{NativeID: "1000000000000000001"}, Name: "web", Status: "RUNNING", Zone: region + "-b",
			InstanceType: "n2-standard-2", VCPU: 2, MemoryMiB: 8192, DiskGiB: 661,
			PrivateIPs: []string{"10.0.0.4", "10.1.0.4", "2600:1900::1"}, PublicIPs: []string{"203.0.113.4"},
			VPCID: "projects/demo-project/global/networks/prod", SubnetID: "projects/demo-project/regions/europe-west1/subnetworks/front",
			OS: "debian-12-bookworm", ChargeType: "SPOT", Tags: map[string]string{"team": "shop", "tier": "web"},
			CloudCreatedAt: created, ExpiresAt: created.AddDate(0, 0, 1),
		},
		&resource.Host{
			Meta: resource.Meta{NativeID: "1000000000000000002"}, Name: "db", Status: "TERMINATED", Zone: region + "-a",
			InstanceType: "n2-custom-4-32768", VCPU: 4, MemoryMiB: 32768, DiskGiB: 127,
			PrivateIPs: []string{"10.0.0.5"}, VPCID: "projects/demo-project/global/networks/prod", SubnetID: "projects/demo-project/regions/europe-west1/subnetworks/back",
			ChargeType: "PREEMPTIBLE", CloudCreatedAt: created,
		},
	}, utc(rows))
}

func TestDisks(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := byID(listAll(t, open(settings), diskScope))
	disk := func(id, name, status, zone string) *resource.Disk {
		return &resource.Disk{Meta: resource.Meta{NativeID: id}, Name: name, Status: status, Zone: zone, CloudCreatedAt: created}
	}
	web, data := disk("2000000000000000001", "web", "READY", region+"-b"), disk("2000000000000000002", "web-data", "READY", region+"-a,"+region+"-b")
	db, spare := disk("2000000000000000003", "db", "READY", region+"-a"), disk("2000000000000000004", "spare", "CREATING", region+"-a")
	web.HostNativeID, web.Device, web.Role, web.DiskType, web.SizeGiB = "1000000000000000001", "persistent-disk-0", "system", "pd-balanced", 30
	data.HostNativeID, data.Device, data.Role, data.DiskType, data.SizeGiB = "1000000000000000001", "data", "data", "pd-ssd", 256
	data.Tags = map[string]string{"team": "shop"}
	db.HostNativeID, db.Device, db.Role, db.DiskType, db.SizeGiB = "1000000000000000002", "db", "system", "hyperdisk-balanced", 127
	spare.DiskType, spare.SizeGiB = "pd-standard", 64
	require.Equal(t, []resource.Row{web, data, db, spare}, utc(rows), "a local SSD is in no list of disks")
}

// A rule to a VPN gateway, and to the APIs of the provider, balances nothing. Global rules are
// of the region global.
func TestLoadBalancers(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	provider := open(settings)
	require.Equal(t, []resource.Row{
		&resource.LoadBalancer{
			Meta: resource.Meta{NativeID: "3000000000000000001"}, Name: "front", BalancerType: "application", Scheme: "public",
			Addresses: []string{"203.0.113.9"}, Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
		},
		&resource.LoadBalancer{
			Meta: resource.Meta{NativeID: "3000000000000000002"}, Name: "inner", BalancerType: "network", Scheme: "internal", Addresses: []string{"10.0.0.9"},
			VPCID: "projects/demo-project/global/networks/prod", SubnetIDs: []string{"projects/demo-project/regions/europe-west1/subnetworks/back"}, CloudCreatedAt: created,
		},
	}, utc(byID(listAll(t, provider, balancerScope))))
	require.Equal(t, []resource.Row{
		&resource.LoadBalancer{Meta: resource.Meta{NativeID: "3000000000000000009"}, Name: "world", BalancerType: "application", Scheme: "public", Addresses: []string{"2001:db8::1"}, CloudCreatedAt: created},
	}, utc(listAll(t, provider, scopeOf("resource_load_balancer", "global"))))
	for _, kind := range []string{"resource_host", "resource_disk", "resource_database", "resource_cache"} {
		require.Empty(t, listAll(t, provider, scopeOf(kind, "global")), kind)
	}
}

func TestDatabases(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	require.Equal(t, []resource.Row{
		&resource.Database{
			Meta: resource.Meta{NativeID: "demo-project:europe-west1:events"}, Name: "events", Status: "STOPPED", Engine: "postgresql", EngineVersion: "16",
			InstanceType: "db-perf-optimized-N-8", VCPU: 8, MemoryMiB: 65536, StorageGiB: 64, Endpoint: "203.0.113.30", Port: 5432, CloudCreatedAt: created,
		},
		&resource.Database{
			Meta: resource.Meta{NativeID: "demo-project:europe-west1:orders"}, Name: "orders", Status: "RUNNABLE", Zone: region + "-b", Engine: "mysql", EngineVersion: "8.0.31",
			InstanceType: "db-custom-2-7680", VCPU: 2, MemoryMiB: 7680, StorageGiB: 128, Endpoint: "10.9.0.3", Port: 3306,
			VPCID: "projects/demo-project/global/networks/prod", ChargeType: "PER_USE", Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
		},
	}, utc(byID(listAll(t, open(settings), databaseScope))))
}

func TestCaches(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	require.Equal(t, []resource.Row{
		&resource.Cache{
			Meta: resource.Meta{NativeID: "clusters/0c000000-1111-2222-3333-444444444444"}, Name: "big", Status: "ACTIVE", Zones: []string{region + "-b"},
			Engine: "redis", InstanceType: "REDIS_HIGHMEM_MEDIUM", MemoryMiB: 39936, Shards: 3, Replicas: 2, Endpoint: "10.5.1.4", Port: 6379,
			VPCID: "projects/demo-project/global/networks/prod", CloudCreatedAt: created,
		},
		&resource.Cache{
			Meta: resource.Meta{NativeID: "instances/0d000000-1111-2222-3333-444444444444"}, Name: "vectors", Status: "ACTIVE",
			Engine: "valkey", EngineVersion: "8.0", InstanceType: "STANDARD_SMALL", MemoryMiB: 13312, Shards: 2, Endpoint: "10.5.2.4", Port: 6379,
			VPCID: "projects/demo-project/global/networks/prod", Tags: map[string]string{"team": "search"}, CloudCreatedAt: created,
		},
		&resource.Cache{
			Meta: resource.Meta{NativeID: "projects/demo-project/locations/europe-west1/instances/sessions"}, Name: "sessions", Status: "READY",
			Zones: []string{region + "-b", region + "-c"}, Engine: "redis", EngineVersion: "7.0", InstanceType: "STANDARD_HA", MemoryMiB: 5120, Replicas: 1,
			Endpoint: "10.5.0.4", Port: 6379, VPCID: "projects/demo-project/global/networks/prod", Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
		},
	}, utc(byID(listAll(t, open(settings), cacheScope))))
}

// utc brings the rows' times into one form.
func utc(rows []resource.Row) []resource.Row {
	for _, row := range rows {
		for _, at := range timesOf(row) {
			*at = at.UTC()
		}
	}
	return rows
}

func timesOf(row resource.Row) []*time.Time {
	switch row := row.(type) {
	case *resource.Host:
		return []*time.Time{&row.CloudCreatedAt, &row.ExpiresAt}
	case *resource.Disk:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.Database:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.LoadBalancer:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.Cache:
		return []*time.Time{&row.CloudCreatedAt}
	default:
		return nil
	}
}
