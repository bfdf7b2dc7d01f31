package azure_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/azure"
	"cloudsync/cloud/azure/azurefake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

const (
	subscription = "11111111-2222-3333-4444-555555555555"
	clientID     = "demo-client"
	clientSecret = "demo-client-secret-text"
	region       = "eastus"
)

var created = time.Date(2024, 4, 14, 22, 32, 0, 0, time.UTC)

// account has one region with two machines of different shapes, and what belongs to
// them.
func account() *fake.Account {
	return &fake.Account{ID: subscription, KeyID: clientID, Key: clientSecret, Regions: []*fake.Region{
		{
			Name: region,
			Hosts: []fake.Host{
				{
					ID: "vm-0001", Name: "web", Status: "running", Zone: "2", Type: "Standard_D2s_v5", VCPU: 2, MemoryMiB: 8192,
					PrivateIPs: []string{"10.0.0.4", "10.0.1.4", "10.0.1.5"}, PublicIPs: []string{"203.0.113.4"},
					VPC: "vnet-a", Subnet: "front", SecurityGroups: []string{"web-nsg", "front-nsg"}, Image: "Canonical:ubuntu:server:24.04.1", OS: "Linux", ChargeType: "Spot",
					Tags: map[string]string{"team": "shop", "tier": "web"}, Created: created, Volatile: "first",
				},
				{
					ID: "vm-0002", Name: "db", Status: "deallocated", Type: "Standard_E4s_v5", VCPU: 4, MemoryMiB: 32768,
					PrivateIPs: []string{"10.0.0.5"}, VPC: "vnet-a", Subnet: "back", Image: "golden", OS: "Windows", Created: created,
				},
			},
			Disks: []fake.Disk{
				{ID: "disk-0001", Name: "web-os", Status: "Attached", Zone: "2", Host: "vm-0001", System: true, Type: "Premium_LRS", SizeGiB: 30, Created: created},
				{ID: "disk-0002", Name: "web-data", Status: "Attached", Zone: "2", Host: "vm-0001", Device: "lun3", Type: "StandardSSD_LRS", SizeGiB: 256, Tags: map[string]string{"team": "shop"}, Created: created},
				{ID: "disk-0003", Name: "db-os", Status: "Reserved", Host: "vm-0002", System: true, Type: "Premium_LRS", SizeGiB: 127, Created: created},
				{ID: "disk-0004", Name: "spare", Status: "Unattached", Type: "Standard_LRS", SizeGiB: 64, Created: created},
			},
			LoadBalancers: []fake.LoadBalancer{
				{ID: "lb-0001", Name: "front", Status: "Succeeded", Type: "Standard", Addresses: []string{"203.0.113.9", "203.0.113.8"}, Ports: []string{"443/tcp", "53/udp"}, Zones: []string{"1", "2"}, Tags: map[string]string{"team": "shop"}},
				{ID: "lb-0002", Name: "inner", Status: "Succeeded", Type: "Basic", Internal: true, Addresses: []string{"10.0.0.9"}, VPC: "vnet-a", Subnets: []string{"back"}},
			},
			Databases: []fake.Database{
				{
					ID: "db-0001", Name: "orders", Status: "Ready", Zone: "1", Engine: "mysql", Version: "8.0.21", Type: "Standard_D2ds_v4", VCPU: 2, MemoryMiB: 8192,
					Endpoint: "orders.mysql.database.azure.com", StorageGiB: 128, VPC: "vnet-a", Subnet: "data", Tags: map[string]string{"team": "shop"}, Created: created,
				},
				{
					ID: "db-0002", Name: "events", Status: "Stopped", Engine: "postgres", Version: "16", Type: "Standard_E4ds_v5", VCPU: 4, MemoryMiB: 32768,
					Endpoint: "events.postgres.database.azure.com", StorageGiB: 64, Created: created,
				},
			},
			Caches: []fake.Cache{
				{
					ID: "cache-0001", Name: "sessions", Status: "Succeeded", Zones: []string{"2", "1"}, Version: "6.0", Type: "Premium_P1", Shards: 3, Replicas: 2,
					Endpoint: "sessions.redis.cache.windows.net", Port: 6380, VPC: "vnet-a", Subnets: []string{"data"}, Tags: map[string]string{"team": "shop"},
				},
				{ID: "cache-0002", Name: "plain", Status: "Creating", Version: "6.0", Type: "Basic_C0", Endpoint: "plain.redis.cache.windows.net", Port: 6380},
				{
					ID: "cache-0003", Name: "vectors", Status: "Running", Zones: []string{"3", "1"}, Version: "7.4", Type: "Balanced_B10",
					Endpoint: "vectors.eastus.redis.azure.net", Tags: map[string]string{"team": "search"},
				},
			},
			VPCs: []resource.VPC{
				{Meta: meta("vnet-a"), Name: "main", Status: "Succeeded", CIDRs: []string{"10.0.0.0/16", "2001:db8::/48"}, Tags: map[string]string{"team": "shop"}},
				{Meta: meta("vnet-b"), Name: "bare", Status: "Updating", CIDRs: []string{"172.16.0.0/12"}},
			},
			Subnets: []resource.Subnet{
				{Meta: meta("front"), Name: "front", Status: "Succeeded", VPCID: "vnet-a", CIDRs: []string{"10.0.0.0/24"}},
				{Meta: meta("back"), Name: "back", Status: "Failed", VPCID: "vnet-a", CIDRs: []string{"2001:db8:0:1::/64", "10.0.1.0/24"}},
				{Meta: meta("front"), Name: "front", Status: "Succeeded", VPCID: "vnet-b", CIDRs: []string{"172.16.0.0/24"}},
			},
			SecurityGroups: []fake.SecurityGroup{
				{
					SecurityGroup: resource.SecurityGroup{Meta: meta("nsg-0001"), Name: "web-nsg", Status: "Succeeded", Tags: map[string]string{"team": "shop"}},
					Rules: []resource.SecurityRule{
						{Protocol: "Tcp", Ports: "443", Peer: "Internet", Priority: "200"},
						{Protocol: "Tcp", Ports: "22", Peer: "10.1.0.7/8", To: "10.0.0.0/24", Deny: true, Priority: "100"},
						{Egress: true, Peer: "Storage.EastUS", SourcePorts: "1024-65535", Priority: "100"},
					},
				},
				{SecurityGroup: resource.SecurityGroup{Meta: meta("nsg-0002"), Name: "front-nsg", Status: "Updating"}},
			},
			PublicIPs: []resource.PublicIP{
				{Meta: meta("ip-0001"), Name: "vpn", Status: "Succeeded", Zone: "1,2,3", Address: "203.0.113.20", AttachedType: "virtualNetworkGateways", AttachedID: "vpn", Tags: map[string]string{"team": "shop"}},
				{Meta: meta("ip-0002"), Name: "out", Status: "Succeeded", Address: "2001:DB8::14", AttachedType: "natGateways", AttachedID: "egress"},
				{Meta: meta("ip-0003"), Name: "idle", Status: "Updating"},
			},
			NATGateways: []resource.NATGateway{
				{Meta: meta("nat-0001"), Name: "egress", Status: "Succeeded", Zone: "1", GatewayType: "Standard", VPCID: "vnet-a", PublicIPs: []string{"203.0.113.31", "203.0.113.30"}, Tags: map[string]string{"team": "shop"}},
				{Meta: meta("nat-0002"), Name: "spare", Status: "Updating", GatewayType: "StandardV2"},
			},
			Clusters: []resource.Cluster{
				{
					Meta: meta("aks-0001"), Name: "shop", Status: "Running", ClusterType: "Base_Standard", Version: "1.31.5", Endpoint: "shop-1.hcp.eastus.azmk8s.io",
					VPCID: "vnet-a", SubnetIDs: []string{"front", "back", "front"}, Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
				},
				{Meta: meta("aks-0002"), Name: "lab", Status: "Stopped", ClusterType: "Automatic_Free", Version: "1.30.0"},
			},
			Buckets: []resource.Bucket{
				{
					Meta: meta("logs"), Name: "logs", Status: "Succeeded", BucketType: "StorageV2_Standard_GRS", StorageClass: "Cool",
					Endpoint: "logs.blob.core.windows.net", Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
				},
				{Meta: meta("files"), Name: "files", Status: "Creating", BucketType: "FileStorage_Premium_LRS", Endpoint: "files.z1.blob.storage.azure.net"},
			},
			Snapshots: []resource.Snapshot{
				{Meta: meta("snap-0001"), Name: "nightly", Status: "Unattached", SnapshotType: "Incremental", DiskNativeID: "disk-0001", SizeGiB: 30, Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created},
				{Meta: meta("snap-0002"), Name: "before", Status: "ActiveSAS", SnapshotType: "Full", SizeGiB: 4},
			},
			Images: []resource.MachineImage{
				{Meta: meta("img-0001"), Name: "golden", Status: "Succeeded", OS: "Linux", SizeGiB: 164, Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created},
				{Meta: meta("img-0002"), Name: "old", Status: "Failed", OS: "Windows"},
			},
		},
		{Name: "westeurope"},
	}}
}

