package aws

import (
	"cmp"
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	// maxARNs is how many load balancers a call takes by their ARNs
	// (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html).
	maxARNs = 20
	// maxLoadBalancers is half of the 400 that the API lists at once: each page is
	// followed by the calls for its tags.
	maxLoadBalancers = 200
)

// loadBalancers are those of two APIs. They have no ports but classic ones: the others would
// take a call for each (DescribeListeners).
var loadBalancers = adapter.Several{&elasticLoadBalancers, &classicLoadBalancers}

// elasticLoadBalancers are application, network and gateway load balancers. Their id is the
// ARN.
var elasticLoadBalancers = adapter.Listing[*session, loadBalancer]{
	Kind: resource.LoadBalancerKind, What: "load balancer",
	Action: "DescribeLoadBalancers", Path: "DescribeLoadBalancersResult.LoadBalancers.member", IDField: "LoadBalancerArn",
	Pages: adapter.Tokens(maxLoadBalancers), IDs: adapter.Together(maxARNs).If(func(id string) bool { return !isClassicName(id) }),
	Ask:    ask[loadBalancer]("DescribeLoadBalancersResult.NextMarker", describeLoadBalancers),
	ID:     loadBalancerARN,
	Join:   joinTagged(&balancerTags, loadBalancerARN, loadBalancerRow),
	Region: func(b *loadBalancer) string { return regionOf(b.ARN) },
}

// loadBalancer is the part of a load balancer that is kept.
type loadBalancer struct {
	ARN         string `json:"LoadBalancerArn"`
	Name        string `json:"LoadBalancerName"`
	State       struct{ Code string }
	Type        string
	Scheme      string
	VPC         string `json:"VpcId"`
	DNSName     string
	CreatedTime string
	Zones       []struct {
		Name      string                                                        `json:"ZoneName"`
		Subnet    string                                                        `json:"SubnetId"`
		Addresses []struct{ IPAddress, PrivateIPv4Address, IPv6Address string } `json:"LoadBalancerAddresses"`
	} `json:"AvailabilityZones"`
}

func loadBalancerARN(b *loadBalancer) string { return b.ARN }

var schemes = map[string]string{"internet-facing": resource.SchemePublic, "internal": resource.SchemeInternal}

func loadBalancerRow(f *adapter.Fields, b *loadBalancer, tags []adapter.Tag) resource.Row {
	row := &resource.LoadBalancer{
		Meta:           resource.Meta{NativeID: b.ARN},
		Name:           b.Name,
		Status:         b.State.Code,
		BalancerType:   b.Type,
		Scheme:         cmp.Or(schemes[b.Scheme], b.Scheme),
		VPCID:          b.VPC,
		Tags:           adapter.TagsOf(tags),
		CloudCreatedAt: f.Time("CreatedTime", b.CreatedTime, time.UTC),
	}
	// The addresses are those that the load balancer keeps, else its name: the addresses
	// behind the name change by themselves.
	for _, zone := range b.Zones {
		row.Zones, row.SubnetIDs = append(row.Zones, zone.Name), append(row.SubnetIDs, zone.Subnet)
		for _, of := range zone.Addresses {
			row.Addresses = append(row.Addresses, of.IPAddress, of.PrivateIPv4Address, of.IPv6Address)
		}
	}
	row.Zones, row.SubnetIDs, row.Addresses = adapter.Set(row.Zones...), adapter.Set(row.SubnetIDs...), adapter.IPs(row.Addresses...)
	if len(row.Addresses) == 0 {
		row.Addresses = adapter.Set(b.DNSName)
	}
	return row
}
