package page_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/config"
	"cloudsync/inventory"
	"cloudsync/resource"
	"cloudsync/serve/login"
	"cloudsync/serve/page"
	"cloudsync/store"
)

// now is when the tests' pages are looked at.
var now = time.Now().UTC().Truncate(time.Second)

// site is a page under test.
type site struct {
	t      *testing.T
	server *httptest.Server
}

// open serves the page over a database; options may be changed.
func open(t *testing.T, s *store.Store, change func(*page.Options)) site {
	t.Helper()
	options := page.Options{
		Inventory: inventory.FromTables(s), Store: s, Kinds: resource.Standard(), Version: "v1",
		Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler), Question: time.Minute,
		Namespace: "default", TemporalUI: "http://temporal.example",
	}
	if change != nil {
		change(&options)
	}
	made, err := page.New(options)
	require.NoError(t, err)
	guard, err := login.New(config.Serve{Listen: "127.0.0.1:0"}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	server := httptest.NewServer(guard.Wrap(made.Handler()))
	t.Cleanup(server.Close)
	return site{t: t, server: server}
}

// get asks for a page.
func (s site) get(path string) (status int, body string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(context.WithoutCancel(s.t.Context()), http.MethodGet, s.server.URL+path, nil)
	require.NoError(s.t, err)
	return s.do(request)
}

// post sends a form, and follows to where that leads.
func (s site) post(path string, form url.Values) (status int, body string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.server.URL+path, strings.NewReader(form.Encode()))
	require.NoError(s.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(request)
}

func (s site) do(request *http.Request) (status int, body string) {
	s.t.Helper()
	request.Header.Set("Accept", "text/html")
	response, err := s.server.Client().Do(request)
	require.NoError(s.t, err)
	defer func() { require.NoError(s.t, response.Body.Close()) }()
	read, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return response.StatusCode, string(read)
}
