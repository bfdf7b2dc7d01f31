package google

import (
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var projectBuckets = adapter.Census[*session, bucket]{
	Actions: []string{bucketList}, Path: questions[bucketList].list, Ask: ask[bucket],
	Key:    (*bucket).id,
	Region: (*bucket).region,
}

// buckets have no id but their names, which are free again: the time of its creation tells one
// from the next.
var buckets = listed(resource.BucketKind, "bucket", "name", &projectBuckets, (*bucket).id, bucketRow)

// bucket is one of Cloud Storage.
type bucket struct {
	Name, TimeCreated      string
	Location, LocationType string // such as EUROPE-WEST1 and region, or EU and multi-region
	StorageClass           string
	Labels                 map[string]string
}

func (b *bucket) id() string { return b.Name }

// region is where the bucket is. One in several regions is global.
func (b *bucket) region() string {
	if b.Location == "" {
		return ""
	}
	if region := regionOfPlace(strings.ToLower(b.Location)); region != "" {
		return region
	}
	return global
}

func bucketRow(f *adapter.Fields, b *bucket) resource.Row {
	row := &resource.Bucket{
		Name:           b.Name,
		BucketType:     b.LocationType,
		StorageClass:   b.StorageClass,
		Tags:           tagsOf(b.Labels),
		CloudCreatedAt: f.Time("timeCreated", b.TimeCreated, zone),
	}
	if b.region() == global { // which the row's region does not say
		row.BucketType = strings.TrimSpace(b.LocationType + " " + b.Location)
	}
	return row
}
