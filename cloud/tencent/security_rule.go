package tencent

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// policies are the rules of a group. Version and PolicyStatistics change with each of them.
type policies struct{ Ingress, Egress []policy }

// policy is a rule. The index is its place: the first that fits counts.
type policy struct {
	PolicyIndex              string
	Protocol, Port           string
	ServiceTemplate          struct{ ServiceID, ServiceGroupID string } // instead of them
	CIDRBlock, IPv6CIDRBlock string
	SecurityGroupID          string
	AddressTemplate          struct{ AddressID, AddressGroupID string }
	Action                   string
}

// askPolicies asks for the rules of one group, which has no pages of them.
func askPolicies(ctx context.Context, s *Session, q adapter.Query) (adapter.Answer[policies], error) {
	return adapter.DoSigned(ctx, s.account.Calls, s.sign, q.Region, q.Action, func(ctx context.Context, keys adapter.Keys) (answer adapter.Answer[policies], err error) {
		type document struct{ SecurityGroupPolicySet *adapter.Item[policies] }
		got, err := send[document](ctx, s, keys, q.Region, vpc, q.Action, map[string]any{"SecurityGroupId": q.IDs[0]})
		if answer.NoList = got.SecurityGroupPolicySet == nil; !answer.NoList {
			answer.Items = []adapter.Item[policies]{*got.SecurityGroupPolicySet}
		}
		return answer, err
	})
}

// lines are the rule's, one for each range of ports and each peer. A template stands for what
// is in it, which is listed elsewhere.
func (p *policy) lines(f *adapter.Fields, egress bool) (lines []string) {
	drops := strings.EqualFold(p.Action, "DROP")
	if !drops && !strings.EqualFold(p.Action, "ACCEPT") {
		f.Refuse("Action", p.Action)
	}
	rule := resource.SecurityRule{Egress: egress, Protocol: p.Protocol, Deny: drops, Priority: p.PolicyIndex}
	ports := strings.Split(p.Port, ",")
	if template := cmp.Or(p.ServiceTemplate.ServiceID, p.ServiceTemplate.ServiceGroupID); template != "" {
		rule.Protocol, ports = template, nil
	}
	peers := adapter.Set(p.CIDRBlock, p.IPv6CIDRBlock, p.SecurityGroupID, p.AddressTemplate.AddressID, p.AddressTemplate.AddressGroupID)
	return slices.Collect(rule.Times(peers, nil, nil, ports))
}
