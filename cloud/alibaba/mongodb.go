package alibaba

import (
	"context"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// The list of MongoDB has the instances of one type, and those of the first where none is
// named (https://www.alibabacloud.com/help/en/mongodb/developer-reference/api-dds-2015-12-01-describedbinstances).
// One permission is for all: the first list proves it.
var (
	replicaSets        = mongoDBs("replicate", provenOnceGone)
	shardedClusters    = mongoDBs("sharding", nil)
	serverlessMongoDBs = mongoDBs("serverless", nil)
)

// mongoDBs are the instances of a type. The list has neither network nor address:
// DescribeDBInstanceAttribute takes a call for each instance.
func mongoDBs(typ string, empty func(context.Context, *session, string, bool) error) *adapter.Listing[*session, mongoDB] {
	return &adapter.Listing[*session, mongoDB]{
		Kind: resource.DatabaseKind, What: "MongoDB instance",
		Action: "DescribeDBInstances", Product: mongodb.name, Path: "DBInstances.DBInstance", IDField: "DBInstanceId",
		Pages: adapter.Numbers(maxPage), IDs: adapter.Alone(maxAlone).If(isMongoDB),
		Ask:    ask[mongoDB](mongodb, fixed(byLargeNumber("DBInstanceId", withCommas), map[string]string{"DBInstanceType": typ})),
		Row:    mongoDBRow,
		Region: func(m *mongoDB) string { return regionOf(m.RegionID) },
		Empty:  empty, SeenProves: true,
	}
}

func isMongoDB(id string) bool { return hasPrefix("dds-")(id) }

// mongoDB is the part of an instance that is kept.
type mongoDB struct {
	DBInstanceID          string `json:"DBInstanceId"`
	DBInstanceDescription string
	DBInstanceStatus      string
	RegionID              string `json:"RegionId"`
	ZoneID                string `json:"ZoneId"`
	EngineVersion         string
	DBInstanceClass       string
	DBInstanceStorage     string // GB; of a cluster its shards have it
	ChargeType            string
	CreationTime          string // to the second
	ExpireTime            string // to the minute
	Tags                  tagList
}

func mongoDBRow(f *adapter.Fields, m *mongoDB) resource.Row {
	return &resource.Database{
		Name:           m.DBInstanceDescription,
		Status:         m.DBInstanceStatus,
		Zone:           m.ZoneID,
		Engine:         adapter.Engine("mongodb"),
		EngineVersion:  m.EngineVersion,
		InstanceType:   m.DBInstanceClass,
		StorageGiB:     f.Whole("DBInstanceStorage", m.DBInstanceStorage),
		ChargeType:     m.ChargeType,
		Tags:           adapter.TagsOf(m.Tags.Tag),
		CloudCreatedAt: f.Time("CreationTime", m.CreationTime, utc),
		ExpiresAt:      f.Expiry("ExpireTime", m.ExpireTime, utc),
	}
}
