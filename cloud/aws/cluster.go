package aws

import (
	"cmp"
	"context"
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	// maxClusters is the most that EKS lists at once, by their names alone
	// (https://docs.aws.amazon.com/eks/latest/APIReference/API_ListClusters.html).
	maxClusters = 100
	// maxClusterIDs is how many clusters a look-up asks for: it takes a call for each.
	maxClusterIDs = 20
)

// eksClusters are those of EKS, but for those that run elsewhere and are only connected. Their
// id is the ARN, which a cluster of the same name gets again.
var eksClusters = adapter.Listing[*session, cluster]{
	Kind: resource.ClusterKind, What: "cluster",
	Action: "ListClusters", Path: "clusters", IDField: "arn",
	Pages: adapter.Tokens(maxClusters), IDs: adapter.Alone(maxClusterIDs).If(isARNOf("eks", "cluster/")),
	Ask:    askClusters,
	ID:     func(c *cluster) string { return c.ARN },
	Apiece: adapter.OneByOne("DescribeCluster", "cluster", askCluster, (*cluster).become),
	Row:    clusterRow,
}

// cluster is the part of a cluster that is kept.
type cluster struct {
	ARN      string `json:"arn"`
	Name     string
	Status   string
	Version  string
	Endpoint string
	Created  string `json:"createdAt"`
	Network  struct {
		VPC     string   `json:"vpcId"`
		Subnets []string `json:"subnetIds"`
	} `json:"resourcesVpcConfig"`
	Scaling struct{ Tier string } `json:"controlPlaneScalingConfig"`
	Tags    map[string]string
}

// become makes the cluster what the call for it has.
func (c *cluster) become(described []cluster) {
	listed := c.ARN
	*c = described[0]
	c.ARN = cmp.Or(c.ARN, listed)
}

func clusterRow(f *adapter.Fields, c *cluster) resource.Row {
	return &resource.Cluster{
		Meta:           resource.Meta{NativeID: c.ARN},
		Name:           c.Name,
		Status:         c.Status,
		ClusterType:    c.Scaling.Tier,
		Version:        c.Version,
		Endpoint:       c.Endpoint,
		VPCID:          c.Network.VPC,
		SubnetIDs:      adapter.Set(c.Network.Subnets...),
		Tags:           c.Tags,
		CloudCreatedAt: f.Time("createdAt", c.Created, time.UTC),
	}
}

var (
	askAllClusters = askFor(namesFromJSON[cluster], "nextToken", listClusters)
	askCluster     = askFor(oneFromJSON[cluster], "", describeCluster)
)

// askClusters asks for names, of which ARNs are made, or for a cluster by its ARN.
func askClusters(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[cluster], error) {
	if len(q.IDs) > 0 {
		q.Action, q.Path = "DescribeCluster", "cluster"
		return askCluster(ctx, s, q)
	}
	answer, err := askAllClusters(ctx, s, q)
	for i := range answer.Items {
		if c := &answer.Items[i].Value; c.Name != "" {
			c.ARN = "arn:" + partitionOf(q.Region) + ":eks:" + q.Region + ":" + s.account.AccountID + ":cluster/" + c.Name
		}
	}
	return answer, err
}
