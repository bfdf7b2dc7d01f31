package tencent

import (
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const maxCaches = 1000 // the most that DescribeInstances of Redis gives on a page

// caches are TencentDB for Redis instances, Valkey and Memcached ones among them
// (https://cloud.tencent.com/document/api/239/20018). Without UniqVpcIds it lists those of all
// networks, as its example does; its text says those of the classic one. The older product
// memcached has an API of its own, and is left out.
var caches = adapter.Listing[*Session, cache]{
	Kind: resource.CacheKind, What: "cache",
	Action: "DescribeInstances", Product: redis.Name, Path: "InstanceSet", IDField: "InstanceId",
	Pages: adapter.Offsets(maxCaches), IDs: adapter.Together(maxIDs),
	Ask: Ask[cache](redis, "InstanceIds"),
	Row: cacheRow,
}

// cache is the part of an instance that is kept. What changes by itself is left out:
// SizeUsed, InstanceTitle, SubStatus, the versions of the proxy and of builds.
type cache struct {
	ID          string `json:"InstanceId"`
	Name        string `json:"InstanceName"`
	Status      string
	Region      string
	ZoneID      string
	Nodes       []cacheNode `json:"NodeSet"` // where there are several zones
	Type        string      // engine, version and architecture
	ProductType string      // standalone or cluster
	Size        string      // MB of 1024 KB: RedisShardNum × RedisShardSize
	Shards      string      `json:"RedisShardNum"`
	Replicas    string      `json:"RedisReplicasNum"` // ? of each shard
	VIP         string      `json:"WanIp"`            // the private one; WanAddress is public
	Port        string
	VPC         string        `json:"UniqVpcId"` // VpcId and SubnetId are numbers of another kind
	Subnet      string        `json:"UniqSubnetId"`
	Billing     string        `json:"BillingMode"`
	Tags        []adapter.Tag `json:"InstanceTags"` // Tags are of anti-affinity
	Created     string        `json:"Createtime"`
	Deadline    string        `json:"DeadlineTime"`
}

type cacheNode struct{ ZoneID string }

// The numbers of the API in the words of its documentation. It has 21 and 22 as Valkey 8.0
// in one place, and as 9.0 in another (CreateInstances), which is taken to be the later.
var (
	cacheStatus = map[string]string{"0": "TO_BE_INITIALIZED", "1": "IN_PROCESS", "2": "RUNNING", "-2": "ISOLATED", "-3": "TO_BE_DELETED"}
	cacheCharge = map[string]string{"0": "postpaid", "1": "prepaid"} // the words of its parameter
	cacheTypes  = map[string]string{
		"2": "redis 2.8", "5": "redis 2.8", "6": "redis 4.0", "7": "redis 4.0", "8": "redis 5.0", "9": "redis 5.0",
		"15": "redis 6.2", "16": "redis 6.2", "17": "redis 7.0", "18": "redis 7.0",
		"19": "valkey 8.0", "20": "valkey 8.0", "21": "valkey 9.0", "22": "valkey 9.0",
		"3": "ckv 3.2", "4": "ckv 3.2", "200": "memcached 1.6",
	}
)

func cacheRow(f *adapter.Fields, c *cache) resource.Row {
	engine, version, _ := strings.Cut(adapter.Word(cacheTypes, c.Type), " ")
	return &resource.Cache{
		Name:           c.Name,
		Status:         adapter.Word(cacheStatus, c.Status),
		Zones:          c.zones(f),
		Engine:         adapter.Engine(engine),
		EngineVersion:  version,
		InstanceType:   c.ProductType,
		MemoryMiB:      f.Scaled("Size", c.Size, 1), // a float
		Shards:         f.Whole("RedisShardNum", c.Shards),
		Replicas:       f.Whole("RedisReplicasNum", c.Replicas),
		Endpoint:       c.VIP,
		Port:           f.Port("Port", c.Port),
		VPCID:          c.VPC,
		SubnetIDs:      adapter.Set(c.Subnet),
		ChargeType:     adapter.Word(cacheCharge, c.Billing),
		Tags:           adapter.TagsOf(c.Tags),
		CloudCreatedAt: f.Time("Createtime", c.Created, beijing),
		ExpiresAt:      f.Expiry("DeadlineTime", c.Deadline, beijing),
	}
}

// zones are those of all nodes: which of them is the primary's changes when it fails.
func (c *cache) zones(f *adapter.Fields) (zones []string) {
	for _, node := range append(c.Nodes, cacheNode{c.ZoneID}) {
		zones = append(zones, zoneName(f, c.Region, node.ZoneID))
	}
	return adapter.Set(zones...)
}
