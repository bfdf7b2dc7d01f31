package aws_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

func someSnapshots() []resource.Snapshot {
	return []resource.Snapshot{
		{
			Meta: resource.Meta{NativeID: "snap-1"}, Name: "nightly", Status: "completed", SnapshotType: "standard", DiskNativeID: "vol-data", SizeGiB: 100,
			Tags: map[string]string{"Name": "nightly", "team": "search"}, CloudCreatedAt: utc(1, 2),
		},
		{Meta: resource.Meta{NativeID: "snap-2"}, Status: "pending", SnapshotType: "archive", DiskNativeID: "vol-gone", SizeGiB: 8, CloudCreatedAt: utc(2, 3)},
	}
}

func someImages() []resource.MachineImage {
	return []resource.MachineImage{
		{
			Meta: resource.Meta{NativeID: "ami-1"}, Name: "golden", Status: "available", OS: "Linux/UNIX", Architecture: "arm64", SizeGiB: 30,
			Tags: map[string]string{"Name": "another", "team": "search"}, CloudCreatedAt: utc(1, 2),
		},
		{Meta: resource.Meta{NativeID: "ami-2"}, Name: "old", Status: "disabled", OS: "Windows", Architecture: "x86_64", CloudCreatedAt: utc(2, 3)},
	}
}

// The volume of a copy means nothing.
func TestACopiedSnapshot(t *testing.T) {
	t.Parallel()
	page := recorded(t, newCloud(few()), resource.SnapshotKind, "DescribeSnapshots", listXML("DescribeSnapshots", "snapshotSet",
		"<snapshotId>snap-1</snapshotId><volumeId>vol-ffffffff</volumeId><restoreExpiryTime>2024-03-05T01:02:00Z</restoreExpiryTime>"))
	require.Empty(t, page.Problems)
	requireRows(t, resource.SnapshotKind, []resource.Row{&resource.Snapshot{Meta: resource.Meta{NativeID: "snap-1"}}}, page.Rows)
}

// A deregistered image stays listed for a while. It is gone.
func TestADeregisteredImage(t *testing.T) {
	t.Parallel()
	of := few()
	of.Images[0].Status = "deregistered"
	client := newClient(t, newCloud(of))
	requireRows(t, resource.MachineImageKind, rowsOf(someImages()[1:]), list(t, client, resource.MachineImageKind))
	found, err := client.Lookup(t.Context(), scopeOf(resource.MachineImageKind), []string{"ami-1", "ami-2"})
	require.NoError(t, err)
	require.Equal(t, []string{"ami-2"}, found)
}

// A deprecated image can be used all the same.
func TestADeprecatedImage(t *testing.T) {
	t.Parallel()
	page := recorded(t, newCloud(few()), resource.MachineImageKind, "DescribeImages", listXML("DescribeImages", "imagesSet",
		"<imageId>ami-1</imageId><platform>windows</platform><deprecationTime>2024-03-05T01:02:00Z</deprecationTime>"))
	require.Empty(t, page.Problems)
	requireRows(t, resource.MachineImageKind, []resource.Row{&resource.MachineImage{Meta: resource.Meta{NativeID: "ami-1"}, OS: "windows"}}, page.Rows)
}
