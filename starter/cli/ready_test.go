package cli

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReady(t *testing.T) {
	t.Parallel()
	ready := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(ready.Close)
	loading := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the inventory is still being loaded", http.StatusServiceUnavailable)
	}))
	t.Cleanup(loading.Close)
	gone := httptest.NewServer(nil)
	gone.Close()

	for _, address := range []string{ready.URL, ready.URL + "/"} {
		status, stdout, stderr := run(t, "ready", address)
		require.Zero(t, status, stderr)
		require.Empty(t, stdout)
	}
	for address, reason := range map[string]string{
		loading.URL:        "503 Service Unavailable: the inventory is still being loaded",
		gone.URL:           "connection refused",
		ready.URL + "/api": "404 Not Found",
		"http://\n":        "write the address as http://HOST:PORT",
	} {
		status, _, stderr := run(t, "ready", address)
		require.Equal(t, 1, status, address)
		require.Contains(t, stderr, "is not ready: ")
		require.Contains(t, stderr, reason)
	}
}
