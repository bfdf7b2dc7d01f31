package alibaba

import (
	"context"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// databases are those of three products. MongoDB's are in a list for each type.
var databases = adapter.Several{&rdsInstances, &polarClusters, replicaSets, shardedClusters, serverlessMongoDBs}

// rdsInstances are the relational ones
// (https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-describedbinstances).
// The listing has no storage and no port. DescribeDBInstanceAttribute has them, but is
// not to be asked for several instances at once: that "times out and fails"
// (https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-describedbinstanceattribute).
var rdsInstances = adapter.Listing[*session, database]{
	Kind: resource.DatabaseKind, What: "database",
	Action: "DescribeDBInstances", Path: "Items.DBInstance", IDField: "DBInstanceId",
	Pages: adapter.Tokens(maxPage), IDs: adapter.Alone(maxAlone).If(isRDS),
	Ask:    ask[database](rds, byToken("DBInstanceId", withCommas)),
	Join:   withTags,
	Region: func(d *database) string { return regionOf(d.RegionID) },
	Empty:  provenByOwner, SeenProves: true,
}

// isRDS is false for the ids of the other products.
func isRDS(id string) bool { return !isPolarDB(id) && !isMongoDB(id) }

// database is the part of an RDS instance that is kept.
type database struct {
	DBInstanceID          string `json:"DBInstanceId"`
	DBInstanceDescription string
	DBInstanceStatus      string
	RegionID              string `json:"RegionId"`
	ZoneID                string `json:"ZoneId"`
	Engine, EngineVersion string
	DBInstanceClass       string
	DBInstanceCPU         string
	DBInstanceMemory      string // MiB, though called MB: 4096 of a class with 4 GB
	ConnectionString      string
	VpcID                 string `json:"VpcId"`
	VSwitchID             string `json:"VSwitchId"`
	PayType               string
	CreateTime            string
	ExpireTime            string
}

func databaseID(d *database) string { return d.DBInstanceID }

func withTags(ctx context.Context, s *session, page adapter.Batch[database]) (func(*adapter.Fields, *database) resource.Row, error) {
	tags, err := listTags(ctx, s, page.Region, page.IDs(databaseID))
	return func(f *adapter.Fields, d *database) resource.Row {
		return databaseRow(f, d, tags.of(f, d.DBInstanceID))
	}, err
}

func databaseRow(f *adapter.Fields, d *database, tags map[string]string) resource.Row {
	return &resource.Database{
		Name:           d.DBInstanceDescription,
		Status:         d.DBInstanceStatus,
		Zone:           d.ZoneID,
		Engine:         adapter.Engine(d.Engine),
		EngineVersion:  d.EngineVersion,
		InstanceType:   d.DBInstanceClass,
		VCPU:           f.Whole("DBInstanceCPU", d.DBInstanceCPU),
		MemoryMiB:      f.Whole("DBInstanceMemory", d.DBInstanceMemory),
		Endpoint:       d.ConnectionString,
		VPCID:          d.VpcID,
		SubnetID:       d.VSwitchID,
		ChargeType:     d.PayType,
		Tags:           tags,
		CloudCreatedAt: f.Time("CreateTime", d.CreateTime, utc),
		ExpiresAt:      f.Expiry("ExpireTime", d.ExpireTime, utc),
	}
}
