package aws_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/aws/awsfake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
	"cloudsync/shorttest"
)

const (
	groupARN      = "arn:aws:elasticache:eu-central-1:123456789012:replicationgroup:"
	clusterARN    = "arn:aws:elasticache:eu-central-1:123456789012:cluster:"
	serverlessARN = "arn:aws:elasticache:eu-central-1:123456789012:serverlesscache:"
	memoryARN     = "arn:aws:memorydb:eu-central-1:123456789012:cluster/"
)

// someCaches are some in each of the four lists.
func someCaches() []fake.Cache {
	return []fake.Cache{{
		ID: groupARN + "sessions", Name: "sessions", Status: "available", Zones: []string{"eu-central-1a", "eu-central-1b"}, Engine: "redis", Version: "7.1.0",
		Type: "cache.r7g.large", Shards: 3, Replicas: 1, Endpoint: "clustercfg.sessions.use1.cache.amazonaws.com", Port: 6379,
		VPC: "vpc-1", Subnets: []string{"subnet-1", "subnet-2"}, Tags: map[string]string{"team": "shop", "env": "prod"}, Created: utc(1, 2),
	}, {
		ID: groupARN + "queue", Name: "queue", Status: "modifying", Zones: []string{"eu-central-1a"}, Engine: "valkey", Version: "8.0.1",
		Type: "cache.t4g.micro", Shards: 1, Replicas: 2, Endpoint: "master.queue.use1.cache.amazonaws.com", Port: 6380, VPC: "vpc-2", Subnets: []string{"subnet-3"}, Created: utc(2, 3),
	}, {
		ID: groupARN + "new", Name: "new", Status: "creating", Engine: "redis", Type: "cache.t4g.micro",
	}, {
		ID: clusterARN + "pages", Name: "pages", Status: "available", Zones: []string{"eu-central-1a", "eu-central-1c"}, Engine: "memcached", Version: "1.6.22",
		Type: "cache.m7g.large", Shards: 4, Endpoint: "pages.cfg.use1.cache.amazonaws.com", Port: 11211, VPC: "vpc-1", Tags: map[string]string{"team": "web"}, Created: utc(3, 4),
	}, {
		ID: clusterARN + "one", Name: "one", Status: "available", Zones: []string{"eu-central-1b"}, Engine: "redis", Version: "6.2.6",
		Type: "cache.t3.small", Shards: 1, Endpoint: "one.use1.0001.cache.amazonaws.com", Port: 6379, Created: utc(4, 5),
	}, {
		ID: serverlessARN + "burst", Name: "burst", Status: "available", Engine: "valkey", Version: "8.0",
		Endpoint: "burst.serverless.use1.cache.amazonaws.com", Port: 6379, Subnets: []string{"subnet-1", "subnet-2"}, Tags: map[string]string{"team": "ads"}, Created: utc(5, 6),
	}, {
		ID: memoryARN + "ledger", Name: "ledger", Status: "available", Zones: []string{"eu-central-1a", "eu-central-1b"}, Engine: "redis", Version: "7.1",
		Type: "db.r7g.large", Shards: 2, Replicas: 1, Endpoint: "clustercfg.ledger.memorydb.amazonaws.com", Port: 6379,
		VPC: "vpc-3", Subnets: []string{"subnet-5", "subnet-6"}, Tags: map[string]string{"team": "bank"}, Created: utc(6, 7),
	}}
}

