package aws

import (
	"context"
	"slices"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	// maxARNs is how many load balancers a call takes by their ARNs
	// (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html).
	maxARNs = 20
	// balancersOfAPage is half of the 400 that the API lists at once: each page is
	// followed by the calls for its tags.
	balancersOfAPage = 200
)

// loadBalancers lists application, network and gateway load balancers. Their id is the
// ARN. Classic load balancers are of another API.
type loadBalancers struct{ *session }

// List implements adapter.Lister. The API does not say how many there are.
func (l loadBalancers) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	const action = "DescribeLoadBalancers"
	answer, odd, err := askList(ctx, l.session, region, action, cursor, balancerElements, func(ctx context.Context) (*elb.DescribeLoadBalancersOutput, error) {
		return l.in(region).elb.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{
			PageSize: awssdk.Int32(balancersOfAPage), Marker: ifAny(cursor),
		})
	})
	if err != nil {
		return cloud.Page{}, err
	}
	if answer.LoadBalancers == nil {
		return cloud.Page{}, noList(action, region)
	}
	tags, err := l.tags(ctx, region, answer.LoadBalancers)
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{Next: awssdk.ToString(answer.NextMarker)}
	for _, balancer := range answer.LoadBalancers {
		of, listed := tags[awssdk.ToString(balancer.LoadBalancerArn)]
		if !listed && awssdk.ToString(balancer.LoadBalancerArn) != "" {
			continue // it went away since
		}
		f := adapter.NewFields("load balancer", awssdk.ToString(balancer.LoadBalancerArn))
		if of.unread != nil {
			f.Fail("%s", of.unread.problem("its tags"))
		}
		f.Put(&page, LoadBalancerRow(f, balancer, of.of.Tags))
	}
	for _, one := range odd {
		page.Problems = append(page.Problems, cloud.Problem{NativeID: one.id, Text: one.problem("load balancer")})
	}
	return page, nil
}

// tags are the tags of load balancers by ARN. One that does not exist any more is not
// among them.
func (l loadBalancers) tags(ctx context.Context, region string, balancers []elbtypes.LoadBalancer) (map[string]listed[elbtypes.TagDescription], error) {
	var arns []string
	for _, balancer := range balancers {
		if name := awssdk.ToString(balancer.LoadBalancerArn); name != "" {
			arns = append(arns, name)
		}
	}
	tags := map[string]listed[elbtypes.TagDescription]{}
	for some := range slices.Chunk(arns, maxARNs) {
		descriptions, err := apart(some, func(some []string) ([]listed[elbtypes.TagDescription], error) {
			return l.describeTags(ctx, region, some)
		})
		if err != nil {
			return nil, err
		}
		for _, description := range descriptions {
			tags[idOf(description, taggedARN)] = description
		}
	}
	return tags, nil
}

func (l loadBalancers) describeTags(ctx context.Context, region string, arns []string) ([]listed[elbtypes.TagDescription], error) {
	const action = "DescribeTags"
	answer, odd, err := askList(ctx, l.session, region, action, "", tagElements, func(ctx context.Context) (*elb.DescribeTagsOutput, error) {
		return l.in(region).elb.DescribeTags(ctx, &elb.DescribeTagsInput{ResourceArns: arns})
	})
	if err != nil {
		return nil, err
	}
	descriptions := all(answer.TagDescriptions, odd)
	described := map[string]bool{}
	for _, description := range descriptions {
		described[idOf(description, taggedARN)] = true
	}
	if len(inside(arns, described)) < len(arns) {
		return nil, noList(action, region)
	}
	return descriptions, nil
}

func taggedARN(of elbtypes.TagDescription) *string { return of.ResourceArn }

func balancerARN(of elbtypes.LoadBalancer) *string { return of.LoadBalancerArn }

