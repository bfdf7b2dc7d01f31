package huawei

import (
	"context"
	"slices"

	nat "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/nat/v2"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxGatewayIDs is small, since the list of public gateways can be asked for one id at a time
// only.
const maxGatewayIDs = 10

// natGateways are public and private ones. That a region without the private ones does not
// know their API is not confirmed.
var natGateways = adapter.Several{
	&adapter.Listing[*session, natGateway]{
		Kind: resource.NATGatewayKind, What: "NAT gateway",
		Action: "ListNatGateways", Path: "nat_gateways", IDField: "id",
		Pages: adapter.Tokens(markedPerPage), IDs: adapter.Alone(maxGatewayIDs).If(isID),
		Ask:  asking[natGateway]{of: natProduct, described: nat.GenReqDefForListNatGateways, request: marked, read: unannounced(natGatewayID)}.ask,
		ID:   natGatewayID,
		Join: withAddresses,
	},
	&adapter.Listing[*session, natGateway]{
		Kind: resource.NATGatewayKind, What: "private NAT gateway",
		Action: "ListPrivateNats", Path: "gateways", IDField: "id",
		Pages: adapter.Tokens(markedPerPage), IDs: adapter.Together(maxMarkedIDs).If(isID),
		Ask: asking[natGateway]{of: natProduct, described: nat.GenReqDefForListPrivateNats, request: marked, read: announced[natGateway](""), optional: true}.ask,
		ID:  natGatewayID,
		Row: func(f *adapter.Fields, g *natGateway) resource.Row { return natGatewayRow(f, g, "private") },
	},
}

// natGateway is the part of either sort that is kept. How large it is, is left out.
type natGateway struct {
	ID, Name, Status string
	VPCID            string `json:"router_id"`           // of a public one
	SubnetID         string `json:"internal_network_id"` // likewise, as is the address
	IP               string `json:"ngport_ip_address"`
	Within           []struct {
		VPCID    string `json:"vpc_id"`
		SubnetID string `json:"virsubnet_id"`
		IP       string `json:"ngport_ip_address"`
	} `json:"downlink_vpcs"` // of a private one
	BillingInfo string        `json:"billing_info"` // of public ones alone
	Tags        []adapter.Tag // of private ones alone
	Created     string        `json:"created_at"`
}

func natGatewayID(g *natGateway) string { return g.ID }

// gatewayAddresses are the elastic IPs of public gateways, which are not in their list.
var gatewayAddresses = adapter.Beside[*session, publicIP, []string]{
	List: &publicIPs, Whose: []string{"associate_instance_type", "associate_instance_id"},
	Add: func(a, b []string) []string { return slices.Concat(a, b) },
	Of: func(_ *adapter.Fields, p *publicIP) (addresses, gateways []string) {
		if p.AttachedType != "NATGW" {
			return nil, nil
		}
		return []string{p.address()}, []string{p.AttachedID}
	},
}

// withAddresses gives the public gateways of a page their elastic IPs.
func withAddresses(ctx context.Context, s *session, page adapter.Batch[natGateway]) (func(*adapter.Fields, *natGateway) resource.Row, error) {
	addresses, err := gatewayAddresses.Join(ctx, s, page.Visit(), page.IDs(natGatewayID))
	return func(f *adapter.Fields, g *natGateway) resource.Row {
		row := natGatewayRow(f, g, "public")
		row.PublicIPs, row.ChargeType = adapter.IPs(addresses(f, g.ID)...), paidInAdvance(g.BillingInfo)
		return row
	}, err
}

func natGatewayRow(f *adapter.Fields, g *natGateway, sort string) *resource.NATGateway {
	vpcs, subnets, ips := []string{g.VPCID}, []string{g.SubnetID}, []string{g.IP}
	for _, within := range g.Within {
		vpcs, subnets, ips = append(vpcs, within.VPCID), append(subnets, within.SubnetID), append(ips, within.IP)
	}
	return &resource.NATGateway{
		Meta:           resource.Meta{NativeID: g.ID},
		Name:           g.Name,
		Status:         g.Status,
		GatewayType:    sort,
		VPCID:          adapter.Only(vpcs...),
		SubnetID:       adapter.Only(subnets...),
		PrivateIPs:     adapter.IPs(ips...),
		Tags:           adapter.TagsOf(g.Tags),
		CloudCreatedAt: f.Time("created_at", g.Created, utc),
	}
}
