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

const balancerARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/"

func twoBalancers() []fake.LoadBalancer {
	return []fake.LoadBalancer{
		{
			ID: balancerARN + "app/shop/1", Name: "shop", Status: "active", Type: "application", Addresses: []string{"shop-1.eu-central-1.elb.amazonaws.com"},
			VPC: "vpc-1", Zones: []string{"eu-central-1a", "eu-central-1b"}, Subnets: []string{"subnet-1", "subnet-2"},
			Tags: map[string]string{"team": "shop", "env": "prod"}, Created: utc(7, 8),
		},
		{
			ID: balancerARN + "net/inner/2", Name: "inner", Status: "provisioning", Type: "network", Internal: true, Addresses: []string{"10.0.0.20", "10.0.1.20"},
			VPC: "vpc-1", Zones: []string{"eu-central-1a", "eu-central-1b"}, Subnets: []string{"subnet-1", "subnet-2"}, Created: utc(9, 10),
		},
	}
}

func TestLoadBalancers(t *testing.T) {
	t.Parallel()
	client := newClient(t, newCloud(few()))
	first := list(t, client, resource.LoadBalancerKind)
	requireRows(t, resource.LoadBalancerKind, []resource.Row{
		&resource.LoadBalancer{
			Meta: resource.Meta{NativeID: balancerARN + "app/shop/1"}, Name: "shop", Status: "active", BalancerType: "application", Scheme: "public",
			Addresses: []string{"shop-1.eu-central-1.elb.amazonaws.com"}, VPCID: "vpc-1",
			SubnetIDs: []string{"subnet-1", "subnet-2"}, Zones: []string{"eu-central-1a", "eu-central-1b"},
			Tags: map[string]string{"team": "shop", "env": "prod"}, CloudCreatedAt: utc(7, 8),
		},
		&resource.LoadBalancer{
			Meta: resource.Meta{NativeID: balancerARN + "net/inner/2"}, Name: "inner", Status: "provisioning", BalancerType: "network", Scheme: "internal",
			Addresses: []string{"10.0.0.20", "10.0.1.20"}, VPCID: "vpc-1",
			SubnetIDs: []string{"subnet-1", "subnet-2"}, Zones: []string{"eu-central-1a", "eu-central-1b"}, CloudCreatedAt: utc(9, 10),
		},
	}, first)
	for range 3 {
		require.Equal(t, hashesOf(t, resource.LoadBalancerKind, first), hashesOf(t, resource.LoadBalancerKind, list(t, client, resource.LoadBalancerKind)))
	}
}

func manyBalancers(n int) *fake.Region {
	of := &fake.Region{Name: region}
	for i := range n {
		of.LoadBalancers = append(of.LoadBalancers, fake.LoadBalancer{ID: fmt.Sprintf("%sapp/lb/%d", balancerARN, i), Tags: map[string]string{"n": fmt.Sprint(i)}})
	}
	return of
}

func TestLoadBalancersOverManyPages(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	c := newCloud(manyBalancers(450))
	rows := sealed(t, resource.LoadBalancerKind, list(t, newClient(t, c), resource.LoadBalancerKind))
	require.Len(t, rows, 450)
	require.Equal(t, map[string]string{"n": "449"}, rows[balancerARN+"app/lb/449"].(*resource.LoadBalancer).Tags)
	require.Equal(t, 3, sent(c, "DescribeLoadBalancers"))
	require.Equal(t, 10+10+3, sent(c, "DescribeTags"), "20 in a call")
}

// One that goes away between the two calls is left out; the page does not fail for it.
func TestALoadBalancerThatGoesAwayMeanwhile(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	gone := fake.Fault{
		Action: "DescribeTags", Times: 2, Status: 400,
		Body: `<ErrorResponse><Error><Type>Sender</Type><Code>LoadBalancerNotFound</Code><Message>gone</Message></Error></ErrorResponse>`,
	}
	c.Break(gone) // both together, then the first alone
	rows := list(t, client, resource.LoadBalancerKind)
	require.Len(t, rows, 1)
}

