package alibaba_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/alibaba/alibabafake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// withMore is a region that has some of the further products.
func withMore() *fake.Region {
	of := everything()
	of.LoadBalancers[0].Ports = []string{"443/https", "80/http"}
	of.LoadBalancers = append(of.LoadBalancers, fake.LoadBalancer{
		ID: "alb-1", Name: "shop", Status: "Active", Type: "Standard", Ports: []string{"443/https", "443/quic"}, VPC: "vpc-1",
		ChargeType: "PostPay", Tags: map[string]string{"team": "a", "app": "web"}, Created: at(time.July, 9),
	}, fake.LoadBalancer{ID: "alb-2", Internal: true, Created: at(time.July, 10)}, fake.LoadBalancer{
		ID: "nlb-1", Name: "mail", Status: "Active", Ports: []string{"25/tcp", "8000-8010/udp"}, VPC: "vpc-1", Internal: true,
		Addresses: []string{"172.16.0.9", "172.16.1.9"}, Zones: []string{"cn-beijing-l", "cn-beijing-a"}, Subnets: []string{"vsw-2", "vsw-1"},
		ChargeType: "PostPay", Tags: map[string]string{"team": "b"}, Created: at(time.July, 11),
	})
	of.Databases = append(of.Databases, fake.Database{
		ID: "pc-1", Name: "ledger", Status: "Running", Zone: "cn-beijing-l", Engine: "MySQL", Version: "8.0", Type: "polar.mysql.x4.large",
		VCPU: 4, MemoryMiB: 16384, VPC: "vpc-1", Subnet: "vsw-1", ChargeType: "Prepaid", Tags: map[string]string{"team": "a"},
		Created: at(time.April, 1), Expires: at(time.December, 1),
	}, fake.Database{
		ID: "dds-1", Name: "events", Status: "Running", Zone: "cn-beijing-a", Version: "6.0", Type: "mdb.shard.2x.large.d", StorageGiB: 100,
		ChargeType: "PrePaid", Tags: map[string]string{"team": "b"}, Created: at(time.April, 2), Expires: at(time.December, 2),
	}, fake.Database{ID: "dds-2", Type: "dds.sharding", Version: "7.0", ChargeType: "PostPaid"}, fake.Database{ID: "dds-3", Type: "dds.serverless"})
	return of
}

func TestApplicationAndNetworkLoadBalancers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withMore())
	rows, _ := listAll(t, w.worker(), resource.LoadBalancerKind)
	require.Len(t, rows, 5)
	require.Equal(t, []string{"443/https", "80/http"}, rows[0].(*resource.LoadBalancer).Ports)
	require.Empty(t, rows[1].(*resource.LoadBalancer).Ports)
	require.Equal(t, []resource.Row{&resource.LoadBalancer{
		Meta: id("alb-1"), Name: "shop", Status: "Active", BalancerType: "application", Scheme: resource.SchemePublic, Addresses: []string{"alb-1.cn-beijing.example.com"},
		Ports: []string{"443/https", "443/quic"}, VPCID: "vpc-1", ChargeType: "PostPay", Tags: map[string]string{"team": "a", "app": "web"}, CloudCreatedAt: at(time.July, 9),
	}, &resource.LoadBalancer{
		Meta: id("alb-2"), BalancerType: "application", Scheme: resource.SchemeInternal, Addresses: []string{"alb-2.cn-beijing.example.com"}, CloudCreatedAt: at(time.July, 10),
	}, &resource.LoadBalancer{
		Meta: id("nlb-1"), Name: "mail", Status: "Active", BalancerType: "network", Scheme: resource.SchemeInternal, Addresses: []string{"172.16.0.9", "172.16.1.9"},
		Ports: []string{"25/tcp", "8000-8010/udp"}, VPCID: "vpc-1", SubnetIDs: []string{"vsw-1", "vsw-2"}, Zones: []string{"cn-beijing-a", "cn-beijing-l"},
		ChargeType: "PostPay", Tags: map[string]string{"team": "b"}, CloudCreatedAt: at(time.July, 11),
	}}, rows[2:])
}

func TestFurtherDatabases(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withMore())
	rows, _ := listAll(t, w.worker(), resource.DatabaseKind)
	require.Len(t, rows, 6)
	require.Equal(t, []resource.Row{&resource.Database{
		Meta: id("pc-1"), Name: "ledger", Status: "Running", Zone: "cn-beijing-l", Engine: "mysql", EngineVersion: "8.0", InstanceType: "polar.mysql.x4.large",
		VCPU: 4, MemoryMiB: 16384, VPCID: "vpc-1", SubnetID: "vsw-1", ChargeType: "Prepaid", Tags: map[string]string{"team": "a"},
		CloudCreatedAt: at(time.April, 1), ExpiresAt: at(time.December, 1),
	}, &resource.Database{
		Meta: id("dds-1"), Name: "events", Status: "Running", Zone: "cn-beijing-a", Engine: "mongodb", EngineVersion: "6.0", InstanceType: "mdb.shard.2x.large.d",
		StorageGiB: 100, ChargeType: "PrePaid", Tags: map[string]string{"team": "b"}, CloudCreatedAt: at(time.April, 2), ExpiresAt: at(time.December, 2),
	}, &resource.Database{Meta: id("dds-2"), Engine: "mongodb", EngineVersion: "7.0", InstanceType: "dds.sharding", ChargeType: "PostPaid"},
		&resource.Database{Meta: id("dds-3"), Engine: "mongodb", InstanceType: "dds.serverless"},
	}, rows[2:])
}

