package mock

import (
	"slices"
	"strconv"

	"cloudsync/resource"
)

// networkRange has the addresses of all hosts: see privateIP.
const networkRange = "8.0.0.0/8"

// subnetRanges are those of the subnets, by zone. Addresses of hosts are older than
// the subnets and do not tell one; serviceIP has the range that is left.
var subnetRanges = []string{"8.0.0.0/10", "8.64.0.0/10", "8.128.0.0/10"}

// networkTags are those of what all hosts share.
func networkTags() map[string]string {
	return map[string]string{"stree_group": "inf", "stree_product": "network"}
}

func vpcRow(p *place, _ int64) resource.Row {
	return &resource.VPC{
		Meta:           resource.Meta{NativeID: p.vpc},
		Name:           p.region,
		Status:         "available",
		CIDRs:          []string{networkRange},
		Tags:           networkTags(),
		CloudCreatedAt: opened,
	}
}

func subnetRow(p *place, number int64) resource.Row {
	return &resource.Subnet{
		Meta:           resource.Meta{NativeID: p.subnets[number]},
		Name:           p.zones[number],
		Status:         "available",
		Zone:           p.zones[number],
		VPCID:          p.vpc,
		CIDRs:          []string{subnetRanges[number]},
		Tags:           networkTags(),
		CloudCreatedAt: opened,
	}
}

func securityGroupRow(o origin) resource.Row {
	return &resource.SecurityGroup{
		Name:           o.name,
		Description:    "hosts of " + clusters[o.t.cluster],
		VPCID:          o.vpc,
		Rules:          o.rules(),
		Tags:           o.tags(),
		CloudCreatedAt: o.t.created(),
	}
}

// appPorts are the ports of the apps.
var appPorts = []int{9092, 9090, 2181, 9200}

// rules let the network reach the app, and, after a while, everybody reach its HTTPS.
func (o origin) rules() []string {
	rules := []resource.SecurityRule{
		{Protocol: "tcp", Ports: strconv.Itoa(appPorts[o.t.app]), Peer: networkRange, Priority: "100"},
		{Protocol: "tcp", Ports: "22", Peer: "0.0.0.0/0", Deny: true, Priority: "200"},
		{Egress: true, Peer: "0.0.0.0/0", Priority: "100"},
	}
	if o.modified {
		rules = append(rules, resource.SecurityRule{Protocol: "tcp", Ports: "443", Peer: "0.0.0.0/0", Priority: "110"})
	}
	lines := make([]string, len(rules))
	for i, rule := range rules {
		lines[i] = rule.String()
	}
	slices.Sort(lines)
	return lines
}

// Where a NAT gateway comes with a host, a public address does, too: the gateway's.
const gatewayWord = "nat"

var natGateways = oneIn(64, 1, gatewayWord, natGatewayRow)

func (o origin) hasGateway() bool { return natGateways.with(o.positionOf(o.life)) }

func publicIPRow(o origin) resource.Row {
	ip := &resource.PublicIP{
		Name:           o.name,
		Status:         "in_use",
		Address:        textOf(publicIP(o.id)),
		BandwidthMbps:  turn(o.life, int64(5), 10),
		ChargeType:     o.charge(),
		Tags:           o.tags(),
		CloudCreatedAt: o.t.created(),
		ExpiresAt:      o.t.expires(),
	}
	switch {
	case o.hasGateway():
		ip.Address, ip.AttachedType, ip.AttachedID = o.ownIP(), "nat_gateway", o.idOf(gatewayWord)
	case o.t.public:
		ip.AttachedType, ip.AttachedID = "host", o.hostID()
	default:
		ip.Status = "available"
	}
	return ip
}

func natGatewayRow(o origin) resource.Row {
	return &resource.NATGateway{
		Name:           o.name,
		Status:         "available",
		Zone:           o.zone(),
		GatewayType:    turn(o.life, "small", "medium"),
		VPCID:          o.vpc,
		SubnetID:       o.subnet(),
		PublicIPs:      []string{o.ownIP()},
		PrivateIPs:     []string{o.serviceIP()},
		ChargeType:     o.charge(),
		Tags:           o.tags(),
		CloudCreatedAt: o.t.created(),
		ExpiresAt:      o.t.expires(),
	}
}

// loadBalancerRow makes one in two zones, and after a while in all three.
func loadBalancerRow(o origin) resource.Row {
	across := turn(o.life, len(zones)-1, len(zones))
	address := o.serviceIP()
	if o.t.public {
		address = o.ownIP()
	}
	return &resource.LoadBalancer{
		Name:           o.name,
		Status:         "active",
		BalancerType:   pick(o.t.job, "application", "network"),
		Scheme:         resource.SchemeOf(o.t.public),
		Addresses:      []string{address},
		VPCID:          o.vpc,
		SubnetIDs:      slices.Clone(o.subnets[:across]),
		Zones:          slices.Clone(o.zones[:across]),
		ChargeType:     o.charge(),
		Tags:           o.tags(),
		CloudCreatedAt: o.t.created(),
		ExpiresAt:      o.t.expires(),
	}
}

// ownIP is a public address that is not the host's.
func (o origin) ownIP() string { return textOf(publicIP(^o.id)) }

// serviceIP is an address of 8.192.0.0/10, which is above those of the hosts.
func (o origin) serviceIP() string { return textOf(8<<24 | 192<<16 | uint32(o.id>>42)) }

func textOf(address uint32) string { return string(appendIPv4(nil, address)) }
