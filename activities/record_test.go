package activities_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"cloudsync/activities"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/staged"
	"cloudsync/store/storetest"
)

// figures are statistics in which every figure is another one.
func figures(from int64) (stats activities.Stats) {
	value := reflect.ValueOf(&stats).Elem()
	for i := range value.NumField() {
		value.Field(i).SetInt(from + int64(i))
	}
	return stats
}

var finished = time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)

func (b *bundle) record(t *testing.T, in activities.RecordRunIn) {
	t.Helper()
	in.Kind, in.Run = kind, b.run
	_, err := execute(t, attempt{}, b.RecordRun, in)
	require.NoError(t, err)
}

// found are the figures without those of what a run did, which only the history says.
func found(stats activities.Stats) activities.Stats {
	return activities.Recorded{}.Stats(stats)
}

func TestStatsAddUp(t *testing.T) {
	t.Parallel()
	sum := figures(1)
	sum.Add(figures(100))
	value := reflect.ValueOf(sum)
	for i := range value.NumField() {
		require.EqualValues(t, 101+2*i, value.Field(i).Int(), value.Type().Field(i).Name)
	}
	require.EqualValues(t, 3+4+5, activities.Stats{SuAdd: 3, SuMod: 4, SuDel: 5, ToAdd: 100, Rehashed: 100}.Changes())
}

func TestRecordingAgainOverwrites(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, from := range []int64{1, 50} {
		b.record(t, activities.RecordRunIn{
			Scopes: []activities.ScopeRecord{{
				ID: b.scope.ID, Place: b.scope.Place(), Outcome: activities.Held, Stats: figures(from),
				HoldDigest: resource.Digest{Count: from}.String(), Reason: "too many",
			}},
			Final: &activities.RunRecord{
				WorkflowID: "w", StartedAt: finished.Add(-time.Minute), FinishedAt: finished, Took: 61500 * time.Millisecond,
				Outcome: activities.Held, Scopes: from, ScopesFailed: from + 1, ScopesHeld: from + 2, Stats: figures(from), Error: "held",
				ApprovedBy: "alice", ApprovalNote: fmt.Sprint("note ", from),
			},
		})
	}
	runs, err := b.store.Runs(t.Context(), kind, 10)
	require.NoError(t, err)
	require.Len(t, runs, 1)
	got := runs[0]
	require.Equal(t, store.Run{
		ID: b.run.Number, RunID: b.run.ID, WorkflowID: got.WorkflowID, Kind: kind, Outcome: "held", StartedAt: got.StartedAt,
		FinishedAt: finished, TookMS: 61500, Scopes: 50, ScopesFailed: 51, ScopesHeld: 52, Stats: found(figures(50)), Error: "held",
		ApprovedBy: "alice", ApprovalNote: "note 50",
	}, got)
	scopes, err := b.store.RunScopes(t.Context(), b.run.ID)
	require.NoError(t, err)
	require.Equal(t, []store.RunScope{{
		RunID: b.run.ID, ScopeID: b.scope.ID, Outcome: "held", Stats: found(figures(50)),
		HoldDigest: resource.Digest{Count: 50}.String(), Reason: "too many", Provider: "mock", Account: "demo", Region: "beijing",
	}}, scopes)
}

// Scopes are recorded on the way; the run is running until its own record.
func TestRecordOfScopesAlone(t *testing.T) {
	t.Parallel()
	for outcome, complete := range map[activities.Outcome]int{
		activities.OK: 1, activities.Unchanged: 1, activities.Partial: 1, activities.Held: 1, activities.Failed: 0,
	} {
		t.Run(string(outcome), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.record(t, activities.RecordRunIn{Scopes: []activities.ScopeRecord{{ID: b.scope.ID, Outcome: outcome, Reason: strings.Repeat("数", 3000)}}})
			runs, err := b.store.Runs(t.Context(), kind, 10)
			require.NoError(t, err)
			require.Equal(t, store.OutcomeRunning, runs[0].Outcome)
			require.Equal(t, complete, b.count(t, "SELECT COUNT(*) FROM sync_scope WHERE last_complete_run = ?", b.run.ID))
		})
	}
}

// A run that failed before it was given a number is recorded too.
func TestRecordOfARunThatNeverBegan(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.run = store.RunRef{ID: "unheard-of"}
	b.record(t, activities.RecordRunIn{Final: &activities.RunRecord{
		WorkflowID: "w", StartedAt: finished, FinishedAt: finished, Outcome: activities.Failed, Error: "no account has this kind",
	}})
	runs, err := b.store.FindRuns(t.Context(), "unheard-of")
	require.NoError(t, err)
	require.Len(t, runs, 1)
	require.Equal(t, []string{"w", kind, "failed", "no account has this kind"}, []string{runs[0].WorkflowID, runs[0].Kind, runs[0].Outcome, runs[0].Error})
}

