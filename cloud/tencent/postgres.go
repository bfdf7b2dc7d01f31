package tencent

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// postgresDatabases are TencentDB for PostgreSQL instances; few regions lack the product
// (https://cloud.tencent.com/document/api/409/16773).
var postgresDatabases = adapter.Listing[*Session, postgresDatabase]{
	Kind: resource.DatabaseKind, What: "PostgreSQL instance",
	Action: "DescribeDBInstances", Product: postgres.Name, Path: "DBInstanceSet", IDField: "DBInstanceId",
	Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxDatabaseIDs).If(isPostgres),
	Ask:  askWith[postgresDatabase](postgres, byFilter("Name", "db-instance-id")),
	Row:  postgresRow,
	Gone: func(d *postgresDatabase) (bool, error) { return d.Status == "recycled" || d.Status == "offline", nil }, // ?
}

// isPostgres says that an id is of the form of PostgreSQL's; that of read-only ones is not
// documented (?).
var isPostgres = hasPrefix("postgres-", "pgro-")

// postgresDatabase is the part of an instance that is kept.
type postgresDatabase struct {
	ID      string `json:"DBInstanceId"`
	Name    string `json:"DBInstanceName"`
	Status  string `json:"DBInstanceStatus"`
	Zone    string
	Class   string `json:"DBInstanceClass"`
	Version string `json:"DBVersion"`
	CPU     string `json:"DBInstanceCpu"`
	Memory  string `json:"DBInstanceMemory"`  // GB
	Storage string `json:"DBInstanceStorage"` // GB
	VPC     string `json:"VpcId"`
	Subnet  string `json:"SubnetId"`
	PayType string
	Tags    []adapter.Tag `json:"TagList"`
	Created string        `json:"CreateTime"`
	Expires string        `json:"ExpireTime"`
	NetInfo []netInfo     `json:"DBInstanceNetInfo"`
}

type netInfo struct {
	NetType, Port string // private, inner or public
	IP            string `json:"Ip"`
}

func postgresRow(f *adapter.Fields, d *postgresDatabase) resource.Row {
	inside := d.inside()
	return &resource.Database{
		Name:           d.Name,
		Status:         d.Status,
		Zone:           d.Zone,
		Engine:         adapter.Engine("postgresql"),
		EngineVersion:  d.Version,
		InstanceType:   d.Class,
		VCPU:           f.Whole("DBInstanceCpu", d.CPU),
		MemoryMiB:      f.Scaled("DBInstanceMemory", d.Memory, 1024),
		StorageGiB:     f.Whole("DBInstanceStorage", d.Storage),
		Endpoint:       inside.IP,
		Port:           f.Port("Port", inside.Port),
		VPCID:          d.VPC,
		SubnetID:       d.Subnet,
		ChargeType:     d.PayType,
		Tags:           adapter.TagsOf(d.Tags),
		CloudCreatedAt: f.Time("CreateTime", d.Created, beijing),
		ExpiresAt:      f.Expiry("ExpireTime", d.Expires, beijing),
	}
}

// inside is where the instance is reached within its networks. Of several places, which have
// no order, it is always the same one.
func (d *postgresDatabase) inside() netInfo {
	return adapter.Least(d.NetInfo, func(at netInfo) string {
		if at.NetType == "public" {
			return ""
		}
		return at.IP
	})
}
