package huawei

import (
	nat "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/nat/v2"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// natGateways are public and private ones. That a region without the private ones does not
// know their API is not confirmed.
var natGateways = adapter.Several{
	&adapter.Listing[*session, natGateway]{
		Kind: resource.NATGatewayKind, What: "NAT gateway",
		Action: "ListNatGateways", Path: "nat_gateways", IDField: "id",
		Pages: adapter.Tokens(markedPerPage), IDs: adapter.Alone(maxAlone).If(isID),
		Ask:  asking[natGateway]{of: natProduct, described: nat.GenReqDefForListNatGateways, request: marked, read: unannounced(natGatewayID)}.ask,
		Join: adapter.With(&gatewayAddresses, natGatewayID, publicGatewayRow),
	},
	&adapter.Listing[*session, natGateway]{
		Kind: resource.NATGatewayKind, What: "private NAT gateway",
		Action: "ListPrivateNats", Path: "gateways", IDField: "id",
		Pages: adapter.Tokens(markedPerPage), IDs: adapter.Together(maxMarkedIDs).If(isID),
		Ask: asking[natGateway]{of: natProduct, described: nat.GenReqDefForListPrivateNats, request: marked, read: announced[natGateway](""), optional: true}.ask,
		Row: func(f *adapter.Fields, g *natGateway) resource.Row { return natGatewayRow(f, g, "private") },
	},
}

// natGateway is the part of either sort that is kept. How large it is, is left out.
type natGateway struct {
	ID, Name, Status string
	VPCID            string        `json:"router_id"`           // of a public one
	SubnetID         string        `json:"internal_network_id"` // likewise, as is the address
	IP               string        `json:"ngport_ip_address"`
	VPCIDs           []string      `at:"downlink_vpcs[].vpc_id"` // of a private one
	SubnetIDs        []string      `at:"downlink_vpcs[].virsubnet_id"`
	IPs              []string      `at:"downlink_vpcs[].ngport_ip_address"`
	BillingInfo      string        `json:"billing_info"` // of public ones alone
	Tags             []adapter.Tag // of private ones alone
	Created          string        `json:"created_at"`
}

func natGatewayID(g *natGateway) string { return g.ID }

// gatewayAddresses are the elastic IPs of public gateways, which are not in their list.
var gatewayAddresses = adapter.Beside[*session, publicIP, []string]{
	List: &publicIPs, Whose: []string{"associate_instance_type", "associate_instance_id"},
	Add: adapter.Both,
	Of: func(_ *adapter.Fields, p *publicIP) (addresses, gateways []string) {
		if p.AttachedType != "NATGW" {
			return nil, nil
		}
		return []string{p.address()}, []string{p.AttachedID}
	},
}

func publicGatewayRow(f *adapter.Fields, g *natGateway, addresses []string) resource.Row {
	row := natGatewayRow(f, g, "public")
	row.PublicIPs, row.ChargeType = adapter.IPs(addresses...), paidInAdvance(g.BillingInfo)
	return row
}

func natGatewayRow(f *adapter.Fields, g *natGateway, sort string) *resource.NATGateway {
	return &resource.NATGateway{
		Name:           g.Name,
		Status:         g.Status,
		GatewayType:    sort,
		VPCID:          adapter.Only(append(g.VPCIDs, g.VPCID)...),
		SubnetID:       adapter.Only(append(g.SubnetIDs, g.SubnetID)...),
		PrivateIPs:     adapter.IPs(append(g.IPs, g.IP)...),
		Tags:           adapter.TagsOf(g.Tags),
		CloudCreatedAt: f.Time("created_at", g.Created, utc),
	}
}
