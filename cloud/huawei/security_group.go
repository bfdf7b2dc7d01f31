package huawei

import (
	"cmp"
	"context"
	"slices"
	"strings"

	vpc "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/vpc/v3"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// securityGroups belong to no VPC. Their rules are in one list of the whole project.
var securityGroups = adapter.Listing[*session, securityGroup]{
	Kind: resource.SecurityGroupKind, What: "security group",
	Action: "ListSecurityGroups", Path: "security_groups", IDField: "id",
	Pages: adapter.Tokens(markedPerPage), IDs: adapter.Together(maxMarkedIDs).If(isID),
	Ask:  ask[securityGroup](vpcProduct, "", vpc.GenReqDefForListSecurityGroups, marked),
	ID:   securityGroupID,
	Join: withRules,
}

// securityGroup is the part of a security group that is kept.
type securityGroup struct {
	ID, Name, Description string
	Tags                  []adapter.Tag
	Created               string `json:"created_at"`
}

func securityGroupID(g *securityGroup) string { return g.ID }

var securityRules = adapter.Listing[*session, securityRule]{
	What: "security group rule", Action: "ListSecurityGroupRules", Path: "security_group_rules", IDField: "id",
	Pages: adapter.Tokens(markedPerPage),
	Ask:   ask[securityRule](vpcProduct, "", vpc.GenReqDefForListSecurityGroupRules, marked),
	ID:    func(r *securityRule) string { return r.ID },
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
	Add: func(a, b []string) []string { return slices.Concat(a, b) },
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

// withRules gives the groups of a page their rules.
func withRules(ctx context.Context, s *session, page adapter.Batch[securityGroup]) (func(*adapter.Fields, *securityGroup) resource.Row, error) {
	rules, err := groupRules.Join(ctx, s, page.Visit(), page.IDs(securityGroupID))
	return func(f *adapter.Fields, g *securityGroup) resource.Row {
		return &resource.SecurityGroup{
			Meta:           resource.Meta{NativeID: g.ID},
			Name:           g.Name,
			Description:    g.Description,
			Rules:          adapter.Set(rules(f, g.ID)...),
			Tags:           adapter.TagsOf(g.Tags),
			CloudCreatedAt: f.Time("created_at", g.Created, utc),
		}
	}, err
}
