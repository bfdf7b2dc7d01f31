// Package tracing has the spans of what an activity does. Where nobody listens, they cost
// nothing: package export says who does.
package tracing

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"cloudsync/resource"
)

// scope is what made the spans, as OpenTelemetry names it.
const scope = "cloudsync"

// Span is something that takes time, inside of a span of the caller. The zero Span is of nobody.
type Span struct{ trace.Span }

// Start begins a span, if the one of ctx is recorded. The name is one of a few words of the
// program; what varies is in attributes.
func Start(ctx context.Context, name string) (context.Context, Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, Span{noop.Span{}}
	}
	ctx, span := parent.TracerProvider().Tracer(scope).Start(ctx, name)
	return ctx, Span{span}
}

// Of says which scope the span is of, as far as it has one.
func (s Span) Of(of resource.Scope) {
	if !s.IsRecording() {
		return
	}
	for _, part := range []struct{ name, value string }{
		{"cloudsync.kind", of.Kind}, {"cloud.provider", of.Provider}, {"cloudsync.account", of.Account}, {"cloud.region", of.Region},
	} {
		if part.value != "" {
			s.SetAttributes(attribute.String(part.name, part.value))
		}
	}
}

// Count adds a figure.
func (s Span) Count(name string, n int) {
	if s.IsRecording() {
		s.SetAttributes(attribute.Int("cloudsync."+name, n))
	}
}

// Text adds a word of the program.
func (s Span) Text(name, word string) {
	if s.IsRecording() {
		s.SetAttributes(attribute.String("cloudsync."+name, word))
	}
}

// Done ends the span. Of a failure it has the class alone: the text is of whoever wrote it.
func (s Span) Done(err error, class string) {
	if err != nil && s.IsRecording() {
		s.SetStatus(codes.Error, class)
		s.SetAttributes(attribute.String("error.type", class))
	}
	s.End()
}
