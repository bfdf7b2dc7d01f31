package huawei

import (
	evs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/evs/v2"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// snapshotsPerPage is as many as the API gives where it is asked for no number.
const snapshotsPerPage = 1000

// snapshots are those of volumes. Backups are of another product.
var snapshots = adapter.Listing[*session, snapshot]{
	Kind: resource.SnapshotKind, What: "snapshot",
	Action: "ListSnapshots", Path: "snapshots", IDField: "id",
	Pages: adapter.Offsets(snapshotsPerPage), IDs: adapter.Together(maxMarkedIDs).If(isID).Uncounted(),
	Ask: ask[snapshot](evsProduct, "count", evs.GenReqDefForListSnapshots, counted),
	Row: snapshotRow,
}

// snapshot is the part of a snapshot that is kept. How far it has come is left out.
type snapshot struct {
	ID, Name, Status string
	VolumeID         string `json:"volume_id"`
	Size             string // GiB
	Created          string `json:"created_at"`
}

func snapshotRow(f *adapter.Fields, s *snapshot) resource.Row {
	return &resource.Snapshot{
		Name:           s.Name,
		Status:         s.Status,
		DiskNativeID:   s.VolumeID,
		SizeGiB:        f.Whole("size", s.Size),
		CloudCreatedAt: f.Time("created_at", s.Created, utc),
	}
}
