package alibaba

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const maxClusters = 50 // on a page; what the action gives at most is not documented

// clusters are Kubernetes clusters of ACK, registered ones among them
// (https://www.alibabacloud.com/help/en/ack/ack-managed-and-ack-dedicated/developer-reference/api-cs-2015-12-15-describeclustersv1).
var clusters = adapter.Listing[*session, cluster]{
	Kind: resource.ClusterKind, What: "cluster",
	Action: "DescribeClustersV1", Path: "clusters", IDField: "cluster_id",
	Pages: adapter.Numbers(maxClusters), IDs: adapter.Alone(maxAlone).If(isOneID),
	Ask:    askClusters,
	Row:    clusterRow,
	Gone:   func(c *cluster) (bool, error) { return c.State == "deleted", nil },
	Region: func(c *cluster) string { return regionOf(c.RegionID) },
	Empty:  provenByOwner, SeenProves: true,
}

// askClusters asks for those of the query's region: the action lists the whole account
// without.
func askClusters(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[cluster], error) {
	r := request{product: cs, action: q.Action, path: "/api/v1/clusters", region: q.Region, parameters: map[string]string{
		"region_id": q.Region, "page_size": strconv.Itoa(q.Limit), "page_number": strconv.Itoa(q.Number), "cluster_id": withCommas(q.IDs),
	}}
	return call(ctx, s, q.Region, q.Action, func(ctx context.Context, keys adapter.Keys) (answer adapter.Answer[cluster], err error) {
		fields, err := send[adapter.Document](ctx, s, keys, r)
		if err != nil {
			return answer, err
		}
		answer, err = answerOf[cluster](fields, q.Path)
		var page adapter.Document
		err = errors.Join(err, fields.Read(&page, "page_info"), page.Read(&answer.Total, "total_count"))
		answer.NoList = answer.NoList && answer.Total != "0"
		return answer, err
	})
}

// cluster is the part of a cluster that is kept. Its size, updated and next_version change by
// themselves; meta_data is left out too.
type cluster struct {
	ClusterID      string `json:"cluster_id"`
	Name           string
	State          string
	RegionID       string   `json:"region_id"`
	ClusterType    string   `json:"cluster_type"` // ManagedKubernetes …
	ClusterSpec    string   `json:"cluster_spec"` // ack.pro.small …, of managed ones
	CurrentVersion string   `json:"current_version"`
	MasterURL      string   `json:"master_url"` // JSON, in older answers one URL
	VpcID          string   `json:"vpc_id"`
	VSwitchID      string   `json:"vswitch_id"` // the older form: several, with commas
	VSwitchIDs     []string `json:"vswitch_ids"`
	Created        string
	Tags           []adapter.Tag
}

func clusterRow(f *adapter.Fields, c *cluster) resource.Row {
	return &resource.Cluster{
		Name:           c.Name,
		Status:         c.State,
		ClusterType:    cmp.Or(c.ClusterSpec, c.ClusterType),
		Version:        c.CurrentVersion,
		Endpoint:       c.endpoint(),
		VPCID:          c.VpcID,
		SubnetIDs:      adapter.Set(append(strings.Split(c.VSwitchID, ","), c.VSwitchIDs...)...),
		Tags:           adapter.TagsOf(c.Tags),
		CloudCreatedAt: f.Time("created", c.Created, utc),
	}
}

// endpoint is that of the API server inside the network, else the public one.
func (c *cluster) endpoint() string {
	var urls struct {
		Inside string `json:"intranet_api_server_endpoint"`
		Public string `json:"api_server_endpoint"`
	}
	if json.Unmarshal([]byte(c.MasterURL), &urls) != nil {
		return c.MasterURL
	}
	return cmp.Or(urls.Inside, urls.Public)
}
