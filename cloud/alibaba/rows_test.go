package alibaba_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/alibaba/alibabafake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// kinds are all kinds of the adapter.
var kinds = []*resource.Kind{resource.HostKind, resource.DiskKind, resource.DatabaseKind, resource.LoadBalancerKind, resource.CacheKind}

// listsOf are how many lists those kinds have that are in several.
var listsOf = map[*resource.Kind]int{resource.LoadBalancerKind: 3, resource.DatabaseKind: 5}

func init() {
	for _, of := range declaredKinds {
		kinds, actionOf[of.kind] = append(kinds, of.kind), of.action
	}
}

func TestRowsOfAllKinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	for _, test := range []struct {
		kind *resource.Kind
		want []resource.Row
	}{
		{resource.HostKind, wantedHosts()},
		{resource.DiskKind, wantedDisks()},
		{resource.DatabaseKind, wantedDatabases()},
		{resource.LoadBalancerKind, wantedBalancers()},
		{resource.CacheKind, wantedCaches()},
	} {
		rows, pages := listAll(t, w.worker(), test.kind)
		require.Equal(t, max(1, listsOf[test.kind]), pages)
		require.Equal(t, hashes(t, test.kind, test.want), hashes(t, test.kind, rows), test.kind.Name())
		require.Equal(t, test.want, rows, test.kind.Name())
	}
}

func wantedHosts() []resource.Row {
	return []resource.Row{&resource.Host{
		Meta: id("i-1"), Name: "web", Status: "Running", Zone: "cn-beijing-l", InstanceType: "ecs.g7.large", VCPU: 2, MemoryMiB: 8192, DiskGiB: 240,
		PrivateIPs: []string{"172.16.0.5", "172.16.0.6"}, PublicIPs: []string{"121.40.0.1", "47.95.0.1"}, VPCID: "vpc-1", SubnetID: "vsw-1",
		SecurityGroupIDs: []string{"sg-1", "sg-2"}, ImageID: "m-1", OS: "Ubuntu  22.04 64 bit", ChargeType: "PrePaid", Tags: map[string]string{"team": "a", "app": "web"},
		CloudCreatedAt: at(time.April, 14), ExpiresAt: time.Date(2027, 4, 14, 16, 0, 0, 0, time.UTC),
	}, &resource.Host{
		Meta: id("i-2"), Name: "old", Status: "Stopped", Zone: "cn-beijing-a", InstanceType: "ecs.t1.small", VCPU: 1, MemoryMiB: 512, DiskGiB: 20,
		PrivateIPs: []string{"10.80.0.9"}, ImageID: "m-2", OS: "CentOS  7.6 64 bit", ChargeType: "SpotAsPriceGo", CloudCreatedAt: at(time.May, 1),
	}}
}

func wantedDisks() []resource.Row {
	return []resource.Row{&resource.Disk{
		Meta: id("d-1"), Name: "root", Status: "In_use", Zone: "cn-beijing-l", HostNativeID: "i-1", DiskType: "cloud_essd", Role: "system", Device: "/dev/xvda",
		SizeGiB: 40, ChargeType: "PrePaid", CloudCreatedAt: at(time.April, 14), ExpiresAt: time.Date(2027, 4, 14, 16, 0, 0, 0, time.UTC),
	}, &resource.Disk{
		Meta: id("d-2"), Name: "data", Status: "In_use", Zone: "cn-beijing-l", HostNativeID: "i-1", DiskType: "cloud_ssd", Role: "data", Device: "/dev/xvdb",
		SizeGiB: 200, ChargeType: "PostPaid", Tags: map[string]string{"keep": "yes", "team": "a"}, CloudCreatedAt: at(time.June, 2),
	}, &resource.Disk{
		Meta: id("d-3"), Status: "In_use", Zone: "cn-beijing-a", HostNativeID: "i-2", DiskType: "cloud", Role: "system", Device: "/dev/xvda",
		SizeGiB: 20, ChargeType: "PostPaid", CloudCreatedAt: at(time.May, 1),
	}, &resource.Disk{
		Meta: id("d-4"), Status: "Available", Zone: "cn-beijing-a", DiskType: "cloud", Role: "data", SizeGiB: 1000, ChargeType: "PostPaid", CloudCreatedAt: at(time.May, 3),
	}}
}

