package alibaba_test

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
	"cloudsync/shorttest"
)

// declared is what the tests know of a kind whose rows the fake server has as they
// are to come out.
type declared struct {
	kind   *resource.Kind
	action string
	page   string // an answer, with a %s for the resources
	id     string // the name of
	odd    map[string]string
	null   string
	region string   // the name of a resource's region; "": it does not say
	total  bool     // announces one
	dryRun bool     // proves that nothing is there
	ids    []string // of everything
	rows   func(*fake.Region) []resource.Row
	turn   func(*fake.Region) // into another order
}

var declaredKinds = []declared{
	{
		kind: resource.VPCKind, action: "DescribeVpcs", page: `{"Vpcs":{"Vpc":[%s]},"TotalCount":"9"}`, id: "VpcId",
		odd:  map[string]string{"CreationTime": `"soon"`, "CidrBlock": `["10.0.0.0/8"]`, "Tags": `"none"`, "Ipv6CidrBlocks": `{"Ipv6CidrBlock":["::/0"]}`},
		null: `"Tags":{"Tag":[null]},"SecondaryCidrBlocks":null,"Ipv6CidrBlocks":{"Ipv6CidrBlock":[null]},"OwnerId":null,"CidrBlock":""`, region: "RegionId",
		total: true, dryRun: true, ids: []string{"vpc-1", "vpc-2"},
		rows: func(r *fake.Region) []resource.Row { return fake.Rows(r.VPCs) },
		turn: func(r *fake.Region) {
			slices.Reverse(r.VPCs)
			r.VPCs[0].CIDRs = r.VPCs[0].CIDRs[:1:1]
			last := &r.VPCs[len(r.VPCs)-1]
			last.CIDRs = []string{last.CIDRs[0], last.CIDRs[1], last.CIDRs[3], last.CIDRs[2]}
		},
	},
	{
		kind: resource.SubnetKind, action: "DescribeVSwitches", page: `{"VSwitches":{"VSwitch":[%s]},"TotalCount":9}`, id: "VSwitchId",
		odd:  map[string]string{"CreationTime": `-1`, "Tags": `{"Tag":"none"}`, "ZoneId": `{}`},
		null: `"Tags":null,"OwnerId":"","Ipv6CidrBlock":null,"CreationTime":""`, total: true, dryRun: true, ids: []string{"vsw-1", "vsw-2"},
		rows: func(r *fake.Region) []resource.Row { return fake.Rows(r.Subnets) },
		turn: func(r *fake.Region) { slices.Reverse(r.Subnets) },
	},
	{
		kind: resource.SecurityGroupKind, action: "DescribeSecurityGroups", page: `{"SecurityGroups":{"SecurityGroup":[%s]},"NextToken":""}`, id: "SecurityGroupId",
		odd:  map[string]string{"CreationTime": `"soon"`, "Description": `["text"]`, "Tags": `7`},
		null: `"Tags":null,"Description":null,"VpcId":""`, dryRun: true, ids: []string{"sg-1", "sg-2", "sg-3"},
		rows: func(r *fake.Region) []resource.Row { return fake.SecurityGroupRows(r.SecurityGroups) },
		turn: func(r *fake.Region) {
			slices.Reverse(r.SecurityGroups)
			for i := range r.SecurityGroups {
				r.SecurityGroups[i].Rules = slices.Clone(r.SecurityGroups[i].Rules)
				slices.Reverse(r.SecurityGroups[i].Rules)
			}
		},
	},
	{
		kind: resource.PublicIPKind, action: "DescribeEipAddresses", page: `{"EipAddresses":{"EipAddress":[%s]},"TotalCount":9}`, id: "AllocationId",
		odd:  map[string]string{"AllocationTime": `"soon"`, "Bandwidth": `"wide"`, "ExpiredTime": `"late"`, "IpAddress": `{}`},
		null: `"Tags":{"Tag":null},"Bandwidth":"","InstanceId":null,"ExpiredTime":""`, region: "RegionId", total: true, dryRun: true, ids: []string{"eip-1", "eip-2"},
		rows: func(r *fake.Region) []resource.Row { return fake.Rows(r.PublicIPs) },
		turn: func(r *fake.Region) { slices.Reverse(r.PublicIPs) },
	},
	{
		kind: resource.NATGatewayKind, action: "DescribeNatGateways", page: `{"NatGateways":{"NatGateway":[%s]},"TotalCount":9}`, id: "NatGatewayId",
		odd:  map[string]string{"CreationTime": `12`, "ExpiredTime": `"late"`, "IpLists": `["47.95.0.1"]`, "NatGatewayPrivateInfo": `"none"`},
		null: `"Tags":null,"IpLists":{"IpList":[null]},"NatGatewayPrivateInfo":null,"ExpiredTime":""`, region: "RegionId", total: true, dryRun: true, ids: []string{"ngw-1", "ngw-2"},
		rows: func(r *fake.Region) []resource.Row { return fake.Rows(r.NATGateways) },
		turn: func(r *fake.Region) {
			slices.Reverse(r.NATGateways)
			last := &r.NATGateways[1]
			last.PublicIPs, last.PrivateIPs = reversed(last.PublicIPs), reversed(last.PrivateIPs)
		},
	},
	{
		kind: resource.SnapshotKind, action: "DescribeSnapshots", page: `{"Snapshots":{"Snapshot":[%s]},"NextToken":""}`, id: "SnapshotId",
		odd:  map[string]string{"CreationTime": `"soon"`, "SourceDiskSize": `"0.5"`, "RetentionDays": `-2`},
		null: `"Tags":null,"SourceDiskSize":"","RetentionDays":null`, region: "RegionId", dryRun: true, ids: []string{"s-1", "s-2"},
		rows: func(r *fake.Region) []resource.Row { return fake.Rows(r.Snapshots) },
		turn: func(r *fake.Region) { slices.Reverse(r.Snapshots) },
	},
	{
		kind: resource.MachineImageKind, action: "DescribeImages", page: `{"Images":{"Image":[%s]},"TotalCount":9}`, id: "ImageId",
		odd:  map[string]string{"CreationTime": `"soon"`, "Size": `-1`, "DiskDeviceMappings": `{"DiskDeviceMapping":[{"Size":"x"}]}`},
		null: `"Tags":null,"Size":"","DiskDeviceMappings":{"DiskDeviceMapping":[null]},"OSNameEn":null`, total: true, dryRun: true, ids: []string{"m-1", "m-2"},
		rows: func(r *fake.Region) []resource.Row { return fake.Rows(r.Images) },
		turn: func(r *fake.Region) { slices.Reverse(r.Images) },
	},
	{
		kind: resource.ClusterKind, action: "DescribeClustersV1", page: `{"clusters":[%s],"page_info":{"total_count":9}}`, id: "cluster_id",
		odd:  map[string]string{"created": `"soon"`, "master_url": `{}`, "vswitch_ids": `"vsw-1"`, "tags": `{}`},
		null: `"tags":[null],"vswitch_ids":null,"master_url":"","vswitch_id":""`, region: "region_id", total: true, ids: []string{"c1", "c2"},
		rows: func(r *fake.Region) []resource.Row { return fake.Rows(r.Clusters) },
		turn: func(r *fake.Region) {
			slices.Reverse(r.Clusters)
			r.Clusters[1].SubnetIDs = reversed(r.Clusters[1].SubnetIDs)
		},
	},
}

