package huawei

import (
	"cmp"
	"slices"

	elb "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/elb/v3"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/elb/v3/model"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	loadBalancersPerPage = 2000 // the most that the API gives
	// maxLoadBalancerIDs keeps the URL, which has them all, to some 2,000 characters.
	maxLoadBalancerIDs = 50
)

// loadBalancers are shared and dedicated ones. The API announces no total.
var loadBalancers = adapter.Listing[*session, loadBalancer]{
	Kind: resource.LoadBalancerKind, What: "load balancer",
	Action: "ListLoadBalancers", Path: "loadbalancers", IDField: "id",
	Pages: adapter.Tokens(loadBalancersPerPage), IDs: adapter.Together(maxLoadBalancerIDs).If(isID),
	Ask: ask[loadBalancer](elbProduct, "", elb.GenReqDefForListLoadBalancers, func(q adapter.Query) any {
		return &model.ListLoadBalancersRequest{Limit: given(int32(q.Limit)), Marker: given(q.Token), Id: &q.IDs}
	}),
	ID:   func(b *loadBalancer) string { return b.ID },
	Join: withListeners,
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
	PublicIPs, EIPs []elasticIP
	GlobalEIPs      []elasticIP `json:"global_eips"`
	VPCID           string      `json:"vpc_id"`
	// Servers and databases have their subnets by the same ids as Subnets, from which the
	// balancer reaches them. A shared balancer has VIPSubnet alone, by its other id.
	Subnets     []string `json:"elb_virsubnet_ids"`
	VIPSubnet   string   `json:"vip_subnet_cidr_id"`
	Zones       []string `json:"availability_zone_list"`
	BillingInfo string   `json:"billing_info"`
	Tags        []adapter.Tag
	Created     string `json:"created_at"`
}

type elasticIP struct {
	PublicIP string `json:"publicip_address"`
	EIP      string `json:"eip_address"`
	Global   string `json:"global_eip_address"`
}

func loadBalancerRow(f *adapter.Fields, b *loadBalancer, ports []string) resource.Row {
	public := b.publicAddresses()
	row := &resource.LoadBalancer{
		Meta:           resource.Meta{NativeID: b.ID},
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

func (b *loadBalancer) publicAddresses() []string {
	var list []string
	for _, ip := range slices.Concat(b.PublicIPs, b.EIPs, b.GlobalEIPs) {
		list = append(list, ip.PublicIP, ip.EIP, ip.Global)
	}
	return adapter.Set(list...)
}
