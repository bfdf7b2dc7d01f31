package export

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
)

// newInterceptor is Temporal's own, with two things more: the trace of a run follows from the
// run's id, and of failures it has the type alone.
func newInterceptor(t trace.Tracer) (interceptor.Interceptor, error) {
	options := opentelemetry.TracerOptions{
		Tracer: t, DisableQueryTracing: true, DisableBaggage: true, AllowInvalidParentSpans: true, SpanStarter: start,
	}
	base, err := opentelemetry.NewTracer(options)
	if err != nil {
		return nil, err
	}
	return interceptor.NewTracingInterceptor(&runTracer{Tracer: base, options: options}), nil
}

// runTracer begins the span of a run that nobody has traced before, such as a schedule's, with
// ids that follow from the run's. A worker that replays the run, because another worker died,
// begins the same span, and what comes after is in the same trace.
type runTracer struct {
	interceptor.Tracer
	options opentelemetry.TracerOptions
}

// StartSpan implements interceptor.Tracer.
func (r *runTracer) StartSpan(of *interceptor.TracerStartSpanOptions) (interceptor.TracerSpan, error) {
	run := of.Tags["temporalRunID"]
	if of.Operation != "RunWorkflow" || of.Parent != nil || run == "" {
		return r.Tracer.StartSpan(of)
	}
	options := r.options
	options.SpanStarter = func(ctx context.Context, t trace.Tracer, name string, opts ...trace.SpanStartOption) trace.Span {
		return start(context.WithValue(ctx, runKey{}, run), t, name, opts...)
	}
	ofRun, err := opentelemetry.NewTracer(options)
	if err != nil {
		return nil, err
	}
	return ofRun.StartSpan(of)
}

func start(ctx context.Context, t trace.Tracer, name string, opts ...trace.SpanStartOption) trace.Span {
	_, span := t.Start(ctx, name, opts...)
	return guarded{span}
}

// guarded keeps the texts of errors out of a span: clouds wrote them, as long as they liked.
type guarded struct{ trace.Span }

// RecordError implements trace.Span.
func (g guarded) RecordError(err error, _ ...trace.EventOption) {
	if err != nil {
		g.SetAttributes(attribute.String("error.type", failureType(err)))
	}
}

// SetStatus implements trace.Span.
func (g guarded) SetStatus(code codes.Code, _ string) { g.Span.SetStatus(code, "") }

// failureType is one of the program's words for failures, or Temporal's.
func failureType(err error) string {
	var application *temporal.ApplicationError
	switch {
	case errors.As(err, &application):
		return application.Type()
	case temporal.IsCanceledError(err), errors.Is(err, context.Canceled):
		return "canceled"
	case temporal.IsTimeoutError(err), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	default:
		return "other"
	}
}

type runKey struct{}

// ids makes the ids of spans.
type ids struct{}

// NewIDs implements sdktrace.IDGenerator.
func (ids) NewIDs(ctx context.Context) (id trace.TraceID, span trace.SpanID) {
	if run, ok := ctx.Value(runKey{}).(string); ok {
		return OfRun(run)
	}
	_, _ = rand.Read(id[:]) // it does not fail
	_, _ = rand.Read(span[:])
	return id, span
}

// NewSpanID implements sdktrace.IDGenerator.
func (ids) NewSpanID(context.Context, trace.TraceID) (span trace.SpanID) {
	_, _ = rand.Read(span[:])
	return span
}

// OfRun are the ids of the trace and the root span of a run that a schedule started.
func OfRun(run string) (id trace.TraceID, span trace.SpanID) {
	sum := sha256.Sum256([]byte(run))
	copy(id[:], sum[:])
	copy(span[:], sum[len(id):])
	return id, span
}