func TestCaches(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	first := list(t, client, resource.CacheKind)
	requireRows(t, resource.CacheKind, []resource.Row{
		&resource.Cache{
			Meta: resource.Meta{NativeID: groupARN + "sessions"}, Name: "sessions", Status: "available", Zones: []string{"eu-central-1a", "eu-central-1b"},
			Engine: "redis", EngineVersion: "7.1.0", InstanceType: "cache.r7g.large", Shards: 3, Replicas: 1,
			Endpoint: "clustercfg.sessions.use1.cache.amazonaws.com", Port: 6379, VPCID: "vpc-1", SubnetIDs: []string{"subnet-1", "subnet-2"},
			Tags: map[string]string{"team": "shop", "env": "prod"}, CloudCreatedAt: utc(1, 2),
		},
		&resource.Cache{
			Meta: resource.Meta{NativeID: groupARN + "queue"}, Name: "queue", Status: "modifying", Zones: []string{"eu-central-1a"},
			Engine: "valkey", EngineVersion: "8.0.1", InstanceType: "cache.t4g.micro", Shards: 1, Replicas: 2,
			Endpoint: "master.queue.use1.cache.amazonaws.com", Port: 6380, VPCID: "vpc-2", SubnetIDs: []string{"subnet-3"}, CloudCreatedAt: utc(2, 3),
		},
		&resource.Cache{
			Meta: resource.Meta{NativeID: groupARN + "new"}, Name: "new", Status: "creating", Engine: "redis", InstanceType: "cache.t4g.micro",
		},
		&resource.Cache{
			Meta: resource.Meta{NativeID: clusterARN + "pages"}, Name: "pages", Status: "available", Zones: []string{"eu-central-1a", "eu-central-1c"},
			Engine: "memcached", EngineVersion: "1.6.22", InstanceType: "cache.m7g.large", Shards: 4,
			Endpoint: "pages.cfg.use1.cache.amazonaws.com", Port: 11211, VPCID: "vpc-1", SubnetIDs: []string{"subnet-1", "subnet-2"},
			Tags: map[string]string{"team": "web"}, CloudCreatedAt: utc(3, 4),
		},
		&resource.Cache{
			Meta: resource.Meta{NativeID: clusterARN + "one"}, Name: "one", Status: "available", Zones: []string{"eu-central-1b"},
			Engine: "redis", EngineVersion: "6.2.6", InstanceType: "cache.t3.small", Shards: 1,
			Endpoint: "one.use1.0001.cache.amazonaws.com", Port: 6379, CloudCreatedAt: utc(4, 5),
		},
		&resource.Cache{
			Meta: resource.Meta{NativeID: serverlessARN + "burst"}, Name: "burst", Status: "available", Engine: "valkey", EngineVersion: "8.0",
			Endpoint: "burst.serverless.use1.cache.amazonaws.com", Port: 6379, SubnetIDs: []string{"subnet-1", "subnet-2"},
			Tags: map[string]string{"team": "ads"}, CloudCreatedAt: utc(5, 6),
		},
		&resource.Cache{
			Meta: resource.Meta{NativeID: memoryARN + "ledger"}, Name: "ledger", Status: "available", Zones: []string{"eu-central-1a", "eu-central-1b"},
			Engine: "redis", EngineVersion: "7.1", InstanceType: "db.r7g.large", Shards: 2, Replicas: 1,
			Endpoint: "clustercfg.ledger.memorydb.amazonaws.com", Port: 6379, VPCID: "vpc-3", SubnetIDs: []string{"subnet-5", "subnet-6"},
			Tags: map[string]string{"team": "bank"}, CloudCreatedAt: utc(6, 7),
		},
	}, first)
	require.NotContains(t, fmt.Sprintf("%+v", first), awsfake.Planted)
	for range 3 { // the server changes roles, times, and the order of all lists
		require.Equal(t, hashesOf(t, resource.CacheKind, first), hashesOf(t, resource.CacheKind, list(t, client, resource.CacheKind)))
	}
	c = newCloud(few())
	c.PageSize = 1
	require.Equal(t, hashesOf(t, resource.CacheKind, first), hashesOf(t, resource.CacheKind, list(t, newClient(t, c), resource.CacheKind)), "one on a page")
}

// requests are those that a listing of caches made, by action.
func requests(c *fake.Cloud) map[string]int {
	made := map[string]int{}
	for _, request := range c.Requests() {
		made[request.Action]++
	}
	delete(made, "GetCallerIdentity")
	return made
}

