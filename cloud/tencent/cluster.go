package tencent

import (
	"cmp"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// clusters are those of TKE (https://cloud.tencent.com/document/api/457/31862), which has a
// list of its own for serverless ones. That documents no limit of a page.
var clusters = adapter.Several{
	clustersOf("DescribeClusters", "cluster", ""),
	clustersOf("DescribeEKSClusters", "serverless cluster", "serverless"),
}

func clustersOf(action, what, of string) *adapter.Listing[*Session, cluster] {
	return &adapter.Listing[*Session, cluster]{
		Kind: resource.ClusterKind, What: what,
		Action: action, Path: "Clusters", IDField: "ClusterId",
		Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxIDs),
		Ask: Ask[cluster](tke, "ClusterIds"),
		Row: func(f *adapter.Fields, c *cluster) resource.Row { return c.row(f, of) },
	}
}

// cluster is the part of a cluster that is kept. The two lists have some of it under other
// names. ClusterNodeNum and its kin change by themselves.
type cluster struct {
	ClusterID, ClusterName     string
	ClusterStatus, Status      string
	ClusterType                string
	ClusterVersion, K8SVersion string
	VpcID                      string
	SubnetIDs                  []string
	ClusterNetworkSettings     struct{ VpcID, SubnetID string }
	ContainerSubnets           []string      `at:"ClusterNetworkSettings.Subnets"`
	Tags                       []adapter.Tag `at:"TagSpecification[].Tags[]"`
	CreatedTime                string
}

// row has no endpoint: that is a call for each cluster.
func (c *cluster) row(f *adapter.Fields, of string) resource.Row {
	network := c.ClusterNetworkSettings
	return &resource.Cluster{
		Name:           c.ClusterName,
		Status:         cmp.Or(c.ClusterStatus, c.Status),
		ClusterType:    cmp.Or(c.ClusterType, of),
		Version:        cmp.Or(c.ClusterVersion, c.K8SVersion),
		VPCID:          cmp.Or(network.VpcID, c.VpcID),
		SubnetIDs:      adapter.Set(append(append(c.SubnetIDs, c.ContainerSubnets...), network.SubnetID)...),
		Tags:           adapter.TagsOf(c.Tags),
		CloudCreatedAt: f.Time("CreatedTime", c.CreatedTime, beijing),
	}
}
