package huawei_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/resource"
)

func meta(id string) resource.Meta { return resource.Meta{NativeID: id} }

func TestHostRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	pages := list(t, w.open(), resource.HostKind)
	require.Len(t, pages, 1)
	require.Equal(t, int64(3), pages[0].Total)
	require.Equal(t, []resource.Row{
		&resource.Host{
			Meta: meta(uuid('h', 1)), Name: "web-1", Status: "ACTIVE", Zone: "cn-north-4a", InstanceType: "s6.large.2", VCPU: 2, MemoryMiB: 4096,
			DiskGiB: 540, PrivateIPs: []string{"192.168.0.11", "192.168.0.12"}, PublicIPs: []string{"203.0.113.5", "203.0.113.6"},
			VPCID: "vpc-1", SubnetID: "subnet-1", SecurityGroupIDs: []string{"sg-1", "sg-2"}, ImageID: "Huawei Cloud EulerOS 2.0", OS: "Linux", ChargeType: "prePaid",
			Tags: map[string]string{"app": "shop", "empty": "", "formula": "a=b"}, CloudCreatedAt: date(1),
		},
		&resource.Host{
			Meta: meta(uuid('h', 2)), Name: "win", Status: "SHUTOFF", Zone: "cn-north-4b", InstanceType: "c7.xlarge.4", VCPU: 4, MemoryMiB: 16384,
			DiskGiB: 100, PrivateIPs: []string{"192.168.0.20"}, VPCID: "vpc-1", SubnetID: "subnet-2", ImageID: "Windows Server 2022", OS: "Windows",
			ChargeType: "postPaid", Tags: map[string]string{}, CloudCreatedAt: date(2),
		},
		&resource.Host{
			Meta: meta(uuid('h', 3)), Name: "bare", Status: "BUILD", InstanceType: "s6.small.1", VCPU: 1, MemoryMiB: 1024, VPCID: "vpc-2",
			ChargeType: "spot", Tags: map[string]string{},
		},
	}, pages[0].Rows)
}

func TestDiskRows(t *testing.T) {
	t.Parallel()
	pages := list(t, newWorld(t, all()).open(), resource.DiskKind)
	require.Len(t, pages, 1)
	require.Equal(t, int64(4), pages[0].Total)
	require.Equal(t, []resource.Row{
		&resource.Disk{
			Meta: meta(uuid('d', 1)), Name: "web-1-root", Status: "in-use", Zone: "cn-north-4a", HostNativeID: uuid('h', 1), DiskType: "GPSSD",
			Role: "system", Device: "/dev/vda", SizeGiB: 40, ChargeType: "prePaid", Tags: map[string]string{"app": "shop"}, CloudCreatedAt: date(1),
		},
		&resource.Disk{
			Meta: meta(uuid('d', 2)), Name: "web-1-data", Status: "in-use", Zone: "cn-north-4a", HostNativeID: uuid('h', 1), DiskType: "SSD",
			Role: "data", Device: "/dev/vdb", SizeGiB: 500, ChargeType: "postPaid", CloudCreatedAt: date(3),
		},
		&resource.Disk{
			Meta: meta(uuid('d', 3)), Name: "win-root", Status: "in-use", Zone: "cn-north-4b", HostNativeID: uuid('h', 2), DiskType: "SAS",
			Role: "system", Device: "/dev/vda", SizeGiB: 100, ChargeType: "postPaid",
		},
		&resource.Disk{
			Meta: meta(uuid('d', 4)), Name: "spare", Status: "available", Zone: "cn-north-4b", DiskType: "ESSD",
			Role: "data", SizeGiB: 10, ChargeType: "postPaid", CloudCreatedAt: date(4),
		},
	}, pages[0].Rows)
}

