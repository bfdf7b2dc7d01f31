package aws_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/aws/awsfake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

const eksARN = "arn:aws:eks:eu-central-1:123456789012:cluster/"

func someClusters() []resource.Cluster {
	return []resource.Cluster{
		{
			Meta: resource.Meta{NativeID: eksARN + "shop"}, Name: "shop", Status: "ACTIVE", ClusterType: "standard", Version: "1.35",
			Endpoint: "https://ABCDEF.gr7.eu-central-1.eks.amazonaws.com", VPCID: "vpc-1", SubnetIDs: []string{"subnet-1", "subnet-2"},
			Tags: map[string]string{"team": "shop", "空": ""}, CloudCreatedAt: utc(1, 2),
		},
		{Meta: resource.Meta{NativeID: eksARN + "new"}, Name: "new", Status: "CREATING", Version: "1.36", CloudCreatedAt: utc(2, 3)},
	}
}

func manyClusters(of *fake.Region, n int) {
	of.Clusters = many[resource.Cluster](n)
	for i := range of.Clusters {
		one := &of.Clusters[i]
		one.Name = one.NativeID
		one.NativeID = eksARN + one.Name
	}
}

func TestClusterLookup(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	require.Equal(t, 20, client.LookupLimit(resource.ClusterKind.Name()))
	all := []string{eksARN + "shop", eksARN + "new"}
	for name, test := range map[string]struct{ asked, want []string }{
		"existing": {all, all},
		"absent":   {[]string{eksARN + "gone"}, nil},
		"mixed":    {[]string{eksARN + "gone", all[1]}, all[1:]},
		"nothing":  {nil, nil},
		"those that no cluster has, so that none is known to be gone": {[]string{"", "shop", "arn:aws:ecs:r:1:cluster/shop"}, []string{"", "shop", "arn:aws:ecs:r:1:cluster/shop"}},
	} {
		found, err := client.Lookup(t.Context(), scopeOf(resource.ClusterKind), test.asked)
		require.NoError(t, err, name)
		require.ElementsMatch(t, test.want, found, name)
	}
	require.Zero(t, sent(c, "ListClusters"))
	// What has the name in another account is something else.
	_, err := client.Lookup(t.Context(), scopeOf(resource.ClusterKind), []string{"arn:aws:eks:eu-central-1:999999999999:cluster/shop"})
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err))
}

// A cluster that goes between the list and the call for it is gone.
func TestAClusterThatGoesAwayMeanwhile(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	c.Break(fake.Fault{Action: "DescribeCluster", Times: 1, Moves: func(r *fake.Region) { r.Clusters = r.Clusters[1:] }})
	rows := list(t, newClient(t, c), resource.ClusterKind)
	requireRows(t, resource.ClusterKind, rowsOf(someClusters()[1:]), rows)
}

func TestClusterRow(t *testing.T) {
	t.Parallel()
	for inner, want := range map[string]*resource.Cluster{
		"": {},
		`,"tags":null,"resourcesVpcConfig":null,"controlPlaneScalingConfig":null,"createdAt":null,"version":null`: {},
		`,"tags":{"a":null},"resourcesVpcConfig":{"subnetIds":["b","a",null]},"createdAt":1709600520.25`:          {Tags: map[string]string{"a": ""}, SubnetIDs: []string{"a", "b"}, CloudCreatedAt: utc(1, 2).Add(250e6)},
	} {
		want.NativeID = eksARN + "shop"
		of := few()
		of.Clusters = of.Clusters[:1]
		page := recorded(t, newCloud(of), resource.ClusterKind, "DescribeCluster", `{"cluster":{"arn":"`+eksARN+`shop","connectorConfig":{"activationCode":"`+awsfake.Planted+`"}`+inner+`}}`)
		require.Empty(t, page.Problems, inner)
		requireRows(t, resource.ClusterKind, []resource.Row{want}, page.Rows)
	}
	for inner, want := range map[string]string{
		`"arn":{}`: "arn makes no sense", `"createdAt":"soon"`: `createdAt makes no sense: "soon"`, `"tags":"none"`: `tags makes no sense: "\"none\""`,
		`"resourcesVpcConfig":{"subnetIds":"none"}`: `resourcesVpcConfig.subnetIds makes no sense`,
	} {
		of := few()
		of.Clusters = of.Clusters[:1]
		page := recorded(t, newCloud(of), resource.ClusterKind, "DescribeCluster", `{"cluster":{`+inner+`}}`)
		require.Empty(t, page.Rows)
		require.Len(t, page.Problems, 1)
		require.Equal(t, eksARN+"shop", page.Problems[0].NativeID)
		require.Contains(t, page.Problems[0].Text, want)
	}
}

// A name that makes no sense is a cluster all the same, of which nobody knows which it is.
func TestOddNamesOfClusters(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{"null", `{"name":"shop"}`, `""`, "[]"} {
		page := recorded(t, newCloud(few()), resource.ClusterKind, "ListClusters", fmt.Sprintf(`{"clusters":["shop",%s]}`, odd))
		require.Len(t, page.Rows, 1)
		require.Len(t, page.Problems, 1)
		require.Contains(t, page.Problems[0].Text, "cluster without an id", odd)
	}
	for _, body := range []string{`{}`, `{"clusters":null}`, `{"clusters":"shop"}`, `{"clusters":[]`, `[]`} {
		c := newCloud(few())
		c.Record("ListClusters", []byte(body))
		require.Equal(t, cloud.BadAnswer, failure(t.Context(), t, newClient(t, c), resource.ClusterKind, "").Class, body)
	}
}
