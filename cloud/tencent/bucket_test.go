package tencent_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/tencent/tencentfake"
	"cloudsync/resource"
	"cloudsync/shorttest"
)

func bucketsIn(region string, names ...string) *fake.Region {
	r := &fake.Region{Name: region}
	for _, name := range names {
		r.Buckets = append(r.Buckets, resource.Bucket{Meta: meta(name), Name: name, BucketType: "cos", CloudCreatedAt: at("2019-05-24T11:49:50Z")})
	}
	return r
}

func scopeIn(region string) resource.Scope {
	scope := scopeOf(resource.BucketKind)
	scope.Region = region
	return scope
}

// bucketsXML is an answer of COS.
func bucketsXML(buckets string) []byte {
	return []byte(`<?xml version='1.0' encoding='utf-8' ?><ListAllMyBucketsResult><Owner><ID>qcs::cam::uin/1:uin/1</ID><DisplayName>1</DisplayName></Owner><Buckets>` +
		buckets + `</Buckets><IsTruncated>false</IsTruncated></ListAllMyBucketsResult>`)
}

// One list is of all regions, each of which has its own.
func TestBuckets(t *testing.T) {
	t.Parallel()
	c := newCloud(bucketsIn(beijing, "logs-1250000000", "data-1250000000"), bucketsIn("ap-shanghai", "far-1250000000"), &fake.Region{Name: "ap-guangzhou"})
	client := enter(t, c)
	requireRows(t, resource.BucketKind, []resource.Row{
		&resource.Bucket{Meta: meta("data-1250000000"), Name: "data-1250000000", BucketType: "cos", CloudCreatedAt: at("2019-05-24T11:49:50Z")},
		&resource.Bucket{Meta: meta("logs-1250000000"), Name: "logs-1250000000", BucketType: "cos", CloudCreatedAt: at("2019-05-24T11:49:50Z")},
	}, list(t, client, resource.BucketKind))
	for region, rows := range map[string]int{"ap-shanghai": 1, "ap-guangzhou": 0, "xx-nowhere": 0} {
		page, err := client.List(t.Context(), scopeIn(region), "")
		require.NoError(t, err)
		require.Len(t, page.Rows, rows, region)
	}
	require.Equal(t, map[string]int{"GetCallerIdentity": 1, tencentfake.BucketAction: 1}, actionsOf(c))
}

// A page of COS has 2,000 buckets, one out of the list 1,000.
func TestManyBuckets(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	c := newCloud(bucketsIn(beijing, numbered(4500, "b", func(id string) string { return id })...))
	require.Len(t, list(t, enter(t, c), resource.BucketKind), 4500)
	require.Equal(t, 3, actionsOf(c)[tencentfake.BucketAction])
	c.PageSize = 100
	first, err := enter(t, c).List(t.Context(), scopeIn(beijing), "")
	require.NoError(t, err)
	require.Len(t, listFrom(t, enter(t, c), resource.BucketKind, first.Next), 3500, "another worker goes on")
}

// No bucket is taken for gone but by a whole new list.
func TestLookupOfBuckets(t *testing.T) {
	t.Parallel()
	c := newCloud(bucketsIn(beijing, "data-1", "logs-1"), bucketsIn("ap-shanghai", "far-1"))
	client := enter(t, c)
	list(t, client, resource.BucketKind)
	c.Update(func(accounts []*fake.Account) { accounts[0].Regions[0] = bucketsIn(beijing, "data-1") })
	existing, err := client.Lookup(t.Context(), scopeIn(beijing), []string{"data-1", "logs-1", "far-1"})
	require.NoError(t, err)
	require.Equal(t, []string{"data-1"}, existing)
	c.Break(fake.Fault{Action: tencentfake.BucketAction, Verdict: fake.Denied})
	existing, err = client.Lookup(t.Context(), scopeIn(beijing), []string{"logs-1"})
	require.Equal(t, cloud.Denied, cloud.ClassOf(err))
	require.Empty(t, existing)
}

func TestRareFormsOfBuckets(t *testing.T) {
	t.Parallel()
	c := newCloud()
	c.Record(tencentfake.BucketAction, bucketsXML(`
		<Bucket><Name>a-1</Name><Location>ap-beijing</Location></Bucket>
		<Bucket><Name>b-1</Name><Location>ap-beijing</Location><CreationDate>today</CreationDate></Bucket>
		<Bucket><Name>c-1</Name><CreationDate>2019-05-24T11:49:50Z</CreationDate></Bucket>
		<Bucket><Location>ap-beijing</Location></Bucket>
		<Bucket><Name>d-1</Name><Location>ap-beijing</Location><BucketType>ofs</BucketType><Tagging><Tag/></Tagging></Bucket>`))
	page, err := enter(t, c).List(t.Context(), scopeIn(beijing), "")
	require.NoError(t, err)
	require.Equal(t, []resource.Row{
		&resource.Bucket{Meta: meta("a-1"), Name: "a-1"}, &resource.Bucket{Meta: meta("d-1"), Name: "d-1", BucketType: "ofs"},
	}, page.Rows)
	require.Equal(t, []cloud.Problem{
		{NativeID: "c-1", Text: `bucket "c-1": it has no location`},
		{Text: "bucket without an id"},
		{NativeID: "b-1", Text: `bucket "b-1": CreationDate makes no sense: "today"`},
	}, page.Problems)
}

