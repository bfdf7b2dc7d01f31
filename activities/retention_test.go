package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/store"
)

var retentionNow = time.Date(2026, 7, 28, 0, 0, 0, 0, time.UTC)

func daysAgo(days int) time.Time { return retentionNow.AddDate(0, 0, -days) }

func TestExpireChangesToTheEnd(t *testing.T) {
	t.Parallel()
	b := synced(t, 3)
	b.exec(t, "UPDATE resource_change SET changed_at = ? ORDER BY id LIMIT 2", daysAgo(91))
	b.exec(t, "UPDATE resource_change SET changed_at = ? ORDER BY id DESC LIMIT 1", daysAgo(89))
	out, err := execute(t, attempt{}, b.ExpireChanges, activities.ExpireIn{Before: daysAgo(90)})
	require.NoError(t, err)
	require.Equal(t, activities.ExpireOut{Removed: 2}, out)
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_change"))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_horizon WHERE pruned_until = ?", daysAgo(90)))
}

// What an interrupted attempt removed counts.
func TestExpireChangesGoesOn(t *testing.T) {
	t.Parallel()
	b := synced(t, store.ExpireRows+10)
	b.exec(t, "UPDATE resource_change SET changed_at = ?", daysAgo(91))
	stop := make(chan struct{})
	close(stop)
	left := &beats{}
	_, err := execute(t, attempt{stop: stop, beats: left}, b.ExpireChanges, activities.ExpireIn{Before: daysAgo(90)})
	require.ErrorContains(t, err, "the worker is stopping")
	require.Equal(t, 10, b.count(t, "SELECT COUNT(*) FROM resource_change"))
	out, err := execute(t, attempt{resume: left.checkpoint(t)}, b.ExpireChanges, activities.ExpireIn{Before: daysAgo(90)})
	require.NoError(t, err)
	require.EqualValues(t, store.ExpireRows+10, out.Removed)
}

func TestExpireRunsKeepsWhatHasToStay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	record := func(runID string, days int, outcome string, changes int) {
		b.exec(t, "INSERT INTO sync_run (run_id, workflow_id, kind, outcome, started_at, su_mod) VALUES (?, 'w', ?, ?, ?, ?)",
			runID, kind, outcome, daysAgo(days), changes)
	}
	b.exec(t, "DELETE FROM sync_run")
	record("changed, very old", 91, "ok", 1)
	record("lost, old", 40, store.OutcomeRunning, 0)
	record("complete, old", 39, "ok", 0)
	record("changed, old", 38, "ok", 1)
	record("unchanged, old", 37, "unchanged", 0)
	record("unchanged, young", 29, "unchanged", 0)
	record("at work", 1, store.OutcomeRunning, 0)
	b.exec(t, "UPDATE sync_scope SET last_complete_run = 'complete, old'")
	b.exec(t, "INSERT INTO sync_drift VALUES ('v', REPEAT('x', 16), ?, 1, 'i', REPEAT('x', 16), 'content', 'x', 0, ?)", kind, daysAgo(31))

	out, err := execute(t, attempt{}, b.ExpireRuns, activities.ExpireRunsIn{Now: retentionNow, Changed: daysAgo(90), Unchanged: daysAgo(30)})
	require.NoError(t, err)
	require.EqualValues(t, 3, out.Removed)
	for _, gone := range []string{"changed, very old", "lost, old", "unchanged, old"} {
		require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_run WHERE run_id = ?", gone), gone)
	}
	require.Equal(t, 4, b.count(t, "SELECT COUNT(*) FROM sync_run"))
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_drift"))
}

// A short limit takes no run away that may be at work.
func TestExpireRunsLeavesRunsAtWork(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(t, "UPDATE sync_run SET started_at = ?", daysAgo(6))
	in := activities.ExpireRunsIn{Now: retentionNow, Changed: daysAgo(1), Unchanged: daysAgo(1)}
	out, err := execute(t, attempt{}, b.ExpireRuns, in)
	require.NoError(t, err)
	require.Zero(t, out.Removed)
	b.exec(t, "UPDATE sync_run SET started_at = ?", daysAgo(8))
	out, err = execute(t, attempt{}, b.ExpireRuns, in)
	require.NoError(t, err)
	require.EqualValues(t, 1, out.Removed, "terminated from outside, long ago")
}

func TestExpireRunsPageByPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(t, "UPDATE sync_run SET started_at = ?, outcome = 'ok'", daysAgo(40))
	const columns = "workflow_id, kind, outcome, started_at"
	for range 11 { // doubled to 2,048
		b.exec(t, "INSERT INTO sync_run (run_id, "+columns+") SELECT UUID(), "+columns+" FROM sync_run")
	}
	out, err := execute(t, attempt{}, b.ExpireRuns, activities.ExpireRunsIn{Now: retentionNow, Changed: daysAgo(90), Unchanged: daysAgo(30)})
	require.NoError(t, err)
	require.EqualValues(t, 2048, out.Removed)
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_run"))
}

func TestExpireStaging(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stage := func(runID string, days int) {
		b.exec(t, "INSERT INTO sync_stage VALUES (?, 1, 1, 1, '', ?)", runID, daysAgo(days))
	}
	b.exec(t, "UPDATE sync_run SET started_at = ?", daysAgo(2))
	stage("run-1", 2)  // at work
	stage("gone", 2)   // a run that nobody knows
	stage("plan:a", 2) // a plan that crashed
	stage("plan:b", 0) // one at work
	out, err := execute(t, attempt{}, b.ExpireStaging, activities.ExpireIn{Before: daysAgo(1)})
	require.NoError(t, err)
	require.EqualValues(t, 2, out.Removed)
	require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM sync_stage WHERE run_id IN ('run-1', 'plan:b')"))
	require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM sync_stage"))
}
