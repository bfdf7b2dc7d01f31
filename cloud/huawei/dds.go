package huawei

import (
	"cmp"

	dds "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dds/v3"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// ddsInstances are those of DDS, which speaks MongoDB
// (https://support.huaweicloud.com/intl/en-us/api-dds/dds_api_0023.html).
var ddsInstances = adapter.Listing[*session, ddsInstance]{
	Kind: resource.DatabaseKind, What: "DDS instance",
	Action: "ListInstances", Product: ddsProduct.name, Path: "instances", IDField: "id",
	Pages: adapter.Offsets(databasesPerPage), IDs: adapter.Alone(maxAlone).If(isDDS).Uncounted(),
	Ask: ask[ddsInstance](ddsProduct, "total_count", dds.GenReqDefForListInstances, databasesOf("DDS-Community")),
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
	Sizes                           []string `at:"groups[].volume.size"` // GB, of a shard or the like
	IPs                             []string `at:"groups[].nodes[].private_ip"`
	Specs                           []string `at:"groups[].nodes[].spec_code"`
	Zones                           []string `at:"groups[].nodes[].availability_zone"`
}

// ddsRow has one of the addresses that clients connect to, always the same one, and a zone
// and a type where all nodes have the same. Which node is the primary changes when it fails.
func ddsRow(f *adapter.Fields, d *ddsInstance) resource.Row {
	return &resource.Database{
		Name:           d.Name,
		Status:         d.Status,
		Zone:           adapter.Only(d.Zones...),
		Engine:         adapter.Engine("mongodb"),
		EngineVersion:  d.Datastore.Version,
		InstanceType:   adapter.Only(d.Specs...),
		StorageGiB:     f.Sum("volume.size", d.Sizes...),
		Endpoint:       cmp.Or(adapter.IPs(d.IPs...)...),
		Port:           f.Port("port", d.Port),
		VPCID:          d.VPCID,
		SubnetID:       d.SubnetID,
		ChargeType:     adapter.Word(chargingModes, d.PayMode),
		Tags:           adapter.TagsOf(d.Tags),
		CloudCreatedAt: f.Time("created", d.Created, utc),
	}
}
