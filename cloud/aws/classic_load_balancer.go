package aws

import (
	"cmp"
	"regexp"
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// classicLoadBalancers are those of the first API. It has neither ARNs nor states: their id
// is the name, which another one can get after them; then the time of creation differs
// (https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancers.html).
// One is not in a call with others by its name, if one of the names is not known.
var classicLoadBalancers = adapter.Listing[*session, classicLoadBalancer]{
	Kind: resource.LoadBalancerKind, What: "classic load balancer",
	Action: "DescribeLoadBalancers", Product: "classic",
	Path: "DescribeLoadBalancersResult.LoadBalancerDescriptions.member", IDField: "LoadBalancerName",
	Pages: adapter.Tokens(maxLoadBalancers), IDs: adapter.Together(maxARNs).If(isClassicName),
	Ask:  ask[classicLoadBalancer]("DescribeLoadBalancersResult.NextMarker", describeClassicLoadBalancers),
	Join: joinTagged(&classicTags, classicName, classicLoadBalancerRow),
}

// isClassicName says of a text that it can be the name of a classic load balancer.
var isClassicName = regexp.MustCompile(`^[A-Za-z0-9-]{1,32}$`).MatchString

// classicLoadBalancer is the part of one that is kept. Its instances come and go.
type classicLoadBalancer struct {
	Name        string `json:"LoadBalancerName"`
	DNSName     string
	Scheme      string
	VPC         string   `json:"VPCId"` // none in EC2-Classic
	Subnets     []string `json:"Subnets"`
	Zones       []string `json:"AvailabilityZones"`
	CreatedTime string
	Listeners   []struct {
		Listener struct{ Protocol, LoadBalancerPort string }
	} `json:"ListenerDescriptions"`
}

func classicName(b *classicLoadBalancer) string { return b.Name }

func classicLoadBalancerRow(f *adapter.Fields, b *classicLoadBalancer, tags []tag) resource.Row {
	var ports []string
	for _, of := range b.Listeners {
		ports = append(ports, f.Listener(of.Listener.Protocol, of.Listener.LoadBalancerPort, ""))
	}
	return &resource.LoadBalancer{
		Name:           b.Name,
		BalancerType:   "classic",
		Scheme:         cmp.Or(schemes[b.Scheme], b.Scheme),
		Addresses:      adapter.Set(b.DNSName),
		Ports:          adapter.Set(ports...),
		VPCID:          b.VPC,
		SubnetIDs:      adapter.Set(b.Subnets...),
		Zones:          adapter.Set(b.Zones...),
		Tags:           adapter.TagsOf(tags),
		CloudCreatedAt: f.Time("CreatedTime", b.CreatedTime, time.UTC),
	}
}
