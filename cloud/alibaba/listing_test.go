package alibaba_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/alibaba/alibabafake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
	"cloudsync/shorttest"
)

// What cloudpods #22974 got wrong: more than 1,000 hosts are more than 1,000 rows.
func TestManyHostsOverManyPages(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	w := newWorld(t, manyHosts(1234))
	rows, pages := listAll(t, w.worker(), resource.HostKind)
	require.Equal(t, 13, pages)
	require.Len(t, hashes(t, resource.HostKind, rows), 1234)
	for _, row := range rows {
		require.Equal(t, int64(40), row.(*resource.Host).DiskGiB)
	}
	require.Equal(t, 13, w.asked("DescribeInstances"))
	require.Equal(t, 3, w.asked("DescribeDisks"), "the disks are listed once, 500 at a time")
	disks, pages := listAll(t, w.worker(), resource.DiskKind)
	require.Equal(t, 3, pages)
	require.Len(t, hashes(t, resource.DiskKind, disks), 1234)
}

// The pages are those that a worker began and another one went on with.
func TestAnotherWorkerGoesOn(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		w := newWorld(t, everything())
		w.PageSize = 1
		first, err := w.worker().List(t.Context(), scopeOf(kind), "")
		require.NoError(t, err)
		require.Len(t, first.Rows, 1)
		rows, cursor := first.Rows, first.Next
		for cursor != "" {
			page, err := w.worker().List(t.Context(), scopeOf(kind), cursor)
			require.NoError(t, err)
			rows, cursor = append(rows, page.Rows...), page.Next
		}
		w.PageSize = 0
		whole, _ := listAll(t, w.worker(), kind)
		require.Equal(t, whole, rows, kind.Name())
		require.Greater(t, len(rows), 1)
	}
}

// Each listing has disks of its own time, and forgets them.
func TestTheDisksAreThoseOfTheListing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	client := w.worker()
	for _, size := range []int64{40, 90} {
		w.Update(func(accounts []*fake.Account) { accounts[0].Regions[0].Disks[0].SizeGiB = size })
		rows, _ := listAll(t, client, resource.HostKind)
		require.Equal(t, 200+size, rows[0].(*resource.Host).DiskGiB)
	}
	require.Equal(t, 2, w.asked("DescribeDisks"))
	// A worker that goes on with a listing after this one is over has disks of its own.
	w.PageSize = 1
	_, err := client.List(t.Context(), scopeOf(resource.HostKind), listOne(t, w).Next)
	require.NoError(t, err)
	require.Equal(t, 2+2*4, w.asked("DescribeDisks"))
}

// listOne is the first page, as another worker lists it.
func listOne(t *testing.T, w *world) cloud.Page {
	page, err := w.worker().List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	return page
}

func TestTotal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	for kind, total := range map[*resource.Kind]int64{resource.HostKind: 0, resource.DiskKind: 0, resource.DatabaseKind: 0, resource.LoadBalancerKind: 2, resource.CacheKind: 2} {
		page, err := w.worker().List(t.Context(), scopeOf(kind), "")
		require.NoError(t, err)
		all := page.Total
		for page.Next != "" { // of several lists, each tells its own
			page, err = w.worker().List(t.Context(), scopeOf(kind), page.Next)
			require.NoError(t, err)
			require.True(t, page.Begins)
			all += page.Total
		}
		require.Equal(t, total, all, kind.Name())
	}
}