func someVPCs() []resource.VPC {
	return []resource.VPC{{
		Meta: id("vpc-1"), Name: "main", Status: "Available", CIDRs: []string{"172.16.0.0/12", "192.168.0.0/16", "2408:4005:3c0::/56", "2408:4006:1::/56"},
		Tags: map[string]string{"team": "a", "app": "web"}, CloudCreatedAt: at(time.January, 2),
	}, {Meta: id("vpc-2"), Status: "Pending", CIDRs: []string{"10.0.0.0/8"}, CloudCreatedAt: at(time.January, 3)}}
}

func someSubnets() []resource.Subnet {
	return []resource.Subnet{{
		Meta: id("vsw-1"), Name: "front", Status: "Available", Zone: "cn-beijing-l", VPCID: "vpc-1", CIDRs: []string{"172.16.0.0/24", "2408:4005:3c0::/64"},
		Tags: map[string]string{"team": "a"}, CloudCreatedAt: at(time.January, 4),
	}, {Meta: id("vsw-2"), Status: "Pending", Zone: "cn-beijing-a", VPCID: "vpc-2", CIDRs: []string{"10.1.0.0/16"}, CloudCreatedAt: at(time.January, 5)}}
}

// someGroups have rules of all sorts; the last is of a classic network, whose rules are of one
// type of interface.
func someGroups() []fake.SecurityGroup {
	return []fake.SecurityGroup{{
		SecurityGroup: resource.SecurityGroup{
			Meta: id("sg-1"), Name: "web", Description: "all that faces the world", VPCID: "vpc-1", Tags: map[string]string{"team": "a"}, CloudCreatedAt: at(time.February, 2),
		},
		Rules: []resource.SecurityRule{
			{Protocol: "tcp", Ports: "443-443", Peer: "0.0.0.0/0", Priority: "1"},
			{Protocol: "tcp", Ports: "443-443", Peer: "::/0", Priority: "1"},
			{Protocol: "udp", Ports: "8000-8100", SourcePorts: "1000-2000", Peer: "10.0.0.0/8", To: "172.16.0.5/32", Deny: true, Priority: "100"},
			{Protocol: "icmp", Peer: "sg-2", Priority: "1"},
			{Egress: true, Peer: "pl-1", Priority: "1"},
			{Egress: true, Protocol: "tcp", Ports: "25-25", Peer: "0.0.0.0/0", Deny: true, Priority: "2"},
		},
	}, {SecurityGroup: resource.SecurityGroup{Meta: id("sg-2"), VPCID: "vpc-1", CloudCreatedAt: at(time.February, 3)}}, {
		SecurityGroup: resource.SecurityGroup{Meta: id("sg-3"), Name: "old", CloudCreatedAt: at(time.February, 4)},
		Rules: []resource.SecurityRule{
			{Protocol: "tcp", Ports: "22-22", Peer: "0.0.0.0/0", To: "internet", Priority: "1"}, {Protocol: "tcp", Ports: "22-22", Peer: "0.0.0.0/0", To: "intranet", Priority: "1"},
		},
	}}
}

