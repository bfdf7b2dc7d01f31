package aws_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
	"cloudsync/shorttest"
)

// withClassic is a region that has load balancers of both APIs.
func withClassic() *fake.Region {
	of := few()
	of.LoadBalancers = append(of.LoadBalancers, fake.LoadBalancer{
		ID: "old-front", Type: "classic", Addresses: []string{"old-front-1.eu-central-1.elb.amazonaws.com"}, Ports: []string{"443/https", "80/http", "8443/ssl"},
		VPC: "vpc-1", Zones: []string{"eu-central-1b", "eu-central-1a"}, Subnets: []string{"subnet-2", "subnet-1"},
		Tags: map[string]string{"team": "shop", "env": "prod"}, Created: utc(7, 8),
	}, fake.LoadBalancer{ID: "old-inner", Type: "classic", Internal: true, Created: utc(9, 10)})
	return of
}

func TestClassicLoadBalancers(t *testing.T) {
	t.Parallel()
	c := newCloud(withClassic())
	client := newClient(t, c)
	first := list(t, client, resource.LoadBalancerKind)
	require.Len(t, first, 4)
	requireRows(t, resource.LoadBalancerKind, []resource.Row{
		&resource.LoadBalancer{
			Meta: resource.Meta{NativeID: "old-front"}, Name: "old-front", BalancerType: "classic", Scheme: "public",
			Addresses: []string{"old-front-1.eu-central-1.elb.amazonaws.com"}, Ports: []string{"443/https", "80/http", "8443/ssl"}, VPCID: "vpc-1",
			SubnetIDs: []string{"subnet-1", "subnet-2"}, Zones: []string{"eu-central-1a", "eu-central-1b"},
			Tags: map[string]string{"team": "shop", "env": "prod"}, CloudCreatedAt: utc(7, 8),
		},
		&resource.LoadBalancer{
			Meta: resource.Meta{NativeID: "old-inner"}, Name: "old-inner", BalancerType: "classic", Scheme: "internal", CloudCreatedAt: utc(9, 10),
		},
	}, first[2:])
	for _, size := range []int{0, 1} { // the server gives lists in another order each time
		c := newCloud(withClassic())
		c.PageSize = size
		require.Equal(t, hashesOf(t, resource.LoadBalancerKind, first), hashesOf(t, resource.LoadBalancerKind, list(t, newClient(t, c), resource.LoadBalancerKind)))
	}
}

func TestCallsForManyClassicLoadBalancers(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	of := &fake.Region{Name: region}
	for i := range 1000 {
		of.LoadBalancers = append(of.LoadBalancers, fake.LoadBalancer{ID: fmt.Sprintf("lb-%04d", i), Type: "classic"})
	}
	c := newCloud(of)
	require.Len(t, list(t, newClient(t, c), resource.LoadBalancerKind), 1000)
	require.Equal(t, map[string]int{"DescribeLoadBalancers": 1, "classic_DescribeLoadBalancers": 5, "classic_DescribeTags": 50}, requests(c))
}

func TestClassicLoadBalancerLookup(t *testing.T) {
	t.Parallel()
	c := newCloud(withClassic())
	client := newClient(t, c)
	both := []string{balancerARN + "app/shop/1", "old-inner"}
	for name, test := range map[string]struct{ asked, want []string }{
		"of both APIs": {both, both},
		"some absent":  {[]string{"gone", "old-front", balancerARN + "app/gone/1", "also-gone"}, []string{"old-front"}},
		"absent":       {[]string{"gone"}, nil},
	} {
		found, err := client.Lookup(t.Context(), scopeOf(resource.LoadBalancerKind), test.asked)
		require.NoError(t, err, name)
		require.ElementsMatch(t, test.want, found, name)
	}
	c.Break(fake.Fault{Verdict: fake.Denied, Action: "classic_DescribeLoadBalancers"})
	_, err := client.Lookup(t.Context(), scopeOf(resource.LoadBalancerKind), both)
	require.Equal(t, cloud.Denied, cloud.ClassOf(err))
}

// What is wrong with a question for names is not the names: it says nothing of them.
func TestARefusedQuestionForClassicLoadBalancers(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"classic_DescribeLoadBalancers", "classic_DescribeTags"} {
		c := newCloud(withClassic())
		client := newClient(t, c)
		c.Break(fake.Fault{
			Action: action, Status: 400,
			Body: `<ErrorResponse><Error><Code>ValidationError</Code><Message>no more than some names</Message></Error></ErrorResponse>`,
		})
		_, err := client.List(t.Context(), scopeOf(resource.LoadBalancerKind), classicCursor)
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), action)
		existing, err := client.Lookup(t.Context(), scopeOf(resource.LoadBalancerKind), []string{"old-front", "old-inner"})
		if action == "classic_DescribeTags" { // which no look-up asks for
			require.NoError(t, err)
			require.Len(t, existing, 2)
			continue
		}
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err))
		require.Empty(t, existing)
	}
}

// Another one with the name of one before it is the same row, which tells that it is newer.
func TestAClassicLoadBalancerOfTheSameName(t *testing.T) {
	t.Parallel()
	c := newCloud(withClassic())
	client := newClient(t, c)
	before := hashesOf(t, resource.LoadBalancerKind, list(t, client, resource.LoadBalancerKind))
	change(c, func(r *fake.Region) { r.LoadBalancers[2].Created = utc(11, 12) })
	after := hashesOf(t, resource.LoadBalancerKind, list(t, client, resource.LoadBalancerKind))
	require.NotEqual(t, before["old-front"], after["old-front"])
	delete(before, "old-front")
	delete(after, "old-front")
	require.Equal(t, before, after)
}

// A region that has no classic load balancers has the others.
func TestARegionWithoutClassicLoadBalancers(t *testing.T) {
	t.Parallel()
	c := newCloud(withClassic())
	c.Break(fake.Fault{
		Action: "classic_DescribeLoadBalancers", Status: 400,
		Body: `<ErrorResponse><Error><Code>InvalidAction</Code><Message>not in this region</Message></Error></ErrorResponse>`,
	})
	require.Len(t, list(t, newClient(t, c), resource.LoadBalancerKind), 2)
}

func TestOddClassicLoadBalancers(t *testing.T) {
	t.Parallel()
	for inner, want := range map[string]string{
		"<CreatedTime>soon</CreatedTime>": "CreatedTime makes no sense",
		"<ListenerDescriptions><member><Listener><LoadBalancerPort>99999</LoadBalancerPort></Listener></member></ListenerDescriptions>": "port makes no sense",
		"<AvailabilityZones>a</AvailabilityZones>": "AvailabilityZones makes no sense",
	} {
		c := newCloud(withClassic())
		c.Record("classic_DescribeLoadBalancers", []byte(`<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancerDescriptions>
			<member><LoadBalancerName>old-front</LoadBalancerName>`+inner+`</member>
			<member><LoadBalancerName>old-inner</LoadBalancerName><ListenerDescriptions/><VPCId/><Subnets/></member>
			</LoadBalancerDescriptions></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>`))
		page, err := newClient(t, c).List(t.Context(), scopeOf(resource.LoadBalancerKind), classicCursor)
		require.NoError(t, err, inner)
		require.Len(t, page.Rows, 1, inner)
		require.Len(t, page.Problems, 1, inner)
		require.Equal(t, "old-front", page.Problems[0].NativeID)
		require.Contains(t, page.Problems[0].Text, want)
	}
}

// classicCursor is where the list of classic load balancers begins.
const classicCursor = "1+0+"