// Lookup implements adapter.Lister. The API fails a whole call for one ARN that does
// not exist, or that is none.
func (l loadBalancers) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	var asked [][]string
	var arns []string
	for _, id := range nativeIDs {
		if arn.IsARN(id) {
			arns = append(arns, id)
		} else {
			asked = append(asked, []string{id})
		}
	}
	found := map[string]bool{}
	for _, ids := range slices.AppendSeq(asked, slices.Chunk(arns, maxARNs)) {
		balancers, err := apart(ids, func(some []string) ([]listed[elbtypes.LoadBalancer], error) { return l.balancers(ctx, region, some) })
		if err != nil {
			return nil, err
		}
		for _, balancer := range balancers {
			found[idOf(balancer, balancerARN)] = true
		}
	}
	return inside(nativeIDs, found), nil
}

// balancers are those of the ARNs. A single text that is no ARN is refused by the API,
// which is to say that no load balancer is called so.
func (l loadBalancers) balancers(ctx context.Context, region string, arns []string) ([]listed[elbtypes.LoadBalancer], error) {
	const action = "DescribeLoadBalancers"
	answer, odd, err := askList(ctx, l.session, region, action, "", balancerElements, func(ctx context.Context) (*elb.DescribeLoadBalancersOutput, error) {
		answer, err := l.in(region).elb.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{LoadBalancerArns: arns})
		if codeOf(err) == "ValidationError" && !arn.IsARN(arns[0]) {
			err = &refusal{cloud.NotFound, err.Error()}
		}
		return answer, err
	})
	if err != nil {
		return nil, err
	}
	if answer.LoadBalancers == nil {
		return nil, noList(action, region)
	}
	balancers := all(answer.LoadBalancers, odd)
	return balancers, identified(action+" of "+region, balancers)
}

// LoadBalancerRow is the row of a load balancer with those tags.
func LoadBalancerRow(f *adapter.Fields, balancer elbtypes.LoadBalancer, tags []elbtypes.Tag) *resource.LoadBalancer {
	row := &resource.LoadBalancer{
		Meta: resource.Meta{NativeID: awssdk.ToString(balancer.LoadBalancerArn)}, Name: awssdk.ToString(balancer.LoadBalancerName),
		BalancerType: string(balancer.Type), Scheme: schemeOf(balancer), VPCID: awssdk.ToString(balancer.VpcId),
		Addresses: addressesOf(balancer), CloudCreatedAt: f.At("CreatedTime", balancer.CreatedTime), Tags: make(map[string]string, len(tags)),
	}
	for _, tag := range tags {
		row.Tags[awssdk.ToString(tag.Key)] = awssdk.ToString(tag.Value)
	}
	for _, zone := range balancer.AvailabilityZones {
		row.Zones = appendText(row.Zones, zone.ZoneName)
		row.SubnetIDs = appendText(row.SubnetIDs, zone.SubnetId)
	}
	if balancer.State != nil {
		row.Status = string(balancer.State.Code)
	}
	return row
}

func schemeOf(balancer elbtypes.LoadBalancer) string {
	switch balancer.Scheme {
	case elbtypes.LoadBalancerSchemeEnumInternetFacing:
		return resource.SchemePublic
	case elbtypes.LoadBalancerSchemeEnumInternal:
		return resource.SchemeInternal
	default:
		return string(balancer.Scheme)
	}
}

// addressesOf are the addresses that the load balancer keeps, else its name: the
// addresses behind the name change by themselves.
func addressesOf(balancer elbtypes.LoadBalancer) (addresses []string) {
	for _, zone := range balancer.AvailabilityZones {
		for _, address := range zone.LoadBalancerAddresses {
			for _, ip := range []*string{address.IpAddress, address.PrivateIPv4Address, address.IPv6Address} {
				addresses = appendText(addresses, ip)
			}
		}
	}
	if len(addresses) == 0 {
		return appendText(nil, balancer.DNSName)
	}
	return adapter.IPs(addresses...)
}

func appendText(list []string, text *string) []string {
	if text == nil || *text == "" {
		return list
	}
	return append(list, *text)
}
