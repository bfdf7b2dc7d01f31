package alibaba_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/alibaba"
	"cloudsync/cloud/alibaba/alibabafake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

const (
	accountID = "1968132000123456"
	keyID     = "LTAI5tKeyOfTheTests"
	secretKey = "planted-secret-key"
	beijing   = "cn-beijing"
)

// world is a fake cloud with one account, and the server that it is behind.
type world struct {
	*fake.Cloud
	url string
}

func newWorld(t testing.TB, regions ...*fake.Region) *world {
	w := &world{Cloud: &fake.Cloud{}}
	w.Add(&fake.Account{ID: accountID, KeyID: keyID, Key: secretKey, Regions: regions})
	server := httptest.NewServer(alibabafake.New(w.Cloud))
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

func (w *world) settings() cloud.Settings {
	return cloud.Settings{
		Provider: "alibaba", Name: "prod", AccountID: accountID, Endpoint: w.url, RequestsPerSecond: 1e6,
		Credential: cloud.Credential{ID: cloud.SecretText(keyID), Key: cloud.SecretText(secretKey)},
	}
}

// worker is the account as a new process has it.
func (w *world) worker() cloud.Provider { return adapterOf(w.settings()) }

func adapterOf(settings cloud.Settings) cloud.Provider { return alibaba.Adapter().New(settings) }

// asked counts the requests for an action.
func (w *world) asked(action string) int {
	return len(slices.DeleteFunc(w.Requests(), func(r fake.Request) bool { return r.Action != action }))
}

func scopeOf(kind *resource.Kind) resource.Scope {
	return resource.Scope{Kind: kind.Name(), Provider: "alibaba", Account: "prod", Region: beijing}
}

// listAll lists the scope to its end.
func listAll(t require.TestingT, client cloud.Provider, kind *resource.Kind) (rows []resource.Row, pages int) {
	cursor := ""
	for {
		page, err := client.List(background(), scopeOf(kind), cursor)
		require.NoError(t, err)
		rows, pages = append(rows, page.Rows...), pages+1
		if cursor = page.Next; cursor == "" {
			return rows, pages
		}
	}
}

// hashes are those of the rows, by their ids.
func hashes(t require.TestingT, kind *resource.Kind, rows []resource.Row) map[string]resource.Hash {
	all := map[string]resource.Hash{}
	for _, row := range rows {
		require.NoError(t, kind.Seal(row, scopeOf(kind), 7))
		all[row.RowMeta().NativeID] = row.RowMeta().Hash
	}
	return all
}

func at(month time.Month, day int) time.Time {
	return time.Date(2024, month, day, 22, 32, 0, 0, time.UTC)
}

func id(nativeID string) resource.Meta { return resource.Meta{NativeID: nativeID} }

// everything is a region with some of each kind.
func everything() *fake.Region {
	return &fake.Region{
		Name: beijing, Hosts: someHosts(), Disks: someDisks(), Databases: someDatabases(), LoadBalancers: someBalancers(), Caches: someCaches(),
		VPCs: someVPCs(), Subnets: someSubnets(), SecurityGroups: someGroups(), PublicIPs: somePublicIPs(), NATGateways: someGateways(),
		Snapshots: someSnapshots(), Images: someImages(), Clusters: someClusters(),
	}
}

func someHosts() []fake.Host {
	return []fake.Host{{
		ID: "i-1", Name: "web", Status: "Running", Zone: "cn-beijing-l", Type: "ecs.g7.large", VCPU: 2, MemoryMiB: 8192,
		PrivateIPs: []string{"172.16.0.5", "172.16.0.6"}, PublicIPs: []string{"121.40.0.1", "47.95.0.1"}, VPC: "vpc-1", Subnet: "vsw-1",
		SecurityGroups: []string{"sg-2", "sg-1"}, Image: "m-1", OS: "Ubuntu  22.04 64 bit", ChargeType: "PrePaid", Tags: map[string]string{"team": "a", "app": "web"},
		Created: at(time.April, 14), Expires: time.Date(2027, 4, 14, 16, 0, 0, 0, time.UTC), Volatile: "2024-04-15T01:02Z",
	}, {
		ID: "i-2", Name: "old", Status: "Stopped", Zone: "cn-beijing-a", Type: "ecs.t1.small", VCPU: 1, MemoryMiB: 512,
		PrivateIPs: []string{"10.80.0.9"}, Image: "m-2", OS: "CentOS  7.6 64 bit", ChargeType: "SpotAsPriceGo", Created: at(time.May, 1),
	}}
}

func someDisks() []fake.Disk {
	return []fake.Disk{
		{ID: "d-1", Name: "root", Status: "In_use", Zone: "cn-beijing-l", Host: "i-1", Device: "/dev/xvda", System: true, Type: "cloud_essd", SizeGiB: 40, ChargeType: "PrePaid",
			Created: at(time.April, 14), Expires: time.Date(2027, 4, 14, 16, 0, 0, 0, time.UTC)},
		{ID: "d-2", Name: "data", Status: "In_use", Zone: "cn-beijing-l", Host: "i-1", Device: "/dev/xvdb", Type: "cloud_ssd", SizeGiB: 200, ChargeType: "PostPaid",
			Tags: map[string]string{"keep": "yes", "team": "a"}, Created: at(time.June, 2)},
		{ID: "d-3", Status: "In_use", Zone: "cn-beijing-a", Host: "i-2", Device: "/dev/xvda", System: true, Type: "cloud", SizeGiB: 20, ChargeType: "PostPaid", Created: at(time.May, 1)},
		{ID: "d-4", Status: "Available", Zone: "cn-beijing-a", Type: "cloud", SizeGiB: 1000, ChargeType: "PostPaid", Created: at(time.May, 3)},
	}
}

func someDatabases() []fake.Database {
	return []fake.Database{{
		ID: "rm-1", Name: "orders", Status: "Running", Zone: "cn-beijing-l", Engine: "MySQL", Version: "8.0", Type: "mysql.n2.large.1",
		Endpoint: "rm-1.mysql.rds.aliyuncs.com", Port: 3306, VCPU: 4, MemoryMiB: 8192, StorageGiB: 100, VPC: "vpc-1", Subnet: "vsw-1",
		ChargeType: "Prepaid", Tags: map[string]string{"team": "a", "app": "orders"}, Created: at(time.March, 3), Expires: at(time.December, 3),
	}, {
		ID: "pgm-2", Status: "Creating", Zone: "cn-beijing-a", Engine: "PostgreSQL", Version: "15.0", Type: "pg.n2.small.1",
		Endpoint: "pgm-2.pg.rds.aliyuncs.com", VCPU: 1, MemoryMiB: 2048, VPC: "vpc-1", Subnet: "vsw-2", ChargeType: "Postpaid", Created: at(time.March, 4),
	}}
}

func someBalancers() []fake.LoadBalancer {
	return []fake.LoadBalancer{{
		ID: "lb-1", Name: "front", Status: "active", Type: "slb.s1.small", Addresses: []string{"47.95.0.7"},
		Zones: []string{"cn-beijing-l", "cn-beijing-a"}, ChargeType: "PayOnDemand", Tags: map[string]string{"team": "a", "app": "web"}, Created: at(time.July, 7),
	}, {
		ID: "lb-2", Name: "inner", Status: "locked", Type: "slb.lcu.elastic", Internal: true, Addresses: []string{"172.16.0.50"}, VPC: "vpc-1",
		Subnets: []string{"vsw-1"}, Zones: []string{"cn-beijing-l"}, ChargeType: "PayOnDemand", Created: at(time.July, 8),
	}}
}

func someCaches() []fake.Cache {
	return []fake.Cache{{
		ID: "r-1", Name: "sessions", Status: "Normal", Zones: []string{"cn-beijing-l", "cn-beijing-a"}, Engine: "Redis", Version: "7.0", Type: "redis.shard.mid.2.ce",
		MemoryMiB: 8192, Shards: 4, Replicas: 1, Endpoint: "r-1.redis.rds.aliyuncs.com", Port: 6379, VPC: "vpc-1", Subnets: []string{"vsw-1"},
		ChargeType: "PrePaid", Tags: map[string]string{"team": "a", "app": "web"}, Created: at(time.August, 8), Expires: at(time.December, 8),
	}, {
		ID: "m-2", Status: "Creating", Zones: []string{"cn-beijing-a"}, Engine: "Memcache", Version: "4.0", Type: "memcache.master.small.default",
		MemoryMiB: 1024, Endpoint: "m-2.memcache.rds.aliyuncs.com", Port: 11211, ChargeType: "PostPaid", Created: at(time.August, 9),
	}}
}

// manyHosts are n hosts with a disk of 40 GiB each.
func manyHosts(n int) *fake.Region {
	region := &fake.Region{Name: beijing}
	for i := range n {
		host := fmt.Sprintf("i-%05d", i)
		region.Hosts = append(region.Hosts, fake.Host{ID: host, Name: host, Created: at(time.May, 1)})
		region.Disks = append(region.Disks, fake.Disk{ID: fmt.Sprintf("d-%05d", i), Host: host, SizeGiB: 40, Created: at(time.May, 1)})
	}
	return region
}

func background() context.Context { return context.Background() }
