package e2e

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"cloudsync/activities"
	"cloudsync/cloud/mock"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
)

// A run deletes hosts, an operator puts them back, and the next sync treats them
// like any rows: the cloud lacks them, so they go again.
func TestRestoreFromTheCommandLine(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "beijing, shanghai", "{ seed: 3, hosts: 60, churn: 0.3 }")
	o.run(t, 0)
	at := o.table(t, hostKind)
	deleting := o.run(t, 2)
	require.Positive(t, deleting.SuDel)
	after := o.table(t, hostKind)

	out, status := o.starter(t, o.config, "restore", "--run", deleting.RunID)
	require.Equal(t, 2, status)
	require.Contains(t, out, fmt.Sprintf("%d rows deleted: %d to put back", deleting.SuDel, deleting.SuDel))
	require.Equal(t, after, o.table(t, hostKind), "a plan changes nothing")
	require.Zero(t, o.count(t, "SELECT COUNT(*) FROM sync_run WHERE outcome = 'restored'"))

	restored := o.restore(t, "--run", "latest", "--yes", "--note", "still in use")
	require.Equal(t, deleting.SuDel, restored.Restored)
	rows := o.table(t, hostKind)
	require.Len(t, rows, len(after)+int(deleting.SuDel))
	for uid, row := range rows {
		if _, kept := after[uid]; !kept {
			require.Equal(t, at[uid], row, "as it was, hash and creation included")
		}
	}
	o.requireRestoreRecorded(t, restored)

	again := o.restore(t, "--run", deleting.RunID, "--yes")
	require.Equal(t, restoreResult{Deleted: deleting.SuDel, Existing: deleting.SuDel}, again)
	require.Equal(t, rows, o.table(t, hostKind))

	next := o.run(t, 2)
	require.Equal(t, activities.Stats{CloudNum: next.CloudNum, DBNum: int64(len(rows)), ToDel: deleting.SuDel, SuDel: deleting.SuDel}, next.Stats)
	require.Equal(t, after, o.table(t, hostKind))
	o.requireRestoredOnce(t, next.RunID)
}

// restoreResult is what `starter restore` prints.
type restoreResult struct {
	RunID    string `json:"runId"`
	Deleted  int64  `json:"deleted"`
	Restored int64  `json:"restored"`
	Existing int64  `json:"existing"`
	Outdated int64  `json:"outdated"`
}

func (o *operator) restore(t *testing.T, args ...string) (result restoreResult) {
	t.Helper()
	out, status := o.starter(t, o.config, append([]string{"restore", "--output", "json"}, args...)...)
	require.Zero(t, status)
	require.NoError(t, json.Unmarshal([]byte(out), &result))
	return result
}

func (o *operator) requireRestoreRecorded(t *testing.T, restored restoreResult) {
	t.Helper()
	require.Len(t, o.changes(t, "--op", "restore", "--run", restored.RunID, "--limit", "1000"), int(restored.Restored))
	out, status := o.starter(t, o.config, "runs")
	require.Zero(t, status)
	require.Contains(t, out, store.OutcomeRestored)
	out, status = o.starter(t, o.config, "show", restored.RunID)
	require.Zero(t, status)
	require.Contains(t, out, "still in use")
}

// requireRestoredOnce restores one of the hosts that the run deleted, by its uid.
func (o *operator) requireRestoredOnce(t *testing.T, runID string) {
	t.Helper()
	deletion := o.changes(t, "--op", "delete", "--run", runID, "--limit", "1")[0]
	restored := o.restore(t, "--uid", deletion["uid"].(string), "--yes")
	require.Equal(t, restoreResult{RunID: restored.RunID, Deleted: 1, Restored: 1}, restored)
	out, status := o.starter(t, o.config, "history", hostKind, deletion["nativeId"].(string))
	require.Zero(t, status)
	for _, word := range []string{"appeared", "deleted", "restored", "by ", "still in use"} {
		require.Contains(t, out, word)
	}
}

func TestRestoreRefusesWhatItCannotKnow(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "beijing", "{ seed: 3 }")
	first := o.run(t, 0)
	for _, args := range [][]string{
		{"restore"}, {"restore", "--run", first.RunID, "--uid", "00112233445566778899aabbccddeeff"}, {"restore", "--run", "nobody"},
		{"restore", "--run", first.RunID}, {"restore", "--uid", "00112233445566778899aabbccddeeff"}, {"restore", "--uid", "odd"},
	} {
		_, status := o.starter(t, o.config, append(args, "--yes")...)
		require.Equal(t, 1, status, args)
	}
}

// Restores beside running syncs, tick after tick: the history replays to the
// inventory, and after a last sync the inventory is the cloud's.
func TestRestoresBesideSyncs(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	settings := mock.DefaultSettings()
	settings.Hosts, settings.Churn = mock.Hosts{Min: 300, Max: 500}, 0.3
	m := mock.New(settings, mock.DefaultRegions())
	deps := s.deps(m)
	deps.Settings[hostKind] = activities.Settings{Policy: diff.Policy{MaxDeleteRatio: 1, MinRows: 10}, MaxParallel: 8}
	s.startWorker(t, deps)
	s.sync(t, hostKind)
	const ticks = 12
	snapshots := []snapshot{s.snapshot(t)}
	for tick := range int64(ticks) {
		m.SetTick(tick)
		run := s.start(t, hostKind)
		s.restoreUntil(t, run)
		s.report(t, run)
		snapshots = append(snapshots, s.snapshot(t))
	}
	s.report(t, s.start(t, hostKind))
	for _, region := range mock.DefaultRegions() {
		require.Equal(t, truth(t, deps, m, scopeOf(hostKind, region), ticks-1), s.inventory(t, scopeOf(hostKind, region)))
	}
	require.Positive(t, s.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'restore'"))
	s.requireRebuilt(t, snapshots)
	s.requireComesAndGoes(t)
}

// restorePause leaves the run some of the database's time.
const restorePause = 50 * time.Millisecond

// restoreUntil restores what was deleted last, again and again, until the run has
// ended.
func (s *stack) restoreUntil(t *testing.T, run client.WorkflowRun) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- run.Get(t.Context(), nil) }()
	for {
		s.restoreSomething(t)
		select {
		case err := <-ended:
			require.NoError(t, err)
			return
		case <-time.After(restorePause):
		}
	}
}

// requireComesAndGoes: each resource comes and goes in turn, and is there if it
// came last.
func (s *stack) requireComesAndGoes(t *testing.T) {
	t.Helper()
	present := map[resource.UID]bool{}
	before := int64(0)
	for {
		changes, err := s.store.Changes(t.Context(), store.ChangeFilter{Before: before, Limit: 1000, Ops: []diff.Op{diff.Add, store.RestoreOp, diff.Delete}})
		require.NoError(t, err)
		if len(changes) == 0 {
			break
		}
		for _, change := range changes { // from the newest on
			comes := change.Op != diff.Delete
			last, known := present[change.UID]
			require.False(t, known && last == comes, "change %d of %s: %s twice in a row", change.ID, change.NativeID, change.Op)
			present[change.UID] = comes
		}
		before = changes[len(changes)-1].ID
	}
	for uid, first := range present {
		require.True(t, first, "%s came before it went", uid)
	}
}
