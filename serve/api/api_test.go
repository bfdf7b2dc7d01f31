package api_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
	"cloudsync/serve/api"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// bench is an API over a database, with rows of two kinds.
type bench struct {
	*httptest.Server
	store *store.Store
}

// hosts are the hosts of a bench, with what their names and tags may do harm to.
func hosts() []resource.Row {
	host := func(id, region, name string, vcpu int64, change func(*resource.Host)) resource.Row {
		row := &resource.Host{
			Meta: resource.Meta{Provider: "mock", Account: "prod", Region: region, NativeID: id},
			Name: name, VCPU: vcpu, MemoryMiB: 1024 * vcpu, STreeGroup: "inf", STreeProduct: "monitor", STreeApp: "kafka",
		}
		if change != nil {
			change(row)
		}
		return row
	}
	return []resource.Row{
		host("i-1", "beijing", "web-01", 8, func(h *resource.Host) {
			h.PrivateIPs, h.Tags = []string{"10.0.0.5", "fd00::5"}, map[string]string{"env": "prod"}
		}),
		host("i-2", "beijing", "web-02", 4, func(h *resource.Host) { h.STreeApp = "zookeeper" }),
		host("i-3", "shanghai", "db-01", 16, func(h *resource.Host) { h.STreeGroup, h.STreeProduct, h.STreeApp = "", "", "" }),
		host("i-4", "shanghai", hostile, 2, func(h *resource.Host) {
			h.Tags, h.STreeGroup = map[string]string{"a\"b\n": hostile}, "inf\"}\nx 1"
		}),
	}
}

// hostile is a name that means something to terminals, spreadsheets, CSV and JSON.
const hostile = "=cmd|' /C calc'!A1,\"x\"\r\n\x1b[31m\u202e</script>"

func disks() []resource.Row {
	return []resource.Row{
		&resource.Disk{Meta: resource.Meta{Provider: "mock", Account: "prod", Region: "beijing", NativeID: "d-1"}, Name: "data", SizeGiB: 100},
		&resource.Disk{Meta: resource.Meta{Provider: "mock", Account: "prod", Region: "beijing", NativeID: "d-2"}, Name: "logs", SizeGiB: 20},
	}
}

func newBench(t *testing.T, change func(*api.Options)) *bench {
	t.Helper()
	s := storetest.Open(t)
	inventorytest.Apply(t, s, "run-hosts", resource.HostKind, diff.Add, hosts())
	inventorytest.Apply(t, s, "run-disks", resource.DiskKind, diff.Add, disks())
	return newBenchOver(t, s, change)
}

func newBenchOver(t *testing.T, s *store.Store, change func(*api.Options)) *bench {
	t.Helper()
	options := api.Options{
		Inventory: inventory.FromTables(s), Store: s, Kinds: resource.Standard(), Version: "v1",
		Limits: api.Limits{Question: time.Minute}, Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&options)
	}
	handler, err := api.New(options)
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &bench{Server: server, store: s}
}

// clock is the present of a test, in nanoseconds.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.set(time.Now())
	return c
}

func (c *clock) set(at time.Time)      { c.at.Store(at.UnixNano()) }
func (c *clock) read() time.Time       { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) move(by time.Duration) { c.at.Add(int64(by)) }

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// get asks for a path with parameters, name and value in turn.
func (b *bench) get(t *testing.T, path string, parameters ...string) answer {
	t.Helper()
	return b.ask(t, http.MethodGet, path, nil, parameters...)
}

func (b *bench) ask(t *testing.T, method, path string, header http.Header, parameters ...string) answer {
	t.Helper()
	query := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		query.Add(parameters[i], parameters[i+1])
	}
	address := b.URL + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	got, err := send(t.Context(), b.Client(), method, address, header)
	require.NoError(t, err)
	return got
}

// send may be called beside the test: it asserts nothing.
func send(ctx context.Context, client *http.Client, method, address string, header http.Header) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return answer{}, err
	}
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }() // it has been read to its end, or the error is told
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(body)}, err
}

