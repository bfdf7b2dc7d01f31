package resource_test

import (
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/resource"
)

// Stored UIDs and hashes are compared with computed ones for as long as a
// database lives. Whoever changes what these pin must raise the version of the
// kind in its Define: rows are then counted as rehashed, and not as modified.
// A changed UID would even delete and add every row; no version helps there.
func TestEncodingIsPinned(t *testing.T) {
	t.Parallel()
	created := time.Date(2024, 4, 14, 22, 32, 0, 123456789, time.FixedZone("CST", 8*3600))
	for _, test := range []struct {
		kind      *resource.Kind
		row       resource.Row
		uid, hash string
		earlier   *resource.Kind // of the version before: its hashes are computed to know its rows
		before    string
	}{
		{
			kind: resource.HostKind,
			row: &resource.Host{
				Meta: resource.Meta{NativeID: "i-0123456789abcdef0"}, Name: "web 1 数", Status: "Running", Zone: "beijing-a",
				InstanceType: "4c8g", VCPU: 4, MemoryMiB: 8192, DiskGiB: 128,
				PrivateIPs: []string{"8.8.8.2", "8.8.8.10"}, PublicIPs: []string{"203.0.113.9"},
				VPCID: "vpc-1", SubnetID: "subnet-1", SecurityGroupIDs: []string{"sg-2", "sg-1"}, ImageID: "image-1", OS: "Debian 12", ChargeType: "PostPaid",
				Tags:       map[string]string{"stree_group": "inf", "arch": "x86", "empty": ""},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka",
				CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0),
			},
			uid: "536d4e9e7d0df11cd43eba0d1e0cf620", hash: "7f3db660ae970afd81aed8ef788510dc",
			earlier: resource.Define[resource.Host]("resource_host", 1), before: "debe33904d0da152b14ab0c9c26efe40",
		},
		{
			kind: resource.DiskKind,
			row: &resource.Disk{
				Meta: resource.Meta{NativeID: "d-0123456789abcdef0"}, Name: "data 1 数", Status: "In_use", Zone: "beijing-a",
				HostNativeID: "i-0123456789abcdef0", DiskType: "ssd", Role: "data", Device: "/dev/vdb", SizeGiB: 8192,
				ChargeType: "PostPaid", Tags: map[string]string{"os": "linux", "arch": "x86"},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka",
				CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0),
			},
			uid: "6e61686a36559ec473e7b7619756e223", hash: "40e41c53f441f2224421150fe7cd6783",
			earlier: resource.Define[resource.Disk]("resource_disk", 1), before: "0a0335c77211984b53858352a0b7b619",
		},
		{
			kind: resource.DatabaseKind,
			row: &resource.Database{
				Meta: resource.Meta{NativeID: "rm-0123456789abcdef0"}, Name: "orders 数", Status: "Running", Zone: "beijing-a",
				Engine: "mysql", EngineVersion: "8.0", InstanceType: "rds.mysql.s2.large", VCPU: 4, MemoryMiB: 8192, StorageGiB: 200,
				Endpoint: "rm-1.mysql.example.com", Port: 3306, VPCID: "vpc-1", SubnetID: "subnet-1", ChargeType: "PostPaid",
				Tags:       map[string]string{"os": "linux", "arch": "x86"},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka",
				CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0),
			},
			uid: "35bafca2a7a36531b302886b924fc117", hash: "b6f3971b81ec626dfcfc1c233f1b1ba9",
			earlier: resource.Define[resource.Database]("resource_database", 1), before: "05b3cb8f27364832d7f3f8c61de83a30",
		},
		{
			kind: resource.LoadBalancerKind,
			row: &resource.LoadBalancer{
				Meta: resource.Meta{NativeID: "lb-0123456789abcdef0"}, Name: "front 数", Status: "Active", BalancerType: "application",
				Scheme: resource.SchemePublic, Addresses: []string{"203.0.113.9", "198.51.100.7"}, Ports: []string{"80/http", "443/https"}, VPCID: "vpc-1",
				SubnetIDs: []string{"subnet-2", "subnet-1"}, Zones: []string{"beijing-b", "beijing-a"}, ChargeType: "PostPaid",
				Tags:       manyTags(40),
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka",
				CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0),
			},
			uid: "7a9613eeaa49505ee20d3cc9f41bc116", hash: "ee23d4fb865cf4ab47d22d72ca2596b3",
			earlier: resource.Define[resource.LoadBalancer]("resource_load_balancer", 1), before: "b0387f67ea8c1f4879da21967a557ade",
		},
		{
			kind: resource.CacheKind,
			row: &resource.Cache{
				Meta: resource.Meta{NativeID: "r-0123456789abcdef0"}, Name: "sessions 数", Status: "Normal", Zones: []string{"beijing-b", "beijing-a"},
				Engine: "redis", EngineVersion: "7.0", InstanceType: "redis.shard.mid.2.ce", MemoryMiB: 8192, Shards: 4, Replicas: 1,
				Endpoint: "r-1.redis.example.com", Port: 6379, VPCID: "vpc-1", SubnetIDs: []string{"subnet-2", "subnet-1"}, ChargeType: "PostPaid",
				Tags:       map[string]string{"stree_group": "inf", "arch": "x86", "empty": ""},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka",
				CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0),
			},
			uid: "ffde3834cfd533170715cdd00b85f3cc", hash: "156233b5580efcdaad08aabb5c2bc0b6",
		},
		{
			kind: resource.VPCKind,
			row: &resource.VPC{
				Meta: resource.Meta{NativeID: "vpc-0123456789abcdef0"}, Name: "net 数", Status: "Available", CIDRs: []string{"2001:db8::/56", "10.0.0.0/8"},
				Tags:       map[string]string{"stree_group": "inf", "arch": "x86", "empty": ""},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka", CloudCreatedAt: created,
			},
			uid: "3f8a4816d4263abbb56b33a88c976afa", hash: "888d38e5431af5558809e64fe364ca94",
		},
		{
			kind: resource.SubnetKind,
			row: &resource.Subnet{
				Meta: resource.Meta{NativeID: "subnet-0123456789abcdef0"}, Name: "net-a 数", Status: "Available", Zone: "beijing-a", VPCID: "vpc-1", CIDRs: []string{"2001:db8::/64", "10.1.0.0/16"},
				Tags:       map[string]string{"stree_group": "inf", "arch": "x86", "empty": ""},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka", CloudCreatedAt: created,
			},
			uid: "5dd474de1577eaaad8c6ed0552aae1b7", hash: "06159348ef7b01e289b002c592ef8a9e",
		},
		{
			kind: resource.SecurityGroupKind,
			row: &resource.SecurityGroup{
				Meta: resource.Meta{NativeID: "sg-0123456789abcdef0"}, Name: "web 数", Status: "Active", Description: "of the web", VPCID: "vpc-1",
				Rules:      []string{"ingress tcp 80-80 0.0.0.0/0 allow 100", "egress all all all allow 1"},
				Tags:       map[string]string{"stree_group": "inf", "arch": "x86", "empty": ""},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka", CloudCreatedAt: created,
			},
			uid: "476a18a3e3e37917a2e0d658e8c4f238", hash: "ed539347b0e336c2ac186695c261538c",
		},
		{
			kind: resource.PublicIPKind,
			row: &resource.PublicIP{
				Meta: resource.Meta{NativeID: "eip-0123456789abcdef0"}, Name: "front 数", Status: "InUse", Zone: "beijing-a", Address: "203.0.113.9", AttachedType: "NetworkInterface", AttachedID: "eni-1",
				BandwidthMbps: 100, ChargeType: "PostPaid",
				Tags:       map[string]string{"stree_group": "inf", "arch": "x86", "empty": ""},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka", CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0),
			},
			uid: "61c586805476b6d00b5fb7d11e587f74", hash: "5f0b164e0a8209d997bb03d327bbd686",
		},
		{
			kind: resource.NATGatewayKind,
			row: &resource.NATGateway{
				Meta: resource.Meta{NativeID: "nat-0123456789abcdef0"}, Name: "out 数", Status: "Available", Zone: "beijing-a", GatewayType: "public", VPCID: "vpc-1", SubnetID: "subnet-1",
				PublicIPs: []string{"203.0.113.9", "203.0.113.10"}, PrivateIPs: []string{"10.0.0.9", "10.0.0.10"}, ChargeType: "PostPaid",
				Tags:       map[string]string{"stree_group": "inf", "arch": "x86", "empty": ""},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka", CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0),
			},
			uid: "3b15dda5beb285c1ca4573587cebcbd4", hash: "e31b8cd9bf92d3b6a5f828d7a898b106",
		},
		{
			kind: resource.ClusterKind,
			row: &resource.Cluster{
				Meta: resource.Meta{NativeID: "c-0123456789abcdef0"}, Name: "prod 数", Status: "running", ClusterType: "pro", Version: "1.34.1", Endpoint: "https://c-1.example.com:6443", VPCID: "vpc-1",
				SubnetIDs: []string{"subnet-2", "subnet-1"}, ChargeType: "PostPaid",
				Tags:       map[string]string{"stree_group": "inf", "arch": "x86", "empty": ""},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka", CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0),
			},
			uid: "691f19c483a2e64decac08acc5bd498b", hash: "94fb48542e02f9846a825ccf5e5e109d",
		},
		{
			kind: resource.BucketKind,
			row: &resource.Bucket{
				Meta: resource.Meta{NativeID: "logs-0123456789"}, Name: "logs 数", Status: "available", BucketType: "ZRS", StorageClass: "IA", Endpoint: "logs.oss.example.com",
				Tags:       map[string]string{"stree_group": "inf", "arch": "x86", "empty": ""},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka", CloudCreatedAt: created,
			},
			uid: "0d1c77fe048b1fcfa76510abd704fed9", hash: "3764c365cf7053ff472f98c08560f089",
		},
		{
			kind: resource.SnapshotKind,
			row: &resource.Snapshot{
				Meta: resource.Meta{NativeID: "s-0123456789abcdef0"}, Name: "nightly 数", Status: "accomplished", SnapshotType: "auto", DiskNativeID: "d-1", SizeGiB: 40,
				Tags:       map[string]string{"stree_group": "inf", "arch": "x86", "empty": ""},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka", CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0),
			},
			uid: "d2a1ade17bd4a26d619a5737e46b94e7", hash: "38fad2e6eff590e598f719ed5e7b2856",
		},
		{
			kind: resource.MachineImageKind,
			row: &resource.MachineImage{
				Meta: resource.Meta{NativeID: "m-0123456789abcdef0"}, Name: "golden 数", Status: "Available", OS: "Debian 12", Architecture: "x86_64", SizeGiB: 40,
				Tags:       map[string]string{"stree_group": "inf", "arch": "x86", "empty": ""},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka", CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0),
			},
			uid: "07913029d8f16906cfb1e8d54acf423a", hash: "9341d457628ef29548f01e23dfae1051",
		},
		{
			kind: resource.CertificateKind,
			row: &resource.Certificate{
				Meta: resource.Meta{NativeID: "cert-0123456789abcdef0"}, Name: "www 数", Status: "ISSUED", CertificateType: "AMAZON_ISSUED", Domains: []string{"www.example.com", "example.com"},
				Issuer: "Example CA", Algorithm: "RSA_2048", Fingerprint: "AB:CD",
				Tags:       map[string]string{"stree_group": "inf", "arch": "x86", "empty": ""},
				STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka", CloudCreatedAt: created, ExpiresAt: created.AddDate(1, 0, 0),
			},
			uid: "d71c25127a291a7e1d4bf27477c928ac", hash: "011e518c88ecd88a9086cf5b7a3c55d3",
		},
	} {
		t.Run(test.kind.Name(), func(t *testing.T) {
			t.Parallel()
			for _, c := range columnsOf(test.kind) {
				require.NotZero(t, reflect.ValueOf(c.of(test.row)).Elem().Interface(), "%s is pinned too", c.name)
			}
			seal(t, test.kind, test.row)
			require.Equal(t, test.uid, test.row.RowMeta().UID.String(), "see the comment of this test")
			require.Equal(t, test.hash, test.row.RowMeta().Hash.String(), "see the comment of this test")
			if test.earlier != nil {
				seal(t, test.earlier, test.row)
				require.Equal(t, test.before, test.row.RowMeta().Hash.String(), "see the comment of this test")
			}
		})
	}
}

