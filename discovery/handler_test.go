package discovery

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

// serve serves the handlers at the places that they have.
func serve(t *testing.T, source Source) (address string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /sd/{kind}", TargetsHandler(source, resource.Standard()))
	mux.Handle("GET /ansible", AnsibleHandler(source, resource.Standard()))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// plain asks as Prometheus does: without Accept-Encoding, unless it is given.
var plain = http.Client{Transport: &http.Transport{DisableCompression: true}}

func get(t *testing.T, address, accept string) (status int, header http.Header, body []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	if accept != "" {
		request.Header.Set("Accept-Encoding", accept)
	}
	response, err := plain.Do(request)
	require.NoError(t, err)
	defer response.Body.Close() //nolint:errcheck // it was only read
	body, err = io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, response.Header, body
}

func someHosts() memory {
	return memory{
		&resource.Host{Meta: resource.Meta{Region: "beijing", NativeID: "i-1"}, Name: "a", PrivateIPs: []string{"10.0.0.1"}},
		&resource.Host{Meta: resource.Meta{Region: "shanghai", NativeID: "i-2"}, Name: "b", PrivateIPs: []string{"10.0.0.2"}},
		&resource.Host{Meta: resource.Meta{Region: "shanghai", NativeID: "i-3"}, Name: "c"},
		&resource.Database{Endpoint: "db.internal", Port: 3306},
	}
}

func TestTargetsAreServed(t *testing.T) {
	t.Parallel()
	at := serve(t, FromReader(someHosts()))
	for path, want := range map[string]struct {
		targets []string
		leftOut string
	}{
		"/sd/resource_host?port=9100":                                         {[]string{"10.0.0.1:9100", "10.0.0.2:9100"}, "1"},
		"/sd/host?port=65535":                                                 {[]string{"10.0.0.1:65535", "10.0.0.2:65535"}, "1"},
		"/sd/host?port=1&q=" + url.QueryEscape(`{region="beijing"}`):          {[]string{"10.0.0.1:1"}, "0"},
		"/sd/host?port=1&address=public":                                      {nil, "3"},
		"/sd/host?port=1&scheme=http&path=/x&q=" + url.QueryEscape(`nothing`): {nil, "0"},
		"/sd/database": {[]string{"db.internal:3306"}, "0"},
	} {
		for accept, compressed := range map[string]bool{"": false, "gzip": true, "br, GZIP; q=0.5": true, "gzip;q=0": false, "identity": false} {
			status, header, body := get(t, at+path, accept)
			require.Equal(t, http.StatusOK, status, string(body))
			require.Equal(t, "application/json", header.Get("Content-Type"))
			require.Equal(t, want.leftOut, header.Get(LeftOutHeader))
			require.Equal(t, strconv.Itoa(len(body)), header.Get("Content-Length"))
			if compressed {
				require.Equal(t, "gzip", header.Get("Content-Encoding"))
				inflated, err := gzip.NewReader(strings.NewReader(string(body)))
				require.NoError(t, err)
				body, err = io.ReadAll(inflated)
				require.NoError(t, err)
			} else {
				require.Empty(t, header.Get("Content-Encoding"))
			}
			var groups []targetGroup
			require.NoError(t, json.Unmarshal(body, &groups))
			require.Equal(t, want.targets, addressesOf(groups))
		}
	}
}

func TestWrongRequestsAreTold(t *testing.T) {
	t.Parallel()
	at := serve(t, FromReader(someHosts()))
	for path, want := range map[string]struct {
		status            int
		location, message string
	}{
		"/sd/hots?port=1":                       {404, "path.kind", "unknown kind"},
		"/sd/vpc?port=1":                        {404, "path.kind", "it has no addresses"},
		"/sd/host":                              {400, "query.port", "write one, such as port=9100"},
		"/sd/host?port=0":                       {400, "query.port", "from 1 to 65535"},
		"/sd/host?port=65536":                   {400, "query.port", "from 1 to 65535"},
		"/sd/host?port=+80":                     {400, "query.port", "from 1 to 65535"},
		"/sd/host?port=080":                     {400, "query.port", "from 1 to 65535"},
		"/sd/host?port=http":                    {400, "query.port", "from 1 to 65535"},
		"/sd/host?port=1&port=2":                {400, "query.port", "given twice"},
		"/sd/host?port=1&schema=https":          {400, "query.schema", "did you mean scheme?"},
		"/sd/host?port=1&address=pubic":         {400, "query.address", "write private, public or ipv6"},
		"/sd/host?port=1&scheme=ftp":            {400, "query.scheme", "write http or https"},
		"/sd/host?port=1&path=metrics":          {400, "query.path", "begin it with a slash"},
		"/sd/host?port=1&q=%7Bregin%3D%22x%22}": {400, "query.q", "wrong at character 2: unknown label"},
		"/ansible?q=%7B":                        {400, "query.q", "write } after the last matcher"},
		"/ansible?kind=disk":                    {400, "query.kind", "it has no addresses"},
		"/ansible?address=x":                    {400, "query.address", "write private"},
		"/ansible?port=1":                       {400, "query.port", "the parameters are kind, address, q"},
	} {
		status, header, body := get(t, at+path, "")
		require.Equal(t, want.status, status, path)
		require.Equal(t, "application/problem+json", header.Get("Content-Type"))
		var told problem
		require.NoError(t, json.Unmarshal(body, &told))
		require.Equal(t, want.status, told.Status)
		require.NotEmpty(t, told.Title)
		require.Len(t, told.Errors, 1)
		require.Equal(t, want.location, told.Errors[0].Location, path)
		require.Contains(t, told.Errors[0].Message, want.message, path)
	}
}

// While the source is away, Prometheus asks again and again.
func TestAnswersThatAreGivenUpLeaveNothing(t *testing.T) {
	source := broken{Source: FromReader(manyHosts(2000)), after: 1999, err: errors.New("MySQL is away")}
	handler := TargetsHandler(source, resource.Standard())
	before := runtime.NumGoroutine()
	for range 50 {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?port=9100", nil)
		request.SetPathValue("kind", "host")
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, request)
		require.Equal(t, http.StatusServiceUnavailable, response.Code)
	}
	require.Less(t, runtime.NumGoroutine(), before+25)
}

