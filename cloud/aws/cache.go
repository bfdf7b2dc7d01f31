package aws

import (
	"cmp"
	"slices"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	// maxCaches is the most that ElastiCache lists at once
	// (https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeCacheClusters.html).
	// MemoryDB takes as many (? it documents no limit).
	maxCaches = 100
	// maxServerlessCaches is the default of the list of serverless caches: the only figure that
	// is documented.
	maxServerlessCaches = 50
)

// caches are those of ElastiCache and MemoryDB. Their id is the ARN, which a cache of the same
// name gets again. Members of replication groups are no caches of their own.
var caches = adapter.Several{replicationGroups, cacheClusters, serverlessCaches, memoryDBs}

var replicationGroups = cachesIn(&cacheSubnetGroups, adapter.Listing[*session, cache]{
	What: "replication group", Action: "DescribeReplicationGroups", Path: "DescribeReplicationGroupsResult.ReplicationGroups.ReplicationGroup",
	Pages: adapter.Tokens(maxCaches), IDs: adapter.Alone(maxAlone).If(isARNOf("elasticache", "replicationgroup:")),
	Ask: ask[cache]("DescribeReplicationGroupsResult.Marker", describeReplicationGroups),
})

// cacheClusters are in no replication group: Memcached, and Redis and Valkey of one node.
var cacheClusters = cachesIn(&cacheSubnetGroups, adapter.Listing[*session, cache]{
	What: "cache cluster", Action: "DescribeCacheClusters", Path: cacheMembers.List.Path,
	Pages: adapter.Tokens(maxCaches), IDs: adapter.Alone(maxAlone).If(isARNOf("elasticache", "cluster:")),
	Ask:  ask[cache]("DescribeCacheClustersResult.Marker", describeCacheClusters),
	Gone: func(c *cache) (bool, error) { return c.GroupID != "", nil }, // into the group
})

var serverlessCaches = cachesIn(&cacheSubnetGroups, adapter.Listing[*session, cache]{
	What: "serverless cache", Action: "DescribeServerlessCaches", Path: "DescribeServerlessCachesResult.ServerlessCaches.member",
	Pages: adapter.Tokens(maxServerlessCaches), IDs: adapter.Alone(maxAlone).If(isARNOf("elasticache", "serverlesscache:")),
	Ask: ask[cache]("DescribeServerlessCachesResult.NextToken", describeServerlessCaches),
})

var memoryDBs = cachesIn(&memorySubnetGroups, adapter.Listing[*session, cache]{
	What: "MemoryDB cluster", Action: "DescribeClusters", Path: "Clusters",
	Pages: adapter.Tokens(maxCaches), IDs: adapter.Alone(maxAlone).If(isARNOf("memorydb", "cluster/")),
	Ask: askJSON[cache]("NextToken", describeClusters),
})

// cachesIn is one of the lists, whose caches are in the networks of these subnet groups.
func cachesIn(groups *networks, list adapter.Listing[*session, cache]) *adapter.Listing[*session, cache] {
	list.Kind, list.IDField, list.Join = resource.CacheKind, "ARN", joinCaches(groups)
	list.Region = func(c *cache) string { return regionOf(c.ARN) }
	return &list
}

// cache is the part of a cache that is kept, by the names that it has in the four lists.
type cache struct {
	ARN            string
	GroupID        string `json:"ReplicationGroupId"` // that a cluster is in, too
	ClusterID      string `json:"CacheClusterId"`
	ServerlessName string `json:"ServerlessCacheName"`
	Name           string
	Members        []string `json:"MemberClusters"`
	SubnetIDs      []string `json:"SubnetIds"`

	Status, CacheClusterStatus                                     string
	Engine, EngineVersion, FullEngineVersion                       string
	CacheNodeType, NodeType                                        string
	NumberOfShards, NumCacheNodes                                  string
	NodeGroups, Shards                                             []shard
	CacheNodes                                                     []struct{ Endpoint endpoint }
	Endpoint, ConfigurationEndpoint, ClusterEndpoint               endpoint
	CacheSubnetGroupName, SubnetGroupName                          string
	CreateTime, ReplicationGroupCreateTime, CacheClusterCreateTime string

	NodeZones   []string `at:"CacheNodes[].CustomerAvailabilityZone"`
	MemberZones []string `at:"NodeGroups[].NodeGroupMembers[].PreferredAvailabilityZone"`
	ShardZones  []string `at:"Shards[].Nodes[].AvailabilityZone"`
	ShardTimes  []string `at:"Shards[].Nodes[].CreateTime"`
}

type shard struct {
	PrimaryEndpoint         endpoint
	NodeGroupMembers, Nodes []struct{}
}

type endpoint struct{ Address, Port string }

func cacheARN(c *cache) string { return c.ARN }

// member is one of the clusters of a replication group, always the same one.
func (c *cache) member() string { return cmp.Or(adapter.Set(c.Members...)...) }

// cacheRow has no memory: only the documentation says what a node's type has. Where the list
// has no time, that of the oldest node counts.
func cacheRow(f *adapter.Fields, c *cache, member cacheMember, in network, tags []tag) resource.Row {
	var created earliest
	created.consider(f, "CreateTime", cmp.Or(c.ReplicationGroupCreateTime, c.CacheClusterCreateTime, c.CreateTime))
	created.consider(f, "Nodes.CreateTime", c.ShardTimes...)
	at := c.clientEndpoint()
	return &resource.Cache{
		Name:           cmp.Or(c.ClusterID, c.GroupID, c.ServerlessName, c.Name),
		Status:         cmp.Or(c.CacheClusterStatus, c.Status),
		Zones:          adapter.Set(slices.Concat(c.NodeZones, c.MemberZones, c.ShardZones)...),
		Engine:         adapter.Engine(cmp.Or(c.Engine, member.Engine)),
		EngineVersion:  cmp.Or(c.FullEngineVersion, c.EngineVersion, member.EngineVersion),
		InstanceType:   cmp.Or(c.CacheNodeType, c.NodeType),
		Shards:         cmp.Or(f.Whole("NumberOfShards", c.NumberOfShards), f.Whole("NumCacheNodes", c.NumCacheNodes), int64(len(c.NodeGroups))),
		Replicas:       c.replicas(),
		Endpoint:       at.Address,
		Port:           f.Port("Endpoint.Port", at.Port),
		VPCID:          in.vpc,
		SubnetIDs:      adapter.Set(slices.Concat(c.SubnetIDs, in.subnets)...),
		Tags:           adapter.TagsOf(tags),
		CloudCreatedAt: created.Time,
	}
}

// replicas is how many each shard has, 0 where that differs.
func (c *cache) replicas() (replicas int64) {
	for i, shard := range slices.Concat(c.NodeGroups, c.Shards) {
		switch beside := int64(max(0, len(shard.NodeGroupMembers)+len(shard.Nodes)-1)); {
		case i == 0:
			replicas = beside
		case beside != replicas:
			replicas = 0
		}
	}
	return replicas
}

// clientEndpoint is that of the whole, else that of the only shard or node.
func (c *cache) clientEndpoint() endpoint {
	all := []endpoint{c.ConfigurationEndpoint, c.ClusterEndpoint, c.Endpoint}
	if len(c.NodeGroups) == 1 {
		all = append(all, c.NodeGroups[0].PrimaryEndpoint)
	}
	if len(c.CacheNodes) == 1 {
		all = append(all, c.CacheNodes[0].Endpoint)
	}
	return cmp.Or(all...)
}