// beside asks while the test goes on. An answer that does not come has no status.
func (b *bench) beside(t *testing.T, path string, answers chan<- answer) {
	t.Helper()
	ctx := t.Context()
	go func() {
		got, err := send(ctx, b.Client(), http.MethodGet, b.URL+path, nil)
		if err != nil {
			got = answer{body: err.Error()}
		}
		answers <- got
	}()
}

// into reads the answer's body.
func (a answer) into(t *testing.T, value any) {
	t.Helper()
	require.Equal(t, http.StatusOK, a.status, a.body)
	require.Equal(t, "application/json", a.header.Get("Content-Type"))
	require.NoError(t, json.Unmarshal([]byte(a.body), value), a.body)
}

// problem is RFC 9457's, as a client reads it.
type problem struct {
	Title, Detail string
	Status        int
	Errors        []struct {
		Location, Message string
		Value             any
	}
}

func (a answer) problem(t *testing.T, status int) (p problem) {
	t.Helper()
	require.Equal(t, status, a.status, a.body)
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
	require.NoError(t, json.Unmarshal([]byte(a.body), &p), a.body)
	require.Equal(t, status, p.Status)
	return p
}

type page struct {
	Total int64
	Rows  []map[string]any
	Next  string
}

// names are the rows' native ids, with their kinds.
func (p page) names() string {
	var names []string
	for _, row := range p.Rows {
		names = append(names, strings.TrimPrefix(row["kind"].(string), "resource_")+" "+row["native_id"].(string))
	}
	return strings.Join(names, ", ")
}

func TestFindingRows(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	for _, c := range []struct {
		path       string
		parameters []string
		total      int64
		names      string
	}{
		{"/api/v1/resources", nil, 6, "host i-4, host i-3, host i-1, host i-2, disk d-1, disk d-2"},
		{"/api/v1/resources", []string{"kind", "disk", "kind", "resource_host", "kind", "disk"}, 6, "disk d-1, disk d-2, host i-4, host i-3, host i-1, host i-2"},
		{"/api/v1/resources/host", []string{"q", `{region="beijing"}`}, 2, "host i-1, host i-2"},
		{"/api/v1/resources/resource_host", []string{"sort", "-vcpu"}, 4, "host i-3, host i-1, host i-2, host i-4"},
		{"/api/v1/resources/host", []string{"q", "10.0.0.0/24"}, 1, "host i-1"},
		{"/api/v1/resources/host", []string{"q", `{tag_env="prod"} WEB`}, 1, "host i-1"},
		{"/api/v1/resources", []string{"q", "size_gib=20"}, 1, "disk d-2"},
		{"/api/v1/resources", []string{"q", ""}, 6, "host i-4, host i-3, host i-1, host i-2, disk d-1, disk d-2"},
		{"/api/v1/resources", []string{"limit", "0"}, 6, ""},
		{"/api/v1/resources?q&limit=1", nil, 6, "host i-4"},
	} {
		var got page
		b.get(t, c.path, c.parameters...).into(t, &got)
		require.Equal(t, c.total, got.Total, c.parameters)
		require.Equal(t, c.names, got.names(), c.parameters)
	}
}

// Pages follow each other to the last row, over kinds, and show each row once.
func TestPages(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	for _, sort := range []string{"name", "-name", "-", "-vcpu", "region"} {
		var whole page
		b.get(t, "/api/v1/resources", "sort", sort).into(t, &whole)
		var names []string
		parameters := []string{"sort", sort, "limit", "2"}
		for cursor := ""; ; {
			var got page
			b.get(t, "/api/v1/resources", append(parameters, "cursor", cursor)...).into(t, &got)
			require.Equal(t, int64(6), got.Total)
			names = append(names, got.names())
			if cursor = got.Next; cursor == "" {
				break
			}
		}
		require.Len(t, names, 3)
		require.Equal(t, whole.names(), strings.Join(names, ", "), sort)
	}
}

