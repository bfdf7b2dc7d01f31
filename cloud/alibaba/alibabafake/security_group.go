package alibabafake

import (
	"cmp"
	"net/http"
	"strings"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// tokened lists pages by their tokens, each resource as write has it, at a path of two names.
func tokened[T any](c *call, all []T, idsIn string, id func(T) string, outer, inner string, write func(T) object) (object, *failure) {
	if c.parameters.Get("DryRun") == "true" {
		return nil, dryRunPassed
	}
	ids, failed := c.ids(idsIn)
	if failed != nil {
		return nil, failed
	}
	part, token, failed := page(c, only(all, ids, id), 10, 100)
	if failed != nil {
		return nil, failed
	}
	list := []object{}
	for _, one := range part {
		list = append(list, write(one))
	}
	return object{outer: object{inner: list}, "NextToken": token, "PageNumber": 1, "PageSize": 10}, nil
}

func securityGroups(c *call) (object, *failure) {
	id := func(g fake.SecurityGroup) string { return g.NativeID }
	return tokened(c, c.Region.SecurityGroups, "SecurityGroupIds", id, "SecurityGroups", "SecurityGroup", func(g fake.SecurityGroup) object {
		o := object{
			"SecurityGroupId": g.NativeID, "SecurityGroupName": g.Name, "Description": g.Description, "VpcId": g.VPCID, "SecurityGroupType": "normal",
			"EcsCount": c.volatile, "AvailableInstanceAmount": c.volatile, "ServiceManaged": false, "CreationTime": moment(g.CloudCreatedAt, seconds, ""),
		}
		setTags(o, g.Tags)
		return o
	})
}

// securityGroupRules are those of one group. In a classic network, each is of one type of
// interface, which is its other end here.
func securityGroupRules(c *call) (object, *failure) {
	for _, group := range c.Region.SecurityGroups {
		if group.NativeID != c.parameters.Get("SecurityGroupId") {
			continue
		}
		rules := group.Rules
		if group.VPCID == "" {
			nic := cmp.Or(c.parameters.Get("NicType"), "internet")
			rules = only(rules, []string{nic}, func(r resource.SecurityRule) string { return r.To })
		}
		part, token, failed := page(c, rules, 10, 1000)
		if failed != nil {
			return nil, failed
		}
		list := []object{}
		for _, rule := range part {
			list = append(list, permission(rule, c.volatile))
		}
		return object{
			"SecurityGroupId": group.NativeID, "SecurityGroupName": group.Name, "VpcId": group.VPCID, "RegionId": c.Region.Name,
			"InnerAccessPolicy": "Drop", "Permissions": object{"Permission": list}, "NextToken": token,
		}, nil
	}
	return nil, &failure{status: http.StatusNotFound, code: "InvalidSecurityGroupId.NotFound", message: "The specified SecurityGroupId does not exist."}
}

func permission(r resource.SecurityRule, volatile string) object {
	o := object{
		"Direction": "ingress", "Policy": "Accept", "Priority": r.Priority, "IpProtocol": strings.ToUpper(cmp.Or(r.Protocol, "all")),
		"PortRange": strings.ReplaceAll(cmp.Or(r.Ports, "-1/-1"), "-", "/"), "SourcePortRange": strings.ReplaceAll(r.SourcePorts, "-", "/"),
		"NicType": "intranet", "Description": "", "SecurityGroupRuleId": "sgr-" + volatile, "CreateTime": volatile,
	}
	if r.Ports == "" {
		o["PortRange"] = "-1/-1"
	}
	if r.Deny {
		o["Policy"] = "Drop"
	}
	ends := []string{"Source", "Dest"}
	if r.Egress {
		o["Direction"], ends = "egress", []string{"Dest", "Source"}
	}
	for i, end := range []string{r.Peer, r.To} {
		switch {
		case end == "internet" || end == "intranet":
			o["NicType"] = end
		case strings.HasPrefix(end, "sg-"):
			o[ends[i]+"GroupId"] = end
		case strings.HasPrefix(end, "pl-"):
			o[ends[i]+"PrefixListId"] = end
		case strings.Contains(end, ":"):
			o["Ipv6"+ends[i]+"CidrIp"] = end
		default:
			o[ends[i]+"CidrIp"] = end
		}
	}
	return o
}
