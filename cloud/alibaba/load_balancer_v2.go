package alibaba

import (
	"cmp"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	maxModern    = 100 // the most that ListLoadBalancers gives on a page
	maxModernIDs = 20  // likewise, of ids that it takes
)

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
		Pages: adapter.Tokens(maxModern).Counted(), IDs: adapter.Together(maxModernIDs).If(hasPrefix(of.name + "-")),
		Ask: ask[modernLoadBalancer](of, byTokenInList("LoadBalancerIds")),
		ID:  modernID,
		Join: joinPorts(listeners, modernID, func(f *adapter.Fields, b *modernLoadBalancer, ports []string) resource.Row {
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
	ZoneMappings       []struct {
		ZoneID    string                                                                `json:"ZoneId"`
		VSwitchID string                                                                `json:"VSwitchId"`
		Addresses []struct{ PublicIPv4Address, PrivateIPv4Address, IPv6Address string } `json:"LoadBalancerAddresses"`
	}
}

func modernID(b *modernLoadBalancer) string { return b.LoadBalancerID }

// modernRow has the name where there are no addresses.
func modernRow(f *adapter.Fields, b *modernLoadBalancer, sort string, ports []string) resource.Row {
	row := &resource.LoadBalancer{
		Meta:           resource.Meta{NativeID: b.LoadBalancerID},
		Name:           b.LoadBalancerName,
		Status:         b.LoadBalancerStatus,
		BalancerType:   sort,
		Scheme:         cmp.Or(schemes[strings.ToLower(b.AddressType)], b.AddressType),
		Ports:          ports,
		VPCID:          b.VpcID,
		ChargeType:     b.Billing.PayType,
		Tags:           adapter.TagsOf(b.Tags),
		CloudCreatedAt: f.Time("CreateTime", b.CreateTime, utc),
	}
	for _, zone := range b.ZoneMappings {
		row.Zones, row.SubnetIDs = append(row.Zones, zone.ZoneID), append(row.SubnetIDs, zone.VSwitchID)
		for _, of := range zone.Addresses {
			row.Addresses = append(row.Addresses, of.PublicIPv4Address, of.PrivateIPv4Address, of.IPv6Address)
		}
	}
	row.Zones, row.SubnetIDs, row.Addresses = adapter.Set(row.Zones...), adapter.Set(row.SubnetIDs...), adapter.IPs(row.Addresses...)
	if len(row.Addresses) == 0 {
		row.Addresses = adapter.Set(b.DNSName)
	}
	return row
}