// A server that stops breaks answers off, and somebody still waits for them.
func TestAnAnswerThatIsBrokenOffIsNoEmptyOne(t *testing.T) {
	t.Parallel()
	ctx, breakOff := context.WithCancel(t.Context())
	breakOff()
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/?port=9100", nil)
	request.SetPathValue("kind", "host")
	response := httptest.NewRecorder()
	TargetsHandler(broken{Source: FromReader(manyHosts(1)), err: context.Canceled}, resource.Standard()).ServeHTTP(response, request)
	require.Equal(t, http.StatusServiceUnavailable, response.Code)
	require.NotEmpty(t, response.Body.String())
}

// Whatever was found before the source failed, nobody gets a part.
func TestNothingOfAShortListIsSent(t *testing.T) {
	t.Parallel()
	hosts := manyHosts(3000)
	for _, after := range []int{0, 1, 2999, 3000} {
		at := serve(t, broken{Source: FromReader(hosts), after: after, err: errors.New("MySQL is away\x1b[31m\u202e")})
		for _, path := range []string{"/sd/host?port=9100", "/ansible"} {
			for _, accept := range []string{"", "gzip"} {
				status, header, body := get(t, at+path, accept)
				require.Equal(t, http.StatusServiceUnavailable, status)
				require.Equal(t, "application/problem+json", header.Get("Content-Type"))
				require.Empty(t, header.Get("Content-Encoding"))
				require.NotContains(t, string(body), "10.0.")
				require.NotContains(t, string(body), "\u202e")
				var told problem
				require.NoError(t, json.Unmarshal(body, &told))
				require.Contains(t, told.Detail, "the inventory cannot be read as a whole now: MySQL is away")
				require.Empty(t, told.Errors)
			}
		}
	}
}
