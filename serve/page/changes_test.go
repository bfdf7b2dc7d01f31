package page_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
	"cloudsync/serve/page"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// later lets the pages be looked at after what a test does.
func later(o *page.Options) { o.Now = func() time.Time { return time.Now().Add(time.Minute) } }

// moment is a time that is between what was done before and what is done next.
func moment() string {
	await()
	defer await()
	return time.Now().UTC().Format(time.RFC3339Nano)
}

// await lets the clock go on: two changes of one moment cannot be told apart.
func await() {
	for start := time.Now(); time.Since(start) < time.Millisecond; {
		runtime.Gosched()
	}
}

// changed is a host with another status, sealed as the row before was.
func changed(t *testing.T, row resource.Row, change func(*resource.Host)) resource.Row {
	t.Helper()
	host := *row.(*resource.Host)
	change(&host)
	require.NoError(t, resource.HostKind.Seal(&host, inventorytest.ScopeOf(resource.HostKind, &host), 0))
	return &host
}

// eventful has three hosts in Beijing and one in Shanghai, of which one changed, one was deleted, and
// one came and went.
func eventful(t *testing.T) (s *store.Store, before, between string) {
	t.Helper()
	s = storetest.Open(t)
	rows := hosts("prod", "beijing", 3)
	inventorytest.Apply(t, s, "run-first", resource.HostKind, diff.Add, rows)
	before = moment()
	inventorytest.Apply(t, s, "run-second", resource.HostKind, diff.Modify, []resource.Row{changed(t, rows[0], func(h *resource.Host) {
		h.Status, h.PublicIPs, h.Tags = "Stopped", []string{"1.2.3.4"}, map[string]string{"env": "test"}
	})})
	between = moment()
	inventorytest.Apply(t, s, "run-third", resource.HostKind, diff.Delete, rows[1:2])
	inventorytest.Apply(t, s, "run-fourth", resource.HostKind, diff.Add, hosts("prod", "shanghai", 1))
	passing := hosts("prod", "tokyo", 1)
	inventorytest.Apply(t, s, "run-fifth", resource.HostKind, diff.Add, passing)
	inventorytest.Apply(t, s, "run-sixth", resource.HostKind, diff.Delete, passing)
	return s, before, between
}

func TestChangesNewestFirst(t *testing.T) {
	t.Parallel()
	s, _, _ := eventful(t)
	status, body := open(t, s, later).get("/changes")
	require.Equal(t, http.StatusOK, status)
	seen := words(body)
	for _, want := range []string{"status : – → became Stopped", "tags.env : – → became test", "public_ips : + came: 1.2.3.4", "modified host i-0 mock/prod/beijing", "deleted host i-1 web-1 mock/prod/beijing"} {
		require.Contains(t, seen, want)
	}
	require.Less(t, strings.Index(seen, "mock/prod/tokyo"), strings.Index(seen, "mock/prod/shanghai"))
	require.Contains(t, linksTo(body, "/runs/"), "/runs/3")
	require.Contains(t, linksTo(body, "/resources/"), "/resources/resource_host/"+inventorytest.ScopeOf(resource.HostKind, hosts("prod", "beijing", 1)[0]).UID("i-0").String())
	require.NotContains(t, body, "no longer kept, so that")
}

func TestChangesNarrowed(t *testing.T) {
	t.Parallel()
	s, before, _ := eventful(t)
	site := open(t, s, later)
	for query, want := range map[string]int{
		"": 8, "kind=resource_host": 8, "kind=disk": 0, "op=delete": 2, "op=delete&op=modify": 3, "scope=//shanghai": 1, "name=web-1": 2, "native_id=i-2": 1,
		"run=run-second": 1, "run=3": 1, "run=latest": 1, "field=status": 1, "since=1h": 8, "until=1h": 0, "since=" + url.QueryEscape(before): 5,
		"kind=&op=&since=&until=&scope=&name=&native_id=&run=&field=": 8,
	} {
		status, body := site.get("/changes?" + query)
		require.Equal(t, http.StatusOK, status, query)
		require.Equal(t, want, strings.Count(body, `<th scope="row"`), query)
		require.Equal(t, want == 0, strings.Contains(body, "No such change is recorded"), query)
	}
	_, body := site.get("/changes?op=delete&kind=host&scope=" + url.QueryEscape(`//"x`))
	require.Contains(t, body, `value="delete" checked`)
	require.Contains(t, body, `value="resource_host" checked`)
	require.Contains(t, body, `value="//&#34;x"`, "the form has what was asked for")
}

func TestChangesPageByPage(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	inventorytest.Apply(t, s, "run-first", resource.HostKind, diff.Add, hosts("prod", "beijing", 120))
	site := open(t, s, later)
	seen := map[string]bool{}
	address, pages := "/changes?op=add", 0
	for ; address != ""; pages++ {
		_, body := site.get(address)
		for _, link := range linksTo(body, "/resources/") {
			require.False(t, seen[link], "twice: %s", link)
			seen[link] = true
		}
		require.Equal(t, pages > 0, strings.Contains(body, "Newest changes"))
		address = ""
		for _, link := range linksTo(body, "/changes?before=") {
			address = link
		}
	}
	require.Equal(t, 3, pages)
	require.Len(t, seen, 120)
}

func TestChangesOfNothing(t *testing.T) {
	t.Parallel()
	_, body := open(t, storetest.Open(t), later).get("/changes")
	require.Contains(t, body, "No change is recorded yet")
	require.Contains(t, body, "starter run host --wait")
}

