package tencent

import (
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// What DescribeDBInstances of CDB gives on a page at most
// (https://cloud.tencent.com/document/api/236/15872), and how many ids it is asked for, of which it
// documents no other limit. It may refuse a request for one that is gone: a look-up of ids that
// are all gone then asks nearly twice for each, within the time of one call.
const maxDatabases, maxDatabaseIDs = 2000, 20

// databases are those of four products. TDSQL for MariaDB and SQL Server are others.
var databases = adapter.Several{&mysqlDatabases, &postgresDatabases, &cynosClusters, &mongoDatabases}

var mysqlDatabases = adapter.Listing[*Session, database]{
	Kind: resource.DatabaseKind, What: "database",
	Action: "DescribeDBInstances", Path: "Items", IDField: "InstanceId",
	Pages: adapter.Offsets(maxDatabases), IDs: adapter.Together(maxDatabaseIDs).If(isMySQL),
	Ask: Ask[database](cdb, "InstanceIds"),
	Row: databaseRow,
}

// isMySQL is false for the ids of the other products.
func isMySQL(id string) bool { return !isPostgres(id) && !isCynos(id) && !isMongo(id) }

// hasPrefix says of an id that it begins with one of these.
func hasPrefix(prefixes ...string) func(id string) bool {
	return func(id string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(id, prefix) })
	}
}

// database is the part of a TencentDB for MySQL instance that is kept.
type database struct {
	ID         string        `json:"InstanceId"`
	Name       string        `json:"InstanceName"`
	Status     string        `json:"Status"`
	Zone       string        `json:"Zone"`
	Version    string        `json:"EngineVersion"`
	DeviceType string        `json:"DeviceType"`
	CPU        string        `json:"Cpu"`
	Memory     string        `json:"Memory"` // MB
	Volume     string        `json:"Volume"` // GB
	VIP        string        `json:"Vip"`
	Port       string        `json:"Vport"`
	VPC        string        `json:"UniqVpcId"` // VpcId and SubnetId are numbers of another kind
	Subnet     string        `json:"UniqSubnetId"`
	PayType    string        `json:"PayType"`
	Tags       []adapter.Tag `json:"TagList"`
	Created    string        `json:"CreateTime"`
	Deadline   string        `json:"DeadlineTime"`
}

// The numbers of the API in the words of its documentation.
var (
	databaseStatus = map[string]string{"0": "CREATING", "1": "RUNNING", "4": "ISOLATING", "5": "ISOLATED"}
	databaseCharge = map[string]string{"0": "PRE_PAID", "1": "HOUR_PAID"} // the words of DescribeDBPrice
)

func databaseRow(f *adapter.Fields, d *database) resource.Row {
	return &resource.Database{
		Name:           d.Name,
		Status:         adapter.Word(databaseStatus, d.Status),
		Zone:           d.Zone,
		Engine:         adapter.Engine("mysql"), // CDB has no other; EngineType is the storage engine
		EngineVersion:  d.Version,
		InstanceType:   d.DeviceType,
		VCPU:           f.Whole("Cpu", d.CPU),
		MemoryMiB:      f.Whole("Memory", d.Memory),
		StorageGiB:     f.Whole("Volume", d.Volume),
		Endpoint:       d.VIP,
		Port:           f.Port("Vport", d.Port),
		VPCID:          d.VPC,
		SubnetID:       d.Subnet,
		ChargeType:     adapter.Word(databaseCharge, d.PayType),
		Tags:           adapter.TagsOf(d.Tags),
		CloudCreatedAt: f.Time("CreateTime", d.Created, beijing),
		ExpiresAt:      f.Expiry("DeadlineTime", d.Deadline, beijing),
	}
}
