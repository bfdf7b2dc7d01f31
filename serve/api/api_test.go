package api_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
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
	request, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	require.NoError(t, err)
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := b.Client().Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answer{response.StatusCode, response.Header, string(body)}
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
	} {
		var got page
		b.get(t, c.path, c.parameters...).into(t, &got)
		require.Equal(t, c.total, got.Total, c.parameters)
		require.Equal(t, c.names, got.names(), c.parameters)
		require.Empty(t, got.Next)
	}
}
