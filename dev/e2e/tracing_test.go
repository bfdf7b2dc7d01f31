package e2e

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"cloudsync/activities"
	"cloudsync/tracing/export"
)

// traces is a collector that keeps what it is sent.
type traces struct {
	mu     sync.Mutex
	spans  map[string]*trace.Span // by id
	of     map[string]string      // the services of the spans
	failed error
}

// newTraces serves a collector to the end of the test, and lets the stack's processes know it.
func (s *stack) newTraces(t *testing.T) *traces {
	t.Helper()
	c := &traces{spans: map[string]*trace.Span{}, of: map[string]string{}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	s.env = append(s.env, "OTEL_EXPORTER_OTLP_ENDPOINT="+server.URL, "OTEL_BSP_SCHEDULE_DELAY=100")
	return c
}

// ServeHTTP implements http.Handler.
func (c *traces) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var sent collector.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(body, &sent)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.failed = err
	}
	for _, from := range sent.GetResourceSpans() {
		for _, scope := range from.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				id := string(span.GetSpanId())
				c.spans[id] = span
				for _, attribute := range from.GetResource().GetAttributes() {
					if attribute.GetKey() == "service.name" {
						c.of[id] = attribute.GetValue().GetStringValue()
					}
				}
			}
		}
	}
}

// path are the names from a span up to its root, which has to be there.
func (c *traces) path(t *testing.T, span *trace.Span) (names []string) {
	t.Helper()
	for {
		names = append(names, span.GetName())
		if len(span.GetParentSpanId()) == 0 {
			return names
		}
		parent := c.spans[string(span.GetParentSpanId())]
		require.NotNil(t, parent, "the parent of %v is missing", names)
		require.Equal(t, span.GetTraceId(), parent.GetTraceId(), names)
		span = parent
	}
}

// named are the spans of a name in a trace.
func (c *traces) named(name string, traceID []byte) (spans []*trace.Span) {
	for _, span := range c.spans {
		if span.GetName() == name && string(span.GetTraceId()) == string(traceID) {
			spans = append(spans, span)
		}
	}
	return spans
}

func attributeOf(span *trace.Span, name string) string {
	for _, attribute := range span.GetAttributes() {
		if attribute.GetKey() == name {
			return attribute.GetValue().GetStringValue()
		}
	}
	return ""
}

// A run that its schedule starts is one tree, down to the calls of the cloud and the batches;
// one that the starter starts is below the starter's span.
func TestARunIsOneTrace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scheduled bool
		root      string
	}{
		"scheduled":  {true, "RunWorkflow:CloudSyncWorkflow"},
		"by starter": {false, "starter run resource_host"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t)
			collected := s.newTraces(t)
			config := s.writeConfig(t, "beijing, shanghai, tianjin", "{ seed: 3, faults: [{ fault: denied, region: tianjin }] }")
			worker := s.startProcess(t, config)
			if c.scheduled {
				_, status := s.starterProgram(t, config, "apply")
				require.Zero(t, status)
			}
			_, status := s.starterProgram(t, config, "run", hostKind, "--wait")
			require.Equal(t, 3, status, "a region is denied")
			require.NoError(t, worker.Stop(t.Context())) // it sends what it has

			collected.mu.Lock()
			defer collected.mu.Unlock()
			require.NoError(t, collected.failed)
			root := s.requireTree(t, collected, c.root)
			if c.scheduled {
				run := s.newestRun(t)
				id, _ := export.OfRun(run)
				require.Equal(t, id.String(), hex.EncodeToString(root.GetTraceId()))
			}
			requireHarmless(t, collected)
			require.True(t, s.carriesTraces(t))
		})
	}
}