// manyTags are more than are usual.
func manyTags(n int) map[string]string {
	tags := map[string]string{}
	for i := range n {
		tags["tag-"+strconv.Itoa(i)] = strconv.Itoa(n - i)
	}
	return tags
}

// diffsync #25: the order of a list or of tags alone made every object modified
// at each run.
func TestOrderZoneAndEmptinessMakeNoModification(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind.Name(), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				row := drawRow(t, kind, "row")
				other := disguise(t, kind, row)
				encoded, otherEncoded := seal(t, kind, row), seal(t, kind, other)
				require.Equal(t, row.RowMeta().Entry(), other.RowMeta().Entry())
				require.Equal(t, encoded, otherEncoded)
				require.Equal(t, row, other, "the canonical form is one")
				require.Empty(t, kind.Changes(row, other))
			})
		})
	}
}

func TestEachWatchedFieldChangesTheHash(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind.Name(), func(t *testing.T) {
			t.Parallel()
			before := filledRow(t, kind)
			seal(t, kind, before)
			hashes := map[resource.Hash]string{before.RowMeta().Hash: "no column"}
			for _, c := range columnsOf(kind) {
				after := clone(kind, before)
				another(t, c.of(after))
				seal(t, kind, after)

				require.Equal(t, before.RowMeta().UID, after.RowMeta().UID, c.name)
				require.NotContains(t, hashes, after.RowMeta().Hash, c.name)
				hashes[after.RowMeta().Hash] = c.name
				changes := kind.Changes(before, after)
				require.Len(t, changes, 1, c.name)
				require.Equal(t, c.name, changes[0].Field)
			}
		})
	}
}

