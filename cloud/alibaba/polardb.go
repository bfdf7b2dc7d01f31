package alibaba

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const maxPolarIDs = 20 // DescribeDBClusters documents no limit (?)

// polarClusters are those of PolarDB
// (https://www.alibabacloud.com/help/en/polardb/api-polardb-2017-08-01-describedbclusters).
// The list has neither endpoint nor port: DescribeDBClusterEndpoints takes a call for each
// cluster. Their storage grows by itself.
var polarClusters = adapter.Listing[*session, polarCluster]{
	Kind: resource.DatabaseKind, What: "PolarDB cluster",
	Action: "DescribeDBClusters", Path: "Items.DBCluster", IDField: "DBClusterId",
	Pages: adapter.Numbers(maxPage), IDs: adapter.Together(maxPolarIDs).If(isPolarDB),
	Ask:    ask[polarCluster](polardb, byLargeNumber("DBClusterIds", withCommas)),
	Row:    polarClusterRow,
	Region: func(c *polarCluster) string { return regionOf(c.RegionID) },
	Empty:  provenOnceGone, SeenProves: true,
}

func isPolarDB(id string) bool { return isOneID(id) && hasPrefix("pc-")(id) }

// polarCluster is the part of a PolarDB cluster that is kept.
type polarCluster struct {
	DBClusterID          string `json:"DBClusterId"`
	DBClusterDescription string
	DBClusterStatus      string
	RegionID             string `json:"RegionId"`
	ZoneID               string `json:"ZoneId"`
	DBType, DBVersion    string
	DBNodeClass          string
	CPUCores             string `json:"CpuCores"` // ? of a node
	MemorySize           string // MB, ? likewise
	VpcID                string `json:"VpcId"`
	VSwitchID            string `json:"VswitchId"`
	PayType              string
	CreateTime           string
	ExpireTime           string
	Tags                 tagList
}

func polarClusterRow(f *adapter.Fields, c *polarCluster) resource.Row {
	return &resource.Database{
		Name:           c.DBClusterDescription,
		Status:         c.DBClusterStatus,
		Zone:           c.ZoneID,
		Engine:         adapter.Engine(c.DBType),
		EngineVersion:  c.DBVersion,
		InstanceType:   c.DBNodeClass,
		VCPU:           f.Whole("CpuCores", c.CPUCores),
		MemoryMiB:      f.Whole("MemorySize", c.MemorySize),
		VPCID:          c.VpcID,
		SubnetID:       c.VSwitchID,
		ChargeType:     c.PayType,
		Tags:           adapter.TagsOf(c.Tags.Tag),
		CloudCreatedAt: f.Time("CreateTime", c.CreateTime, utc),
		ExpiresAt:      f.Expiry("ExpireTime", c.ExpireTime, utc),
	}
}
