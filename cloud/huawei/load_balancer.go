package huawei

import (
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
	page := cloud.Page{Rows: make([]resource.Row, 0, len(*answer.Loadbalancers))}
	for i := range *answer.Loadbalancers {
		balancer, err := balancerRow(doing, &(*answer.Loadbalancers)[i])
		if err != nil {
			return cloud.Page{}, err
		}
		page.Rows = append(page.Rows, balancer)
	}
	page.Next, err = nextMarker(doing, answer, cursor)
	return page, err
}

// ask gives an answer that has a list.
func (l loadBalancers) ask(ctx context.Context, region string, request *model.ListLoadBalancersRequest, begins bool) (*model.ListLoadBalancersResponse, error) {
	doing := l.doing(region, listBalancers)
	answer, err := ask(ctx, l.session, elbProduct, region, listBalancers, func(client *elb.ElbClient) (*model.ListLoadBalancersResponse, error) {
		answer, err := client.ListLoadBalancers(request)
		return answer, resumed(doing, begins, err)
	})
	if err == nil && answer.Loadbalancers == nil {
		err = adapter.BadAnswer(doing, "there is no list of load balancers in the answer")
	}
	return answer, err
}

// nextMarker is the marker of the following page. A full page that does not say whether
// there is one is no page to end with.
func nextMarker(doing string, answer *model.ListLoadBalancersResponse, cursor string) (string, error) {
	onPage := len(*answer.Loadbalancers)
	switch {
	case onPage == 0:
		return "", nil
	case answer.PageInfo == nil && onPage >= balancersPerPage:
		return "", adapter.BadAnswer(doing, "there is no page_info in the answer")
	case answer.PageInfo == nil:
		return "", nil
	}
	next := text(answer.PageInfo.NextMarker)
	if next != "" && next == cursor {
		return "", adapter.BadAnswer(doing, "the page after load balancer %q leads to itself", cut(next))
	}
	return next, nil
}

// balancerRow is a load balancer as the inventory has it.
func balancerRow(doing string, balancer *model.LoadBalancer) (*resource.LoadBalancer, error) {
	f := fields{doing: doing, id: balancer.Id}
	public := publicAddresses(balancer)
	row := &resource.LoadBalancer{
		Name:           balancer.Name,
		Status:         balancerStatus(balancer),
		BalancerType:   balancerType(balancer),
		Scheme:         resource.SchemeInternal,
		Addresses:      set(append([]string{balancer.VipAddress, balancer.Ipv6VipAddress}, public...)),
		VPCID:          balancer.VpcId,
		SubnetIDs:      balancerSubnets(balancer),
		Zones:          set(balancer.AvailabilityZoneList),
		ChargeType:     paidInAdvance(balancer.BillingInfo),
		Tags:           map[string]string{},
		CloudCreatedAt: f.time("created_at", balancer.CreatedAt),
	}
	row.NativeID = balancer.Id
	if len(public) > 0 {
		row.Scheme = resource.SchemePublic
	}
	for _, tag := range balancer.Tags {
		if text(tag.Key) != "" {
			row.Tags[*tag.Key] = text(tag.Value)
		}
	}
	return row, f.err
}

// publicAddresses are the elastic IPs, which are listed under two names, and the global
// ones.
func publicAddresses(balancer *model.LoadBalancer) []string {
	var list []string
	for _, ip := range balancer.Publicips {
		list = append(list, ip.PublicipAddress)
	}
	for _, ip := range balancer.Eips {
		list = append(list, text(ip.EipAddress))
	}
	for _, ip := range balancer.GlobalEips {
		list = append(list, text(ip.GlobalEipAddress))
	}
	return set(list)
}

// balancerStatus is whether the balancer works, ONLINE or FROZEN, where that is told.
func balancerStatus(balancer *model.LoadBalancer) string {
	if balancer.OperatingStatus != "" {
		return balancer.OperatingStatus
	}
	return balancer.ProvisioningStatus
}

// balancerType is what the console calls it, or the API's own word for other sorts.
func balancerType(balancer *model.LoadBalancer) string {
	switch {
	case text(balancer.LoadbalancerType) != "":
		return *balancer.LoadbalancerType
	case balancer.Guaranteed:
		return "dedicated"
	default:
		return "shared"
	}
}

// balancerSubnets are those that the balancer reaches its servers from, by the ids that
// servers and databases have their subnets by; a shared balancer has the one of its
// address alone, by its other id.
func balancerSubnets(balancer *model.LoadBalancer) []string {
	if subnets := set(balancer.ElbVirsubnetIds); len(subnets) > 0 {
		return subnets
	}
	return set([]string{balancer.VipSubnetCidrId})
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
		answered = append(answered, (*answer.Loadbalancers)[i].Id)
	}
	if len(answered) == 0 && answer.PageInfo != nil && text(answer.PageInfo.NextMarker) != "" {
		return nil, adapter.BadAnswer(doing, "there are load balancers on another page, and none in the answer")
	}
	return found(doing, nativeIDs, answered, nil)
}
