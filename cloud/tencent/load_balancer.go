package tencent

import (
	"cmp"
	"slices"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxLoadBalancerIDs is how many LoadBalancerIds DescribeLoadBalancers takes.
// (https://cloud.tencent.com/document/api/214/30685)
const maxLoadBalancerIDs = 20

var loadBalancers = adapter.Listing[*Session, loadBalancer]{
	Kind: resource.LoadBalancerKind, What: "load balancer",
	Action: "DescribeLoadBalancers", Path: "LoadBalancerSet", IDField: "LoadBalancerId",
	Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxLoadBalancerIDs),
	Ask: Ask[loadBalancer](clb, "LoadBalancerIds"),
	Row: loadBalancerRow,
}

// loadBalancer is the part of a CLB instance that is kept.
type loadBalancer struct {
	ID          string   `json:"LoadBalancerId"`
	Name        string   `json:"LoadBalancerName"`
	Status      string   `json:"Status"`
	Forward     string   `json:"Forward"`
	Network     string   `json:"LoadBalancerType"`
	VIPs        []string `json:"LoadBalancerVips"`
	IPv6        string   `json:"AddressIPv6"`
	Domain      string   `json:"LoadBalancerDomain"`
	OldDomain   string   `json:"Domain"`
	VPC         string   `json:"VpcId"`
	Subnet      string   `json:"SubnetId"`
	MasterZone  struct{ Zone string }
	BackupZones []string      `at:"BackupZoneSet[].Zone"`
	Zones       []string      `json:"Zones"`
	ChargeType  string        `json:"ChargeType"`
	Tags        []adapter.Tag `json:"Tags"`
	Created     string        `json:"CreateTime"`
	Expires     string        `json:"ExpireTime"`
}

// The numbers of the API in the words of its documentation, and its words in ours.
var (
	loadBalancerStatus = map[string]string{"0": "CREATING", "1": "RUNNING"}
	loadBalancerType   = map[string]string{"0": "classic", "1": "general"}
	schemes            = map[string]string{"OPEN": resource.SchemePublic, "INTERNAL": resource.SchemeInternal}
)

// loadBalancerRow has the name where there are no addresses, and all zones that the balancer
// may run in: which of them is the master's changes when it fails.
func loadBalancerRow(f *adapter.Fields, b *loadBalancer) resource.Row {
	row := &resource.LoadBalancer{
		Name:           b.Name,
		Status:         adapter.Word(loadBalancerStatus, b.Status),
		BalancerType:   adapter.Word(loadBalancerType, b.Forward),
		Scheme:         adapter.Word(schemes, b.Network),
		Addresses:      adapter.FirstIPs(append(b.VIPs, b.IPv6), []string{cmp.Or(b.Domain, b.OldDomain)}),
		VPCID:          b.VPC,
		SubnetIDs:      adapter.Set(b.Subnet),
		Zones:          adapter.Set(append(slices.Concat(b.Zones, b.BackupZones), b.MasterZone.Zone)...),
		ChargeType:     b.ChargeType,
		Tags:           adapter.TagsOf(b.Tags),
		CloudCreatedAt: f.Time("CreateTime", b.Created, beijing),
	}
	// A balancer that is paid by the hour may have a time too, which means nothing.
	if expires := f.Expiry("ExpireTime", b.Expires, beijing); b.ChargeType == "PREPAID" {
		row.ExpiresAt = expires
	}
	return row
}
