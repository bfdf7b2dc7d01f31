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

func TestServeIsForThisMachineAlone(t *testing.T) {
	t.Parallel()
	for listen, message := range map[string]string{
		"0.0.0.0:9467":        "for this machine alone: write 127.0.0.1:PORT",
		":9467":               "for this machine alone",
		"[::]:9467":           "for this machine alone",
		"192.168.0.1:9467":    "for this machine alone",
		"cloudsync.test:9467": "for this machine alone",
		"localhost.test:9467": "for this machine alone",
		"127.0.0.1":           "write HOST:PORT, such as 127.0.0.1:9467",
	} {
		b := newBench()
		require.Equal(t, 1, b.Run(t.Context(), []string{"serve", "--listen", listen}), listen)
		require.Contains(t, b.stderr.String(), `starter: --listen "`+listen+`": `)
		require.Contains(t, b.stderr.String(), message)
	}
	for _, listen := range []string{"127.0.0.1:0", "localhost:0", "[::1]:0", "127.1.2.3:0"} {
		require.NoError(t, checkLoopback(listen), listen)
	}
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
	var line struct{ Msg, URL string }
	lines := json.NewDecoder(log)
	require.NoError(t, lines.Decode(&line))
	require.Equal(t, "serving the inventory", line.Msg)
	go func() { _, _ = io.Copy(io.Discard, log) }() // the rest

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, line.URL+"/api/v1/runs", nil)
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
	require.True(t, strings.HasPrefix(line.URL, "http://127.0.0.1:"))
}
