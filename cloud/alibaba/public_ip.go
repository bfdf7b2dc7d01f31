package alibaba

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const maxPublicIPIDs = 50 // the most that DescribeEipAddresses takes

// publicIPs are elastic IP addresses
// (https://www.alibabacloud.com/help/en/vpc/developer-reference/api-vpc-2016-04-28-describeeipaddresses-eips),
// those that other products manage for the account among them.
var publicIPs = adapter.Listing[*session, eip]{
	Kind: resource.PublicIPKind, What: "EIP",
	Action: "DescribeEipAddresses", Path: "EipAddresses.EipAddress", IDField: "AllocationId",
	Pages: adapter.Numbers(maxPage), IDs: adapter.Together(maxPublicIPIDs).If(isOneID),
	Ask:    ask[eip](vpc, byNumber("AllocationId", withCommas)),
	Row:    publicIPRow,
	Region: func(e *eip) string { return regionOf(e.RegionID) },
	Empty:  provenByDryRun(vpc, "DescribeEipAddresses"),
}

// eip is the part of an elastic IP address that is kept.
type eip struct {
	AllocationID   string `json:"AllocationId"`
	Name           string
	Status         string
	RegionID       string `json:"RegionId"`
	Zone           string
	IPAddress      string `json:"IpAddress"`
	InstanceType   string // EcsInstance, NetworkInterface, SlbInstance, Nat …
	InstanceID     string `json:"InstanceId"`
	Bandwidth      string // Mbit/s
	ChargeType     string
	AllocationTime string
	ExpiredTime    string
	Tags           tagList
}

func publicIPRow(f *adapter.Fields, e *eip) resource.Row {
	return &resource.PublicIP{
		Name:           e.Name,
		Status:         e.Status,
		Zone:           e.Zone,
		Address:        adapter.Only(adapter.IPs(e.IPAddress)...),
		AttachedType:   e.InstanceType,
		AttachedID:     e.InstanceID,
		BandwidthMbps:  f.Whole("Bandwidth", e.Bandwidth),
		ChargeType:     e.ChargeType,
		Tags:           adapter.TagsOf(e.Tags.Tag),
		CloudCreatedAt: f.Time("AllocationTime", e.AllocationTime, utc),
		ExpiresAt:      f.Expiry("ExpiredTime", e.ExpiredTime, utc),
	}
}
