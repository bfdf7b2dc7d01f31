package awsfake

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"

	"cloudsync/cloud/fake"
)

// classicVersion is that of the API of classic load balancers, whose actions have the names
// of the other's.
const classicVersion = "2012-06-01"

type classicAnswer struct {
	XMLName   xml.Name `xml:"http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/ DescribeLoadBalancersResponse"`
	Balancers struct {
		Items []classicBalancer `xml:"member"`
	} `xml:"DescribeLoadBalancersResult>LoadBalancerDescriptions"`
	NextMarker string `xml:"DescribeLoadBalancersResult>NextMarker,omitempty"`
	RequestID  string `xml:"ResponseMetadata>RequestId"`
}

type classicBalancer struct {
	Name      string            `xml:"LoadBalancerName"`
	DNSName   string            `xml:"DNSName"`
	Scheme    string            `xml:"Scheme"`
	VPC       string            `xml:"VPCId,omitempty"`
	Subnets   []string          `xml:"Subnets>member"`
	Zones     []string          `xml:"AvailabilityZones>member"`
	Created   string            `xml:"CreatedTime,omitempty"`
	Listeners []classicListener `xml:"ListenerDescriptions>member"`
	Instances []string          `xml:"Instances>member>InstanceId"`
}

type classicListener struct {
	Protocol string `xml:"Listener>Protocol"`
	Port     string `xml:"Listener>LoadBalancerPort"`
	Target   string `xml:"Listener>InstancePort"`
}

func (q *request) describeClassicLoadBalancers() (any, error) {
	limit, err := q.limit("PageSize", 1, 400)
	if err != nil {
		return nil, err
	}
	all := q.balancers(true)
	if q.form.Has("LoadBalancerNames.member.1") {
		if all, err = q.classicOf(q.texts("LoadBalancerNames.member")); err != nil {
			return nil, err
		}
	}
	some, next, err := page(q, all, limit)
	if err != nil {
		return nil, err
	}
	answer := classicAnswer{NextMarker: next, RequestID: q.id()}
	for _, of := range varied(q, some) {
		answer.Balancers.Items = append(answer.Balancers.Items, q.classicBalancer(of))
	}
	return answer, nil
}

// classicOf are those of the names, or an error for all of them if one is not known.
func (q *request) classicOf(names []string) (found []fake.LoadBalancer, err error) {
	all := q.balancers(true)
	for _, name := range names {
		i := slices.IndexFunc(all, func(of fake.LoadBalancer) bool { return of.ID == name })
		if i < 0 || len(names) > maxARNs {
			return nil, &failure{http.StatusBadRequest, "LoadBalancerNotFound", "There is no ACTIVE Load Balancer named '" + name + "'"}
		}
		found = append(found, all[i])
	}
	return found, nil
}

func (q *request) classicBalancer(of fake.LoadBalancer) classicBalancer {
	item := classicBalancer{
		Name: of.ID, DNSName: first(of.Addresses), Scheme: "internet-facing", VPC: of.VPC,
		Subnets: varied(q, of.Subnets), Zones: varied(q, of.Zones), Created: timeText(of.Created),
		Instances: []string{"i-" + q.id()}, // they come and go
	}
	if of.Internal {
		item.Scheme = "internal"
	}
	for _, port := range varied(q, of.Ports) {
		number, protocol, _ := strings.Cut(port, "/")
		item.Listeners = append(item.Listeners, classicListener{Protocol: strings.ToUpper(protocol), Port: number, Target: "8080"})
	}
	return item
}

type classicTagsAnswer struct {
	XMLName      xml.Name `xml:"http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/ DescribeTagsResponse"`
	Descriptions struct {
		Items []classicTagDescription `xml:"member"`
	} `xml:"DescribeTagsResult>TagDescriptions"`
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

type classicTagDescription struct {
	Name string       `xml:"LoadBalancerName"`
	Tags []capitalTag `xml:"Tags>member"`
}

func (q *request) describeClassicTags() (any, error) {
	found, err := q.classicOf(q.texts("LoadBalancerNames.member"))
	if err != nil {
		return nil, err
	}
	answer := classicTagsAnswer{RequestID: q.id()}
	for _, of := range varied(q, found) {
		answer.Descriptions.Items = append(answer.Descriptions.Items, classicTagDescription{Name: of.ID, Tags: q.capitalTags(of.Tags)})
	}
	return answer, nil
}
