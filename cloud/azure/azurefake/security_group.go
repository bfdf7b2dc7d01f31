package azurefake

import (
	"fmt"
	"net/http"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// securityGroups answers as NetworkSecurityGroups_ListAll
// (https://learn.microsoft.com/rest/api/virtualnetwork/network-security-groups/list-all).
func securityGroups(_ *http.Request, j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		for _, of := range region.SecurityGroups {
			id := securityGroupID(j, of.Name)
			rules := []any{}
			for i, rule := range of.Rules {
				rules = append(rules, securityRule(fmt.Sprintf("%s/securityRules/rule-%d", id, i), rule))
			}
			all = append(all, object{
				"id": id, "name": of.Name, "location": region.Name, "tags": tags(of.Tags), "etag": changing(),
				"properties": object{
					"resourceGuid": "guid-of-" + of.NativeID, "provisioningState": of.Status, "securityRules": rules,
					"defaultSecurityRules": []any{securityRule(id+"/defaultSecurityRules/AllowVnetInBound", resource.SecurityRule{Peer: "VirtualNetwork", Priority: "65000"})},
					"networkInterfaces":    []any{object{"id": group(j, changing()) + "/providers/Microsoft.Network/networkInterfaces/nic"}},
				},
			})
		}
	}
	return all
}

func securityRule(id string, rule resource.SecurityRule) object {
	source, destination := orAny(rule.Peer), orAny(rule.To)
	direction, access := "Inbound", "Allow"
	if rule.Egress {
		source, destination, direction = destination, source, "Outbound"
	}
	if rule.Deny {
		access = "Deny"
	}
	return object{"id": id, "name": id[len(id)-6:], "etag": changing(), "properties": object{
		"provisioningState": "Succeeded", "direction": direction, "access": access, "protocol": orAny(rule.Protocol), "priority": rule.Priority,
		"sourceAddressPrefix": source, "sourceAddressPrefixes": []any{}, "sourcePortRange": orAny(rule.SourcePorts), "sourcePortRanges": []any{},
		"destinationAddressPrefix": destination, "destinationAddressPrefixes": []any{}, "destinationPortRange": orAny(rule.Ports), "destinationPortRanges": []any{},
	}}
}

func orAny(text string) string {
	if text == "" {
		return "*"
	}
	return text
}
