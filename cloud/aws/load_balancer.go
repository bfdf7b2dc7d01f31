package aws

import (
	"cmp"
	"slices"
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
	Zones       []string `at:"AvailabilityZones[].ZoneName"`
	Subnets     []string `at:"AvailabilityZones[].SubnetId"`
	// The addresses that the load balancer keeps.
	IPs        []string `at:"AvailabilityZones[].LoadBalancerAddresses[].IpAddress"`
	PrivateIPs []string `at:"AvailabilityZones[].LoadBalancerAddresses[].PrivateIPv4Address"`
	IPv6s      []string `at:"AvailabilityZones[].LoadBalancerAddresses[].IPv6Address"`
}

func loadBalancerARN(b *loadBalancer) string { return b.ARN }

var schemes = map[string]string{"internet-facing": resource.SchemePublic, "internal": resource.SchemeInternal}

// loadBalancerRow has the name where there are no addresses: those behind the name change by
// themselves.
func loadBalancerRow(f *adapter.Fields, b *loadBalancer, tags []adapter.Tag) resource.Row {
	return &resource.LoadBalancer{
		Name:           b.Name,
		Status:         b.State.Code,
		BalancerType:   b.Type,
		Scheme:         cmp.Or(schemes[b.Scheme], b.Scheme),
		Addresses:      adapter.FirstIPs(slices.Concat(b.IPs, b.PrivateIPs, b.IPv6s), []string{b.DNSName}),
		VPCID:          b.VPC,
		SubnetIDs:      adapter.Set(b.Subnets...),
		Zones:          adapter.Set(b.Zones...),
		Tags:           adapter.TagsOf(tags),
		CloudCreatedAt: f.Time("CreatedTime", b.CreatedTime, time.UTC),
	}
}
