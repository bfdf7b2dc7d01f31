package aws_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
	"cloudsync/shorttest"
)

func TestDisks(t *testing.T) {
	t.Parallel()
	client := newClient(t, newCloud(few()))
	first := list(t, client, resource.DiskKind)
	requireRows(t, resource.DiskKind, []resource.Row{
		&resource.Disk{
			Meta: resource.Meta{NativeID: "vol-root"}, Name: "root", Status: "in-use", Zone: "eu-central-1a", HostNativeID: "i-web",
			DiskType: "gp3", Role: "system", Device: "/dev/sda1", SizeGiB: 30,
			Tags: map[string]string{"team": "search", "Name": "root"}, CloudCreatedAt: utc(1, 2),
		},
		&resource.Disk{
			Meta: resource.Meta{NativeID: "vol-data"}, Status: "in-use", Zone: "eu-central-1a", HostNativeID: "i-web",
			DiskType: "io2", Role: "data", Device: "/dev/sdf", SizeGiB: 100, CloudCreatedAt: utc(2, 2),
		},
		&resource.Disk{
			Meta: resource.Meta{NativeID: "vol-metal"}, Status: "in-use", Zone: "eu-central-1b", HostNativeID: "i-metal",
			DiskType: "standard", Role: "system", Device: "/dev/xvda", SizeGiB: 8, CloudCreatedAt: utc(3, 4),
		},
		&resource.Disk{
			Meta: resource.Meta{NativeID: "vol-free"}, Status: "available", Zone: "eu-central-1a",
			DiskType: "st1", Role: "data", SizeGiB: 500, CloudCreatedAt: utc(3, 4),
		},
	}, first)
	for range 3 {
		require.Equal(t, hashesOf(t, resource.DiskKind, first), hashesOf(t, resource.DiskKind, list(t, client, resource.DiskKind)))
	}
}

func TestDisksOverManyPages(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	const disks = 1234
	c := newCloud(manyHosts(disks))
	rows := list(t, newClient(t, c), resource.DiskKind)
	require.Len(t, sealed(t, resource.DiskKind, rows), disks)
	for _, row := range rows {
		require.Equal(t, "system", row.(*resource.Disk).Role)
	}
	require.Equal(t, 3, sent(c, "DescribeVolumes"))
	require.Equal(t, 2, sent(c, "DescribeInstances"), "a list of 1,000 in a call")

	// Where one call does, the instances are asked for by their ids.
	c = newCloud(manyHosts(200))
	require.Len(t, list(t, newClient(t, c), resource.DiskKind), 200)
	require.Equal(t, [2]int{1, 1}, [2]int{sent(c, "DescribeVolumes"), sent(c, "DescribeInstances")})
}

// Each page of volumes was followed by three calls by id: 32 for these, 160 for 20,000.
func TestCallsForManyDisks(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	of := manyHosts(2000)
	for i, host := range of.Hosts {
		of.Disks = append(of.Disks, fake.Disk{ID: fmt.Sprintf("vol-data-%d", i), Host: host.ID, Device: "/dev/sdf", SizeGiB: 1})
	}
	c := newCloud(of)
	require.Len(t, list(t, newClient(t, c), resource.DiskKind), 4000)
	require.Equal(t, [2]int{8, 2}, [2]int{sent(c, "DescribeVolumes"), sent(c, "DescribeInstances")})
}

// An instance that came after the list of instances is asked for by its id.
func TestDisksOfANewHost(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	c := newCloud(manyHosts(700))
	client := newClient(t, c)
	first, err := client.List(t.Context(), scopeOf(resource.DiskKind), "")
	require.NoError(t, err)
	change(c, func(r *fake.Region) {
		host := r.Hosts[0]
		host.ID = "i-new"
		disk := r.Disks[0]
		disk.ID, disk.Host = "vol-new", "i-new"
		r.Hosts, r.Disks = append(r.Hosts, host), append(r.Disks, disk)
	})
	second, err := client.List(t.Context(), scopeOf(resource.DiskKind), first.Next)
	require.NoError(t, err)
	require.Len(t, second.Rows, 201)
	for _, row := range second.Rows {
		require.Equal(t, "system", row.(*resource.Disk).Role, row.RowMeta().NativeID)
	}
	require.Equal(t, 2, sent(c, "DescribeInstances"))
}

func TestDiskLookup(t *testing.T) {
	t.Parallel()
	client := newClient(t, newCloud(few()))
	for name, test := range map[string]struct{ asked, want []string }{
		"existing":        {[]string{"vol-free"}, []string{"vol-free"}},
		"absent":          {[]string{"vol-gone"}, nil},
		"mixed":           {[]string{"vol-gone", "vol-root"}, []string{"vol-root"}},
		"of another form": {[]string{"i-web", "*", ""}, nil},
	} {
		found, err := client.Lookup(t.Context(), scopeOf(resource.DiskKind), test.asked)
		require.NoError(t, err, name)
		require.ElementsMatch(t, test.want, found, name)
	}
}

// A volume that several instances share has the same row whatever their order.
func TestDiskRowOfASharedVolume(t *testing.T) {
	t.Parallel()
	const (
		a       = "<item><instanceId>i-a</instanceId><device>/dev/sdf</device></item>"
		b       = "<item><instanceId>i-b</instanceId><device>/dev/sda1</device></item>"
		gone    = "<item><instanceId>i-0</instanceId><device>/dev/sdf</device><status>detached</status></item>"
		service = "<item><associatedResource>arn:aws:ecs:eu-central-1:1:task/1</associatedResource></item>"
		first   = "<volumeId>vol-1</volumeId><size>5</size><attachmentSet>" + a + b + gone + service + "</attachmentSet>"
		second  = "<volumeId>vol-1</volumeId><size>5</size><attachmentSet>" + service + gone + b + a + "</attachmentSet>"
		both    = `<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-a</instanceId></item>
			<item><instanceId>i-b</instanceId><rootDeviceName>/dev/sda1</rootDeviceName></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`
	)
	for _, volume := range []string{first, second} {
		c := newCloud(few())
		c.Record("DescribeInstances", []byte(both))
		page := recorded(t, c, resource.DiskKind, "DescribeVolumes", volumesXML(volume))
		require.Empty(t, page.Problems)
		requireRows(t, resource.DiskKind, []resource.Row{
			&resource.Disk{Meta: resource.Meta{NativeID: "vol-1"}, HostNativeID: "i-a", Device: "/dev/sdf", Role: "data", SizeGiB: 5},
		}, page.Rows)
	}
	c := newCloud(few())
	c.Record("DescribeInstances", []byte(both))
	page := recorded(t, c, resource.HostKind, "DescribeVolumes", volumesXML(first+"</item><item>"+second))
	require.Len(t, page.Rows, 2)
	for _, row := range page.Rows {
		require.EqualValues(t, 5, row.(*resource.Host).DiskGiB, "once for each, however often it is listed")
	}
}

func TestDiskRowOfADeletedVolume(t *testing.T) {
	t.Parallel()
	of := few()
	of.Disks[3].Status = "deleted"
	client := newClient(t, newCloud(of))
	require.Len(t, list(t, client, resource.DiskKind), 3)
	found, err := client.Lookup(t.Context(), scopeOf(resource.DiskKind), []string{"vol-free", "vol-root"})
	require.NoError(t, err)
	require.Equal(t, []string{"vol-root"}, found)
}