func TestDatabaseRows(t *testing.T) {
	t.Parallel()
	pages := list(t, newWorld(t, all()).open(), resource.DatabaseKind)
	require.Len(t, pages, 4)
	require.Equal(t, int64(2), pages[0].Total)
	require.Equal(t, []resource.Row{
		&resource.Database{
			Meta: meta(uuid('b', 1)), Name: "orders", Status: "ACTIVE", Zone: "cn-north-4a", Engine: "mysql", EngineVersion: "8.0.99.240100",
			InstanceType: "rds.mysql.n1.large.4.ha", VCPU: 2, MemoryMiB: 8192, StorageGiB: 200, Endpoint: "192.168.0.80", Port: 3306,
			VPCID: "vpc-1", SubnetID: "subnet-1", ChargeType: "prePaid", Tags: map[string]string{"app": "shop", "team": "a"},
			CloudCreatedAt: date(5), ExpiresAt: date(25),
		},
		&resource.Database{
			Meta: meta(uuid('b', 2)), Name: "small", Status: "STORAGE FULL", Zone: "cn-north-4b", Engine: "postgresql", EngineVersion: "14.99.240100",
			VCPU: 1, MemoryMiB: 512, StorageGiB: 40, Endpoint: uuid('b', 2) + ".internal", Port: 5432, ChargeType: "postPaid",
		},
	}, pages[0].Rows)
}

func TestLoadBalancerRows(t *testing.T) {
	t.Parallel()
	pages := list(t, newWorld(t, all()).open(), resource.LoadBalancerKind)
	require.Len(t, pages, 1)
	require.Equal(t, []resource.Row{
		&resource.LoadBalancer{
			Meta: meta(uuid('e', 1)), Name: "front", Status: "ONLINE", BalancerType: "dedicated", Scheme: resource.SchemePublic,
			Addresses: []string{"192.168.0.90", "203.0.113.90", "203.0.113.91"}, Ports: []string{"443/https", "8000-8010/udp"}, VPCID: "vpc-1", SubnetIDs: []string{"subnet-1", "subnet-2"},
			Zones: []string{"cn-north-4a", "cn-north-4b"}, ChargeType: "prePaid", Tags: map[string]string{"app": "shop", "team": "a"}, CloudCreatedAt: date(6),
		},
		&resource.LoadBalancer{
			Meta: meta(uuid('e', 2)), Name: "inside", Status: "FROZEN", BalancerType: "shared", Scheme: resource.SchemeInternal,
			Addresses: []string{"192.168.0.91"}, VPCID: "vpc-1", SubnetIDs: []string{"subnet-1"}, ChargeType: "postPaid",
		},
	}, pages[0].Rows)
}

func TestCacheRows(t *testing.T) {
	t.Parallel()
	pages := list(t, newWorld(t, all()).open(), resource.CacheKind)
	require.Len(t, pages, 1)
	require.Equal(t, int64(2), pages[0].Total)
	require.Equal(t, []resource.Row{
		&resource.Cache{
			Meta: meta(uuid('c', 1)), Name: "sessions", Status: "RUNNING", Zones: []string{"cn-north-4a", "cn-north-4b"}, Engine: "redis", EngineVersion: "5.0",
			InstanceType: "redis.cluster.xu1.large.r2.24", MemoryMiB: 24576, Endpoint: "redis-1.cn-north-4.dcs.myhuaweicloud.com", Port: 6379,
			VPCID: "vpc-1", SubnetIDs: []string{"subnet-1"}, ChargeType: "prePaid", Tags: map[string]string{"app": "shop", "team": "a"}, CloudCreatedAt: date(7),
		},
		&resource.Cache{
			Meta: meta(uuid('c', 2)), Name: "small", Status: "ERROR", Engine: "memcached", EngineVersion: "1.4",
			InstanceType: "dcs.memcached.single_node", MemoryMiB: 128, Endpoint: "192.168.0.70", Port: 11211, ChargeType: "postPaid",
		},
	}, pages[0].Rows)
}

