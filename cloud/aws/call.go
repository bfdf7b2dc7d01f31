package aws

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	classic "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/memorydb"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	rdstypes "github.com/aws/aws-sdk-go-v2/service/rds/types"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	smithy "github.com/aws/smithy-go"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// sender makes one call of the SDK.
type sender func(context.Context, *clients, adapter.Query) error

// asks is how a listing asks.
type asks[T any] func(context.Context, *session, adapter.Query) (adapter.Answer[T], error)

// ask asks by a call of the SDK, at the account's home where the query is of no region. token is where an answer has what the next page begins
// with. The answer is read here: the SDK's own types take one only whole, and refuse all
// of it for one number or time that they cannot read.
func ask[T any](token string, send sender) asks[T] { return askFor(fromXML[T], token, send) }

// askJSON is ask for a product that answers in JSON.
func askJSON[T any](token string, send sender) asks[T] { return askFor(fromJSON[T], token, send) }

// askOne asks for one resource by an action of its own, at a path of its answer, where the list
// of all cannot be asked for it.
func askOne[T any](all asks[T], action, path string, one asks[T]) asks[T] {
	return func(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[T], error) {
		if len(q.IDs) == 0 {
			return all(ctx, s, q)
		}
		q.Action, q.Path = action, path
		return one(ctx, s, q)
	}
}

func askFor[T any](read func(body []byte, path, token string) (adapter.Answer[T], error), token string, send sender) asks[T] {
	return func(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[T], error) {
		answer, err := adapter.Do(ctx, s.account.Calls, q.Region, q.Action, func(ctx context.Context) (adapter.Answer[T], error) {
			body, err := bodyOf(ctx, func(ctx context.Context) error { return send(ctx, s.in(cmp.Or(q.Region, s.home)), q) })
			switch {
			case len(q.IDs) > 0 && isUnknown(err, q.IDs):
				return adapter.Answer[T]{Unknown: true}, nil
			case err != nil:
				return adapter.Answer[T]{}, err
			default:
				return read(body, q.Path, token)
			}
		})
		if q.Region != "" && cloud.ClassOf(err) == cloud.InvalidCredential {
			err = s.orNoRegion(ctx, q.Region, err)
		}
		return answer, err
	}
}

// fromXML is an answer whose resources are at the path. Where it lacks their list, which
// an empty one has too, it is another document, such as a proxy's page.
func fromXML[T any](body []byte, path, token string) (answer adapter.Answer[T], err error) {
	root, err := adapter.ParseXML(body)
	if err != nil {
		return answer, unread(err)
	}
	answer.NoList = !hasList(root, path)
	answer.Next = root.Find(token)
	for _, element := range root.At(path) {
		answer.Items = append(answer.Items, adapter.ItemOf[T](element))
	}
	return answer, nil
}

// fromJSON is fromXML for JSON.
func fromJSON[T any](body []byte, path, token string) (answer adapter.Answer[T], err error) {
	var root adapter.Document
	if err := json.Unmarshal(body, &root); err != nil {
		return answer, unread(err)
	}
	if err := errors.Join(root.Read(&answer.Items, path), root.Read(&answer.Next, token)); err != nil {
		return answer, unread(err)
	}
	answer.NoList = answer.Items == nil // an empty list is one
	return answer, nil
}

// namesFromJSON is fromJSON for a list of names, each of which is read as the resource's
// "name".
func namesFromJSON[T any](body []byte, path, token string) (answer adapter.Answer[T], err error) {
	var root adapter.Document
	var names []json.RawMessage
	if err := json.Unmarshal(body, &root); err != nil {
		return answer, unread(err)
	}
	if err := errors.Join(root.Read(&names, path), root.Read(&answer.Next, token)); err != nil {
		return answer, unread(err)
	}
	answer.NoList, answer.Items = names == nil, make([]adapter.Item[T], len(names))
	for i, name := range names {
		if err := answer.Items[i].UnmarshalJSON(slices.Concat([]byte(`{"name":`), name, []byte("}"))); err != nil {
			return answer, unread(err)
		}
	}
	return answer, nil
}

// oneFromJSON is fromJSON for the one resource that was asked for.
func oneFromJSON[T any](body []byte, path, _ string) (answer adapter.Answer[T], err error) {
	var root adapter.Document
	var one adapter.Item[T]
	if err := json.Unmarshal(body, &root); err != nil {
		return answer, unread(err)
	}
	if err := root.Read(&one, path); err != nil {
		return answer, unread(err)
	}
	answer.Items = []adapter.Item[T]{one} // without an id where it is missing
	return answer, nil
}

