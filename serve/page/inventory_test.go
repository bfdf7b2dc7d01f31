package page_test

import (
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
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

func sealed(t *testing.T, kind *resource.Kind, row resource.Row) resource.Row {
	t.Helper()
	require.NoError(t, kind.Seal(row, inventorytest.ScopeOf(kind, row), 0))
	return row
}

// stocked is a database with three hosts, a disk and a subnet.
func stocked(t *testing.T) *store.Store {
	t.Helper()
	s := storetest.Open(t)
	host := func(id, region, name, env string, vcpu int64) resource.Row {
		return sealed(t, resource.HostKind, &resource.Host{
			Meta: resource.Meta{Provider: "mock", Account: "demo", Region: region, NativeID: id},
			Name: name, Status: "running", VCPU: vcpu, PrivateIPs: []string{"10.0.0." + id[2:]}, Tags: map[string]string{"env": env}, STreeGroup: "inf",
		})
	}
	inventorytest.Apply(t, s, "run-1", resource.HostKind, diff.Add, []resource.Row{
		host("i-1", "beijing", "web-01", "prod", 8), host("i-2", "beijing", "web-02", "test", 4), host("i-3", "shanghai", "db-01", "prod", 16),
	})
	meta := resource.Meta{Provider: "mock", Account: "demo", Region: "beijing"}
	disk, subnet := meta, meta
	disk.NativeID, subnet.NativeID = "d-1", "net-1"
	inventorytest.Apply(t, s, "run-2", resource.DiskKind, diff.Add, []resource.Row{sealed(t, resource.DiskKind, &resource.Disk{Meta: disk, Name: "web-01-data"})})
	inventorytest.Apply(t, s, "run-3", resource.SubnetKind, diff.Add, []resource.Row{sealed(t, resource.SubnetKind, &resource.Subnet{Meta: subnet, Name: "office", CIDRs: []string{"10.0.0.0/24"}})})
	return s
}

// inventoryAt asks for the page of the inventory.
func (s site) inventoryAt(pairs ...string) (status int, body string) {
	s.t.Helper()
	asked := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		asked.Add(pairs[i], pairs[i+1])
	}
	return s.get("/inventory?" + asked.Encode())
}

// linkOf is the address of the link with an id, or after a text.
func linkOf(t *testing.T, body, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern + `[^>]*href="([^"]*)"`).FindStringSubmatch(body)
	require.NotNil(t, found, "no link %s in %s", pattern, body)
	return html.UnescapeString(found[1])
}

// valueLink is the address of the facet's value, and its count.
func valueLink(t *testing.T, body, value string) (link, rows string) {
	t.Helper()
	found := regexp.MustCompile(`<a id="f-[0-9a-f]+" href="([^"]*)"[^>]*>(?:<span aria-hidden="true">✓ </span>)?<span class="value">(?:<bdi>)?` + regexp.QuoteMeta(html.EscapeString(value)) +
		`(?:</bdi>)?</span>[^\n]*\n<span class="n">([^<]*)<`).FindStringSubmatch(body)
	require.NotNil(t, found, "no facet of %s in %s", value, body)
	return html.UnescapeString(found[1]), found[2]
}

func TestTheInventoryIsAskedAndNarrowed(t *testing.T) {
	t.Parallel()
	s := open(t, stocked(t), nil)
	status, body := s.get("/inventory")
	require.Equal(t, http.StatusOK, status)
	for _, text := range []string{"web-01", "db-01", "web-01-data", "office", "<strong>5</strong> rows", "To export, choose a kind"} {
		require.Contains(t, body, text)
	}

	hosts, count := valueLink(t, body, "host")
	require.Equal(t, "3", count)
	_, body = s.get(hosts)
	require.NotContains(t, body, "web-01-data")
	require.Contains(t, body, "<strong>3</strong> rows")
	_, count = valueLink(t, body, "disk")
	require.Equal(t, "1", count, "kinds that are not chosen are counted, too")

	beijing, count := valueLink(t, body, "beijing")
	require.Equal(t, "2", count)
	_, body = s.get(beijing)
	require.Contains(t, body, "<strong>2</strong> rows")
	require.NotContains(t, body, "db-01")
	require.Contains(t, body, html.EscapeString(`{region="beijing"}`))

	out, _ := valueLink(t, body, "beijing")
	require.Contains(t, body, "chosen: take it out")
	_, body = s.get(out)
	require.Contains(t, body, "<strong>3</strong> rows", "the value is taken out again")

	_, body = s.inventoryAt("kind", "host", "q", `tag_env=prod web`)
	require.Contains(t, body, "<strong>1</strong> row")
	_, body = s.get(linkOf(t, body, `id="without-0"`))
	require.Contains(t, body, "<strong>2</strong> rows", "the matcher is taken out, the word is not")
}

