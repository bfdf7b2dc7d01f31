package huawei

import (
	"cmp"
	"context"

	elb "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/elb/v3"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/elb/v3/model"
	elbregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/elb/v3/region"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var elbProduct = product[*elb.ElbClient]{name: "elb", client: elb.NewElbClient, region: elbregion.SafeValueOf}

const (
	listBalancers    = "ListLoadBalancers"
	balancersPerPage = 500 // the API gives up to 2,000
	// maxBalancerIDs keeps the URL, which has them all, to some 2,000 characters.
	maxBalancerIDs = 50
)

// loadBalancers lists elastic load balancers, shared and dedicated ones.
type loadBalancers struct{ *session }

// balancer is the part of a load balancer that is kept.
type balancer struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Operating    string `json:"operating_status"`
	Provisioning string `json:"provisioning_status"`
	Type         string `json:"loadbalancer_type"`
	Guaranteed   bool   `json:"guaranteed"`
	VIP          string `json:"vip_address"`
	IPv6VIP      string `json:"ipv6_vip_address"`
	PublicIPs    []struct {
		Address string `json:"publicip_address"`
	} `json:"publicips"`
	EIPs []struct {
		Address string `json:"eip_address"`
	} `json:"eips"`
	GlobalEIPs []struct {
		Address string `json:"global_eip_address"`
	} `json:"global_eips"`
	VPCID       string   `json:"vpc_id"`
	Subnets     []string `json:"elb_virsubnet_ids"`
	VIPSubnet   string   `json:"vip_subnet_cidr_id"`
	Zones       []string `json:"availability_zone_list"`
	BillingInfo string   `json:"billing_info"`
	Tags        []tag    `json:"tags"`
	Created     string   `json:"created_at"`
}

// balancers is an answer of ListLoadBalancers.
type balancers struct {
	Loadbalancers *[]adapter.Item[balancer] `json:"loadbalancers"`
	PageInfo      *struct {
		NextMarker string `json:"next_marker"`
	} `json:"page_info"`
}

// List implements adapter.Lister. The cursor is the marker, the id of the last balancer
// before. The API announces no total.
func (l loadBalancers) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	doing := l.doing(region, listBalancers)
	limit := int32(balancersPerPage)
	request := &model.ListLoadBalancersRequest{Limit: &limit}
	if cursor != "" {
		request.Marker = &cursor
	}
	answer, err := l.ask(ctx, region, request, cursor == "")
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{}
	for i := range *answer.Loadbalancers {
		balancer := &(*answer.Loadbalancers)[i]
		f := balancer.Read("load balancer", balancer.Value.ID)
		f.Put(&page, balancerRow(f, &balancer.Value))
	}
	page.Next, err = nextMarker(doing, answer, cursor)
	return page, err
}

// ask gives an answer that has a list.
func (l loadBalancers) ask(ctx context.Context, region string, request *model.ListLoadBalancersRequest, begins bool) (*balancers, error) {
	doing := l.doing(region, listBalancers)
	answer, err := ask(ctx, l.session, elbProduct, region, listBalancers, func(client *elb.ElbClient) (*balancers, error) {
		answer, err := send[balancers](client.HcClient, request, elb.GenReqDefForListLoadBalancers())
		return answer, resumed(doing, begins, err)
	})
	if err == nil && answer.Loadbalancers == nil {
		err = adapter.BadAnswer(doing, "there is no list of load balancers in the answer")
	}
	if err == nil {
		err = adapter.CheckList(doing, *answer.Loadbalancers)
	}
	return answer, err
}

// nextMarker is the marker of the following page. A full page that does not say whether
// there is one is no page to end with.
func nextMarker(doing string, answer *balancers, cursor string) (string, error) {
	onPage := len(*answer.Loadbalancers)
	switch {
	case onPage == 0:
		return "", nil
	case answer.PageInfo == nil && onPage >= balancersPerPage:
		return "", adapter.BadAnswer(doing, "there is no page_info in the answer")
	case answer.PageInfo == nil:
		return "", nil
	}
	next := answer.PageInfo.NextMarker
	if next != "" && next == cursor {
		return "", adapter.BadAnswer(doing, "the page after load balancer %q leads to itself", cut(next))
	}
	return next, nil
}

// balancerRow is a load balancer as the inventory has it.
func balancerRow(f *adapter.Fields, balancer *balancer) *resource.LoadBalancer {
	public := balancer.publicAddresses()
	row := &resource.LoadBalancer{
		Meta:           resource.Meta{NativeID: balancer.ID},
		Name:           balancer.Name,
		Status:         cmp.Or(balancer.Operating, balancer.Provisioning), // ONLINE or FROZEN, where that is told
		BalancerType:   balancer.sort(),
		Scheme:         resource.SchemeInternal,
		Addresses:      adapter.IPs(append(public, balancer.VIP, balancer.IPv6VIP)...),
		VPCID:          balancer.VPCID,
		SubnetIDs:      balancer.subnets(),
		Zones:          adapter.Set(balancer.Zones...),
		ChargeType:     paidInAdvance(balancer.BillingInfo),
		Tags:           adapter.Tags(balancer.Tags, pairOf),
		CloudCreatedAt: f.Time("created_at", balancer.Created, zone),
	}
	if len(public) > 0 {
		row.Scheme = resource.SchemePublic
	}
	return row
}

// publicAddresses are the elastic IPs, which are listed under two names, and the global
// ones.
func (b *balancer) publicAddresses() []string {
	var list []string
	for _, ip := range b.PublicIPs {
		list = append(list, ip.Address)
	}
	for _, ip := range b.EIPs {
		list = append(list, ip.Address)
	}
	for _, ip := range b.GlobalEIPs {
		list = append(list, ip.Address)
	}
	return adapter.Set(list...)
}

// sort is what the console calls the balancer, or the API's own word for other sorts.
func (b *balancer) sort() string {
	switch {
	case b.Type != "":
		return b.Type
	case b.Guaranteed:
		return "dedicated"
	default:
		return "shared"
	}
}

// subnets are those that the balancer reaches its servers from, by the ids that servers
// and databases have their subnets by; a shared balancer has the one of its address
// alone, by its other id.
func (b *balancer) subnets() []string {
	if subnets := adapter.Set(b.Subnets...); len(subnets) > 0 {
		return subnets
	}
	return adapter.Set(b.VIPSubnet)
}

// Lookup implements adapter.Lister. It asks for up to 50 balancers in one call.
func (l loadBalancers) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	return untilNone(nativeIDs, func(ids []string) ([]string, error) { return l.find(ctx, region, ids) })
}

// find gives those of the ids that are in one answer. One without any that leads on says
// nothing.
func (l loadBalancers) find(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	doing := l.doing(region, listBalancers)
	limit := int32(len(nativeIDs))
	answer, err := l.ask(ctx, region, &model.ListLoadBalancersRequest{Id: &nativeIDs, Limit: &limit}, true)
	if err != nil {
		return nil, err
	}
	var answered []string
	for i := range *answer.Loadbalancers {
		answered = append(answered, (*answer.Loadbalancers)[i].Value.ID)
	}
	if len(answered) == 0 && answer.PageInfo != nil && answer.PageInfo.NextMarker != "" {
		return nil, adapter.BadAnswer(doing, "there are load balancers on another page, and none in the answer")
	}
	return found(doing, nativeIDs, answered, "")
}
