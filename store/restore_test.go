package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

func (c *calendar) restore(t *testing.T, deleted store.Deleted) store.RestoreCounts {
	t.Helper()
	order := store.RestoreOrder{RunID: store.NewRestoreID(), By: "ann", Note: "too early"}
	counts, err := c.Restore(t.Context(), deleted, order, func(store.RestoreCounts) {})
	require.NoError(t, err)
	return counts
}

func byRun(runID string) store.Deleted {
	return store.Deleted{Kind: resource.HostKind, RunID: runID}
}

func TestRestorePutsBackWhatARunDeleted(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	var rows []resource.Row
	for i := range 2500 {
		rows = append(rows, host(fmt.Sprintf("i-%04d", i)))
	}
	c.then(t, diff.Add, rows...)
	before := c.present(t)
	c.claim(t, "run-2")
	c.then(t, diff.Delete, rows[100:2400]...)
	c.now = c.now.Add(time.Minute)

	plan, err := c.PlanRestore(t.Context(), byRun("run-2"), 3)
	require.NoError(t, err)
	require.Equal(t, store.RestoreCounts{Deleted: 2300, Restored: 2300}, plan.RestoreCounts)
	require.Equal(t, map[int64]store.RestoreCounts{c.lease.ScopeID: plan.RestoreCounts}, plan.Scopes)
	require.Equal(t, []string{"delete i-0100", "delete i-0101", "delete i-0102"}, told(plan.Sample))
	require.Len(t, c.present(t), 200, "a plan changes nothing")

	var steps []int64
	order := store.RestoreOrder{RunID: store.NewRestoreID(), By: "ann", Note: "too early"}
	counts, err := c.Restore(t.Context(), byRun("run-2"), order, func(counts store.RestoreCounts) { steps = append(steps, counts.Restored) })
	require.NoError(t, err)
	require.Equal(t, plan.RestoreCounts, counts)
	require.Equal(t, []int64{1000, 2000, 2300}, steps, "transactions of a thousand rows")
	require.Equal(t, before, c.present(t), "hash and creation included")
	require.Equal(t, 2300, c.count(t, "SELECT COUNT(*) FROM resource_host WHERE updated_at = ?", c.now))
	require.Equal(t, 2300, c.count(t, "SELECT COUNT(DISTINCT uid) FROM resource_change WHERE op = 'restore' AND run_id = ?", order.RunID))
	requireRestoreRecord(t, c, order, store.OutcomeRestored)

	require.Equal(t, store.RestoreCounts{Deleted: 2300, Existing: 2300}, c.restore(t, byRun("run-2")), "again")
	require.Equal(t, 2300, c.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'restore'"))
}

func requireRestoreRecord(t *testing.T, c *calendar, order store.RestoreOrder, outcome string) {
	t.Helper()
	runs, err := c.FindRuns(t.Context(), order.RunID)
	require.NoError(t, err)
	require.Len(t, runs, 1)
	require.Equal(t, outcome, runs[0].Outcome)
	require.Equal(t, "resource_host", runs[0].Kind)
	require.EqualValues(t, c.count(t, "SELECT COUNT(*) FROM resource_change WHERE run_id = ?", order.RunID), runs[0].SuAdd)
	require.Equal(t, c.now, runs[0].FinishedAt)
	scopes, err := c.RunScopes(t.Context(), order.RunID)
	require.NoError(t, err)
	require.Len(t, scopes, 1)
	require.Equal(t, runs[0].Stats, scopes[0].Stats)
	record, err := c.RestoreRecord(t.Context(), order.RunID)
	require.NoError(t, err)
	require.Equal(t, store.RestoreRecord{RunID: order.RunID, SourceRun: "run-2", By: "ann", Note: "too early"}, record)
	require.True(t, store.IsRestoreID(order.RunID))
}

// What is in the inventory again is newer than any image, and so is what came
// back and went again.
func TestRestoreLeavesNewerThingsAlone(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	c.then(t, diff.Add, called("i-1", "a"), called("i-2", "b"), called("i-3", "c"))
	c.claim(t, "run-2")
	c.then(t, diff.Delete, called("i-1", "a"), called("i-2", "b"), called("i-3", "c"))
	c.claim(t, "run-3")
	c.then(t, diff.Add, called("i-1", "a again"), called("i-2", "b again"))
	c.then(t, diff.Delete, called("i-2", "b again"))

	require.Equal(t, store.RestoreCounts{Deleted: 3, Restored: 1, Existing: 1, Outdated: 1}, c.restore(t, byRun("run-2")))
	require.Equal(t, store.RestoreCounts{Deleted: 1, Restored: 1}, c.restore(t, byRun("run-3")))
	require.Equal(t, 1, c.count(t, "SELECT COUNT(*) FROM resource_host WHERE name = 'a again'"))
	require.Equal(t, 1, c.count(t, "SELECT COUNT(*) FROM resource_host WHERE name = 'b again'"))
	require.Equal(t, 1, c.count(t, "SELECT COUNT(*) FROM resource_host WHERE name = 'c'"))
}

// A sync that is under way beside a restore has not been lost.
func TestRestoreSettlesNoRun(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	c.then(t, diff.Add, called("i-1", "a"))
	c.claim(t, "run-2")
	c.then(t, diff.Delete, called("i-1", "a"))
	c.restore(t, byRun("run-2"))
	require.Equal(t, 1, c.count(t, "SELECT COUNT(*) FROM sync_run WHERE run_id = 'run-2' AND outcome = 'running'"))
}

// Nor has a restore, when a sync begins beside it.
func TestSyncSettlesNoRestore(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	c.then(t, diff.Add, called("i-1", "a"))
	c.claim(t, "run-2")
	c.then(t, diff.Delete, called("i-1", "a"))
	c.now = time.Now() // the restore begins a moment ago
	order := store.RestoreOrder{RunID: store.NewRestoreID(), By: "ann", Note: "too early"}
	_, err := c.Restore(t.Context(), byRun("run-2"), order, func(store.RestoreCounts) {
		c.claim(t, "run-3")
		require.Equal(t, 1, c.count(t, "SELECT COUNT(*) FROM sync_run WHERE run_id = ? AND outcome = 'running'", order.RunID))
	})
	require.NoError(t, err)
	require.Equal(t, 1, c.count(t, "SELECT COUNT(*) FROM sync_run WHERE run_id = ? AND outcome = 'restored'", order.RunID))
}

func TestRestoreOfOneResource(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	c.then(t, diff.Add, called("i-1", "a"), called("i-2", "b"))
	c.then(t, diff.Delete, called("i-1", "a"), called("i-2", "b"))
	c.then(t, diff.Add, called("i-1", "a again"))
	c.then(t, diff.Delete, called("i-1", "a again"))
	one := store.Deleted{UID: hostScope.UID("i-1")}
	kind, err := c.DeletedKind(t.Context(), one)
	require.NoError(t, err)
	require.Equal(t, "resource_host", kind)
	one.Kind = resource.HostKind
	require.Equal(t, store.RestoreCounts{Deleted: 1, Restored: 1}, c.restore(t, one))
	require.Equal(t, 1, c.count(t, "SELECT COUNT(*) FROM resource_host"))
	require.Equal(t, 1, c.count(t, "SELECT COUNT(*) FROM resource_host WHERE name = 'a again'"), "its last deletion")
	require.Equal(t, 1, c.count(t, "SELECT COUNT(*) FROM sync_restore WHERE source_uid = ?", one.UID[:]))
	require.Equal(t, store.RestoreCounts{Deleted: 1, Existing: 1}, c.restore(t, one))
}

func TestNothingWasDeleted(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	c.then(t, diff.Add, called("i-1", "a"))
	for _, deleted := range []store.Deleted{byRun("run-1"), byRun("run-9"), {UID: hostScope.UID("i-1")}, {}} {
		_, err := c.DeletedKind(t.Context(), deleted)
		require.ErrorIs(t, err, store.ErrNotFound)
	}
	_, err := c.RestoreRecord(t.Context(), "restore-nothing")
	require.ErrorIs(t, err, store.ErrNotFound)
}

// Rows that no longer fit the table, and images that no longer make a row, do not
// keep the others away.
func TestRestoreOfRowsThatCannotBe(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	long := host("i-long", func(h *resource.Host) { h.OS = strings.Repeat("x", 11) })
	rows := []resource.Row{host("i-1"), long, host("i-odd"), host("i-2")}
	c.then(t, diff.Add, rows...)
	c.claim(t, "run-2")
	c.then(t, diff.Delete, rows...)
	db := storetest.Connect(t, c.dsn)
	_, err := db.Exec("ALTER TABLE resource_host MODIFY os VARCHAR(10) NOT NULL")
	require.NoError(t, err)
	_, err = db.Exec(`UPDATE resource_change SET image = '{"native_id": 7}' WHERE op = 'delete' AND native_id = 'i-odd'`)
	require.NoError(t, err)

	plan, err := c.PlanRestore(t.Context(), byRun("run-2"), 10)
	require.NoError(t, err)
	require.Equal(t, store.RestoreCounts{Deleted: 4, Restored: 3, Refused: 1}, plan.RestoreCounts, "MySQL was not asked yet")
	order := store.RestoreOrder{RunID: store.NewRestoreID(), By: "ann", Note: "too early"}
	counts, err := c.Restore(t.Context(), byRun("run-2"), order, func(store.RestoreCounts) {})
	require.NoError(t, err)
	require.Equal(t, store.RestoreCounts{Deleted: 4, Restored: 2, Refused: 2}, counts)
	requireRestoreRecord(t, c, order, "partial")
	failures, err := c.RunFailures(t.Context(), order.RunID, 10)
	require.NoError(t, err)
	require.Len(t, failures, 2)
	for _, failure := range failures {
		require.Equal(t, "restore", failure.Phase)
		require.Contains(t, map[string]string{"i-long": "Data too long", "i-odd": "column native_id"}, failure.NativeID)
	}
	require.Equal(t, 2, c.count(t, "SELECT COUNT(*) FROM resource_host"))
}

// A restore that is interrupted is on record, and repeating it does the rest.
func TestInterruptedRestoreIsContinued(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	var rows []resource.Row
	for i := range 2100 {
		rows = append(rows, host(fmt.Sprintf("i-%04d", i)))
	}
	c.then(t, diff.Add, rows...)
	before := c.present(t)
	c.claim(t, "run-2")
	c.then(t, diff.Delete, rows...)
	ctx, cancel := context.WithCancel(t.Context())
	order := store.RestoreOrder{RunID: store.NewRestoreID(), By: "ann", Note: "too early"}
	counts, err := c.Restore(ctx, byRun("run-2"), order, func(store.RestoreCounts) { cancel() })
	require.ErrorIs(t, err, context.Canceled)
	require.EqualValues(t, 1000, counts.Restored)
	requireRestoreRecord(t, c, order, "partial")

	require.Equal(t, store.RestoreCounts{Deleted: 2100, Existing: 1000, Restored: 1100}, c.restore(t, byRun("run-2")))
	require.Equal(t, before, c.present(t))
}

// The next sync treats a restored row like any row: it modifies it, or deletes it
// again.
func TestSyncAfterARestore(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	c.then(t, diff.Add, called("i-1", "a"), called("i-2", "b"))
	c.claim(t, "run-2")
	c.then(t, diff.Delete, called("i-1", "a"), called("i-2", "b"))
	c.restore(t, byRun("run-2"))
	c.claim(t, "run-3")
	c.then(t, diff.Modify, called("i-1", "a2"))
	c.then(t, diff.Delete, called("i-2", "b"))
	require.Equal(t, []string{"delete i-2", "modify i-1", "restore i-2", "restore i-1", "delete i-2", "delete i-1", "add i-2", "add i-1"},
		told(c.changes(t, store.ChangeFilter{})))
	require.Equal(t, store.RestoreCounts{Deleted: 2, Existing: 1, Outdated: 1}, c.restore(t, byRun("run-2")))
}

// Restores and the batches of a sync over the same rows at the same time: each
// row is there once, with one change for each time it came or went.
func TestRestoreBesideASync(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var rows []resource.Row
	for i := range 1500 {
		rows = append(rows, host(fmt.Sprintf("i-%04d", i)))
	}
	b.put(t, diff.Add, 1, rows...)
	b.claim(t, "run-2")
	b.put(t, diff.Delete, 1, rows...)
	b.claim(t, "run-3")
	set := b.write(t, diff.Add, 1, rows[500:]...)

	const restores = 3
	done := make(chan error)
	for range restores {
		go func() {
			_, err := b.Restore(context.Background(), byRun("run-2"), store.RestoreOrder{RunID: store.NewRestoreID()}, func(store.RestoreCounts) {})
			done <- err
		}()
	}
	go func() {
		done <- b.ApplyBatch(context.Background(), resource.HostKind, hostScope, set, 0)
	}()
	for range restores + 1 {
		require.NoError(t, <-done)
	}
	require.Equal(t, 1500, b.count(t, "SELECT COUNT(*) FROM resource_host"))
	require.Equal(t, 1500, b.count(t, "SELECT COUNT(*) FROM (SELECT uid FROM resource_change WHERE op IN ('add', 'restore') GROUP BY uid HAVING COUNT(*) = 2) AS twice"))
	require.Equal(t, 3000, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE op IN ('add', 'restore')"), "no change is counted twice")
}