// The order of lists says nothing (diffsync #25), and neither does what changes by
// itself, such as the host machine.
func TestHashesStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	for name, of := range kinds {
		before := hashes(t, of.kind, rowsOf(list(t, w.open(), of.kind)))
		require.NotEmpty(t, before)
		w.region(func(r *fake.Region) {
			hosts := someHosts()
			for i := range hosts {
				slices.Reverse(hosts[i].PrivateIPs)
				slices.Reverse(hosts[i].PublicIPs)
				hosts[i].Volatile = "another time " + name
			}
			slices.Reverse(hosts)
			disks := someDisks()
			slices.Reverse(disks)
			balancers := someBalancers()
			for i := range balancers {
				slices.Reverse(balancers[i].Zones)
				slices.Reverse(balancers[i].Subnets)
				slices.Reverse(balancers[i].Addresses)
				slices.Reverse(balancers[i].Addresses[:max(0, len(balancers[i].Addresses)-1)])
			}
			slices.Reverse(balancers)
			databases := someDatabases()
			slices.Reverse(databases)
			caches := someCaches()
			for i := range caches {
				slices.Reverse(caches[i].Zones)
			}
			slices.Reverse(caches)
			vpcs, subnets := someVPCs(), someSubnets()
			for i := range vpcs {
				slices.Reverse(vpcs[i].CIDRs)
				slices.Reverse(subnets[i].CIDRs)
			}
			slices.Reverse(vpcs)
			slices.Reverse(subnets)
			groups := someSecurityGroups()
			for i := range groups {
				slices.Reverse(groups[i].Rules)
			}
			slices.Reverse(groups)
			addresses, gateways := somePublicIPs(), someNATGateways()
			slices.Reverse(addresses)
			slices.Reverse(gateways)
			r.PublicIPs, r.NATGateways = addresses, gateways
			r.Snapshots, r.Images = someSnapshots(), someImages()
			slices.Reverse(r.Snapshots)
			slices.Reverse(r.Images)
			r.Clusters, r.Certificates = someClusters(), someCertificates()
			for i := range r.Certificates {
				slices.Reverse(r.Certificates[i].Domains)
			}
			slices.Reverse(r.Clusters)
			slices.Reverse(r.Certificates)
			r.VPCs, r.Subnets, r.SecurityGroups = vpcs, subnets, groups
			r.Hosts, r.Disks, r.LoadBalancers, r.Databases, r.Caches = hosts, disks, balancers, databases, caches
		})
		require.Equal(t, before, hashes(t, of.kind, rowsOf(list(t, w.open(), of.kind))), name)
	}
}

// A comparison that was a subset test missed a removed IP (bk-hcm).
func TestAHostsRealChangesAreSeen(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*fake.Region){
		"a public IP is removed":  func(r *fake.Region) { r.Hosts[0].PublicIPs = r.Hosts[0].PublicIPs[:1] },
		"a private IP is removed": func(r *fake.Region) { r.Hosts[0].PrivateIPs = r.Hosts[0].PrivateIPs[:1] },
		"it is stopped":           func(r *fake.Region) { r.Hosts[0].Status = "SHUTOFF" },
		"a disk grows":            func(r *fake.Region) { r.Disks[1].SizeGiB++ },
		"a disk is detached":      func(r *fake.Region) { r.Disks[1].Host = "" },
		"a tag changes":           func(r *fake.Region) { r.Hosts[0].Tags = map[string]string{"app": "bank"} },
	} {
		w := newWorld(t, all())
		before := hashes(t, resource.HostKind, rowsOf(list(t, w.open(), resource.HostKind)))
		w.region(change)
		after := hashes(t, resource.HostKind, rowsOf(list(t, w.open(), resource.HostKind)))
		require.NotEqual(t, before[uuid('h', 1)], after[uuid('h', 1)], name)
		require.Equal(t, before[uuid('h', 2)], after[uuid('h', 2)], name)
	}
}

func TestUserDataReachesNoRow(t *testing.T) {
	t.Parallel()
	for _, of := range kinds {
		for _, row := range rowsOf(list(t, newWorld(t, all()).open(), of.kind)) {
			encoded, err := json.Marshal(row)
			require.NoError(t, err)
			require.NotContains(t, string(encoded), huaweifake.UserData)
			require.NotContains(t, string(encoded), "at first", "what changes by itself")
		}
	}
}

