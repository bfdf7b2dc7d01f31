package tencent

import (
	"cmp"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxClusterIDs is how many ClusterIds are asked for: the API documents no limit but that of a
// page, and for serverless clusters not even that.
const maxClusterIDs = 100

// clusters are those of TKE (https://cloud.tencent.com/document/api/457/31862), which has a
// list of its own for serverless ones.
var clusters = adapter.Several{
	clustersOf("DescribeClusters", "cluster", ""),
	clustersOf("DescribeEKSClusters", "serverless cluster", "serverless"),
}

func clustersOf(action, what, of string) *adapter.Listing[*Session, cluster] {
	return &adapter.Listing[*Session, cluster]{
		Kind: resource.ClusterKind, What: what,
		Action: action, Path: "Clusters", IDField: "ClusterId",
		Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxClusterIDs),
		Ask: Ask[cluster](tke, "ClusterIds"),
		ID:  func(c *cluster) string { return c.ClusterID },
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
	ClusterNetworkSettings     struct {
		VpcID, SubnetID string
		Subnets         []string // of containers
	}
	TagSpecification []struct{ Tags []adapter.Tag }
	CreatedTime      string
}

// row has no endpoint: that is a call for each cluster.
func (c *cluster) row(f *adapter.Fields, of string) resource.Row {
	network := c.ClusterNetworkSettings
	var tags []adapter.Tag
	for _, some := range c.TagSpecification {
		tags = append(tags, some.Tags...)
	}
	return &resource.Cluster{
		Meta:           resource.Meta{NativeID: c.ClusterID},
		Name:           c.ClusterName,
		Status:         cmp.Or(c.ClusterStatus, c.Status),
		ClusterType:    cmp.Or(c.ClusterType, of),
		Version:        cmp.Or(c.ClusterVersion, c.K8SVersion),
		VPCID:          cmp.Or(network.VpcID, c.VpcID),
		SubnetIDs:      adapter.Set(append(append(c.SubnetIDs, network.Subnets...), network.SubnetID)...),
		Tags:           adapter.TagsOf(tags),
		CloudCreatedAt: f.Time("CreatedTime", c.CreatedTime, beijing),
	}
}