func TestOrderAndPagesOfSeveralLists(t *testing.T) {
	t.Parallel()
	for _, kind := range []*resource.Kind{resource.LoadBalancerKind, resource.DatabaseKind} {
		whole, _ := listAll(t, newWorld(t, withMore()).worker(), kind)
		w := newWorld(t, withMore())
		w.PageSize = 1
		one, _ := listAll(t, w.worker(), kind)
		require.Equal(t, hashes(t, kind, whole), hashes(t, kind, one), kind.Name())
	}
}

func TestLookupInSeveralProducts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withMore())
	client := w.worker()
	for kind, ids := range map[*resource.Kind][]string{
		resource.LoadBalancerKind: {"lb-1", "alb-1", "nlb-1"}, resource.DatabaseKind: {"rm-1", "pc-1", "dds-1", "dds-2", "dds-3"},
	} {
		found, err := client.Lookup(t.Context(), scopeOf(kind), append([]string{"alb-gone", "nlb-gone", "pc-gone", "dds-gone"}, ids...))
		require.NoError(t, err)
		require.ElementsMatch(t, ids, found)
	}
	// Of a RAM user nobody knows whether nothing at all is for want of a permission.
	w = newWorld(t, everything())
	for kind, gone := range map[*resource.Kind][]string{resource.LoadBalancerKind: {"alb-1", "nlb-1"}, resource.DatabaseKind: {"pc-1", "dds-1"}} {
		for _, id := range gone {
			_, err := w.worker().Lookup(t.Context(), scopeOf(kind), []string{id})
			require.Equal(t, cloud.Unproven, cloud.ClassOf(err), id)
		}
	}
}

// One of several lists that is refused fails the listing.
func TestOneOfSeveralListsIsRefused(t *testing.T) {
	t.Parallel()
	for action, kind := range map[string]*resource.Kind{
		"DescribeLoadBalancerListeners": resource.LoadBalancerKind, "alb_ListLoadBalancers": resource.LoadBalancerKind, "alb_ListListeners": resource.LoadBalancerKind,
		"nlb_ListLoadBalancers": resource.LoadBalancerKind, "nlb_ListListeners": resource.LoadBalancerKind,
		"DescribeDBClusters": resource.DatabaseKind, alibabafake.MongoDBAction: resource.DatabaseKind,
	} {
		for verdict, want := range map[fake.Verdict]cloud.Class{fake.Denied: cloud.Denied, fake.Throttled: cloud.Throttled, fake.ServerError: cloud.Unavailable} {
			w := newWorld(t, withMore())
			w.Break(fake.Fault{Action: action, Verdict: verdict})
			require.Equal(t, want, cloud.ClassOf(listError(w.worker(), kind)), action)
		}
		w := newWorld(t, withMore())
		w.Record(action, []byte(`{"RequestId":"1"}`))
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(listError(w.worker(), kind)), action)
	}
}

func listError(client cloud.Provider, kind *resource.Kind) error {
	for cursor := ""; ; {
		page, err := client.List(background(), scopeOf(kind), cursor)
		if cursor = page.Next; err != nil || cursor == "" {
			return err
		}
	}
}

// Whether a newer product leaves an empty list out is not known.
func TestAnEmptyListThatIsLeftOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Record("alb_ListLoadBalancers", []byte(`{"RequestId":"1","TotalCount":0}`))
	rows, _ := listAll(t, w.worker(), resource.LoadBalancerKind)
	require.Len(t, rows, 2)

	for _, body := range []string{`{"page_info":{"total_count":0}}`, `{"clusters":null,"page_info":{"total_count":"0"}}`} {
		w.Record("DescribeClustersV1", []byte(body))
		require.Equal(t, cloud.Unproven, cloud.ClassOf(listError(w.worker(), resource.ClusterKind)), body)
	}
	for _, body := range []string{`{"page_info":{"total_count":1}}`, `{"clusters":null,"page_info":{}}`, `{"clusters":null}`} {
		w.Record("DescribeClustersV1", []byte(body))
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(listError(w.worker(), resource.ClusterKind)), body)
	}
}