func somePublicIPs() []resource.PublicIP {
	return []resource.PublicIP{{
		Meta: id("eip-1"), Name: "front", Status: "InUse", Zone: "cn-beijing-l", Address: "47.95.0.1", AttachedType: "EcsInstance", AttachedID: "i-1", BandwidthMbps: 100,
		ChargeType: "PrePaid", Tags: map[string]string{"team": "a", "app": "web"}, CloudCreatedAt: at(time.March, 1), ExpiresAt: at(time.December, 1),
	}, {Meta: id("eip-2"), Status: "Available", Address: "47.95.0.2", BandwidthMbps: 5, ChargeType: "PostPaid", CloudCreatedAt: at(time.March, 2)}}
}

func someGateways() []resource.NATGateway {
	return []resource.NATGateway{{
		Meta: id("ngw-1"), Name: "out", Status: "Available", Zone: "cn-beijing-l", GatewayType: "internet", VPCID: "vpc-1", SubnetID: "vsw-1",
		PublicIPs: []string{"47.95.0.8", "47.95.0.9"}, PrivateIPs: []string{"172.16.0.8", "172.16.0.9"}, ChargeType: "PrePaid",
		Tags: map[string]string{"team": "a"}, CloudCreatedAt: at(time.March, 5), ExpiresAt: at(time.December, 5),
	}, {
		Meta: id("ngw-2"), Status: "Creating", Zone: "cn-beijing-a", GatewayType: "intranet", VPCID: "vpc-2", SubnetID: "vsw-2", PrivateIPs: []string{"10.1.0.8"},
		ChargeType: "PostPaid", CloudCreatedAt: at(time.March, 6),
	}}
}

func someSnapshots() []resource.Snapshot {
	return []resource.Snapshot{{
		Meta: id("s-1"), Name: "nightly", Status: "accomplished", SnapshotType: "auto", DiskNativeID: "d-1", SizeGiB: 40,
		Tags: map[string]string{"team": "a"}, CloudCreatedAt: at(time.May, 1), ExpiresAt: at(time.May, 31),
	}, {Meta: id("s-2"), Status: "progressing", SnapshotType: "user", DiskNativeID: "d-2", SizeGiB: 200, CloudCreatedAt: at(time.May, 2)}}
}

func someImages() []resource.MachineImage {
	return []resource.MachineImage{{
		Meta: id("m-1"), Name: "golden", Status: "Available", OS: "Ubuntu  22.04 64 bit", Architecture: "x86_64", SizeGiB: 40,
		Tags: map[string]string{"team": "a"}, CloudCreatedAt: at(time.June, 1),
	}, {Meta: id("m-2"), Status: "CreateFailed", OS: "CentOS  7.6 64 bit", Architecture: "arm64", SizeGiB: 20, CloudCreatedAt: at(time.June, 2)}}
}

