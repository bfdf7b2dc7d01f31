package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/config"
	"cloudsync/deployment"
	"cloudsync/monitor"
	"cloudsync/store"
)

// metrics is what the worker shows of itself.
type metrics struct {
	registry *prometheus.Registry
	temporal client.MetricsHandler // for the SDK's own figures
	runs     *activities.Metrics
	requests *requests
}

func newMetrics() (*metrics, error) {
	registry := monitor.NewRegistry()
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo())
	if err != nil {
		return nil, fmt.Errorf("export metrics: %w", err)
	}
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter), sdkmetric.WithView(temporalLatencies()))
	runs, err := activities.NewMetrics(provider.Meter("cloudsync"))
	if err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	requests := newRequests()
	for _, collector := range requests.collectors() {
		if err := registry.Register(collector); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	handler := opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{
		Meter: provider.Meter("temporal-sdk-go"), UseMonotonicCounters: true,
		OnError: func(err error) { slog.Warn("metrics", "error", err) },
	})
	return &metrics{registry: registry, temporal: handler, runs: runs, requests: requests}, nil
}

// prepare has counters of what is configured begin at 0, so that their first step shows as an
// increase.
func (m *metrics) prepare(ctx context.Context, cfg *config.Config, accounts cloud.Accounts) {
	for _, r := range cfg.Sync.Resources {
		m.runs.Prepare(ctx, r.Kind)
		for _, account := range accounts {
			m.requests.prepare(account, r.Kind)
		}
	}
}

// temporalLatencies are the buckets of the SDK's latencies, in seconds. Those that OpenTelemetry
// takes by itself are for milliseconds: every latency would be in the first.
func temporalLatencies() sdkmetric.View {
	return sdkmetric.NewView(
		sdkmetric.Instrument{Name: "temporal_*", Kind: sdkmetric.InstrumentKindHistogram},
		sdkmetric.Stream{Aggregation: sdkmetric.AggregationExplicitBucketHistogram{
			Boundaries: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800},
		}},
	)
}

// readiness is what a worker needs to work.
type readiness struct {
	db       *store.Store
	temporal client.Client
	turn     *deployment.Turn
}

// listen serves /metrics, /healthz (the process answers) and /readyz (so do MySQL and
// Temporal, which knows the worker's build) at addr until the returned function is called.
func (m *metrics) listen(ctx context.Context, addr string, needs readiness) (stop func(), err error) {
	if addr == "" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("serve metrics and health at %s: %w: choose another address with --listen", addr, err)
	}
	server := &http.Server{Handler: m.handler(needs), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			slog.ErrorContext(ctx, "metrics and health are gone", "error", err)
		}
	}()
	slog.InfoContext(ctx, "metrics and health", "url", "http://"+listener.Addr().String())
	return func() { _ = server.Close() }, nil
}

func (m *metrics) handler(needs readiness) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", monitor.Metrics(m.registry))
	mux.Handle("GET /healthz", monitor.Alive())
	mux.Handle("GET /readyz", monitor.Ready(needs.check))
	return mux
}

func (r readiness) check(ctx context.Context) error {
	if err := r.db.Ping(ctx); err != nil {
		return err
	}
	if _, err := r.temporal.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return fmt.Errorf("check Temporal: %w", err)
	}
	return r.turn.Known()
}