// A cloud that knows no tokens answers the first of its numbered pages, and a total
// beside it: that is no whole listing.
func TestListingsThatEndEarly(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind   *resource.Kind
		action string
		body   string
		want   cloud.Class // "" for a page
	}{
		{resource.HostKind, "DescribeInstances", `{"Instances":{"Instance":[{"InstanceId":"i-1"}]},"PageSize":1,"TotalCount":58}`, cloud.Incomplete},
		{resource.HostKind, "DescribeInstances", `{"Instances":{"Instance":[{"InstanceId":"i-1"}]},"TotalCount":58}`, cloud.Incomplete},
		{resource.HostKind, "DescribeInstances", `{"Instances":{"Instance":[]},"PageSize":10,"TotalCount":58}`, cloud.Incomplete},
		{resource.HostKind, "DescribeInstances", `{"Instances":{"Instance":[{"InstanceId":"i-1"}]},"PageSize":10,"TotalCount":1}`, ""},
		{resource.HostKind, "DescribeInstances", `{"Instances":{"Instance":[{"InstanceId":"i-1"}]},"PageSize":1,"TotalCount":58,"NextToken":"n"}`, ""},
		{resource.HostKind, "DescribeInstances", `{"Instances":{"Instance":[{"InstanceId":"i-1"}]},"PageSize":1,"TotalCount":-1,"NextToken":"n"}`, ""},
		{resource.HostKind, "DescribeDisks", `{"Disks":{"Disk":[{"DiskId":"d-1"}]},"PageSize":1,"TotalCount":58}`, cloud.Incomplete},
		{resource.DiskKind, "DescribeDisks", `{"Disks":{"Disk":[{"DiskId":"d-1"}]},"PageSize":1,"TotalCount":58}`, cloud.Incomplete},
		{resource.DatabaseKind, "DescribeDBInstances", `{"Items":{"DBInstance":[{"DBInstanceId":"rm-1"}]},"PageRecordCount":1,"TotalRecordCount":58}`, cloud.Incomplete},
		{resource.DatabaseKind, "DescribeDBInstances", `{"Items":{"DBInstance":[{"DBInstanceId":"rm-1"}]},"PageRecordCount":1,"TotalRecordCount":1}`, ""},
		{resource.LoadBalancerKind, "DescribeLoadBalancers", `{"LoadBalancers":{"LoadBalancer":[{"LoadBalancerId":"lb-1"}]},"PageSize":1}`, cloud.BadAnswer},
		{resource.LoadBalancerKind, "DescribeLoadBalancers", `{"LoadBalancers":{"LoadBalancer":[{"LoadBalancerId":"lb-1"}]},"TotalCount":null}`, cloud.BadAnswer},
		{resource.CacheKind, alibabafake.CacheAction, `{"Instances":{"KVStoreInstance":[{"InstanceId":"r-1"}]},"PageSize":1}`, cloud.BadAnswer},
	} {
		w := newWorld(t, everything())
		w.Record(test.action, []byte(test.body))
		page, err := w.worker().List(t.Context(), scopeOf(test.kind), "")
		if test.want == "" {
			require.NoError(t, err, test.body)
			require.Len(t, page.Rows, 1)
			continue
		}
		requireClass(t, test.want, page, err, test.body)
	}
	// Beside a token the total means nothing, and a look-up goes on until all is known.
	w := newWorld(t, everything())
	w.Record("DescribeInstances", []byte(`{"Instances":{"Instance":[{"InstanceId":"i-1"}]},"PageSize":1,"TotalCount":58}`))
	page, err := w.worker().List(t.Context(), scopeOf(resource.HostKind), "a token")
	require.NoError(t, err)
	require.Empty(t, page.Next)
	found, err := w.worker().Lookup(t.Context(), scopeOf(resource.HostKind), []string{"i-1"})
	require.NoError(t, err)
	require.Equal(t, []string{"i-1"}, found)
}

// Tags of databases are asked for by 50 ids.
func TestTagsOfManyDatabases(t *testing.T) {
	t.Parallel()
	region := &fake.Region{Name: beijing}
	for i := range 120 {
		region.Databases = append(region.Databases, fake.Database{ID: fmt.Sprintf("rm-%03d", i), Tags: map[string]string{"number": fmt.Sprint(i)}})
	}
	w := newWorld(t, region)
	rows, pages := listAll(t, w.worker(), resource.DatabaseKind)
	require.Equal(t, 2+listsOf[resource.DatabaseKind]-1, pages)
	require.Equal(t, 3, w.asked("ListTagResources"))
	for i, row := range rows {
		require.Equal(t, map[string]string{"number": fmt.Sprint(i)}, row.(*resource.Database).Tags)
	}
}

func TestTagsOnSeveralPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Break(fake.Fault{Action: "ListTagResources", Cursor: true, Body: `{"TagResources":{"TagResource":[{"ResourceId":"rm-1","TagKey":"b","TagValue":"2"}]},"NextToken":""}`})
	w.Break(fake.Fault{Action: "ListTagResources", Body: `{"TagResources":{"TagResource":[{"ResourceId":"rm-1","TagKey":"a","TagValue":"1"}]},"NextToken":"more"}`})
	rows, _ := listAll(t, w.worker(), resource.DatabaseKind)
	require.Equal(t, map[string]string{"a": "1", "b": "2"}, rows[0].(*resource.Database).Tags)
	require.Nil(t, rows[1].(*resource.Database).Tags)
}

