package aws

import (
	"cmp"
	"context"
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxClusters is the most that EKS lists at once, by their names alone
// (https://docs.aws.amazon.com/eks/latest/APIReference/API_ListClusters.html).
const maxClusters = 100

// eksClusters are those of EKS, but for those that run elsewhere and are only connected. Their
// id is the ARN, which a cluster of the same name gets again.
var eksClusters = adapter.Listing[*session, cluster]{
	Kind: resource.ClusterKind, What: "cluster",
	Action: "ListClusters", Path: "clusters", IDField: "arn",
	Pages: adapter.Tokens(maxClusters), IDs: adapter.Alone(maxAlone).If(isARNOf("eks", "cluster/")),
	Ask:    askOne(askClusters, "DescribeCluster", "cluster", askCluster),
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
	Created  string   `json:"createdAt"`
	VPC      string   `at:"resourcesVpcConfig.vpcId"`
	Subnets  []string `at:"resourcesVpcConfig.subnetIds"`
	Tier     string   `at:"controlPlaneScalingConfig.tier"`
	Tags     map[string]string
}

// become makes the cluster what the call for it has.
func (c *cluster) become(described []cluster) {
	listed := c.ARN
	*c = described[0]
	c.ARN = cmp.Or(c.ARN, listed)
}

func clusterRow(f *adapter.Fields, c *cluster) resource.Row {
	return &resource.Cluster{
		Name:           c.Name,
		Status:         c.Status,
		ClusterType:    c.Tier,
		Version:        c.Version,
		Endpoint:       c.Endpoint,
		VPCID:          c.VPC,
		SubnetIDs:      adapter.Set(c.Subnets...),
		Tags:           c.Tags,
		CloudCreatedAt: f.Time("createdAt", c.Created, time.UTC),
	}
}

var (
	askNames   = askFor(namesFromJSON[cluster], "nextToken", listClusters)
	askCluster = askFor(oneFromJSON[cluster], "", describeCluster)
)

// askClusters asks for names, of which ARNs are made.
func askClusters(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[cluster], error) {
	answer, err := askNames(ctx, s, q)
	for i := range answer.Items {
		if c := &answer.Items[i].Value; c.Name != "" {
			c.ARN = "arn:" + partitionOf(q.Region) + ":eks:" + q.Region + ":" + s.account.AccountID + ":cluster/" + c.Name
		}
	}
	return answer, err
}
