package huaweifake

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cloudsync/cloud/fake"
)

func (s server) balancers(region *fake.Region, query url.Values) (any, *refusal) {
	limit, refused := number(query, "limit", 2000, 0, 2000)
	if refused != nil {
		return nil, refused
	}
	balancers, offset := region.LoadBalancers, 0
	if ids := query["id"]; len(ids) > 0 {
		balancers = slices.DeleteFunc(balancers, func(b fake.LoadBalancer) bool { return !slices.Contains(ids, b.ID) })
	}
	if query.Has("marker") {
		offset = 1 + slices.IndexFunc(balancers, func(b fake.LoadBalancer) bool { return b.ID == query.Get("marker") })
		if offset == 0 {
			return nil, &lostMarker
		}
	}
	page, next := fake.Page(s.cloud, balancers, offset, limit)
	list, info := []any{}, map[string]any{"current_count": len(page)}
	for _, balancer := range page {
		list = append(list, balancerOf(balancer))
	}
	if len(page) > 0 {
		info["previous_marker"] = page[0].ID
	}
	if next >= 0 {
		info["next_marker"] = page[len(page)-1].ID
	}
	return map[string]any{"loadbalancers": list, "page_info": info, "request_id": "5f1d0c6f9d0e4b0f8a4c"}, nil
}

// balancerOf puts the first address inside and, unless the balancer is internal, the
// others outside.
func balancerOf(b fake.LoadBalancer) map[string]any {
	inside, outside := b.Addresses, []string(nil)
	if !b.Internal {
		at := min(1, len(b.Addresses))
		inside, outside = b.Addresses[:at], b.Addresses[at:]
	}
	eips, publicips := []any{}, []any{}
	for _, ip := range outside {
		eips = append(eips, map[string]any{"eip_id": "eip-" + ip, "eip_address": ip, "ip_version": 4})
		publicips = append(publicips, map[string]any{"publicip_id": "eip-" + ip, "publicip_address": ip, "ip_version": 4})
	}
	address, second := "", ""
	if len(inside) > 0 {
		address = inside[0]
	}
	if len(inside) > 1 {
		second = inside[1]
	}
	bill := ""
	if b.ChargeType == "prePaid" {
		bill = "CS00:OFFI00:region:project"
	}
	return map[string]any{
		"id": b.ID, "name": b.Name, "operating_status": b.Status, "provisioning_status": "ACTIVE", "admin_state_up": true,
		"guaranteed": b.Type == "dedicated", "vip_address": address, "ipv6_vip_address": second, "vpc_id": b.VPC,
		"elb_virsubnet_ids": b.Subnets, "elb_virsubnet_type": "ipv4", "vip_subnet_cidr_id": "cidr", "availability_zone_list": b.Zones,
		"eips": eips, "publicips": publicips, "global_eips": []any{}, "billing_info": bill, "tags": keyValues(b.Tags),
		"created_at": zulu(b.Created), "updated_at": "2024-01-02T03:04:05Z", "provider": "vlb", "pools": []any{}, "listeners": []any{},
		"charge_mode": "flavor", "frozen_scene": nil, "project_id": "project",
	}
}

// listeners are those of all balancers. One at several ports has port 0.
func (s server) listeners(region *fake.Region, query url.Values) (any, *refusal) {
	limit, refused := number(query, "limit", 2000, 0, 2000)
	if refused != nil {
		return nil, refused
	}
	var all []map[string]any
	for _, balancer := range region.LoadBalancers {
		for _, port := range balancer.Ports {
			first, protocol, _ := strings.Cut(port, "/")
			listener := map[string]any{"id": balancer.ID + "-" + first, "protocol": strings.ToUpper(protocol), "loadbalancers": []any{map[string]any{"id": balancer.ID}}}
			listener["protocol_port"], _ = strconv.Atoi(first)
			if first, last, isRange := strings.Cut(first, "-"); isRange {
				from, _ := strconv.Atoi(first)
				to, _ := strconv.Atoi(last)
				listener["protocol_port"], listener["port_ranges"] = 0, []any{map[string]any{"start_port": from, "end_port": to}}
			}
			all = append(all, listener)
		}
	}
	offset := 0
	if query.Has("marker") {
		offset = 1 + slices.IndexFunc(all, func(l map[string]any) bool { return l["id"] == query.Get("marker") })
	}
	page, next := fake.Page(s.cloud, all, offset, limit)
	info := map[string]any{"current_count": len(page)}
	if next >= 0 {
		info["next_marker"] = page[len(page)-1]["id"]
	}
	return map[string]any{"listeners": append([]map[string]any{}, page...), "page_info": info}, nil
}