func TestAbsentFieldChangesTheHash(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind.Name(), func(t *testing.T) {
			t.Parallel()
			before, empty := filledRow(t, kind), kind.NewRow()
			seal(t, kind, before)
			for _, c := range columnsOf(kind) {
				after := clone(kind, before)
				set(c.of(after), c.of(empty))
				seal(t, kind, after)
				require.NotEqual(t, before.RowMeta().Hash, after.RowMeta().Hash, c.name)
			}
		})
	}
}

// A value that moves to the neighbouring column is another row, although the
// texts one after the other are the same.
func TestHashTellsColumnsApart(t *testing.T) {
	t.Parallel()
	rows := []*resource.Host{
		{Name: "ab", Status: "c"}, {Name: "a", Status: "bc"}, {Name: "abc"}, {Status: "abc"},
		{VCPU: 4}, {MemoryMiB: 4}, {DiskGiB: 4},
		{PrivateIPs: []string{"10.0.0.1"}}, {PublicIPs: []string{"10.0.0.1"}},
		{PrivateIPs: []string{"10.0.0.1", "10.0.0.2"}}, {PrivateIPs: []string{"10.0.0.1"}, PublicIPs: []string{"10.0.0.2"}},
		{Tags: map[string]string{"a": "bc"}}, {Tags: map[string]string{"ab": "c"}}, {Tags: map[string]string{"a": "b", "c": ""}},
		{CloudCreatedAt: time.Unix(0, 0)}, {ExpiresAt: time.Unix(0, 0)}, {},
	}
	seen := map[resource.Hash]int{}
	for i, row := range rows {
		row.NativeID = "i-1"
		seal(t, resource.HostKind, row)
		require.NotContains(t, seen, row.Hash, "row %d", i)
		seen[row.Hash] = i
	}
}