func TestCallsForManyCaches(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	of := &fake.Region{Name: region}
	add := func(n int, arn string, one fake.Cache) {
		for i := range n {
			one.Name = fmt.Sprintf("c-%04d", i)
			one.ID, one.VPC = arn+one.Name, fmt.Sprintf("vpc-%d", i%5)
			of.Caches = append(of.Caches, one)
		}
	}
	add(600, groupARN, fake.Cache{Engine: "redis", Version: "7.1.0", Shards: 1, Replicas: 2})
	add(200, clusterARN, fake.Cache{Engine: "memcached", Version: "1.6.22", Shards: 2})
	add(100, serverlessARN, fake.Cache{Engine: "valkey"})
	add(100, memoryARN, fake.Cache{Engine: "redis", Version: "7.1", Shards: 1, Replicas: 1})
	c := newCloud(of)
	rows := sealed(t, resource.CacheKind, list(t, newClient(t, c), resource.CacheKind))
	require.Len(t, rows, 1000)
	require.Equal(t, "7.1.0", rows[groupARN+"c-0599"].(*resource.Cache).EngineVersion)
	require.Equal(t, "vpc-4", rows[groupARN+"c-0599"].(*resource.Cache).VPCID)
	require.Equal(t, map[string]int{
		"DescribeReplicationGroups": 6, "DescribeCacheClusters": 20 + 2, "DescribeServerlessCaches": 2, "DescribeClusters": 1,
		"DescribeCacheSubnetGroups": 2, "DescribeSubnetGroups": 1, "GetResources": 6 + 2 + 2 + 1,
	}, requests(c))

	c = newCloud(&fake.Region{Name: region})
	require.Empty(t, list(t, newClient(t, c), resource.CacheKind))
	require.Equal(t, map[string]int{"DescribeReplicationGroups": 1, "DescribeCacheClusters": 1, "DescribeServerlessCaches": 1, "DescribeClusters": 1}, requests(c))

	c = newCloud(&fake.Region{Name: region, Caches: someCaches()[:1]})
	require.Len(t, list(t, newClient(t, c), resource.CacheKind), 1)
	require.Equal(t, map[string]int{
		"DescribeReplicationGroups": 1, "DescribeCacheClusters": 2, "DescribeServerlessCaches": 1, "DescribeClusters": 1,
		"DescribeCacheSubnetGroups": 1, "GetResources": 1,
	}, requests(c), "its member is asked for by its name")
}

func TestCacheLookup(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	require.Equal(t, 20, client.LookupLimit(resource.CacheKind.Name()))
	all := []string{groupARN + "sessions", clusterARN + "one", serverlessARN + "burst", memoryARN + "ledger"}
	for name, test := range map[string]struct{ asked, want []string }{
		"existing": {all, all},
		"absent":   {[]string{groupARN + "one", clusterARN + "sessions", serverlessARN + "x", memoryARN + "x"}, nil},
		"mixed":    {[]string{groupARN + "gone", memoryARN + "ledger"}, []string{memoryARN + "ledger"}},
		"nothing":  {nil, nil},
		"those that no cache has, so that none is known to be gone": {[]string{"sessions", "", "arn:aws:rds:r:1:db:x"}, []string{"sessions", "", "arn:aws:rds:r:1:db:x"}},
		"a member of a replication group":                           {[]string{clusterARN + "sessions-0001-001"}, nil},
	} {
		found, err := client.Lookup(t.Context(), scopeOf(resource.CacheKind), test.asked)
		require.NoError(t, err, name)
		require.ElementsMatch(t, test.want, found, name)
	}
	// What has the name in another account, or region, is something else.
	_, err := client.Lookup(t.Context(), scopeOf(resource.CacheKind), []string{"arn:aws:elasticache:eu-central-1:999999999999:replicationgroup:sessions"})
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err))
	for _, action := range []string{"DescribeReplicationGroups", "DescribeCacheClusters", "DescribeServerlessCaches", "DescribeClusters"} {
		c.Break(fake.Fault{Action: action, Verdict: fake.Denied})
		_, err := client.Lookup(t.Context(), scopeOf(resource.CacheKind), all)
		require.Equal(t, cloud.Denied, cloud.ClassOf(err), action)
		require.ErrorContains(t, err, action)
		c.Mend()
	}
}

// A cluster that a replication group takes in is the group's member from then on.
func TestACacheClusterThatBecomesAMember(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	c.Record("DescribeCacheClusters", []byte(clustersXML("<ARN>"+clusterARN+"one</ARN><CacheClusterId>one</CacheClusterId><ReplicationGroupId>one</ReplicationGroupId>")))
	client := newClient(t, c)
	found, err := client.Lookup(t.Context(), scopeOf(resource.CacheKind), []string{clusterARN + "one"})
	require.NoError(t, err)
	require.Empty(t, found)
	require.NotContains(t, sealed(t, resource.CacheKind, list(t, client, resource.CacheKind)), clusterARN+"one")
}