func TestRowsAndColumns(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	var got page
	b.get(t, "/api/v1/resources/host", "q", "web-01").into(t, &got)
	row := got.Rows[0]
	require.Equal(t, "resource_host", row["kind"])
	require.Equal(t, []any{"10.0.0.5", "fd00::5"}, row["private_ips"])
	require.Equal(t, map[string]any{"env": "prod"}, row["tags"])
	require.NotContains(t, row, "os", "what is absent is left out")
	for _, column := range []string{"uid", "hash", "scope_id", "provider", "account", "created_at", "updated_at"} {
		require.NotEmpty(t, row[column], column)
	}
	uid := row["uid"].(string)

	var some page
	b.get(t, "/api/v1/resources", "q", "web-01", "columns", "name,vcpu,uid,tag_env,tag_none,os").into(t, &some)
	require.Equal(t, []map[string]any{{"kind": "resource_host", "uid": uid, "name": "web-01", "vcpu": 8.0, "tag_env": "prod"}}, some.Rows)

	var one map[string]any
	b.get(t, "/api/v1/resources/host/"+uid).into(t, &one)
	require.Equal(t, row, one)
	b.get(t, "/api/v1/resources/host/"+strings.ToUpper(uid)).into(t, &one)
	require.Equal(t, row, one)
}

// What a cloud calls its resources does no harm to who reads it, and is read back as it was.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	got := b.get(t, "/api/v1/resources/host", "q", "i-4")
	for _, harm := range []string{"\x1b", "\u202e", "\r", hostile} {
		require.NotContains(t, got.body, harm)
	}
	var rows page
	got.into(t, &rows)
	require.Equal(t, hostile, rows.Rows[0]["name"])
	require.Equal(t, map[string]any{"a\"b\n": hostile}, rows.Rows[0]["tags"])

	var values struct{ Values []struct{ Value string } }
	b.get(t, "/api/v1/labels/name/values", "prefix", "=cmd").into(t, &values)
	require.Equal(t, hostile, values.Values[0].Value)
	exported := b.get(t, "/api/v1/export/host", "format", "csv", "q", "i-4", "columns", "name,tag_a\"b\n,private_ips")
	records, err := csv.NewReader(strings.NewReader(exported.body)).ReadAll()
	require.NoError(t, err)
	asCSV := strings.ReplaceAll(hostile, "\r\n", "\n") // csv.Reader reads it so
	require.Equal(t, [][]string{{"name", "tag_a\"b\n", "private_ips"}, {asCSV, asCSV, ""}}, records)
}

func TestCounting(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	for _, c := range []struct {
		parameters []string
		want       string
	}{
		{nil, `{"total":6,"sums":{},"by":[],"groups":[],"others":0}`},
		{[]string{"kind", "host", "by", "region,vcpu", "sum", "vcpu,memory_mib", "limit", "1"}, `{"total":4,"sums":{"vcpu":30,"memory_mib":30720},"by":["region","vcpu"],
			"groups":[{"values":["beijing","4"],"rows":1,"sums":{"vcpu":4,"memory_mib":4096}}],"others":3}`},
		{[]string{"by", "kind", "q", "region=beijing", "sum", "size_gib"}, `{"total":4,"sums":{"size_gib":120},"by":["kind"],
			"groups":[{"values":["resource_disk"],"rows":2,"sums":{"size_gib":120}},{"values":["resource_host"],"rows":2,"sums":{"size_gib":0}}],"others":0}`},
		{[]string{"kind", "host", "by", "tag_env"}, `{"total":4,"sums":{},"by":["tag_env"],"groups":[{"values":[""],"rows":3,"sums":{}},{"values":["prod"],"rows":1,"sums":{}}],"others":0}`},
	} {
		got := b.get(t, "/api/v1/count", c.parameters...)
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.JSONEq(t, c.want, got.body, c.parameters)
	}
}

func TestTheTree(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	var root inventory.Node
	b.get(t, "/api/v1/tree").into(t, &root)
	require.Equal(t, int64(4), root.Rows-2, "with two disks")
	var node inventory.Node
	b.get(t, "/api/v1/tree", "path", "inf.monitor", "kind", "host").into(t, &node)
	require.Equal(t, inventory.Node{
		Path: "inf.monitor", Name: "monitor", Rows: 2, Kinds: map[string]int64{"resource_host": 2}, VCPU: 12, MemoryMiB: 12288,
		Children: []inventory.Node{
			{Path: "inf.monitor.kafka", Name: "kafka", Rows: 1, Kinds: map[string]int64{"resource_host": 1}, VCPU: 8, MemoryMiB: 8192},
			{Path: "inf.monitor.zookeeper", Name: "zookeeper", Rows: 1, Kinds: map[string]int64{"resource_host": 1}, VCPU: 4, MemoryMiB: 4096},
		},
	}, node)
}