func wantedDatabases() []resource.Row {
	return []resource.Row{&resource.Database{
		Meta: id("rm-1"), Name: "orders", Status: "Running", Zone: "cn-beijing-l", Engine: "mysql", EngineVersion: "8.0", InstanceType: "mysql.n2.large.1",
		VCPU: 4, MemoryMiB: 8192, Endpoint: "rm-1.mysql.rds.aliyuncs.com", VPCID: "vpc-1", SubnetID: "vsw-1", ChargeType: "Prepaid",
		Tags: map[string]string{"team": "a", "app": "orders"}, CloudCreatedAt: at(time.March, 3), ExpiresAt: at(time.December, 3),
	}, &resource.Database{
		Meta: id("pgm-2"), Status: "Creating", Zone: "cn-beijing-a", Engine: "postgresql", EngineVersion: "15.0", InstanceType: "pg.n2.small.1",
		VCPU: 1, MemoryMiB: 2048, Endpoint: "pgm-2.pg.rds.aliyuncs.com", VPCID: "vpc-1", SubnetID: "vsw-2", ChargeType: "Postpaid", CloudCreatedAt: at(time.March, 4),
	}}
}

func wantedBalancers() []resource.Row {
	return []resource.Row{&resource.LoadBalancer{
		Meta: id("lb-1"), Name: "front", Status: "active", BalancerType: "slb.s1.small", Scheme: resource.SchemePublic, Addresses: []string{"47.95.0.7"},
		Zones: []string{"cn-beijing-a", "cn-beijing-l"}, ChargeType: "PayOnDemand", Tags: map[string]string{"team": "a", "app": "web"}, CloudCreatedAt: at(time.July, 7),
	}, &resource.LoadBalancer{
		Meta: id("lb-2"), Name: "inner", Status: "locked", BalancerType: "slb.lcu.elastic", Scheme: resource.SchemeInternal, Addresses: []string{"172.16.0.50"},
		VPCID: "vpc-1", SubnetIDs: []string{"vsw-1"}, Zones: []string{"cn-beijing-l"}, ChargeType: "PayOnDemand", CloudCreatedAt: at(time.July, 8),
	}}
}

func wantedCaches() []resource.Row {
	return []resource.Row{&resource.Cache{
		Meta: id("r-1"), Name: "sessions", Status: "Normal", Zones: []string{"cn-beijing-a", "cn-beijing-l"}, Engine: "redis", EngineVersion: "7.0",
		InstanceType: "redis.shard.mid.2.ce", MemoryMiB: 8192, Shards: 4, Replicas: 1, Endpoint: "r-1.redis.rds.aliyuncs.com", Port: 6379,
		VPCID: "vpc-1", SubnetIDs: []string{"vsw-1"}, ChargeType: "PrePaid", Tags: map[string]string{"team": "a", "app": "web"},
		CloudCreatedAt: at(time.August, 8), ExpiresAt: at(time.December, 8),
	}, &resource.Cache{
		Meta: id("m-2"), Status: "Creating", Zones: []string{"cn-beijing-a"}, Engine: "memcached", EngineVersion: "4.0",
		InstanceType: "memcache.master.small.default", MemoryMiB: 1024, Endpoint: "m-2.memcache.rds.aliyuncs.com", Port: 11211,
		ChargeType: "PostPaid", CloudCreatedAt: at(time.August, 9),
	}}
}

// What diffsync #25 got wrong: the order of a list, or of tags, is no modification.
func TestOrderIsNoModification(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	before := map[string]map[string]resource.Hash{}
	for _, kind := range kinds {
		rows, _ := listAll(t, w.worker(), kind)
		before[kind.Name()] = hashes(t, kind, rows)
	}
	w.Update(func(accounts []*fake.Account) {
		region := accounts[0].Regions[0]
		slices.Reverse(region.Hosts)
		slices.Reverse(region.Disks)
		slices.Reverse(region.Databases)
		slices.Reverse(region.LoadBalancers)
		slices.Reverse(region.Caches)
		for i := range region.Hosts {
			region.Hosts[i].PrivateIPs = reversed(region.Hosts[i].PrivateIPs)
			region.Hosts[i].PublicIPs = reversed(region.Hosts[i].PublicIPs)
			region.Hosts[i].SecurityGroups = reversed(region.Hosts[i].SecurityGroups)
		}
		for i := range region.LoadBalancers {
			region.LoadBalancers[i].Zones = reversed(region.LoadBalancers[i].Zones)
		}
	})
	for _, kind := range kinds {
		rows, _ := listAll(t, w.worker(), kind)
		require.Equal(t, before[kind.Name()], hashes(t, kind, rows), kind.Name())
	}
}

func reversed(all []string) []string {
	all = slices.Clone(all)
	slices.Reverse(all)
	return all
}

