package activities

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Metrics are a worker's figures of the runs it recorded.
type Metrics struct {
	runs     metric.Int64Counter
	rows     metric.Int64Counter
	duration metric.Float64Histogram
	resource metric.Int64Gauge
	held     metric.Int64Gauge
	finished metric.Int64Gauge
}

// NewMetrics registers the figures with meter.
func NewMetrics(meter metric.Meter) (*Metrics, error) {
	var m Metrics
	errs := make([]error, 6)
	m.runs, errs[0] = meter.Int64Counter("cloudsync_runs", metric.WithDescription("Finished runs by kind and outcome"))
	m.rows, errs[1] = meter.Int64Counter("cloudsync_rows", metric.WithDescription("Rows by kind and operation: add, modify, delete, rehash, fail"))
	m.duration, errs[2] = meter.Float64Histogram("cloudsync_run_duration", metric.WithUnit("s"), metric.WithDescription("Time that runs took"),
		metric.WithExplicitBucketBoundaries(0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600))
	m.resource, errs[3] = meter.Int64Gauge("cloudsync_cloud_resources", metric.WithDescription("Resources that the clouds listed in the last run"))
	m.held, errs[4] = meter.Int64Gauge("cloudsync_held_deletions", metric.WithDescription("Deletions that wait for an operator since the last run"))
	m.finished, errs[5] = meter.Int64Gauge("cloudsync_last_run_finished", metric.WithUnit("s"), metric.WithDescription("Unix time of the end of the last run by kind and outcome"))
	return &m, errors.Join(errs...)
}

// outcomes are those of runs.
var outcomes = []Outcome{OK, Unchanged, Partial, Held, Failed}

// operations are what runs do to rows.
var operations = []string{"add", "modify", "delete", "rehash", "fail"}

// Prepare has the counters of a kind begin at 0.
func (m *Metrics) Prepare(ctx context.Context, kind string) {
	ofKind := attribute.String("kind", kind)
	for _, outcome := range outcomes {
		m.runs.Add(ctx, 0, metric.WithAttributes(ofKind, attribute.String("outcome", string(outcome))))
	}
	for _, op := range operations {
		m.rows.Add(ctx, 0, metric.WithAttributes(ofKind, attribute.String("op", op)))
	}
}

func (m *Metrics) record(ctx context.Context, kind string, run *RunRecord) {
	if m == nil {
		return
	}
	ofKind := attribute.String("kind", kind)
	outcome := metric.WithAttributes(ofKind, attribute.String("outcome", string(run.Outcome)))
	m.runs.Add(ctx, 1, outcome)
	m.finished.Record(ctx, run.FinishedAt.Unix(), outcome)
	m.duration.Record(ctx, run.Took.Seconds(), metric.WithAttributes(ofKind))
	m.resource.Record(ctx, run.Stats.CloudNum, metric.WithAttributes(ofKind))
	m.held.Record(ctx, run.Stats.Held, metric.WithAttributes(ofKind))
	for _, count := range []struct {
		op   string
		rows int64
	}{
		{"add", run.Stats.SuAdd}, {"modify", run.Stats.SuMod}, {"delete", run.Stats.SuDel},
		{"rehash", run.Stats.Rehashed}, {"fail", run.Stats.FailedRows},
	} {
		m.rows.Add(ctx, count.rows, metric.WithAttributes(ofKind, attribute.String("op", count.op)))
	}
}