func unread(err error) error { return adapter.BadAnswer("", "read the answer: %w", err) }

// hasList says that the list is there, with nothing in it but its elements and, where they
// are to have lists themselves, these: anything else would pass for an empty list.
func hasList(in *adapter.Element, path string) bool {
	list := listIn(path)
	name, below, isNested := strings.Cut(path[len(list)+1:], ".")
	lists := in.At(list)
	for _, of := range lists {
		if strings.TrimSpace(of.Text) != "" {
			return false
		}
		for _, element := range of.Elements {
			if element.XMLName.Local != name || isNested && !hasList(element, below) {
				return false
			}
		}
	}
	return len(lists) > 0
}

// listIn is the path of the list that a path of resources leads through. EC2's elements
// of lists are called item, and its instances are in lists of a list.
func listIn(path string) string {
	if list, _, isEC2 := strings.Cut(path, ".item"); isEC2 {
		return list
	}
	return path[:strings.LastIndexByte(path, '.')]
}

// bodyOf is the body of the answer to a call of the SDK, whether the SDK can decode it or
// not.
func bodyOf(ctx context.Context, send func(context.Context) error) ([]byte, error) {
	var body []byte
	err := send(context.WithValue(ctx, keptKey{}, &body))
	var undecoded *smithy.DeserializationError
	if err != nil && (!errors.As(err, &undecoded) || body == nil) {
		return nil, err
	}
	return body, nil
}

// keptKey is that of the place for a body in a request's context.
type keptKey struct{}

// keeping is a transport that keeps the body of an answer where its request's context
// asks for it. That of a refusal is the SDK's to read.
type keeping struct{ base http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (k keeping) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := k.base.RoundTrip(request)
	kept, keeps := request.Context().Value(keptKey{}).(*[]byte)
	if err != nil || !keeps {
		return response, err
	}
	*kept = nil // it may be of a request for a credential
	if response.StatusCode == http.StatusOK {
		*kept, err = io.ReadAll(response.Body) // the adapter's transport has it already
		response.Body = io.NopCloser(bytes.NewReader(*kept))
	}
	return response, err
}

// describeInstances names what other services manage: where the account hides it, AWS
// lists it only if it is asked to.
func describeInstances(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2().DescribeInstances(ctx, &ec2.DescribeInstancesInput{
		MaxResults: awssdk.Int32(maxInstances), NextToken: ifAny(q.Token),
		Filters: filter("instance-id", q.IDs), IncludeManagedResources: awssdk.Bool(true),
	})
	return err
}

// describeVolumes is by a filter: volume-id, or another.
func describeVolumes(by string) sender {
	return func(ctx context.Context, c *clients, q adapter.Query) error {
		_, err := c.ec2().DescribeVolumes(ctx, &ec2.DescribeVolumesInput{
			MaxResults: awssdk.Int32(maxVolumes), NextToken: ifAny(q.Token),
			Filters: filter(by, q.IDs), IncludeManagedResources: awssdk.Bool(true),
		})
		return err
	}
}

func describeInstanceTypes(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2().DescribeInstanceTypes(ctx, &ec2.DescribeInstanceTypesInput{
		MaxResults: awssdk.Int32(maxInstanceTypes), NextToken: ifAny(q.Token), Filters: filter("instance-type", q.IDs),
	})
	return err
}

func describeDBInstances(ctx context.Context, c *clients, q adapter.Query) error {
	in := &rds.DescribeDBInstancesInput{MaxRecords: awssdk.Int32(maxDatabases), Marker: ifAny(q.Token)}
	if len(q.IDs) > 0 {
		in.Filters = []rdstypes.Filter{{Name: awssdk.String("dbi-resource-id"), Values: q.IDs}}
	}
	_, err := c.rds().DescribeDBInstances(ctx, in)
	return err
}

func describeLoadBalancers(ctx context.Context, c *clients, q adapter.Query) error {
	in := &elb.DescribeLoadBalancersInput{LoadBalancerArns: q.IDs, Marker: ifAny(q.Token)}
	if len(q.IDs) == 0 {
		in.PageSize = awssdk.Int32(maxLoadBalancers)
	}
	_, err := c.elb().DescribeLoadBalancers(ctx, in)
	return err
}

func describeTags(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.elb().DescribeTags(ctx, &elb.DescribeTagsInput{ResourceArns: q.IDs})
	return err
}

