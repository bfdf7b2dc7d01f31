package awsfake

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud/fake"
)

// forms are the sorts of caches, by what is in their ARNs. The first is that of a cache
// without one.
var forms = []string{":replicationgroup:", ":cluster:", ":serverlesscache:", ":memorydb:"}

const (
	groups     = 0
	clusters   = 1
	serverless = 2
	memoryDBs  = 3
)

func formOfCache(id string) int {
	return max(0, slices.IndexFunc(forms, func(form string) bool { return strings.Contains(id, form) }))
}

// cachesOf are those of a form, or the one that the parameter names.
func (q *request) cachesOf(form int, parameter, notFound string) (found []fake.Cache, err error) {
	name := q.form.Get(parameter)
	for _, of := range q.Region.Caches {
		if formOfCache(of.ID) == form && (name == "" || name == of.Name) {
			found = append(found, of)
		}
	}
	if name != "" && len(found) == 0 {
		return nil, &failure{http.StatusNotFound, notFound, name + " not found"}
	}
	return found, nil
}

// cachePage is a page of them.
func cachePage[T, U any](q *request, all []T, parameter string, least, most int, render func(T) U) (list []U, next string, err error) {
	limit, err := q.limit(parameter, least, most)
	if err != nil {
		return nil, "", err
	}
	some, next, err := page(q, all, limit)
	list = []U{}
	for _, of := range varied(q, some) {
		list = append(list, render(of))
	}
	return list, next, err
}