// A disk that two pages have is one.
func TestADiskOnTwoPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	disk := func(id string, size int) string {
		return fmt.Sprintf(`{"DiskId":%q,"InstanceId":"i-1","Size":%d}`, id, size)
	}
	w.Break(fake.Fault{Action: "DescribeDisks", Cursor: true, Body: `{"Disks":{"Disk":[` + disk("d-2", 20) + `,` + disk("d-3", 40) + `]},"NextToken":""}`})
	w.Break(fake.Fault{Action: "DescribeDisks", Body: `{"Disks":{"Disk":[` + disk("d-1", 10) + `,` + disk("d-2", 20) + `]},"NextToken":"more"}`})
	rows, _ := listAll(t, w.worker(), resource.HostKind)
	require.Equal(t, int64(70), rows[0].(*resource.Host).DiskGiB)
}

// A disk that does not say whose it is stays an error, however often it is asked for.
func TestADiskOnALaterPageThatDoesNotSayWhoseItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Break(fake.Fault{Action: "DescribeDisks", Cursor: true, Body: `{"Disks":{"Disk":[{"DiskId":"d-2","Size":20,"Attachments":"i-1"}]},"NextToken":""}`})
	w.Break(fake.Fault{Action: "DescribeDisks", Body: `{"Disks":{"Disk":[{"DiskId":"d-1","InstanceId":"i-1","Size":10}]},"NextToken":"more"}`})
	client := w.worker()
	for range 2 {
		page, err := client.List(t.Context(), scopeOf(resource.HostKind), "")
		requireClass(t, cloud.BadAnswer, page, err, "whose?")
		require.ErrorContains(t, err, `DescribeDisks of cn-beijing: bad_answer: whose is it? disk "d-2"`)
	}
}

// An odd disk that is attached to nothing is no host's.
func TestAnOddDiskOfNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Record("DescribeDisks", []byte(`{"Disks":{"Disk":[{"DiskId":"d-1","InstanceId":"i-1","Size":10},{"DiskId":"d-2","InstanceId":"","Tags":"none"}]}}`))
	page, err := w.worker().List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	require.Empty(t, page.Problems)
	require.NotEmpty(t, page.Rows)
}

func TestATokenThatComesAgainIsNoPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Record("DescribeDisks", []byte(`{"Disks":{"Disk":[{"DiskId":"d-1"}]},"NextToken":"again"}`))
	_, err := w.worker().List(t.Context(), scopeOf(resource.HostKind), "")
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err))
	require.ErrorContains(t, err, "the next page's token is that of this page")
}

func TestLookup(t *testing.T) {
	t.Parallel()
	for kind, ids := range map[*resource.Kind][]string{
		resource.HostKind: {"i-1", "i-2"}, resource.DiskKind: {"d-1", "d-4"},
		resource.DatabaseKind: {"rm-1", "pgm-2"}, resource.LoadBalancerKind: {"lb-1", "lb-2"}, resource.CacheKind: {"r-1", "m-2"},
	} {
		client := newWorld(t, everything()).worker()
		limit := client.LookupLimit(kind.Name())
		full := append([]string{}, ids...)
		for i := len(full); i < limit; i++ {
			full = append(full, fmt.Sprintf("%s-gone-%d", ids[0], i))
		}
		for name, test := range map[string]struct{ asked, want []string }{
			"none asked for":     {nil, nil},
			"existing":           {ids, ids},
			"absent":             {[]string{ids[0] + "0"}, nil},
			"mixed":              {[]string{"gone", ids[1]}, ids[1:]},
			"at the limit":       {full, ids},
			"of another form":    {[]string{`"]`, "vm/一", strings.Repeat("x", 255), ids[0]}, ids[:1]},
			"another form alone": {[]string{`a b&c="d"`}, nil},
		} {
			found, err := client.Lookup(t.Context(), scopeOf(kind), test.asked)
			require.NoError(t, err, "%s %s", kind.Name(), name)
			require.ElementsMatch(t, test.want, found, "%s %s", kind.Name(), name)
		}
	}
}

