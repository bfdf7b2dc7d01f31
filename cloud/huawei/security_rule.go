package huawei

import (
	"cmp"
	"strings"

	vpc "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/vpc/v3"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// securityRules are those of all groups of the project.
var securityRules = adapter.Listing[*session, securityRule]{
	What: "security group rule", Action: "ListSecurityGroupRules", Path: "security_group_rules", IDField: "id",
	Pages: adapter.Tokens(markedPerPage),
	Ask:   ask[securityRule](vpcProduct, "", vpc.GenReqDefForListSecurityGroupRules, marked),
}

// securityRule is the part of a rule that says what it does.
type securityRule struct {
	ID, Direction, EtherType, Protocol, Action, Priority string

	GroupID   string `json:"security_group_id"`
	Ports     string `json:"multiport"` // such as 22,8000-8080
	Group     string `json:"remote_group_id"`
	Range     string `json:"remote_ip_prefix"`
	Addresses string `json:"remote_address_group_id"`
	Enabled   *bool  // nil where the region does not say
}

var groupRules = adapter.Beside[*session, securityRule, []string]{
	List: &securityRules, Whose: []string{"security_group_id"},
	Add: adapter.Both,
	Of: func(f *adapter.Fields, r *securityRule) (lines, groups []string) {
		return r.lines(f), []string{r.GroupID}
	},
}

// lines are what the rule does, one for each range of ports. One that is switched off does
// nothing.
func (r *securityRule) lines(f *adapter.Fields) (lines []string) {
	if r.Direction != "ingress" && r.Direction != "egress" {
		f.Refuse("direction", r.Direction)
	}
	if r.Action != "" && r.Action != "allow" && r.Action != "deny" {
		f.Refuse("action", r.Action)
	}
	if r.Enabled != nil && !*r.Enabled {
		return nil
	}
	isIPv6 := strings.EqualFold(r.EtherType, "IPv6")
	all := map[bool]string{false: "0.0.0.0/0", true: "::/0"}[isIPv6]
	for ports := range strings.SplitSeq(r.Ports, ",") {
		lines = append(lines, resource.SecurityRule{
			Egress: r.Direction == "egress", Protocol: r.Protocol, Ports: ports, Peer: cmp.Or(r.Group, r.Addresses, r.Range, all),
			IPv6: isIPv6, Deny: r.Action == "deny", Priority: r.Priority,
		}.String())
	}
	return lines
}
