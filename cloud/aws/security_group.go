package aws

import (
	"cmp"
	"slices"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// securityGroups are those of VPCs, with their rules. EC2 does not say when one was made.
var securityGroups = adapter.Listing[*session, securityGroup]{
	Kind: resource.SecurityGroupKind, What: "security group",
	Action: "DescribeSecurityGroups", Path: "securityGroupInfo.item", IDField: "groupId",
	Pages: adapter.Tokens(maxListed), IDs: adapter.Together(maxFilterValues),
	Ask:  ask[securityGroup]("nextToken", describeSecurityGroups),
	ID:   func(g *securityGroup) string { return g.ID },
	Join: adapter.Own((*session).owner, func(g *securityGroup) string { return g.Owner }, securityGroupRow),
}

// securityGroup is the part of a security group that is kept.
type securityGroup struct {
	ID          string       `json:"groupId"`
	Owner       string       `json:"ownerId"`
	Name        string       `json:"groupName"`
	Description string       `json:"groupDescription"`
	VPC         string       `json:"vpcId"`
	Ingress     []permission `json:"ipPermissions"`
	Egress      []permission `json:"ipPermissionsEgress"`
	Tags        []tag        `json:"tagSet"`
}

// permission is for one range of ports and any number of peers.
type permission struct {
	Protocol string `json:"ipProtocol"`
	From     string `json:"fromPort"`
	To       string `json:"toPort"`
	IPv4     []peer `json:"ipRanges"`
	IPv6     []peer `json:"ipv6Ranges"`
	Lists    []peer `json:"prefixListIds"`
	Groups   []peer `json:"groups"`
}

// peer is a range of addresses, a list of ranges, or a group. A group's owner, and whether
// the network it is in can be reached, change by themselves.
type peer struct {
	IPv4  string `json:"cidrIp"`
	IPv6  string `json:"cidrIpv6"`
	List  string `json:"prefixListId"`
	Group string `json:"groupId"`
	Name  string `json:"groupName"`
}

func securityGroupRow(_ *adapter.Fields, g *securityGroup) resource.Row {
	return &resource.SecurityGroup{
		Meta:        resource.Meta{NativeID: g.ID},
		Name:        g.Name,
		Description: g.Description,
		VPCID:       g.VPC,
		Rules:       adapter.Set(append(rulesOf(g.Ingress, false), rulesOf(g.Egress, true)...)...),
		Tags:        adapter.TagsOf(g.Tags),
	}
}

// rulesOf are the rules that the permissions stand for. One whose peer is not known is none:
// it would be taken for one of any.
func rulesOf(permissions []permission, egress bool) (lines []string) {
	for _, p := range permissions {
		var peers []string
		for _, one := range slices.Concat(p.IPv4, p.IPv6, p.Lists, p.Groups) {
			peers = append(peers, cmp.Or(one.IPv4, one.IPv6, one.List, one.Group, one.Name))
		}
		for _, name := range adapter.Set(peers...) {
			lines = append(lines, resource.SecurityRule{Egress: egress, Protocol: p.Protocol, Ports: p.ports(), Peer: name}.String())
		}
	}
	return lines
}

// ports are those of TCP and UDP, or a type of ICMP and a code, of which -1 is any.
func (p permission) ports() string {
	switch {
	case p.From == "-1" || p.To == "":
		return p.From
	case p.To == "-1":
		return p.From + "-all"
	default:
		return p.From + "-" + p.To
	}
}
