package huawei

import (
	"context"

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