// A resource without an id is the sync's to judge.
func TestAResourceWithoutAnIDIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	w.region(func(r *fake.Region) {
		r.Hosts[0].ID, r.Disks[0].ID, r.Databases[0].ID, r.LoadBalancers[0].ID, r.Caches[0].ID = "", "", "", "", ""
		r.VPCs[0].NativeID, r.Subnets[0].NativeID, r.SecurityGroups[0].NativeID = "", "", ""
		r.PublicIPs[0].NativeID, r.NATGateways[0].NativeID = "", ""
		r.Snapshots[0].NativeID, r.Images[0].NativeID = "", ""
		r.Clusters[0].NativeID, r.Certificates[0].NativeID = "", ""
	})
	for name, of := range kinds {
		page, err := w.open().List(t.Context(), scopeOf(of.kind), "")
		require.NoError(t, err)
		require.Len(t, page.Problems, 1, name)
		require.Empty(t, page.Problems[0].NativeID)
		require.Contains(t, page.Problems[0].Text, "without an id")
	}
}

const server = `{"count":1,"servers":[{"id":"h","status":"ACTIVE",%s}]}`

func TestWhatServersMayLookLike(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fields string
		want   resource.Host
	}{
		"nothing but an id":                     {`"name":null`, resource.Host{}},
		"nulls":                                 {`"name":null,"addresses":null,"flavor":null,"metadata":null,"tags":null,"sys_tags":null,"network_interfaces":null,"created":null`, resource.Host{}},
		"an unknown charging mode is passed on": {`"metadata":{"charging_mode":"7"}`, resource.Host{ChargeType: "7"}},
		"a tag without a value":                 {`"tags":["__type_baremetal","a=1"]`, resource.Host{Tags: map[string]string{"__type_baremetal": "", "a": "1"}}},
		"system tags, under the user's": {
			`"tags":["_sys_b=user"],"sys_tags":[{"key":"_sys_a","value":"1"},{"key":"_sys_b","value":"2"},{"key":null}]`,
			resource.Host{Tags: map[string]string{"_sys_a": "1", "_sys_b": "user"}},
		},
		"numbers for texts, texts for objects": {
			`"metadata":{"charging_mode":0,"vpc_id":7},"image":"","flavor":"","tags":"","addresses":[]`, resource.Host{ChargeType: "postPaid", VPCID: "7"},
		},
		"numbers as numbers": {`"flavor":{"id":"s6","vcpus":2,"ram":4096.0}`, resource.Host{InstanceType: "s6", VCPU: 2, MemoryMiB: 4096}},
		"IPv6 beside IPv4, as often as it may be listed": {
			`"addresses":{"n1":[{"addr":"2001:DB8::0:9","OS-EXT-IPS:type":"fixed"},{"addr":"10.0.0.9"}],"n2":[{"addr":"2001:db8::9"},{"addr":"2001:db8:1::1","OS-EXT-IPS:type":"floating"}]}`,
			resource.Host{PrivateIPs: []string{"10.0.0.9", "2001:db8::9"}, PublicIPs: []string{"2001:db8:1::1"}},
		},
		"an address of no told sort is private": {
			`"addresses":{"n1":[{"addr":"10.0.0.2"},{"addr":"10.0.0.1","OS-EXT-IPS:type":null}],"n2":[{"addr":"10.0.0.2","OS-EXT-IPS:type":"fixed"}]}`,
			resource.Host{PrivateIPs: []string{"10.0.0.1", "10.0.0.2"}},
		},
		"one subnet and no primary interface": {`"network_interfaces":[{"subnet_id":"s"},{"subnet_id":"s","primary":false}]`, resource.Host{SubnetID: "s"}},
		"several and no primary one":          {`"network_interfaces":[{"subnet_id":"s"},{"subnet_id":"t"}]`, resource.Host{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fake.Region{})
			w.Record("ListServersDetails", fmt.Appendf(nil, server, test.fields))
			got := rowsOf(list(t, w.open(), resource.HostKind))
			require.Len(t, got, 1)
			want := test.want
			want.NativeID, want.Status = "h", "ACTIVE"
			require.Equal(t, hashes(t, resource.HostKind, []resource.Row{&want}), hashes(t, resource.HostKind, got), "%+v", got[0])
		})
	}
}

