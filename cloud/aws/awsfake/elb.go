package awsfake

import (
	"encoding/xml"
	"net"
	"net/http"
	"slices"
	"strings"

	"cloudsync/cloud/fake"
)

const maxARNs = 20

type balancersAnswer struct {
	XMLName   xml.Name `xml:"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/ DescribeLoadBalancersResponse"`
	Balancers struct {
		Items []balancer `xml:"member"`
	} `xml:"DescribeLoadBalancersResult>LoadBalancers"`
	NextMarker string `xml:"DescribeLoadBalancersResult>NextMarker,omitempty"`
	RequestID  string `xml:"ResponseMetadata>RequestId"`
}

type balancer struct {
	ARN     string         `xml:"LoadBalancerArn"`
	Name    string         `xml:"LoadBalancerName"`
	DNSName string         `xml:"DNSName,omitempty"`
	Status  string         `xml:"State>Code"`
	Type    string         `xml:"Type"`
	Scheme  string         `xml:"Scheme"`
	VPC     string         `xml:"VpcId,omitempty"`
	Zones   []balancerZone `xml:"AvailabilityZones>member"`
	Created string         `xml:"CreatedTime,omitempty"`
}

type balancerZone struct {
	Name      string            `xml:"ZoneName,omitempty"`
	Subnet    string            `xml:"SubnetId,omitempty"`
	Addresses []balancerAddress `xml:"LoadBalancerAddresses>member"`
}

type balancerAddress struct {
	IP        string `xml:"IpAddress,omitempty"`
	PrivateIP string `xml:"PrivateIPv4Address,omitempty"`
}

func (q *request) describeLoadBalancers() (any, error) {
	limit, err := q.limit("PageSize", 1, 400)
	if err != nil {
		return nil, err
	}
	all := q.balancers(false)
	if q.form.Has("LoadBalancerArns.member.1") {
		if all, err = q.balancersOf(q.texts("LoadBalancerArns.member")); err != nil {
			return nil, err
		}
	}
	some, next, err := page(q, all, limit)
	if err != nil {
		return nil, err
	}
	answer := balancersAnswer{NextMarker: next, RequestID: q.id()}
	for _, of := range varied(q, some) {
		answer.Balancers.Items = append(answer.Balancers.Items, q.balancer(of))
	}
	return answer, nil
}

// balancers are those of one of the two APIs. Classic ones are of the type classic.
func (q *request) balancers(classic bool) []fake.LoadBalancer {
	return slices.DeleteFunc(slices.Clone(q.Region.LoadBalancers), func(of fake.LoadBalancer) bool { return (of.Type == "classic") != classic })
}

// balancersOf are those of the ARNs, or the error that the API gives for all of them if
// one does not exist.
func (q *request) balancersOf(arns []string) (found []fake.LoadBalancer, err error) {
	if len(arns) > maxARNs {
		return nil, &failure{http.StatusBadRequest, "ValidationError", "Up to 20 load balancers can be described at once"}
	}
	for _, arn := range arns {
		all := q.balancers(false)
		i := slices.IndexFunc(all, func(of fake.LoadBalancer) bool { return of.ID == arn })
		switch {
		case i >= 0:
			found = append(found, all[i])
		case !strings.HasPrefix(arn, "arn:"):
			return nil, &failure{http.StatusBadRequest, "ValidationError", "'" + arn + "' is not a valid load balancer ARN"}
		default:
			return nil, &failure{http.StatusBadRequest, "LoadBalancerNotFound", "Load balancers '[" + arn + "]' not found"}
		}
	}
	return found, nil
}

func (q *request) balancer(of fake.LoadBalancer) balancer {
	item := balancer{
		ARN: of.ID, Name: of.Name, Status: of.Status, Type: of.Type, Scheme: "internet-facing",
		VPC: of.VPC, Created: timeText(of.Created), DNSName: of.Name + ".elb.amazonaws.com",
	}
	if of.Internal {
		item.Scheme = "internal"
	}
	for i := range max(len(of.Zones), len(of.Subnets), 1) {
		item.Zones = append(item.Zones, balancerZone{Name: at(of.Zones, i), Subnet: at(of.Subnets, i)})
	}
	for i, address := range of.Addresses {
		zone := &item.Zones[i%len(item.Zones)]
		switch {
		case net.ParseIP(address) == nil:
			item.DNSName = address
		case of.Internal:
			zone.Addresses = append(zone.Addresses, balancerAddress{PrivateIP: address})
		default:
			zone.Addresses = append(zone.Addresses, balancerAddress{IP: address})
		}
	}
	item.Zones = varied(q, item.Zones)
	return item
}

func at(list []string, i int) string {
	if i >= len(list) {
		return ""
	}
	return list[i]
}

type tagsAnswer struct {
	XMLName      xml.Name `xml:"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/ DescribeTagsResponse"`
	Descriptions struct {
		Items []tagDescription `xml:"member"`
	} `xml:"DescribeTagsResult>TagDescriptions"`
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

type tagDescription struct {
	ARN  string       `xml:"ResourceArn"`
	Tags []capitalTag `xml:"Tags>member"`
}

func (q *request) describeTags() (any, error) {
	found, err := q.balancersOf(q.texts("ResourceArns.member"))
	if err != nil {
		return nil, err
	}
	answer := tagsAnswer{RequestID: q.id()}
	for _, of := range varied(q, found) {
		answer.Descriptions.Items = append(answer.Descriptions.Items, tagDescription{ARN: of.ID, Tags: q.capitalTags(of.Tags)})
	}
	return answer, nil
}
