package huawei_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/huawei"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/resource"
)

const (
	domain  = "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0"
	beijing = "cn-north-4"
	secret  = "TheSecretKeyOfTheTests"
)

// world is a fake cloud with an account that has one region, its server, and settings
// that lead there.
type world struct {
	*fake.Cloud
	settings cloud.Settings
}

func newWorld(t testing.TB, region fake.Region) world {
	t.Helper()
	c := &fake.Cloud{}
	region.Name = beijing
	c.Add(&fake.Account{ID: domain, KeyID: "AKOFTHETESTS", Key: secret, Regions: []*fake.Region{&region}})
	server := httptest.NewServer(huaweifake.New(c))
	t.Cleanup(server.Close)
	return world{c, cloud.Settings{
		Provider: "huawei", Name: "prod", AccountID: domain, Endpoint: server.URL,
		Credential:        cloud.Credential{ID: cloud.SecretText("AKOFTHETESTS"), Key: cloud.SecretText(secret)},
		RequestsPerSecond: 10_000,
	}}
}

// open is another worker's account.
func (w world) open() cloud.Provider { return huawei.Adapter().New(w.settings) }

// region changes what is in the region.
func (w world) region(change func(*fake.Region)) {
	w.Update(func(accounts []*fake.Account) { change(accounts[0].Region(beijing)) })
}

// count is how many requests for an action there were.
func (w world) count(action string) (n int) {
	for _, request := range w.Requests() {
		if request.Action == action {
			n++
		}
	}
	return n
}

func scopeOf(kind *resource.Kind) resource.Scope {
	return resource.Scope{Kind: kind.Name(), Provider: "huawei", Account: "prod", Region: beijing}
}

// list lists a scope to its end, and gives the pages.
func list(t *testing.T, client cloud.Provider, kind *resource.Kind) (pages []cloud.Page) {
	t.Helper()
	cursor := ""
	for range 100 {
		page, err := client.List(t.Context(), scopeOf(kind), cursor)
		require.NoError(t, err)
		pages = append(pages, page)
		if cursor = page.Next; cursor == "" {
			return pages
		}
	}
	require.FailNow(t, "the listing has no end")
	return nil
}

func rowsOf(pages []cloud.Page) (rows []resource.Row) {
	for _, page := range pages {
		rows = append(rows, page.Rows...)
	}
	return rows
}

func ids(rows []resource.Row) []string {
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = row.RowMeta().NativeID
	}
	return list
}

// hashes are those of sealed rows, by native id.
func hashes(t *testing.T, kind *resource.Kind, rows []resource.Row) map[string]resource.Hash {
	t.Helper()
	all := map[string]resource.Hash{}
	for _, row := range rows {
		require.NoError(t, kind.Seal(row, scopeOf(kind), 1))
		all[row.RowMeta().NativeID] = row.RowMeta().Hash
	}
	return all
}

func date(day int) time.Time { return time.Date(2024, time.March, day, 8, 30, 0, 0, time.UTC) }

// uuid is the nth id of a sort of resource.
func uuid(sort byte, n int) string { return fmt.Sprintf("%02x000000-0000-4000-8000-%012d", sort, n) }

func someHosts() []fake.Host {
	return []fake.Host{
		{
			ID: uuid('h', 1), Name: "web-1", Status: "ACTIVE", Zone: "cn-north-4a", Type: "s6.large.2", VCPU: 2, MemoryMiB: 4096,
			PrivateIPs: []string{"192.168.0.11", "192.168.0.12"}, PublicIPs: []string{"203.0.113.5", "203.0.113.6"},
			VPC: "vpc-1", Subnet: "subnet-1", SecurityGroups: []string{"sg-2", "sg-1"}, Image: "Huawei Cloud EulerOS 2.0", OS: "Linux", ChargeType: "prePaid",
			Tags: map[string]string{"app": "shop", "empty": "", "formula": "a=b"}, Created: date(1), Volatile: "at first",
		},
		{
			ID: uuid('h', 2), Name: "win", Status: "SHUTOFF", Zone: "cn-north-4b", Type: "c7.xlarge.4", VCPU: 4, MemoryMiB: 16384,
			PrivateIPs: []string{"192.168.0.20"}, VPC: "vpc-1", Subnet: "subnet-2", Image: "Windows Server 2022", OS: "Windows",
			ChargeType: "postPaid", Created: date(2), Volatile: "at first",
		},
		{ID: uuid('h', 3), Name: "bare", Status: "BUILD", Type: "s6.small.1", VCPU: 1, MemoryMiB: 1024, VPC: "vpc-2", ChargeType: "spot"},
	}
}

