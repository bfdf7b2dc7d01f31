package alibaba

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// securityGroups are those of ECS
// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describesecuritygroups),
// those that other products manage among them. Their rules are a call for each.
var securityGroups = adapter.Listing[*session, securityGroup]{
	Kind: resource.SecurityGroupKind, What: "security group",
	Action: "DescribeSecurityGroups", Path: "SecurityGroups.SecurityGroup", IDField: "SecurityGroupId",
	Pages: adapter.Tokens(maxPage), IDs: adapter.Together(maxECSIDs),
	Ask:    ask[securityGroup](ecs, byToken("SecurityGroupIds", asArray)),
	Apiece: adapter.OneByOne("DescribeSecurityGroupAttribute", "Permissions", askRules, func(g *securityGroup, all []groupRules) { g.rules = all }),
	Row:    securityGroupRow,
	Empty:  provenByDryRun(ecs, "DescribeSecurityGroups"),
}

// securityGroup is the part of a security group that is kept. EcsCount and other counts change
// by themselves.
type securityGroup struct {
	SecurityGroupID   string `json:"SecurityGroupId"`
	SecurityGroupName string
	Description       string
	VpcID             string `json:"VpcId"`
	CreationTime      string
	Tags              tagList

	rules []groupRules // page by page
}

func securityGroupRow(f *adapter.Fields, g *securityGroup) resource.Row {
	return &resource.SecurityGroup{
		Name:           g.SecurityGroupName,
		Description:    g.Description,
		VPCID:          g.VpcID,
		Rules:          g.lines(f),
		Tags:           adapter.TagsOf(g.Tags.Tag),
		CloudCreatedAt: f.Time("CreationTime", g.CreationTime, utc),
	}
}
