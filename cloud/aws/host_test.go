package aws_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"cloudsync/cloud/adapter"
	"cloudsync/cloud/aws"
	"cloudsync/cloud/aws/awsfake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func twoHosts() []fake.Host {
	return []fake.Host{
		{
			ID: "i-web", Name: "web", Status: "running", Zone: "eu-central-1a", Type: "m5.xlarge", VCPU: 4, MemoryMiB: 16384,
			PrivateIPs: []string{"10.0.0.4", "10.0.0.5", "10.0.1.4"}, PublicIPs: []string{"198.51.100.7", "198.51.100.8"},
			VPC: "vpc-1", Subnet: "subnet-1", Image: "ami-1", OS: "Linux/UNIX", ChargeType: "on-demand",
			Tags: map[string]string{"team": "search", "空": "", "Name": "web"}, Created: utc(1, 2), Volatile: "once",
		},
		{
			ID: "i-metal", Status: "stopped", Zone: "eu-central-1b", Type: "c5.metal", VCPU: 96, MemoryMiB: 196608,
			PrivateIPs: []string{"10.0.0.9"}, VPC: "vpc-1", Subnet: "subnet-2", Image: "ami-2", OS: "Windows", ChargeType: "spot",
			Created: utc(3, 4), Volatile: "once",
		},
	}
}

func fourDisks() []fake.Disk {
	return []fake.Disk{
		{ID: "vol-root", Name: "root", Status: "in-use", Zone: "eu-central-1a", Host: "i-web", Device: "/dev/sda1", System: true, Type: "gp3", SizeGiB: 30, Tags: map[string]string{"team": "search", "Name": "root"}, Created: utc(1, 2)},
		{ID: "vol-data", Status: "in-use", Zone: "eu-central-1a", Host: "i-web", Device: "/dev/sdf", Type: "io2", SizeGiB: 100, Created: utc(2, 2)},
		{ID: "vol-metal", Status: "in-use", Zone: "eu-central-1b", Host: "i-metal", Device: "/dev/xvda", System: true, Type: "standard", SizeGiB: 8, Created: utc(3, 4)},
		{ID: "vol-free", Status: "available", Zone: "eu-central-1a", Type: "st1", SizeGiB: 500, Created: utc(3, 4)},
	}
}

