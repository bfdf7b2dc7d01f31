package azure

import (
	"cmp"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// redises are all caches of the subscription: of Azure Cache for Redis, and of Azure Managed
// Redis, in whose list those of the Enterprise tiers are too. A cache has no id but that of
// ARM.
var redises = listed[cacheProperties]("redis_list", "redisenterprise_list")

var caches = adapter.Listing[*session, cache]{
	Kind: resource.CacheKind, What: "cache", IDField: "id",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &redises,
	Believe: permitted("Microsoft.Cache/redis/read", "Microsoft.Cache/redisEnterprise/read"),
	ID:      (*cache).key,
	Row:     cacheRow,
}

// cache is what either list has of one. That of Managed Redis has its SKU outside.
type cache = entity[cacheProperties]

// cacheProperties are without redisConfiguration, which can hold connection strings; accessKeys
// are in neither list. The databases of Managed Redis, which have its ports and modules, would
// be a request for each cache; its shards are nowhere.
type cacheProperties struct {
	SKU                sku    `json:"sku"` // of Azure Cache for Redis, such as Premium, P, 1
	ProvisioningState  string `json:"provisioningState"`
	ResourceState      string `json:"resourceState"` // of Managed Redis
	RedisVersion       string `json:"redisVersion"`
	HostName           string `json:"hostName"`
	SSLPort            string `json:"sslPort"` // the one that is always open
	ShardCount         string `json:"shardCount"`
	ReplicasPerPrimary string `json:"replicasPerPrimary"` // ? Standard may not tell its one
	SubnetID           string `json:"subnetId"`
}

// shardMiB is the memory of a shard, and of a cache without shards
// (https://learn.microsoft.com/azure/azure-cache-for-redis/cache-planning-faq#azure-cache-for-redis-performance).
// GB are GiB, ?.
var shardMiB = map[string]int64{
	"C0": 250, "C1": 1 << 10, "C2": 2560, "C3": 6 << 10, "C4": 13 << 10, "C5": 26 << 10, "C6": 53 << 10,
	"P1": 6 << 10, "P2": 13 << 10, "P3": 26 << 10, "P4": 53 << 10, "P5": 120 << 10,
}

func cacheRow(f *adapter.Fields, c *cache) resource.Row {
	p := &c.Properties
	subnet, shards := idOf(p.SubnetID), f.Whole("shardCount", p.ShardCount)
	return &resource.Cache{
		Name:          c.Name,
		Status:        cmp.Or(p.ResourceState, p.ProvisioningState),
		Zones:         adapter.Set(c.Zones...),
		Engine:        "redis",
		EngineVersion: p.RedisVersion,
		InstanceType:  cmp.Or(c.SKU.Name, joinedWords(p.SKU.Name, p.SKU.Family+p.SKU.Capacity)),
		MemoryMiB:     shardMiB[p.SKU.Family+p.SKU.Capacity] * max(1, shards),
		Shards:        shards,
		Replicas:      f.Whole("replicasPerPrimary", p.ReplicasPerPrimary),
		Endpoint:      p.HostName,
		Port:          f.Port("sslPort", p.SSLPort),
		VPCID:         networkOf(subnet),
		SubnetIDs:     adapter.Set(subnet),
		Tags:          tagsOf(c.Tags),
	}
}
