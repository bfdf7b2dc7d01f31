package api_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
	"cloudsync/serve/api"
	"cloudsync/store/storetest"
)

func TestExports(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	got := b.get(t, "/api/v1/export/host", "q", "region=beijing", "columns", "native_id,vcpu,tags")
	require.Equal(t, "application/x-ndjson", got.header.Get("Content-Type"))
	require.Equal(t, "attachment", got.header.Get("Content-Disposition"))
	ids := map[string]any{}
	for line := range strings.Lines(got.body) {
		var row map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		require.Equal(t, "resource_host", row["kind"])
		ids[row["native_id"].(string)] = row["vcpu"]
	}
	require.Equal(t, map[string]any{"i-1": 8.0, "i-2": 4.0}, ids)

	got = b.get(t, "/api/v1/export/resource_host", "format", "csv", "q", "web-01")
	require.Equal(t, "text/csv; charset=utf-8", got.header.Get("Content-Type"))
	records, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	require.NoError(t, err)
	require.Len(t, records, 2)
	cells := map[string]string{}
	for i, name := range records[0] {
		cells[name] = records[1][i]
	}
	require.Equal(t, "web-01", cells["name"])
	require.Equal(t, "8", cells["vcpu"])
	require.Equal(t, `["10.0.0.5","fd00::5"]`, cells["private_ips"])
	require.JSONEq(t, `{"env":"prod"}`, cells["tags"])
	require.Len(t, cells["uid"], 32)

	for format, whole := range map[string]string{"ndjson": "", "csv": "name,os\r\n"} {
		got = b.get(t, "/api/v1/export/host", "q", "nothing-such", "format", format, "columns", "name,os")
		require.Equal(t, http.StatusOK, got.status)
		require.Equal(t, whole, got.body)
	}
	b.get(t, "/api/v1/export/host", "q", "{").problem(t, http.StatusUnprocessableEntity)
}

// many is an API over as many hosts as take several pages of the database and several
// writes, and the database's address.
func many(t *testing.T, change func(*api.Options)) (b *bench, dsn string) {
	t.Helper()
	dsn = storetest.NewDatabase(t)
	s := storetest.OpenDSN(t, dsn)
	_, err := s.Migrate(t.Context())
	require.NoError(t, err)
	inventorytest.Apply(t, s, "run", resource.HostKind, diff.Add, inventorytest.RandomRows(rand.New(rand.NewPCG(1, 1)), resource.HostKind, manyRows))
	return newBenchOver(t, s, change), dsn
}

const manyRows = 3000

func TestAnExportIsWhole(t *testing.T) {
	t.Parallel()
	b, _ := many(t, nil)
	require.Equal(t, manyRows, strings.Count(b.get(t, "/api/v1/export/host").body, "\n"))

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.URL+"/api/v1/export/host?format=csv", nil)
	require.NoError(t, err)
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := b.Client().Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	require.Equal(t, "gzip", response.Header.Get("Content-Encoding"))
	require.Contains(t, response.Header.Values("Vary"), "Accept-Encoding")
	unzipped, err := gzip.NewReader(response.Body)
	require.NoError(t, err)
	records, err := csv.NewReader(unzipped).ReadAll()
	require.NoError(t, err)
	require.Len(t, records, manyRows+1)
}

// interrupted is an inventory in which something happens after some rows.
type interrupted struct {
	api.Inventory
	after  int
	happen func() error
}

func (i interrupted) Each(ctx context.Context, scope inventory.Scope, show func(inventory.Found) error) error {
	shown := 0
	return i.Inventory.Each(ctx, scope, func(found inventory.Found) error {
		if shown++; shown == i.after {
			if err := i.happen(); err != nil {
				return err
			}
		}
		return show(found)
	})
}

// MySQL goes away in the middle: whoever reads sees that the list is not whole, in each
// format, compressed or not.
func TestAnExportThatBreaksOffDoesNotLookWhole(t *testing.T) {
	t.Parallel()
	var dsn string
	b, dsn := many(t, func(options *api.Options) {
		options.Inventory = interrupted{options.Inventory, 1500, func() error {
			storetest.KillConnections(t, dsn)
			return nil
		}}
	})
	for _, encoding := range []string{"gzip", "identity"} {
		for _, format := range []string{"ndjson", "csv"} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.URL+"/api/v1/export/host?format="+format, nil)
			require.NoError(t, err)
			request.Header.Set("Accept-Encoding", encoding)
			response, err := b.Client().Do(request)
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, response.StatusCode)
			_, err = io.Copy(io.Discard, response.Body)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%s %s", format, encoding)
			require.NoError(t, response.Body.Close())
		}
	}
	seen := 0
	err := inventory.FromServer(b.URL, "").Each(t.Context(), inventory.Scope{Kinds: []*resource.Kind{resource.HostKind}}, func(inventory.Found) error {
		seen++
		return nil
	})
	require.ErrorContains(t, err, "the list of resource_host that the server sends broke off")
	require.Less(t, seen, manyRows)
}

// What fails before the first row is sent is told in words.
func TestAnExportThatDoesNotBegin(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(options *api.Options) {
		options.Inventory = interrupted{options.Inventory, 1, func() error { return errors.New("user:secret@tcp(10.0.0.3:3306)") }}
	})
	got := b.get(t, "/api/v1/export/host")
	require.Contains(t, got.problem(t, http.StatusServiceUnavailable).Detail, "the database does not answer")
	require.NotContains(t, got.body, "secret")
	require.Equal(t, "5", got.header.Get("Retry-After"))
}

// HTTP/1.0 ends a body by closing the connection, whether it is whole or not.
func TestExportsNeedHTTP11(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", b.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { require.NoError(t, connection.Close()) }()
	_, err = fmt.Fprint(connection, "GET /api/v1/export/host HTTP/1.0\r\n\r\n")
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusHTTPVersionNotSupported, response.StatusCode)
	require.Contains(t, string(body), "proxy_http_version 1.1")
}

func TestExportsAtATime(t *testing.T) {
	t.Parallel()
	inside, release := make(chan struct{}), make(chan struct{})
	b := newBench(t, func(options *api.Options) {
		options.Limits.Exports = 1
		options.Inventory = interrupted{options.Inventory, 1, func() error {
			inside <- struct{}{}
			<-release
			return nil
		}}
	})
	first := make(chan answer, 1)
	b.beside(t, "/api/v1/export/host", first)
	<-inside
	b.get(t, "/api/v1/export/host").problem(t, http.StatusServiceUnavailable)
	require.Equal(t, http.StatusOK, b.get(t, "/api/v1/labels").status, "questions have their own turns")
	close(release)
	require.Equal(t, http.StatusOK, (<-first).status)
}

// Who does not read holds a snapshot of the database for a limited time.
func TestAClientThatDoesNotRead(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	b, _ := many(t, func(options *api.Options) {
		options.Limits.Write = 100 * time.Millisecond
		options.Inventory = endless{options.Inventory, ended}
	})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.URL+"/api/v1/export/host", nil)
	require.NoError(t, err)
	request.Header.Set("Accept-Encoding", "identity")
	response, err := b.Client().Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }() // it has broken off
	require.ErrorContains(t, <-ended, "timeout")
}

// endless shows the rows again and again, until nobody takes them.
type endless struct {
	api.Inventory
	ended chan error
}

func (e endless) Each(ctx context.Context, scope inventory.Scope, show func(inventory.Found) error) error {
	for {
		if err := e.Inventory.Each(ctx, scope, show); err != nil {
			e.ended <- err
			return err
		}
	}
}
