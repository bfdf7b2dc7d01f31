package huaweifake

import (
	"net/url"
	"strconv"
	"strings"

	"cloudsync/cloud/fake"
)

func (s server) balancers(region *fake.Region, query url.Values) (any, *refusal) {
	return marked(s.cloud, "loadbalancers", query, region.LoadBalancers, func(b fake.LoadBalancer) string { return b.ID }, balancerOf)
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
	return marked(s.cloud, "listeners", query, all, func(l map[string]any) string { return l["id"].(string) }, func(l map[string]any) map[string]any { return l })
}
