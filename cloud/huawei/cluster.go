package huawei

import (
	"cmp"
	"slices"
	"strings"

	cce "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/cce/v3"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxClusterIDs is for a look-up, which lists all clusters of the region again.
const maxClusterIDs = 100

// clusters are those of CCE, and those without nodes, called Autopilot. Both lists are whole.
// That a region without the latter does not know their API is not confirmed, nor that none of
// them is in the first list.
var clusters = adapter.Several{
	clusterList("ListClusters", asking[cluster]{of: cceProduct, described: cce.GenReqDefForListClusters}, func(f *adapter.Fields, c *cluster) resource.Row {
		if c.IsAutopilot {
			return nil
		}
		return clusterRow(f, c)
	}),
	clusterList("ListAutopilotClusters", asking[cluster]{of: cceProduct, described: cce.GenReqDefForListAutopilotClusters, optional: true}, clusterRow),
}

func clusterList(action string, by asking[cluster], row func(*adapter.Fields, *cluster) resource.Row) *adapter.Listing[*session, cluster] {
	by.request, by.read = func(adapter.Query) any { return &listRequest{} }, among(whole[cluster], clusterID)
	return &adapter.Listing[*session, cluster]{
		Kind: resource.ClusterKind, What: "cluster",
		Action: action, Path: "items", IDField: "metadata.uid",
		Pages: adapter.Tokens(0), IDs: adapter.Together(maxClusterIDs).If(isID),
		Ask: by.ask, ID: clusterID, Row: row,
	}
}

// cluster is the part of a cluster that is kept. How its users log in is left out, and how many
// nodes it has.
type cluster struct {
	ID          string                       `at:"metadata.uid"`
	Name        string                       `at:"metadata.name"`
	Alias       string                       `at:"metadata.alias"` // as the console calls it
	Created     string                       `at:"metadata.creationTimestamp"`
	Flavor      string                       `at:"spec.flavor"`  // such as cce.s2.small
	Version     string                       `at:"spec.version"` // such as v1.29
	BillingMode string                       `at:"spec.billingMode"`
	IsAutopilot bool                         `at:"spec.enableAutopilot"`
	Network     struct{ VPC, Subnet string } `at:"spec.hostNetwork"`
	Tags        []adapter.Tag                `at:"spec.clusterTags"`
	Phase       string                       `at:"status.phase"`
	Endpoints   []struct{ URL, Type string } `at:"status.endpoints"`
}

func clusterID(c *cluster) string { return c.ID }

func clusterRow(f *adapter.Fields, c *cluster) resource.Row {
	return &resource.Cluster{
		Name:           cmp.Or(c.Alias, c.Name),
		Status:         c.Phase,
		ClusterType:    c.Flavor,
		Version:        strings.TrimPrefix(c.Version, "v"),
		Endpoint:       c.endpoint(),
		VPCID:          c.Network.VPC,
		SubnetIDs:      adapter.Set(c.Network.Subnet),
		ChargeType:     adapter.Word(chargingModes, c.BillingMode),
		Tags:           adapter.TagsOf(c.Tags),
		CloudCreatedAt: f.Time("metadata.creationTimestamp", c.Created, utc),
	}
}

// endpoint is the one inside the network, else another.
func (c *cluster) endpoint() string {
	var inside, others []string
	for _, endpoint := range c.Endpoints {
		if endpoint.Type == "Internal" {
			inside = append(inside, endpoint.URL)
		} else {
			others = append(others, endpoint.URL)
		}
	}
	return cmp.Or(slices.Concat(adapter.Set(inside...), adapter.Set(others...))...)
}
