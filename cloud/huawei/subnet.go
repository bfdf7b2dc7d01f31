package huawei

import (
	vpc "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/vpc/v3"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// subnets are those of the newer API: the older one has no tags, and counts the addresses
// that are free. Other projects may share theirs; whether the API lists them is not documented.
var subnets = adapter.Listing[*session, subnet]{
	Kind: resource.SubnetKind, What: "subnet",
	Action: "ListVirsubnets", Path: "virsubnets", IDField: "id",
	Pages: adapter.Tokens(markedPerPage), IDs: adapter.Together(maxMarkedIDs).If(isID),
	Ask:  ask[subnet](vpcProduct, "", vpc.GenReqDefForListVirsubnets, marked),
	Join: adapter.Own((*session).project, func(s *subnet) string { return s.ProjectID }, subnetRow),
}

// subnet is the part of a subnet that is kept.
type subnet struct {
	ID, Name, Status string
	ProjectID        string   `json:"project_id"`
	Zone             string   `json:"zone_id"`
	VPCID            string   `json:"vpc_id"`
	CIDRs            []string `at:"subnet_cidrs[].cidr"` // one of IPv4, and perhaps one of IPv6
	Tags             []adapter.Tag
	Created          string `json:"created_at"`
}

func subnetRow(f *adapter.Fields, s *subnet) resource.Row {
	return &resource.Subnet{
		Name:           s.Name,
		Status:         s.Status,
		Zone:           s.Zone,
		VPCID:          s.VPCID,
		CIDRs:          adapter.Set(s.CIDRs...),
		Tags:           adapter.TagsOf(s.Tags),
		CloudCreatedAt: f.Time("created_at", s.Created, utc),
	}
}
