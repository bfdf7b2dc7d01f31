package resource

import "time"

// SnapshotKind is the kind of snapshots of disks.
var SnapshotKind = Define[Snapshot]("resource_snapshot", 1)

// Snapshot is one snapshot of a disk.
type Snapshot struct {
	Meta
	Name           string            `bun:"name" field:"max=256,cut"`
	Status         string            `bun:"status" field:"max=64,cut"`         // the provider's own word
	SnapshotType   string            `bun:"snapshot_type" field:"max=128,cut"` // by whom or how it was made
	DiskNativeID   string            `bun:"disk_native_id" field:"max=512,cut"`
	SizeGiB        int64             `bun:"size_gib,nullzero"` // of the disk
	Tags           map[string]string `bun:"tags,nullzero"`
	STreeGroup     string            `bun:"stree_group" field:"max=256,cut"`
	STreeProduct   string            `bun:"stree_product" field:"max=256,cut"`
	STreeApp       string            `bun:"stree_app" field:"max=256,cut"`
	CloudCreatedAt time.Time         `bun:"cloud_created_at,nullzero"`
	ExpiresAt      time.Time         `bun:"expires_at,nullzero"`
}
