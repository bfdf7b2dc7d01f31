package aws

import (
	"cmp"
	"context"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxTagged is how many resources GetResources takes by their ARNs
// (https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html).
const maxTagged = 100

// resourceTags are the tags of resources of any product. The answer leaves out those that
// never had any.
var resourceTags = adapter.Listing[*session, tagged]{
	What: "its tags", Action: "GetResources", Path: "ResourceTagMappingList",
	Pages: adapter.Tokens(maxTagged), IDs: adapter.Together(maxTagged),
	Ask: askJSON[tagged]("PaginationToken", getResources),
	ID:  (*tagged).id,
}

// balancerTags are the tags of load balancers.
var balancerTags = adapter.Listing[*session, tagged]{
	What: "its tags", Action: "DescribeTags", Path: "DescribeTagsResult.TagDescriptions.member",
	Pages: adapter.Tokens(maxARNs), IDs: adapter.Together(maxARNs),
	Ask: ask[tagged]("", describeTags),
	ID:  (*tagged).id,
}

// classicTags are those of classic load balancers.
var classicTags = adapter.Listing[*session, tagged]{
	What: "its tags", Action: "DescribeTags", Path: balancerTags.Path,
	Pages: adapter.Tokens(maxARNs), IDs: adapter.Together(maxARNs),
	Ask: ask[tagged]("", describeClassicTags),
	ID:  (*tagged).id,
}

type tagged struct {
	ARN  string `json:"ResourceArn"`
	Name string `json:"LoadBalancerName"` // of a classic one, in place of an ARN
	Tags []tag
}

func (t *tagged) id() string { return cmp.Or(t.ARN, t.Name) }

// tagsByID are the tags of resources.
type tagsByID map[string]*adapter.Item[tagged]

// tagsOf are the tags of the resources, and those of the ids that are not known. Tags of
// nobody knows what may be of any of them.
func tagsOf(ctx context.Context, s *session, list *adapter.Listing[*session, tagged], region string, ids []string) (tagsByID, []string, error) {
	described, unknown, err := list.ByIDs(ctx, s, region, ids)
	tags := tagsByID{}
	for i := range described {
		item := &described[i]
		if item.Value.id() == "" {
			return nil, nil, adapter.BadAnswer(list.Action, "%s", item.Read(list.What, "").Problem())
		}
		tags[item.Value.id()] = item
	}
	return tags, unknown, err
}

// read reads a resource's tags. Those that make no sense cost its row.
func (t tagsByID) read(f *adapter.Fields, id string) []tag {
	item := t[id]
	if item == nil {
		return nil
	}
	f.Inherit(item.Read(resourceTags.What, id))
	return item.Value.Tags
}

// taggedRow makes rows of resources with their tags, for lists that do not have them.
func taggedRow[T any](arn func(*T) string, row func(*adapter.Fields, *T, []tag) resource.Row) func(context.Context, *session, adapter.Batch[T]) (func(*adapter.Fields, *T) resource.Row, error) {
	return func(ctx context.Context, s *session, page adapter.Batch[T]) (func(*adapter.Fields, *T) resource.Row, error) {
		tags, _, err := tagsOf(ctx, s, &resourceTags, page.Region, page.IDs(arn))
		return func(f *adapter.Fields, of *T) resource.Row { return row(f, of, tags.read(f, arn(of))) }, err
	}
}
