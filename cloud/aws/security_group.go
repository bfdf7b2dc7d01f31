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
	Protocol string      `json:"ipProtocol"`
	From     string      `json:"fromPort"`
	To       string      `json:"toPort"`
	IPv4     []string    `at:"ipRanges[].cidrIp"`
	IPv6     []string    `at:"ipv6Ranges[].cidrIpv6"`
	Lists    []string    `at:"prefixListIds[].prefixListId"`
	Groups   []peerGroup `json:"groups"`
}

// peerGroup is without its owner, and without whether the network it is in can be reached:
// both change by themselves.
type peerGroup struct {
	ID   string `json:"groupId"`
	Name string `json:"groupName"`
}

func securityGroupRow(_ *adapter.Fields, g *securityGroup) resource.Row {
	return &resource.SecurityGroup{
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
		peers := slices.Concat(p.IPv4, p.IPv6, p.Lists)
		for _, group := range p.Groups {
			peers = append(peers, cmp.Or(group.ID, group.Name))
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