func TestCleanStagingIsOfThisRun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 5))
	b.compare(t, b.fetch(t))
	var chunk staged.Chunk
	chunk.Add(staged.Item{Row: []byte("row")})
	other := b.lease()
	other.RunID = "other"
	require.NoError(t, b.store.PutChunk(t.Context(), other, 1, 0, &chunk))
	require.Equal(t, 3, b.count(t, "SELECT (SELECT COUNT(*) FROM sync_stage) + (SELECT COUNT(*) FROM sync_batch)"))
	for range 2 {
		_, err := executeBare(t, attempt{}, b.CleanStaging, activities.CleanStagingIn{Run: b.run})
		require.NoError(t, err)
		require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_stage"))
		require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_batch"))
	}
	_, err := storetest.Connect(t, b.dsn).Exec("DROP TABLE sync_stage")
	require.NoError(t, err)
	_, err = executeBare(t, attempt{number: 100}, b.CleanStaging, activities.CleanStagingIn{Run: b.run})
	requireFailure(t, err, "Misconfigured", false)
}

func TestMetricsOfRuns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	reader := metric.NewManualReader()
	deps := b.deps()
	var err error
	deps.Metrics, err = activities.NewMetrics(metric.NewMeterProvider(metric.WithReader(reader)).Meter("test"))
	require.NoError(t, err)
	b.Activities = activities.New(deps)

	b.record(t, activities.RecordRunIn{Scopes: []activities.ScopeRecord{{ID: b.scope.ID, Outcome: activities.OK}}})
	require.Empty(t, collect(t, reader), "a run is counted once, at its end")
	_, err = storetest.Connect(t, b.dsn).Exec("INSERT INTO sync_tally VALUES (?, ?, 1, 1, 2, 3, 4)", b.run.ID, b.scope.ID)
	require.NoError(t, err)
	for i, outcome := range []activities.Outcome{activities.OK, activities.OK, activities.Held} {
		b.record(t, activities.RecordRunIn{Final: &activities.RunRecord{
			FinishedAt: finished.Add(time.Duration(i) * time.Second), StartedAt: finished, Took: 2 * time.Second, Outcome: outcome,
			Stats: activities.Stats{CloudNum: 100 + int64(i), SuAdd: 1000, FailedRows: 5, Held: 6 + int64(i)},
		}})
	}
	require.Equal(t, map[string]float64{
		"cloudsync_runs kind=resource_host outcome=ok":                2,
		"cloudsync_runs kind=resource_host outcome=held":              1,
		"cloudsync_rows kind=resource_host op=add":                    3,
		"cloudsync_rows kind=resource_host op=modify":                 6,
		"cloudsync_rows kind=resource_host op=delete":                 9,
		"cloudsync_rows kind=resource_host op=rehash":                 12,
		"cloudsync_rows kind=resource_host op=fail":                   15,
		"cloudsync_run_duration kind=resource_host":                   6,
		"cloudsync_cloud_resources kind=resource_host":                102,
		"cloudsync_held_deletions kind=resource_host":                 8,
		"cloudsync_last_run_finished kind=resource_host outcome=ok":   float64(finished.Unix() + 1),
		"cloudsync_last_run_finished kind=resource_host outcome=held": float64(finished.Unix() + 2),
	}, collect(t, reader))
}

// collect reads all figures, by name and attributes; of a histogram, the sum.
func collect(t *testing.T, reader metric.Reader) map[string]float64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(context.Background(), &all))
	got := map[string]float64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			add := func(attributes attribute.Set, value float64) {
				key := m.Name
				for _, a := range attributes.ToSlice() {
					key += " " + string(a.Key) + "=" + a.Value.String()
				}
				got[key] = value
			}
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, point := range data.DataPoints {
					add(point.Attributes, float64(point.Value))
				}
			case metricdata.Gauge[int64]:
				for _, point := range data.DataPoints {
					add(point.Attributes, float64(point.Value))
				}
			case metricdata.Histogram[float64]:
				for _, point := range data.DataPoints {
					add(point.Attributes, point.Sum)
				}
			default:
				require.Failf(t, "another type of figure", "%T", data)
			}
		}
	}
	return got
}