// requireTree checks the tree of the run, and returns its root.
func (s *stack) requireTree(t *testing.T, c *traces, root string) *trace.Span {
	t.Helper()
	roots := slices.Collect(func(yield func(*trace.Span) bool) {
		for _, span := range c.spans {
			if span.GetName() == root && len(span.GetParentSpanId()) == 0 && !yield(span) {
				return
			}
		}
	})
	require.Len(t, roots, 1)
	id := roots[0].GetTraceId()
	require.NotEmpty(t, c.named("apply batch", id))
	require.Len(t, c.named("cloud regions", id), 1)
	require.GreaterOrEqual(t, len(c.named("cloud list", id)), 3)
	for _, span := range c.named("apply batch", id) {
		path := c.path(t, span)
		require.Equal(t, root, path[len(path)-1])
		require.Equal(t, "RunActivity:ApplyAdds", path[1])
		require.Equal(t, "add", attributeOf(span, "cloudsync.op"))
		require.Equal(t, hostKind, attributeOf(span, "cloudsync.kind"))
		require.Equal(t, "cloudsync-worker", c.of[string(span.GetSpanId())])
	}
	denied := 0
	for _, span := range c.named("cloud list", id) {
		require.Contains(t, c.path(t, span), "RunActivity:FetchCloud")
		if attributeOf(span, "error.type") == "denied" {
			require.Equal(t, "tianjin", attributeOf(span, "cloud.region"))
			denied++
		}
	}
	require.Positive(t, denied)
	for _, span := range c.spans {
		if string(span.GetTraceId()) == string(id) {
			require.Equal(t, root, lastOf(c.path(t, span)))
		}
	}
	return roots[0]
}

func lastOf(names []string) string { return names[len(names)-1] }

func (s *stack) newestRun(t *testing.T) (run string) {
	t.Helper()
	require.NoError(t, s.sql.QueryRowContext(t.Context(), "SELECT run_id FROM sync_run ORDER BY id DESC LIMIT 1").Scan(&run))
	return run
}

// requireHarmless checks that no span has a text that somebody else wrote.
func requireHarmless(t *testing.T, c *traces) {
	t.Helper()
	known := []string{
		"temporalWorkflowID", "temporalRunID", "temporalActivityID", "error.type", "cloud.provider", "cloud.region",
		"cloudsync.kind", "cloudsync.account", "cloudsync.op", "cloudsync.batch",
	}
	for _, span := range c.spans {
		require.Empty(t, span.GetEvents(), span.GetName())
		require.Empty(t, strings.TrimPrefix(span.GetStatus().GetMessage(), "denied"), span.GetName())
		for _, attribute := range span.GetAttributes() {
			require.Contains(t, known, attribute.GetKey(), span.GetName())
			require.LessOrEqual(t, len(attribute.GetValue().GetStringValue()), 256)
		}
	}
}

// carriesTraces says that the newest run told its activities which span they are of.
func (s *stack) carriesTraces(t *testing.T) (carries bool) {
	t.Helper()
	var workflowID string
	run := s.newestRun(t)
	require.NoError(t, s.sql.QueryRowContext(t.Context(), "SELECT workflow_id FROM sync_run WHERE run_id = ?", run).Scan(&workflowID))
	for _, event := range s.events(t, workflowID, run) {
		_, has := event.GetActivityTaskScheduledEventAttributes().GetHeader().GetFields()["_tracer-data"]
		carries = carries || has
	}
	return carries
}

// Without a collector in the environment, nothing is traced. Nobody could collect what would
// leave for one all the same: that no activity knows of a span tells it.
func TestNothingIsTracedByDefault(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	for _, variable := range os.Environ() { // of whoever runs the test
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "OTEL_") {
			s.env = append(s.env, name+"=")
		}
	}
	config := s.writeConfig(t, "beijing", "{ seed: 3 }")
	worker := s.startProcess(t, config)
	report := s.runAndWait(t, config)
	require.Equal(t, activities.OK, report.Outcome)
	require.NoError(t, worker.Stop(t.Context()))
	require.False(t, s.carriesTraces(t))
}
