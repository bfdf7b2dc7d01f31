package awsfake

import (
	"cmp"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// ec2Answer is a list of EC2.
type ec2Answer struct {
	XMLName   xml.Name
	RequestID string `xml:"requestId"`
	List      ec2Items
	NextToken string `xml:"nextToken,omitempty"`
}

type ec2Items struct {
	XMLName xml.Name
	Items   any `xml:"item"`
}

// ec2List answers an action with a page of those of the resources that its filters take, in
// a set of this name.
func ec2List[T, U any](q *request, set string, all []T, keys func(T) map[string]string, render func(T) U) (any, error) {
	taken, err := ec2Taken(q, all, keys)
	if err != nil {
		return nil, err
	}
	items, next, err := cachePage(q, taken, "MaxResults", 5, 1000, render)
	return q.ec2Answer(set, items, next), err
}

func (q *request) ec2Answer(set string, items any, next string) ec2Answer {
	name := xml.Name{Space: "http://ec2.amazonaws.com/doc/2016-11-15/", Local: q.ask.Action + "Response"}
	return ec2Answer{XMLName: name, RequestID: q.id(), List: ec2Items{xml.Name{Local: set}, items}, NextToken: next}
}

// ec2Taken are those that the request's filters take.
func ec2Taken[T any](q *request, all []T, keys func(T) map[string]string) (taken []T, err error) {
	filters, err := q.filters("Filter.", ".Value")
	for _, of := range all {
		if err == nil && filters.takeAll(keys(of)) {
			taken = append(taken, of)
		}
	}
	return taken, err
}

// takeAll says whether something with these values passes all filters.
func (f filters) takeAll(values map[string]string) bool {
	for name := range f {
		if value, known := values[name]; !known || !f.take(name, value) {
			return false
		}
	}
	return true
}

// owner is that of a row: the account, where the row does not name another.
func (q *request) owner(of resource.Meta) string { return cmp.Or(of.Account, q.Account.ID) }

type vpc struct {
	ID      string  `xml:"vpcId,omitempty"`
	Owner   string  `xml:"ownerId"`
	State   string  `xml:"state,omitempty"`
	CIDR    string  `xml:"cidrBlock,omitempty"`
	IPv4    []block `xml:"cidrBlockAssociationSet>item"`
	IPv6    []block `xml:"ipv6CidrBlockAssociationSet>item"`
	Options string  `xml:"dhcpOptionsId"`
	Tags    []tag   `xml:"tagSet>item"`
}

type block struct {
	ID        string `xml:"associationId"`
	IPv4      string `xml:"cidrBlock,omitempty"`
	IPv4State string `xml:"cidrBlockState>state,omitempty"`
	IPv6      string `xml:"ipv6CidrBlock,omitempty"`
	IPv6State string `xml:"ipv6CidrBlockState>state,omitempty"`
}

// blocks are ranges of addresses as EC2 lists them, of which it lists those that were taken
// away for a while.
func (q *request) blocks(cidrs []string) (first string, ipv4, ipv6 []block) {
	ipv4 = []block{{ID: "gone", IPv4: "192.0.2.0/24", IPv4State: "disassociated"}}
	ipv6 = []block{{ID: "gone", IPv6: "2001:db8:dead::/56", IPv6State: "disassociated"}}
	for _, cidr := range cidrs {
		if strings.Contains(cidr, ":") {
			ipv6 = append(ipv6, block{ID: "of-" + cidr, IPv6: cidr, IPv6State: "associated"})
			continue
		}
		first = cmp.Or(first, cidr)
		ipv4 = append(ipv4, block{ID: "of-" + cidr, IPv4: cidr, IPv4State: "associated"})
	}
	return first, varied(q, ipv4), varied(q, ipv6)
}

func (q *request) describeVPCs() (any, error) {
	id := func(of resource.VPC) map[string]string { return map[string]string{"vpc-id": of.NativeID} }
	return ec2List(q, "vpcSet", q.Region.VPCs, id, func(of resource.VPC) vpc {
		item := vpc{ID: of.NativeID, Owner: q.owner(of.Meta), State: of.Status, Options: Planted, Tags: q.tags(of.Tags, of.Name)}
		item.CIDR, item.IPv4, item.IPv6 = q.blocks(of.CIDRs)
		return item
	})
}

type vpcSubnet struct {
	ID    string  `xml:"subnetId,omitempty"`
	Owner string  `xml:"ownerId"`
	VPC   string  `xml:"vpcId,omitempty"`
	Zone  string  `xml:"availabilityZone,omitempty"`
	State string  `xml:"state,omitempty"`
	CIDR  string  `xml:"cidrBlock,omitempty"`
	IPv6  []block `xml:"ipv6CidrBlockAssociationSet>item"`
	Free  int64   `xml:"availableIpAddressCount"`
	Tags  []tag   `xml:"tagSet>item"`
}

// describeSubnets says how many addresses are free: another number each time.
func (q *request) describeSubnets() (any, error) {
	id := func(of resource.Subnet) map[string]string { return map[string]string{"subnet-id": of.NativeID} }
	return ec2List(q, "subnetSet", q.Region.Subnets, id, func(of resource.Subnet) vpcSubnet {
		item := vpcSubnet{
			ID: of.NativeID, Owner: q.owner(of.Meta), VPC: of.VPCID, Zone: of.Zone, State: of.Status, Free: q.number, Tags: q.tags(of.Tags, of.Name),
		}
		item.CIDR, _, item.IPv6 = q.blocks(of.CIDRs)
		return item
	})
}

type securityGroup struct {
	ID          string       `xml:"groupId,omitempty"`
	Owner       string       `xml:"ownerId"`
	Name        string       `xml:"groupName,omitempty"`
	Description string       `xml:"groupDescription,omitempty"`
	VPC         string       `xml:"vpcId,omitempty"`
	Ingress     []permission `xml:"ipPermissions>item"`
	Egress      []permission `xml:"ipPermissionsEgress>item"`
	Tags        []tag        `xml:"tagSet>item"`
}

type permission struct {
	Protocol string `xml:"ipProtocol"`
	From     string `xml:"fromPort,omitempty"`
	To       string `xml:"toPort,omitempty"`
	IPv4     []peer `xml:"ipRanges>item"`
	IPv6     []peer `xml:"ipv6Ranges>item"`
	Lists    []peer `xml:"prefixListIds>item"`
	Groups   []peer `xml:"groups>item"`
}

type peer struct {
	IPv4  string `xml:"cidrIp,omitempty"`
	IPv6  string `xml:"cidrIpv6,omitempty"`
	List  string `xml:"prefixListId,omitempty"`
	Group string `xml:"groupId,omitempty"`
	User  string `xml:"userId,omitempty"`
	Text  string `xml:"description,omitempty"`
}

func (q *request) describeSecurityGroups() (any, error) {
	id := func(of fake.SecurityGroup) map[string]string { return map[string]string{"group-id": of.NativeID} }
	return ec2List(q, "securityGroupInfo", q.Region.SecurityGroups, id, func(of fake.SecurityGroup) securityGroup {
		return securityGroup{
			ID: of.NativeID, Owner: q.owner(of.Meta), Name: of.Name, Description: of.Description, VPC: of.VPCID,
			Ingress: q.permissions(of.Rules, false), Egress: q.permissions(of.Rules, true), Tags: q.tags(of.Tags, of.Tags["Name"]),
		}
	})
}

// permissions are the rules of one direction: those for the same protocol and ports are one,
// with several peers.
func (q *request) permissions(rules []resource.SecurityRule, egress bool) (all []permission) {
	for _, rule := range rules {
		if rule.Egress != egress {
			continue
		}
		of := permission{Protocol: cmp.Or(rule.Protocol, "-1")}
		of.From, of.To, _ = strings.Cut(rule.Ports, "-")
		i := slices.IndexFunc(all, func(p permission) bool { return p.Protocol == of.Protocol && p.From == of.From && p.To == of.To })
		if i < 0 {
			i, all = len(all), append(all, of)
		}
		all[i].add(peerOf(rule.Peer))
	}
	for i := range all {
		all[i].IPv4, all[i].IPv6, all[i].Lists, all[i].Groups = varied(q, all[i].IPv4), varied(q, all[i].IPv6), varied(q, all[i].Lists), varied(q, all[i].Groups)
	}
	return varied(q, all)
}

func peerOf(name string) peer {
	switch {
	case strings.HasPrefix(name, "sg-"):
		return peer{Group: name, User: "123456789012", Text: Planted}
	case strings.HasPrefix(name, "pl-"):
		return peer{List: name}
	case strings.Contains(name, ":"):
		return peer{IPv6: name}
	default:
		return peer{IPv4: name, Text: Planted}
	}
}

func (p *permission) add(of peer) {
	switch {
	case of.Group != "":
		p.Groups = append(p.Groups, of)
	case of.List != "":
		p.Lists = append(p.Lists, of)
	case of.IPv6 != "":
		p.IPv6 = append(p.IPv6, of)
	default:
		p.IPv4 = append(p.IPv4, of)
	}
}

type address struct {
	ID        string `xml:"allocationId,omitempty"`
	IP        string `xml:"publicIp,omitempty"`
	Domain    string `xml:"domain"`
	Instance  string `xml:"instanceId,omitempty"`
	Interface string `xml:"networkInterfaceId,omitempty"`
	Group     string `xml:"networkBorderGroup"`
	Tags      []tag  `xml:"tagSet>item"`
}

// describeAddresses knows no pages. An instance has its address through an interface.
func (q *request) describeAddresses() (any, error) {
	if q.form.Has("MaxResults") || q.cursor != "" {
		return nil, &failure{http.StatusBadRequest, "UnknownParameter", "The parameter MaxResults is not recognized"}
	}
	taken, err := ec2Taken(q, q.Region.PublicIPs, func(of resource.PublicIP) map[string]string { return map[string]string{"allocation-id": of.NativeID} })
	if err != nil {
		return nil, err
	}
	items := make([]address, len(taken))
	for i, of := range varied(q, taken) {
		items[i] = q.address(of)
	}
	return q.ec2Answer("addressesSet", items, ""), nil
}

func (q *request) address(of resource.PublicIP) address {
	item := address{ID: of.NativeID, IP: of.Address, Domain: "vpc", Group: q.Region.Name, Tags: q.tags(of.Tags, of.Name)}
	switch of.AttachedType {
	case "instance":
		item.Instance, item.Interface = of.AttachedID, "eni-of-"+of.AttachedID
	case "network-interface":
		item.Interface = of.AttachedID
	}
	return item
}

type natGateway struct {
	ID        string       `xml:"natGatewayId,omitempty"`
	State     string       `xml:"state,omitempty"`
	Type      string       `xml:"connectivityType,omitempty"`
	VPC       string       `xml:"vpcId,omitempty"`
	Subnet    string       `xml:"subnetId,omitempty"`
	Created   string       `xml:"createTime,omitempty"`
	Addresses []natAddress `xml:"natGatewayAddressSet>item"`
	Tags      []tag        `xml:"tagSet>item"`
}

type natAddress struct {
	Public  string `xml:"publicIp,omitempty"`
	Private string `xml:"privateIp,omitempty"`
	Zone    string `xml:"availabilityZone,omitempty"`
	Primary bool   `xml:"isPrimary"`
	Status  string `xml:"status"`
}

func (q *request) describeNATGateways() (any, error) {
	id := func(of resource.NATGateway) map[string]string {
		return map[string]string{"nat-gateway-id": of.NativeID}
	}
	return ec2List(q, "natGatewaySet", q.Region.NATGateways, id, func(of resource.NATGateway) natGateway {
		item := natGateway{
			ID: of.NativeID, State: of.Status, Type: of.GatewayType, VPC: of.VPCID, Subnet: of.SubnetID, Created: timeText(of.CloudCreatedAt), Tags: q.tags(of.Tags, of.Name),
		}
		for i := range max(len(of.PublicIPs), len(of.PrivateIPs)) {
			item.Addresses = append(item.Addresses, natAddress{at(of.PublicIPs, i), at(of.PrivateIPs, i), of.Zone, i == 0, "succeeded"})
		}
		item.Addresses = varied(q, item.Addresses)
		return item
	})
}
