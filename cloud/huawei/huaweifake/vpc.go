package huaweifake

import (
	"net/url"
	"strings"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func (s server) vpcs(region *fake.Region, query url.Values) (any, *refusal) {
	return marked(s.cloud, "vpcs", query, region.VPCs, func(v resource.VPC) string { return v.NativeID }, func(v resource.VPC) map[string]any {
		more := v.CIDRs[min(1, len(v.CIDRs)):]
		return map[string]any{
			"id": v.NativeID, "name": v.Name, "description": "", "status": v.Status, "cidr": first(v.CIDRs), "extend_cidrs": more, "tags": keyValues(v.Tags),
			"project_id": query.Get("project_id"), "enterprise_project_id": "0", "created_at": zulu(v.CloudCreatedAt), "updated_at": changing(),
			"cloud_resources": []any{map[string]any{"resource_type": "virsubnet", "resource_count": len(region.Subnets)}},
		}
	})
}

func (s server) subnets(region *fake.Region, query url.Values) (any, *refusal) {
	return marked(s.cloud, "virsubnets", query, region.Subnets, func(n resource.Subnet) string { return n.NativeID }, func(n resource.Subnet) map[string]any {
		ranges := []any{}
		for _, cidr := range n.CIDRs {
			version := "4"
			if strings.Contains(cidr, ":") {
				version = "6"
			}
			ranges = append(ranges, map[string]any{"id": "neutron-" + n.NativeID, "ip_version": version, "cidr": cidr, "gateway_ip": "192.168.0.1", "enable_dhcp": true})
		}
		return map[string]any{
			"id": n.NativeID, "name": n.Name, "description": "", "status": n.Status, "zone_id": n.Zone, "vpc_id": n.VPCID, "subnet_cidrs": ranges,
			"tags": keyValues(n.Tags), "project_id": query.Get("project_id"), "scope": "center", "dns_nameservers": []string{"100.125.1.250"},
			"extra_dhcp_opts": []any{}, "created_at": formatted(n.CloudCreatedAt, "2006-01-02T15:04:05"), "updated_at": changing(),
		}
	})
}