func someDisks() []fake.Disk {
	return []fake.Disk{
		{
			ID: uuid('d', 1), Name: "web-1-root", Status: "in-use", Zone: "cn-north-4a", Host: uuid('h', 1), Device: "/dev/vda", System: true,
			Type: "GPSSD", SizeGiB: 40, ChargeType: "prePaid", Tags: map[string]string{"app": "shop"}, Created: date(1),
		},
		{ID: uuid('d', 2), Name: "web-1-data", Status: "in-use", Zone: "cn-north-4a", Host: uuid('h', 1), Device: "/dev/vdb", Type: "SSD", SizeGiB: 500, ChargeType: "postPaid", Created: date(3)},
		{ID: uuid('d', 3), Name: "win-root", Status: "in-use", Zone: "cn-north-4b", Host: uuid('h', 2), Device: "/dev/vda", System: true, Type: "SAS", SizeGiB: 100, ChargeType: "postPaid"},
		{ID: uuid('d', 4), Name: "spare", Status: "available", Zone: "cn-north-4b", Type: "ESSD", SizeGiB: 10, ChargeType: "postPaid", Created: date(4)},
	}
}

func someDatabases() []fake.Database {
	return []fake.Database{
		{
			ID: uuid('b', 1), Name: "orders", Status: "ACTIVE", Zone: "cn-north-4a", Engine: "MySQL", Version: "8.0", Type: "rds.mysql.n1.large.4.ha",
			Endpoint: "192.168.0.80", Port: 3306, VCPU: 2, MemoryMiB: 8192, StorageGiB: 200, VPC: "vpc-1", Subnet: "subnet-1",
			ChargeType: "prePaid", Tags: map[string]string{"app": "shop", "team": "a"}, Created: date(5), Expires: date(25),
		},
		{ID: uuid('b', 2), Name: "small", Status: "STORAGE FULL", Zone: "cn-north-4b", Engine: "PostgreSQL", Version: "14", Port: 5432, VCPU: 1, MemoryMiB: 512, StorageGiB: 40, ChargeType: "postPaid"},
	}
}

func someBalancers() []fake.LoadBalancer {
	return []fake.LoadBalancer{
		{
			ID: uuid('e', 1), Name: "front", Status: "ONLINE", Type: "dedicated", Addresses: []string{"192.168.0.90", "203.0.113.90", "203.0.113.91"},
			Ports: []string{"443/https", "8000-8010/udp"}, VPC: "vpc-1", Zones: []string{"cn-north-4a", "cn-north-4b"}, Subnets: []string{"subnet-1", "subnet-2"}, ChargeType: "prePaid",
			Tags: map[string]string{"app": "shop", "team": "a"}, Created: date(6),
		},
		{ID: uuid('e', 2), Name: "inside", Status: "FROZEN", Type: "shared", Internal: true, Addresses: []string{"192.168.0.91"}, VPC: "vpc-1", Subnets: []string{"subnet-1"}, ChargeType: "postPaid"},
	}
}

func someCaches() []fake.Cache {
	return []fake.Cache{
		{
			ID: uuid('c', 1), Name: "sessions", Status: "RUNNING", Zones: []string{"cn-north-4b", "cn-north-4a"}, Engine: "Redis", Version: "5.0",
			Type: "redis.cluster.xu1.large.r2.24", MemoryMiB: 24576, Shards: 3, Replicas: 1, Endpoint: "redis-1.cn-north-4.dcs.myhuaweicloud.com", Port: 6379,
			VPC: "vpc-1", Subnets: []string{"subnet-1"}, ChargeType: "prePaid", Tags: map[string]string{"app": "shop", "team": "a"}, Created: date(7),
		},
		{ID: uuid('c', 2), Name: "small", Status: "ERROR", Engine: "Memcached", Version: "1.4", Type: "dcs.memcached.single_node", MemoryMiB: 128, Endpoint: "192.168.0.70", Port: 11211},
	}
}

