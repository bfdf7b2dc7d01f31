package azure

import (
	"cmp"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var diskSnapshots = listed[snapshotProperties]("snapshot_list")

var snapshots = adapter.Listing[*session, snapshot]{
	Kind: resource.SnapshotKind, What: "snapshot", IDField: "properties.uniqueId",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &diskSnapshots,
	Believe: permitted("Microsoft.Compute/snapshots/read"),
	ID:      func(s *snapshot) string { return strings.ToLower(s.Properties.UniqueID) },
	OtherID: (*snapshot).key,
	Row:     snapshotRow,
}

type snapshot = entity[snapshotProperties]

// snapshotProperties are without how far a copy is, and without settings of encryption, which
// can hold URLs of keys.
type snapshotProperties struct {
	UniqueID          string `json:"uniqueId"`
	ProvisioningState string `json:"provisioningState"`
	DiskState         string `json:"diskState"`
	DiskSizeGB        string `json:"diskSizeGB"`
	Incremental       bool   `json:"incremental"`
	TimeCreated       string `json:"timeCreated"`
	CreationData      struct {
		SourceResourceID string `json:"sourceResourceId"`
		SourceUniqueID   string `json:"sourceUniqueId"`
	} `json:"creationData"`
}

func snapshotRow(f *adapter.Fields, s *snapshot) resource.Row {
	p := &s.Properties
	row := &resource.Snapshot{
		Name:           s.Name,
		Status:         cmp.Or(p.DiskState, p.ProvisioningState),
		SnapshotType:   "Full", // the portal's words
		SizeGiB:        f.Whole("diskSizeGB", p.DiskSizeGB),
		Tags:           tagsOf(s.Tags),
		CloudCreatedAt: f.Time("timeCreated", p.TimeCreated, zone),
	}
	if p.Incremental {
		row.SnapshotType = "Incremental"
	}
	// The source may be another snapshot, or a file. A disk that has no unique id is known by
	// its id in ARM.
	if typ, source := ownerOf(p.CreationData.SourceResourceID); typ == "disks" {
		row.DiskNativeID = cmp.Or(strings.ToLower(p.CreationData.SourceUniqueID), source)
	}
	return row
}
