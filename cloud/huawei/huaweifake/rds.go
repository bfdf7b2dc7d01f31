package huaweifake

import (
	"fmt"
	"net/url"
	"slices"

	"cloudsync/cloud/fake"
)

func (s server) instances(region *fake.Region, query url.Values) (any, *refusal) {
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
		databases = slices.DeleteFunc(databases, func(d fake.Database) bool { return d.ID != id })
	}
	page, _ := fake.Page(s.cloud, databases, offset, limit)
	list := []any{}
	for _, database := range page {
		list = append(list, instanceOf(region.Name, database))
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