// A replication group that came after the list of clusters is asked for by its members.
func TestAReplicationGroupThatIsNew(t *testing.T) {
	t.Parallel()
	of := few()
	c := newCloud(of)
	c.PageSize = 2
	client := newClient(t, c)
	page, err := client.List(t.Context(), scopeOf(resource.CacheKind), "")
	require.NoError(t, err)
	change(c, func(r *fake.Region) {
		newer := r.Caches[1]
		newer.ID, newer.Name, newer.VPC = groupARN+"newer", "newer", "vpc-9"
		r.Caches = slices.Insert(r.Caches, 3, newer)
	})
	page, err = client.List(t.Context(), scopeOf(resource.CacheKind), page.Next)
	require.NoError(t, err)
	newer := sealed(t, resource.CacheKind, page.Rows)[groupARN+"newer"].(*resource.Cache)
	require.Equal(t, "8.0.1", newer.EngineVersion)
	require.Equal(t, "vpc-9", newer.VPCID)
}

func groupsXML(inner string) string {
	return `<DescribeReplicationGroupsResponse><DescribeReplicationGroupsResult><ReplicationGroups><ReplicationGroup>` + inner +
		`</ReplicationGroup></ReplicationGroups></DescribeReplicationGroupsResult></DescribeReplicationGroupsResponse>`
}

func clustersXML(inner string) string {
	return `<DescribeCacheClustersResponse><DescribeCacheClustersResult><CacheClusters><CacheCluster>` + inner +
		`</CacheCluster></CacheClusters></DescribeCacheClustersResult></DescribeCacheClustersResponse>`
}

func TestCacheRow(t *testing.T) {
	t.Parallel()
	shards := func(members ...string) string {
		text := "<NodeGroups>"
		for _, inner := range members {
			text += "<NodeGroup><NodeGroupMembers>" + inner + "</NodeGroupMembers></NodeGroup>"
		}
		return text + "</NodeGroups>"
	}
	const member = "<NodeGroupMember/>"
	for inner, want := range map[string]*resource.Cache{
		"": {},
		"<Engine>Valkey</Engine><CacheNodeType>quantum</CacheNodeType><Status>resting</Status>": {Engine: "valkey", InstanceType: "quantum", Status: "resting"},
		shards(member, member+member):                                  {Shards: 2},
		shards(member+member, member, member):                          {Shards: 3},
		shards(member+member, member+member):                           {Shards: 2, Replicas: 1},
		shards(""):                                                     {Shards: 1},
		"<MemberClusters><ClusterId>away</ClusterId></MemberClusters>": {},
		"<MemberClusters><ClusterId>one</ClusterId></MemberClusters>":  {Engine: "redis", EngineVersion: "6.2.6"},
		"<NodeGroups/><ConfigurationEndpoint/><ReplicationGroupCreateTime/><MemberClusters/>": {},
	} {
		want.NativeID = "arn:1"
		page := recorded(t, newCloud(few()), resource.CacheKind, "DescribeReplicationGroups", groupsXML("<ARN>arn:1</ARN>"+inner))
		require.Empty(t, page.Problems, inner)
		requireRows(t, resource.CacheKind, []resource.Row{want}, page.Rows)
	}
}