// bk-hcm's IsStringSliceEqual was a subset test, and missed a removed IP.
func TestRemovedElementChangesTheHash(t *testing.T) {
	t.Parallel()
	before := &resource.Host{
		Meta: resource.Meta{NativeID: "i-1"}, PrivateIPs: []string{"10.0.0.1", "10.0.0.2", "10.0.0.2"},
		Tags: map[string]string{"a": "1", "b": "2"},
	}
	seal(t, resource.HostKind, before)
	for name, change := range map[string]func(h *resource.Host){
		"an IP":              func(h *resource.Host) { h.PrivateIPs = []string{"10.0.0.2", "10.0.0.2"} },
		"one of two alike":   func(h *resource.Host) { h.PrivateIPs = []string{"10.0.0.1", "10.0.0.2"} },
		"all IPs":            func(h *resource.Host) { h.PrivateIPs = nil },
		"a tag":              func(h *resource.Host) { h.Tags = map[string]string{"a": "1"} },
		"a tag's value":      func(h *resource.Host) { h.Tags = map[string]string{"a": "1", "b": ""} },
		"all tags":           func(h *resource.Host) { h.Tags = nil },
		"other one repeated": func(h *resource.Host) { h.PrivateIPs = []string{"10.0.0.1", "10.0.0.1", "10.0.0.2"} },
	} {
		after := *before
		change(&after)
		seal(t, resource.HostKind, &after)
		require.NotEqual(t, before.Hash, after.Hash, name)
	}
}

