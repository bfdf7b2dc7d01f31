package huawei

import (
	"cmp"
	"slices"

	elb "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/elb/v3"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const loadBalancersPerPage = 2000 // the most that the API gives

// loadBalancers are shared and dedicated ones. The API announces no total.
var loadBalancers = adapter.Listing[*session, loadBalancer]{
	Kind: resource.LoadBalancerKind, What: "load balancer",
	Action: "ListLoadBalancers", Path: "loadbalancers", IDField: "id",
	Pages: adapter.Tokens(loadBalancersPerPage), IDs: adapter.Together(maxMarkedIDs).If(isID),
	Ask:  ask[loadBalancer](elbProduct, "", elb.GenReqDefForListLoadBalancers, marked),
	Join: adapter.With(&listeners, func(b *loadBalancer) string { return b.ID }, loadBalancerRow),
}

// loadBalancer is the part of a load balancer that is kept.
type loadBalancer struct {
	ID, Name     string
	Operating    string `json:"operating_status"`
	Provisioning string `json:"provisioning_status"`
	Type         string `json:"loadbalancer_type"`
	Guaranteed   bool
	VIP          string `json:"vip_address"`
	IPv6VIP      string `json:"ipv6_vip_address"`
	// The elastic IPs are listed under two names, and the global ones under another.
	PublicIPs  []string `at:"publicips[].publicip_address"`
	EIPs       []string `at:"eips[].eip_address"`
	GlobalEIPs []string `at:"global_eips[].global_eip_address"`
	VPCID      string   `json:"vpc_id"`
	// Servers and databases have their subnets by the same ids as Subnets, from which the
	// balancer reaches them. A shared balancer has VIPSubnet alone, by its other id.
	Subnets     []string `json:"elb_virsubnet_ids"`
	VIPSubnet   string   `json:"vip_subnet_cidr_id"`
	Zones       []string `json:"availability_zone_list"`
	BillingInfo string   `json:"billing_info"`
	Tags        []adapter.Tag
	Created     string `json:"created_at"`
}

func loadBalancerRow(f *adapter.Fields, b *loadBalancer, ports []string) resource.Row {
	public := adapter.Set(slices.Concat(b.PublicIPs, b.EIPs, b.GlobalEIPs)...)
	row := &resource.LoadBalancer{
		Name:           b.Name,
		Status:         cmp.Or(b.Operating, b.Provisioning),                                               // ONLINE or FROZEN, where that is told
		BalancerType:   cmp.Or(b.Type, map[bool]string{true: "dedicated", false: "shared"}[b.Guaranteed]), // as the console calls them
		Scheme:         resource.SchemeOf(len(public) > 0),
		Addresses:      adapter.IPs(append(public, b.VIP, b.IPv6VIP)...),
		Ports:          adapter.Set(ports...),
		VPCID:          b.VPCID,
		SubnetIDs:      adapter.Set(b.Subnets...),
		Zones:          adapter.Set(b.Zones...),
		ChargeType:     paidInAdvance(b.BillingInfo),
		Tags:           adapter.TagsOf(b.Tags),
		CloudCreatedAt: f.Time("created_at", b.Created, utc),
	}
	if len(row.SubnetIDs) == 0 {
		row.SubnetIDs = adapter.Set(b.VIPSubnet)
	}
	return row
}