// What makes no sense in a list beside costs the rows that it belongs to.
func TestOddValuesBesideCaches(t *testing.T) {
	t.Parallel()
	const tags = `{"ResourceTagMappingList":[{"ResourceARN":"` + groupARN + `sessions","Tags":%s}]}`
	for name, test := range map[string]struct{ action, body, want string }{
		"tags":      {"GetResources", fmt.Sprintf(tags, `"none"`), `its tags "arn:aws:elasticache:eu-central-1:123456789012:replicationgrou`},
		"a version": {"DescribeCacheClusters", clustersXML("<CacheClusterId>sessions-0001-001</CacheClusterId><EngineVersion><a/></EngineVersion>"), `cache cluster "sessions-0001-001": EngineVersion makes no sense`},
	} {
		page := recorded(t, newCloud(few()), resource.CacheKind, test.action, test.body)
		require.Len(t, page.Problems, 1, name)
		require.Equal(t, groupARN+"sessions", page.Problems[0].NativeID)
		require.Contains(t, page.Problems[0].Text, test.want)
		require.Len(t, page.Rows, 2, name)
	}
	for action, body := range map[string]string{
		"GetResources":          `{"ResourceTagMappingList":[{"Tags":[]}]}`,
		"DescribeCacheClusters": clustersXML("<CacheClusterId><a/></CacheClusterId>"),
	} {
		c := newCloud(few())
		c.Record(action, []byte(body))
		require.Equal(t, cloud.BadAnswer, failure(t.Context(), t, newClient(t, c), resource.CacheKind, "").Class, "whose is it?")
	}
	for _, empty := range []string{`{"ResourceTagMappingList":[{"ResourceARN":"` + groupARN + `sessions","Tags":null}]}`, `{"ResourceTagMappingList":[]}`} {
		page := recorded(t, newCloud(few()), resource.CacheKind, "GetResources", empty)
		require.Empty(t, page.Problems)
		require.Nil(t, page.Rows[0].(*resource.Cache).Tags)
	}
}

// A list of MemoryDB that is none is no empty one.
func TestAListThatIsNoneInJSON(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `[]`, `null`, `{"Clusters":null}`, `{"Clusters":{}}`, `{"Clusters":"none"}`, `{"Clusters":[]`, `{"Clusters":[],"NextToken":5}`, `{"Clusters":["a"]}`, `<Clusters/>`} {
		c := newCloud(few())
		c.Record("DescribeClusters", []byte(body))
		failed := failure(t.Context(), t, newClient(t, c), resource.CacheKind, "")
		require.Equal(t, cloud.BadAnswer, failed.Class, body)
		require.Equal(t, "aws/demo: DescribeClusters of "+region, failed.Doing)
	}
}

// One odd cluster of MemoryDB costs its row, whatever the SDK would say of it.
func TestOneOddMemoryDBCostsOneRow(t *testing.T) {
	t.Parallel()
	c := newCloud(&fake.Region{Name: region})
	c.Record("DescribeClusters", []byte(`{"Clusters":[{"ARN":"a","NumberOfShards":"two"},{"ARN":"b","Shards":"none"},{"ARN":"c","Shards":[{"Nodes":[{"CreateTime":"soon"}]}]},
		{"ARN":"d","ClusterEndpoint":{"Port":-1}},{"ARN":"null","Shards":null,"ClusterEndpoint":null,"Name":null}]}`))
	client := newClient(t, c)
	page, err := client.List(t.Context(), scopeOf(resource.CacheKind), "3+0+")
	require.NoError(t, err)
	require.Len(t, page.Problems, 4)
	require.Len(t, page.Rows, 1)
	require.Equal(t, "null", page.Rows[0].RowMeta().NativeID)
}

// A region that has no serverless caches has all others.
func TestARegionWithoutServerlessCaches(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	c.Break(fake.Fault{
		Action: "DescribeServerlessCaches", Status: 400,
		Body: `<ErrorResponse><Error><Code>InvalidAction</Code><Message>Operation (DescribeServerlessCaches) is not supported in this region</Message></Error></ErrorResponse>`,
	})
	client := newClient(t, c)
	require.Len(t, list(t, client, resource.CacheKind), len(someCaches())-1)
	_, err := client.Lookup(t.Context(), scopeOf(resource.CacheKind), []string{serverlessARN + "burst"})
	require.Equal(t, cloud.RegionDisabled, cloud.ClassOf(err))
}

// The ARN says which region a cache is of.
func TestCachesOfAnotherRegion(t *testing.T) {
	t.Parallel()
	of := few()
	of.Caches[0].ID = "arn:aws:elasticache:us-east-1:123456789012:replicationgroup:sessions"
	require.Len(t, list(t, newClient(t, newCloud(of)), resource.CacheKind), len(of.Caches)-1)
	of.Caches = of.Caches[:1]
	failed := failure(t.Context(), t, newClient(t, newCloud(of)), resource.CacheKind, "")
	require.Equal(t, cloud.BadAnswer, failed.Class)
	require.ErrorContains(t, failed, "us-east-1")
}