func TestColumnsAndOrder(t *testing.T) {
	t.Parallel()
	s := open(t, stocked(t), nil)
	_, body := s.inventoryAt("kind", "host", "cols", "name,vcpu", "cols", "tag_env", "sort", "-vcpu")
	require.Regexp(t, `(?s)aria-sort="descending"><a [^>]*><bdi>vcpu`, body)
	require.Regexp(t, `(?s)db-01.*>16<.*prod.*web-01.*>8<.*web-02.*>4<.*test`, body)
	require.NotContains(t, body, ">10.0.0.1<")
	require.Regexp(t, `value="tag_env" checked`, body)

	_, body = s.get(linkOf(t, body, `id="sort-1"`))
	require.Regexp(t, `(?s)aria-sort="ascending"><a [^>]*><bdi>vcpu`, body)
	require.Regexp(t, `(?s)web-02.*web-01.*db-01`, body)

	csv := linkOf(t, body, `Export all 3: <a`)
	require.Equal(t, "/api/v1/export/resource_host?columns=name%2Cvcpu%2Ctag_env&format=csv", csv)
	require.Contains(t, body, `href="/resources/resource_host/`)

	_, body = s.inventoryAt("kind", "host", "kind", "disk", "q", "web", "cols", "name,ip,kind")
	require.Regexp(t, `export/resource_host\?columns=name%2Cprivate_ips%2Cpublic_ips&amp;format=ndjson&amp;q=web`, body)
	require.Regexp(t, `export/resource_disk\?columns=name&amp;`, body)
}

func TestAllPagesShowEachRowOnce(t *testing.T) {
	t.Parallel()
	opened := storetest.Open(t)
	rng := rand.New(rand.NewPCG(1, 2))
	inventorytest.Apply(t, opened, "run-1", resource.HostKind, diff.Add, inventorytest.RandomRows(rng, resource.HostKind, 60))
	inventorytest.Apply(t, opened, "run-2", resource.DiskKind, diff.Add, inventorytest.RandomRows(rng, resource.DiskKind, 20))
	s := open(t, opened, nil)
	seen := map[string]int{}
	path, pages := "/inventory?limit=25&kind=host&kind=disk&sort=-status", 0
	for path != "" {
		status, body := s.get(path)
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, body, "<strong>80</strong> rows")
		for _, row := range regexp.MustCompile(`href="/resources/([^"]*)"`).FindAllStringSubmatch(body, -1) {
			seen[row[1]]++
		}
		require.Equal(t, pages > 0, strings.Contains(body, `id="first"`))
		pages++
		path = ""
		if strings.Contains(body, `id="next"`) {
			path = linkOf(t, body, `id="next"`)
		}
	}
	require.Equal(t, 4, pages)
	require.Len(t, seen, 80)
	for uid, times := range seen {
		require.Equal(t, 1, times, uid)
	}
}

func TestTheInventoryAsOfATime(t *testing.T) {
	t.Parallel()
	opened := stocked(t)
	s := open(t, opened, nil)
	_, body := s.inventoryAt("kind", "host", "at", "2026-06-30")
	require.Contains(t, body, "as it was at")
	require.Contains(t, body, "2026-06-30 00:00:00 UTC")
	require.NotContains(t, body, `class="n">3<`, "nothing is counted by value")
	require.NotContains(t, linkOf(t, body, `id="to-now"`), "at=")

	status, body := s.inventoryAt("at", "yesterday")
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, "write a time such as")
}

func TestWhatCannotBeAsked(t *testing.T) {
	t.Parallel()
	s := open(t, stocked(t), nil)
	status, body := s.inventoryAt("kind", "host", "q", `{regon="x"} web`)
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, "did you mean region?")
	require.Contains(t, body, html.EscapeString(`value="{regon=`)[len("value=&#34;"):], "the query is kept")
	require.Contains(t, body, `aria-invalid="true"`)
	require.Contains(t, body, `name="kind" value="resource_host"`)

	for _, c := range [][3]string{
		{"kind", "hosts", "there is no kind"},
		{"sort", "nme", "did you mean name?"},
		{"cols", "name,nme", "did you mean name?"},
		{"limit", "0", "a number from 1 to 1000"},
		{"cursor", "x", "this is no cursor"},
	} {
		status, body = s.inventoryAt(c[0], c[1])
		require.Equal(t, http.StatusBadRequest, status, c)
		require.Contains(t, body, c[2])
		require.Contains(t, body, `id="inventory"`)
	}
}