// A volume that several servers share is in each one's sum, and belongs to the one
// whose id comes first.
func TestSharedVolume(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{Hosts: someHosts()})
	for _, attachments := range []string{
		`{"server_id":"` + uuid('h', 1) + `","device":"/dev/vdc"},{"server_id":"` + uuid('h', 2) + `","device":"/dev/vdb"}`,
		`{"server_id":"` + uuid('h', 2) + `","device":"/dev/vdb"},{"server_id":"` + uuid('h', 1) + `","device":"/dev/vdc"}`,
	} {
		w.Record("ListVolumes", []byte(`{"count":1,"volumes":[{"id":"shared","size":20,"multiattach":true,"attachments":[`+attachments+`]}]}`))
		disk := rowsOf(list(t, w.open(), resource.DiskKind))[0].(*resource.Disk)
		require.Equal(t, uuid('h', 1), disk.HostNativeID)
		require.Equal(t, "/dev/vdc", disk.Device)
		hosts := rowsOf(list(t, w.open(), resource.HostKind))
		require.Equal(t, int64(20), hosts[0].(*resource.Host).DiskGiB)
		require.Equal(t, int64(20), hosts[1].(*resource.Host).DiskGiB)
	}
}

func TestWhatDatabasesMayLookLike(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fields string
		want   resource.Database
	}{
		"nothing but an id":           {`"name":null`, resource.Database{}},
		"words that are null":         {`"datastore":{"type":null},"charge_info":{"charge_mode":null}`, resource.Database{}},
		"one zone and no master":      {`"nodes":[{"role":"readreplica","availability_zone":"a"}]`, resource.Database{Zone: "a"}},
		"two zones and no master":     {`"nodes":[{"availability_zone":"a"},{"availability_zone":"b"}]`, resource.Database{}},
		"a name and no address":       {`"private_ips":[""],"private_dns_names":["","b.internal","a.internal"]`, resource.Database{Endpoint: "a.internal"}},
		"no name and no address":      {`"private_ips":[],"private_dns_names":[]`, resource.Database{}},
		"addresses in another order":  {`"private_ips":["10.0.0.9","10.0.0.10"]`, resource.Database{Endpoint: "10.0.0.10"}},
		"a half of a gigabyte":        {`"mem":"0.5"`, resource.Database{MemoryMiB: 512}},
		"a time of another zone":      {`"created":"2024-03-01T16:30:00+0800"`, resource.Database{CloudCreatedAt: date(1)}},
		"the user's own name is kept": {`"name":"Ü"`, resource.Database{Name: "Ü"}},
	} {
		w := newWorld(t, fake.Region{})
		w.Record("ListInstances", fmt.Appendf(nil, `{"total_count":1,"instances":[{"id":"b",%s}]}`, test.fields))
		got := rowsOf(list(t, w.open(), resource.DatabaseKind))
		want := test.want
		want.NativeID = "b"
		require.Equal(t, hashes(t, resource.DatabaseKind, []resource.Row{&want}), hashes(t, resource.DatabaseKind, got), name)
	}
}