func someClusters() []resource.Cluster {
	return []resource.Cluster{{
		Meta: id("c1"), Name: "prod", Status: "running", ClusterType: "ack.pro.small", Version: "1.31.1-aliyun.1", Endpoint: "https://172.16.0.9:6443", VPCID: "vpc-1",
		SubnetIDs: []string{"vsw-1", "vsw-3"}, Tags: map[string]string{"team": "a", "app": "web"}, CloudCreatedAt: at(time.June, 6),
	}, {Meta: id("c2"), Status: "initial", ClusterType: "ack.standard", Endpoint: "https://10.1.0.9:6443", VPCID: "vpc-2", CloudCreatedAt: at(time.June, 7)}}
}

// Each kind's rows are those of the cloud, column by column.
func TestRowsOfDeclaredKinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	for _, of := range declaredKinds {
		want := of.rows(everything())
		rows, pages := listAll(t, w.worker(), of.kind)
		require.Equal(t, 1, pages)
		require.Equal(t, want, rows, of.kind.Name())
		require.Len(t, rows, len(of.ids))

		page, err := w.worker().List(t.Context(), scopeOf(of.kind), "")
		require.NoError(t, err)
		require.Equal(t, of.total, page.Total > 0, of.kind.Name())
		again, _ := listAll(t, w.worker(), of.kind) // the fake's volatile values are others
		require.Equal(t, hashes(t, of.kind, rows), hashes(t, of.kind, again), of.kind.Name())
	}
}

// The order of a list, or of tags, is no modification.
func TestOrderIsNoModificationOfDeclaredKinds(t *testing.T) {
	t.Parallel()
	for _, of := range declaredKinds {
		w := newWorld(t, everything())
		before, _ := listAll(t, w.worker(), of.kind)
		w.Update(func(accounts []*fake.Account) { of.turn(accounts[0].Regions[0]) })
		after, _ := listAll(t, w.worker(), of.kind)
		require.Equal(t, hashes(t, of.kind, before), hashes(t, of.kind, after), of.kind.Name())
	}
}

// What is absent is empty; what makes no sense costs its own row.
func TestOddResourcesOfDeclaredKinds(t *testing.T) {
	t.Parallel()
	for _, of := range declaredKinds {
		w := newWorld(t, everything())
		resources := []string{fmt.Sprintf(`{%q:"good"},{%q:"null",%s}`, of.id, of.id, of.null)}
		w.addGroups("good", "null")
		for field, value := range of.odd {
			resources = append(resources, fmt.Sprintf(`{%q:%q,%q:%s}`, of.id, "odd "+field, field, value))
			w.addGroups("odd " + field)
		}
		resources = append(resources, `{"Name":"nobody"}`)
		w.Record(of.action, fmt.Appendf(nil, of.page, strings.Join(resources, ",")))
		page, err := w.worker().List(t.Context(), scopeOf(of.kind), "")
		require.NoError(t, err, of.kind.Name())
		require.Len(t, page.Rows, 2, "%s: %v", of.kind.Name(), page.Problems)
		for i, id := range []string{"good", "null"} {
			want := of.kind.NewRow()
			want.RowMeta().NativeID = id
			require.Equal(t, want, page.Rows[i], of.kind.Name())
		}
		require.Len(t, page.Problems, len(of.odd)+1, of.kind.Name())
		for _, problem := range page.Problems {
			field, isOdd := strings.CutPrefix(problem.NativeID, "odd ")
			if !isOdd {
				require.Contains(t, problem.Text, "without an id")
				continue
			}
			require.Contains(t, problem.Text, field)
			require.Contains(t, problem.Text, " makes no sense: ")
		}
	}
}

// addGroups adds security groups whose rules can be asked for.
func (w *world) addGroups(ids ...string) {
	w.Update(func(accounts []*fake.Account) {
		region := accounts[0].Regions[0]
		for _, nativeID := range ids {
			region.SecurityGroups = append(region.SecurityGroups, fake.SecurityGroup{SecurityGroup: resource.SecurityGroup{Meta: id(nativeID), VPCID: "vpc-1"}})
		}
	})
}

