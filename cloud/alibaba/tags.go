package alibaba

import (
	"context"
	"fmt"
	"slices"

	"cloudsync/cloud/adapter"
)

// taggedAtOnce is how many ids ListTagResources takes.
const taggedAtOnce = 50

// tagsByID are the tags of resources that are listed without them, by the resources' ids.
type tagsByID map[string][]adapter.Item[resourceTag]

type resourceTag struct {
	ResourceID       string `json:"ResourceId"`
	TagKey, TagValue string
}

// askTags asks for the tags of RDS instances.
var askTags = ask[resourceTag](rds, func(q adapter.Query) map[string]string {
	parameters := map[string]string{"ResourceType": "INSTANCE", "NextToken": q.Token}
	for i, id := range q.IDs {
		parameters[fmt.Sprintf("ResourceId.%d", i+1)] = id
	}
	return parameters
})

// listTags are the tags of the resources. Where one does not say whose it is, nobody can know
// any resource's: that is an error.
func listTags(ctx context.Context, s *session, region string, ids []string) (tagsByID, error) {
	tags := tagsByID{}
	for some := range slices.Chunk(ids, taggedAtOnce) {
		query := adapter.Query{Action: "ListTagResources", Path: "TagResources.TagResource", Region: region, IDs: some}
		err := adapter.Each(ctx, s, query, askTags, func(tag *adapter.Item[resourceTag]) {
			tags[tag.Value.ResourceID] = append(tags[tag.Value.ResourceID], *tag)
		})
		if err != nil {
			return nil, err
		}
	}
	if nobodys := tags[""]; len(nobodys) > 0 {
		return nil, adapter.BadAnswer("ListTagResources", "whose is it? %s", nobodys[0].Read("tag", "").Problem())
	}
	return tags, nil
}

// of are those of a resource. One that makes no sense costs the resource's row.
func (t tagsByID) of(f *adapter.Fields, id string) map[string]string {
	for _, tag := range t[id] {
		if problem := tag.Read("a tag of", id).Problem(); problem != "" {
			f.Fail("%s", problem)
		}
	}
	return adapter.Tags(adapter.Values(t[id]), func(t resourceTag) (key, value string) { return t.TagKey, t.TagValue })
}
