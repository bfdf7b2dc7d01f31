package store_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/staged"
)

// figures are statistics in which every figure is another one.
func figures(from int64) (stats store.Stats) {
	value := reflect.ValueOf(&stats).Elem()
	for i := range value.NumField() {
		value.Field(i).SetInt(from + int64(i))
	}
	return stats
}

// found are the figures without those of what a run did: only the history says those.
func found(stats store.Stats) store.Stats {
	stats.SuAdd, stats.SuMod, stats.SuDel, stats.Rehashed = 0, 0, 0, 0
	return stats
}

var started = time.Date(2025, 1, 2, 3, 4, 5, 678901000, time.UTC)

func TestBeginRunOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run := store.Run{RunID: "r", WorkflowID: "cloud-sync/resource_host", Kind: "resource_host", StartedAt: started}
	first, err := b.BeginRun(t.Context(), run)
	require.NoError(t, err)
	run.StartedAt = started.Add(time.Hour)
	again, err := b.BeginRun(t.Context(), run)
	require.NoError(t, err)
	require.Equal(t, first, again)
	later, err := b.BeginRun(t.Context(), store.Run{RunID: "s", Kind: "resource_disk", StartedAt: started})
	require.NoError(t, err)
	require.Greater(t, later.Number, first.Number, "numbers are fences: they grow over all kinds")

	runs, err := b.FindRuns(t.Context(), "r")
	require.NoError(t, err)
	require.Len(t, runs, 2, "and run-1, of the set-up")
	require.Equal(t, store.Run{
		ID: first.Number, RunID: "r", WorkflowID: "cloud-sync/resource_host", Kind: "resource_host",
		Outcome: store.OutcomeRunning, StartedAt: started,
	}, runs[0])
}

// bk-cmdb left the last good status on display when a run failed early: a run
// that never began to write is recorded all the same.
func TestEndRunRecordsTheLastFigures(t *testing.T) {
	t.Parallel()
	for name, begun := range map[string]bool{"begun": true, "never begun": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			run := store.Run{RunID: "r", WorkflowID: "w", Kind: "resource_host", StartedAt: started}
			if begun {
				_, err := b.BeginRun(t.Context(), run)
				require.NoError(t, err)
			}
			run.Outcome, run.FinishedAt, run.TookMS, run.Stats = "failed", started.Add(time.Second), 1000, figures(1)
			run.Error = "the database was away"
			require.NoError(t, b.EndRun(t.Context(), run))
			run.Outcome, run.FinishedAt, run.TookMS, run.Stats = "held", started.Add(2*time.Second), 2000, figures(100)
			run.Scopes, run.ScopesFailed, run.ScopesHeld, run.Error = 5, 1, 2, ""
			require.NoError(t, b.EndRun(t.Context(), run))

			runs, err := b.FindRuns(t.Context(), "r")
			require.NoError(t, err)
			run.ID = runs[0].ID
			run.Stats = found(run.Stats)
			require.Equal(t, run, runs[0])
			require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM sync_run"), "and run-1, of the set-up")
		})
	}
}

func TestRunsAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, kind := range []string{"resource_disk", "resource_host", "resource_disk", "resource_host"} {
		_, err := b.BeginRun(t.Context(), store.Run{RunID: fmt.Sprintf("r%d", i), Kind: kind, StartedAt: started})
		require.NoError(t, err)
	}
	for _, test := range []struct {
		kind  string
		limit int64
		want  []string
	}{
		{"", 100, []string{"r3", "r2", "r1", "r0", "run-1"}},
		{"", 2, []string{"r3", "r2"}},
		{"resource_disk", 100, []string{"r2", "r0"}},
		{"resource_host", 1, []string{"r3"}},
		{"resource_none", 100, nil},
	} {
		runs, err := b.Runs(t.Context(), test.kind, test.limit)
		require.NoError(t, err)
		require.Equal(t, test.want, runIDs(runs), "%q, %d", test.kind, test.limit)
	}
}

func runIDs(runs []store.Run) (ids []string) {
	for _, run := range runs {
		ids = append(ids, run.RunID)
	}
	return ids
}

