package cli

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestServeIsForThisMachineAloneWithoutALogin(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	for listen, message := range map[string]string{
		"0.0.0.0:9467":        "others than this machine reach it",
		":9467":               "others than this machine reach it",
		"[::]:9467":           "others than this machine reach it",
		"192.168.0.1:9467":    "others than this machine reach it",
		"cloudsync.test:9467": "others than this machine reach it",
		"localhost.test:9467": "others than this machine reach it",
		"127.0.0.1":           "127.0.0.1:9467",
	} {
		b := newBench()
		require.Equal(t, 1, b.Run(t.Context(), []string{"serve", "--config", a.config, "--listen", listen}), listen)
		require.Contains(t, b.stderr.String(), `starter: listen on "`+listen+`": `)
		require.Contains(t, b.stderr.String(), message)
	}
}

func TestServeWithoutTables(t *testing.T) {
	t.Parallel()
	status, _, stderr := newArchive(t).do(t, "serve", "--listen", "127.0.0.1:0")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "the schema is not up to date: run `starter migrate`")
}

func TestServe(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.do(t, "migrate")
	a.record(t, "aaaa-1", "resource_host", "ok")
	log, written := io.Pipe()
	b := newBench()
	b.Program = New(io.Discard, written, func(string) string { return "" })
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- b.Run(ctx, []string{"serve", "--listen", "127.0.0.1:0", "--config", a.config, "--log-format", "json"})
		_ = written.Close() // so that reading ends, too
	}()
	lines := json.NewDecoder(log)
	var url string
	read := map[string]bool{} // the index writes into the server's log, of each kind
	for url == "" || !read["resource_host"] || !read["resource_disk"] {
		var line struct{ Msg, URL, Kind string }
		require.NoError(t, lines.Decode(&line))
		switch line.Msg {
		case "serving the inventory":
			url = line.URL
		case "read into the index":
			read[line.Kind] = true
		}
	}
	go func() { _, _ = io.Copy(io.Discard, log) }() // the rest

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/v1/runs", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Contains(t, string(body), `"runId":"aaaa-1"`)
	stop()
	select {
	case status := <-ended:
		require.Zero(t, status)
	case <-time.After(time.Minute):
		require.Fail(t, "it does not stop")
	}
	require.True(t, strings.HasPrefix(url, "http://127.0.0.1:"))
}
