package huawei

import (
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
	Join: adapter.With(&groupRules, securityGroupID, securityGroupRow),
}

// securityGroup is the part of a security group that is kept.
type securityGroup struct {
	ID, Name, Description string
	Tags                  []adapter.Tag
	Created               string `json:"created_at"`
}

func securityGroupID(g *securityGroup) string { return g.ID }

func securityGroupRow(f *adapter.Fields, g *securityGroup, rules []string) resource.Row {
	return &resource.SecurityGroup{
		Name:           g.Name,
		Description:    g.Description,
		Rules:          adapter.Set(rules...),
		Tags:           adapter.TagsOf(g.Tags),
		CloudCreatedAt: f.Time("created_at", g.Created, utc),
	}
}