// What cannot be meant is told at the form, which keeps what was written.
func TestChangesThatCannotBeMeant(t *testing.T) {
	t.Parallel()
	site := open(t, storetest.Open(t), later)
	for query, want := range map[string]string{
		"/changes?kind=hots": `kind "hots" is not known`, "/changes?op=explode": `the operations are [add modify delete restore]`, "/changes?since=soon": "write a time such as",
		"/changes?until=2d&since=1d": "write the earlier time", "/changes?scope=a/b/c/d/e": `place "a/b/c/d/e": write PROVIDER/ACCOUNT/REGION`, "/changes?run=99": `no run "99"`,
		"/changes?field=nope": "the columns are", "/changes?before=x": "write the number of a change", "/changes?before=-1": "write the number of a change",
		"/compare?kind=hots": `kind "hots" is not known`, "/compare?from=soon": "write a time such as", "/compare?from=1d&to=2d": "write the earlier time",
		"/compare?to=2999-01-01": "in the future", "/compare?scope=a/b/c/d/e": `place "a/b/c/d/e": write PROVIDER/ACCOUNT/REGION`, "/compare?from=0s": "is not before to",
	} {
		status, body := site.get(query)
		require.Equal(t, http.StatusBadRequest, status, query)
		require.Contains(t, words(body), want)
		require.Contains(t, body, `role="alert"`)
		require.Contains(t, body, "<form")
	}
	_, body := site.get("/changes?since=soon")
	require.Contains(t, body, `value="soon"`)
	require.Contains(t, body, `aria-invalid="true"`)
}

func TestChangesSayWhatIsNoLongerKept(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewMigrated(t)
	s := storetest.OpenDSN(t, dsn)
	inventorytest.Apply(t, s, "run-first", resource.HostKind, diff.Add, hosts("prod", "beijing", 1))
	_, err := storetest.Connect(t, dsn).Exec("INSERT INTO sync_horizon VALUES ('resource_host', ?)", now.Add(-time.Hour))
	require.NoError(t, err)
	site := open(t, s, later)
	for address, told := range map[string]bool{"/changes": true, "/changes?kind=disk": false, "/changes?since=1m": false, "/compare?from=2h": true, "/compare?from=30m": false} {
		_, body := site.get(address)
		require.Equal(t, told, strings.Contains(body, "are no longer kept"), address)
	}
}

func TestHostileChanges(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	row := &resource.Host{
		Meta: resource.Meta{Provider: "mock", Account: "prod", Region: "<i>beijing</i>", NativeID: hostile}, Name: hostile, Tags: map[string]string{"a": hostile},
	}
	inventorytest.Apply(t, s, "run-first", resource.HostKind, diff.Add, []resource.Row{row})
	before := moment()
	inventorytest.Apply(t, s, "run-second", resource.HostKind, diff.Modify, []resource.Row{changed(t, row, func(h *resource.Host) {
		h.Name, h.PublicIPs, h.Tags = strings.Repeat("😀", 255), []string{hostile}, map[string]string{hostile: "x"}
	})})
	site := open(t, s, later)
	for _, address := range []string{"/changes", "/compare?from=" + url.QueryEscape(before)} {
		status, body := site.get(address)
		require.Equal(t, http.StatusOK, status)
		requireHarmless(t, body)
		require.Contains(t, body, "The whole of")
	}
	_, body := site.get("/changes?scope=" + url.QueryEscape("a/b/c/d/"+hostile) + "&name=" + url.QueryEscape("\"><script>alert(1)</script>"))
	require.NotContains(t, body, "<script>alert")
}

func TestCompareTwoTimes(t *testing.T) {
	t.Parallel()
	s, before, between := eventful(t)
	site := open(t, s, later)
	get := func(parameters ...string) string {
		values := url.Values{}
		for i := 0; i < len(parameters); i += 2 {
			values.Set(parameters[i], parameters[i+1])
		}
		status, body := site.get("/compare?" + values.Encode())
		require.Equal(t, http.StatusOK, status)
		return body
	}
	seen := words(get("from", before))
	for _, want := range []string{"host 1 1 1", "deleted 1", "host i-1 web-1 mock/prod/beijing", "added 1", "host i-0 mock/prod/shanghai", "modified 1", "status : – → became Stopped", "1 more resource changed meanwhile, but came and went, or is as before"} {
		require.Contains(t, seen, want)
	}
	require.NotContains(t, seen, "mock/prod/tokyo")
	require.Contains(t, words(get("from", before, "to", between)), "host 0 1 0")
	require.Contains(t, words(get("from", between)), "host 1 0 1")
	require.Contains(t, words(get("from", before, "kind", "resource_disk")), "Nothing is different")
	require.Contains(t, words(get("from", before, "scope", "//shanghai")), "host 1 0 0")
	require.Contains(t, words(get()), "host 3 0 0", "a day, unless another time is written; what was added and changed since is new")
	body := get("from", before, "q", "region=beijing")
	require.Contains(t, body, "The query is left out here")
	require.Contains(t, html.UnescapeString(body), `action="/inventory"`)
}

// There is a bound to what is added up, and to what is listed.
func TestCompareOfManyChanges(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	for i := range 3 {
		inventorytest.Apply(t, s, fmt.Sprint("run-", i), resource.HostKind, diff.Add, hosts(fmt.Sprint("account-", i), "beijing", 3500))
	}
	site := open(t, s, later)
	_, body := site.get("/compare")
	seen := words(body)
	require.Contains(t, seen, "More than 10 000 changes lie between the two times")
	require.Contains(t, seen, "added 10 000")
	require.Contains(t, seen, "9 800 more are not listed")
	_, body = site.get("/compare?scope=mock/account-1/")
	require.NotContains(t, body, "lie between the two times")
	require.Contains(t, words(body), "added 3 500")
}