type groupsAnswer struct {
	XMLName xml.Name `xml:"http://elasticache.amazonaws.com/doc/2015-02-02/ DescribeReplicationGroupsResponse"`
	Groups  struct {
		Items []replicationGroup `xml:"ReplicationGroup"`
	} `xml:"DescribeReplicationGroupsResult>ReplicationGroups"`
	Marker    string `xml:"DescribeReplicationGroupsResult>Marker,omitempty"`
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

type replicationGroup struct {
	ARN           string         `xml:"ARN,omitempty"`
	ID            string         `xml:"ReplicationGroupId"`
	Status        string         `xml:"Status"`
	Type          string         `xml:"CacheNodeType"`
	Engine        string         `xml:"Engine,omitempty"`
	Members       []string       `xml:"MemberClusters>ClusterId"`
	Configuration *cacheEndpoint `xml:"ConfigurationEndpoint"`
	NodeGroups    []nodeGroup    `xml:"NodeGroups>NodeGroup"`
	Created       string         `xml:"ReplicationGroupCreateTime,omitempty"`
	TokenModified string         `xml:"AuthTokenLastModifiedDate"`
	Users         []string       `xml:"UserGroupIds>member"`
}

type cacheEndpoint struct {
	Address string `xml:"Address"`
	Port    int64  `xml:"Port"`
}

func endpointAt(address string, port int64) *cacheEndpoint {
	if address == "" {
		return nil
	}
	return &cacheEndpoint{address, port}
}

type nodeGroup struct {
	ID      string         `xml:"NodeGroupId"`
	Primary *cacheEndpoint `xml:"PrimaryEndpoint"`
	Members []groupMember  `xml:"NodeGroupMembers>NodeGroupMember"`
}

type groupMember struct {
	Cluster string `xml:"CacheClusterId"`
	Role    string `xml:"CurrentRole"`
	Zone    string `xml:"PreferredAvailabilityZone,omitempty"`
}

func (q *request) describeReplicationGroups() (any, error) {
	found, err := q.cachesOf(groups, "ReplicationGroupId", "ReplicationGroupNotFoundFault")
	if err != nil {
		return nil, err
	}
	answer := groupsAnswer{RequestID: q.id()}
	answer.Groups.Items, answer.Marker, err = cachePage(q, found, "MaxRecords", 20, 100, q.replicationGroup)
	return answer, err
}

// replicationGroup has the endpoint of the whole with several shards, else that of the
// primary. Which node that is, changes.
func (q *request) replicationGroup(of fake.Cache) replicationGroup {
	group := replicationGroup{
		ARN: of.ID, ID: of.Name, Status: of.Status, Type: of.Type, Engine: of.Engine, Created: timeText(of.Created),
		TokenModified: timeText(time.Now()), Users: []string{Planted},
	}
	if of.Shards > 1 {
		group.Configuration = endpointAt(of.Endpoint, of.Port)
	}
	for i := range of.Shards {
		shard := nodeGroup{ID: fmt.Sprintf("%04d", i+1)}
		if of.Shards == 1 {
			shard.Primary = endpointAt(of.Endpoint, of.Port)
		}
		for n := range of.Replicas + 1 {
			member := groupMember{Cluster: memberName(of, i, n), Role: "replica", Zone: zoneOf(of, n)}
			if n == q.number%(of.Replicas+1) {
				member.Role = "primary"
			}
			shard.Members = append(shard.Members, member)
			group.Members = append(group.Members, member.Cluster)
		}
		shard.Members = varied(q, shard.Members)
		group.NodeGroups = append(group.NodeGroups, shard)
	}
	group.NodeGroups, group.Members = varied(q, group.NodeGroups), varied(q, group.Members)
	return group
}

func memberName(of fake.Cache, shard, node int64) string {
	return fmt.Sprintf("%s-%04d-%03d", of.Name, shard+1, node+1)
}

func zoneOf(of fake.Cache, node int64) string {
	if len(of.Zones) == 0 {
		return ""
	}
	return of.Zones[int(node)%len(of.Zones)]
}

type clustersAnswer struct {
	XMLName  xml.Name `xml:"http://elasticache.amazonaws.com/doc/2015-02-02/ DescribeCacheClustersResponse"`
	Clusters struct {
		Items []cacheCluster `xml:"CacheCluster"`
	} `xml:"DescribeCacheClustersResult>CacheClusters"`
	Marker    string `xml:"DescribeCacheClustersResult>Marker,omitempty"`
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

type cacheCluster struct {
	ARN           string         `xml:"ARN,omitempty"`
	ID            string         `xml:"CacheClusterId"`
	Group         string         `xml:"ReplicationGroupId,omitempty"`
	Status        string         `xml:"CacheClusterStatus"`
	Type          string         `xml:"CacheNodeType"`
	Engine        string         `xml:"Engine"`
	Version       string         `xml:"EngineVersion"`
	Zone          string         `xml:"PreferredAvailabilityZone"`
	SubnetGroup   string         `xml:"CacheSubnetGroupName,omitempty"`
	Configuration *cacheEndpoint `xml:"ConfigurationEndpoint"`
	NodeCount     int64          `xml:"NumCacheNodes"`
	Nodes         []cacheNode    `xml:"CacheNodes>CacheNode"`
	Created       string         `xml:"CacheClusterCreateTime,omitempty"`
	Topic         string         `xml:"NotificationConfiguration>TopicArn"`
}

type cacheNode struct {
	ID       string         `xml:"CacheNodeId"`
	Zone     string         `xml:"CustomerAvailabilityZone,omitempty"`
	Endpoint *cacheEndpoint `xml:"Endpoint"`
}

func (q *request) describeCacheClusters() (any, error) {
	all, name := q.cacheClusters(), q.form.Get("CacheClusterId")
	if name != "" {
		all = slices.DeleteFunc(all, func(of cacheCluster) bool { return of.ID != name })
		if len(all) == 0 {
			return nil, &failure{http.StatusNotFound, "CacheClusterNotFound", name + " not found"}
		}
	}
	if q.form.Get("ShowCacheClustersNotInReplicationGroups") == "true" {
		all = slices.DeleteFunc(all, func(of cacheCluster) bool { return of.Group != "" })
	}
	answer := clustersAnswer{RequestID: q.id()}
	var err error
	answer.Clusters.Items, answer.Marker, err = cachePage(q, all, "MaxRecords", 20, 100, func(of cacheCluster) cacheCluster {
		if q.form.Get("ShowCacheNodeInfo") != "true" {
			of.Nodes = nil
		}
		return of
	})
	return answer, err
}

// cacheClusters are the members of replication groups, and the clusters of their own.
func (q *request) cacheClusters() (all []cacheCluster) {
	for _, of := range q.Region.Caches {
		cluster := cacheCluster{
			Status: of.Status, Type: of.Type, Engine: of.Engine, Version: of.Version, SubnetGroup: subnetGroupName(of),
			Created: timeText(of.Created), Topic: Planted, NodeCount: 1,
		}
		switch formOfCache(of.ID) {
		case groups:
			cluster.Group = of.Name
			for n := range of.Shards * (of.Replicas + 1) {
				cluster.ID = memberName(of, n/(of.Replicas+1), n%(of.Replicas+1))
				cluster.ARN = "arn:aws:elasticache:" + q.Region.Name + ":" + q.Account.ID + ":cluster:" + cluster.ID
				all = append(all, cluster)
			}
		case clusters:
			cluster.ARN, cluster.ID, cluster.NodeCount = of.ID, of.Name, of.Shards
			q.addNodes(&cluster, of)
			all = append(all, cluster)
		}
	}
	return all
}

// addNodes adds the nodes. Memcached has an endpoint that tells of all of them.
func (q *request) addNodes(cluster *cacheCluster, of fake.Cache) {
	if cluster.Zone = "Multiple"; len(of.Zones) == 1 {
		cluster.Zone = of.Zones[0]
	}
	at := of.Endpoint
	if of.Engine == "memcached" {
		cluster.Configuration, at = endpointAt(at, of.Port), "node."+at
	}
	if of.Endpoint != "" {
		for n := range of.Shards {
			cluster.Nodes = append(cluster.Nodes, cacheNode{fmt.Sprintf("%04d", n+1), zoneOf(of, n), endpointAt(at, of.Port)})
		}
	}
	cluster.Nodes = varied(q, cluster.Nodes)
}

type serverlessAnswer struct {
	XMLName xml.Name `xml:"http://elasticache.amazonaws.com/doc/2015-02-02/ DescribeServerlessCachesResponse"`
	Caches  struct {
		Items []serverlessCache `xml:"member"`
	} `xml:"DescribeServerlessCachesResult>ServerlessCaches"`
	NextToken string `xml:"DescribeServerlessCachesResult>NextToken,omitempty"`
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

type serverlessCache struct {
	ARN      string         `xml:"ARN"`
	Name     string         `xml:"ServerlessCacheName"`
	Status   string         `xml:"Status"`
	Engine   string         `xml:"Engine"`
	Version  string         `xml:"FullEngineVersion"`
	Endpoint *cacheEndpoint `xml:"Endpoint"`
	Subnets  []string       `xml:"SubnetIds>SubnetId"`
	Created  string         `xml:"CreateTime,omitempty"`
	User     string         `xml:"UserGroupId"`
}

func (q *request) describeServerlessCaches() (any, error) {
	found, err := q.cachesOf(serverless, "ServerlessCacheName", "ServerlessCacheNotFoundFault")
	if err != nil {
		return nil, err
	}
	answer := serverlessAnswer{RequestID: q.id()}
	answer.Caches.Items, answer.NextToken, err = cachePage(q, found, "MaxResults", 1, 50, func(of fake.Cache) serverlessCache {
		return serverlessCache{
			ARN: of.ID, Name: of.Name, Status: of.Status, Engine: of.Engine, Version: of.Version, Endpoint: endpointAt(of.Endpoint, of.Port),
			Subnets: varied(q, of.Subnets), Created: timeText(of.Created), User: Planted,
		}
	})
	return answer, err
}

type subnetGroupsAnswer struct {
	XMLName xml.Name `xml:"http://elasticache.amazonaws.com/doc/2015-02-02/ DescribeCacheSubnetGroupsResponse"`
	Groups  struct {
		Items []cacheSubnetGroup `xml:"CacheSubnetGroup"`
	} `xml:"DescribeCacheSubnetGroupsResult>CacheSubnetGroups"`
	Marker    string `xml:"DescribeCacheSubnetGroupsResult>Marker,omitempty"`
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

type cacheSubnetGroup struct {
	Name    string   `xml:"CacheSubnetGroupName"`
	VPC     string   `xml:"VpcId"`
	Subnets []subnet `xml:"Subnets>Subnet"`
}

// subnetGroupName is that of the subnet group that all caches of a VPC are in.
func subnetGroupName(of fake.Cache) string {
	if of.VPC == "" {
		return ""
	}
	return "in-" + of.VPC
}

// subnetGroups are caches with different subnet groups, or one with that which is asked for.
func (q *request) subnetGroups(ofMemoryDB bool, parameter, notFound string) (some []fake.Cache, err error) {
	seen, name := map[string]bool{"": true}, q.form.Get(parameter)
	for _, of := range q.Region.Caches {
		group := subnetGroupName(of)
		if (formOfCache(of.ID) == memoryDBs) == ofMemoryDB && !seen[group] && (name == "" || name == group) {
			some, seen[group] = append(some, of), true
		}
	}
	if name != "" && len(some) == 0 {
		return nil, &failure{http.StatusBadRequest, notFound, name + " not found"}
	}
	return some, nil
}

func (q *request) describeCacheSubnetGroups() (any, error) {
	some, err := q.subnetGroups(false, "CacheSubnetGroupName", "CacheSubnetGroupNotFoundFault")
	if err != nil {
		return nil, err
	}
	answer := subnetGroupsAnswer{RequestID: q.id()}
	answer.Groups.Items, answer.Marker, err = cachePage(q, some, "MaxRecords", 20, 100, func(of fake.Cache) cacheSubnetGroup {
		group := cacheSubnetGroup{Name: subnetGroupName(of), VPC: of.VPC}
		for _, id := range varied(q, of.Subnets) {
			group.Subnets = append(group.Subnets, subnet{ID: id})
		}
		return group
	})
	return answer, err
}