// The last start, the dedicated host and the ids of requests change by themselves.
func TestWhatChangesByItselfIsNoModification(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	before, _ := listAll(t, w.worker(), resource.HostKind)
	w.Update(func(accounts []*fake.Account) {
		for i := range accounts[0].Regions[0].Hosts {
			accounts[0].Regions[0].Hosts[i].Volatile = "2026-01-01T00:00Z"
		}
	})
	after, _ := listAll(t, w.worker(), resource.HostKind)
	require.Equal(t, hashes(t, resource.HostKind, before), hashes(t, resource.HostKind, after))
}

// What bk-hcm got wrong: an address that is gone changes a host, as does one that
// comes.
func TestARemovedAddressIsAModification(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	seen := map[resource.Hash]bool{}
	for _, change := range []func(*fake.Host){
		func(*fake.Host) {},
		func(h *fake.Host) { h.PublicIPs = h.PublicIPs[:1] },
		func(h *fake.Host) { h.PublicIPs = nil },
		func(h *fake.Host) { h.PrivateIPs = h.PrivateIPs[:1] },
		func(h *fake.Host) { h.Status = "Stopped" },
	} {
		w.Update(func(accounts []*fake.Account) { change(&accounts[0].Regions[0].Hosts[0]) })
		rows, _ := listAll(t, w.worker(), resource.HostKind)
		hash := hashes(t, resource.HostKind, rows)["i-1"]
		require.False(t, seen[hash])
		seen[hash] = true
	}
}

func TestUserDataIsKeptNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	rows, _ := listAll(t, w.worker(), resource.HostKind)
	for _, row := range rows {
		encoded, err := resource.HostKind.Sealer(scopeOf(resource.HostKind), 7).Append(nil, row)
		require.NoError(t, err)
		require.NotContains(t, string(encoded), "planted")
	}
}

// A disk of several hosts counts in each, and its row names the first by its id.
func TestADiskOfSeveralHosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Record("DescribeDisks", []byte(`{"Disks":{"Disk":[
		{"DiskId":"d-9","Size":70,"InstanceId":"","Device":"","MultiAttach":"Enabled","Attachments":{"Attachment":[
			{"InstanceId":"i-2","Device":"/dev/xvdc"},{"InstanceId":"i-1","Device":"/dev/xvdb"}]}},
		{"DiskId":"d-8","Size":5,"InstanceId":"i-2","Device":"/dev/xvda"}]},"NextToken":""}`))
	rows, _ := listAll(t, w.worker(), resource.DiskKind)
	require.Equal(t, []resource.Row{
		&resource.Disk{Meta: id("d-9"), SizeGiB: 70, HostNativeID: "i-1", Device: "/dev/xvdb"},
		&resource.Disk{Meta: id("d-8"), SizeGiB: 5, HostNativeID: "i-2", Device: "/dev/xvda"},
	}, rows)
	hosts, _ := listAll(t, w.worker(), resource.HostKind)
	require.Equal(t, int64(70), hosts[0].(*resource.Host).DiskGiB)
	require.Equal(t, int64(75), hosts[1].(*resource.Host).DiskGiB)
}

// Absent, null and empty are the same, and what is absent is empty.
func TestAbsentFieldsAreEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	for kind, answers := range map[*resource.Kind]map[string]string{
		resource.HostKind: {"DescribeInstances": `{"Instances":{"Instance":[{"InstanceId":"i-1"},
			{"InstanceId":"i-1","Cpu":null,"Memory":"","Tags":null,"Tags":{"Tag":null},"VpcAttributes":null,"NetworkInterfaces":{"NetworkInterface":[]},
			"EipAddress":{},"PublicIpAddress":{"IpAddress":[""]},"CreationTime":"","ExpiredTime":null}]}}`, "DescribeDisks": `{"Disks":{"Disk":[{"DiskId":"d-1"}]}}`},
		resource.DiskKind: {"DescribeDisks": `{"Disks":{"Disk":[{"DiskId":"d-1"},{"DiskId":"d-1","Size":null,"Attachments":{"Attachment":[{}]},"Tags":{}}]}}`},
		resource.DatabaseKind: {"DescribeDBInstances": `{"Items":{"DBInstance":[{"DBInstanceId":"rm-1"},{"DBInstanceId":"rm-1","DBInstanceCPU":"","DBInstanceMemory":null,"ExpireTime":""}]}}`,
			"ListTagResources": `{"TagResources":{}}`},
		resource.LoadBalancerKind: {"DescribeLoadBalancers": `{"LoadBalancers":{"LoadBalancer":[{"LoadBalancerId":"lb-1"},{"LoadBalancerId":"lb-1","Address":"","Tags":{"Tag":[]},"AddressType":"other"}]},"TotalCount":2}`},
		resource.CacheKind:        {alibabafake.CacheAction: `{"Instances":{"KVStoreInstance":[{"InstanceId":"r-1"},{"InstanceId":"r-1","Capacity":"","Port":null,"Tags":{"Tag":[]},"EndTime":""}]},"TotalCount":2}`},
	} {
		for action, body := range answers {
			w.Record(action, []byte(body))
		}
		rows, _ := listAll(t, w.worker(), kind)
		require.Len(t, rows, 2)
		want := kind.NewRow()
		want.RowMeta().NativeID = rows[0].RowMeta().NativeID
		require.Equal(t, []resource.Row{want, want}, rows, kind.Name())
	}
}