func TestHashIsOfTheContentOnly(t *testing.T) {
	t.Parallel()
	here, there := filledRow(t, resource.HostKind), filledRow(t, resource.HostKind)
	require.NoError(t, resource.HostKind.Seal(here, scopeOf(resource.HostKind), 1))
	there.RowMeta().NativeID = "i-other"
	there.RowMeta().CreatedAt, there.RowMeta().UpdatedAt = time.Now(), time.Now()
	elsewhere := resource.Scope{Kind: "resource_host", Provider: "aws", Account: "prod", Region: "eu-west-1"}
	require.NoError(t, resource.HostKind.Seal(there, elsewhere, 2))
	require.Equal(t, here.RowMeta().Hash, there.RowMeta().Hash)
	require.NotEqual(t, here.RowMeta().UID, there.RowMeta().UID)
}

// gadget is a kind of the tests, with a field that changes at each listing.
type gadget struct {
	resource.Meta
	Name     string            `bun:"name" field:"max=10"`
	LastSeen time.Time         `bun:"last_seen,nullzero" field:"unwatched"`
	Tags     map[string]string `bun:"tags,nullzero" field:"max=5"`
	Etag     string            `bun:"etag" field:"unwatched,max=3"`
}

func TestUnwatchedFieldsAreStoredAndMakeNoModification(t *testing.T) {
	t.Parallel()
	kind := resource.Define[gadget]("gadget", 1)
	before := &gadget{Meta: resource.Meta{NativeID: "g-1"}, Name: "one", LastSeen: time.Unix(1, 0), Etag: "a"}
	after := &gadget{Meta: resource.Meta{NativeID: "g-1"}, Name: "one", LastSeen: time.Unix(2, 0), Etag: "b"}
	encoded, otherEncoded := seal(t, kind, before), seal(t, kind, after)
	require.Equal(t, before.Entry(), after.Entry())
	require.NotEqual(t, encoded, otherEncoded)

	decoded, err := kind.Decode(encoded, scopeOf(kind), 7)
	require.NoError(t, err)
	require.Equal(t, before, decoded)
	columns := func(changes []resource.FieldChange) (names []string) {
		for _, change := range changes {
			names = append(names, change.Field)
		}
		return names
	}
	require.Equal(t, []string{"last_seen", "etag"}, columns(kind.Changes(before, after)))
	require.ErrorContains(t, kind.Seal(&gadget{Meta: resource.Meta{NativeID: "g-1"}, Etag: "long"}, scopeOf(kind), 1), "field etag: ")
}

