package export

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"cloudsync/resource"
	"cloudsync/tracing"
	"cloudsync/workflows"
)

func environment(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestTheEnvironmentSaysWhetherAnythingIsTraced(t *testing.T) {
	t.Parallel()
	const collector = "OTEL_EXPORTER_OTLP_ENDPOINT"
	for name, c := range map[string]struct {
		env   map[string]string
		on    bool
		wrong string
	}{
		"nothing":              {},
		"a collector":          {env: map[string]string{collector: "http://127.0.0.1:4318"}, on: true},
		"one for traces":       {env: map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, on: true},
		"the default one":      {env: map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, on: true},
		"switched off":         {env: map[string]string{collector: "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"}},
		"no traces":            {env: map[string]string{collector: "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"}},
		"another exporter":     {env: map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, wrong: "write otlp or none"},
		"gRPC":                 {env: map[string]string{collector: "http://127.0.0.1:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, wrong: "http/protobuf only"},
		"gRPC, but not in use": {env: map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on, err := wanted(environment(c.env))
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.on, on)
		})
	}
}

func TestOffIsNothing(t *testing.T) {
	t.Parallel()
	off, err := Start(t.Context(), "test", environment(nil))
	require.NoError(t, err)
	require.False(t, off.On())
	interceptors, err := off.Interceptors()
	require.NoError(t, err)
	require.Empty(t, interceptors)
	ctx, span := off.Begin(t.Context(), "test")
	require.Equal(t, t.Context(), ctx)
	span.End()
	off.Stop()
}

// recording keeps the spans that end.
func recording() (*Tracing, *tracetest.SpanRecorder) {
	recorder := tracetest.NewSpanRecorder()
	return newTracing(sdktrace.WithSpanProcessor(recorder)), recorder
}

// Histories of runs that nobody traced, and those of another worker, replay with the
// interceptor: it adds no command.
func TestCommittedHistoriesReplayTraced(t *testing.T) {
	t.Parallel()
	histories, err := filepath.Glob("../../workflows/testdata/*.json")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(histories), 16)
	for _, path := range histories {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			first, again := replay(t, path), replay(t, path)
			require.NotEmpty(t, first)
			require.Equal(t, first, again, "a replay is in the trace of the run")
		})
	}
}

// replay replays a history with tracing on, and returns the ids of the run's trace and span.
func replay(t *testing.T, path string) string {
	t.Helper()
	encoded, err := os.ReadFile(path)
	require.NoError(t, err)
	history, err := client.HistoryFromJSON(bytes.NewReader(encoded), client.HistoryJSONOptions{})
	require.NoError(t, err)
	started := history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
	tracing, recorder := recording()
	traced, err := newInterceptor(tracing.provider.Tracer("test"))
	require.NoError(t, err)
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{Interceptors: []interceptor.WorkerInterceptor{traced}})
	require.NoError(t, err)
	for _, w := range []any{
		workflows.CloudSyncWorkflow, workflows.VerifyWorkflow, workflows.PrunePlanWorkflow, workflows.PruneWorkflow,
		workflows.RetentionWorkflow, workflows.CheckAccountsWorkflow,
		workflows.NoticesWorkflow, workflows.DeliverNoticesWorkflow,
	} {
		replayer.RegisterWorkflow(w)
	}
	require.NoError(t, replayer.ReplayWorkflowHistoryWithOptions(nil, history, worker.ReplayWorkflowHistoryOptions{
		OriginalExecution: workflow.Execution{ID: started.GetWorkflowId(), RunID: started.GetOriginalExecutionRunId()},
	}))
	for _, span := range recorder.Started() {
		if strings.HasPrefix(span.Name(), "RunWorkflow:") {
			id, root := OfRun(started.GetOriginalExecutionRunId())
			require.Equal(t, id, span.SpanContext().TraceID())
			require.Equal(t, root, span.SpanContext().SpanID())
			return span.SpanContext().TraceID().String()
		}
	}
	return ""
}

// What a cloud writes into an error is in no span.
func TestASpanHasNoTextOfErrors(t *testing.T) {
	t.Parallel()
	tracer, recorder := recording()
	_, span := tracer.provider.Tracer("test").Start(t.Context(), "RunActivity:FetchCloud")
	failed := temporal.NewApplicationError("the key is AKIA-secret", "denied", errors.New("AKIA-secret"))
	guarded{span}.RecordError(failed)
	guarded{span}.SetStatus(codes.Error, failed.Error())
	span.End()
	ended := recorder.Ended()
	require.Len(t, ended, 1)
	require.Empty(t, ended[0].Events())
	require.Equal(t, codes.Error, ended[0].Status().Code)
	require.Empty(t, ended[0].Status().Description)
	require.Len(t, ended[0].Attributes(), 1)
	require.Equal(t, "denied", ended[0].Attributes()[0].Value.AsString())
}

func TestAnAttributeIsBounded(t *testing.T) {
	t.Parallel()
	tracer, recorder := recording()
	ctx, root := tracer.Begin(t.Context(), "run")
	_, span := tracing.Start(ctx, "cloud list")
	span.Of(resource.Scope{Kind: "resource_host", Provider: "mock", Account: "demo", Region: strings.Repeat("r", 10_000)})
	span.Done(nil, "")
	root.End()
	for _, attribute := range recorder.Ended()[0].Attributes() {
		require.LessOrEqual(t, len(attribute.Value.AsString()), maxValue)
	}
	require.Equal(t, root.SpanContext().SpanID(), recorder.Ended()[0].Parent().SpanID())
}

// BenchmarkSpan compares a call of a provider in a span, of nobody and of somebody, with the
// call alone: `go test -bench Span ./tracing/export`.
func BenchmarkSpan(b *testing.B) {
	scope := resource.Scope{Kind: "resource_host", Provider: "mock", Account: "demo", Region: "beijing"}
	page := bytes.Repeat([]byte("a row of a page "), 1<<10)
	call := func() { bytes.Count(page, []byte("page")) }
	spanned := func(ctx context.Context, call func()) {
		_, span := tracing.Start(ctx, "cloud list")
		span.Of(scope)
		call()
		span.Done(nil, "")
	}
	tracer := newTracing()
	defer tracer.Stop()
	traced, root := tracer.Begin(b.Context(), "run")
	defer root.End()
	var alone, off, on, empty time.Duration
	for b.Loop() {
		alone += took(call)
		off += took(func() { spanned(b.Context(), call) })
		on += took(func() { spanned(traced, call) })
		empty += took(func() { spanned(b.Context(), func() {}) })
	}
	b.ReportMetric(float64(off)/float64(alone), "off/alone")
	b.ReportMetric(float64(on)/float64(alone), "on/alone")
	b.ReportMetric(float64(empty.Nanoseconds())/float64(b.N)/calls, "ns-off")
	b.ReportMetric(testing.AllocsPerRun(100, func() { spanned(b.Context(), func() {}) }), "allocs-off")
}

// calls are enough for the clock.
const calls = 1000

func took(do func()) time.Duration {
	began := time.Now()
	for range calls {
		do()
	}
	return time.Since(began)
}
