package aws

import (
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// snapshots are those of EBS volumes that the account owns. Those in the Recycle Bin have
// another list.
var snapshots = adapter.Listing[*session, snapshot]{
	Kind: resource.SnapshotKind, What: "snapshot",
	Action: "DescribeSnapshots", Path: "snapshotSet.item", IDField: "snapshotId",
	Pages: adapter.Tokens(maxListed), IDs: adapter.Together(maxFilterValues),
	Ask: ask[snapshot]("nextToken", describeSnapshots),
	Row: snapshotRow,
}

// snapshot is the part of an EBS snapshot that is kept.
type snapshot struct {
	ID      string `json:"snapshotId"`
	State   string `json:"status"`
	Tier    string `json:"storageTier"`
	Volume  string `json:"volumeId"`
	Size    string `json:"volumeSize"` // GiB
	Started string `json:"startTime"`
	Tags    []tag  `json:"tagSet"`
}

// noVolume is the volume of a snapshot that was copied: AWS says that it is arbitrary, and
// writes this one (? the id itself is not documented).
const noVolume = "vol-ffffffff"

func snapshotRow(f *adapter.Fields, s *snapshot) resource.Row {
	tags := adapter.TagsOf(s.Tags)
	row := &resource.Snapshot{
		Name:           tags["Name"],
		Status:         s.State,
		SnapshotType:   s.Tier,
		DiskNativeID:   s.Volume,
		SizeGiB:        f.Whole("volumeSize", s.Size),
		Tags:           tags,
		CloudCreatedAt: f.Time("startTime", s.Started, time.UTC),
	}
	if row.DiskNativeID == noVolume {
		row.DiskNativeID = ""
	}
	return row
}
