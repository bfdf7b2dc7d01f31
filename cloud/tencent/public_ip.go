package tencent

import (
	"cmp"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// publicIPs are EIPs, those for acceleration and protection among them
// (https://cloud.tencent.com/document/product/215/16702). Unless it is asked for WanIP, the
// API leaves out the ordinary addresses of instances, which go with their instances.
var publicIPs = adapter.Listing[*Session, publicIP]{
	Kind: resource.PublicIPKind, What: "EIP",
	Action: "DescribeAddresses", Path: "AddressSet", IDField: "AddressId",
	Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxNetworkIDs),
	Ask: Ask[publicIP](vpc, "AddressIds"),
	Row: publicIPRow,
}

// publicIP is the part of an EIP that is kept.
type publicIP struct {
	AddressID, AddressName    string
	AddressStatus, AddressIP  string
	InstanceType, InstanceID  string
	NetworkInterfaceID        string
	Bandwidth                 string // null for accounts of the traditional type
	InternetChargeType        string // likewise
	TagSet                    []adapter.Tag
	CreatedTime, DeadlineDate string // UTC
}

func publicIPRow(f *adapter.Fields, p *publicIP) resource.Row {
	row := &resource.PublicIP{
		Name:           p.AddressName,
		Status:         p.AddressStatus,
		Address:        adapter.Only(adapter.IPs(p.AddressIP)...),
		AttachedType:   p.InstanceType,
		AttachedID:     cmp.Or(p.InstanceID, p.NetworkInterfaceID),
		BandwidthMbps:  f.Whole("Bandwidth", p.Bandwidth),
		ChargeType:     p.InternetChargeType,
		Tags:           adapter.TagsOf(p.TagSet),
		CloudCreatedAt: f.Time("CreatedTime", p.CreatedTime, utc),
		ExpiresAt:      f.Expiry("DeadlineDate", p.DeadlineDate, utc), // of what is paid by the month
	}
	if p.InstanceID == "" && p.NetworkInterfaceID != "" { // an interface of no instance
		row.AttachedType = "ENI"
	}
	return row
}