// describeClassicLoadBalancers may be an action that a newer region does not have (?).
func describeClassicLoadBalancers(ctx context.Context, c *clients, q adapter.Query) error {
	in := &classic.DescribeLoadBalancersInput{LoadBalancerNames: q.IDs, Marker: ifAny(q.Token)}
	if len(q.IDs) == 0 {
		in.PageSize = awssdk.Int32(maxLoadBalancers)
	}
	_, err := c.classic().DescribeLoadBalancers(ctx, in)
	return orNoProduct(err)
}

func describeClassicTags(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.classic().DescribeTags(ctx, &classic.DescribeTagsInput{LoadBalancerNames: q.IDs})
	return err
}

func describeReplicationGroups(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.caches().DescribeReplicationGroups(ctx, &elasticache.DescribeReplicationGroupsInput{
		MaxRecords: awssdk.Int32(maxCaches), Marker: ifAny(q.Token), ReplicationGroupId: oneName(q.IDs),
	})
	return err
}

// describeCacheClusters lists those that are in no replication group. One of a name may be in
// one by now.
func describeCacheClusters(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.caches().DescribeCacheClusters(ctx, &elasticache.DescribeCacheClustersInput{
		MaxRecords: awssdk.Int32(maxCaches), Marker: ifAny(q.Token), CacheClusterId: oneName(q.IDs),
		ShowCacheNodeInfo: awssdk.Bool(true), ShowCacheClustersNotInReplicationGroups: awssdk.Bool(len(q.IDs) == 0),
	})
	return err
}

func describeCacheMembers(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.caches().DescribeCacheClusters(ctx, &elasticache.DescribeCacheClustersInput{
		MaxRecords: awssdk.Int32(maxCaches), Marker: ifAny(q.Token), CacheClusterId: oneName(q.IDs),
	})
	return err
}

func describeCacheSubnetGroups(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.caches().DescribeCacheSubnetGroups(ctx, &elasticache.DescribeCacheSubnetGroupsInput{
		MaxRecords: awssdk.Int32(maxCaches), Marker: ifAny(q.Token), CacheSubnetGroupName: oneName(q.IDs),
	})
	return err
}

func describeServerlessCaches(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.caches().DescribeServerlessCaches(ctx, &elasticache.DescribeServerlessCachesInput{
		MaxResults: awssdk.Int32(maxServerlessCaches), NextToken: ifAny(q.Token), ServerlessCacheName: oneName(q.IDs),
	})
	return orNoProduct(err)
}

func describeClusters(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.memoryDB().DescribeClusters(ctx, &memorydb.DescribeClustersInput{
		MaxResults: awssdk.Int32(maxCaches), NextToken: ifAny(q.Token), ClusterName: oneName(q.IDs), ShowShardDetails: awssdk.Bool(true),
	})
	return orNoProduct(err)
}

func describeSubnetGroups(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.memoryDB().DescribeSubnetGroups(ctx, &memorydb.DescribeSubnetGroupsInput{
		MaxResults: awssdk.Int32(maxCaches), NextToken: ifAny(q.Token), SubnetGroupName: oneName(q.IDs),
	})
	return err
}

// getResources asks for tags. Pages are none of those that are asked for by their ARNs.
func getResources(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.tagging().GetResources(ctx, &tagging.GetResourcesInput{ResourceARNList: q.IDs, PaginationToken: ifAny(q.Token)})
	return err
}

// oneName is the name, or that in the ARN, of the one resource that is asked for.
func oneName(ids []string) *string {
	if len(ids) == 0 {
		return nil
	}
	return ifAny(nameIn(ids[0]))
}

// maxAlone is how many resources a look-up asks for that takes a call for each.
const maxAlone = 20

// maxFilterValues is how many values EC2 takes in a filter
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Using_Filtering.html).
const maxFilterValues = 200

// wildcards have a meaning in a filter's values unless a backslash comes first.
var wildcards = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`)

// filter selects what has one of the values, all where there are none. Unlike a list of
// ids, it leaves out what does not exist; with a list, the whole call fails
// (InvalidInstanceID.NotFound).
func filter(name string, values []string) []ec2types.Filter {
	if len(values) == 0 {
		return nil
	}
	exact := make([]string, len(values))
	for i, value := range values {
		exact[i] = wildcards.Replace(value)
	}
	return []ec2types.Filter{{Name: &name, Values: exact}}
}

func ifAny(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