func someVPCs() []resource.VPC {
	return []resource.VPC{
		{Meta: meta(uuid('v', 1)), Name: "main", Status: "ACTIVE", CIDRs: []string{"10.1.0.0/16", "192.168.0.0/16"}, Tags: map[string]string{"app": "shop", "team": "a"}, CloudCreatedAt: date(8)},
		{Meta: meta(uuid('v', 2)), Name: "new", Status: "PENDING"},
	}
}

func someSubnets() []resource.Subnet {
	return []resource.Subnet{
		{
			Meta: meta(uuid('s', 1)), Name: "front", Status: "ACTIVE", Zone: "cn-north-4a", VPCID: uuid('v', 1),
			CIDRs: []string{"192.168.1.0/24", "2001:db8:1::/64"}, Tags: map[string]string{"app": "shop", "team": "a"}, CloudCreatedAt: date(9),
		},
		{Meta: meta(uuid('s', 2)), Name: "loose", Status: "UNKNOWN"},
	}
}

func someSecurityGroups() []fake.SecurityGroup {
	return []fake.SecurityGroup{
		{
			SecurityGroup: resource.SecurityGroup{Meta: meta(uuid('g', 1)), Name: "web", Description: "from outside", Tags: map[string]string{"app": "shop", "team": "a"}, CloudCreatedAt: date(10)},
			Rules: []resource.SecurityRule{
				{Protocol: "tcp", Ports: "443", Peer: "0.0.0.0/0", Priority: "1"},
				{Protocol: "tcp", Ports: "8000-8080", Peer: "2001:db8::/64", Priority: "10", Deny: true},
				{Peer: uuid('g', 1), Priority: "100"},
				{Peer: uuid('g', 1), Priority: "100", IPv6: true},
				{Egress: true, Peer: "0.0.0.0/0", Priority: "100"},
			},
		},
		{SecurityGroup: resource.SecurityGroup{Meta: meta(uuid('g', 2)), Name: "closed"}},
	}
}

func somePublicIPs() []resource.PublicIP {
	return []resource.PublicIP{
		{
			Meta: meta(uuid('p', 1)), Name: "web", Status: "ACTIVE", Address: "203.0.113.5", AttachedType: "compute", AttachedID: uuid('h', 1),
			BandwidthMbps: 100, ChargeType: "prePaid", Tags: map[string]string{"app": "shop", "formula": "a=b.c"}, CloudCreatedAt: date(11),
		},
		{Meta: meta(uuid('p', 2)), Status: "ACTIVE", Address: "203.0.113.8", AttachedType: "NATGW", AttachedID: uuid('n', 1), BandwidthMbps: 5, ChargeType: "postPaid"},
		{Meta: meta(uuid('p', 3)), Status: "ACTIVE", Address: "203.0.113.7", AttachedType: "NATGW", AttachedID: uuid('n', 1), BandwidthMbps: 5, ChargeType: "postPaid"},
		{Meta: meta(uuid('p', 4)), Status: "ELB", Address: "2001:db8::9", AttachedType: "ELB", AttachedID: uuid('e', 1), ChargeType: "postPaid"},
		{Meta: meta(uuid('p', 5)), Status: "DOWN", ChargeType: "postPaid"},
	}
}

func someNATGateways() []resource.NATGateway {
	return []resource.NATGateway{
		{
			Meta: meta(uuid('n', 1)), Name: "out", Status: "ACTIVE", GatewayType: "public", VPCID: uuid('v', 1), SubnetID: uuid('s', 1),
			PublicIPs: []string{"203.0.113.7", "203.0.113.8"}, PrivateIPs: []string{"192.168.1.7"}, ChargeType: "prePaid", CloudCreatedAt: date(12),
		},
		{Meta: meta(uuid('n', 2)), Status: "PENDING_CREATE", GatewayType: "public", ChargeType: "postPaid"},
		{
			Meta: meta(uuid('n', 3)), Name: "inside", Status: "ACTIVE", GatewayType: "private", VPCID: uuid('v', 1), SubnetID: uuid('s', 1),
			PrivateIPs: []string{"192.168.1.8"}, Tags: map[string]string{"app": "shop", "team": "a"}, CloudCreatedAt: date(13),
		},
	}
}

