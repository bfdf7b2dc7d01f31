package monitor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"cloudsync/monitor"
)

func answer(handler http.Handler) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/", nil))
	return recorder
}

func TestReadyTellsWhatIsMissing(t *testing.T) {
	t.Parallel()
	require.Equal(t, http.StatusOK, answer(monitor.Ready(func(context.Context) error { return nil })).Code)
	got := answer(monitor.Ready(func(context.Context) error { return errors.New("no answer\x1b[31m") }))
	require.Equal(t, http.StatusServiceUnavailable, got.Code)
	require.Equal(t, "no answer\ufffd[31m\n", got.Body.String())
	require.Equal(t, "ok\n", answer(monitor.Alive()).Body.String())
}

// fails is a collector whose metric cannot be read.
type fails struct{ desc *prometheus.Desc }

func (f fails) Describe(descs chan<- *prometheus.Desc) { descs <- f.desc }

func (f fails) Collect(metrics chan<- prometheus.Metric) {
	metrics <- prometheus.NewInvalidMetric(f.desc, errors.New("broken"))
}

func TestAMetricThatFailsCostsNoOther(t *testing.T) {
	t.Parallel()
	registry := monitor.NewRegistry()
	registry.MustRegister(fails{prometheus.NewDesc("broken", "Broken.", nil, nil)})
	got := answer(monitor.Metrics(registry))
	require.Equal(t, http.StatusOK, got.Code)
	require.Contains(t, got.Body.String(), "go_goroutines")
}

func TestLogs(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := monitor.NewLogger(&out, "json", false)
	require.NoError(t, err)
	log.Debug("left out")
	log.Info("said", "name", "\u202ex")
	var line struct{ Msg, Name string }
	require.NoError(t, json.Unmarshal(out.Bytes(), &line))
	require.Equal(t, "said", line.Msg)
	require.NotContains(t, out.String(), "\u202e")
	_, err = monitor.NewLogger(&out, "xml", false)
	require.EqualError(t, err, `unknown log format "xml": use text or json`)
}
