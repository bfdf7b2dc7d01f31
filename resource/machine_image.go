package resource

import "time"

// MachineImageKind is the kind of the account's own images of machines.
var MachineImageKind = Define[MachineImage]("resource_image", 1)

// MachineImage is one image that hosts can be made of, and that the account owns.
type MachineImage struct {
	Meta
	Name           string            `bun:"name" field:"max=256,cut"`
	Status         string            `bun:"status" field:"max=64,cut"` // the provider's own word
	OS             string            `bun:"os" field:"max=255,cut"`
	Architecture   string            `bun:"architecture" field:"max=32,cut"` // such as x86_64 or arm64
	SizeGiB        int64             `bun:"size_gib,nullzero"`               // of its disks together
	Tags           map[string]string `bun:"tags,nullzero"`
	STreeGroup     string            `bun:"stree_group" field:"max=256,cut"`
	STreeProduct   string            `bun:"stree_product" field:"max=256,cut"`
	STreeApp       string            `bun:"stree_app" field:"max=256,cut"`
	CloudCreatedAt time.Time         `bun:"cloud_created_at,nullzero"`
	ExpiresAt      time.Time         `bun:"expires_at,nullzero"`
}
