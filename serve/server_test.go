package serve_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
	"cloudsync/serve"
	"cloudsync/serve/api"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

func options(s *store.Store) serve.Options {
	return serve.Options{
		Options: api.Options{
			Inventory: inventory.FromTables(s), Store: s, Kinds: resource.Standard(), Version: "v1", Log: slog.New(slog.DiscardHandler),
			Limits: api.Limits{Question: time.Minute},
		},
		Listen: "127.0.0.1:0",
	}
}

// hosts are in the service tree at these places.
func hosts(places ...string) (rows []resource.Row) {
	for i, place := range places {
		parts := append(strings.SplitN(place, "|", 3), "", "")
		rows = append(rows, &resource.Host{
			Meta:       resource.Meta{Provider: "mock", Account: "prod", Region: "beijing", NativeID: fmt.Sprint("i-", i)},
			STreeGroup: parts[0], STreeProduct: parts[1], STreeApp: parts[2],
		})
	}
	return rows
}

func open(t *testing.T, rows ...resource.Row) *store.Store {
	t.Helper()
	s := storetest.Open(t)
	if len(rows) > 0 {
		inventorytest.Apply(t, s, "run", resource.HostKind, diff.Add, rows)
	}
	return s
}

// running is a server that listens.
type running struct {
	url   string
	stop  context.CancelFunc
	ended chan error
}

func start(t *testing.T, options serve.Options) running {
	t.Helper()
	server, err := serve.New(options)
	require.NoError(t, err)
	listener, err := server.Listen(t.Context())
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	r := running{url: "http://" + listener.Addr().String(), stop: stop, ended: make(chan error, 1)}
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		r.ended <- server.Serve(ctx, listener)
	}()
	t.Cleanup(func() {
		stop()
		<-finished
	})
	return r
}

func get(t *testing.T, client *http.Client, address string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	response, err := client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	read, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(read)
}

// metrics are the samples of a family, by their labels' values in alphabetical order of the
// labels. What is read is what a scrape gets: it has to be an exposition.
func metrics(t *testing.T, url, family string) map[string]float64 {
	t.Helper()
	status, body := get(t, http.DefaultClient, url+"/metrics")
	require.Equal(t, http.StatusOK, status)
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(body))
	require.NoError(t, err, body)
	samples := map[string]float64{}
	for _, metric := range families[family].GetMetric() {
		var labels []string
		for _, label := range metric.GetLabel() {
			labels = append(labels, label.GetValue())
		}
		samples[strings.Join(labels, "|")] = metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
	}
	return samples
}

func TestTreeGauges(t *testing.T) {
	t.Parallel()
	odd := "in\"f\\|mon\ni}tor|\u202e{x=\"y\"} 7\n# HELP x"
	opts := options(open(t, hosts("inf|monitor|kafka", "inf|monitor|kafka", "inf|monitor|kafka", "inf||", odd, odd, "")...))
	opts.TreeGauges = 3
	r := start(t, opts)
	// The labels are app, group, kind, product.
	require.Equal(t, map[string]float64{
		"kafka|inf|resource_host|monitor":                              3,
		"\u202e{x=\"y\"} 7\n# HELP x|in\"f\\|resource_host|mon\ni}tor": 2,
		"||resource_host|": 1,
	}, metrics(t, r.url, "cloudsync_tree_resources"))
	require.Equal(t, map[string]float64{"": 1}, metrics(t, r.url, "cloudsync_tree_resources_left_off"))
	require.Equal(t, map[string]float64{"": 1}, metrics(t, r.url, "cloudsync_tree_up"))
}

// loading is an inventory that is loaded, or not.
type loading struct {
	*inventory.Tables
	loaded atomic.Bool
	counts atomic.Int64
	fails  atomic.Bool
}

func (l *loading) State() inventory.State {
	return inventory.State{AsOf: time.Unix(1, 0), Problem: "odd", Kinds: []inventory.KindState{{Kind: "resource_host", Loaded: l.loaded.Load(), Rows: 7, Version: "1"}}}
}

func (l *loading) Count(ctx context.Context, count inventory.Count) (inventory.Counts, error) {
	l.counts.Add(1)
	if l.fails.Load() {
		return inventory.Counts{}, inventory.ErrNotLoaded
	}
	return l.Tables.Count(ctx, count)
}

