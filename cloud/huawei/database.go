package huawei

import (
	"cmp"
	"slices"
	"strings"

	rds "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/rds/v3"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const databasesPerPage = 100 // the most that the APIs give

// databases are those of four products.
var databases = adapter.Several{&rdsInstances, &taurusInstances, &gaussInstances, &ddsInstances}

var rdsInstances = adapter.Listing[*session, database]{
	Kind: resource.DatabaseKind, What: "database",
	Action: "ListInstances", Path: "instances", IDField: "id",
	Pages: adapter.Offsets(databasesPerPage), IDs: adapter.Alone(maxAlone).If(isRDS).Uncounted(),
	Ask: ask[database](rdsProduct, "total_count", rds.GenReqDefForListInstances, counted),
	Row: databaseRow,
}

// isRDS is false for the ids of the other products.
func isRDS(id string) bool { return isID(id) && !isTaurus(id) && !isGauss(id) && !isDDS(id) }

// hasSuffix says that an id ends with this, as those of a product do. That of TaurusDB is
// documented, those of the others are those of the documents' examples.
func hasSuffix(suffix string) func(id string) bool {
	return func(id string) bool { return isID(id) && strings.HasSuffix(id, suffix) }
}

// database is the part of an instance of RDS or GaussDB that is kept.
type database struct {
	ID, Name, Status, CPU, Port, Created string
	Expires                              string   `json:"expiration_time"`
	FlavorRef                            string   `json:"flavor_ref"`
	Memory                               string   `json:"mem"` // GiB
	PrivateIPs                           []string `json:"private_ips"`
	DNSNames                             []string `json:"private_dns_names"`
	VPCID                                string   `json:"vpc_id"`
	SubnetID                             string   `json:"subnet_id"`
	Tags                                 []adapter.Tag
	Nodes                                []node
	Datastore                            struct{ Type, Version string }         // such as 8.0
	CompleteVersion                      string                                 `at:"datastore.complete_version"` // such as 8.0.28.231003
	Volume                               struct{ Size string }                  // GiB
	Flavor                               struct{ VCPUs, RAM, VCPU, Mem string } `json:"flavor_info"` // of TaurusDB, and of GaussDB; GiB
	ChargeMode                           string                                 `at:"charge_info.charge_mode"`
}

type node struct {
	Role string
	Zone string `json:"availability_zone"`
}

func databaseRow(f *adapter.Fields, d *database) resource.Row {
	return &resource.Database{
		Name:           d.Name,
		Status:         d.Status,
		Zone:           d.masterZone(),
		Engine:         adapter.Engine(d.Datastore.Type),
		EngineVersion:  cmp.Or(d.CompleteVersion, d.Datastore.Version),
		InstanceType:   d.FlavorRef,
		VCPU:           f.Whole("cpu", cmp.Or(d.CPU, d.Flavor.VCPUs, d.Flavor.VCPU)),
		MemoryMiB:      f.Scaled("mem", cmp.Or(d.Memory, d.Flavor.RAM, d.Flavor.Mem), 1024),
		StorageGiB:     f.Whole("volume.size", d.Volume.Size),
		Endpoint:       cmp.Or(slices.Concat(adapter.IPs(d.PrivateIPs...), adapter.Set(d.DNSNames...))...), // the name where there is no address
		Port:           f.Port("port", d.Port),
		VPCID:          d.VPCID,
		SubnetID:       d.SubnetID,
		ChargeType:     d.ChargeMode,
		Tags:           adapter.TagsOf(d.Tags),
		CloudCreatedAt: f.Time("created", d.Created, utc),
		ExpiresAt:      f.Expiry("expiration_time", d.Expires, utc),
	}
}

// masterZone is the zone of the primary node, else of the only one: a read replica.
func (d *database) masterZone() string {
	isMaster := func(n node) bool { return n.Role == "master" }
	return ofPrimary(d.Nodes, isMaster, func(n node) string { return n.Zone })
}