func hostRows() []resource.Row {
	return []resource.Row{
		&resource.Host{
			Meta: resource.Meta{NativeID: "i-web"}, Name: "web", Status: "running", Zone: "eu-central-1a", InstanceType: "m5.xlarge",
			VCPU: 4, MemoryMiB: 16384, DiskGiB: 130,
			PrivateIPs: []string{"10.0.0.4", "10.0.0.5", "10.0.1.4"}, PublicIPs: []string{"198.51.100.7", "198.51.100.8"},
			VPCID: "vpc-1", SubnetID: "subnet-1", ImageID: "ami-1", OS: "Linux/UNIX", ChargeType: "on-demand",
			Tags: map[string]string{"team": "search", "空": "", "Name": "web"}, CloudCreatedAt: utc(1, 2),
		},
		&resource.Host{
			Meta: resource.Meta{NativeID: "i-metal"}, Status: "stopped", Zone: "eu-central-1b", InstanceType: "c5.metal",
			VCPU: 96, MemoryMiB: 196608, DiskGiB: 8, PrivateIPs: []string{"10.0.0.9"},
			VPCID: "vpc-1", SubnetID: "subnet-2", ImageID: "ami-2", OS: "Windows", ChargeType: "spot", CloudCreatedAt: utc(3, 4),
		},
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	client := newClient(t, newCloud(few()))
	first := list(t, client, resource.HostKind)
	requireRows(t, resource.HostKind, hostRows(), first)
	// The server gives lists in another order each time, outer and inner ones (diffsync
	// #25: order alone made every object modified).
	for range 3 {
		require.Equal(t, hashesOf(t, resource.HostKind, first), hashesOf(t, resource.HostKind, list(t, client, resource.HostKind)))
	}
}

// What changes by itself is no modification, and what no inventory keeps is in no row.
func TestHostsWithoutWhatChangesByItself(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	before := list(t, client, resource.HostKind)
	change(c, func(r *fake.Region) {
		r.Hosts = twoHosts()
		for i := range r.Hosts {
			r.Hosts[i].Volatile = "User initiated (2024-06-01 10:00:00 GMT)"
		}
	})
	after := list(t, client, resource.HostKind)
	require.Equal(t, hashesOf(t, resource.HostKind, before), hashesOf(t, resource.HostKind, after))
	require.NotContains(t, fmt.Sprintf("%+v", sealed(t, resource.HostKind, after)), awsfake.Planted)
	require.NotContains(t, fmt.Sprintf("%+v", after[0]), "User initiated")
}

// bk-hcm compared lists by a subset test and missed an IP that was gone.
func TestARemovedAddressIsAModification(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	before := hashesOf(t, resource.HostKind, list(t, client, resource.HostKind))
	for name, remove := range map[string]func(*fake.Host){
		"public":  func(h *fake.Host) { h.PublicIPs = h.PublicIPs[:1] },
		"private": func(h *fake.Host) { h.PrivateIPs = h.PrivateIPs[:2] },
	} {
		change(c, func(r *fake.Region) {
			r.Hosts = twoHosts()
			remove(&r.Hosts[0])
		})
		after := hashesOf(t, resource.HostKind, list(t, client, resource.HostKind))
		require.NotEqual(t, before["i-web"], after["i-web"], name)
		require.Equal(t, before["i-metal"], after["i-metal"], name)
	}
}

// More than 1,000 machines in a region came out as 1,000 (cloudpods #22974). The
// tables that a page is joined with are asked for per page and in chunks, never per
// host.
func TestHostsOverManyPages(t *testing.T) {
	t.Parallel()
	const hosts = 2345
	c := newCloud(manyHosts(hosts))
	rows := list(t, newClient(t, c), resource.HostKind)
	require.Len(t, sealed(t, resource.HostKind, rows), hosts)
	for _, row := range rows {
		require.Equal(t, int64(8), row.(*resource.Host).DiskGiB)
	}
	require.Equal(t, 3, sent(c, "DescribeInstances"))
	require.Equal(t, 5, sent(c, "DescribeVolumes"), "a list of 500 in a call")
	require.Equal(t, 1, sent(c, "DescribeInstanceTypes"), "a type is asked for once")
	require.Equal(t, 1, sent(c, "GetCallerIdentity"))
}

// A type that AWS does not describe was asked for at each page of each run.
func TestAnUndescribedTypeIsAskedForOnce(t *testing.T) {
	t.Parallel()
	of := manyHosts(10)
	for i := range of.Hosts {
		of.Hosts[i].Type, of.Hosts[i].MemoryMiB = "retired.large", 0
	}
	c := newCloud(of)
	c.PageSize = 5
	client := newClient(t, c)
	for range 3 {
		require.Len(t, list(t, client, resource.HostKind), 10)
	}
	require.Equal(t, 1, sent(c, "DescribeInstanceTypes"))
}

// Another worker goes on at the cursor.
func TestListingsAreResumed(t *testing.T) {
	t.Parallel()
	for _, of := range kinds {
		c := newCloud(few())
		c.PageSize = 1
		settings := settingsOf(t, c)
		page, err := aws.Adapter().New(settings).List(t.Context(), scopeOf(of.kind), "")
		require.NoError(t, err)
		require.Len(t, page.Rows, 1)
		rows := page.Rows
		for page.Next != "" {
			page, err = aws.Adapter().New(settings).List(t.Context(), scopeOf(of.kind), page.Next)
			require.NoError(t, err)
			rows = append(rows, page.Rows...)
		}
		whole := list(t, newClient(t, newCloud(few())), of.kind)
		require.Equal(t, hashesOf(t, of.kind, whole), hashesOf(t, of.kind, rows), of.kind.Name())
	}
}

// A terminated instance stays listed for about an hour. It is gone.
func TestTerminatedHostsAreGone(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	change(c, func(r *fake.Region) {
		r.Hosts = twoHosts()
		r.Hosts[1].Status = "terminated"
	})
	requireRows(t, resource.HostKind, hostRows()[:1], list(t, client, resource.HostKind))
	found, err := client.Lookup(t.Context(), scopeOf(resource.HostKind), []string{"i-web", "i-metal"})
	require.NoError(t, err)
	require.Equal(t, []string{"i-web"}, found)
	change(c, func(r *fake.Region) {
		r.Hosts = twoHosts()
		r.Hosts[1].Status = "shutting-down"
	})
	require.Len(t, list(t, client, resource.HostKind), 2, "it is not gone yet")
}

func TestAnEmptyRegion(t *testing.T) {
	t.Parallel()
	client := newClient(t, newCloud(&fake.Region{Name: region}))
	for _, of := range kinds {
		require.Empty(t, list(t, client, of.kind))
	}
}

// An empty page is not the last one (EC2 gives such pages).
func TestAPageOfTerminatedHosts(t *testing.T) {
	t.Parallel()
	c := newCloud(manyHosts(10))
	c.PageSize = 5
	change(c, func(r *fake.Region) {
		hosts := slices.Clone(r.Hosts)
		for i := range 5 {
			hosts[i].Status = "terminated"
		}
		r.Hosts = hosts
	})
	client := newClient(t, c)
	page, err := client.List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	require.Empty(t, page.Rows)
	require.NotEmpty(t, page.Next)
	require.Len(t, list(t, client, resource.HostKind), 5)
}

func TestHostLookup(t *testing.T) {
	t.Parallel()
	c := newCloud(manyHosts(300))
	c.PageSize = 50
	client := newClient(t, c)
	limit := client.LookupLimit(resource.HostKind.Name())
	require.Equal(t, 200, limit)
	all := make([]string, limit)
	for i := range all {
		all[i] = fmt.Sprintf("i-%06d", i)
	}
	for name, test := range map[string]struct{ asked, want []string }{
		"existing":         {[]string{"i-000001"}, []string{"i-000001"}},
		"absent":           {[]string{"i-gone"}, nil},
		"mixed":            {[]string{"i-gone", "i-000002", "i-000001"}, []string{"i-000002", "i-000001"}},
		"the limit":        {all, all},
		"a wildcard":       {[]string{"i-*", "i-00000?", "*", `i-\*`}, nil},
		"of another form":  {[]string{"vol-i-000001", "", "11111111-2222", "i 1\n"}, nil},
		"nothing":          {nil, nil},
		"in another case":  {[]string{"I-000001"}, nil},
		"asked for doubly": {[]string{"i-000001", "i-000001"}, []string{"i-000001", "i-000001"}},
	} {
		found, err := client.Lookup(t.Context(), scopeOf(resource.HostKind), test.asked)
		require.NoError(t, err, name)
		require.Equal(t, test.want, found, name)
	}
}

func TestHostRow(t *testing.T) {
	t.Parallel()
	at := func(hour int) *time.Time { moment := utc(hour, 0).In(time.FixedZone("", 7200)); return &moment }
	ip := awssdk.String
	for name, test := range map[string]struct {
		instance ec2types.Instance
		size     aws.Size
		want     resource.Host
	}{
		"nothing known": {want: resource.Host{ChargeType: "on-demand"}},
		"lists that are empty": {
			instance: ec2types.Instance{Tags: []ec2types.Tag{}, NetworkInterfaces: []ec2types.InstanceNetworkInterface{}},
			want:     resource.Host{ChargeType: "on-demand"},
		},
		"no interfaces": {
			instance: ec2types.Instance{PrivateIpAddress: ip("10.0.0.1"), PublicIpAddress: ip("198.51.100.1")},
			want:     resource.Host{PrivateIPs: []string{"10.0.0.1"}, PublicIPs: []string{"198.51.100.1"}, ChargeType: "on-demand"},
		},
		"IPv6 alone": {
			instance: ec2types.Instance{NetworkInterfaces: []ec2types.InstanceNetworkInterface{{Ipv6Addresses: []ec2types.InstanceIpv6Address{{Ipv6Address: ip("2001:DB8::0:7")}}}}},
			want:     resource.Host{PrivateIPs: []string{"2001:db8::7"}, ChargeType: "on-demand"},
		},
		"IPv6 beside IPv4, in two interfaces": {
			instance: ec2types.Instance{Ipv6Address: ip("2001:db8::7"), NetworkInterfaces: []ec2types.InstanceNetworkInterface{
				{PrivateIpAddress: ip("10.0.0.9"), Ipv6Addresses: []ec2types.InstanceIpv6Address{{Ipv6Address: ip("2001:db8::7")}, {}}},
				{PrivateIpAddress: ip("10.0.0.10"), Ipv6Addresses: []ec2types.InstanceIpv6Address{{Ipv6Address: ip("2001:db8:0:0::7")}}},
			}},
			want: resource.Host{PrivateIPs: []string{"10.0.0.10", "10.0.0.9", "2001:db8::7"}, ChargeType: "on-demand"},
		},
		"only the last start is known": {
			instance: ec2types.Instance{LaunchTime: at(5)},
			want:     resource.Host{ChargeType: "on-demand"},
		},
		"the oldest attachment": {
			instance: ec2types.Instance{
				LaunchTime:          at(1),
				BlockDeviceMappings: []ec2types.InstanceBlockDeviceMapping{{}, {Ebs: &ec2types.EbsInstanceBlockDevice{AttachTime: at(4)}}},
				NetworkInterfaces:   []ec2types.InstanceNetworkInterface{{Attachment: &ec2types.InstanceNetworkInterfaceAttachment{AttachTime: at(3)}}, {}},
			},
			want: resource.Host{ChargeType: "on-demand", CloudCreatedAt: utc(3, 0)},
		},
		"CPU options come before the type": {
			instance: ec2types.Instance{CpuOptions: &ec2types.CpuOptions{CoreCount: awssdk.Int32(3), ThreadsPerCore: awssdk.Int32(1)}},
			size:     aws.Size{VCPU: 8, MemoryMiB: 1024},
			want:     resource.Host{ChargeType: "on-demand", VCPU: 3, MemoryMiB: 1024},
		},
		"words that are not known": {
			instance: ec2types.Instance{
				InstanceLifecycle: "capacity-block", Platform: "windows", InstanceType: "q1.new",
				State: &ec2types.InstanceState{Name: "hibernating"},
			},
			want: resource.Host{ChargeType: "capacity-block", OS: "windows", InstanceType: "q1.new", Status: "hibernating"},
		},
	} {
		f := adapter.NewFields("instance", "i-1")
		got := aws.HostRow(f, test.instance, test.size, aws.Disks{})
		require.Empty(t, f.Problem(), name)
		test.want.NativeID = "i-1"
		got.NativeID = "i-1"
		require.NoError(t, resource.HostKind.Seal(got, scopeOf(resource.HostKind), 7), name)
		require.NoError(t, resource.HostKind.Seal(&test.want, scopeOf(resource.HostKind), 7), name)
		require.Equal(t, &test.want, got, name)
	}
}

func TestHostRowRefusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	for want, options := range map[string][2]int32{
		`cpuOptions.coreCount makes no sense: "-2"`:      {-2, 1},
		`cpuOptions.threadsPerCore makes no sense: "-1"`: {2, -1},
	} {
		f := adapter.NewFields("instance", "i-1")
		aws.HostRow(f, ec2types.Instance{CpuOptions: &ec2types.CpuOptions{CoreCount: &options[0], ThreadsPerCore: &options[1]}}, aws.Size{}, aws.Disks{})
		require.Equal(t, `instance "i-1": `+want, f.Problem())
	}
}

