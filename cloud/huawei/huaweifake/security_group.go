package huaweifake

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func (s server) securityGroups(region *fake.Region, query url.Values) (any, *refusal) {
	return marked(s.cloud, "security_groups", query, region.SecurityGroups, func(g fake.SecurityGroup) string { return g.NativeID }, func(g fake.SecurityGroup) map[string]any {
		return map[string]any{
			"id": g.NativeID, "name": g.Name, "description": g.Description, "project_id": query.Get("project_id"), "enterprise_project_id": "0",
			"tags": keyValues(g.Tags), "created_at": zulu(g.CloudCreatedAt), "updated_at": changing(),
		}
	})
}

// numbered is a rule of a group with its id, which the neutral terms do not have.
type numbered struct {
	id, group string
	resource.SecurityRule
}

// securityRules are those of all groups.
func (s server) securityRules(region *fake.Region, query url.Values) (any, *refusal) {
	var all []numbered
	for _, group := range region.SecurityGroups {
		for i, rule := range group.Rules {
			all = append(all, numbered{fmt.Sprintf("%s-rule-%d", group.NativeID, i), group.NativeID, rule})
		}
	}
	return marked(s.cloud, "security_group_rules", query, all, func(r numbered) string { return r.id }, ruleOf)
}

func ruleOf(r numbered) map[string]any {
	of := map[string]any{
		"id": r.id, "security_group_id": r.group, "description": "", "direction": "ingress", "ethertype": "IPv4", "action": "allow", "enabled": true,
		"protocol": r.Protocol, "multiport": r.Ports, "priority": nil, "remote_group_id": nil, "remote_ip_prefix": nil, "remote_address_group_id": nil,
		"created_at": changing(), "updated_at": changing(), "project_id": "project",
	}
	if r.Egress {
		of["direction"] = "egress"
	}
	if r.IPv6 || strings.Contains(r.Peer, ":") {
		of["ethertype"] = "IPv6"
	}
	if r.Deny {
		of["action"] = "deny"
	}
	if r.Priority != "" {
		of["priority"] = r.Priority
	}
	if _, err := netip.ParsePrefix(r.Peer); err == nil {
		of["remote_ip_prefix"] = r.Peer
	} else if r.Peer != "" {
		of["remote_group_id"] = r.Peer
	}
	return of
}