func TestWhatLoadBalancersMayLookLike(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fields string
		want   resource.LoadBalancer
	}{
		"nothing but an id":             {`"name":null`, resource.LoadBalancer{}},
		"a gateway":                     {`"loadbalancer_type":"gateway","guaranteed":true`, resource.LoadBalancer{BalancerType: "gateway"}},
		"no operating status":           {`"provisioning_status":"PENDING_DELETE"`, resource.LoadBalancer{Status: "PENDING_DELETE"}},
		"a shared one's subnet":         {`"elb_virsubnet_ids":null,"vip_subnet_cidr_id":"s"`, resource.LoadBalancer{SubnetIDs: []string{"s"}}},
		"a tag without a key":           {`"tags":[{"value":"x"},{"key":"k"}]`, resource.LoadBalancer{Tags: map[string]string{"k": ""}}},
		"an elastic IP under one name":  {`"eips":[{"eip_address":"203.0.113.1"}]`, resource.LoadBalancer{Addresses: []string{"203.0.113.1"}, Scheme: resource.SchemePublic}},
		"a global IP":                   {`"global_eips":[{"global_eip_address":"203.0.113.2"}]`, resource.LoadBalancer{Addresses: []string{"203.0.113.2"}, Scheme: resource.SchemePublic}},
		"an elastic IP not yet bound":   {`"eips":[{"eip_id":"e"}],"publicips":[{"publicip_id":"e"}]`, resource.LoadBalancer{}},
		"an address of the new version": {`"ipv6_vip_address":"fd00::1","vip_address":"10.0.0.1"`, resource.LoadBalancer{Addresses: []string{"10.0.0.1", "fd00::1"}}},
	} {
		w := newWorld(t, fake.Region{})
		w.Record("ListLoadBalancers", fmt.Appendf(nil, `{"loadbalancers":[{"id":"e",%s}],"page_info":{}}`, test.fields))
		got := rowsOf(list(t, w.open(), resource.LoadBalancerKind))
		want := test.want
		want.NativeID, want.ChargeType = "e", "postPaid"
		if want.BalancerType == "" {
			want.BalancerType = "shared"
		}
		if want.Scheme == "" {
			want.Scheme = resource.SchemeInternal
		}
		require.Equal(t, hashes(t, resource.LoadBalancerKind, []resource.Row{&want}), hashes(t, resource.LoadBalancerKind, got), name)
	}
}

func TestWhatCachesMayLookLike(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fields string
		want   resource.Cache
	}{
		"nothing but an id":             {`"name":null`, resource.Cache{}},
		"all that may be null is":       {`"capacity":null,"capacity_minor":null,"ip":null,"port":null,"az_codes":null,"tags":null,"charging_mode":null`, resource.Cache{}},
		"all that may be empty is":      {`"capacity":0,"capacity_minor":"","ip":"","domain_name":"","port":0,"az_codes":[],"tags":[]`, resource.Cache{}},
		"a half of a gigabyte":          {`"capacity":0,"capacity_minor":"0.5"`, resource.Cache{MemoryMiB: 512}},
		"a part without its zero":       {`"capacity":0,"capacity_minor":".125"`, resource.Cache{MemoryMiB: 128}},
		"a capacity that is whole":      {`"capacity":2,"capacity_minor":"0.0","max_memory":1536`, resource.Cache{MemoryMiB: 2048}},
		"several addresses":             {`"ip":"10.0.0.9, 10.0.0.10"`, resource.Cache{Endpoint: "10.0.0.10"}},
		"the same in another order":     {`"ip":"10.0.0.10,10.0.0.9"`, resource.Cache{Endpoint: "10.0.0.10"}},
		"a name and an address":         {`"ip":"10.0.0.9","domain_name":"r.internal"`, resource.Cache{Endpoint: "r.internal"}},
		"a public address":              {`"ip":"10.0.0.9","publicip_address":"203.0.113.1"`, resource.Cache{Endpoint: "10.0.0.9"}},
		"a number as a text":            {`"charging_mode":"1","port":"6379"`, resource.Cache{ChargeType: "prePaid", Port: 6379}},
		"another charging mode":         {`"charging_mode":9`, resource.Cache{ChargeType: "9"}},
		"another engine":                {`"engine":"Valkey"`, resource.Cache{Engine: "valkey"}},
		"what changes by itself":        {`"used_memory":9,"updated_at":"2025-01-01T00:00:00.000Z","service_upgrade":true,"service_task_id":"t","sub_status":"UPGRADING"`, resource.Cache{}},
		"a time to the millisecond":     {`"created_at":"2024-03-01T08:30:00.000Z"`, resource.Cache{CloudCreatedAt: date(1)}},
		"a tag without a key or value":  {`"tags":[{"value":"x"},{"key":"k"}]`, resource.Cache{Tags: map[string]string{"k": ""}}},
		"a zone that is said twice":     {`"az_codes":["b","a","b",""]`, resource.Cache{Zones: []string{"a", "b"}}},
		"who may log in is not decoded": {`"access_user":{},"user_name":[]`, resource.Cache{}},
	} {
		w := newWorld(t, fake.Region{})
		w.Record(huaweifake.CacheAction, fmt.Appendf(nil, `{"instance_num":1,"instances":[{"instance_id":"c",%s}]}`, test.fields))
		got := rowsOf(list(t, w.open(), resource.CacheKind))
		require.Len(t, got, 1, name)
		want := test.want
		want.NativeID = "c"
		require.Equal(t, hashes(t, resource.CacheKind, []resource.Row{&want}), hashes(t, resource.CacheKind, got), name)
	}
}

