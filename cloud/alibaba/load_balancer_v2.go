package alibaba

import (
	"cmp"
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const maxModernIDs = 20 // the most that ListLoadBalancers takes

// applicationLoadBalancers are those of ALB
// (https://www.alibabacloud.com/help/en/slb/application-load-balancer/developer-reference/api-alb-2020-06-16-listloadbalancers).
// The API knows no RegionId, which is sent all the same: the host is of the region.
var applicationLoadBalancers = modern(alb, "application", &applicationListeners)

// networkLoadBalancers are those of NLB
// (https://www.alibabacloud.com/help/en/slb/network-load-balancer/developer-reference/api-nlb-2022-04-30-listloadbalancers).
var networkLoadBalancers = modern(nlb, "network", &networkListeners)

// modern are the load balancers of a product, whose ids begin with its name.
func modern(of product, sort string, listeners *portList) *adapter.Listing[*session, modernLoadBalancer] {
	return &adapter.Listing[*session, modernLoadBalancer]{
		Kind: resource.LoadBalancerKind, What: sort + " load balancer",
		Action: "ListLoadBalancers", Product: of.name, Path: "LoadBalancers", IDField: "LoadBalancerId",
		Pages: adapter.Tokens(maxPage).Counted(), IDs: adapter.Together(maxModernIDs).If(hasPrefix(of.name + "-")),
		Ask: ask[modernLoadBalancer](of, byTokenInList("LoadBalancerIds")),
		Join: adapter.With(listeners, modernID, func(f *adapter.Fields, b *modernLoadBalancer, ports []string) resource.Row {
			return modernRow(f, b, sort, ports)
		}),
		Region: func(b *modernLoadBalancer) string { return regionOf(b.RegionID) },
		Empty:  provenOnceGone, SeenProves: true,
	}
}

// modernLoadBalancer is what either product has of one. ALB does not list zones and
// addresses.
type modernLoadBalancer struct {
	LoadBalancerID     string `json:"LoadBalancerId"`
	LoadBalancerName   string
	LoadBalancerStatus string
	RegionID           string `json:"RegionId"`
	AddressType        string // Internet or Intranet
	DNSName            string
	VpcID              string                   `json:"VpcId"`
	Billing            struct{ PayType string } `json:"LoadBalancerBillingConfig"`
	CreateTime         string
	Tags               []adapter.Tag
	Zones              []string `at:"ZoneMappings[].ZoneId"`
	Subnets            []string `at:"ZoneMappings[].VSwitchId"`
	PublicIPs          []string `at:"ZoneMappings[].LoadBalancerAddresses[].PublicIPv4Address"`
	PrivateIPs         []string `at:"ZoneMappings[].LoadBalancerAddresses[].PrivateIPv4Address"`
	IPv6s              []string `at:"ZoneMappings[].LoadBalancerAddresses[].Ipv6Address"`
}

func modernID(b *modernLoadBalancer) string { return b.LoadBalancerID }

// modernRow has the name where there are no addresses.
func modernRow(f *adapter.Fields, b *modernLoadBalancer, sort string, ports []string) resource.Row {
	return &resource.LoadBalancer{
		Name:           b.LoadBalancerName,
		Status:         b.LoadBalancerStatus,
		BalancerType:   sort,
		Scheme:         cmp.Or(schemes[strings.ToLower(b.AddressType)], b.AddressType),
		Addresses:      adapter.FirstIPs(slices.Concat(b.PublicIPs, b.PrivateIPs, b.IPv6s), []string{b.DNSName}),
		Ports:          adapter.Set(ports...),
		VPCID:          b.VpcID,
		SubnetIDs:      adapter.Set(b.Subnets...),
		Zones:          adapter.Set(b.Zones...),
		ChargeType:     b.Billing.PayType,
		Tags:           adapter.TagsOf(b.Tags),
		CloudCreatedAt: f.Time("CreateTime", b.CreateTime, utc),
	}
}
