package aws

import (
	"context"

	"cloudsync/cloud/adapter"
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
	ID:  func(t *tagged) string { return t.ARN },
}

// balancerTags are the tags of load balancers.
var balancerTags = adapter.Listing[*session, tagged]{
	What: "its tags", Action: "DescribeTags", Path: "DescribeTagsResult.TagDescriptions.member",
	Pages: adapter.Tokens(maxARNs), IDs: adapter.Together(maxARNs),
	Ask: ask[tagged]("", describeTags),
	ID:  func(t *tagged) string { return t.ARN },
}

type tagged struct {
	ARN  string `json:"ResourceArn"`
	Tags []tag
}

// tagsByARN are the tags of resources.
type tagsByARN map[string]*adapter.Item[tagged]

// tagsOf are the tags of the resources, and those of the ARNs that are not known. Tags of
// nobody knows what may be of any of them.
func tagsOf(ctx context.Context, s *session, list *adapter.Listing[*session, tagged], region string, arns []string) (tagsByARN, []string, error) {
	described, unknown, err := list.ByIDs(ctx, s, region, arns)
	tags := tagsByARN{}
	for i := range described {
		item := &described[i]
		if item.Value.ARN == "" {
			return nil, nil, adapter.BadAnswer(list.Action, "%s", item.Read(list.What, "").Problem())
		}
		tags[item.Value.ARN] = item
	}
	return tags, unknown, err
}

// read reads a resource's tags. Those that make no sense cost its row.
func (t tagsByARN) read(f *adapter.Fields, arn string) []tag {
	item := t[arn]
	if item == nil {
		return nil
	}
	f.Inherit(item.Read(resourceTags.What, arn))
	return item.Value.Tags
}
