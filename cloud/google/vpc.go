package google

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var (
	networks    = inProject(networkList, func(n *network) string { return n.SelfLink })
	subnetworks = inProject(subnetworkList, func(s *subnetwork) string { return s.SelfLink })
)

// The native ids are paths: hosts, and whatever else is in a network, refer to it by that. The
// time of its creation tells one from the next of its name.
var (
	vpcs    = listed(resource.VPCKind, "network", "selfLink", &networks, (*network).path, vpcRow)
	subnets = listed(resource.SubnetKind, "subnetwork", "selfLink", &subnetworks, (*subnetwork).path, subnetRow)
)

// network is a VPC network, which is of all regions. Its addresses are those of its
// subnetworks, but for the range that an old one has itself, and for internal IPv6.
type network struct {
	Name, SelfLink, CreationTimestamp string
	IPv4Range, InternalIPv6Range      string
}

func (n *network) path() string { return pathOf(n.SelfLink) }

func vpcRow(f *adapter.Fields, n *network) resource.Row {
	return &resource.VPC{
		Name:           n.Name,
		CIDRs:          adapter.Set(n.IPv4Range, n.InternalIPv6Range),
		CloudCreatedAt: f.Time("creationTimestamp", n.CreationTimestamp, zone),
	}
}

// subnetwork is a subnet, which is of a region and all its zones.
type subnetwork struct {
	Name, SelfLink, CreationTimestamp string
	Network, State                    string // no state of most
	IPCIDRRange                       string
	InternalIPv6Prefix                string
	ExternalIPv6Prefix                string
	SecondaryIPRanges                 []struct{ IPCIDRRange string }
}

func (s *subnetwork) path() string { return pathOf(s.SelfLink) }

func subnetRow(f *adapter.Fields, s *subnetwork) resource.Row {
	ranges := []string{s.IPCIDRRange, s.InternalIPv6Prefix, s.ExternalIPv6Prefix}
	for _, also := range s.SecondaryIPRanges {
		ranges = append(ranges, also.IPCIDRRange)
	}
	return &resource.Subnet{
		Name:           s.Name,
		Status:         s.State,
		VPCID:          pathOf(s.Network),
		CIDRs:          adapter.Set(ranges...),
		CloudCreatedAt: f.Time("creationTimestamp", s.CreationTimestamp, zone),
	}
}
