package huaweifake

import (
	"net/url"
	"slices"
	"strings"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func (s server) publicIPs(region *fake.Region, query url.Values) (any, *refusal) {
	answer, refused := marked(s.cloud, "publicips", query, region.PublicIPs, func(p resource.PublicIP) string { return p.NativeID }, func(p resource.PublicIP) map[string]any {
		return only(query["fields"], publicIPOf(p))
	})
	if refused != nil {
		return nil, refused
	}
	answer.(map[string]any)["total_count"] = len(ofIDs(query["id"], region.PublicIPs, func(p resource.PublicIP) string { return p.NativeID }))
	return answer, nil
}

func publicIPOf(p resource.PublicIP) map[string]any {
	of := map[string]any{
		"id": p.NativeID, "alias": p.Name, "status": p.Status, "public_ip_address": p.Address, "ip_version": 4, "type": "EIP",
		"bandwidth":   map[string]any{"id": "bandwidth", "size": p.BandwidthMbps, "share_type": "PER", "charge_mode": "traffic"},
		"description": "", "project_id": "project", "enterprise_project_id": "0", "lock_status": nil, "public_border_group": "center",
		"associate_instance_type": p.AttachedType, "associate_instance_id": p.AttachedID, "vnic": nil, "billing_info": "",
		"tags": pairs(p.Tags), "created_at": zulu(p.CloudCreatedAt), "updated_at": changing(),
	}
	if p.AttachedType == "compute" {
		of["associate_instance_type"], of["associate_instance_id"] = "PORT", "port-of-"+p.AttachedID
		of["vnic"] = map[string]any{
			"device_id": p.AttachedID, "device_owner": "compute:cn-north-4a", "port_id": "port-of-" + p.AttachedID,
			"private_ip_address": "192.168.0.10", "vpc_id": "vpc", "instance_id": "", "instance_type": "",
		}
	}
	if strings.Contains(p.Address, ":") {
		of["ip_version"], of["public_ip_address"], of["public_ipv6_address"] = 6, "192.168.0.10", p.Address
	}
	if p.ChargeType == "prePaid" {
		of["billing_info"] = "CS00:OFFI00:region:project"
	}
	return of
}

// only are the fields that are asked for: all but the tags where none is named.
func only(fields []string, of map[string]any) map[string]any {
	for name := range of {
		if len(fields) == 0 && name == "tags" || len(fields) > 0 && !slices.Contains(fields, name) {
			delete(of, name)
		}
	}
	return of
}