func TestSizeOf(t *testing.T) {
	t.Parallel()
	require.Zero(t, aws.SizeOf(ec2types.InstanceTypeInfo{InstanceType: "m5.large"}))
	size := aws.SizeOf(ec2types.InstanceTypeInfo{InstanceType: "m5.large", VCpuInfo: &ec2types.VCpuInfo{DefaultVCpus: awssdk.Int32(-4)}})
	require.Equal(t, `instance type "m5.large": vCpuInfo.defaultVCpus makes no sense: "-4"`, size.Problem)
	size = aws.SizeOf(ec2types.InstanceTypeInfo{InstanceType: "m5.large", MemoryInfo: &ec2types.MemoryInfo{SizeInMiB: awssdk.Int64(-64)}})
	require.Equal(t, `instance type "m5.large": memoryInfo.sizeInMiB makes no sense: "-64"`, size.Problem)
}

// A size that made no sense is not kept: the next attempt asks again.
func TestASizeThatMakesNoSenseIsNotKept(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	c.Break(fake.Fault{Action: "DescribeInstanceTypes", Times: 1, Body: `<DescribeInstanceTypesResponse><instanceTypeSet><item><instanceType>m5.xlarge</instanceType><memoryInfo><sizeInMiB>-1</sizeInMiB></memoryInfo></item>
		<item><instanceType>c5.metal</instanceType><vCpuInfo><defaultVCpus>96</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>196608</sizeInMiB></memoryInfo></item></instanceTypeSet></DescribeInstanceTypesResponse>`})
	page, err := client.List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	require.Len(t, page.Problems, 1)
	require.Len(t, page.Rows, 1)
	requireRows(t, resource.HostKind, hostRows(), list(t, client, resource.HostKind))
}

// A type that AWS has retired has no size; the instance is there all the same.
func TestATypeThatIsNotDescribed(t *testing.T) {
	t.Parallel()
	of := few()
	of.Hosts[1].MemoryMiB = 0 // the server describes no type without memory
	rows := sealed(t, resource.HostKind, list(t, newClient(t, newCloud(of)), resource.HostKind))
	require.Zero(t, rows["i-metal"].(*resource.Host).MemoryMiB)
	require.Zero(t, rows["i-metal"].(*resource.Host).VCPU)
	require.Equal(t, int64(16384), rows["i-web"].(*resource.Host).MemoryMiB)
}