func TestGaugesOfTheIndex(t *testing.T) {
	t.Parallel()
	s := open(t, hosts("inf||")...)
	rows := &loading{Tables: inventory.FromTables(s)}
	opts := options(s)
	opts.Inventory = rows
	var later atomic.Int64
	opts.Now = func() time.Time { return time.Unix(1_700_000_000, later.Load()) }
	rows.fails.Store(true)
	r := start(t, opts)
	for family, want := range map[string]map[string]float64{
		"cloudsync_index_rows": {"resource_host": 7}, "cloudsync_index_loaded": {"resource_host": 0},
		"cloudsync_index_as_of_seconds": {"": 1}, "cloudsync_index_up_to_date": {"": 0},
		"cloudsync_tree_up": {"": 0}, "cloudsync_tree_resources": {},
	} {
		require.Equal(t, want, metrics(t, r.url, family), family)
	}
	before := rows.counts.Load()
	require.Equal(t, map[string]float64{"": 0}, metrics(t, r.url, "cloudsync_tree_up"))
	require.Equal(t, before, rows.counts.Load(), "an inventory that cannot be counted is left alone for a while")
	rows.fails.Store(false)
	later.Add(int64(15 * time.Second))
	require.Equal(t, map[string]float64{"": 1}, metrics(t, r.url, "cloudsync_tree_up"), "it is counted anew")
	before = rows.counts.Load()
	require.NotEmpty(t, metrics(t, r.url, "cloudsync_tree_resources"))
	require.Equal(t, before, rows.counts.Load(), "within a minute it is not")
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := open(t)
	rows := &loading{Tables: inventory.FromTables(s)}
	opts := options(s)
	opts.Inventory = rows
	opts.Guard = func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	}
	r := start(t, opts)
	status, body := get(t, http.DefaultClient, r.url+"/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "the inventory is still being loaded\n", body)
	rows.loaded.Store(true)
	for _, path := range []string{"/readyz", "/healthz"} {
		status, body = get(t, http.DefaultClient, r.url+path)
		require.Equal(t, http.StatusOK, status, path)
		require.Equal(t, "ok\n", body)
	}
	for _, path := range []string{"/metrics", "/api/v1/resources", "/api/openapi.json", "/", "/healthz/x"} {
		status, _ = get(t, http.DefaultClient, r.url+path)
		require.Equal(t, http.StatusUnauthorized, status, path)
	}
}

// Who is not known learns nothing of where MySQL is.
func TestNotReadyWithoutMySQL(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewDatabase(t)
	s, err := store.Open(t.Context(), dsn, store.Options{})
	require.NoError(t, err)
	r := start(t, options(s))
	require.NoError(t, s.Close())
	status, body := get(t, http.DefaultClient, r.url+"/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "MySQL does not answer: the server's log says why\n", body)
	status, body = get(t, http.DefaultClient, r.url+"/api/v1/resources")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, body, "the database does not answer as it should")
}

func TestRequestsAreCountedByPattern(t *testing.T) {
	t.Parallel()
	r := start(t, options(open(t)))
	for _, path := range []string{"/api/v1/resources/host", "/api/v1/resources/disk", "/api/v1/resources/lamp", "/api/v1/count?by=x", "/wp-admin", "/api/v1/x\"y", "/healthz"} {
		get(t, http.DefaultClient, r.url+path)
	}
	require.Equal(t, map[string]float64{
		"/api/v1/resources/{kind}|200": 2, "/api/v1/resources/{kind}|404": 1, "/api/v1/count|422": 1, "other|404": 2, "/healthz|200": 1,
	}, metrics(t, r.url, "cloudsync_http_request_duration_seconds"))
}

// A megabyte is refused at once, by the longest header that is read.
func TestAQueryOfAMegabyte(t *testing.T) {
	t.Parallel()
	r := start(t, options(open(t)))
	began := time.Now()
	status, body := get(t, http.DefaultClient, r.url+"/api/v1/resources?q="+strings.Repeat("a", 1<<20))
	require.Less(t, time.Since(began), 30*time.Second)
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, status)
	require.Contains(t, body, "Request Header Fields Too Large")
	status, _ = get(t, http.DefaultClient, r.url+"/healthz")
	require.Equal(t, http.StatusOK, status)
}

// paused is an inventory whose rows come when they are let go.
type paused struct {
	api.Inventory
	inside chan struct{}
	goOn   chan struct{}
}

