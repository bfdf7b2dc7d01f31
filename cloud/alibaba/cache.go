package alibaba

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	maxCaches   = 50 // the most that DescribeInstances of R-KVStore gives on a page
	maxCacheIDs = 30 // likewise, of ids that it takes
)

// caches are Tair, Redis and Memcache instances
// (https://www.alibabacloud.com/help/en/redis/developer-reference/api-r-kvstore-2015-01-01-describeinstances-redis).
// The child instances of a global distributed instance are listed, the distributed
// instance itself is not.
var caches = adapter.Listing[*session, cache]{
	Kind: resource.CacheKind, What: "cache",
	Action: "DescribeInstances", Product: kvstore.name, Path: "Instances.KVStoreInstance", IDField: "InstanceId",
	Pages: adapter.Numbers(maxCaches), IDs: adapter.Together(maxCacheIDs).If(isOneID),
	Ask:    ask[cache](kvstore, byNumber("InstanceIds", withCommas)),
	Row:    cacheRow,
	Region: func(c *cache) string { return regionOf(c.RegionID) },
	Empty:  provenByOwner, SeenProves: true,
}

// cache is the part of an instance that is kept.
type cache struct {
	InstanceID       string `json:"InstanceId"`
	InstanceName     string
	InstanceStatus   string
	RegionID         string `json:"RegionId"`
	ZoneID           string `json:"ZoneId"` // or a name for several zones
	SecondaryZoneID  string `json:"SecondaryZoneId"`
	InstanceType     string // Redis, Tair or Memcache
	EngineVersion    string
	InstanceClass    string
	Capacity         string // MB, which are MiB: 1024 of a class with 1 GB
	ShardCount       string
	ReplicaCount     string // ? of each shard
	ConnectionDomain string
	Port             string
	VpcID            string `json:"VpcId"`
	VSwitchID        string `json:"VSwitchId"`
	ChargeType       string
	CreateTime       string
	EndTime          string
	Tags             tagList
}

func cacheRow(f *adapter.Fields, c *cache) resource.Row {
	return &resource.Cache{
		Name:           c.InstanceName,
		Status:         c.InstanceStatus,
		Zones:          adapter.Set(c.ZoneID, c.SecondaryZoneID),
		Engine:         adapter.Engine(c.InstanceType),
		EngineVersion:  c.EngineVersion,
		InstanceType:   c.InstanceClass,
		MemoryMiB:      f.Whole("Capacity", c.Capacity),
		Shards:         f.Whole("ShardCount", c.ShardCount),
		Replicas:       f.Whole("ReplicaCount", c.ReplicaCount),
		Endpoint:       c.ConnectionDomain,
		Port:           f.Port("Port", c.Port),
		VPCID:          c.VpcID,
		SubnetIDs:      adapter.Set(c.VSwitchID),
		ChargeType:     c.ChargeType,
		Tags:           adapter.TagsOf(c.Tags.Tag),
		CloudCreatedAt: f.Time("CreateTime", c.CreateTime, utc),
		ExpiresAt:      f.Expiry("EndTime", c.EndTime, utc),
	}
}
