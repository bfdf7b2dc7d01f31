package huawei_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/resource"
)

const southern = "cn-south-1"

func someBuckets() []resource.Bucket {
	return []resource.Bucket{
		{Meta: meta("logs"), Name: "logs", BucketType: "OBJECT", CloudCreatedAt: date(19)},
		{Meta: meta("shared.files"), Name: "shared.files", BucketType: "POSIX"},
	}
}

// newBucketWorld has buckets in two regions.
func newBucketWorld(t testing.TB) world {
	w := newWorld(t, fake.Region{Buckets: someBuckets()})
	w.Update(func(accounts []*fake.Account) {
		accounts[0].Regions = append(accounts[0].Regions, &fake.Region{Name: southern, Buckets: []resource.Bucket{{Meta: meta("far"), BucketType: "OBJECT"}}})
	})
	return w
}

func bucketScope(region string) resource.Scope {
	scope := scopeOf(resource.BucketKind)
	scope.Region = region
	return scope
}

// One list of the account serves its regions.
func TestBucketsOfEachRegion(t *testing.T) {
	t.Parallel()
	w := newBucketWorld(t)
	client := w.open()
	page, err := client.List(t.Context(), bucketScope(beijing), "")
	require.NoError(t, err)
	require.Equal(t, pointers(someBuckets()), page.Rows)
	page, err = client.List(t.Context(), bucketScope(southern), "")
	require.NoError(t, err)
	require.Equal(t, []string{"far"}, ids(page.Rows))
	require.Equal(t, 1, w.count(huaweifake.BucketsAction))
	_, err = client.List(t.Context(), bucketScope("la-south-2"), "")
	classed(t, cloud.RegionDisabled, err)
}

func TestBucketsOverPages(t *testing.T) {
	t.Parallel()
	var many []resource.Bucket
	for i := range 2001 {
		many = append(many, resource.Bucket{Meta: meta(fmt.Sprintf("bucket-%04d", i))})
	}
	w := newWorld(t, fake.Region{Buckets: many})
	client := w.open()
	first, err := client.List(t.Context(), bucketScope(beijing), "")
	require.NoError(t, err)
	require.Len(t, first.Rows, 1000)
	rest := resumedAt(t, client, resource.BucketKind, first.Next)
	require.Len(t, rest, 1001)
	require.Equal(t, 1, w.count(huaweifake.BucketsAction))
}

// Absence is looked for in a new list.
func TestLookupOfBuckets(t *testing.T) {
	t.Parallel()
	w := newBucketWorld(t)
	client := w.open()
	_, err := client.List(t.Context(), bucketScope(beijing), "")
	require.NoError(t, err)
	w.region(func(r *fake.Region) { r.Buckets = r.Buckets[:1] })
	existing, err := client.Lookup(t.Context(), bucketScope(beijing), []string{"logs", "shared.files", "far"})
	require.NoError(t, err)
	require.Equal(t, []string{"logs"}, existing)
	require.Equal(t, 2, w.count(huaweifake.BucketsAction))
}

func TestFaultsOfBucketsHaveClasses(t *testing.T) {
	t.Parallel()
	ofOBS := func(code string) string { return "<Error><Code>" + code + "</Code><Message>m</Message></Error>" }
	for name, test := range map[string]struct {
		fault fake.Fault
		want  cloud.Class
	}{
		"denied":                  {fake.Fault{Verdict: fake.Denied}, cloud.Denied},
		"throttled":               {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled},
		"an error of the server":  {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable},
		"a wrong signature":       {fake.Fault{Status: http.StatusForbidden, Body: ofOBS("SignatureDoesNotMatch")}, cloud.InvalidCredential},
		"a token that has ended":  {fake.Fault{Status: http.StatusBadRequest, Body: ofOBS("ExpiredToken")}, cloud.InvalidCredential},
		"another code":            {fake.Fault{Status: http.StatusForbidden, Body: ofOBS("AllAccessDisabled")}, cloud.Denied},
		"a page of a proxy":       {fake.Fault{Status: http.StatusBadGateway, Body: "<html>Bad Gateway"}, cloud.Unavailable},
		"a page instead of data":  {fake.Fault{Body: "<html><body>Welcome</body></html>"}, cloud.BadAnswer},
		"JSON":                    {fake.Fault{Body: `{"Buckets":[]}`}, cloud.BadAnswer},
		"an empty document":       {fake.Fault{Body: " "}, cloud.BadAnswer},
		"half a document":         {fake.Fault{Body: "<ListAllMyBucketsResult><Buckets><Bucket>"}, cloud.BadAnswer},
		"no list":                 {fake.Fault{Body: "<ListAllMyBucketsResult><Owner/></ListAllMyBucketsResult>"}, cloud.BadAnswer},
		"a redirection":           {fake.Fault{Status: http.StatusFound, Body: " "}, cloud.BadAnswer},
		"cut short":               {fake.Fault{Body: "<ListAllMyBucketsResult>", Truncated: true}, cloud.Unavailable},
		"more, and not where":     {fake.Fault{Body: "<ListAllMyBucketsResult><Buckets/><IsTruncated>true</IsTruncated></ListAllMyBucketsResult>"}, cloud.BadAnswer},
		"more, and again the one": {fake.Fault{Body: "<ListAllMyBucketsResult><Buckets/><IsTruncated>true</IsTruncated><NextMarker>a</NextMarker></ListAllMyBucketsResult>"}, cloud.BadAnswer},
	} {
		w := newBucketWorld(t)
		client := w.open()
		fault := test.fault
		fault.Action = huaweifake.BucketsAction
		w.Break(fault)
		page, err := client.List(t.Context(), bucketScope(beijing), "")
		require.Error(t, err, name)
		classed(t, test.want, err)
		require.ErrorContains(t, err, "huawei/prod: ListBuckets", name)
		require.Empty(t, page)
		existing, err := client.Lookup(t.Context(), bucketScope(beijing), []string{"gone"})
		classed(t, test.want, err)
		require.Empty(t, existing)
		w.Mend()
		page, err = client.List(t.Context(), bucketScope(beijing), "")
		require.NoError(t, err, name)
		require.Len(t, page.Rows, 2)
	}
}

