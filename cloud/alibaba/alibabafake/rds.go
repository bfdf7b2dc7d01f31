package alibabafake

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cloudsync/cloud/fake"
)

func databases(c *call) (object, *failure) {
	var ids []string
	if c.parameters.Has("DBInstanceId") {
		ids = []string{c.parameters.Get("DBInstanceId")}
	}
	part, token, failed := page(c, only(those(c.Region.Databases, isRDS), ids, databaseID), 1, 100)
	if failed != nil {
		return nil, failed
	}
	list := []object{}
	for _, database := range part {
		list = append(list, dbInstance(database, c.Region.Name))
	}
	return object{"Items": object{"DBInstance": list}, "NextToken": token, "PageNumber": 1, "PageRecordCount": len(part), "TotalRecordCount": len(part)}, nil
}

func dbInstance(d fake.Database, region string) object {
	return object{
		"DBInstanceId": d.ID, "DBInstanceDescription": d.Name, "DBInstanceStatus": d.Status, "RegionId": region, "ZoneId": d.Zone,
		"Engine": d.Engine, "EngineVersion": d.Version, "DBInstanceClass": d.Type, "DBInstanceType": "Primary",
		"DBInstanceCPU": strconv.FormatInt(d.VCPU, 10), "DBInstanceMemory": d.MemoryMiB,
		"ConnectionString": d.Endpoint, "ConnectionMode": "Standard", "InstanceNetworkType": "VPC", "VpcId": d.VPC, "VSwitchId": d.Subnet,
		"PayType": d.ChargeType, "CreateTime": moment(d.Created, seconds, ""), "ExpireTime": moment(d.Expires, seconds, ""), "LockMode": "Unlock",
	}
}

// databaseTags lists tags; a page has those of some databases.
func databaseTags(c *call) (object, *failure) {
	ids := []string{}
	for name := range c.parameters {
		if strings.HasPrefix(name, "ResourceId.") {
			ids = append(ids, c.parameters.Get(name))
		}
	}
	if len(ids) == 0 || len(ids) > 50 || c.parameters.Get("ResourceType") != "INSTANCE" {
		return nil, &failure{status: http.StatusBadRequest, code: "InvalidParameter", message: "The specified parameters are not valid."}
	}
	part, token, failed := page(c, only(c.Region.Databases, ids, func(d fake.Database) string { return d.ID }), 50, 50)
	if failed != nil {
		return nil, failed
	}
	list := []object{}
	for _, database := range part {
		for key, value := range database.Tags {
			list = append(list, object{"ResourceId": database.ID, "ResourceType": "instance", "TagKey": key, "TagValue": value})
		}
	}
	slices.SortFunc(list, func(a, b object) int { return strings.Compare(a["TagKey"].(string), b["TagKey"].(string)) })
	return object{"TagResources": object{"TagResource": list}, "NextToken": token}, nil
}
