package tencent

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// snapshots are those of CBS disks (https://cloud.tencent.com/document/api/362/15647). Those
// that other accounts share are theirs.
var snapshots = adapter.Listing[*Session, snapshot]{
	Kind: resource.SnapshotKind, What: "snapshot",
	Action: "DescribeSnapshots", Path: "SnapshotSet", IDField: "SnapshotId",
	Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxIDs),
	Ask:  Ask[snapshot](cbs, "SnapshotIds", having("snapshot-type", "PRIVATE_SNAPSHOT")),
	Row:  snapshotRow,
	Gone: func(s *snapshot) (bool, error) { return s.SnapshotType == "SHARED_SNAPSHOT", nil },
}

// snapshot is the part of a snapshot that is kept. What changes by itself is left out: Percent,
// ImageCount, ShareReference, LatestModifyTime.
type snapshot struct {
	SnapshotID, SnapshotName string
	SnapshotState            string
	SnapshotType             string // whose it is
	AutoSnapshotPolicyID     string // of one that a policy made
	DiskID, DiskSize         string // GiB
	IsPermanent              bool
	Tags                     []adapter.Tag
	CreateTime, DeadlineTime string
}

func snapshotRow(f *adapter.Fields, s *snapshot) resource.Row {
	madeBy := "user"
	if s.AutoSnapshotPolicyID != "" {
		madeBy = "auto"
	}
	row := &resource.Snapshot{
		Name:           s.SnapshotName,
		Status:         s.SnapshotState,
		SnapshotType:   madeBy,
		DiskNativeID:   s.DiskID,
		SizeGiB:        f.Whole("DiskSize", s.DiskSize),
		Tags:           adapter.TagsOf(s.Tags),
		CloudCreatedAt: f.Time("CreateTime", s.CreateTime, beijing),
	}
	// A permanent one may have a time too, which means nothing: so the documentation's example.
	if expires := f.Expiry("DeadlineTime", s.DeadlineTime, beijing); !s.IsPermanent {
		row.ExpiresAt = expires
	}
	return row
}