func TestFindRunsByPrefix(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, id := range []string{"abc-1", "abc-2", "abd%", "abd_x"} {
		_, err := b.BeginRun(t.Context(), store.Run{RunID: id, Kind: "resource_host", StartedAt: started})
		require.NoError(t, err)
	}
	for prefix, want := range map[string][]string{
		"abc-1": {"abc-1"}, "abc": {"abc-2", "abc-1"}, "ab": {"abd_x", "abd%"}, "abd%": {"abd%"}, "abd_": {"abd_x"},
		"ABC": nil, "bc": nil, "abc-11": nil, "%": nil, "数": nil, `\`: nil, `'`: nil,
	} {
		runs, err := b.FindRuns(t.Context(), prefix)
		require.NoError(t, err, prefix)
		require.Equal(t, want, runIDs(runs), prefix)
	}
}

func TestScopesOfARun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensure(t, hostScope, scopeIn("shanghai"))
	records := []store.RunScope{
		{ScopeID: ids[1], Outcome: "failed", Reason: "denied"},
		{ScopeID: ids[0], Outcome: "held", Stats: figures(1), HoldDigest: resource.Digest{}.String(), Complete: true},
	}
	require.NoError(t, b.RecordScopes(t.Context(), b.run, records))
	records[1].Outcome, records[1].Stats, records[1].HoldDigest = "ok", figures(50), ""
	require.NoError(t, b.RecordScopes(t.Context(), b.run, records))
	require.NoError(t, b.RecordScopes(t.Context(), b.run, nil))

	scopes, err := b.RunScopes(t.Context(), b.run.ID)
	require.NoError(t, err)
	require.Equal(t, []store.RunScope{
		{RunID: "run-1", ScopeID: ids[0], Outcome: "ok", Stats: found(figures(50)), Provider: "mock", Account: "demo", Region: "beijing"},
		{RunID: "run-1", ScopeID: ids[1], Outcome: "failed", Reason: "denied", Provider: "mock", Account: "demo", Region: "shanghai"},
	}, scopes)
	none, err := b.RunScopes(t.Context(), "another run")
	require.NoError(t, err)
	require.Empty(t, none)

	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_scope WHERE last_complete_run = 'run-1' AND last_complete_at IS NOT NULL AND id = ?", ids[0]))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_scope WHERE last_complete_run = '' AND last_complete_at IS NULL"))
}

// The record of a run that was superseded meanwhile does not speak for the scope.
func TestSupersededRunDoesNotMarkTheScopeComplete(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := *b
	b.claim(t, "run-2")
	record := func(run store.RunRef) {
		require.NoError(t, b.RecordScopes(t.Context(), run, []store.RunScope{{ScopeID: b.lease.ScopeID, Outcome: "ok", Complete: true}}))
	}
	record(b.run)
	record(old.run)
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_scope WHERE last_complete_run = 'run-2'"))
	require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM sync_run_scope"))
}

func TestFailuresOfARun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	uid := hostScope.UID("i-1")
	failures := func(from, n int) (failures []store.Failure) {
		for i := range n {
			failures = append(failures, store.FailureOf(b.lease, staged.Item{Entry: resource.Entry{UID: uid}, NativeID: fmt.Sprint(from + i), Problem: "bad"}))
		}
		return failures
	}
	require.NoError(t, b.ReplaceListFailures(t.Context(), b.lease, failures(0, 3)))
	other := store.Lease{RunID: "run-2", ScopeID: b.lease.ScopeID}
	require.NoError(t, b.ReplaceListFailures(t.Context(), other, []store.Failure{store.FailureOf(other, named("other"))}))
	require.NoError(t, b.ReplaceListFailures(t.Context(), b.lease, failures(10, 4)), "of a second attempt")

	got, err := b.RunFailures(t.Context(), b.run.ID, 100)
	require.NoError(t, err)
	require.Len(t, got, 4)
	for i, failure := range got {
		require.Equal(t, fmt.Sprint(10+i), failure.NativeID)
		require.Equal(t, &uid, failure.UID)
		require.Equal(t, store.PhaseList, failure.Phase)
		require.WithinDuration(t, time.Now(), failure.FailedAt, time.Minute)
	}
	got, err = b.RunFailures(t.Context(), b.run.ID, 2)
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, "10", got[0].NativeID)

	got, err = b.RunFailures(t.Context(), "run-2", 100)
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Nil(t, got[0].UID, "without an id it is not known which resource it is")
}

