package tencentfake

import (
	"encoding/json"
	"slices"
	"strings"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func securityGroup(g fake.SecurityGroup) object {
	return object{
		"SecurityGroupId": g.NativeID, "SecurityGroupName": g.Name, "SecurityGroupDesc": g.Description, "ProjectId": "0", "IsDefault": false,
		"TagSet": tags(g.Tags, "Key", "Value"), "CreatedTime": local(g.CloudCreatedAt, ""), "UpdateTime": "2026-01-01 00:00:00",
	}
}

// policies are the rules of one group, on one page.
func (s *server) policies(asked request) (object, *failure) {
	var id string
	if asked.Filters != nil || json.Unmarshal(asked.sent["SecurityGroupId"], &id) != nil {
		return nil, &failure{"MissingParameter", "The parameter SecurityGroupId is missing."}
	}
	i := slices.IndexFunc(asked.region.SecurityGroups, func(g fake.SecurityGroup) bool { return g.NativeID == id })
	if i < 0 {
		return nil, &failure{"ResourceNotFound", "The resource is not found."}
	}
	in, out := []object{}, []object{}
	for _, rule := range asked.region.SecurityGroups[i].Rules {
		if rule.Egress {
			out = append(out, policy(rule))
		} else {
			in = append(in, policy(rule))
		}
	}
	return object{"SecurityGroupPolicySet": object{"Version": "7", "Ingress": in, "Egress": out, "PolicyStatistics": object{"IngressIPv4TotalCount": len(in)}}}, nil
}

// policy is a rule. What has the form of the id of a group or of a template is one.
func policy(r resource.SecurityRule) object {
	p := object{
		"PolicyIndex": json.Number(r.Priority), "Action": "ACCEPT", "Protocol": r.Protocol, "Port": r.Ports, "ServiceTemplate": object{"ServiceId": "", "ServiceGroupId": ""},
		"AddressTemplate": object{"AddressId": "", "AddressGroupId": ""}, "PolicyDescription": "", "ModifyTime": "2026-01-01 00:00:00",
	}
	if r.Deny {
		p["Action"] = "DROP"
	}
	if strings.HasPrefix(r.Protocol, "ppm-") {
		p["Protocol"], p["Port"], p["ServiceTemplate"] = "", "", object{"ServiceId": r.Protocol, "ServiceGroupId": ""}
	}
	switch {
	case strings.HasPrefix(r.Peer, "sg-"):
		p["SecurityGroupId"] = r.Peer
	case strings.HasPrefix(r.Peer, "ipmg-"):
		p["AddressTemplate"] = object{"AddressId": "", "AddressGroupId": r.Peer}
	case strings.Contains(r.Peer, ":"):
		p["Ipv6CidrBlock"] = r.Peer
	default:
		p["CidrBlock"] = r.Peer
	}
	return p
}
