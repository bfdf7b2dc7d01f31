package huaweifake

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"

	"cloudsync/cloud/fake"
)

func (s server) caches(region *fake.Region, query url.Values) (any, *refusal) {
	limit, refused := number(query, "limit", 10, 1, 1000)
	if refused != nil {
		return nil, refused
	}
	offset, refused := number(query, "offset", 0, 0, unlimited)
	if refused != nil {
		return nil, refused
	}
	caches := region.Caches
	if id := query.Get("instance_id"); id != "" {
		caches = slices.DeleteFunc(slices.Clone(caches), func(c fake.Cache) bool { return c.ID != id })
	}
	page, _ := fake.Page(s.cloud, caches, offset, limit)
	list := []any{}
	for _, cache := range page {
		list = append(list, cacheOf(cache))
	}
	return map[string]any{"instances": list, "instance_num": len(caches)}, nil
}

// cacheOf has no domain name where the endpoint is an address. Less than 1 GiB is a text.
// Who may log in is what tests look for where nobody is to read it.
func cacheOf(c fake.Cache) map[string]any {
	name, ips := c.Endpoint, "192.168.0.72,192.168.0.71"
	if _, err := netip.ParseAddr(c.Endpoint); err == nil {
		name, ips = "", c.Endpoint
	}
	minor, mode, subnet := "", 0, ""
	if c.MemoryMiB < 1024 {
		minor = fmt.Sprint(float64(c.MemoryMiB) / 1024)
	}
	if c.ChargeType == "prePaid" {
		mode = 1
	}
	if len(c.Subnets) > 0 {
		subnet = c.Subnets[0]
	}
	return map[string]any{
		"instance_id": c.ID, "name": c.Name, "status": c.Status, "sub_status": "", "az_codes": c.Zones,
		"engine": c.Engine, "engine_version": c.Version, "spec_code": c.Type, "cpu_type": "x86_64",
		"capacity": c.MemoryMiB / 1024, "capacity_minor": minor, "max_memory": c.MemoryMiB * 3 / 4, "used_memory": 7,
		"domain_name": name, "readonly_domain_name": "", "ip": ips, "port": c.Port, "publicip_id": nil, "publicip_address": nil, "enable_publicip": false,
		"vpc_id": c.VPC, "vpc_name": "a VPC", "subnet_id": subnet, "security_group_id": "securityGroupId",
		"charging_mode": mode, "order_id": nil, "tags": keyValues(c.Tags), "created_at": formatted(c.Created, "2006-01-02T15:04:05.000Z"),
		"updated_at": "2024-01-02T03:04:05.678Z", "service_upgrade": false, "service_task_id": "", "no_password_access": "false",
		"access_user": UserData, "user_id": "user", "user_name": UserData, "maintain_begin": "18:00:00", "maintain_end": "22:00:00",
		"enterprise_project_id": "0", "description": nil, "features": map[string]any{"support_acl": true},
	}
}