func someSnapshots() []resource.Snapshot {
	return []resource.Snapshot{
		{Meta: meta(uuid('t', 1)), Name: "before", Status: "available", DiskNativeID: uuid('d', 1), SizeGiB: 40, CloudCreatedAt: date(14)},
		{Meta: meta(uuid('t', 2)), Status: "creating"},
	}
}

func someImages() []resource.MachineImage {
	return []resource.MachineImage{
		{
			Meta: meta(uuid('i', 1)), Name: "web", Status: "active", OS: "EulerOS 2.10 64bit with ARM", Architecture: "arm64", SizeGiB: 40,
			Tags: map[string]string{"app": "shop", "version": "1.2", "empty": ""}, CloudCreatedAt: date(15),
		},
		{Meta: meta(uuid('i', 2)), Name: "new", Status: "queued", OS: "CentOS 7.9 64bit", Architecture: "x86_64"},
	}
}

func someClusters() []resource.Cluster {
	return []resource.Cluster{
		{
			Meta: meta(uuid('k', 1)), Name: "prod", Status: "Available", ClusterType: "cce.s2.small", Version: "1.29", Endpoint: "https://192.168.1.60:5443",
			VPCID: uuid('v', 1), SubnetIDs: []string{uuid('s', 1)}, ChargeType: "prePaid", Tags: map[string]string{"app": "shop", "team": "a"}, CloudCreatedAt: date(16),
		},
		{Meta: meta(uuid('k', 2)), Name: "new", Status: "Creating", ClusterType: "cce.s1.small", ChargeType: "postPaid"},
		{Meta: meta(uuid('k', 3)), Name: "light", Status: "Available", ClusterType: "cce.autopilot.cluster", Version: "1.28", ChargeType: "postPaid", CloudCreatedAt: date(17)},
	}
}

func someCertificates() []resource.Certificate {
	return []resource.Certificate{
		{
			Meta: meta(uuid('z', 1)), Name: "front", CertificateType: "server", Domains: []string{"*.example.org", "example.org"},
			Fingerprint: "59:e1:8f", CloudCreatedAt: date(18), ExpiresAt: date(28),
		},
		{Meta: meta(uuid('z', 2)), Name: "of clients", CertificateType: "client"},
		{
			Meta: meta("scs1600313391074"), Name: "bought", Status: "ISSUED", CertificateType: "OV_SSL_CERT", Issuer: "GLOBALSIGN",
			Domains: []string{"a.example.org", "b.example.org", "c.example.org"}, ExpiresAt: date(29),
		},
		{Meta: meta("scs1600313391075"), Status: "PAID"},
	}
}

func all() fake.Region {
	return fake.Region{Hosts: someHosts(), Disks: someDisks(), Databases: someDatabases(), LoadBalancers: someBalancers(), Caches: someCaches(), VPCs: someVPCs(), Subnets: someSubnets(), SecurityGroups: someSecurityGroups(),
		PublicIPs: somePublicIPs(), NATGateways: someNATGateways(), Snapshots: someSnapshots(), Images: someImages(), Clusters: someClusters(), Certificates: someCertificates()}
}

// listed is a kind that the adapter lists in a region.
type listed struct {
	kind            *resource.Kind
	action          string   // of its first list
	others          []string // those of its other lists
	joined          []string // those of the lists that its rows are joined with
	sort            byte     // of the ids that crowd gives
	list, id, total string   // names of the answer's fields; "": it announces no total
	perPage         int      // of resources, where the cloud gives as many as it is asked for; 0: as the world says
	one             string   // the id of one that is looked at, where it has a form of its own
}

