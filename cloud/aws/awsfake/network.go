package awsfake

import (
	"cmp"
	"encoding/xml"
	"strings"

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
	filters, err := q.filters("Filter.", ".Value")
	if err != nil {
		return nil, err
	}
	var taken []T
	for _, of := range all {
		if filters.takeAll(keys(of)) {
			taken = append(taken, of)
		}
	}
	items, next, err := cachePage(q, taken, "MaxResults", 5, 1000, render)
	return ec2Answer{
		XMLName:   xml.Name{Space: "http://ec2.amazonaws.com/doc/2016-11-15/", Local: q.ask.Action + "Response"},
		RequestID: q.id(), List: ec2Items{xml.Name{Local: set}, items}, NextToken: next,
	}, err
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
