package resource

import "time"

// CacheKind is the kind of managed in-memory stores.
var CacheKind = Define[Cache]("resource_cache", 1)

// Cache is one managed Redis, Valkey, Memcached or the like: an instance, or a cluster
// with its shards.
type Cache struct {
	Meta
	Name           string            `bun:"name" field:"max=256,cut"`
	Status         string            `bun:"status" field:"max=64,cut"` // the provider's own word
	Zones          []string          `bun:"zones,nullzero"`
	Engine         string            `bun:"engine" field:"max=64,cut"` // redis, valkey, memcached …: the same word at all clouds
	EngineVersion  string            `bun:"engine_version" field:"max=64,cut"`
	InstanceType   string            `bun:"instance_type" field:"max=128,cut"`
	MemoryMiB      int64             `bun:"memory_mib,nullzero"` // of all shards, without replicas
	Shards         int64             `bun:"shards,nullzero"`
	Replicas       int64             `bun:"replicas,nullzero"`            // of each shard, beside its primary
	Endpoint       string            `bun:"endpoint" field:"max=255,cut"` // host name or IP that clients inside the network connect to
	Port           int64             `bun:"port,nullzero"`
	VPCID          string            `bun:"vpc_id" field:"max=512,cut"`
	SubnetIDs      []string          `bun:"subnet_ids,nullzero"`
	ChargeType     string            `bun:"charge_type" field:"max=64,cut"`
	Tags           map[string]string `bun:"tags,nullzero"`
	STreeGroup     string            `bun:"stree_group" field:"max=256,cut"`
	STreeProduct   string            `bun:"stree_product" field:"max=256,cut"`
	STreeApp       string            `bun:"stree_app" field:"max=256,cut"`
	CloudCreatedAt time.Time         `bun:"cloud_created_at,nullzero"`
	ExpiresAt      time.Time         `bun:"expires_at,nullzero"`
}