// A resource that says that it is of another region is no row of this one.
func TestDeclaredResourcesOfAnotherRegion(t *testing.T) {
	t.Parallel()
	for _, of := range declaredKinds {
		if of.region == "" {
			continue
		}
		for region, want := range map[string]int{beijing: 2, "cn-hangzhou": 1, "cn-beijing-btc-a01": 2} {
			w := newWorld(t, everything())
			w.Record(of.action, fmt.Appendf(nil, of.page, fmt.Sprintf(`{%q:"a"},{%q:"b",%q:%q}`, of.id, of.id, of.region, region)))
			page, err := w.worker().List(t.Context(), scopeOf(of.kind), "")
			require.NoError(t, err)
			require.Len(t, page.Rows, want, of.kind.Name())
			require.EqualValues(t, 2-want, page.Others)
		}
	}
}

// A list that lacks its total, or that is none, is no whole listing.
func TestDeclaredListingsThatEndEarly(t *testing.T) {
	t.Parallel()
	for _, of := range declaredKinds {
		one := fmt.Sprintf(of.page, fmt.Sprintf(`{%q:"a"}`, of.id))
		for name, body := range map[string]string{
			"no total": strings.NewReplacer("TotalCount", "Count", "total_count", "count").Replace(one),
			"no list":  `{"TotalCount":1,"NextToken":""}`,
		} {
			if name == "no total" && !of.total {
				continue
			}
			w := newWorld(t, everything())
			w.Record(of.action, []byte(body))
			page, err := w.worker().List(t.Context(), scopeOf(of.kind), "")
			requireClass(t, cloud.BadAnswer, page, err, name)
		}
	}
}

func TestLookupOfDeclaredKinds(t *testing.T) {
	t.Parallel()
	for _, of := range declaredKinds {
		for _, size := range []int{0, 1} {
			w := newWorld(t, everything())
			w.PageSize = size
			client := w.worker()
			asked := slices.Clone(of.ids)
			for len(asked) < client.LookupLimit(of.kind.Name()) {
				asked = append(asked, fmt.Sprintf("gone-%d", len(asked)))
			}
			for _, test := range [][2][]string{{asked, of.ids}, {of.ids[:1], of.ids[:1]}, {{"gone"}, {}}, {{}, {}}} {
				found, err := client.Lookup(t.Context(), scopeOf(of.kind), test[0])
				require.NoError(t, err, of.kind.Name())
				require.ElementsMatch(t, test[1], found, of.kind.Name())
			}
		}
		w := newWorld(t, everything())
		w.Record(of.action, fmt.Appendf(nil, of.page, fmt.Sprintf(`{%q:"another"}`, of.id)))
		_, err := w.worker().Lookup(t.Context(), scopeOf(of.kind), []string{"x-1"})
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), of.kind.Name())
	}
}

// What another account shares is listed, and is no row of this one.
func TestSharedNetworks(t *testing.T) {
	t.Parallel()
	for _, kind := range []*resource.Kind{resource.VPCKind, resource.SubnetKind} {
		of := declaredKinds[slices.IndexFunc(declaredKinds, func(of declared) bool { return of.kind == kind })]
		w := newWorld(t, everything())
		body := fmt.Sprintf(`{%q:"own","OwnerId":%s},{%q:"shared","OwnerId":253460731706911258}`, of.id, accountID, of.id)
		w.Record(of.action, fmt.Appendf(nil, strings.Replace(of.page, "9", "2", 1), body))
		page, err := w.worker().List(t.Context(), scopeOf(of.kind), "")
		require.NoError(t, err)
		require.Len(t, page.Rows, 1)
		require.Equal(t, "own", page.Rows[0].RowMeta().NativeID)
		require.EqualValues(t, 1, page.Others)
		require.Empty(t, page.Next)
	}
}

// What some rows are made of.
func TestSizesAndEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Record("DescribeImages", []byte(`{"Images":{"Image":[{"ImageId":"m-1","Size":40,"DiskDeviceMappings":{"DiskDeviceMapping":[{"Size":"40"},{"Size":"100"}]}},
		{"ImageId":"m-2","Size":"20","OSName":"Anolis"}]},"TotalCount":2}`))
	rows, _ := listAll(t, w.worker(), resource.MachineImageKind)
	require.Equal(t, []resource.Row{&resource.MachineImage{Meta: id("m-1"), SizeGiB: 140}, &resource.MachineImage{Meta: id("m-2"), SizeGiB: 20, OS: "Anolis"}}, rows)

	w.Record("DescribeSnapshots", []byte(`{"Snapshots":{"Snapshot":[{"SnapshotId":"s-1","RetentionDays":-1,"CreationTime":"2024-05-01T22:32:00Z"},
		{"SnapshotId":"s-2","RetentionDays":65536,"CreationTime":"2024-05-01T22:32:00Z"},{"SnapshotId":"s-3","RetentionDays":7},
		{"SnapshotId":"s-4","RetentionDays":"30","CreationTime":"2024-05-01T22:32:00Z"}]}}`))
	rows, _ = listAll(t, w.worker(), resource.SnapshotKind)
	for i, want := range []time.Time{{}, {}, {}, at(time.May, 31)} {
		require.Equal(t, want, rows[i].(*resource.Snapshot).ExpiresAt, i)
	}
}

func TestClustersAsTheCloudWritesThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Record("DescribeClustersV1", []byte(`{"clusters":[{"cluster_id":"c1","cluster_type":"Kubernetes","master_url":"{\"api_server_endpoint\":\"https://47.95.0.3:6443\"}",
		"vswitch_id":"vsw-2,vsw-1","vswitch_ids":["vsw-1"],"created":"2024-06-07T06:32:00+08:00"},
		{"cluster_id":"c2","master_url":"https://10.0.0.1:6443"},{"cluster_id":"c3","state":"deleted"}],"page_info":{"total_count":3}}`))
	page, err := w.worker().List(t.Context(), scopeOf(resource.ClusterKind), "")
	require.NoError(t, err)
	require.Equal(t, []resource.Row{
		&resource.Cluster{Meta: id("c1"), ClusterType: "Kubernetes", Endpoint: "https://47.95.0.3:6443", SubnetIDs: []string{"vsw-1", "vsw-2"}, CloudCreatedAt: at(time.June, 6)},
		&resource.Cluster{Meta: id("c2"), Endpoint: "https://10.0.0.1:6443"},
	}, page.Rows, "a deleted one is no row")
	require.EqualValues(t, 1, page.Others)
}

// Requests for 1,000 resources of a kind, beside what paging allows at least.
func TestRequestsForAThousand(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	region := &fake.Region{Name: beijing}
	for i := range 1000 {
		of := id(fmt.Sprintf("id-%04d", i))
		region.VPCs = append(region.VPCs, resource.VPC{Meta: of})
		region.Subnets = append(region.Subnets, resource.Subnet{Meta: of})
		region.SecurityGroups = append(region.SecurityGroups, fake.SecurityGroup{SecurityGroup: resource.SecurityGroup{Meta: of, VPCID: "vpc-1"}})
		region.PublicIPs = append(region.PublicIPs, resource.PublicIP{Meta: of})
		region.NATGateways = append(region.NATGateways, resource.NATGateway{Meta: of})
		region.Snapshots = append(region.Snapshots, resource.Snapshot{Meta: of})
		region.Images = append(region.Images, resource.MachineImage{Meta: of})
		region.Clusters = append(region.Clusters, resource.Cluster{Meta: of})
	}
	w := newWorld(t, region)
	for kind, least := range map[*resource.Kind]int{
		resource.VPCKind: 20, resource.SubnetKind: 20, resource.SecurityGroupKind: 10 + 1000, resource.PublicIPKind: 10, resource.NATGatewayKind: 20,
		resource.SnapshotKind: 10, resource.MachineImageKind: 10, resource.ClusterKind: 20,
	} {
		client := w.worker()
		_, err := client.Lookup(t.Context(), scopeOf(kind), nil) // enters
		require.NoError(t, err)
		before := len(w.Requests())
		rows, _ := listAll(t, client, kind)
		require.Len(t, rows, 1000)
		require.Equal(t, least, len(w.Requests())-before, kind.Name())
	}
}

func FuzzDeclaredKinds(f *testing.F) {
	worlds := make([]cloud.Provider, len(declaredKinds))
	clouds := make([]*world, len(declaredKinds))
	for i, of := range declaredKinds {
		resources := []string{fmt.Sprintf(`{%q:"good",%s}`, of.id, of.null)}
		for field, value := range of.odd {
			resources = append(resources, fmt.Sprintf(`{%q:"x",%q:%s}`, of.id, field, value))
		}
		f.Add(uint8(i), fmt.Appendf(nil, of.page, strings.Join(resources, ",")))
		f.Add(uint8(i), []byte(`{}`))
		clouds[i] = newWorld(f, everything())
		worlds[i] = clouds[i].worker()
	}
	f.Fuzz(func(t *testing.T, of uint8, body []byte) {
		i := int(of) % len(declaredKinds)
		fuzzed(t, clouds[i], worlds[i], declaredKinds[i].kind, beijing, "", declaredKinds[i].action, body)
	})
}
