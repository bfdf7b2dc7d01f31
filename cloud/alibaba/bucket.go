package alibaba

import (
	"cmp"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	maxBuckets   = 1000 // the most that ListBuckets gives on a page
	bucketLookup = 1000
)

// buckets are those of OSS
// (https://www.alibabacloud.com/help/en/oss/developer-reference/listbuckets), one list for all
// regions. It has no tags.
var buckets = adapter.Listing[*session, bucket]{
	Kind: resource.BucketKind, What: "bucket", IDField: "Name",
	Pages: adapter.Whole(maxBuckets), IDs: adapter.Relist(bucketLookup),
	Row: bucketRow,
	Census: &adapter.Census[*session, bucket]{
		Actions: []string{"ListBuckets"}, Path: "Buckets.Bucket", Ask: askBuckets,
		Key:    func(b *bucket) string { return b.Name },
		Region: bucketRegion,
	},
}

// bucket is the part of a bucket that is kept. Its Owner is the account.
type bucket struct {
	Name             string
	Region           string
	Location         string // oss-cn-beijing
	StorageClass     string
	ExtranetEndpoint string // of the region
	CreationDate     string
}

func bucketRegion(b *bucket) string { return cmp.Or(b.Region, strings.TrimPrefix(b.Location, "oss-")) }

func bucketRow(f *adapter.Fields, b *bucket) resource.Row {
	row := &resource.Bucket{
		Name:           b.Name,
		StorageClass:   b.StorageClass,
		CloudCreatedAt: f.Time("CreationDate", b.CreationDate, utc),
	}
	if b.ExtranetEndpoint != "" {
		row.Endpoint = b.Name + "." + b.ExtranetEndpoint
	}
	return row
}