func TestErrorsOfBuckets(t *testing.T) {
	t.Parallel()
	refused := func(code string, status int) fake.Fault {
		body := fmt.Sprintf("<?xml version='1.0'?><Error><Code>%s</Code><Message>key %s</Message><RequestId>NWQ0</RequestId><StringToSign>planted</StringToSign></Error>", code, secretKey)
		return fake.Fault{Status: status, Body: body}
	}
	for name, test := range map[string]struct {
		fault fake.Fault
		class cloud.Class
	}{
		"an unknown key":         {fake.Fault{Verdict: fake.InvalidCredential}, cloud.InvalidCredential},
		"a wrong signature":      {refused("SignatureDoesNotMatch", 403), cloud.InvalidCredential},
		"a wrong clock":          {refused("RequestTimeTooSkewed", 403), cloud.InvalidCredential},
		"denied":                 {fake.Fault{Verdict: fake.Denied}, cloud.Denied},
		"another 403":            {refused("NoSuchThing", 403), cloud.Denied},
		"throttled":              {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled},
		"server error":           {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable},
		"a wrong parameter":      {refused("InvalidArgument", 400), cloud.BadAnswer},
		"a proxy's 502":          {fake.Fault{Status: http.StatusBadGateway, Body: "<html>planted"}, cloud.Unavailable},
		"a proxy's 404":          {fake.Fault{Status: http.StatusNotFound, Body: "planted"}, cloud.BadAnswer},
		"a proxy's page":         {fake.Fault{Body: "<html><body>planted</body></html>"}, cloud.BadAnswer},
		"JSON":                   {fake.Fault{Body: `{"Response":{}}`}, cloud.BadAnswer},
		"nothing":                {fake.Fault{Body: " "}, cloud.BadAnswer},
		"no list":                {fake.Fault{Body: "<ListAllMyBucketsResult><Owner/></ListAllMyBucketsResult>"}, cloud.BadAnswer},
		"cut short":              {fake.Fault{Body: string(bucketsXML("")), Truncated: true}, cloud.Unavailable},
		"half a document":        {fake.Fault{Body: string(bucketsXML(""))[:120]}, cloud.BadAnswer},
		"more, and nobody knows": {fake.Fault{Body: strings.Replace(string(bucketsXML("")), "false", "true", 1)}, cloud.BadAnswer},
		"a redirect":             {fake.Fault{Status: http.StatusTemporaryRedirect, Body: "elsewhere"}, cloud.BadAnswer},
	} {
		c := newCloud(bucketsIn(beijing, "data-1"))
		fault := test.fault
		fault.Action = tencentfake.BucketAction
		c.Break(fault)
		page, err := enter(t, c).List(t.Context(), scopeIn(beijing), "")
		require.Equal(t, test.class, cloud.ClassOf(err), "%s: %v", name, err)
		require.ErrorContains(t, err, "tencent/prod: GetService")
		require.Empty(t, page)
		requireShowsNothing(t, strings.ReplaceAll(err.Error(), "?…", ""))
		require.Equal(t, test.class == cloud.Throttled, retryAfter(t, err) == time.Second, name)
	}
}

// The list that is read anew with each page shows a bucket once.
func TestAMarkerThatDoesNotMove(t *testing.T) {
	t.Parallel()
	c := newCloud()
	c.Record(tencentfake.BucketAction, []byte(strings.Replace(string(bucketsXML(`<Bucket><Name>a-1</Name><Location>ap-beijing</Location></Bucket>`)),
		"<IsTruncated>false</IsTruncated>", "<IsTruncated>true</IsTruncated><NextMarker>a-1</NextMarker>", 1)))
	_, err := enter(t, c).List(t.Context(), scopeIn(beijing), "")
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err))
}

func FuzzBuckets(f *testing.F) {
	for _, buckets := range []string{``, `<Bucket/>`, `<Bucket>x</Bucket>`, `<Bucket><Name>a</Name><Location>ap-beijing</Location><CreationDate>9999999</CreationDate></Bucket>`} {
		f.Add(bucketsXML(buckets))
	}
	f.Add([]byte(`<Error><Code>AccessDenied</Code></Error>`))
	api := tencentfake.New(newCloud())
	var body atomic.Pointer[[]byte]
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			api.ServeHTTP(w, r)
			return
		}
		_, _ = w.Write(*body.Load())
	})
	client := enterAt(f, handler)
	f.Fuzz(func(t *testing.T, content []byte) {
		body.Store(&content)
		got, err := client.List(t.Context(), scopeIn(beijing), "")
		requireRowsOrBadAnswer(t, resource.BucketKind, content, got, err)
		existing, err := client.Lookup(t.Context(), scopeIn(beijing), []string{"a"})
		if err != nil {
			require.Empty(t, existing)
		}
	})
}
