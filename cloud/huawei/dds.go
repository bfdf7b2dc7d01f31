package huawei

import (
	"slices"
	"strings"

	dds "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dds/v3"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dds/v3/model"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// ddsInstances are those of DDS, which speaks MongoDB
// (https://support.huaweicloud.com/intl/en-us/api-dds/dds_api_0023.html).
var ddsInstances = adapter.Listing[*session, ddsInstance]{
	Kind: resource.DatabaseKind, What: "DDS instance",
	Action: "ListInstances", Product: ddsProduct.name, Path: "instances", IDField: "id",
	Pages: adapter.Offsets(databasesPerPage), IDs: adapter.Alone(maxDatabaseIDs).If(isDDS).Uncounted(),
	Ask: ask[ddsInstance](ddsProduct, "total_count", dds.GenReqDefForListInstances, func(q adapter.Query) any {
		typ := model.GetListInstancesRequestDatastoreTypeEnum().DDS_COMMUNITY
		return &model.ListInstancesRequest{Limit: given(int32(q.Limit)), Offset: given(int32(q.Offset)), Id: given(strings.Join(q.IDs, "")), DatastoreType: &typ}
	}),
	ID:  func(d *ddsInstance) string { return d.ID },
	Row: ddsRow,
}

var isDDS = hasSuffix("in02")

// ddsInstance is the part of an instance that is kept: a cluster, a replica set or a single
// node, with its nodes in groups.
type ddsInstance struct {
	ID, Name, Status, Port, Created string
	Datastore                       struct{ Version string }
	VPCID                           string `json:"vpc_id"`
	SubnetID                        string `json:"subnet_id"`
	PayMode                         string `json:"pay_mode"`
	Tags                            []adapter.Tag
	Groups                          []struct {
		Volume struct{ Size string } // GB, of a shard or the like
		Nodes  []struct {
			IP   string `json:"private_ip"`
			Spec string `json:"spec_code"`
			Zone string `json:"availability_zone"`
		}
	}
}

// ddsRow has one of the addresses that clients connect to, always the same one, and a zone
// and a type where all nodes have the same. Which node is the primary changes when it fails.
func ddsRow(f *adapter.Fields, d *ddsInstance) resource.Row {
	var sizes, ips, zones, specs []string
	for _, group := range d.Groups {
		sizes = append(sizes, group.Volume.Size)
		for _, node := range group.Nodes {
			ips, zones, specs = append(ips, node.IP), append(zones, node.Zone), append(specs, node.Spec)
		}
	}
	row := &resource.Database{
		Meta:           resource.Meta{NativeID: d.ID},
		Name:           d.Name,
		Status:         d.Status,
		Zone:           adapter.Only(zones...),
		Engine:         adapter.Engine("mongodb"),
		EngineVersion:  d.Datastore.Version,
		InstanceType:   adapter.Only(specs...),
		StorageGiB:     f.Sum("volume.size", sizes...),
		Port:           f.Port("port", d.Port),
		VPCID:          d.VPCID,
		SubnetID:       d.SubnetID,
		ChargeType:     adapter.Word(chargingModes, d.PayMode),
		Tags:           adapter.TagsOf(d.Tags),
		CloudCreatedAt: f.Time("created", d.Created, utc),
	}
	if all := adapter.IPs(ips...); len(all) > 0 {
		row.Endpoint = slices.Min(all)
	}
	return row
}
