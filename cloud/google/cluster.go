package google

import (
	"cmp"
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// clusters are those of either action: for Redis, and for Valkey, which calls them instances.
func clusters(action, what string) *adapter.Listing[*session, cluster] {
	return &adapter.Listing[*session, cluster]{
		Kind: resource.CacheKind, What: what, Action: action, Path: questions[action].list, IDField: "uid",
		Pages: adapter.Tokens(questions[action].limit),
		IDs:   adapter.Together(maxIDs).If(func(id string) bool { return strings.HasPrefix(id, questions[action].list+"/") }),
		Ask:   relisted((*cluster).id), ID: (*cluster).id, Row: clusterRow,
		Region: func(c *cluster) string { return regionOf(c.Name) },
	}
}

// cluster is what both answer alike, and what one of them does. That of Valkey is not confirmed:
// its documentation alone has it.
type cluster struct {
	UID                         string
	Name                        string // projects/P/locations/R/clusters/NAME
	State, NodeType, CreateTime string
	ShardCount, ReplicaCount    string // the latter of each shard
	PreciseSizeGb               string // ? of all shards, without replicas
	EngineVersion               string // of Valkey, such as VALKEY_8_0
	Labels                      map[string]string
	ZoneDistributionConfig      struct{ Zone string }   // of one that is in a single zone
	NodeConfig                  struct{ SizeGb string } // of Valkey
	DiscoveryEndpoints          []endpoint              // of Redis
	Endpoints                   []endpoint              `at:"endpoints[].connections[].pscAutoConnection"` // of Valkey
}

// endpoint is where a cluster is reached.
type endpoint struct {
	Address, IPAddress string // the latter of Valkey
	Port, Network      string
	PscConfig          struct{ Network string }
	ConnectionType     string
}

// id is the uid under the sort of the resource, clusters or instances: a name is free again
// once it is deleted.
func (c *cluster) id() string {
	parts := strings.Split(c.Name, "/")
	if c.UID == "" || len(parts) < 2 {
		return ""
	}
	return parts[len(parts)-2] + "/" + c.UID
}

func clusterRow(f *adapter.Fields, c *cluster) resource.Row {
	at := c.discovery()
	row := &resource.Cache{
		Name:           nameOf(c.Name),
		Status:         c.State,
		Zones:          adapter.Set(c.ZoneDistributionConfig.Zone),
		Engine:         "redis",
		EngineVersion:  number(c.EngineVersion),
		InstanceType:   c.NodeType,
		MemoryMiB:      f.Scaled("preciseSizeGb", c.PreciseSizeGb, 1<<10), // ? a GB is a GiB
		Shards:         f.Whole("shardCount", c.ShardCount),
		Replicas:       f.Whole("replicaCount", c.ReplicaCount),
		Endpoint:       cmp.Or(at.Address, at.IPAddress),
		Port:           f.Port("port", at.Port),
		VPCID:          pathOf(cmp.Or(at.Network, at.PscConfig.Network)),
		Tags:           tagsOf(c.Labels),
		CloudCreatedAt: f.Time("createTime", c.CreateTime, zone),
	}
	if c.isValkey() {
		row.Engine = "valkey"
		row.MemoryMiB = f.Scaled("sizeGb", c.NodeConfig.SizeGb, row.Shards<<10)
	}
	return row
}

func (c *cluster) isValkey() bool { return strings.Contains(c.Name, "/instances/") }

// discovery is the endpoint that clients begin with: one that says so, else the first by its
// address. A connection that was made by hand has none here.
func (c *cluster) discovery() endpoint {
	return adapter.Least(slices.Concat(c.DiscoveryEndpoints, c.Endpoints), endpoint.rank)
}

// rank puts endpoints in order. There is one for discovery in each network that is connected.
func (e endpoint) rank() string {
	address := e.Address + e.IPAddress
	switch {
	case address == "":
		return ""
	case e.ConnectionType == "CONNECTION_TYPE_DISCOVERY":
		return "first " + address
	default:
		return "then " + address
	}
}