// A key that OBS alone does not take is not the account's: IAM took it.
func TestBucketsWithAKeyOfNobody(t *testing.T) {
	t.Parallel()
	w := newBucketWorld(t)
	w.settings.Credential.Token = cloud.SecretText("TheSessionToken")
	client := w.open()
	_, err := client.List(t.Context(), bucketScope(beijing), "")
	require.NoError(t, err)
	w.Break(fake.Fault{Action: huaweifake.BucketsAction, Verdict: fake.InvalidCredential})
	_, err = client.Lookup(t.Context(), bucketScope(beijing), []string{"gone"})
	classed(t, cloud.InvalidCredential, err)
	require.NotContains(t, err.Error(), "TheSessionToken")
}

func TestListingBucketsEndsWithItsContext(t *testing.T) {
	t.Parallel()
	w := newBucketWorld(t)
	w.Break(fake.Fault{Action: huaweifake.BucketsAction, Delay: 5 * time.Minute})
	began := time.Now()
	_, err := w.open().List(within(t, 100*time.Millisecond), bucketScope(beijing), "")
	classed(t, cloud.Timeout, err)
	require.Less(t, time.Since(began), 20*time.Second)
}

func bucketAnswer(elements string) []byte {
	return []byte("<ListAllMyBucketsResult><Buckets>" + elements + "</Buckets></ListAllMyBucketsResult>")
}

// One odd date costs one row, although the SDK refuses the answer for it. A bucket that does
// not say where it is may be in any region.
func TestOddBuckets(t *testing.T) {
	t.Parallel()
	w := newBucketWorld(t)
	w.Record(huaweifake.BucketsAction, bucketAnswer("<Bucket><Name>a</Name><Location>cn-north-4</Location><CreationDate>soon</CreationDate></Bucket>"+
		"<Bucket><Name>b</Name><Location>cn-north-4</Location></Bucket><Bucket><Name>c</Name></Bucket><Bucket><Location>cn-north-4</Location></Bucket>"))
	page, err := w.open().List(t.Context(), bucketScope(beijing), "")
	require.NoError(t, err)
	require.Equal(t, []resource.Row{&resource.Bucket{Meta: meta("b"), Name: "b"}}, page.Rows)
	require.ElementsMatch(t, []cloud.Problem{
		{NativeID: "a", Text: `bucket "a": CreationDate makes no sense: "soon"`},
		{NativeID: "c", Text: `bucket "c": it has no location`},
		{Text: "bucket without an id"},
	}, page.Problems)
}

// The list of all goes on where it was cut.
func TestBucketsThatAreNotAllInOneAnswer(t *testing.T) {
	t.Parallel()
	w := newBucketWorld(t)
	w.Break(fake.Fault{Action: huaweifake.BucketsAction, Times: 1, Body: `<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name><Location>cn-north-4</Location></Bucket></Buckets>
		<IsTruncated>true</IsTruncated><NextMarker>a</NextMarker></ListAllMyBucketsResult>`})
	page, err := w.open().List(t.Context(), bucketScope(beijing), "")
	require.NoError(t, err)
	require.Equal(t, []string{"a", "logs", "shared.files"}, ids(page.Rows))
}

func FuzzBuckets(f *testing.F) {
	for _, seed := range []string{string(bucketAnswer("<Bucket><Name>a</Name><Location>cn-north-4</Location></Bucket>")), string(bucketAnswer("x<Bucket/>")), "", "<a", "{}"} {
		f.Add([]byte(seed))
	}
	w := newBucketWorld(f)
	client := w.open()
	f.Fuzz(func(t *testing.T, answer []byte) {
		w.Record(huaweifake.BucketsAction, answer)
		_, err := client.Lookup(t.Context(), bucketScope(beijing), []string{"a"})
		if err != nil {
			require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), err.Error())
		}
		page, err := client.List(t.Context(), bucketScope(beijing), "")
		if err != nil {
			require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), err.Error())
			require.Empty(t, page)
		}
	})
}
