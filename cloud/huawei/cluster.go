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
		if c.Spec.IsAutopilot {
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
	Metadata struct {
		UID, Name string
		Alias     string // as the console calls it
		Created   string `json:"creationTimestamp"`
	}
	Spec struct {
		Flavor, Version string // such as cce.s2.small, v1.29
		BillingMode     string
		IsAutopilot     bool `json:"enableAutopilot"`
		HostNetwork     struct{ VPC, Subnet string }
		Tags            []adapter.Tag `json:"clusterTags"`
	}
	Status struct {
		Phase     string
		Endpoints []struct{ URL, Type string }
	}
}

func clusterID(c *cluster) string { return c.Metadata.UID }

func clusterRow(f *adapter.Fields, c *cluster) resource.Row {
	return &resource.Cluster{
		Meta:           resource.Meta{NativeID: c.Metadata.UID},
		Name:           cmp.Or(c.Metadata.Alias, c.Metadata.Name),
		Status:         c.Status.Phase,
		ClusterType:    c.Spec.Flavor,
		Version:        strings.TrimPrefix(c.Spec.Version, "v"),
		Endpoint:       c.endpoint(),
		VPCID:          c.Spec.HostNetwork.VPC,
		SubnetIDs:      adapter.Set(c.Spec.HostNetwork.Subnet),
		ChargeType:     adapter.Word(chargingModes, c.Spec.BillingMode),
		Tags:           adapter.TagsOf(c.Spec.Tags),
		CloudCreatedAt: f.Time("metadata.creationTimestamp", c.Metadata.Created, utc),
	}
}

// endpoint is the one inside the network, else another.
func (c *cluster) endpoint() string {
	var inside, others []string
	for _, endpoint := range c.Status.Endpoints {
		if endpoint.Type == "Internal" {
			inside = append(inside, endpoint.URL)
		} else {
			others = append(others, endpoint.URL)
		}
	}
	return cmp.Or(slices.Concat(adapter.Set(inside...), adapter.Set(others...))...)
}