// In each kind, a resource with an odd number, one with an odd time, and one with a text where
// a list or a number is expected cost their own rows. null is nothing, in lists too.
func TestOneOddResourceCostsOneRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	for _, test := range []struct {
		kind *resource.Kind
		page string // with a %s for the resources
		id   string // the name of
		odd  map[string]string
		null string
	}{
		{resource.HostKind, `{"Instances":{"Instance":[%s]}}`, "InstanceId",
			map[string]string{"Cpu": `-2`, "CreationTime": `"soon"`, "Memory": `"much"`, "Tags": `"none"`}, `"Tags":null,"NetworkInterfaces":{"NetworkInterface":[null]}`},
		{resource.DiskKind, `{"Disks":{"Disk":[%s]}}`, "DiskId",
			map[string]string{"Size": `0.5`, "ExpiredTime": `"2024-13-41T00:00Z"`, "Attachments": `"none"`}, `"Tags":{"Tag":null},"Attachments":{"Attachment":[null]}`},
		{resource.DatabaseKind, `{"Items":{"DBInstance":[%s]}}`, "DBInstanceId",
			map[string]string{"DBInstanceCPU": `"two"`, "CreateTime": `12`, "DBInstanceMemory": `1e30`, "Engine": `[]`}, `"Engine":null,"DBInstanceMemory":null`},
		{resource.LoadBalancerKind, `{"LoadBalancers":{"LoadBalancer":[%s]},"TotalCount":"9"}`, "LoadBalancerId",
			map[string]string{"CreateTime": `"soon"`, "Address": `["47.95.0.7"]`, "Tags": `{"Tag":"none"}`}, `"Tags":{"Tag":[null]},"Address":null`},
		{resource.CacheKind, `{"Instances":{"KVStoreInstance":[%s]},"TotalCount":"9"}`, "InstanceId",
			map[string]string{"CreateTime": `"soon"`, "Capacity": `-1`, "Port": `70000`, "ShardCount": `[4]`}, `"Tags":{"Tag":[null]},"ShardCount":null`},
	} {
		resources := []string{fmt.Sprintf(`{%q:"good"},{%q:"null",%s}`, test.id, test.id, test.null)}
		for field, value := range test.odd {
			resources = append(resources, fmt.Sprintf(`{%q:%q,%q:%s}`, test.id, "odd "+field, field, value))
		}
		w.Record(actionOf[test.kind], fmt.Appendf(nil, test.page, strings.Join(resources, ",")))
		page, err := w.worker().List(t.Context(), scopeOf(test.kind), "")
		require.NoError(t, err, test.kind.Name())
		require.Len(t, page.Rows, 2, "%s: %v", test.kind.Name(), page.Problems)
		require.Equal(t, "good", page.Rows[0].RowMeta().NativeID)
		require.Equal(t, "null", page.Rows[1].RowMeta().NativeID)
		require.Len(t, page.Problems, len(test.odd), test.kind.Name())
		for _, problem := range page.Problems {
			field := strings.TrimPrefix(problem.NativeID, "odd ")
			require.Contains(t, test.odd, field)
			require.Contains(t, problem.Text, field)
			require.Contains(t, problem.Text, " makes no sense: ")
		}
	}
}

