package tencent

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// securityGroups are those of all networks of a region, to which they do not belong
// (https://cloud.tencent.com/document/product/215/15808). Their rules are a call for each.
var securityGroups = adapter.Listing[*Session, securityGroup]{
	Kind: resource.SecurityGroupKind, What: "security group",
	Action: "DescribeSecurityGroups", Path: "SecurityGroupSet", IDField: "SecurityGroupId",
	Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxNetworkIDs),
	Ask:    Ask[securityGroup](vpc, "SecurityGroupIds", inTexts),
	Apiece: adapter.OneByOne("DescribeSecurityGroupPolicies", "SecurityGroupPolicySet", askPolicies, func(g *securityGroup, all []policies) { g.policies = all }),
	Row:    securityGroupRow,
}

// securityGroup is the part of a security group that is kept.
type securityGroup struct {
	SecurityGroupID, SecurityGroupName string
	SecurityGroupDesc                  string
	TagSet                             []adapter.Tag
	CreatedTime                        string

	policies []policies // one
}

func securityGroupRow(f *adapter.Fields, g *securityGroup) resource.Row {
	var lines []string
	for _, all := range g.policies {
		for _, in := range all.Ingress {
			lines = append(lines, in.lines(f, false)...)
		}
		for _, out := range all.Egress {
			lines = append(lines, out.lines(f, true)...)
		}
	}
	return &resource.SecurityGroup{
		Name:           g.SecurityGroupName,
		Description:    g.SecurityGroupDesc,
		Rules:          adapter.Set(lines...),
		Tags:           adapter.TagsOf(g.TagSet),
		CloudCreatedAt: f.Time("CreatedTime", g.CreatedTime, beijing),
	}
}