// A page whose resources are each odd in another way: what can be read is, and what makes
// no sense costs its own row.
func TestOneOddValueCostsOneRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Record("ListInstances", []byte(`{"total_count":"5","instances":[
		{"id":"b-1","cpu":2,"mem":"4","port":"3306","volume":{"size":"40"},"private_ips":null,"tags":[null,{"key":"a","value":1}],"nodes":null,"expiration_time":"1970-01-01T00:00:00+0000"},
		{"id":"b-2","cpu":"0.5"},
		{"id":"b-3","created":"2024-04-31T00:00:00+0800"},
		{"id":"b-4","tags":{"a":"b"}},
		{"id":"b-5","volume":{"size":"forty"}}]}`))
	page, err := w.open().List(t.Context(), scopeOf(resource.DatabaseKind), "")
	require.NoError(t, err)
	require.EqualValues(t, 5, page.Total)
	require.Equal(t, "1+0+", page.Next)
	require.Equal(t, []resource.Row{&resource.Database{
		Meta: meta("b-1"), VCPU: 2, MemoryMiB: 4096, Port: 3306, StorageGiB: 40, Tags: map[string]string{"a": "1"},
	}}, page.Rows)
	require.Equal(t, []cloud.Problem{
		{NativeID: "b-2", Text: `database "b-2": cpu makes no sense: "0.5"`},
		{NativeID: "b-3", Text: `database "b-3": created makes no sense: "2024-04-31T00:00:00+0800"`},
		{NativeID: "b-4", Text: `database "b-4": tags makes no sense: "{\"a\":\"b\"}"`},
		{NativeID: "b-5", Text: `database "b-5": volume.size makes no sense: "forty"`},
	}, page.Problems)
}

// A volume that makes no sense costs the row of the server that has it.
func TestAVolumeOfAServerMakesNoSense(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Record("ListServersDetails", []byte(`{"count":2,"servers":[{"id":"h-1"},{"id":"h-2"}]}`))
	list := func(volume string) (cloud.Page, error) {
		w.Record("ListVolumes", []byte(`{"count":2,"volumes":[{"id":"v-1","size":"40","attachments":[{"server_id":"h-1"}]},{"id":"v-2",`+volume+`}]}`))
		return w.open().List(t.Context(), scopeOf(resource.HostKind), "")
	}
	page, err := list(`"size":4.5,"attachments":[{"server_id":"h-2"}]`)
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	require.EqualValues(t, 40, page.Rows[0].(*resource.Host).DiskGiB)
	require.Equal(t, []cloud.Problem{{NativeID: "h-2", Text: `server "h-2": volume "v-2": size makes no sense: "4.5"`}}, page.Problems)
	page, err = list(`"size":4.5,"attachments":[]`)
	require.NoError(t, err)
	require.Len(t, page.Rows, 2, "no server has it")
	_, err = list(`"size":4,"attachments":{}`)
	classed(t, cloud.BadAnswer, err)
}