// Texts from outside are cut to their columns: the record of a failure must not
// fail over its length.
func TestLongTextsAreClipped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	long, bad := strings.Repeat("数", 3000), "a\xff\x00b"+strings.Repeat("x", 3000)
	for _, text := range []string{long, bad} {
		require.NoError(t, b.EndRun(t.Context(), store.Run{RunID: "r", Kind: "resource_host", StartedAt: started, ApprovalNote: text, Error: text}))
		require.NoError(t, b.RecordScopes(t.Context(), b.run, []store.RunScope{{ScopeID: b.lease.ScopeID, Outcome: "failed", Reason: text}}))
		require.NoError(t, b.ReplaceListFailures(t.Context(), b.lease, []store.Failure{store.FailureOf(b.lease, staged.Item{NativeID: text, Problem: text})}))

		runs, err := b.FindRuns(t.Context(), "r")
		require.NoError(t, err)
		requireClipped(t, text, runs[0].Error, 2048)
		requireClipped(t, text, runs[0].ApprovalNote, 512)
		scopes, err := b.RunScopes(t.Context(), b.run.ID)
		require.NoError(t, err)
		requireClipped(t, text, scopes[0].Reason, 2048)
		failures, err := b.RunFailures(t.Context(), b.run.ID, 1)
		require.NoError(t, err)
		requireClipped(t, text, failures[0].Reason, 1024)
		requireClipped(t, text, failures[0].NativeID, 512)
	}
}

func requireClipped(t *testing.T, text, got string, limit int) {
	t.Helper()
	// The driver drops NUL; what is not UTF-8 is shown as U+FFFD.
	want := []rune(strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", ""))
	require.GreaterOrEqual(t, len([]rune(got)), limit-1)
	require.Equal(t, string(want[:len([]rune(got))]), got)
}

// A run that was terminated never records its outcome; the next one does, and
// one that was only slow still records its own.
func TestLostRunsAreSettled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	outcome := func(runID string) string {
		runs, err := b.FindRuns(t.Context(), runID)
		require.NoError(t, err)
		require.Len(t, runs, 1)
		return runs[0].Outcome
	}
	require.Equal(t, store.OutcomeRunning, outcome("run-1"))
	b.claim(t, "run-2")
	require.Equal(t, store.OutcomeLost, outcome("run-1"))
	require.Equal(t, store.OutcomeRunning, outcome("run-2"))

	require.NoError(t, b.EndRun(t.Context(), store.Run{RunID: "run-1", Kind: hostScope.Kind, Outcome: "ok", StartedAt: time.Now()}))
	require.Equal(t, "ok", outcome("run-1"))
}

// What a lost run had changed when it was lost is on record, as the history has
// it.
func TestLostRunsAreSettledWithWhatTheyDid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.put(t, diff.Add, 1, host("i-1"), host("i-2"), host("i-3"))
	b.put(t, diff.Modify, 2, host("i-1", func(h *resource.Host) { h.Name = "b" }), host("i-2", func(h *resource.Host) { h.Name = "b" }))
	b.put(t, diff.Delete, 3, host("i-3"))
	b.claim(t, "run-2")
	runs, err := b.FindRuns(t.Context(), "run-1")
	require.NoError(t, err)
	require.Equal(t, store.Stats{SuAdd: 3, SuMod: 2, SuDel: 1}, runs[0].Stats)
	require.Equal(t, store.OutcomeLost, runs[0].Outcome)
}

// A pruning or a restore that is at work when a sync begins has not been lost, nor
// has a sync when a pruning begins. One that is on record as running for a day
// has.
func TestRunsOfAnotherSortAreNotLost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	begin := func(runID, workflowID string, at time.Time) {
		_, err := b.BeginRun(t.Context(), store.Run{RunID: runID, WorkflowID: workflowID, Kind: hostScope.Kind, StartedAt: at})
		require.NoError(t, err)
	}
	running := func() []string {
		runs, err := b.Runs(t.Context(), hostScope.Kind, 100)
		require.NoError(t, err)
		return runIDs(slices.DeleteFunc(runs, func(run store.Run) bool { return run.Outcome != store.OutcomeRunning }))
	}
	const sync, prune = "cloud-sync/resource_host", "cloud-sync/resource_host/prune"
	now := time.Now()
	begin("restore-old", "", now.Add(-25*time.Hour))
	begin("restore-new", "", now)
	begin("prune-old", prune, now)
	require.Equal(t, []string{"prune-old", "restore-new", "run-1"}, running())
	begin("sync", sync+"-2026-07-28T11:59:00Z", now)
	require.Equal(t, []string{"sync", "prune-old", "restore-new"}, running())
	begin("prune-new", prune, now)
	require.Equal(t, []string{"prune-new", "sync", "restore-new"}, running())
}
