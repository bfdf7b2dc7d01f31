package aws_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func someBuckets() []resource.Bucket {
	return []resource.Bucket{
		{Meta: resource.Meta{NativeID: "logs"}, Name: "logs", Tags: map[string]string{"team": "search", "空": ""}, CloudCreatedAt: utc(1, 2)},
		{Meta: resource.Meta{NativeID: "logs-of-2024"}, Name: "logs-of-2024", CloudCreatedAt: utc(2, 3)},
	}
}

func bucketsXML(inner string) string {
	return "<ListAllMyBucketsResult><Owner><ID>1</ID></Owner><Buckets><Bucket>" + inner + "</Bucket></Buckets></ListAllMyBucketsResult>"
}

// A bucket is asked for by what its name begins with, which other names may do as well.
func TestBucketLookup(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	c.PageSize = 1
	client := newClient(t, c)
	require.Equal(t, 20, client.LookupLimit(resource.BucketKind.Name()))
	for name, test := range map[string]struct{ asked, want []string }{
		"existing":              {[]string{"logs"}, []string{"logs"}},
		"both":                  {[]string{"logs-of-2024", "logs"}, []string{"logs", "logs-of-2024"}},
		"absent":                {[]string{"gone"}, nil},
		"the beginning of some": {[]string{"log", "logs-", "logs-of-2024"}, []string{"logs-of-2024"}},
		"of another form":       {[]string{"*", "LOGS", "logs/x&prefix=logs", ""}, nil},
		"nothing":               {nil, nil},
	} {
		found, err := client.Lookup(t.Context(), scopeOf(resource.BucketKind), test.asked)
		require.NoError(t, err, name)
		require.ElementsMatch(t, test.want, found, name)
	}
	// One that nobody can name may be the one.
	c.Record("ListBuckets", []byte(bucketsXML("<BucketRegion>"+region+"</BucketRegion>")))
	_, err := client.Lookup(t.Context(), scopeOf(resource.BucketKind), []string{"logs"})
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err))
}

// A bucket that does not say where it is may be of any region.
func TestABucketOfNoRegion(t *testing.T) {
	t.Parallel()
	page := recorded(t, newCloud(few()), resource.BucketKind, "ListBuckets", bucketsXML("<Name>logs</Name>"))
	require.Empty(t, page.Rows)
	require.Equal(t, []cloud.Problem{{NativeID: "logs", Text: `bucket "logs": it does not say its region`}}, page.Problems)
}

func TestBucketsOfAnotherRegion(t *testing.T) {
	t.Parallel()
	of := few()
	of.Buckets[0].Region = "us-east-1"
	c := newCloud(of)
	require.Len(t, list(t, newClient(t, c), resource.BucketKind), 1)
	change(c, func(r *fake.Region) { r.Buckets = r.Buckets[:1] })
	failed := failure(t.Context(), t, newClient(t, c), resource.BucketKind, "")
	require.Equal(t, cloud.BadAnswer, failed.Class)
	require.ErrorContains(t, failed, "us-east-1")
}

// A bucket of China has an ARN of its partition.
func TestTagsOfABucketOfChina(t *testing.T) {
	t.Parallel()
	c := newCloud(&fake.Region{Name: "cn-north-1", Buckets: someBuckets()})
	c.Record("GetResources", []byte(`{"ResourceTagMappingList":[{"ResourceARN":"arn:aws-cn:s3:::logs","Tags":[{"Key":"a","Value":"b"}]}]}`))
	scope := scopeOf(resource.BucketKind)
	scope.Region = "cn-north-1"
	page, err := newClient(t, c).List(t.Context(), scope, "")
	require.NoError(t, err)
	for _, row := range page.Rows {
		require.Equal(t, row.RowMeta().NativeID == "logs", row.(*resource.Bucket).Tags["a"] == "b")
	}
}
