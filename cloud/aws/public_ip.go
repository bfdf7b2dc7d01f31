package aws

import (
	"cmp"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// publicIPs are Elastic IP addresses, with those that services keep in the account. EC2
// lists all at once.
var publicIPs = adapter.Listing[*session, address]{
	Kind: resource.PublicIPKind, What: "address",
	Action: "DescribeAddresses", Path: "addressesSet.item", IDField: "allocationId",
	Pages: adapter.Tokens(maxListed), IDs: adapter.Together(maxFilterValues),
	Ask: ask[address]("", describeAddresses),
	Row: addressRow,
}

// address is the part of an address that is kept.
type address struct {
	ID        string `json:"allocationId"`
	IP        string `json:"publicIp"`
	CarrierIP string `json:"carrierIp"`       // in a Wavelength Zone
	OwnIP     string `json:"customerOwnedIp"` // on an Outpost
	Instance  string `json:"instanceId"`
	Interface string `json:"networkInterfaceId"`
	Tags      []tag  `json:"tagSet"`
}

// addressRow has the interface of what else than an instance has the address: a NAT gateway,
// a load balancer. The border group is no zone: mostly it is the region.
func addressRow(_ *adapter.Fields, a *address) resource.Row {
	tags := adapter.TagsOf(a.Tags)
	row := &resource.PublicIP{
		Name:       tags["Name"],
		Address:    cmp.Or(a.IP, a.CarrierIP, a.OwnIP),
		AttachedID: cmp.Or(a.Instance, a.Interface),
		Tags:       tags,
	}
	switch {
	case a.Instance != "":
		row.AttachedType = "instance"
	case a.Interface != "":
		row.AttachedType = "network-interface"
	}
	return row
}