func TestNothingFoundTeaches(t *testing.T) {
	t.Parallel()
	s := open(t, stocked(t), nil)
	_, body := s.inventoryAt("q", "10.0.0.77")
	require.Contains(t, body, "No resource has 10.0.0.77")
	require.Regexp(t, `10\.0\.0\.0/24</code> of subnet <a href="/resources/resource_subnet/`, body)

	_, body = s.inventoryAt("q", "10.9.0.77")
	require.Contains(t, body, "No subnet or VPC of the inventory has it")

	_, body = s.inventoryAt("kind", "disk", "q", "db-01")
	require.Contains(t, body, "Of other kinds, 1 row would match")

	_, body = s.inventoryAt("q", `{name=~"web"}`)
	_, body = s.get(linkOf(t, body, `id="whole"`))
	require.Contains(t, body, "<strong>3</strong> rows")

	_, body = open(t, storetest.Open(t), nil).get("/inventory")
	require.Contains(t, body, "The inventory is empty")
	require.Contains(t, body, "starter apply")
}

// Whatever a cloud has in a value is shown as text, and can be chosen and taken out.
func TestTheInventoryShowsHostileText(t *testing.T) {
	t.Parallel()
	opened := storetest.Open(t)
	// The region is part of the address of a scope, and has less room.
	host := &resource.Host{
		Meta: resource.Meta{Provider: "mock", Account: "demo", Region: hostile[:40], NativeID: hostile},
		Name: hostile, Status: hostile[:40], Tags: map[string]string{hostile: hostile}, STreeGroup: hostile,
	}
	inventorytest.Apply(t, opened, "run-1", resource.HostKind, diff.Add, []resource.Row{sealed(t, resource.HostKind, host)})
	s := open(t, opened, nil)
	harmless := func(body string) {
		require.NotContains(t, body, "<script>alert")
		require.NotContains(t, body, "\u202e")
		require.NotContains(t, body, "\x1b")
	}
	_, body := s.inventoryAt("kind", "host", "cols", "name,native_id,region,tags,stree_group")
	harmless(body)
	require.Contains(t, body, "&lt;script&gt;")

	link := ""
	for _, found := range regexp.MustCompile(`<a id="f-[0-9a-f]+" href="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		if strings.Contains(found[1], "region") {
			link = html.UnescapeString(found[1])
		}
	}
	require.NotEmpty(t, link)
	status, body := s.get(link)
	require.Equal(t, http.StatusOK, status)
	harmless(body)
	require.Contains(t, body, "<strong>1</strong> row")
	_, body = s.get(linkOf(t, body, `id="without-0"`))
	harmless(body)
	require.Contains(t, body, "<strong>1</strong> row")

	for _, parameter := range []string{"q", "kind", "cols", "sort", "at", "limit", "cursor", "more"} {
		_, body = s.inventoryAt(parameter, "tag_"+hostile)
		harmless(body)
	}
	_, body = s.inventoryAt("q", "name=~\"\u202e.*\" \"\u202e\"")
	harmless(body)
	require.Contains(t, body, html.EscapeString(`{name=~"\u202e.*"} "\u202e"`))
	_, body = s.get("/inventory/complete?kind=host&pos=5&q=name%3D")
	harmless(body)
}

type suggested struct {
	From, To int
	Options  []struct {
		Text, Insert, Detail string
		More                 bool
	}
}

// complete asks what can stand at the mark | of a query.
func (s site) complete(marked string) (texts []string, whole []string) {
	s.t.Helper()
	before, after, _ := strings.Cut(marked, "|")
	status, body := s.get("/inventory/complete?" + url.Values{"q": {before + after}, "pos": {fmt.Sprint(len([]rune(before)))}, "kind": {"resource_host"}}.Encode())
	require.Equal(s.t, http.StatusOK, status)
	var answer suggested
	require.NoError(s.t, json.Unmarshal([]byte(body), &answer))
	letters := []rune(before + after)
	for _, option := range answer.Options {
		texts = append(texts, option.Text+" "+option.Detail)
		whole = append(whole, string(letters[:answer.From])+option.Insert+string(letters[answer.To:]))
	}
	return texts, whole
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	s := open(t, stocked(t), nil)
	for _, c := range []struct {
		marked string
		texts  []string
		whole  []string
	}{
		{`regi|`, []string{"region label"}, []string{`region=`}},
		{`é web regi|`, []string{"region label"}, []string{`é web region=`}},
		{`{name="x",regi|}`, []string{"region label"}, []string{`{name="x",region=}`}},
		{`region|`, []string{"region= equals", "region!= differs from", "region=~ matches an expression", "region!~ does not match an expression"}, nil},
		{`region=|`, []string{"beijing 2", "shanghai 1"}, []string{`region="beijing"`, `region="shanghai"`}},
		{`{region="s|"}`, []string{"shanghai 1"}, []string{`{region="shanghai"}`}},
		{`{region="s|`, []string{"shanghai 1"}, []string{`{region="shanghai"`}},
		{`{region="|",tag_env="test"}`, []string{"beijing 1"}, []string{`{region="beijing",tag_env="test"}`}},
		{`db-01 region=|`, []string{"shanghai 1"}, nil},
		{`private_ips=~10.0.0.1|`, []string{"10.0.0.1 1"}, []string{`private_ips=~"10\\.0\\.0\\.1"`}},
		{`tag_e|`, []string{"tag_env tag"}, []string{`tag_env=`}},
		{`tag_env=p|`, []string{"prod 2"}, []string{`tag_env="prod"`}},
		{`nosuch=|`, nil, nil},
		{`region="zz|`, nil, nil},
	} {
		texts, whole := s.complete(c.marked)
		require.Equal(t, c.texts, texts, c.marked)
		if c.whole != nil {
			require.Equal(t, c.whole, whole, c.marked)
		}
	}
	for _, odd := range []string{"", "?q=%ff&pos=1", "?q=a&pos=-1", "?q=a&pos=999999", "?q=" + url.QueryEscape(`{"\"=`) + "&pos=5&kind=nosuch"} {
		status, _ := s.get("/inventory/complete" + odd)
		require.Equal(t, http.StatusOK, status, odd)
	}
}

// The deletion of a row that waits is seen in the list, and leads to the hold.
func TestHeldRowsAreMarked(t *testing.T) {
	t.Parallel()
	s, held, rows := heldHosts(t, 5)
	inventorytest.Apply(t, s, "elsewhere", resource.HostKind, diff.Add, hosts("prod", "shanghai", 3))
	clock := now
	site := open(t, s, func(o *page.Options) { o.Now = func() time.Time { return clock } })
	badge := fmt.Sprintf(`<a class="badge warn" href="/holds/%d">held<`, held.ScopeID)
	_, body := site.inventoryAt("kind", "host")
	require.Equal(t, 4, strings.Count(body, badge))
	_, body = site.inventoryAt("kind", "host", "q", `region="shanghai"`)
	require.NotContains(t, body, "badge warn")
	_, body = site.inventoryAt("kind", "host", "q", `native_id="`+rows[0].RowMeta().NativeID+`",region="beijing"`)
	require.Contains(t, body, "<strong>1</strong> row")
	require.NotContains(t, body, "badge warn", "it is not of the set")

	approved(t, s, held, rows[1:2], "ada", "gone")
	clock = clock.Add(time.Minute)
	_, body = site.inventoryAt("kind", "host")
	require.NotContains(t, body, "badge warn", "nothing is held any more")
}

// A set that is too large to be looked through for a page is told of as far as it is known.
func TestRowsOfAVeryLargeHoldMayBeHeld(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewMigrated(t)
	s := storetest.OpenDSN(t, dsn)
	rows := hosts("prod", "beijing", 3)
	inventorytest.Apply(t, s, "first", resource.HostKind, diff.Add, rows)
	inventorytest.Hold(t, s, store.Run{RunID: "second", StartedAt: now}, resource.HostKind, rows[1:], 3, "2 of 3 rows")
	_, err := storetest.Connect(t, dsn).ExecContext(t.Context(), "UPDATE sync_scope_hold SET row_count = 1000000")
	require.NoError(t, err)
	_, body := open(t, s, nil).inventoryAt("kind", "host")
	require.Equal(t, 3, strings.Count(body, "perhaps held"))
}
