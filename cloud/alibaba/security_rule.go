package alibaba

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	maxRules = 1000 // the most that DescribeSecurityGroupAttribute gives on a page
	// intranet is the other type of interfaces that the rules of a classic network are for. Without
	// it, the action gives those for the internet.
	intranet = "intranet"
)

// groupRules are rules of a security group
// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describesecuritygroupattribute).
type groupRules struct {
	SecurityGroupID   string `json:"SecurityGroupId"`
	VpcID             string `json:"VpcId"` // empty in a classic network
	InnerAccessPolicy string // Accept: members of the group reach each other
	NextToken         string
	Permissions       *struct{ Permission []permission }
}

// permission is one rule. Its id, CreateTime, and the names of peers are left out.
type permission struct {
	Direction        string // ingress or egress
	NicType          string
	Policy           string // Accept or Drop, in some answers in small letters
	Priority         string
	IPProtocol       string `json:"IpProtocol"`
	PortRange        string
	PortRangeListID  string `json:"PortRangeListId"` // then without a PortRange
	SourcePortRange  string
	SourceCIDR       string `json:"SourceCidrIp"`
	IPv6SourceCIDR   string `json:"Ipv6SourceCidrIp"`
	SourceGroupID    string `json:"SourceGroupId"`
	SourcePrefixList string `json:"SourcePrefixListId"`
	DestCIDR         string `json:"DestCidrIp"`
	IPv6DestCIDR     string `json:"Ipv6DestCidrIp"`
	DestGroupID      string `json:"DestGroupId"`
	DestPrefixList   string `json:"DestPrefixListId"`
}

// askRules asks for a page of one group's rules. Those of a classic network come in two
// lists, one after the other: tokens are TYPE/TOKEN.
func askRules(ctx context.Context, s *session, q adapter.Query) (answer adapter.Answer[groupRules], err error) {
	nic, token, _ := strings.Cut(q.Token, "/")
	r := request{product: ecs, action: q.Action, region: q.Region, parameters: map[string]string{
		"SecurityGroupId": q.IDs[0], "MaxResults": strconv.Itoa(maxRules), "NextToken": token, "NicType": nic,
	}}
	page, err := call(ctx, s, q.Region, q.Action, func(ctx context.Context, keys adapter.Keys) (adapter.Item[groupRules], error) {
		return send[adapter.Item[groupRules]](ctx, s, keys, r)
	})
	of := &page.Value
	switch {
	case err != nil:
		return answer, err
	case of.SecurityGroupID != q.IDs[0]:
		return answer, adapter.BadAnswer("", "the rules are not those of the security group that was asked for")
	case of.NextToken != "":
		answer.Next = nic + "/" + of.NextToken
	case of.VpcID == "" && nic == "":
		answer.Next = intranet + "/"
	}
	answer.Items, answer.NoList = []adapter.Item[groupRules]{page}, of.Permissions == nil && !page.IsOdd()
	return answer, nil
}

// lines are the group's rules. That its members reach each other is one too.
func (g *securityGroup) lines(f *adapter.Fields) (lines []string) {
	for _, page := range g.rules {
		if strings.EqualFold(page.InnerAccessPolicy, "accept") {
			lines = append(lines, resource.SecurityRule{Peer: g.SecurityGroupID}.String())
		}
		if page.Permissions == nil {
			continue
		}
		for _, p := range page.Permissions.Permission {
			lines = append(lines, p.rule(f, page.VpcID == "").String())
		}
	}
	return adapter.Set(lines...)
}

// rule refuses another word than those documented: it may mean the opposite.
func (p *permission) rule(f *adapter.Fields, isClassic bool) resource.SecurityRule {
	if !isOneOf(p.Direction, "", "ingress", "egress") {
		f.Refuse("Direction", p.Direction)
	}
	if !isOneOf(p.Policy, "", "accept", "drop") {
		f.Refuse("Policy", p.Policy)
	}
	source := cmp.Or(p.SourceCIDR, p.IPv6SourceCIDR, p.SourceGroupID, p.SourcePrefixList)
	dest := cmp.Or(p.DestCIDR, p.IPv6DestCIDR, p.DestGroupID, p.DestPrefixList)
	rule := resource.SecurityRule{
		Egress: strings.EqualFold(p.Direction, "egress"), Protocol: p.IPProtocol, Ports: cmp.Or(p.PortRangeListID, p.PortRange), SourcePorts: p.SourcePortRange,
		Peer: source, To: dest, Deny: strings.EqualFold(p.Policy, "drop"), Priority: p.Priority,
	}
	if rule.Egress {
		rule.Peer, rule.To = dest, source
	}
	if isClassic {
		rule.To = cmp.Or(rule.To, p.NicType)
	}
	return rule
}

func isOneOf(word string, known ...string) bool { return slices.Contains(known, strings.ToLower(word)) }