func TestLabels(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	var labels struct{ Labels []string }
	b.get(t, "/api/v1/labels", "kind", "disk").into(t, &labels)
	require.Contains(t, labels.Labels, "size_gib")
	require.NotContains(t, labels.Labels, "vcpu")
	got := b.get(t, "/api/v1/labels/region/values", "limit", "1")
	require.JSONEq(t, `{"values":[{"value":"beijing","rows":4}],"others":1}`, got.body)
	got = b.get(t, "/api/v1/labels/region/values", "prefix", "sh", "q", "db")
	require.JSONEq(t, `{"values":[{"value":"shanghai","rows":1}],"others":0}`, got.body)
}

func TestAsOf(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	then := time.Now().UTC()
	inventorytest.Apply(t, b.store, "run-later", resource.HostKind, diff.Delete, rowsOf(inventorytest.Stored(t, b.store, []*resource.Kind{resource.HostKind}), resource.HostKind))
	for path, want := range map[string][2]string{
		"/api/v1/count": {`"total":6`, `"total":2`}, "/api/v1/resources": {`"total":6`, `"total":2`},
		"/api/v1/tree": {`"rows":6`, `"rows":2`}, "/api/v1/export/host": {`web-01`, ``}, "/api/v1/labels/region/values": {`shanghai`, `beijing`},
	} {
		require.Contains(t, b.get(t, path, "as_of", then.Format(time.RFC3339Nano)).body, want[0], path)
		require.Contains(t, b.get(t, path).body, want[1], path)
	}
	require.NotContains(t, b.get(t, "/api/v1/export/host").body, "web-01")
	require.Contains(t, b.get(t, "/api/v1/count", "as_of", "1h").body, `"total":0`)
}

