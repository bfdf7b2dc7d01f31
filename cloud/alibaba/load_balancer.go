package alibaba

import (
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const maxLoadBalancerIDs = 10 // the most that DescribeLoadBalancers takes

// loadBalancers are those of three products: classic ones, application and network load
// balancers.
var loadBalancers = adapter.Several{&classicLoadBalancers, applicationLoadBalancers, networkLoadBalancers}

// classicLoadBalancers are those of SLB
// (https://www.alibabacloud.com/help/en/slb/classic-load-balancer/developer-reference/api-slb-2014-05-15-describeloadbalancers).
// What is deleted during a listing moves others to an earlier page, which the total and the
// look-up of what is missing make up for.
var classicLoadBalancers = adapter.Listing[*session, loadBalancer]{
	Kind: resource.LoadBalancerKind, What: "load balancer",
	Action: "DescribeLoadBalancers", Path: "LoadBalancers.LoadBalancer", IDField: "LoadBalancerId",
	Pages: adapter.Numbers(maxPage), IDs: adapter.Together(maxLoadBalancerIDs).If(isClassicID),
	Ask:    ask[loadBalancer](slb, byNumber("LoadBalancerId", withCommas)),
	Join:   adapter.With(&classicListeners, func(b *loadBalancer) string { return b.LoadBalancerID }, loadBalancerRow),
	Region: func(b *loadBalancer) string { return regionOf(b.RegionIDAlias) },
	Empty:  provenByOwner, SeenProves: true,
}

// isClassicID is false for the ids of the other products.
func isClassicID(id string) bool {
	return isOneID(id) && !hasPrefix("alb-")(id) && !hasPrefix("nlb-")(id)
}

// isOneID is false for what the API would take for several ids, or for none.
func isOneID(id string) bool { return id != "" && !strings.Contains(id, ",") }

// loadBalancer is the part of a classic load balancer that is kept.
type loadBalancer struct {
	LoadBalancerID     string `json:"LoadBalancerId"`
	LoadBalancerName   string
	LoadBalancerStatus string
	LoadBalancerSpec   string
	// RegionIDAlias is the region as DescribeRegions calls it. RegionId may be a name of the
	// provider's own for it: cn-beijing-btc-a01 for cn-beijing.
	RegionIDAlias string `json:"RegionIdAlias"`
	Address       string
	AddressType   string // internet or intranet
	VpcID         string `json:"VpcId"`
	VSwitchID     string `json:"VSwitchId"`
	MasterZoneID  string `json:"MasterZoneId"`
	SlaveZoneID   string `json:"SlaveZoneId"`
	PayType       string
	CreateTime    string
	Tags          tagList
}

func loadBalancerRow(f *adapter.Fields, b *loadBalancer, ports []string) resource.Row {
	return &resource.LoadBalancer{
		Name:           b.LoadBalancerName,
		Status:         b.LoadBalancerStatus,
		BalancerType:   b.LoadBalancerSpec,
		Scheme:         schemes[b.AddressType],
		Addresses:      adapter.IPs(b.Address),
		Ports:          adapter.Set(ports...),
		VPCID:          b.VpcID,
		SubnetIDs:      adapter.Set(b.VSwitchID),
		Zones:          adapter.Set(b.MasterZoneID, b.SlaveZoneID),
		ChargeType:     b.PayType,
		Tags:           adapter.TagsOf(b.Tags.Tag),
		CloudCreatedAt: f.Time("CreateTime", b.CreateTime, utc),
	}
}

var schemes = map[string]string{"internet": resource.SchemePublic, "intranet": resource.SchemeInternal}
