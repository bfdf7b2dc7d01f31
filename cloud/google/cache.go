package google

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// caches are what Memorystore has: instances for Redis, clusters for Redis, and instances for
// Valkey. Valkey's API is enabled apart.
var caches = adapter.Several{
	&adapter.Listing[*session, redis]{
		Kind: resource.CacheKind, What: "instance", Action: redisList, Path: questions[redisList].list, IDField: "name",
		Pages: adapter.Tokens(questions[redisList].limit), IDs: adapter.Together(maxIDs).If(isPath),
		Ask: relisted((*redis).id), ID: (*redis).id, Row: redisRow,
		Region: func(r *redis) string { return regionOf(r.Name) },
	},
	clusters(clusterList, "cluster"),
	clusters(valkeyList, "instance"),
}

// redis is an instance for Redis, which has no id but its name. Which of its zones the primary
// is in changes by itself.
type redis struct {
	Name, State, Tier, CreateTime     string
	LocationID, AlternativeLocationID string
	RedisVersion                      string // such as REDIS_7_0
	MemorySizeGb, ReplicaCount        string
	Host, Port, AuthorizedNetwork     string
	Labels                            map[string]string
}

func (r *redis) id() string { return r.Name }

func redisRow(f *adapter.Fields, r *redis) resource.Row {
	return &resource.Cache{
		Name:           nameOf(r.Name),
		Status:         r.State,
		Zones:          adapter.Set(r.LocationID, r.AlternativeLocationID),
		Engine:         "redis",
		EngineVersion:  number(r.RedisVersion),
		InstanceType:   r.Tier,
		MemoryMiB:      f.Scaled("memorySizeGb", r.MemorySizeGb, 1<<10),
		Replicas:       f.Whole("replicaCount", r.ReplicaCount),
		Endpoint:       r.Host,
		Port:           f.Port("port", r.Port),
		VPCID:          pathOf(r.AuthorizedNetwork),
		Tags:           tagsOf(r.Labels),
		CloudCreatedAt: f.Time("createTime", r.CreateTime, zone),
	}
}