// A new version rehashes every row without a change of any field.
func TestVersionIsPartOfTheHash(t *testing.T) {
	t.Parallel()
	one, two := resource.Define[gadget]("gadget", 1), resource.Define[gadget]("gadget", 2)
	before := &gadget{Meta: resource.Meta{NativeID: "g-1"}, Name: "one"}
	after := &gadget{Meta: resource.Meta{NativeID: "g-1"}, Name: "one"}
	encoded := seal(t, one, before)
	seal(t, two, after)
	require.Equal(t, before.UID, after.UID)
	require.NotEqual(t, before.Hash, after.Hash)
	require.Empty(t, two.Changes(before, after))

	_, err := two.Decode(encoded, scopeOf(two), 7)
	require.ErrorIs(t, err, resource.ErrCorrupt)
	require.ErrorContains(t, err, "version 1, this program has 2")
}

// upgraded are rows of one resource: as the first version of the kind sealed it, and as this
// one does.
func upgraded(t *testing.T, change func(before, after *resource.Host)) (before, after *resource.Host) {
	t.Helper()
	first := resource.Define[resource.Host]("resource_host", 1)
	before = filledRow(t, first).(*resource.Host)
	before.SecurityGroupIDs = nil
	after = clone(first, before).(*resource.Host)
	after.SecurityGroupIDs = []string{"sg-2", "sg-1"}
	change(before, after)
	seal(t, first, before)
	seal(t, resource.HostKind, after)
	return before, after
}

// What the program learns of a resource with a new version is no change of it.
func TestFieldOfANewVersionIsNoModification(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(before, after *resource.Host)
		want   []string
	}{
		"nothing else":        {func(_, _ *resource.Host) {}, nil},
		"still nothing in it": {func(_, after *resource.Host) { after.SecurityGroupIDs = nil }, nil},
		"another field":       {func(_, after *resource.Host) { after.Status = "Stopped" }, []string{"status"}},
		"written again by an earlier version": {func(before, _ *resource.Host) {
			before.SecurityGroupIDs = []string{"sg-1", "sg-2"}
		}, nil},
		"and changed since": {func(before, _ *resource.Host) {
			before.SecurityGroupIDs = []string{"sg-3"}
		}, []string{"security_group_ids"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := upgraded(t, test.change)
			require.Equal(t, before.UID, after.UID)
			require.NotEqual(t, before.Hash, after.Hash)
			var changed []string
			for _, change := range resource.HostKind.Changes(before, after) {
				changed = append(changed, change.Field)
			}
			require.Equal(t, test.want, changed)
		})
	}
}

// A field that this version of the kind knew to be empty, or that somebody emptied, has
// changed if it has a value now.
func TestFieldThatWasKnownIsModified(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(before *resource.Host){
		"sealed by this version": func(before *resource.Host) { seal(t, resource.HostKind, before) },
		"edited by hand":         func(before *resource.Host) { before.Name = "edited" },
		"marked by verify":       func(before *resource.Host) { before.Hash = resource.Hash{} },
	} {
		before, after := upgraded(t, func(_, _ *resource.Host) {})
		change(before)
		changes := resource.HostKind.Changes(before, after)
		require.True(t, slices.ContainsFunc(changes, func(c resource.FieldChange) bool { return c.Field == "security_group_ids" }), name)
	}
}

func TestEarlierVersionLacksTheField(t *testing.T) {
	t.Parallel()
	first := resource.Define[resource.Host]("resource_host", 1)
	require.Equal(t, slices.DeleteFunc(resource.HostKind.Columns(), func(name string) bool { return name == "security_group_ids" }), first.Columns())
	require.Len(t, first.Columns(), len(resource.HostKind.Columns())-1)
}

// The provider may share a list or a map among rows.
func TestSealLeavesTheProvidersListsAlone(t *testing.T) {
	t.Parallel()
	ips := []string{"10.0.0.2", "10.0.0.1"}
	row := &resource.Host{Meta: resource.Meta{NativeID: "i-1"}, PrivateIPs: ips}
	seal(t, resource.HostKind, row)
	require.Equal(t, []string{"10.0.0.2", "10.0.0.1"}, ips)
	require.True(t, slices.IsSorted(row.PrivateIPs))
}
