package tencent

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// cynosClusters are those of TDSQL-C, which the API calls CynosDB
// (https://cloud.tencent.com/document/api/1003/48086). The list has neither processors nor
// memory: those are of its instances. Not all regions have the product.
var cynosClusters = adapter.Listing[*Session, cynosCluster]{
	Kind: resource.DatabaseKind, What: "TDSQL-C cluster",
	Action: "DescribeClusters", Product: cynosdb.Name, Path: "ClusterSet", IDField: "ClusterId",
	Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxDatabaseIDs).If(isCynos),
	Ask:  askWith[cynosCluster](cynosdb, byFilter("Names", []string{"ClusterId"})),
	Row:  cynosRow,
	Gone: func(c *cynosCluster) (bool, error) { return c.Status == "offlined" || c.Status == "deleted", nil },
}

var isCynos = hasPrefix("cynosdb")

// cynosCluster is the part of a cluster that is kept.
type cynosCluster struct {
	ID      string `json:"ClusterId"`
	Name    string `json:"ClusterName"`
	Status  string
	Zone    string
	DBType  string `json:"DbType"` // MYSQL or POSTGRESQL
	Version string `json:"DbVersion"`
	DBMode  string `json:"DbMode"` // NORMAL or SERVERLESS
	VIP     string `json:"Vip"`
	Port    string `json:"Vport"`
	VPC     string `json:"VpcId"`
	Subnet  string `json:"SubnetId"`
	PayMode string
	Tags    []adapter.Tag `json:"ResourceTags"`
	Created string        `json:"CreateTime"`
	Expires string        `json:"PeriodEndTime"`
}

// payModes are the numbers of TDSQL-C and MongoDB, in the words of PostgreSQL.
var payModes = map[string]string{"0": "postpaid", "1": "prepaid"}

func cynosRow(f *adapter.Fields, c *cynosCluster) resource.Row {
	return &resource.Database{
		Name:           c.Name,
		Status:         c.Status,
		Zone:           c.Zone,
		Engine:         adapter.Engine(c.DBType),
		EngineVersion:  c.Version,
		InstanceType:   c.DBMode,
		Endpoint:       c.VIP,
		Port:           f.Port("Vport", c.Port),
		VPCID:          c.VPC,
		SubnetID:       c.Subnet,
		ChargeType:     adapter.Word(payModes, c.PayMode),
		Tags:           adapter.TagsOf(c.Tags),
		CloudCreatedAt: f.Time("CreateTime", c.Created, beijing),
		ExpiresAt:      f.Expiry("PeriodEndTime", c.Expires, beijing),
	}
}
