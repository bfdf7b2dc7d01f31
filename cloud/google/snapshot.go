package google

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var globalSnapshots = inProject(snapshotList, func(s *snapshot) string { return s.SelfLink })

// snapshots are the global ones, and those of each region, which no list of all regions has.
var snapshots = adapter.Several{
	listed(resource.SnapshotKind, "snapshot", "id", &globalSnapshots, (*snapshot).id, snapshotRow),
	&adapter.Listing[*session, snapshot]{
		Kind: resource.SnapshotKind, What: "snapshot", Action: regionSnapshots, Path: questions[regionSnapshots].list, IDField: "id",
		Pages: adapter.Tokens(questions[regionSnapshots].limit), IDs: adapter.Together(maxIDs),
		Ask: relisted((*snapshot).id), ID: (*snapshot).id, Row: snapshotRow,
		Region: func(s *snapshot) string { return regionOf(s.SelfLink) },
	},
}

// snapshot is that of a disk. How many bytes it takes moves by itself.
type snapshot struct {
	ID, Name, SelfLink, CreationTimestamp string
	Status, SnapshotType                  string // the latter STANDARD or ARCHIVE
	SourceDiskID, DiskSizeGb              string
	Labels                                map[string]string
}

func (s *snapshot) id() string { return s.ID }

func snapshotRow(f *adapter.Fields, s *snapshot) resource.Row {
	return &resource.Snapshot{
		Name:           s.Name,
		Status:         s.Status,
		SnapshotType:   s.SnapshotType,
		DiskNativeID:   s.SourceDiskID,
		SizeGiB:        f.Whole("diskSizeGb", s.DiskSizeGb),
		Tags:           tagsOf(s.Labels),
		CloudCreatedAt: f.Time("creationTimestamp", s.CreationTimestamp, zone),
	}
}
