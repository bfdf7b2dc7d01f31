package aws

import (
	"context"
	"slices"
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxBuckets is a tenth of what S3 lists at once: each page is followed by the calls for its
// tags (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html).
const maxBuckets = 1000

// buckets are those of S3, but for directory buckets. Their id is their name, which anyone
// can have when it is free again. S3 lists those of one region where it is asked there.
var buckets = adapter.Listing[*session, bucket]{
	Kind: resource.BucketKind, What: "bucket",
	Action: "ListBuckets", Path: "Buckets.Bucket", IDField: "Name",
	Pages: adapter.Tokens(maxBuckets), IDs: adapter.Alone(maxAlone),
	Ask:    askBuckets,
	Join:   taggedRow(bucketARN, bucketRow),
	Region: func(b *bucket) string { return b.Region },
}

// bucket is the part of a bucket that is kept.
type bucket struct {
	Name    string
	Region  string `json:"BucketRegion"`
	Created string `json:"CreationDate"`
}

func bucketARN(b *bucket) string {
	if b.Name == "" {
		return ""
	}
	return "arn:" + partitionOf(b.Region) + ":s3:::" + b.Name
}

// bucketRow has nothing but the name, the tags and the time, which a change of the bucket's
// policy can move.
func bucketRow(f *adapter.Fields, b *bucket, tags []tag) resource.Row {
	if b.Region == "" {
		f.Fail("it does not say its region")
	}
	return &resource.Bucket{
		Name:           b.Name,
		Tags:           adapter.TagsOf(tags),
		CloudCreatedAt: f.Time("CreationDate", b.Created, time.UTC),
	}
}

var askAllBuckets = ask[bucket]("ContinuationToken", listBuckets)

// askBuckets asks for one by what its name begins with. To ask for a bucket itself would take
// a permission of each bucket, and what is denied there is no proof.
func askBuckets(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[bucket], error) {
	answer, err := askAllBuckets(ctx, s, q)
	if len(q.IDs) > 0 {
		answer.Items = slices.DeleteFunc(answer.Items, func(b adapter.Item[bucket]) bool { return b.Value.Name != "" && b.Value.Name != q.IDs[0] })
	}
	return answer, err
}
