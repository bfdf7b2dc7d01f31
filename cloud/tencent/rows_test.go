package tencent_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func aRegion() *fake.Region {
	return &fake.Region{
		Name: beijing,
		Hosts: []fake.Host{{
			ID: "ins-web00001", Name: "web", Status: "RUNNING", Zone: "ap-beijing-3", Type: "S5.MEDIUM4", VCPU: 2, MemoryMiB: 4096,
			PrivateIPs: []string{"10.0.0.5", "10.0.0.4"}, PublicIPs: []string{"203.0.113.9", "203.0.113.1"},
			VPC: "vpc-1", Subnet: "subnet-1", SecurityGroups: []string{"sg-2", "sg-1"}, Image: "img-1", OS: "TencentOS Server 3.1 (TK4)", ChargeType: "PREPAID",
			Tags:    map[string]string{"app": "shop", "env": "prod", "空": ""},
			Created: at("2024-02-03T04:05:00Z"), Expires: at("2027-02-03T04:05:00Z"), Volatile: "first",
		}, {
			ID: "ins-db000001", Name: "数据库", Status: "STOPPED", Zone: "ap-beijing-5", Type: "SA2.LARGE8", VCPU: 4, MemoryMiB: 8192,
			PrivateIPs: []string{"10.0.1.4"}, ChargeType: "POSTPAID_BY_HOUR", Created: at("2024-12-31T16:30:00Z"), Volatile: "first",
		}},
		Disks: []fake.Disk{{
			ID: "disk-sys00001", Name: "web_SYSTEM_DISK", Status: "ATTACHED", Zone: "ap-beijing-3", Host: "ins-web00001", System: true,
			Type: "CLOUD_BSSD", SizeGiB: 50, ChargeType: "PREPAID", Tags: map[string]string{"app": "shop", "env": "prod"},
			Created: at("2024-02-03T04:05:00Z"), Expires: at("2027-02-03T04:05:00Z"),
		}, {
			ID: "disk-dat00001", Name: "data", Status: "ATTACHED", Zone: "ap-beijing-3", Host: "ins-web00001",
			Type: "CLOUD_PREMIUM", SizeGiB: 200, ChargeType: "POSTPAID_BY_HOUR", Created: at("2024-12-31T16:30:00Z"),
		}, {
			ID: "disk-dat00002", Name: "more", Status: "ATTACHED", Zone: "ap-beijing-3", Host: "ins-web00001", Type: "CLOUD_PREMIUM", SizeGiB: 10,
		}, {
			ID: "disk-free0001", Status: "UNATTACHED", Zone: "ap-beijing-5", Type: "CLOUD_SSD", SizeGiB: 20, ChargeType: "POSTPAID_BY_HOUR",
		}},
		Databases: []fake.Database{{
			ID: "cdb-orders01", Name: "orders", Status: "RUNNING", Zone: "ap-beijing-3", Engine: "mysql", Version: "8.0", Type: "UNIVERSAL",
			Endpoint: "10.0.2.4", Port: 3306, VCPU: 4, MemoryMiB: 8000, StorageGiB: 200, VPC: "vpc-1", Subnet: "subnet-2",
			ChargeType: "PRE_PAID", Tags: map[string]string{"app": "shop", "env": "prod"},
			Created: at("2023-08-29T00:37:00Z"), Expires: at("2026-08-29T00:37:00Z"),
		}, {
			ID: "cdb-isolated", Name: "old", Status: "ISOLATED", Zone: "ap-beijing-3", Version: "5.7", Type: "EXCLUSIVE",
			ChargeType: "HOUR_PAID", Created: at("2023-08-29T00:37:00Z"),
		}},
		LoadBalancers: []fake.LoadBalancer{{
			ID: "lb-public01", Name: "front", Status: "RUNNING", Type: "general", Addresses: []string{"203.0.113.7", "203.0.113.3"},
			VPC: "vpc-1", Zones: []string{"ap-beijing-3", "ap-beijing-5", "ap-beijing-4"}, ChargeType: "PREPAID",
			Tags:    map[string]string{"app": "shop", "env": "prod"},
			Created: at("2023-12-27T07:53:00Z"), Expires: at("2026-12-27T07:53:00Z"),
		}, {
			ID: "lb-internal", Name: "back", Status: "CREATING", Type: "classic", Internal: true, Addresses: []string{"10.0.3.4"},
			VPC: "vpc-1", Subnets: []string{"subnet-3"}, ChargeType: "POSTPAID_BY_HOUR", Created: at("2023-12-27T07:53:00Z"),
		}},
		Caches: []fake.Cache{{
			ID: "crs-sessions", Name: "sessions", Status: "RUNNING", Zones: []string{"ap-beijing-5", "ap-beijing-3", "ap-beijing-7"},
			Engine: "redis", Version: "7.0", Type: "cluster", MemoryMiB: 12288, Shards: 3, Replicas: 2, Endpoint: "10.0.4.4", Port: 6379,
			VPC: "vpc-1", Subnets: []string{"subnet-4"}, ChargeType: "prepaid", Tags: map[string]string{"app": "shop", "env": "prod"},
			Created: at("2023-04-17T03:32:00Z"), Expires: at("2027-04-17T03:32:00Z"),
		}, {
			ID: "crs-isolated", Status: "ISOLATED", Zones: []string{"ap-beijing-3"}, Engine: "memcached", Version: "1.6", Type: "cluster",
			MemoryMiB: 1024, Shards: 1, Endpoint: "10.0.4.5", Port: 11211, ChargeType: "postpaid", Created: at("2023-04-17T03:32:00Z"),
		}},
		VPCs: []resource.VPC{{
			Meta: meta("vpc-main0001"), Name: "main", CIDRs: []string{"10.0.0.0/16", "172.16.0.0/20", "10.64.0.0/16"},
			Tags: map[string]string{"app": "shop", "env": "prod"}, CloudCreatedAt: at("2022-04-17T03:32:10Z"),
		}, {
			Meta: meta("vpc-empty001"), Name: "空", CIDRs: []string{"192.168.0.0/16"},
		}},
		Subnets: []resource.Subnet{{
			Meta: meta("subnet-web00001"), Name: "web", Zone: "ap-beijing-3", VPCID: "vpc-main0001", CIDRs: []string{"10.0.1.0/24", "2402:4e00:1000:4200::/64"},
			Tags: map[string]string{"app": "shop", "env": "prod"}, CloudCreatedAt: at("2022-04-17T03:32:11Z"),
		}, {
			Meta: meta("subnet-db000001"), Name: "db", Zone: "ap-beijing-5", VPCID: "vpc-main0001", CIDRs: []string{"10.0.2.0/24"},
		}},
		SecurityGroups: []fake.SecurityGroup{{
			SecurityGroup: resource.SecurityGroup{
				Meta: meta("sg-web000001"), Name: "web", Description: "front ends",
				Tags: map[string]string{"app": "shop", "env": "prod"}, CloudCreatedAt: at("2022-04-17T03:32:14Z"),
			},
			Rules: []resource.SecurityRule{
				{Protocol: "TCP", Ports: "443", Peer: "0.0.0.0/0", Priority: "0"},
				{Protocol: "TCP", Ports: "8000-8080", Peer: "2402:4e00:1000::/48", Priority: "1"},
				{Protocol: "UDP", Ports: "all", Peer: "sg-db0000001", Priority: "2"},
				{Protocol: "ppm-f5n1f8da", Peer: "ipmg-2uw6ujo6", Priority: "3"},
				{Protocol: "ALL", Ports: "all", Peer: "10.0.0.0/8", Deny: true, Priority: "4"},
				{Egress: true, Protocol: "ALL", Ports: "ALL", Peer: "0.0.0.0/0", Priority: "0"},
			},
		}, {
			SecurityGroup: resource.SecurityGroup{Meta: meta("sg-db0000001"), Name: "db"},
		}},
		PublicIPs: []resource.PublicIP{{
			Meta: meta("eip-web00001"), Name: "front", Status: "BIND", Address: "203.0.113.40", AttachedType: "CVM", AttachedID: "ins-web00001",
			BandwidthMbps: 20, ChargeType: "BANDWIDTH_PREPAID_BY_MONTH", Tags: map[string]string{"app": "shop", "env": "prod"},
			CloudCreatedAt: at("2022-04-17T03:32:12Z"), ExpiresAt: at("2027-04-17T03:32:12Z"),
		}, {
			Meta: meta("eip-eni00001"), Status: "BIND_ENI", Address: "203.0.113.41", AttachedType: "ENI", AttachedID: "eni-00000001", ChargeType: "TRAFFIC_POSTPAID_BY_HOUR",
		}, {
			Meta: meta("eip-free0001"), Name: "spare", Status: "UNBIND", Address: "203.0.113.42", CloudCreatedAt: at("2022-04-17T03:32:12Z"),
		}},
		NATGateways: []resource.NATGateway{{
			Meta: meta("nat-main0001"), Name: "out", Status: "AVAILABLE", Zone: "ap-beijing-3", GatewayType: "traditional", VPCID: "vpc-main0001", SubnetID: "subnet-web00001",
			PublicIPs: []string{"203.0.113.44", "203.0.113.43"}, Tags: map[string]string{"app": "shop", "env": "prod"}, CloudCreatedAt: at("2022-04-17T03:32:13Z"),
		}, {
			Meta: meta("nat-large001"), Status: "PENDING", GatewayType: "ExclusiveLarge1", VPCID: "vpc-main0001",
		}},
		Snapshots: []resource.Snapshot{{
			Meta: meta("snap-daily001"), Name: "daily", Status: "NORMAL", SnapshotType: "auto", DiskNativeID: "disk-dat00001", SizeGiB: 200,
			Tags: map[string]string{"app": "shop", "env": "prod"}, CloudCreatedAt: at("2024-12-31T16:30:00Z"), ExpiresAt: at("2025-01-30T16:30:00Z"),
		}, {
			Meta: meta("snap-kept0001"), Status: "CREATING", SnapshotType: "user", DiskNativeID: "disk-dat00001", SizeGiB: 200,
		}},
		Images: []resource.MachineImage{{
			Meta: meta("img-golden01"), Name: "golden", Status: "NORMAL", OS: "TencentOS Server 3.1 (TK4)", Architecture: "arm64", SizeGiB: 50,
			Tags: map[string]string{"app": "shop", "env": "prod"}, CloudCreatedAt: at("2024-12-31T16:30:00Z"),
		}, {
			Meta: meta("img-import01"), Status: "IMPORTFAILED", Architecture: "x86_64",
		}},
		Clusters: []resource.Cluster{{
			Meta: meta("cls-main0001"), Name: "main", Status: "Running", ClusterType: "MANAGED_CLUSTER", Version: "1.30.0", VPCID: "vpc-main0001",
			SubnetIDs: []string{"subnet-web00001", "subnet-db000001"}, Tags: map[string]string{"app": "shop", "env": "prod"}, CloudCreatedAt: at("2024-12-31T16:30:00Z"),
		}, {
			Meta: meta("cls-own00001"), Status: "Creating", ClusterType: "INDEPENDENT_CLUSTER",
		}, {
			Meta: meta("cls-serverls"), Name: "batch", Status: "Running", ClusterType: "serverless", Version: "1.28.3", VPCID: "vpc-main0001",
			SubnetIDs: []string{"subnet-web00001"}, Tags: map[string]string{"app": "shop", "env": "prod"}, CloudCreatedAt: at("2024-12-31T16:30:00Z"),
		}},
		Certificates: []resource.Certificate{{
			Meta: meta("0f1e2d3c"), Name: "shop", Status: "APPROVED", CertificateType: "trustasia", Domains: []string{"shop.example.com", "*.shop.example.com"}, Algorithm: "RSA",
			Tags: map[string]string{"app": "shop", "env": "prod"}, CloudCreatedAt: at("2025-12-31T16:30:00Z"), ExpiresAt: at("2026-12-31T15:59:59Z"),
		}, {
			Meta: meta("4b5a6978"), Status: "EXPIRED", CertificateType: "upload", Domains: []string{"old.example.com"}, ExpiresAt: at("2020-12-31T15:59:59Z"),
		}, {
			Meta: meta("8796a5b4"), Status: "REVIEWING", CertificateType: "trustasia", Domains: []string{"new.example.com"},
		}},
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	requireRows(t, resource.HostKind, []resource.Row{
		&resource.Host{
			Meta: meta("ins-web00001"), Name: "web", Status: "RUNNING", Zone: "ap-beijing-3", InstanceType: "S5.MEDIUM4", VCPU: 2, MemoryMiB: 4096, DiskGiB: 260,
			PrivateIPs: []string{"10.0.0.4", "10.0.0.5"}, PublicIPs: []string{"203.0.113.1", "203.0.113.9"}, VPCID: "vpc-1", SubnetID: "subnet-1",
			SecurityGroupIDs: []string{"sg-1", "sg-2"}, ImageID: "img-1", OS: "TencentOS Server 3.1 (TK4)", ChargeType: "PREPAID", Tags: map[string]string{"app": "shop", "env": "prod", "空": ""},
			CloudCreatedAt: at("2024-02-03T04:05:00Z"), ExpiresAt: at("2027-02-03T04:05:00Z"),
		},
		&resource.Host{
			Meta: meta("ins-db000001"), Name: "数据库", Status: "STOPPED", Zone: "ap-beijing-5", InstanceType: "SA2.LARGE8", VCPU: 4, MemoryMiB: 8192,
			PrivateIPs: []string{"10.0.1.4"}, ChargeType: "POSTPAID_BY_HOUR", CloudCreatedAt: at("2024-12-31T16:30:00Z"),
		},
	}, list(t, enter(t, newCloud(aRegion())), resource.HostKind))
}

func TestDisks(t *testing.T) {
	t.Parallel()
	requireRows(t, resource.DiskKind, []resource.Row{
		&resource.Disk{
			Meta: meta("disk-sys00001"), Name: "web_SYSTEM_DISK", Status: "ATTACHED", Zone: "ap-beijing-3", HostNativeID: "ins-web00001",
			DiskType: "CLOUD_BSSD", Role: "system", SizeGiB: 50, ChargeType: "PREPAID", Tags: map[string]string{"app": "shop", "env": "prod"},
			CloudCreatedAt: at("2024-02-03T04:05:00Z"), ExpiresAt: at("2027-02-03T04:05:00Z"),
		},
		&resource.Disk{
			Meta: meta("disk-dat00001"), Name: "data", Status: "ATTACHED", Zone: "ap-beijing-3", HostNativeID: "ins-web00001",
			DiskType: "CLOUD_PREMIUM", Role: "data", SizeGiB: 200, ChargeType: "POSTPAID_BY_HOUR", CloudCreatedAt: at("2024-12-31T16:30:00Z"),
		},
		&resource.Disk{
			Meta: meta("disk-dat00002"), Name: "more", Status: "ATTACHED", Zone: "ap-beijing-3", HostNativeID: "ins-web00001",
			DiskType: "CLOUD_PREMIUM", Role: "data", SizeGiB: 10,
		},
		&resource.Disk{
			Meta: meta("disk-free0001"), Status: "UNATTACHED", Zone: "ap-beijing-5", DiskType: "CLOUD_SSD", Role: "data", SizeGiB: 20, ChargeType: "POSTPAID_BY_HOUR",
		},
	}, list(t, enter(t, newCloud(aRegion())), resource.DiskKind))
}

func TestDatabases(t *testing.T) {
	t.Parallel()
	requireRows(t, resource.DatabaseKind, []resource.Row{
		&resource.Database{
			Meta: meta("cdb-orders01"), Name: "orders", Status: "RUNNING", Zone: "ap-beijing-3", Engine: "mysql", EngineVersion: "8.0", InstanceType: "UNIVERSAL",
			VCPU: 4, MemoryMiB: 8000, StorageGiB: 200, Endpoint: "10.0.2.4", Port: 3306, VPCID: "vpc-1", SubnetID: "subnet-2", ChargeType: "PRE_PAID",
			Tags: map[string]string{"app": "shop", "env": "prod"}, CloudCreatedAt: at("2023-08-29T00:37:00Z"), ExpiresAt: at("2026-08-29T00:37:00Z"),
		},
		&resource.Database{
			Meta: meta("cdb-isolated"), Name: "old", Status: "ISOLATED", Zone: "ap-beijing-3", Engine: "mysql", EngineVersion: "5.7", InstanceType: "EXCLUSIVE",
			ChargeType: "HOUR_PAID", CloudCreatedAt: at("2023-08-29T00:37:00Z"),
		},
	}, list(t, enter(t, newCloud(aRegion())), resource.DatabaseKind))
}

func TestLoadBalancers(t *testing.T) {
	t.Parallel()
	requireRows(t, resource.LoadBalancerKind, []resource.Row{
		&resource.LoadBalancer{
			Meta: meta("lb-public01"), Name: "front", Status: "RUNNING", BalancerType: "general", Scheme: resource.SchemePublic,
			Addresses: []string{"203.0.113.3", "203.0.113.7"}, VPCID: "vpc-1", Zones: []string{"ap-beijing-3", "ap-beijing-4", "ap-beijing-5"}, ChargeType: "PREPAID",
			Tags: map[string]string{"app": "shop", "env": "prod"}, CloudCreatedAt: at("2023-12-27T07:53:00Z"), ExpiresAt: at("2026-12-27T07:53:00Z"),
		},
		&resource.LoadBalancer{
			Meta: meta("lb-internal"), Name: "back", Status: "CREATING", BalancerType: "classic", Scheme: resource.SchemeInternal, Addresses: []string{"10.0.3.4"},
			VPCID: "vpc-1", SubnetIDs: []string{"subnet-3"}, ChargeType: "POSTPAID_BY_HOUR", CloudCreatedAt: at("2023-12-27T07:53:00Z"),
		},
	}, list(t, enter(t, newCloud(aRegion())), resource.LoadBalancerKind))
}

func TestCaches(t *testing.T) {
	t.Parallel()
	requireRows(t, resource.CacheKind, []resource.Row{
		&resource.Cache{
			Meta: meta("crs-sessions"), Name: "sessions", Status: "RUNNING", Zones: []string{"ap-beijing-3", "ap-beijing-5", "ap-beijing-7"},
			Engine: "redis", EngineVersion: "7.0", InstanceType: "cluster", MemoryMiB: 12288, Shards: 3, Replicas: 2, Endpoint: "10.0.4.4", Port: 6379,
			VPCID: "vpc-1", SubnetIDs: []string{"subnet-4"}, ChargeType: "prepaid", Tags: map[string]string{"app": "shop", "env": "prod"},
			CloudCreatedAt: at("2023-04-17T03:32:00Z"), ExpiresAt: at("2027-04-17T03:32:00Z"),
		},
		&resource.Cache{
			Meta: meta("crs-isolated"), Status: "ISOLATED", Zones: []string{"ap-beijing-3"}, Engine: "memcached", EngineVersion: "1.6", InstanceType: "cluster",
			MemoryMiB: 1024, Shards: 1, Endpoint: "10.0.4.5", Port: 11211, ChargeType: "postpaid", CloudCreatedAt: at("2023-04-17T03:32:00Z"),
		},
	}, list(t, enter(t, newCloud(aRegion())), resource.CacheKind))
}

// Of these kinds the fake has the rows themselves: what is listed is what is there.
func TestRowsOfTheOtherKinds(t *testing.T) {
	t.Parallel()
	for kind, want := range otherRows(aRegion()) {
		require.NotEmpty(t, want, kind.Name())
		requireRows(t, kind, want, list(t, enter(t, newCloud(aRegion())), kind))
	}
}

// otherRows are the rows of a region by kind, of those kinds that the fake has as rows.
func otherRows(r *fake.Region) map[*resource.Kind][]resource.Row {
	return map[*resource.Kind][]resource.Row{
		resource.VPCKind:           fake.Rows(r.VPCs),
		resource.SubnetKind:        fake.Rows(r.Subnets),
		resource.SecurityGroupKind: fake.SecurityGroupRows(r.SecurityGroups),
		resource.PublicIPKind:      fake.Rows(r.PublicIPs),
		resource.NATGatewayKind:    fake.Rows(r.NATGateways),
		resource.SnapshotKind:      fake.Rows(r.Snapshots),
		resource.MachineImageKind:  fake.Rows(r.Images),
		resource.ClusterKind:       fake.Rows(r.Clusters),
		resource.CertificateKind:   fake.Rows(r.Certificates),
	}
}

// List or tag order alone made every object "modified" at each run of diffsync (#25).
// The tags come in another order at each request anyway.
func TestOrderIsNoChange(t *testing.T) {
	t.Parallel()
	reversed := aRegion()
	for i := range reversed.Hosts {
		slices.Reverse(reversed.Hosts[i].PrivateIPs)
		slices.Reverse(reversed.Hosts[i].PublicIPs)
	}
	for i := range reversed.LoadBalancers {
		slices.Reverse(reversed.LoadBalancers[i].Addresses)
		slices.Reverse(reversed.LoadBalancers[i].Zones) // and so another zone is the master's
	}
	for i := range reversed.Caches {
		slices.Reverse(reversed.Caches[i].Zones) // likewise
	}
	slices.Reverse(reversed.Hosts)
	slices.Reverse(reversed.Disks)
	slices.Reverse(reversed.Databases)
	slices.Reverse(reversed.LoadBalancers)
	slices.Reverse(reversed.Caches)
	for i := range reversed.VPCs {
		slices.Reverse(reversed.VPCs[i].CIDRs)
	}
	slices.Reverse(reversed.VPCs)
	slices.Reverse(reversed.Subnets)
	for i := range reversed.SecurityGroups {
		slices.Reverse(reversed.SecurityGroups[i].Rules) // each with its index
	}
	slices.Reverse(reversed.SecurityGroups)
	for i := range reversed.NATGateways {
		slices.Reverse(reversed.NATGateways[i].PublicIPs)
	}
	slices.Reverse(reversed.NATGateways)
	slices.Reverse(reversed.PublicIPs)
	slices.Reverse(reversed.Snapshots)
	slices.Reverse(reversed.Images)
	for i := range reversed.Clusters {
		slices.Reverse(reversed.Clusters[i].SubnetIDs)
	}
	slices.Reverse(reversed.Clusters)
	for i := range reversed.Certificates {
		slices.Reverse(reversed.Certificates[i].Domains) // and so another is the first
	}
	slices.Reverse(reversed.Certificates)
	for kind := range kinds {
		before := hashes(t, newCloud(aRegion()), kind)
		require.NotEmpty(t, before)
		require.Equal(t, before, hashes(t, newCloud(reversed), kind), kind.Name())
	}
}

func TestVolatileFieldsAreNoChange(t *testing.T) {
	t.Parallel()
	later := aRegion()
	for i := range later.Hosts {
		later.Hosts[i].Volatile = "second"
	}
	require.Equal(t, hashes(t, newCloud(aRegion()), resource.HostKind), hashes(t, newCloud(later), resource.HostKind))
}

// bk-hcm missed a removed IP: its IsStringSliceEqual was a subset test.
func TestRealChangesAreChanges(t *testing.T) {
	t.Parallel()
	before := hashes(t, newCloud(aRegion()), resource.HostKind)
	for name, change := range map[string]func(*fake.Region){
		"an IP less":       func(r *fake.Region) { r.Hosts[0].PublicIPs = r.Hosts[0].PublicIPs[:1] },
		"no IP":            func(r *fake.Region) { r.Hosts[0].PublicIPs = nil },
		"status":           func(r *fake.Region) { r.Hosts[0].Status = "STOPPING" },
		"a tag's value":    func(r *fake.Region) { r.Hosts[0].Tags["env"] = "test" },
		"a disk grows":     func(r *fake.Region) { r.Disks[1].SizeGiB++ },
		"a disk less":      func(r *fake.Region) { r.Disks[2].Host = "" },
		"memory":           func(r *fake.Region) { r.Hosts[0].MemoryMiB = 8192 },
		"paid for longer":  func(r *fake.Region) { r.Hosts[0].Expires = r.Hosts[0].Expires.Add(24 * time.Hour) },
		"moves afterwards": func(r *fake.Region) { r.Hosts[0].Expires = time.Time{} },
	} {
		region := aRegion()
		change(region)
		after := hashes(t, newCloud(region), resource.HostKind)
		require.NotEqual(t, before["ins-web00001"], after["ins-web00001"], name)
		require.Equal(t, before["ins-db000001"], after["ins-db000001"], name)
	}
}

// An instance is started: the state and the address are changes, what the API says
// of the operation and how a stopped instance is charged are none.
func TestStartOfAnInstance(t *testing.T) {
	t.Parallel()
	hash := func(state, ips, charge, operation string) resource.Hash {
		c := newCloud(&fake.Region{Name: beijing})
		c.Record("DescribeInstances", fmt.Appendf(nil, `{"Response":{"TotalCount":1,"RequestId":%q,"InstanceSet":[{
			"InstanceId":"ins-start001","InstanceState":%q,"CPU":2,"Memory":4,"PublicIpAddresses":%s,
			"InternetAccessible":{"InternetMaxBandwidthOut":5,"InternetChargeType":%s},"StopChargingMode":%s,
			"LatestOperation":%q,"LatestOperationState":"OPERATING","LatestOperationRequestId":%q}]}}`,
			operation, state, ips, charge, charge, operation, operation))
		return list(t, enter(t, c), resource.HostKind)[0].RowMeta().Hash
	}
	stopped := hash("STOPPED", "null", `null`, "StopInstances")
	require.Equal(t, stopped, hash("STOPPED", "[]", `"NOT_APPLICABLE"`, "StartInstances"))
	require.NotEqual(t, stopped, hash("STARTING", "null", `null`, "StopInstances"))
	require.NotEqual(t, stopped, hash("STOPPED", `["203.0.113.4"]`, `null`, "StopInstances"))
}

// A cache is used, upgraded by its owner's choice, and replaces nodes: all that is no change.
func TestVolatileFieldsOfACache(t *testing.T) {
	t.Parallel()
	hash := func(size int, used, build, title, node string) resource.Hash {
		c := newCloud(&fake.Region{Name: beijing})
		c.Record(kinds[resource.CacheKind], fmt.Appendf(nil, `{"Response":{"TotalCount":1,"RequestId":"r","InstanceSet":[{
			"InstanceId":"crs-1","Region":"ap-beijing","ZoneId":800003,"Type":18,"Size":%d,"SizeUsed":%s,"CurrentRedisVersion":%q,"UpgradeProxyVersion":%q,
			"InstanceTitle":%q,"SubStatus":%s,"NodeSet":[{"NodeId":%s,"ZoneId":800003}]}]}}`, size, used, build, build, title, node, node))
		return list(t, enter(t, c), resource.CacheKind)[0].RowMeta().Hash
	}
	before := hash(1024, "0.5", "7.0.1", "实例运行中", "19")
	require.Equal(t, before, hash(1024, "99", "7.0.2", "Instance running", "20"))
	require.NotEqual(t, before, hash(2048, "0.5", "7.0.1", "实例运行中", "19"))
}

// What is in a network comes and goes, and snapshots and images are made: that is no change.
func TestVolatileFieldsOfOtherKinds(t *testing.T) {
	t.Parallel()
	for kind, item := range map[*resource.Kind]string{
		resource.SubnetKind:       `{"SubnetId":"s","CidrBlock":"10.0.0.0/24","AvailableIpAddressCount":%d,"TotalIpAddressCount":253}`,
		resource.PublicIPKind:     `{"AddressId":"p","AddressIp":"203.0.113.1","IsArrears":false,"PrivateAddressIp":"10.0.0.%d"}`,
		resource.NATGatewayKind:   `{"NatGatewayId":"n","VpcId":"v","SourceIpTranslationNatRuleSet":[{"NatGatewaySnatId":"snat-%d"}]}`,
		resource.SnapshotKind:     `{"SnapshotId":"s","DiskSize":20,"Percent":%d,"ImageCount":0}`,
		resource.MachineImageKind: `{"ImageId":"i","ImageSize":20,"SyncPercent":%d}`,
		resource.ClusterKind:      `{"ClusterId":"c","ClusterNodeNum":%d,"ClusterMaterNodeNum":3}`,
		resource.CertificateKind:  `{"CertificateId":"c","Status":1,"IsExpiring":true,"ValidityPeriod":"%d"}`,
	} {
		hash := func(n int) resource.Hash {
			c := newCloud(&fake.Region{Name: beijing})
			c.Record(kinds[kind], page(kind, 1, fmt.Sprintf(item, n)))
			return list(t, enter(t, c), kind)[0].RowMeta().Hash
		}
		require.Equal(t, hash(1), hash(2), kind.Name())
	}
}

// A private cloud may not know the filter: what others own is no row all the same, and is not
// there when it is looked up. Certificates of clients' authorities have no filter.
func TestWhatOthersOwn(t *testing.T) {
	t.Parallel()
	for kind, items := range map[*resource.Kind]string{
		resource.SnapshotKind:     `{"SnapshotId":"x-own","SnapshotType":"PRIVATE_SNAPSHOT"},{"SnapshotId":"x-other","SnapshotType":"SHARED_SNAPSHOT"}`,
		resource.CertificateKind:  `{"CertificateId":"x-own","CertificateType":"svr"},{"CertificateId":"x-other","CertificateType":"ca"}`,
		resource.MachineImageKind: `{"ImageId":"x-own","ImageType":"PRIVATE_IMAGE"},{"ImageId":"x-other","ImageType":"SHARED_IMAGE"},{"ImageId":"x-public","ImageType":"PUBLIC_IMAGE"}`,
	} {
		c := newCloud(&fake.Region{Name: beijing})
		total := strings.Count(items, "x-")
		c.Record(kinds[kind], page(kind, total, items))
		got, err := enter(t, c).List(t.Context(), scopeOf(kind), "")
		require.NoError(t, err)
		require.Len(t, got.Rows, 1)
		require.Equal(t, "x-own", got.Rows[0].RowMeta().NativeID)
		require.EqualValues(t, total-1, got.Others)
		existing, err := enter(t, c).Lookup(t.Context(), scopeOf(kind), []string{"x-own", "x-other", "x-public"}[:total])
		require.NoError(t, err)
		require.Equal(t, []string{"x-own"}, existing)
	}
}

func TestSecretsAreInNoRow(t *testing.T) {
	t.Parallel()
	for kind := range kinds {
		for _, row := range list(t, enter(t, newCloud(aRegion())), kind) {
			requireShowsNothing(t, asJSON(t, row))
		}
	}
}

// The forms that fields take now and then.
func TestRareForms(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind *resource.Kind
		item string
		want resource.Row
	}{
		"an instance of nulls": {
			resource.HostKind, `"InstanceId":"i","Placement":null,"Memory":null,"SystemDisk":null,"DataDisks":[null,{"DiskSize":null}],"PrivateIpAddresses":[null,""],"PublicIpAddresses":null,"VirtualPrivateCloud":null,"Tags":[null,{"Key":null,"Value":"x"},{"Key":"k","Value":null}],"CreatedTime":null,"ExpiredTime":""`,
			&resource.Host{Meta: meta("i"), Tags: map[string]string{"k": ""}},
		},
		"an instance with another way to write its time": {
			resource.HostKind, `"InstanceId":"i","CreatedTime":"2020-09-22T08:00:00+08:00","ExpiredTime":"0001-01-01T00:00:00Z"`,
			&resource.Host{Meta: meta("i"), CloudCreatedAt: at("2020-09-22T00:00:00Z")},
		},
		"an instance of texts for numbers": {
			resource.HostKind, `"InstanceId":7,"CPU":"2","Memory":"0.5","SystemDisk":{"DiskSize":"50"},"DataDisks":[{"DiskSize":100.0}],"CreatedTime":1600732800000`,
			&resource.Host{Meta: meta("7"), VCPU: 2, MemoryMiB: 512, DiskGiB: 150, CloudCreatedAt: at("2020-09-22T00:00:00Z")},
		},
		"an instance with local times, and one of another zone": {
			resource.HostKind, `"InstanceId":"i","CreatedTime":"2020-09-22 08:00:00","ExpiredTime":"2027-01-02T08:00+08:00"`,
			&resource.Host{Meta: meta("i"), CloudCreatedAt: at("2020-09-22T08:00:00Z"), ExpiresAt: at("2027-01-02T00:00:00Z")},
		},
		"an instance that is paid afterwards": {
			resource.HostKind, `"InstanceId":"i","InstanceChargeType":"POSTPAID_BY_HOUR","ExpiredTime":"1970-01-01T00:00:00Z"`,
			&resource.Host{Meta: meta("i"), ChargeType: "POSTPAID_BY_HOUR"},
		},
		"an instance with IPv6": {
			resource.HostKind, `"InstanceId":"i","PrivateIpAddresses":["10.0.0.9"],"IPv6Addresses":["2001:DB8:0::9","2001:db8::9"],"PublicIPv6Addresses":["2001:db8:1::9"]`,
			&resource.Host{Meta: meta("i"), PrivateIPs: []string{"10.0.0.9", "2001:db8::9"}, PublicIPs: []string{"2001:db8:1::9"}},
		},
		"an instance without an id": {
			resource.HostKind, `"InstanceName":"nameless"`, nil,
		},
		"a disk that instances share": {
			resource.DiskKind, `"DiskId":"d","DiskUsage":"DATA_DISK","InstanceId":"","InstanceIdList":["ins-b","ins-a"]`,
			&resource.Disk{Meta: meta("d"), Role: "data", HostNativeID: "ins-a"},
		},
		"a disk of nulls": {
			resource.DiskKind, `"DiskId":"d","DiskUsage":"","Placement":null,"InstanceIdList":null,"DiskSize":null,"Tags":null,"DeadlineTime":null`,
			&resource.Disk{Meta: meta("d")},
		},
		"a database in a state that is new": {
			resource.DatabaseKind, `"InstanceId":"c","Status":9,"PayType":"7"`,
			&resource.Database{Meta: meta("c"), Engine: "mysql", Status: "9", ChargeType: "7"},
		},
		"a database of nulls": {
			resource.DatabaseKind, `"InstanceId":"c","Status":null,"PayType":null,"TagList":null,"DeadlineTime":"0000-00-00 00:00:00"`,
			&resource.Database{Meta: meta("c"), Engine: "mysql"},
		},
		"a balancer with a name alone": {
			resource.LoadBalancerKind, `"LoadBalancerId":"l","LoadBalancerType":"OPEN","LoadBalancerVips":[],"LoadBalancerDomain":"l.tencentclb.com","Domain":"old.tencentclb.com","MasterZone":null,"BackupZoneSet":null`,
			&resource.LoadBalancer{Meta: meta("l"), Scheme: "public", Addresses: []string{"l.tencentclb.com"}},
		},
		"a balancer with an older name alone": {
			resource.LoadBalancerKind, `"LoadBalancerId":"l","LoadBalancerVips":null,"Domain":"old.tencentclb.com"`,
			&resource.LoadBalancer{Meta: meta("l"), Addresses: []string{"old.tencentclb.com"}},
		},
		"a balancer with IPv6, in zones of the internal kind": {
			resource.LoadBalancerKind, `"LoadBalancerId":"l","LoadBalancerType":"SPECIAL","LoadBalancerVips":null,"AddressIPv6":"2001:db8::7","Domain":"old.tencentclb.com","Zones":["b","a"],"MasterZone":{"Zone":"a"}`,
			&resource.LoadBalancer{Meta: meta("l"), Scheme: "SPECIAL", Addresses: []string{"2001:db8::7"}, Zones: []string{"a", "b"}},
		},
		"a cache of nulls": {
			resource.CacheKind, `"InstanceId":"c","Status":null,"ZoneId":null,"NodeSet":null,"Type":null,"Size":null,"Port":null,"BillingMode":null,"InstanceTags":[null],"Createtime":"0000-00-00 00:00:00","DeadlineTime":""`,
			&resource.Cache{Meta: meta("c")},
		},
		"a cache with numbers that are new": {
			resource.CacheKind, `"InstanceId":"c","Status":7,"Type":99,"BillingMode":3`,
			&resource.Cache{Meta: meta("c"), Status: "7", Engine: "99", ChargeType: "3"},
		},
		"a cache of Valkey, in texts": {
			resource.CacheKind, `"InstanceId":"c","Status":"-3","Type":"21","Size":"1024.0","Engine":"社区版Redis","WanIp":"10.0.0.7","WanAddress":"gz-crs-c.sql.tencentcdb.com:25268"`,
			&resource.Cache{Meta: meta("c"), Status: "TO_BE_DELETED", Engine: "valkey", EngineVersion: "9.0", MemoryMiB: 1024, Endpoint: "10.0.0.7"},
		},
		"a cache in an edge zone": {
			resource.CacheKind, `"InstanceId":"c","Region":"ap-beijing","ZoneId":2100080001,"NodeSet":[{"ZoneId":800003},null]`,
			&resource.Cache{Meta: meta("c"), Zones: []string{"2100080001", "ap-beijing-3"}},
		},
		"a VPC of nulls": {
			resource.VPCKind, `"VpcId":"v","VpcName":null,"CidrBlock":null,"AssistantCidrSet":[null,{"CidrBlock":null}],"Ipv6CidrBlockSet":null,"TagSet":null,"CreatedTime":""`,
			&resource.VPC{Meta: meta("v")},
		},
		"a VPC with ranges of several carriers": {
			resource.VPCKind, `"VpcId":"v","CidrBlock":"10.0.0.0/16","Ipv6CidrBlock":"2402:4e00:1::/56","Ipv6CidrBlockSet":[{"IPv6CidrBlock":"2402:4e00:2::/56","ISPType":"CMCC"},{"IPv6CidrBlock":"2402:4e00:1::/56"}]`,
			&resource.VPC{Meta: meta("v"), CIDRs: []string{"10.0.0.0/16", "2402:4e00:1::/56", "2402:4e00:2::/56"}},
		},
		"a subnet of nulls, with a time of its own zone": {
			resource.SubnetKind, `"SubnetId":"s","Zone":null,"CidrBlock":"","TagSet":[{"Key":"k","Value":null}],"CreatedTime":"2022-04-17T03:32:11Z"`,
			&resource.Subnet{Meta: meta("s"), Tags: map[string]string{"k": ""}, CloudCreatedAt: at("2022-04-17T03:32:11Z")},
		},
		"an EIP of nulls": {
			resource.PublicIPKind, `"AddressId":"p","AddressIp":null,"InstanceId":null,"InstanceType":null,"NetworkInterfaceId":null,"Bandwidth":null,"TagSet":[null],"CreatedTime":null,"DeadlineDate":null`,
			&resource.PublicIP{Meta: meta("p")},
		},
		"an EIP of an interface that an instance has": {
			resource.PublicIPKind, `"AddressId":"p","AddressIp":"2001:DB8::0:1","InstanceId":"ins-1","InstanceType":"CVM","NetworkInterfaceId":"eni-1","Bandwidth":"5"`,
			&resource.PublicIP{Meta: meta("p"), Address: "2001:db8::1", AttachedType: "CVM", AttachedID: "ins-1", BandwidthMbps: 5},
		},
		"an EIP of an interface alone, whose type is not told": {
			resource.PublicIPKind, `"AddressId":"p","InstanceId":"","InstanceType":null,"NetworkInterfaceId":"eni-1"`,
			&resource.PublicIP{Meta: meta("p"), AttachedType: "ENI", AttachedID: "eni-1"},
		},
		"a NAT gateway of nulls": {
			resource.NATGatewayKind, `"NatGatewayId":"n","PublicIpAddressSet":[null,{"PublicIpAddress":null}],"NatProductVersion":null,"ExclusiveType":null,"TagSet":null`,
			&resource.NATGateway{Meta: meta("n")},
		},
		"a NAT gateway of a new version": {
			resource.NATGatewayKind, `"NatGatewayId":"n","NatProductVersion":3,"ExclusiveType":""`,
			&resource.NATGateway{Meta: meta("n"), GatewayType: "3"},
		},
		"a snapshot of nulls": {
			resource.SnapshotKind, `"SnapshotId":"s","SnapshotName":null,"DiskId":null,"DiskSize":null,"AutoSnapshotPolicyId":null,"Tags":null,"DeadlineTime":null`,
			&resource.Snapshot{Meta: meta("s"), SnapshotType: "user"},
		},
		"a snapshot for a while": {
			resource.SnapshotKind, `"SnapshotId":"s","IsPermanent":"false","DeadlineTime":"2025-01-31 00:30:00"`,
			&resource.Snapshot{Meta: meta("s"), SnapshotType: "user", ExpiresAt: at("2025-01-30T16:30:00Z")},
		},
		"an image of nulls": {
			resource.MachineImageKind, `"ImageId":"i","ImageType":null,"OsName":null,"ImageSize":null,"SnapshotSet":null,"Tags":null,"CreatedTime":null`,
			&resource.MachineImage{Meta: meta("i")},
		},
		"an image of several disks": {
			resource.MachineImageKind, `"ImageId":"i","Architecture":"i386","ImageSize":50,"SnapshotSet":[{"DiskUsage":"SYSTEM_DISK","DiskSize":50},{"DiskUsage":"DATA_DISK","DiskSize":200}]`,
			&resource.MachineImage{Meta: meta("i"), Architecture: "i386", SizeGiB: 250},
		},
		"an image that is imported": {
			resource.MachineImageKind, `"ImageId":"i","ImageType":"PRIVATE_IMAGE","ImageState":"IMPORTING","ImageSize":50,"SnapshotSet":[]`,
			&resource.MachineImage{Meta: meta("i"), Status: "IMPORTING", SizeGiB: 50},
		},
		"a cluster of nulls": {
			resource.ClusterKind, `"ClusterId":"c","ClusterType":null,"ClusterNetworkSettings":null,"TagSpecification":[null,{"Tags":null}],"CreatedTime":null`,
			&resource.Cluster{Meta: meta("c")},
		},
		"a cluster whose control plane is in a subnet": {
			resource.ClusterKind, `"ClusterId":"c","ClusterNetworkSettings":{"VpcId":"vpc-1","Subnets":null,"SubnetId":"subnet-9"},"TagSpecification":[{"Tags":[{"Key":"a","Value":"b"}]},{"Tags":[{"Key":"c","Value":"d"}]}],"CreatedTime":"2024-12-31 16:30:00"`,
			&resource.Cluster{Meta: meta("c"), VPCID: "vpc-1", SubnetIDs: []string{"subnet-9"}, Tags: map[string]string{"a": "b", "c": "d"}, CloudCreatedAt: at("2024-12-31T08:30:00Z")},
		},
		"a certificate of nulls": {
			resource.CertificateKind, `"CertificateId":"c","Alias":null,"Status":null,"CertificateType":null,"From":null,"Domain":null,"SubjectAltName":[null,""],"CertSANs":null,"Tags":null,"CertEndTime":null`,
			&resource.Certificate{Meta: meta("c")},
		},
		"a certificate with a number that is new": {
			resource.CertificateKind, `"CertificateId":"c","Status":16,"Domain":"a.example.com","SubjectAltName":["b.example.com","a.example.com"],"CertEndTime":"0000-00-00 00:00:00"`,
			&resource.Certificate{Meta: meta("c"), Status: "16", Domains: []string{"a.example.com", "b.example.com"}},
		},
		"a cache that does not name its region": {
			resource.CacheKind, `"InstanceId":"c","ZoneId":800003,"Type":4`,
			&resource.Cache{Meta: meta("c"), Zones: []string{"800003"}, Engine: "ckv", EngineVersion: "3.2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud()
			c.Record(kinds[test.kind], page(test.kind, 1, "{"+test.item+"}"))
			if test.want == nil {
				got, err := enter(t, c).List(t.Context(), scopeOf(test.kind), "")
				require.NoError(t, err)
				require.Equal(t, []cloud.Problem{{Text: "instance without an id"}}, got.Problems)
				return
			}
			requireRows(t, test.kind, []resource.Row{test.want}, list(t, enter(t, c), test.kind))
		})
	}
}

