package alibaba

import (
	"strings"
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// snapshots are those of ECS's disks
// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describesnapshots).
var snapshots = adapter.Listing[*session, snapshot]{
	Kind: resource.SnapshotKind, What: "snapshot",
	Action: "DescribeSnapshots", Path: "Snapshots.Snapshot", IDField: "SnapshotId",
	Pages: adapter.Tokens(maxPage), IDs: adapter.Together(maxECSIDs),
	Ask:    ask[snapshot](ecs, byToken("SnapshotIds", asArray)),
	Row:    snapshotRow,
	Region: func(s *snapshot) string { return regionOf(s.RegionID) },
	Empty:  provenByDryRun(ecs, "DescribeSnapshots"),
}

// snapshot is the part of a snapshot that is kept. Progress, RemainTime and LastModifiedTime
// change by themselves.
type snapshot struct {
	SnapshotID     string `json:"SnapshotId"`
	SnapshotName   string
	Status         string
	RegionID       string `json:"RegionId"`
	SnapshotType   string // auto, user …
	SourceDiskID   string `json:"SourceDiskId"`
	SourceDiskSize string // GiB
	RetentionDays  string // since it was made; none, and -1: for good
	CreationTime   string
	Tags           tagList
}

func snapshotRow(f *adapter.Fields, s *snapshot) resource.Row {
	created := f.Time("CreationTime", s.CreationTime, utc)
	return &resource.Snapshot{
		Name:           s.SnapshotName,
		Status:         s.Status,
		SnapshotType:   s.SnapshotType,
		DiskNativeID:   s.SourceDiskID,
		SizeGiB:        f.Whole("SourceDiskSize", s.SourceDiskSize),
		Tags:           adapter.TagsOf(s.Tags.Tag),
		CloudCreatedAt: created,
		ExpiresAt:      s.end(f, created),
	}
}

// end is when the snapshot is deleted; days that reach into years without expiry are none.
func (s *snapshot) end(f *adapter.Fields, created time.Time) time.Time {
	days := f.Whole("RetentionDays", strings.TrimPrefix(s.RetentionDays, "-1"))
	if days == 0 || created.IsZero() {
		return time.Time{}
	}
	return f.Expiry("RetentionDays", created.AddDate(0, 0, int(days)).Format(time.RFC3339), utc)
}