func TestCallsOfSeveralLists(t *testing.T) {
	t.Parallel()
	region := &fake.Region{Name: beijing}
	for i := range 1000 {
		region.LoadBalancers = append(region.LoadBalancers, fake.LoadBalancer{ID: fmt.Sprintf("alb-%04d", i), Ports: []string{"443/https"}})
		region.Databases = append(region.Databases, fake.Database{ID: fmt.Sprintf("pc-%04d", i)})
	}
	w := newWorld(t, region)
	w.Record("GetCallerIdentity", []byte(`{"AccountId":"`+accountID+`","IdentityType":"Account"}`))
	client := w.worker()
	listAll(t, client, resource.LoadBalancerKind)
	listAll(t, client, resource.DatabaseKind)
	for action, want := range map[string]int{
		"DescribeLoadBalancers": 1, "DescribeLoadBalancerListeners": 0, "alb_ListLoadBalancers": 10, "alb_ListListeners": 10, "nlb_ListLoadBalancers": 1, "nlb_ListListeners": 0,
		"DescribeDBInstances": 1, "DescribeDBClusters": 10, alibabafake.MongoDBAction: 3,
	} {
		require.Equal(t, want, w.asked(action), action)
	}
}

func TestOddValuesInSeveralLists(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind                 *resource.Kind
		cursor, action, body string
		want                 string
	}{
		{resource.LoadBalancerKind, "1+0+", "alb_ListLoadBalancers", `{"TotalCount":2,"LoadBalancers":[{"LoadBalancerId":"alb-9","Tags":"none"},{"LoadBalancerId":"alb-8","ZoneMappings":null,"DNSName":null}]}`, `application load balancer "alb-9": Tags makes no sense`},
		{resource.LoadBalancerKind, "2+0+", "nlb_ListLoadBalancers", `{"TotalCount":2,"LoadBalancers":[{"LoadBalancerId":"nlb-9","CreateTime":"soon"},{"LoadBalancerId":"nlb-8","RegionId":"cn-beijing"},{"LoadBalancerId":"nlb-7","RegionId":"cn-hangzhou"}]}`, `network load balancer "nlb-9": CreateTime makes no sense`},
		{resource.LoadBalancerKind, "2+0+", "nlb_ListListeners", `{"TotalCount":1,"Listeners":[{"ListenerId":"lsn-1","LoadBalancerId":"nlb-9","ListenerPort":70000}]}`, ""},
		{resource.DatabaseKind, "1+0+", "DescribeDBClusters", `{"TotalRecordCount":2,"Items":{"DBCluster":[{"DBClusterId":"pc-9","CpuCores":"many"},{"DBClusterId":"pc-8","MemorySize":"16384","Tags":{"Tag":[]}}]}}`, `PolarDB cluster "pc-9": CpuCores makes no sense`},
		{resource.DatabaseKind, "2+0+", alibabafake.MongoDBAction, `{"TotalCount":2,"DBInstances":{"DBInstance":[{"DBInstanceId":"dds-9","DBInstanceStorage":-1},{"DBInstanceId":"dds-8"}]}}`, `MongoDB instance "dds-9": DBInstanceStorage makes no sense`},
	} {
		w := newWorld(t, withMore())
		w.Record(test.action, []byte(test.body))
		page, err := w.worker().List(t.Context(), scopeOf(test.kind), test.cursor)
		require.NoError(t, err, test.action)
		require.Len(t, page.Rows, 1, test.action)
		if test.want == "" {
			require.Empty(t, page.Problems)
			continue
		}
		require.Len(t, page.Problems, 1, test.action)
		require.Contains(t, page.Problems[0].Text, test.want)
	}
}

func FuzzApplicationLoadBalancers(f *testing.F) {
	fuzzAnswersAt(f, resource.LoadBalancerKind, "1+0+", "alb_ListLoadBalancers",
		`{"LoadBalancers":[{"LoadBalancerId":"alb-1","ZoneMappings":[{"ZoneId":"z","LoadBalancerAddresses":[{"PrivateIPv4Address":"10.0.0.1"}]}],"CreateTime":"2024-07-07T22:32Z","Tags":[{"Key":"a","Value":"b"}]}],"TotalCount":1}`,
		`{"LoadBalancers":[null],"TotalCount":-1}`)
}

func FuzzListeners(f *testing.F) {
	fuzzAnswersAt(f, resource.LoadBalancerKind, "1+0+", "alb_ListListeners",
		`{"Listeners":[{"ListenerId":"lsn-1","LoadBalancerId":"alb-1","ListenerPort":443,"ListenerProtocol":"HTTPS","StartPort":"1","EndPort":"2"}],"TotalCount":1}`)
}

func FuzzPolarDB(f *testing.F) {
	fuzzAnswersAt(f, resource.DatabaseKind, "1+0+", "DescribeDBClusters",
		`{"Items":{"DBCluster":[{"DBClusterId":"pc-1","DBType":"MySQL","CpuCores":"4","MemorySize":"8192","CreateTime":"2024-07-07T22:32:00Z","Tags":{"Tag":[{"Key":"a","Value":"b"}]}}]},"TotalRecordCount":1,"PageRecordCount":1}`)
}

func FuzzMongoDB(f *testing.F) {
	fuzzAnswersAt(f, resource.DatabaseKind, "2+0+", alibabafake.MongoDBAction,
		`{"DBInstances":{"DBInstance":[{"DBInstanceId":"dds-1","DBInstanceStorage":20,"ExpireTime":"2024-07-07T22:32Z"}]},"TotalCount":1,"PageSize":100}`)
}
