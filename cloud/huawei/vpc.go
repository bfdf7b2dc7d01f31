package huawei

import (
	vpc "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/vpc/v3"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// vpcs are virtual private clouds. Their ranges of IPv6 addresses are not in the list.
var vpcs = adapter.Listing[*session, network]{
	Kind: resource.VPCKind, What: "VPC",
	Action: "ListVpcs", Path: "vpcs", IDField: "id",
	Pages: adapter.Tokens(markedPerPage), IDs: adapter.Together(maxMarkedIDs).If(isID),
	Ask: ask[network](vpcProduct, "", vpc.GenReqDefForListVpcs, marked),
	Row: vpcRow,
}

// network is the part of a VPC that is kept. How many subnets and routes it has is left out.
type network struct {
	ID, Name, Status string
	CIDR             string
	MoreCIDRs        []string `json:"extend_cidrs"`
	Tags             []adapter.Tag
	Created          string `json:"created_at"`
}

func vpcRow(f *adapter.Fields, n *network) resource.Row {
	return &resource.VPC{
		Name:           n.Name,
		Status:         n.Status,
		CIDRs:          adapter.Set(append(n.MoreCIDRs, n.CIDR)...),
		Tags:           adapter.TagsOf(n.Tags),
		CloudCreatedAt: f.Time("created_at", n.Created, utc),
	}
}