func (p paused) Each(ctx context.Context, scope inventory.Scope, show func(inventory.Found) error) error {
	shown := 0
	return p.Inventory.Each(ctx, scope, func(found inventory.Found) error {
		if shown++; shown == 1000 {
			p.inside <- struct{}{}
			select {
			case <-p.goOn:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return show(found)
	})
}

// exporting is a server amid an export.
func exporting(t *testing.T, stop time.Duration) (r running, p paused, body io.ReadCloser) {
	t.Helper()
	rows := inventorytest.RandomRows(mathrand.New(mathrand.NewPCG(1, 1)), resource.HostKind, 2000)
	opts := options(open(t, rows...))
	p = paused{opts.Inventory, make(chan struct{}, 1), make(chan struct{})}
	opts.Inventory, opts.Stop = p, stop
	r = start(t, opts)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/api/v1/export/host", nil)
	require.NoError(t, err)
	response, err := (&http.Client{Transport: &http.Transport{}}).Do(request)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	t.Cleanup(func() { _ = response.Body.Close() }) // it may have broken off
	<-p.inside
	return r, p, response.Body
}

// awaitClosed waits until nobody listens any more.
func awaitClosed(t *testing.T, url string) {
	t.Helper()
	require.Eventually(t, func() bool {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
		if err == nil {
			_ = connection.Close() // only whether there is one matters
		}
		return err != nil
	}, time.Minute, 10*time.Millisecond)
}

func TestAnExportEndsBeforeTheServerDoes(t *testing.T) {
	t.Parallel()
	r, p, body := exporting(t, time.Minute)
	r.stop()
	awaitClosed(t, r.url)
	require.Empty(t, r.ended)
	close(p.goOn)
	whole, err := io.ReadAll(body)
	require.NoError(t, err)
	require.Equal(t, 2000, strings.Count(string(whole), "\n"))
	require.NoError(t, <-r.ended)
}

func TestAnExportThatDoesNotEndBreaksOff(t *testing.T) {
	t.Parallel()
	r, _, body := exporting(t, 50*time.Millisecond)
	r.stop()
	_, err := io.ReadAll(body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.NoError(t, <-r.ended)
}

func certificate(t *testing.T, serial int64) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// A certificate that is replaced is used for the next connection.
func TestTLS(t *testing.T) {
	t.Parallel()
	var present atomic.Pointer[tls.Certificate]
	opts := options(open(t))
	opts.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return present.Load(), nil }}
	r := start(t, opts)
	for serial := int64(1); serial <= 2; serial++ {
		used := certificate(t, serial)
		present.Store(used)
		parsed, err := x509.ParseCertificate(used.Certificate[0])
		require.NoError(t, err)
		roots := x509.NewCertPool()
		roots.AddCert(parsed)
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}, ForceAttemptHTTP2: true}}
		status, _ := get(t, client, strings.Replace(r.url, "http://", "https://", 1)+"/healthz")
		require.Equal(t, http.StatusOK, status)
		client.CloseIdleConnections()
	}
}

func TestAnAddressThatIsTaken(t *testing.T) {
	t.Parallel()
	taken := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(taken.Close)
	opts := options(open(t))
	opts.Listen = taken.Listener.Addr().String()
	server, err := serve.New(opts)
	require.NoError(t, err)
	require.ErrorContains(t, server.Run(t.Context()), "choose another address")
}

// Pages answer in HTML where the server's bounds are reached.
func TestBoundsOfPagesAreToldInHTML(t *testing.T) {
	t.Parallel()
	made := options(open(t))
	made.Limits.PerSecond, made.Limits.Burst = 0.001, 1
	server := start(t, made)
	_, _ = get(t, http.DefaultClient, server.url+"/")
	status, body := get(t, http.DefaultClient, server.url+"/runs")
	require.Equal(t, http.StatusTooManyRequests, status)
	require.Contains(t, body, "<h1><bdi>Too much is asked</bdi></h1>")
	status, body = get(t, http.DefaultClient, server.url+"/inventory?q="+strings.Repeat("a", 70<<10))
	require.Equal(t, http.StatusRequestURITooLong, status)
	require.Contains(t, body, "<h1><bdi>This address is too long</bdi></h1>")
	require.NotContains(t, body, "aaaa")
}