var sets = map[*resource.Kind]string{
	resource.HostKind: "InstanceSet", resource.DiskKind: "DiskSet", resource.DatabaseKind: "Items", resource.LoadBalancerKind: "LoadBalancerSet",
	resource.CacheKind: "InstanceSet", resource.VPCKind: "VpcSet", resource.SubnetKind: "SubnetSet",
	resource.SecurityGroupKind: "SecurityGroupSet", resource.PublicIPKind: "AddressSet", resource.NATGatewayKind: "NatGatewaySet",
	resource.SnapshotKind: "SnapshotSet", resource.MachineImageKind: "ImageSet", resource.ClusterKind: "Clusters",
	resource.CertificateKind: "Certificates",
}

// page is an answer with the items.
func page(kind *resource.Kind, total int, items string) []byte {
	return fmt.Appendf(nil, `{"Response":{"TotalCount":%d,%q:[%s],"RequestId":"r"}}`, total, sets[kind], items)
}

// A page whose resources are each odd in another way: what can be read is, and what makes
// no sense costs its own row.
func TestOneOddValueCostsOneRow(t *testing.T) {
	t.Parallel()
	c := newCloud()
	c.Record("DescribeInstances", []byte(`{"Response":{"TotalCount":"6","InstanceSet":[
		{"InstanceId":"ins-1","CPU":"4","DataDisks":null,"Tags":null,"PublicIpAddresses":[null]},
		{"InstanceId":"ins-2","CPU":0.5},
		{"InstanceId":"ins-3","ExpiredTime":"31.12.2026"},
		{"InstanceId":"ins-4","DataDisks":"none"},
		{"InstanceId":"ins-5","Memory":"a lot"},
		{"InstanceId":"ins-6","SystemDisk":{"DiskSize":-1}}]}}`))
	page, err := enter(t, c).List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	require.EqualValues(t, 6, page.Total)
	require.Equal(t, []resource.Row{&resource.Host{Meta: meta("ins-1"), VCPU: 4}}, page.Rows)
	require.Equal(t, []cloud.Problem{
		{NativeID: "ins-2", Text: `instance "ins-2": CPU makes no sense: "0.5"`},
		{NativeID: "ins-3", Text: `instance "ins-3": ExpiredTime makes no sense: "31.12.2026"`},
		{NativeID: "ins-4", Text: `instance "ins-4": DataDisks makes no sense: "\"none\""`},
		{NativeID: "ins-5", Text: `instance "ins-5": Memory makes no sense: "a lot"`},
		{NativeID: "ins-6", Text: `instance "ins-6": DiskSize makes no sense: "-1"`},
	}, page.Problems)
}
