package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

func (b *bundle) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	_, err := storetest.Connect(t, b.dsn).ExecContext(t.Context(), statement, args...)
	require.NoError(t, err)
}

// expireAll removes the changes from before a time and returns how many.
func (b *bundle) expireAll(t *testing.T, before time.Time) (total int64) {
	t.Helper()
	for {
		deleted, err := b.ExpireChanges(t.Context(), before)
		require.NoError(t, err)
		require.LessOrEqual(t, deleted, int64(store.ExpireRows))
		if total += deleted; deleted == 0 {
			return total
		}
	}
}

func TestExpireChangesMovesTheHorizonFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const old, young = store.ExpireRows + 1000, 500
	b.addHosts(t, old+young)
	b.exec(t, "UPDATE resource_change SET changed_at = '2020-01-01' ORDER BY id LIMIT ?", old)
	before := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)

	require.Zero(t, b.expireAll(t, time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)))
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_horizon"), "nothing was removed: the history is whole")

	require.EqualValues(t, old, b.expireAll(t, before))
	require.Equal(t, young, b.count(t, "SELECT COUNT(*) FROM resource_change"))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_horizon WHERE kind = 'resource_host' AND pruned_until = '2021-01-01'"))
	require.Zero(t, b.expireAll(t, before))

	b.exec(t, "UPDATE resource_change SET changed_at = '2020-01-01' ORDER BY id LIMIT 1")
	require.EqualValues(t, 1, b.expireAll(t, before.AddDate(0, -1, 0)))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_horizon WHERE pruned_until = '2021-01-01'"), "it never moves back")
}

// The horizon is written before the first row goes: a lock on the history lets
// the deletion fail, and the horizon has moved all the same.
func TestTheHorizonIsSafeWhenTheRemovalFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addHosts(t, 3)
	b.exec(t, "CREATE TRIGGER refuse BEFORE DELETE ON resource_change FOR EACH ROW SIGNAL SQLSTATE '45000'")
	_, err := b.ExpireChanges(t.Context(), time.Now().Add(time.Hour))
	require.ErrorContains(t, err, "remove changes from before")
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_horizon"))
	require.Equal(t, 3, b.count(t, "SELECT COUNT(*) FROM resource_change"))
}

func TestRunsPageTellsWhatHasToStay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, id := range []string{"complete", "changed", "plain", "recorded nothing"} {
		run := store.Run{RunID: id, Kind: hostScope.Kind, StartedAt: started, Outcome: "ok"}
		b.claim(t, id)
		if id == "changed" { // and retention has removed the change
			b.put(t, diff.Add, 1, host("i-0"))
			b.exec(t, "DELETE FROM sync_change_span")
		}
		if id == "complete" {
			require.NoError(t, b.RecordScopes(t.Context(), b.run, []store.RunScope{{ScopeID: b.lease.ScopeID, Outcome: "ok", Complete: true}}))
		}
		if id == "recorded nothing" {
			b.put(t, diff.Add, 1, host("i-1"))
		}
		require.NoError(t, b.EndRun(t.Context(), run))
	}
	b.begin(t, "at work")
	runs, err := b.RunsPage(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Len(t, runs, 6, "and run-1, of the set-up")
	require.Equal(t, store.OutcomeRunning, runs[5].Outcome)
	for i, want := range []store.RunAge{
		{RunID: "complete", Outcome: "ok", LastComplete: true}, {RunID: "changed", Outcome: "ok", Changed: true}, {RunID: "plain", Outcome: "ok"},
		{RunID: "recorded nothing", Outcome: "ok", Changed: true},
	} {
		want.ID, want.StartedAt = runs[i+1].ID, runs[i+1].StartedAt
		require.Equal(t, want, runs[i+1])
	}
	page, err := b.RunsPage(t.Context(), runs[0].ID, 2)
	require.NoError(t, err)
	require.Equal(t, runs[1:3], page)
}

func TestDeleteRunsTakesTheirDetails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.claim(t, "run-2")
	for _, id := range []string{"run-1", "run-2"} {
		b.exec(t, "INSERT INTO sync_run_scope (run_id, scope_id, outcome) VALUES (?, 1, 'ok')", id)
		b.exec(t, "INSERT INTO sync_row_failure (run_id, scope_id, phase, reason, failed_at) VALUES (?, 1, 'add', 'x', NOW())", id)
		b.exec(t, "INSERT INTO sync_restore (run_id, requested_by) VALUES (?, 'ann')", id)
	}
	for range 2 {
		require.NoError(t, b.DeleteRuns(t.Context(), []string{"run-1"}, func() {}))
		for _, table := range []string{"sync_run", "sync_run_scope", "sync_row_failure", "sync_restore"} {
			require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM "+table+" WHERE run_id = 'run-2'"), table)
			require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM "+table), table)
		}
	}
	require.NoError(t, b.DeleteRuns(t.Context(), nil, func() {}))
}

// What one statement does is bounded, however much a run has recorded.
func TestDeleteRunsInSmallBatches(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const columns = "run_id, scope_id, phase, reason, failed_at"
	b.exec(t, "INSERT INTO sync_row_failure ("+columns+") VALUES ('run-1', 1, 'add', 'x', NOW())")
	for range 13 { // doubled to 8,192
		b.exec(t, "INSERT INTO sync_row_failure ("+columns+") SELECT "+columns+" FROM sync_row_failure")
	}
	statements := 0
	require.NoError(t, b.DeleteRuns(t.Context(), []string{"run-1"}, func() { statements++ }))
	require.Equal(t, 1, statements, "after 5,000 rows")
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_row_failure"))
}

func TestExpireDrift(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, at := range []string{"2020-01-01", "2022-01-01"} {
		b.exec(t, "INSERT INTO sync_drift VALUES ('v', ?, 'resource_host', 1, 'i', ?, 'content', 'x', 0, ?)",
			fmt.Sprintf("%016d", i), make([]byte, 16), at)
	}
	require.NoError(t, b.ExpireDrift(t.Context(), time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC), func() {}))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_drift WHERE found_at = '2022-01-01'"))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_drift"))
}

func TestStagedRunsTellWhoIsAtWork(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stage := func(runID, at string) {
		b.exec(t, "INSERT INTO sync_stage VALUES (?, 1, 1, (SELECT COUNT(*) FROM sync_run), '', ?)", runID, at)
	}
	stage("run-1", "2020-01-01")
	stage("plan:x", "2020-01-02")
	b.exec(t, "INSERT INTO sync_batch (run_id, scope_id, writer, op, seq, row_count, payload, created_at) VALUES ('run-1', 1, 1, 'add', 0, 0, '', '2020-01-03')")
	stage("run-2", "2020-01-04")
	b.exec(t, "INSERT INTO sync_run (run_id, workflow_id, kind, outcome, started_at) VALUES ('run-2', 'w', 'resource_host', 'ok', NOW())")

	staged, err := b.StagedRuns(t.Context())
	require.NoError(t, err)
	byID := map[string]store.StagedRun{}
	for _, run := range staged {
		byID[run.RunID] = run
	}
	day := func(n int) time.Time { return time.Date(2020, 1, n, 0, 0, 0, 0, time.UTC) }
	require.Len(t, byID, 3)
	require.Equal(t, day(3), byID["run-1"].Newest, "of either table")
	require.NotZero(t, byID["run-1"].Running)
	require.Equal(t, store.StagedRun{RunID: "plan:x", Newest: day(2)}, byID["plan:x"])
	require.Equal(t, store.StagedRun{RunID: "run-2", Newest: day(4)}, byID["run-2"])
}