// An answer that is cut to a page makes nothing absent, whether it says so or not.
func TestLookupByPages(t *testing.T) {
	t.Parallel()
	for kind, ids := range map[*resource.Kind][]string{
		resource.HostKind: {"i-1", "i-2"}, resource.DiskKind: {"d-1", "d-2", "d-4"},
		resource.DatabaseKind: {"rm-1", "pgm-2"}, resource.LoadBalancerKind: {"lb-1", "lb-2"}, resource.CacheKind: {"r-1", "m-2"},
	} {
		w := newWorld(t, everything())
		w.PageSize = 1
		found, err := w.worker().Lookup(t.Context(), scopeOf(kind), append([]string{"gone"}, ids...))
		require.NoError(t, err, kind.Name())
		require.ElementsMatch(t, ids, found, kind.Name())
	}
	w := newWorld(t, everything())
	w.Break(fake.Fault{Action: "DescribeInstances", Times: 1, Body: `{"Instances":{"Instance":[{"InstanceId":"i-1"}]},"NextToken":""}`})
	found, err := w.worker().Lookup(t.Context(), scopeOf(resource.HostKind), []string{"i-1", "i-2"})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"i-1", "i-2"}, found)
}

// Several ids in one, as an edited row may have, are not several load balancers.
func TestLookupOfSeveralIDsInOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	for _, odd := range []string{"lb-1,lb-2", "gone,", ""} {
		found, err := w.worker().Lookup(t.Context(), scopeOf(resource.LoadBalancerKind), []string{odd})
		require.NoError(t, err)
		require.Equal(t, []string{odd}, found)
		require.Zero(t, w.asked("DescribeLoadBalancers"))
	}
	found, err := w.worker().Lookup(t.Context(), scopeOf(resource.LoadBalancerKind), []string{"gone", "lb-1,gone", "lb-2"})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"lb-1,gone", "lb-2"}, found)
}

// An answer that is not to what was asked makes nothing absent.
func TestLookupAnswersThatSayNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind *resource.Kind
		body string
	}{
		{resource.HostKind, `{"Instances":{"Instance":[{"InstanceId":"i-9"}]}}`},
		{resource.DiskKind, `{"Disks":{"Disk":[{"DiskId":"d-9"}]}}`},
		{resource.DiskKind, `{"Disks":{"Disk":[]},"NextToken":"again"}`},
		{resource.DatabaseKind, `{"Items":{"DBInstance":[{"DBInstanceId":"rm-9"}]}}`},
		{resource.LoadBalancerKind, `{"LoadBalancers":{"LoadBalancer":[{"LoadBalancerId":"lb-9"}]},"TotalCount":1}`},
		{resource.LoadBalancerKind, `{"LoadBalancers":{"LoadBalancer":[]},"TotalCount":1}`},
		{resource.LoadBalancerKind, `{"LoadBalancers":{"LoadBalancer":[]},"TotalCount":"x"}`},
		{resource.CacheKind, `{"Instances":{"KVStoreInstance":[{"InstanceId":"r-9"}]},"TotalCount":1}`},
	} {
		w := newWorld(t, everything())
		w.Record(actionOf[test.kind], []byte(test.body))
		found, err := w.worker().Lookup(t.Context(), scopeOf(test.kind), []string{"x-1"})
		requireClass(t, cloud.BadAnswer, cloud.Page{}, err, test.body)
		require.Empty(t, found)
	}
}

// The provider's own word that one database does not exist is about that one.
func TestLookupOfADatabaseThatIsNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Break(fake.Fault{Action: "DescribeDBInstances", Times: 1, Status: 404, Body: `{"Code":"InvalidDBInstanceName.NotFound","Message":"The database instance does not exist."}`})
	found, err := w.worker().Lookup(t.Context(), scopeOf(resource.DatabaseKind), []string{"rm-1", "pgm-2"})
	require.NoError(t, err)
	require.Equal(t, []string{"rm-1"}, found, "the other is asked for first")
}

func TestRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &fake.Region{Name: "cn-shanghai"}, &fake.Region{Name: "us-west-1", Disabled: true}, everything())
	regions, err := w.worker().Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"cn-beijing", "cn-shanghai"}, regions)

	settings := w.settings()
	settings.Regions = []string{"eu-central-1"}
	regions, err = adapterOf(settings).Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"eu-central-1"}, regions)

	for _, body := range []string{`{}`, `{"Regions":{"Region":[]}}`, `{"Regions":{"Region":[{"LocalName":"x"}]}}`} {
		w.Record("DescribeRegions", []byte(body))
		_, err = w.worker().Regions(t.Context())
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), body)
	}
}