var kinds = map[string]listed{
	"hosts":          {kind: resource.HostKind, action: "ListServersDetails", sort: 'h', list: "servers", id: "id", total: "count", perPage: 200, joined: []string{"ListVolumes"}},
	"disks":          {kind: resource.DiskKind, action: "ListVolumes", sort: 'd', list: "volumes", id: "id", total: "count"},
	"databases":      {kind: resource.DatabaseKind, action: "ListInstances", others: []string{huaweifake.TaurusAction, huaweifake.GaussAction, huaweifake.DDSAction}, sort: 'b', list: "instances", id: "id", total: "total_count"},
	"load balancers": {kind: resource.LoadBalancerKind, action: "ListLoadBalancers", sort: 'e', list: "loadbalancers", id: "id", joined: []string{"ListListeners"}},
	"caches":         {kind: resource.CacheKind, action: huaweifake.CacheAction, sort: 'c', list: "instances", id: "instance_id", total: "instance_num"},
	"VPCs":           {kind: resource.VPCKind, action: "ListVpcs", sort: 'v', list: "vpcs", id: "id"},
	"subnets":        {kind: resource.SubnetKind, action: "ListVirsubnets", sort: 's', list: "virsubnets", id: "id"},
	"elastic IPs":    {kind: resource.PublicIPKind, action: "ListPublicips", sort: 'p', list: "publicips", id: "id", total: "total_count"},
	"NAT gateways": {
		kind: resource.NATGatewayKind, action: "ListNatGateways", others: []string{"ListPrivateNats"}, joined: []string{"ListPublicips"},
		sort: 'n', list: "nat_gateways", id: "id", perPage: 2000,
	},
	"snapshots":       {kind: resource.SnapshotKind, action: "ListSnapshots", sort: 't', list: "snapshots", id: "id", total: "count"},
	"images":          {kind: resource.MachineImageKind, action: "ListImages", sort: 'i', list: "images", id: "id", perPage: 500},
	"clusters":        {kind: resource.ClusterKind, action: "ListClusters", others: []string{"ListAutopilotClusters"}, sort: 'k', list: "items", id: "metadata.uid"},
	"certificates":    {kind: resource.CertificateKind, action: "ListCertificates", others: []string{huaweifake.BoughtAction}, sort: 'z', list: "certificates", id: "id"},
	"security groups": {kind: resource.SecurityGroupKind, action: "ListSecurityGroups", sort: 'g', list: "security_groups", id: "id", joined: []string{"ListSecurityGroupRules"}},
}

// classed asserts an error's class, and that its text has nothing in it that nobody is
// to read.
func classed(t *testing.T, want cloud.Class, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, want, cloud.ClassOf(err), err.Error())
	var failure *cloud.Error
	require.ErrorAs(t, err, &failure)
	for _, hidden := range []string{secret, "Signature=", "limit=", "SecurityTokenOfTheRequest", huaweifake.UserData[:20]} {
		require.NotContains(t, err.Error(), hidden)
	}
}

func within(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

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

// looks is what a resource may look like: the fields of an answer beside its id, and its row.
type looks struct {
	fields string
	want   resource.Row
}

// element is a resource in the answer's list.
func (l listed) element(id, fields string) string {
	if outer, inner, nested := strings.Cut(l.id, "."); nested {
		return fmt.Sprintf(`{%q:{%q:%q},%s}`, outer, inner, id, fields)
	}
	return fmt.Sprintf(`{%q:%q,%s}`, l.id, id, fields)
}

func requireLooks(t *testing.T, of listed, tests map[string]looks) {
	t.Helper()
	one := cmp.Or(of.one, "one")
	for name, test := range tests {
		w := newWorld(t, fake.Region{})
		w.Record(of.action, fmt.Appendf(nil, `{"count":1,"total_count":1,%q:[%s],"page_info":{}}`, of.list, of.element(one, test.fields)))
		got := rowsOf(list(t, w.open(), of.kind))
		require.Len(t, got, 1, name)
		test.want.RowMeta().NativeID = one
		require.Equal(t, hashes(t, of.kind, []resource.Row{test.want}), hashes(t, of.kind, got), name)
	}
}
