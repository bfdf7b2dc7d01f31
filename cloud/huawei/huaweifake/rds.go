package huaweifake

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"cloudsync/cloud/fake"
)

// databases are the API of the product that has databases of the type, RDS for none. The
// end of an id says whose it is.
func (s server) databases(typ string) api {
	of := map[string]struct {
		action, suffix string
		one            func(region string, d fake.Database) map[string]any
	}{
		"gaussdb-mysql": {TaurusAction, "in07", taurusOf}, "GaussDB": {GaussAction, "in14", gaussOf}, "DDS-Community": {DDSAction, "in02", ddsOf},
		"": {"ListInstances", "", instanceOf},
	}[typ]
	return api{of.action, flat, func(region *fake.Region, query url.Values) (any, *refusal) {
		some := *region
		some.Databases = slices.DeleteFunc(slices.Clone(region.Databases), func(d fake.Database) bool {
			if of.suffix != "" {
				return !strings.HasSuffix(d.ID, of.suffix)
			}
			return strings.HasSuffix(d.ID, "in07") || strings.HasSuffix(d.ID, "in14") || strings.HasSuffix(d.ID, "in02")
		})
		return s.instances(&some, query, of.one)
	}}
}

func (s server) instances(region *fake.Region, query url.Values, one func(region string, d fake.Database) map[string]any) (any, *refusal) {
	limit, refused := number(query, "limit", 100, 1, 100)
	if refused != nil {
		return nil, refused
	}
	offset, refused := number(query, "offset", 0, 0, unlimited)
	if refused != nil {
		return nil, refused
	}
	databases := region.Databases
	if id := query.Get("id"); id != "" {
		databases = slices.DeleteFunc(slices.Clone(databases), func(d fake.Database) bool { return d.ID != id })
	}
	page, _ := fake.Page(s.cloud, databases, offset, limit)
	list := []any{}
	for _, database := range page {
		list = append(list, one(region.Name, database))
	}
	return map[string]any{"instances": list, "total_count": len(databases)}, nil
}

func instanceOf(region string, d fake.Database) map[string]any {
	return map[string]any{
		"id": d.ID, "name": d.Name, "status": d.Status, "type": "Ha", "region": region,
		"datastore":  map[string]any{"type": d.Engine, "version": d.Version, "complete_version": d.Version + ".99.240100"},
		"flavor_ref": d.Type, "cpu": fmt.Sprint(d.VCPU), "mem": fmt.Sprint(float64(d.MemoryMiB) / 1024),
		"volume": map[string]any{"type": "CLOUDSSD", "size": d.StorageGiB}, "port": d.Port,
		"private_ips": []string{d.Endpoint}, "private_dns_names": []string{d.ID + ".internal"}, "public_ips": []string{},
		"vpc_id": d.VPC, "subnet_id": d.Subnet, "security_group_id": "sg-1",
		"charge_info": map[string]any{"charge_mode": d.ChargeType}, "tags": keyValues(d.Tags),
		"nodes": []any{
			map[string]any{"id": d.ID + "-slave", "name": "b", "role": "slave", "status": "ACTIVE", "availability_zone": d.Zone + "-other"},
			map[string]any{"id": d.ID + "-master", "name": "a", "role": "master", "status": "ACTIVE", "availability_zone": d.Zone},
		},
		"ha":      map[string]any{"replication_mode": "async"},
		"created": formatted(d.Created, "2006-01-02T15:04:05-0700"), "updated": "2024-01-02T03:04:05+0000",
		"expiration_time": formatted(d.Expires, "2006-01-02T15:04:05-0700"),
		"db_user_name":    "root", "enable_ssl": true, "time_zone": "UTC+08:00", "related_instance": []any{},
		"backup_strategy": map[string]any{"start_time": "19:00-20:00", "keep_days": 7},
	}
}

func taurusOf(region string, d fake.Database) map[string]any {
	o := instanceOf(region, d)
	o["port"], o["flavor_info"] = fmt.Sprint(d.Port), map[string]any{"vcpus": fmt.Sprint(d.VCPU), "ram": fmt.Sprint(d.MemoryMiB / 1024)}
	o["datastore"] = map[string]any{"type": "gaussdb-mysql", "version": d.Version, "kernel_version": d.Version + ".1"}
	for _, absent := range []string{"cpu", "mem", "nodes", "expiration_time", "private_dns_names"} {
		delete(o, absent)
	}
	return o
}

func gaussOf(region string, d fake.Database) map[string]any {
	o := taurusOf(region, d)
	o["port"], o["flavor_info"] = d.Port, map[string]any{"vcpu": d.VCPU, "mem": d.MemoryMiB / 1024}
	o["datastore"] = map[string]any{"type": "GaussDB", "version": d.Version}
	o["created"], o["disk_usage"] = formatted(d.Created, "2006-01-02 15:04:05 -0700"), 17
	return o
}

// ddsOf is a replica set of two nodes.
func ddsOf(region string, d fake.Database) map[string]any {
	node := func(name, role, ip string) map[string]any {
		return map[string]any{"id": d.ID + name, "role": role, "private_ip": ip, "spec_code": d.Type, "availability_zone": d.Zone}
	}
	return map[string]any{
		"id": d.ID, "name": d.Name, "status": d.Status, "port": fmt.Sprint(d.Port), "mode": "ReplicaSet", "region": region,
		"datastore": map[string]any{"type": "DDS-Community", "version": d.Version}, "engine": "wiredTiger",
		"created": formatted(d.Created, "2006-01-02T15:04:05"), "updated": "2024-01-02T03:04:05", "db_user_name": "rwuser",
		"vpc_id": d.VPC, "subnet_id": d.Subnet, "pay_mode": mode(d.ChargeType), "tags": keyValues(d.Tags), "actions": []string{"GROWING"},
		"groups": []any{map[string]any{
			"type": "replica", "volume": map[string]any{"size": fmt.Sprint(d.StorageGiB), "used": "0.3"},
			"nodes": []any{node("b", "Secondary", "192.168.0.99"), node("a", "Primary", d.Endpoint), node("c", "Hidden", "")},
		}},
	}
}
