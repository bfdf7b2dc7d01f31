package resource

import "time"

// DiskKind is the kind of block storage volumes.
var DiskKind = Define[Disk]("resource_disk", 2)

// Disk is one block storage volume. It belongs to the host whose native id it
// carries, or to none.
type Disk struct {
	Meta
	Name           string            `bun:"name" field:"max=256,cut"`
	Status         string            `bun:"status" field:"max=64,cut"` // the provider's own word
	Zone           string            `bun:"zone" field:"max=128,cut"`
	HostNativeID   string            `bun:"host_native_id" field:"max=512,cut"`
	DiskType       string            `bun:"disk_type" field:"max=128,cut"`
	Role           string            `bun:"role" field:"max=16,cut"` // system or data
	Device         string            `bun:"device" field:"max=128,cut"`
	SizeGiB        int64             `bun:"size_gib,nullzero"`
	ChargeType     string            `bun:"charge_type" field:"max=64,cut"`
	Tags           map[string]string `bun:"tags,nullzero"`
	STreeGroup     string            `bun:"stree_group" field:"max=256,cut,since=2"`
	STreeProduct   string            `bun:"stree_product" field:"max=256,cut,since=2"`
	STreeApp       string            `bun:"stree_app" field:"max=256,cut,since=2"`
	CloudCreatedAt time.Time         `bun:"cloud_created_at,nullzero"`
	ExpiresAt      time.Time         `bun:"expires_at,nullzero"`
}
