package alibabafake

import (
	"cmp"
	"slices"
	"strings"

	"cloudsync/cloud/fake"
)

// A database is of the product that its id begins with, and of RDS otherwise. One of MongoDB
// is of the type that its class names: dds.sharding and dds.serverless, else a replica set.

func isPolarDB(d fake.Database) bool { return begins("pc-")(d.ID) }

func isMongoDB(d fake.Database) bool { return begins("dds-")(d.ID) }

func isRDS(d fake.Database) bool { return !isPolarDB(d) && !isMongoDB(d) }

func those(all []fake.Database, are func(fake.Database) bool) []fake.Database {
	return slices.DeleteFunc(slices.Clone(all), func(d fake.Database) bool { return !are(d) })
}

func databaseID(d fake.Database) string { return d.ID }

// polarClusters are those of PolarDB, by numbers.
func polarClusters(c *call) (object, *failure) {
	part, number, _, total := numbered(c, only(those(c.Region.Databases, isPolarDB), c.commas("DBClusterIds"), databaseID), 100)
	list := []object{}
	for _, d := range part {
		o := object{
			"DBClusterId": d.ID, "DBClusterDescription": d.Name, "DBClusterStatus": d.Status, "RegionId": c.Region.Name, "ZoneId": d.Zone,
			"DBType": d.Engine, "DBVersion": d.Version, "DBNodeClass": d.Type, "CpuCores": d.VCPU, "MemorySize": d.MemoryMiB,
			"VpcId": d.VPC, "VswitchId": d.Subnet, "PayType": d.ChargeType, "StorageUsed": c.integer("volatile", number),
			"CreateTime": moment(d.Created, seconds, ""), "ExpireTime": moment(d.Expires, seconds, ""),
		}
		setTags(o, d.Tags)
		list = append(list, o)
	}
	return object{"Items": object{"DBCluster": list}, "PageNumber": number, "PageRecordCount": len(list), "TotalRecordCount": total}, nil
}

// mongoDBs are those of one type, by numbers.
func mongoDBs(c *call) (object, *failure) {
	typ := cmp.Or(c.parameters.Get("DBInstanceType"), "replicate")
	all := those(c.Region.Databases, func(d fake.Database) bool {
		own := "replicate"
		if of, is := strings.CutPrefix(d.Type, "dds."); is && (of == "sharding" || of == "serverless") {
			own = of
		}
		return isMongoDB(d) && own == typ
	})
	var ids []string
	if c.parameters.Has("DBInstanceId") {
		ids = []string{c.parameters.Get("DBInstanceId")}
	}
	part, number, size, total := numbered(c, only(all, ids, databaseID), 100)
	list := []object{}
	for _, d := range part {
		o := object{
			"DBInstanceId": d.ID, "DBInstanceDescription": d.Name, "DBInstanceStatus": d.Status, "DBInstanceType": typ, "RegionId": c.Region.Name, "ZoneId": d.Zone,
			"Engine": "MongoDB", "EngineVersion": d.Version, "DBInstanceClass": d.Type, "DBInstanceStorage": d.StorageGiB, "ChargeType": d.ChargeType,
			"CreationTime": moment(d.Created, seconds, ""), "ExpireTime": moment(d.Expires, minutes, ""),
		}
		setTags(o, d.Tags)
		list = append(list, o)
	}
	return object{"DBInstances": object{"DBInstance": list}, "PageNumber": number, "PageSize": size, "TotalCount": total}, nil
}
