package resource

import "time"

// BucketKind is the kind of buckets of object stores; at Azure, of storage accounts.
var BucketKind = Define[Bucket]("resource_bucket", 1)

// Bucket is one bucket of an object store. Its name is its id, which the cloud may give again.
type Bucket struct {
	Meta
	Name           string            `bun:"name" field:"max=256,cut"`
	Status         string            `bun:"status" field:"max=64,cut"`        // the provider's own word
	BucketType     string            `bun:"bucket_type" field:"max=128,cut"`  // what it may hold, or its redundancy
	StorageClass   string            `bun:"storage_class" field:"max=64,cut"` // of new objects
	Endpoint       string            `bun:"endpoint" field:"max=255,cut"`
	Tags           map[string]string `bun:"tags,nullzero"`
	STreeGroup     string            `bun:"stree_group" field:"max=256,cut"`
	STreeProduct   string            `bun:"stree_product" field:"max=256,cut"`
	STreeApp       string            `bun:"stree_app" field:"max=256,cut"`
	CloudCreatedAt time.Time         `bun:"cloud_created_at,nullzero"`
}