// A resource that says that it is of another region is no row of this one.
func TestAResourceOfAnotherRegion(t *testing.T) {
	t.Parallel()
	for kind, page := range map[*resource.Kind]string{
		resource.HostKind:         `{"Instances":{"Instance":[{"InstanceId":"a","RegionId":"cn-beijing"},{"InstanceId":"b","RegionId":"%s"}]}}`,
		resource.DiskKind:         `{"Disks":{"Disk":[{"DiskId":"a","RegionId":""},{"DiskId":"b","RegionId":"%s"}]}}`,
		resource.DatabaseKind:     `{"Items":{"DBInstance":[{"DBInstanceId":"a","RegionId":null},{"DBInstanceId":"b","RegionId":"%s"}]}}`,
		resource.LoadBalancerKind: `{"LoadBalancers":{"LoadBalancer":[{"LoadBalancerId":"a"},{"LoadBalancerId":"b","RegionIdAlias":"%s","RegionId":"cn-hangzhou-dg-a01"}]},"TotalCount":2}`,
		resource.CacheKind:        `{"Instances":{"KVStoreInstance":[{"InstanceId":"a","RegionId":null},{"InstanceId":"b","RegionId":"%s"}]},"TotalCount":2}`,
	} {
		for region, want := range map[string]int{beijing: 2, "cn-hangzhou": 1, "cn-hangzhou-finance": 1, "cn-beijing-btc-a01": 2, "ap-southeast-os30-a01": 2} {
			w := newWorld(t, everything())
			w.Record(actionOf[kind], fmt.Appendf(nil, page, region))
			rows, _ := listAll(t, w.worker(), kind)
			require.Len(t, rows, want, kind.Name())
			require.Equal(t, "a", rows[0].RowMeta().NativeID)
		}
	}
}

// SLB names the region that was asked for in RegionIdAlias. RegionId may be another name.
func TestALoadBalancerWithAnotherNameForItsRegion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Record("DescribeLoadBalancers", []byte(`{"TotalCount":2,"LoadBalancers":{"LoadBalancer":[
		{"LoadBalancerId":"lb-1","RegionId":"cn-beijing-btc-a01","RegionIdAlias":"cn-beijing"},
		{"LoadBalancerId":"lb-2","RegionId":"cn-beijing-btc-a01","RegionIdAlias":"cn-beijing"}]}}`))
	rows, _ := listAll(t, w.worker(), resource.LoadBalancerKind)
	require.Len(t, rows, 2)
}

// A page whose resources are each odd in another way: what can be read is, and what makes
// no sense costs its own row.
func TestOneOddValueCostsOneRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Record("DescribeInstances", []byte(`{"PageSize":"50","TotalCount":"9","Instances":{"Instance":[
		{"InstanceId":"i-text","Cpu":"4","Memory":"16384.0","CreationTime":"1571212295000","ExpiredTime":"9999-12-31T23:59Z"},
		{"InstanceId":"i-null","Tags":null,"VpcAttributes":null,"NetworkInterfaces":{"NetworkInterface":[null]},"PublicIpAddress":{"IpAddress":null},"ExpiredTime":"1970-01-01T00:00Z"},
		{"InstanceId":"i-local","CreationTime":"2024-04-14 22:32:00","ExpiredTime":"0001-01-01T08:00:00+08:00"},
		{"InstanceId":"i-six","NetworkInterfaces":{"NetworkInterface":[{"PrimaryIpAddress":"10.0.0.9","Ipv6Sets":{"Ipv6Set":[{"Ipv6Address":"2001:DB8::9"},{"Ipv6Address":"2001:db8:0::9"}]}}]}},
		{"InstanceId":"i-half","Cpu":0.5,"Memory":512.0},
		{"InstanceId":"i-when","CreationTime":"last week"},
		{"InstanceId":"i-list","Tags":"none","Description":["ignored"]},
		{"InstanceId":"i-words","Memory":"a lot"}]}}`))
	page, err := w.worker().List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	require.Equal(t, []resource.Row{
		&resource.Host{Meta: id("i-text"), VCPU: 4, MemoryMiB: 16384, CloudCreatedAt: time.UnixMilli(1571212295000).UTC()},
		&resource.Host{Meta: id("i-null")},
		&resource.Host{Meta: id("i-local"), CloudCreatedAt: at(time.April, 14)},
		&resource.Host{Meta: id("i-six"), PrivateIPs: []string{"10.0.0.9", "2001:db8::9"}},
	}, page.Rows)
	require.Equal(t, []cloud.Problem{
		{NativeID: "i-half", Text: `instance "i-half": Cpu makes no sense: "0.5"`},
		{NativeID: "i-when", Text: `instance "i-when": CreationTime makes no sense: "last week"`},
		{NativeID: "i-list", Text: `instance "i-list": Tags makes no sense: "\"none\""`},
		{NativeID: "i-words", Text: `instance "i-words": Memory makes no sense: "a lot"`},
	}, page.Problems)
}
