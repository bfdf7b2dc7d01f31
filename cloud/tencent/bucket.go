package tencent

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	maxBuckets   = 2000 // the most that COS gives on a page
	bucketPage   = 1000
	bucketLookup = 1000
)

// buckets are those of COS (https://cloud.tencent.com/document/product/436/8291): one list for
// all regions, which may lack a bucket for a while after it was made. It has no tags.
var buckets = adapter.Listing[*Session, bucket]{
	Kind: resource.BucketKind, What: "bucket", IDField: "Name",
	Pages: adapter.Whole(bucketPage), IDs: adapter.Relist(bucketLookup),
	Row: bucketRow,
	Census: &adapter.Census[*Session, bucket]{
		Actions: []string{"GetService"}, Path: "Buckets.Bucket", Ask: askBuckets,
		Key:    func(b *bucket) string { return b.Name },
		Region: func(b *bucket) string { return b.Location },
	},
}

// bucket is the part of a bucket that is kept. Its name ends with the account's APPID.
type bucket struct{ Name, Location, BucketType, CreationDate string }

func bucketRow(f *adapter.Fields, b *bucket) resource.Row {
	return &resource.Bucket{
		Name:           b.Name,
		BucketType:     b.BucketType, // cos, or ofs with accelerated metadata
		CloudCreatedAt: f.Time("CreationDate", b.CreationDate, utc),
	}
}