// What cannot be meant is told: where, and what to write.
func TestWrongQuestions(t *testing.T) {
	t.Parallel()
	b := newBench(t, generous)
	uid := strings.Repeat("1", 32)
	for _, c := range []struct {
		address           string
		status            int
		location, message string
	}{
		{"/api/v1/resources?q=%7Bregoin%3D%22x%22%7D", 422, "query.q", "did you mean region?"},
		{"/api/v1/resources?q=%7Bname%3D~%22(%22%7D", 422, "query.q", "missing closing )"},
		{"/api/v1/resources?query=x", 422, "query.query", "unknown query parameter"},
		{"/api/v1/resources?q=a&q=b", 422, "query.q", ""},
		{"/api/v1/resources?q=%zz", 422, "", "invalid URL escape \"%zz\""},
		{"/api/v1/resources?kind=host;q=x", 422, "", "semicolon"},
		{"/api/v1/resources?kind=host&kind=", 422, "query.kind", ""},
		{"/api/v1/resources?%6Bind=lamp", 422, "query.kind", "unknown kind"},
		{"/api/v1/resources?sort", 422, "query.sort", ""},
		{"/api/v1/resources?q&kind=lamp", 422, "query.kind", "unknown kind"},
		{"/api/v1/resources?kind=", 422, "query.kind", ""},
		{"/api/v1/resources?kind=lamp", 422, "query.kind", `unknown kind "lamp": the kinds are resource_host,`},
		{"/api/v1/resources?limit=1001", 422, "query.limit", "1000"},
		{"/api/v1/resources?limit=-1", 422, "query.limit", "0"},
		{"/api/v1/resources?limit=many", 422, "query.limit", "invalid integer"},
		{"/api/v1/resources?sort=lamp", 422, "query.sort", "unknown label"},
		{"/api/v1/resources?columns=lamp", 422, "query.columns", `unknown column "lamp": the columns are account,`},
		{"/api/v1/resources?cursor=lamp", 422, "query.cursor", "this is no cursor"},
		{"/api/v1/resources/host?cursor=" + inventory.Cursor{Kind: "resource_disk"}.String(), 422, "query.cursor", `"resource_disk", which is not asked for`},
		{"/api/v1/resources?as_of=soon", 422, "query.as_of", "write a time such as"},
		{"/api/v1/resources?as_of=2999-01-01", 422, "query.as_of", "is in the future"},
		{"/api/v1/resources/lamp", 404, "", "unknown kind"},
		{"/api/v1/resources/host/abc", 422, "path.uid", "want 32 hex digits"},
		{"/api/v1/resources/host/" + uid, 404, "", "the inventory has no resource_host " + uid},
		{"/api/v1/resources/host/" + uid + "/history", 404, "", "no change of resource_host " + uid + " is recorded"},
		{"/api/v1/count?by=lamp", 422, "query.by", "unknown label"},
		{"/api/v1/count?by=a,b,c,d,e,f", 422, "query.by", "5"},
		{"/api/v1/count?sum=name", 422, "query.sum", `"name" is no column of numbers: those are`},
		{"/api/v1/count?limit=0", 422, "query.limit", "1"},
		{"/api/v1/count?limit=10001", 422, "query.limit", "10000"},
		{"/api/v1/tree?path=a..b", 422, "query.path", "write GROUP, GROUP.PRODUCT or GROUP.PRODUCT.APP"},
		{"/api/v1/labels/lamp/values", 422, "path.label", "unknown label"},
		{"/api/v1/export/lamp", 404, "", "unknown kind"},
		{"/api/v1/export/host?format=xml", 422, "query.format", "ndjson"},
		{"/api/v1/changes?op=remove", 422, "query.op", `op "remove": the operations are`},
		{"/api/v1/changes?since=1h&until=2h", 422, "query.since", `since "1h" is after until "2h"`},
		{"/api/v1/changes?uid=abc", 422, "query.uid", "want 32 hex digits"},
		{"/api/v1/changes?uid=" + strings.Repeat("0", 32), 422, "query.uid", "no resource has this uid"},
		{"/api/v1/changes?scope=a/b/c/d/e", 422, "query.scope", "write PROVIDER/ACCOUNT/REGION"},
		{"/api/v1/changes?field=lamp", 422, "query.field", "the columns are"},
		{"/api/v1/changes?run=99", 404, "", `no run "99" is recorded`},
		{"/api/v1/runs?kind=lamp", 422, "query.kind", "unknown kind"},
		{"/api/v1/runs/99", 404, "", `no run "99" is recorded`},
		{"/api/v1/runs/run-", 404, "", "several run ids begin with"},
		{"/api/v1/lamp", 404, "", "/api/openapi.json has all that there are"},
		{"/api/v1/", 404, "", "there is nothing"},
	} {
		got := b.get(t, c.address).problem(t, c.status)
		text := got.Detail
		if c.location != "" {
			require.NotEmpty(t, got.Errors, c.address)
			require.Equal(t, c.location, got.Errors[0].Location, c.address)
			text += got.Errors[0].Message
		}
		require.Contains(t, text, c.message, c.address)
	}
	got := b.get(t, "/api/v1/resources", "q", `web {region="a",regoin="b"}`).problem(t, 422)
	require.Equal(t, map[string]any{"character": 17.0}, got.Errors[0].Value, "from 1 on")
	require.Contains(t, got.Detail, "wrong at character 17")
}

func TestOtherMethods(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	for _, method := range []string{http.MethodPost, http.MethodDelete, http.MethodPut} {
		got := b.ask(t, method, "/api/v1/resources", nil)
		got.problem(t, http.StatusMethodNotAllowed)
		require.Equal(t, "GET, HEAD", got.header.Get("Allow"))
	}
	b.ask(t, http.MethodPost, "/api/v1/lamp", nil).problem(t, http.StatusNotFound)
	for _, path := range []string{"/api/v1/resources", "/api/v1/export/host"} {
		got := b.ask(t, http.MethodHead, path, nil)
		require.Equal(t, http.StatusOK, got.status)
		require.Empty(t, got.body)
	}
}
