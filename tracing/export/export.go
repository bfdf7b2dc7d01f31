// Package export sends the spans of a process to a collector, over OTLP, as OpenTelemetry's own
// environment variables say
// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
package export

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdkresource "go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/interceptor"
)

const (
	// stopLimit is how long the end of a process waits for the last spans to be taken.
	stopLimit = 5 * time.Second
	// maxValue is how long an attribute is at most, where the environment does not say.
	maxValue = 256
)

// Tracing is where a process's spans go. The zero Tracing is nowhere.
type Tracing struct {
	provider *sdktrace.TracerProvider
}

// Start begins to export the spans of a service, or nothing, as the environment says.
func Start(ctx context.Context, service string, env func(name string) string) (*Tracing, error) {
	on, err := wanted(env)
	if !on || err != nil {
		return &Tracing{}, err
	}
	var options []otlptracehttp.Option
	if !endpointNamed(env) { // OpenTelemetry's own default is https
		options = append(options, otlptracehttp.WithEndpointURL(defaultEndpoint))
	}
	exporter, err := otlptracehttp.New(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("export traces: %w: check the variables OTEL_EXPORTER_OTLP_…", err)
	}
	about, err := describe(service)
	if err != nil {
		return nil, errors.Join(err, exporter.Shutdown(ctx))
	}
	otel.SetErrorHandler(&failures{now: time.Now, log: slog.Default()})
	slog.Info("traces are exported", "over", "OTLP, http/protobuf")
	return newTracing(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about)), nil
}

func newTracing(options ...sdktrace.TracerProviderOption) *Tracing {
	options = append(options, sdktrace.WithIDGenerator(ids{}), sdktrace.WithRawSpanLimits(limits()))
	return &Tracing{provider: sdktrace.NewTracerProvider(options...)}
}

func limits() sdktrace.SpanLimits {
	limits := sdktrace.NewSpanLimits() // as the environment says
	if limits.AttributeValueLengthLimit < 0 {
		limits.AttributeValueLengthLimit = maxValue
	}
	return limits
}

// endpoints are the variables that name a collector.
var endpoints = []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"}

// defaultEndpoint is where collectors are expected on this machine.
const defaultEndpoint = "http://localhost:4318/v1/traces"

func endpointNamed(env func(name string) string) bool {
	return slices.ContainsFunc(endpoints, func(name string) bool { return env(name) != "" })
}

// checkEndpoints refuses what OpenTelemetry would only log, and then send elsewhere.
func checkEndpoints(env func(name string) string) error {
	for _, name := range endpoints {
		value := env(name)
		if value == "" {
			continue
		}
		parsed, err := url.Parse(value)
		if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
			return fmt.Errorf("%s is no URL: write one such as http://127.0.0.1:4318", name)
		}
	}
	return nil
}

// wanted tells whether the environment names a collector. OpenTelemetry's own default would be
// to look for one on this machine.
func wanted(env func(name string) string) (bool, error) {
	if strings.EqualFold(env("OTEL_SDK_DISABLED"), "true") {
		return false, nil
	}
	exporter := env("OTEL_TRACES_EXPORTER")
	named := endpointNamed(env)
	switch {
	case exporter == "none", exporter == "" && !named:
		return false, nil
	case exporter != "" && exporter != "otlp":
		return false, fmt.Errorf("OTEL_TRACES_EXPORTER=%q: write otlp or none", exporter)
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if protocol := env(name); protocol != "" && protocol != "http/protobuf" {
			return false, fmt.Errorf("%s=%q: traces leave over http/protobuf only, which collectors take at port 4318", name, protocol)
		}
	}
	return true, checkEndpoints(env)
}

// describe says what the spans are of; the environment goes before.
func describe(service string) (*sdkresource.Resource, error) {
	fallback := sdkresource.NewSchemaless(attribute.String("service.name", service))
	about, err := sdkresource.New(context.Background(),
		sdkresource.WithAttributes(fallback.Attributes()...), sdkresource.WithTelemetrySDK(), sdkresource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("export traces: %w: check OTEL_RESOURCE_ATTRIBUTES", err)
	}
	return about, nil
}

// On tells whether spans are exported.
func (t *Tracing) On() bool { return t.provider != nil }

// Interceptors trace what goes through a client of Temporal, and the workers over it. There are
// none where nothing is exported.
func (t *Tracing) Interceptors() ([]interceptor.ClientInterceptor, error) {
	if !t.On() {
		return nil, nil
	}
	traced, err := newInterceptor(t.provider.Tracer("temporal-sdk-go"))
	if err != nil {
		return nil, fmt.Errorf("trace runs: %w", err)
	}
	return []interceptor.ClientInterceptor{traced}, nil
}

// Begin begins the root of a trace, such as that of a command.
func (t *Tracing) Begin(ctx context.Context, name string) (context.Context, trace.Span) {
	if !t.On() {
		return ctx, trace.SpanFromContext(ctx)
	}
	return t.provider.Tracer("cloudsync").Start(ctx, name)
}

// Stop sends what is left.
func (t *Tracing) Stop() {
	if !t.On() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		slog.Warn("the last traces are lost", "error", err)
	}
}
