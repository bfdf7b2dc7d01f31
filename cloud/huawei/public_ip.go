package huawei

import (
	"cmp"
	"strings"

	eip "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/eip/v3"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/eip/v3/model"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// publicIPs are elastic IPs. The list has their tags only if the fields are named; in which
// form is not documented. The regions decide how many a page has at most.
var publicIPs = adapter.Listing[*session, publicIP]{
	Kind: resource.PublicIPKind, What: "elastic IP",
	Action: "ListPublicips", Path: "publicips", IDField: "id",
	Pages: adapter.Markers(markedPerPage), IDs: adapter.Together(maxMarkedIDs).If(isID).Uncounted(),
	Ask: ask[publicIP](eipProduct, "total_count", eip.GenReqDefForListPublicips, func(q adapter.Query) any {
		return &model.ListPublicipsRequest{Limit: given(int32(q.Limit)), Marker: given(q.Token), Id: &q.IDs, Fields: &publicIPFields}
	}),
	Row:    publicIPRow,
	Shared: true,
}

var publicIPFields = []string{
	"id", "alias", "status", "public_ip_address", "public_ipv6_address", "bandwidth", "vnic",
	"associate_instance_type", "associate_instance_id", "billing_info", "tags", "created_at",
}

// publicIP is the part of an elastic IP that is kept.
type publicIP struct {
	ID, Alias, Status string
	IPv4              string                `json:"public_ip_address"`
	IPv6              string                `json:"public_ipv6_address"`
	Bandwidth         struct{ Size string } // Mbit/s; a shared one has those of all
	AttachedType      string                `json:"associate_instance_type"`
	AttachedID        string                `json:"associate_instance_id"`
	PortOwner         string                `at:"vnic.device_owner"`
	Device            string                `at:"vnic.device_id"`
	InstanceType      string                `at:"vnic.instance_type"`
	InstanceID        string                `at:"vnic.instance_id"`
	BillingInfo       string                `json:"billing_info"`
	Tags              []string
	Created           string `json:"created_at"`
}

// attached is what the address leads to. Of a port, it is whose the port is: an instance, as
// of RDS, or a server.
func (p *publicIP) attached() (kind, id string) {
	owner, _, _ := strings.Cut(p.PortOwner, ":") // compute:cn-north-4a
	switch {
	case p.AttachedType == "PORT" && p.InstanceID != "":
		return cmp.Or(p.InstanceType, p.AttachedType), p.InstanceID
	case p.AttachedType == "PORT" && owner == "compute" && p.Device != "":
		return owner, p.Device
	default:
		return p.AttachedType, p.AttachedID
	}
}

func publicIPRow(f *adapter.Fields, p *publicIP) resource.Row {
	kind, id := p.attached()
	return &resource.PublicIP{
		Name:           p.Alias,
		Status:         p.Status,
		Address:        p.address(),
		AttachedType:   kind,
		AttachedID:     id,
		BandwidthMbps:  f.Whole("bandwidth.size", p.Bandwidth.Size),
		ChargeType:     paidInAdvance(p.BillingInfo),
		Tags:           textTags(p.Tags),
		CloudCreatedAt: f.Time("created_at", p.Created, utc),
	}
}

// address is that of IPv6 where there is one, beside which the other is the port's.
func (p *publicIP) address() string { return adapter.Only(adapter.IPs(cmp.Or(p.IPv6, p.IPv4))...) }
