package tencentfake

import (
	"slices"
	"strings"

	"cloudsync/cloud/fake"
)

// prefixes are those of the ids of the products beside CDB.
var prefixes = []string{"postgres-", "cynosdb", "cmgo-"}

func databaseID(d fake.Database) string { return d.ID }

// databases are those whose ids begin with this, and of CDB all others.
func (r request) databases(prefix string) []fake.Database {
	return slices.DeleteFunc(slices.Clone(r.region.Databases), func(d fake.Database) bool {
		if prefix != "" {
			return !strings.HasPrefix(d.ID, prefix)
		}
		return slices.ContainsFunc(prefixes, func(of string) bool { return strings.HasPrefix(d.ID, of) })
	})
}

// filtered are the ids of the filter of that name.
func (r request) filtered(name string) []string {
	for _, filter := range r.Filters {
		if filter.Name == name || slices.Contains(filter.Names, name) {
			return filter.Values
		}
	}
	return nil
}

func (s *server) postgresInstances(asked request) (object, *failure) {
	page, total := list(s, asked, asked.databases("postgres-"), asked.filtered("db-instance-id"), databaseID)
	set := make([]object, len(page))
	for i, d := range page {
		set[i] = object{
			"DBInstanceId": d.ID, "DBInstanceName": d.Name, "DBInstanceStatus": d.Status, "Region": asked.region.Name, "Zone": d.Zone,
			"DBInstanceClass": d.Type, "DBInstanceType": "primary", "DBVersion": d.Version, "DBEngine": "postgresql",
			"DBInstanceCpu": d.VCPU, "DBInstanceMemory": d.MemoryMiB / 1024, "DBInstanceStorage": d.StorageGiB,
			"DBInstanceNetInfo": []object{
				{"NetType": "public", "Ip": "203.0.113.250", "Port": 54321, "Address": "public.example.com"},
				{"NetType": "private", "Ip": d.Endpoint, "Port": d.Port, "Address": ""},
			},
			"VpcId": d.VPC, "SubnetId": d.Subnet, "PayType": d.ChargeType, "TagList": tags(d.Tags, "TagKey", "TagValue"),
			"CreateTime": local(d.Created, ""), "ExpireTime": local(d.Expires, "0000-00-00 00:00:00"), "UpdateTime": "2026-01-01 00:00:00",
		}
	}
	return object{"TotalCount": total, "DBInstanceSet": set}, nil
}

func (s *server) cynosClusters(asked request) (object, *failure) {
	page, total := list(s, asked, asked.databases("cynosdb"), asked.filtered("ClusterId"), databaseID)
	set := make([]object, len(page))
	for i, d := range page {
		set[i] = object{
			"ClusterId": d.ID, "ClusterName": d.Name, "Status": d.Status, "Region": asked.region.Name, "Zone": d.Zone,
			"DbType": strings.ToUpper(d.Engine), "DbVersion": d.Version, "DbMode": d.Type, "Vip": d.Endpoint, "Vport": d.Port,
			"VpcId": d.VPC, "SubnetId": d.Subnet, "PayMode": number(payModes, d.ChargeType), "ResourceTags": tags(d.Tags, "TagKey", "TagValue"),
			"CreateTime": local(d.Created, ""), "PeriodEndTime": local(d.Expires, nil), "UpdateTime": "2026-01-01 00:00:00", "Tasks": nil,
		}
	}
	return object{"TotalCount": total, "ClusterSet": set}, nil
}

var (
	payModes    = map[string]int{"postpaid": 0, "prepaid": 1}
	mongoStatus = map[string]int{"TO_BE_INITIALIZED": 0, "IN_PROCESS": 1, "RUNNING": 2, "ISOLATED": -2}
)

// mongoInstances are all only where all sorts of clusters are asked for.
func (s *server) mongoInstances(asked request) (object, *failure) {
	if asked.ClusterType == nil || *asked.ClusterType != -1 {
		return nil, &failure{"InvalidParameterValue", "ClusterType is not -1."}
	}
	page, total := list(s, asked, asked.databases("cmgo-"), asked.InstanceIDs, databaseID)
	set := make([]object, len(page))
	for i, d := range page {
		set[i] = object{
			"InstanceId": d.ID, "InstanceName": d.Name, "Status": number(mongoStatus, d.Status), "Region": asked.region.Name, "Zone": d.Zone,
			"MongoVersion": d.Version, "MachineType": d.Type, "CpuNum": d.VCPU, "Memory": d.MemoryMiB, "Volume": d.StorageGiB * 1024,
			"Vip": d.Endpoint, "Vport": d.Port, "VpcId": d.VPC, "SubnetId": d.Subnet, "PayMode": number(payModes, d.ChargeType),
			"Tags": tags(d.Tags, "TagKey", "TagValue"), "CreateTime": local(d.Created, ""), "DeadLine": local(d.Expires, ""), "UsedVolume": 17,
		}
	}
	return object{"TotalCount": total, "InstanceDetails": set}, nil
}
