package huaweifake

import (
	"net/url"
	"slices"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func gatewayID(g resource.NATGateway) string { return g.NativeID }

// publicGateways has as many on a page as are asked for: that more follow is said nowhere.
func (s server) publicGateways(region *fake.Region, query url.Values) (any, *refusal) {
	page, _, refused := markedPage(&fake.Cloud{}, query, 2000, gatewaysOf(region, "public"), gatewayID)
	if refused != nil {
		return nil, refused
	}
	return map[string]any{"nat_gateways": rendered(page, func(g resource.NATGateway) map[string]any {
		bill := ""
		if g.ChargeType == "prePaid" {
			bill = "CS00:OFFI00:region:project"
		}
		return map[string]any{
			"id": g.NativeID, "name": g.Name, "description": "", "spec": "1", "status": g.Status, "admin_state_up": true, "tenant_id": "project",
			"router_id": g.VPCID, "internal_network_id": g.SubnetID, "ngport_ip_address": first(g.PrivateIPs), "billing_info": bill,
			"created_at": formatted(g.CloudCreatedAt, "2006-01-02 15:04:05.000000"), "enterprise_project_id": "0",
			"session_conf": map[string]any{"tcp_session_expire_time": 900}, "pps_max": 100000, "bps_max": 20000,
		}
	})}, nil
}

func (s server) privateGateways(region *fake.Region, query url.Values) (any, *refusal) {
	return marked(s.cloud, "gateways", query, gatewaysOf(region, "private"), gatewayID, func(g resource.NATGateway) map[string]any {
		return map[string]any{
			"id": g.NativeID, "name": g.Name, "description": "", "spec": "Small", "status": g.Status, "project_id": "project", "tags": keyValues(g.Tags),
			"downlink_vpcs": []any{map[string]any{"vpc_id": g.VPCID, "virsubnet_id": g.SubnetID, "ngport_ip_address": first(g.PrivateIPs)}},
			"created_at":    zulu(g.CloudCreatedAt), "updated_at": changing(), "enterprise_project_id": "0", "rule_max": 20,
		}
	})
}

// gatewaysOf are those of a sort. What is not called private is public.
func gatewaysOf(region *fake.Region, sort string) []resource.NATGateway {
	return slices.DeleteFunc(slices.Clone(region.NATGateways), func(g resource.NATGateway) bool { return (g.GatewayType == "private") != (sort == "private") })
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
