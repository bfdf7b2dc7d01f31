package huawei

import (
	"context"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	bucketsPerPage = 1000 // that are handed on at a time; OBS lists all at once
	maxBucketNames = 1000 // for a look-up, which lists them again
)

// allBuckets are those of the account, which OBS lists in any region, with their regions
// (https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0020.html).
var allBuckets = adapter.Census[*session, bucket]{
	Actions: []string{"ListBuckets"}, Path: "Buckets.Bucket", Ask: askBuckets,
	Key:    bucketName,
	Region: func(b *bucket) string { return b.Location },
}

// buckets have no id but the name, which somebody else may take once it is free.
var buckets = adapter.Listing[*session, bucket]{
	Kind: resource.BucketKind, What: "bucket", IDField: "Name",
	Pages: adapter.Whole(bucketsPerPage), IDs: adapter.Relist(maxBucketNames), Census: &allBuckets,
	Believe: func(ctx context.Context, s *session, region string, _ bool) error {
		_, err := s.project(ctx, region) // the region is the account's
		return err
	},
	Row: bucketRow,
}

// bucket is what the list has of one.
type bucket struct {
	Name, Location string
	BucketType     string // OBJECT, or POSIX for a parallel file system
	CreationDate   string
}

func bucketName(b *bucket) string { return b.Name }

func bucketRow(f *adapter.Fields, b *bucket) resource.Row {
	return &resource.Bucket{
		Name:           b.Name,
		BucketType:     b.BucketType,
		CloudCreatedAt: f.Time("CreationDate", b.CreationDate, utc),
	}
}
