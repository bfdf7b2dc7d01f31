package resource

import "time"

// DatabaseKind is the kind of managed relational databases.
var DatabaseKind = Define[Database]("resource_database", 2)

// Database is one instance of a managed relational database.
type Database struct {
	Meta
	Name           string            `bun:"name" field:"max=256,cut"`
	Status         string            `bun:"status" field:"max=64,cut"` // the provider's own word
	Zone           string            `bun:"zone" field:"max=128,cut"`
	Engine         string            `bun:"engine" field:"max=64,cut"` // mysql, postgresql …: the same word at all clouds
	EngineVersion  string            `bun:"engine_version" field:"max=64,cut"`
	InstanceType   string            `bun:"instance_type" field:"max=128,cut"`
	VCPU           int64             `bun:"vcpu,nullzero"`
	MemoryMiB      int64             `bun:"memory_mib,nullzero"`
	StorageGiB     int64             `bun:"storage_gib,nullzero"`
	Endpoint       string            `bun:"endpoint" field:"max=255,cut"` // host name or IP that clients inside the network connect to
	Port           int64             `bun:"port,nullzero"`
	VPCID          string            `bun:"vpc_id" field:"max=512,cut"`
	SubnetID       string            `bun:"subnet_id" field:"max=512,cut"`
	ChargeType     string            `bun:"charge_type" field:"max=64,cut"`
	Tags           map[string]string `bun:"tags,nullzero"`
	STreeGroup     string            `bun:"stree_group" field:"max=256,cut,since=2"`
	STreeProduct   string            `bun:"stree_product" field:"max=256,cut,since=2"`
	STreeApp       string            `bun:"stree_app" field:"max=256,cut,since=2"`
	CloudCreatedAt time.Time         `bun:"cloud_created_at,nullzero"`
	ExpiresAt      time.Time         `bun:"expires_at,nullzero"`
}