func meta(id string) resource.Meta { return resource.Meta{NativeID: id} }

// setup serves the account.
func setup(t *testing.T) (*fake.Cloud, cloud.Settings) {
	t.Helper()
	c := &fake.Cloud{}
	c.Add(account())
	return c, serve(t, c)
}

func serve(t *testing.T, c *fake.Cloud) cloud.Settings {
	t.Helper()
	server := httptest.NewServer(azurefake.New(c))
	t.Cleanup(server.Close)
	return settingsFor(server.URL)
}

func settingsFor(endpoint string) cloud.Settings {
	return cloud.Settings{
		Provider: "azure", Name: "demo", AccountID: subscription, Endpoint: endpoint, RequestsPerSecond: 100000,
		Credential: cloud.Credential{ID: cloud.SecretText(clientID), Key: cloud.SecretText(clientSecret), Tenant: "demo-tenant"},
	}
}

func open(settings cloud.Settings) cloud.Provider { return azure.Adapter().New(settings) }

func scopeOf(kind, region string) resource.Scope {
	return resource.Scope{Kind: kind, Provider: "azure", Account: "demo", Region: region}
}

var (
	hostScope     = scopeOf("resource_host", region)
	diskScope     = scopeOf("resource_disk", region)
	balancerScope = scopeOf("resource_load_balancer", region)
	databaseScope = scopeOf("resource_database", region)
	cacheScope    = scopeOf("resource_cache", region)
	vpcScope      = scopeOf("resource_vpc", region)
	subnetScope   = scopeOf("resource_subnet", region)
	groupScope    = scopeOf("resource_security_group", region)
	addressScope  = scopeOf("resource_public_ip", region)
	natScope      = scopeOf("resource_nat_gateway", region)
	clusterScope  = scopeOf("resource_cluster", region)
	bucketScope   = scopeOf("resource_bucket", region)
	snapshotScope = scopeOf("resource_snapshot", region)
	imageScope    = scopeOf("resource_image", region)
	allScopes     = []resource.Scope{
		hostScope, diskScope, balancerScope, databaseScope, cacheScope, vpcScope, subnetScope, groupScope, addressScope, natScope,
		clusterScope, bucketScope, snapshotScope, imageScope,
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
func entries(t *testing.T, kind *resource.Kind, scope resource.Scope, rows []resource.Row) map[string]resource.Hash {
	t.Helper()
	hashes := map[string]resource.Hash{}
	for _, row := range rows {
		require.NoError(t, kind.Seal(row, scope, 1))
		hashes[row.RowMeta().NativeID] = row.RowMeta().Entry().Hash
	}
	return hashes
}

var kinds = map[string]*resource.Kind{
	"resource_host": resource.HostKind, "resource_disk": resource.DiskKind,
	"resource_load_balancer": resource.LoadBalancerKind, "resource_database": resource.DatabaseKind, "resource_cache": resource.CacheKind,
	"resource_vpc": resource.VPCKind, "resource_subnet": resource.SubnetKind, "resource_security_group": resource.SecurityGroupKind,
	"resource_public_ip": resource.PublicIPKind, "resource_nat_gateway": resource.NATGatewayKind,
	"resource_cluster": resource.ClusterKind, "resource_bucket": resource.BucketKind,
	"resource_snapshot": resource.SnapshotKind, "resource_image": resource.MachineImageKind,
}

// bare are the rows as they were before they were sealed, by native id.
func bare(t *testing.T, rows []resource.Row) []resource.Row {
	t.Helper()
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

// many adds hosts with a disk each.
func many(hosts int) func([]*fake.Account) {
	return func(accounts []*fake.Account) {
		r := accounts[0].Region(region)
		r.Hosts, r.Disks = nil, nil
		for i := range hosts {
			id := fmt.Sprintf("vm-%06d", i)
			r.Hosts = append(r.Hosts, fake.Host{ID: id, Name: "host", Status: "running", Type: "Standard_D2s_v5", VCPU: 2, MemoryMiB: 8192, PrivateIPs: []string{fmt.Sprintf("10.%d.%d.4", i/200, i%200)}, VPC: "vnet", Subnet: "net"})
			r.Disks = append(r.Disks, fake.Disk{ID: fmt.Sprintf("disk-%06d", i), Name: "disk", Host: id, System: true, SizeGiB: 30, Status: "Attached", Type: "Premium_LRS"})
		}
	}
}