func TestLoadBalancerLookup(t *testing.T) {
	t.Parallel()
	c := newCloud(manyBalancers(30))
	client := newClient(t, c)
	limit := client.LookupLimit(resource.LoadBalancerKind.Name())
	require.Equal(t, 20, limit)
	var all []string
	for i := range limit {
		all = append(all, fmt.Sprintf("%sapp/lb/%d", balancerARN, i))
	}
	for name, test := range map[string]struct{ asked, want []string }{
		"existing":         {all[:1], all[:1]},
		"absent":           {[]string{balancerARN + "app/gone/1"}, nil},
		"mixed":            {[]string{balancerARN + "app/gone/1", all[1], balancerARN + "app/gone/2", all[0]}, []string{all[1], all[0]}},
		"the limit":        {all, all},
		"of another form":  {[]string{"shop", "", all[2], "*"}, []string{all[2]}},
		"nothing":          {nil, nil},
		"more than a call": {append(all, all[0]+"x"), all},
	} {
		found, err := client.Lookup(t.Context(), scopeOf(resource.LoadBalancerKind), test.asked)
		require.NoError(t, err, name)
		require.ElementsMatch(t, test.want, found, name)
	}
	c.Break(fake.Fault{Verdict: fake.Denied, Action: "DescribeLoadBalancers"})
	c.Break(fake.Fault{Verdict: fake.Denied, Action: "classic_DescribeLoadBalancers"})
	_, err := client.Lookup(t.Context(), scopeOf(resource.LoadBalancerKind), []string{"shop"})
	require.Equal(t, cloud.Denied, cloud.ClassOf(err), "nobody said that it does not exist")
}

// An answer that leaves out a load balancer's tags would make a row with half of its
// fields.
func TestTagsThatAreLeftOut(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	c.Record("DescribeTags", []byte(`<DescribeTagsResponse><DescribeTagsResult><TagDescriptions><member><ResourceArn>`+balancerARN+
		`app/shop/1</ResourceArn><Tags/></member></TagDescriptions></DescribeTagsResult></DescribeTagsResponse>`))
	require.Equal(t, cloud.BadAnswer, failure(t.Context(), t, client, resource.LoadBalancerKind, "").Class)
}

func TestLoadBalancerRow(t *testing.T) {
	t.Parallel()
	for inner, want := range map[string]*resource.LoadBalancer{
		"": {},
		`<Scheme>elsewhere</Scheme><Type>quantum</Type><DNSName>name</DNSName><State><Code>resting</Code></State><AvailabilityZones><member/>
			<member><ZoneName>a</ZoneName><LoadBalancerAddresses><member/><member><IpAddress>198.51.100.1</IpAddress><IPv6Address>2001:db8::1</IPv6Address></member>
			</LoadBalancerAddresses></member></AvailabilityZones>`: {
			Scheme: "elsewhere", BalancerType: "quantum", Status: "resting", Addresses: []string{"198.51.100.1", "2001:db8::1"}, Zones: []string{"a"},
		},
	} {
		want.NativeID = "arn:1"
		c := newCloud(few())
		c.Record("DescribeTags", []byte(tagsXML("<ResourceArn>arn:1</ResourceArn>")))
		page := recorded(t, c, resource.LoadBalancerKind, "DescribeLoadBalancers", balancersXML("<LoadBalancerArn>arn:1</LoadBalancerArn>"+inner))
		require.Empty(t, page.Problems)
		requireRows(t, resource.LoadBalancerKind, []resource.Row{want}, page.Rows)
	}
}

func balancersXML(inner string) string {
	return `<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers><member>` + inner +
		`</member></LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>`
}

func tagsXML(inner string) string {
	return `<DescribeTagsResponse><DescribeTagsResult><TagDescriptions><member>` + inner +
		`</member></TagDescriptions></DescribeTagsResult></DescribeTagsResponse>`
}

// Tags that make no sense cost their load balancer alone.
func TestTagsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	c.Record("DescribeTags", []byte(tagsXML("<ResourceArn>"+balancerARN+"app/shop/1</ResourceArn><Tags>none</Tags></member><member><ResourceArn>"+
		balancerARN+"net/inner/2</ResourceArn><Tags><member><Key>a</Key><Value/></member></Tags>")))
	page, err := newClient(t, c).List(t.Context(), scopeOf(resource.LoadBalancerKind), "")
	require.NoError(t, err)
	require.Len(t, page.Problems, 1)
	require.Equal(t, balancerARN+"app/shop/1", page.Problems[0].NativeID)
	require.Contains(t, page.Problems[0].Text, `: Tags makes no sense: "\"none\""`)
	require.Len(t, page.Rows, 1)
	require.Equal(t, map[string]string{"a": ""}, page.Rows[0].(*resource.LoadBalancer).Tags)
}

// The ARN says which region a load balancer is of.
func TestLoadBalancersOfAnotherRegion(t *testing.T) {
	t.Parallel()
	of := few()
	of.LoadBalancers[0].ID = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/shop/1"
	c := newCloud(of)
	rows := list(t, newClient(t, c), resource.LoadBalancerKind)
	require.Len(t, rows, 1)
	require.Equal(t, balancerARN+"net/inner/2", rows[0].RowMeta().NativeID)
	change(c, func(r *fake.Region) { r.LoadBalancers = r.LoadBalancers[:1] })
	failed := failure(t.Context(), t, newClient(t, c), resource.LoadBalancerKind, "")
	require.Equal(t, cloud.BadAnswer, failed.Class)
	require.ErrorContains(t, failed, "us-east-1")
}
