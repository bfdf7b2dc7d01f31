package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// requireTallied: the run did that, by its tallies as by the history, which does not
// have what was rehashed.
func (b *bundle) requireTallied(t *testing.T, runID string, want map[int64]store.Done) {
	t.Helper()
	tallied, told, err := b.CountChanges(t.Context(), runID)
	require.NoError(t, err)
	require.Equal(t, want, tallied)
	for scope, done := range want {
		done.Rehashed = 0
		require.Equal(t, done, told[scope])
	}
}

// requireRecorded: the run's record is that of what it did, and so is that of its one
// scope; and no other run's record is wrong.
func (b *bundle) requireRecorded(t *testing.T, runID, outcome string, want store.Done) {
	t.Helper()
	stats := store.Stats{SuAdd: want.Added, SuMod: want.Modified, SuDel: want.Deleted, Rehashed: want.Rehashed}
	runs, err := b.FindRuns(t.Context(), runID)
	require.NoError(t, err)
	require.Len(t, runs, 1)
	require.Equal(t, outcome, runs[0].Outcome)
	require.Equal(t, stats, done(runs[0].Stats))
	scopes, err := b.RunScopes(t.Context(), runID)
	require.NoError(t, err)
	require.Len(t, scopes, 1)
	require.Equal(t, stats, done(scopes[0].Stats))
	b.requireRight(t)
}

func done(stats store.Stats) store.Stats {
	return store.Stats{SuAdd: stats.SuAdd, SuMod: stats.SuMod, SuDel: stats.SuDel, Rehashed: stats.Rehashed}
}

func (b *bundle) requireRight(t *testing.T) {
	t.Helper()
	db := storetest.Connect(t, b.dsn)
	wrong, err := storetest.WrongFigures(t.Context(), db, "")
	require.NoError(t, errors.Join(err, db.Close()))
	require.Empty(t, wrong)
}

// conclude records the end of a run that believes to have done something else.
func (b *bundle) conclude(t *testing.T, run store.RunRef, outcome string) store.Concluded {
	t.Helper()
	concluded, err := b.Conclude(t.Context(), run,
		store.Run{RunID: run.ID, Kind: hostScope.Kind, StartedAt: started, Outcome: outcome, Stats: store.Stats{SuAdd: 77, Rehashed: 7}},
		[]store.RunScope{{ScopeID: b.lease.ScopeID, Outcome: outcome, Stats: store.Stats{SuMod: 78}, Complete: outcome != "failed"}})
	require.NoError(t, err)
	return concluded
}

// change does three additions, two modifications, a deletion, and writes one row over
// itself.
func (b *bundle) change(t *testing.T) store.Done {
	t.Helper()
	b.put(t, diff.Add, 1, host("i-1"), host("i-2"), host("i-3"))
	b.put(t, diff.Modify, 1, called("i-1", "b"), called("i-2", "b"), host("i-3"))
	b.put(t, diff.Delete, 1, called("i-1", "b"))
	return store.Done{Added: 3, Modified: 2, Deleted: 1, Rehashed: 1}
}

func (b *bundle) sweep(t *testing.T) {
	t.Helper()
	b.exec(t, "DELETE FROM sync_batch")
}

// However a run ends, and whatever it believes to have done, the record has what it did.
func TestFiguresAreThoseOfTheHistory(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*testing.T, *bundle) (outcome string){
		"recorded": func(t *testing.T, b *bundle) string {
			concluded := b.conclude(t, b.run, "ok")
			require.Equal(t, store.Concluded{
				Outcome: "ok", Done: store.Done{Added: 3, Modified: 2, Deleted: 1, Rehashed: 1},
				Scopes: map[int64]store.Done{b.lease.ScopeID: {Added: 3, Modified: 2, Deleted: 1, Rehashed: 1}},
			}, concluded)
			return "ok"
		},
		"recorded twice": func(t *testing.T, b *bundle) string {
			first := b.conclude(t, b.run, "ok")
			require.Equal(t, first, b.conclude(t, b.run, "ok"))
			return "ok"
		},
		"recorded by itself alone": func(t *testing.T, b *bundle) string {
			require.NoError(t, b.EndRun(t.Context(), store.Run{RunID: b.run.ID, Kind: hostScope.Kind, StartedAt: started, Outcome: "failed"}))
			scopes, err := b.RunScopes(t.Context(), b.run.ID)
			require.NoError(t, err)
			require.Equal(t, "failed", scopes[0].Outcome)
			require.Contains(t, scopes[0].Reason, "recorded no outcome of this scope")
			return "failed"
		},
		"without its ledger": func(t *testing.T, b *bundle) string {
			b.sweep(t)
			b.conclude(t, b.run, "failed")
			return "failed"
		},
		"superseded": func(t *testing.T, b *bundle) string {
			old := b.run
			b.claim(t, "run-2")
			b.conclude(t, old, "failed")
			return "failed"
		},
		"settled": func(t *testing.T, b *bundle) string {
			b.begin(t, "run-2")
			return store.OutcomeLost
		},
		"settled, and recorded": func(t *testing.T, b *bundle) string {
			b.begin(t, "run-2")
			b.conclude(t, b.run, "partial")
			return "partial"
		},
		"recorded as unchanged, behind a reset": func(t *testing.T, b *bundle) string {
			require.Equal(t, "ok", b.conclude(t, b.run, "unchanged").Outcome)
			scopes, err := b.RunScopes(t.Context(), b.run.ID)
			require.NoError(t, err)
			require.Equal(t, "ok", scopes[0].Outcome)
			return "ok"
		},
		"with a scope recorded on the way": func(t *testing.T, b *bundle) string {
			scopes := []store.RunScope{{ScopeID: b.lease.ScopeID, Outcome: "ok", Stats: store.Stats{SuDel: 1000, ToAdd: 3}, Complete: true}}
			require.NoError(t, b.RecordScopes(t.Context(), b.run, scopes))
			require.EqualValues(t, 1000, scopes[0].Stats.SuDel, "what is passed in stays as it is")
			b.begin(t, "run-2")
			recorded, err := b.RunScopes(t.Context(), b.run.ID)
			require.NoError(t, err)
			require.EqualValues(t, 3, recorded[0].Stats.ToAdd)
			require.Equal(t, "ok", recorded[0].Outcome, "what the run recorded stays")
			return store.OutcomeLost
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			run, did := b.run, b.change(t)
			b.requireTallied(t, run.ID, map[int64]store.Done{b.lease.ScopeID: did})
			b.requireRecorded(t, run.ID, end(t, b), did)
		})
	}
}

// A run that is at work, or that was terminated and not settled yet, shows what it has
// done, and its row says nothing yet.
func TestFiguresOfARunAtWork(t *testing.T) {
	t.Parallel()
	b := setup(t)
	did := b.change(t)
	runs, err := b.Runs(t.Context(), "", 10)
	require.NoError(t, err)
	require.Equal(t, store.Stats{SuAdd: did.Added, SuMod: did.Modified, SuDel: did.Deleted, Rehashed: did.Rehashed}, runs[0].Stats)
	require.Zero(t, b.count(t, "SELECT su_add FROM sync_run"))
	require.NoError(t, b.RecordScopes(t.Context(), b.run, []store.RunScope{{ScopeID: b.lease.ScopeID, Outcome: "ok"}}))
	b.requireRecorded(t, b.run.ID, store.OutcomeRunning, did)
}

// An addition that finds its row there is a modification, or a row that is as it was:
// the ledger counts it as added, the history does not, nor does the record.
func TestAdditionsThatWereNone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.put(t, diff.Add, 1, host("i-1"), host("i-2"))
	require.Equal(t, store.Counts{Applied: 2, Rehashed: 1}, b.put(t, diff.Add, 2, called("i-1", "b"), host("i-2"), host("i-3")))
	b.conclude(t, b.run, "ok")
	b.requireRecorded(t, b.run.ID, "ok", store.Done{Added: 3, Modified: 1, Rehashed: 1})
}

// Nobody waits any more for an attempt that was given up, and a run that was reset goes
// on under its number: what either changes after the record was written gets into it.
func TestChangesAfterTheRecord(t *testing.T) {
	t.Parallel()
	for name, settle := range map[string]func(*testing.T, *bundle) string{
		"recorded":  func(t *testing.T, b *bundle) string { b.conclude(t, b.run, "unchanged"); return "ok" },
		"settled":   func(t *testing.T, b *bundle) string { b.begin(t, "run-2"); return store.OutcomeLost },
		"cancelled": func(t *testing.T, b *bundle) string { b.conclude(t, b.run, "failed"); return "failed" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			outcome := settle(t, b)
			b.requireRight(t)
			did := b.change(t)
			b.requireRecorded(t, b.run.ID, outcome, did)
			b.put(t, diff.Add, 2, host("i-9"))
			did.Added++
			b.requireRecorded(t, b.run.ID, outcome, did)
			b.conclude(t, b.run, "ok")
			b.requireRecorded(t, b.run.ID, "ok", did)
		})
	}
}

// Batches are being applied while the end of their run is recorded: whichever is first,
// the record has all of them.
func TestRecordWhileBatchesAreApplied(t *testing.T) {
	t.Parallel()
	b := setup(t)
	random := rand.New(rand.NewPCG(1, 2))
	const batches, rounds = 6, 20
	for round := range rounds {
		b.claim(t, fmt.Sprintf("round-%02d", round))
		var work sync.WaitGroup
		errs := make([]error, batches+1)
		for i := range batches {
			set := b.write(t, diff.Add, i, host(fmt.Sprintf("i-%d-%d", round, i)))
			wait := time.Duration(random.IntN(4000)) * time.Microsecond
			work.Go(func() {
				<-time.After(wait) // the moment, not a wait for something
				errs[i] = b.ApplyBatch(t.Context(), resource.HostKind, hostScope, set, 0)
			})
		}
		work.Go(func() {
			<-time.After(2 * time.Millisecond)
			errs[batches] = b.EndRun(t.Context(), store.Run{RunID: b.run.ID, Kind: hostScope.Kind, StartedAt: started, Outcome: "ok"})
		})
		work.Wait()
		require.Equal(t, make([]error, batches+1), errs)
		b.requireRecorded(t, b.run.ID, "ok", store.Done{Added: batches})
	}
}

// Who records the end of a run waits for a batch that has begun, and counts it.
func TestRecordWaitsForABatch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.put(t, diff.Add, 1, host("i-1"))
	set := b.write(t, diff.Delete, 2, host("i-1"))
	held, err := storetest.Connect(t, b.dsn).BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = held.Exec("SELECT uid FROM resource_host FOR UPDATE")
	require.NoError(t, err)

	var work sync.WaitGroup
	var applied, concluded error
	work.Go(func() { applied = b.ApplyBatch(t.Context(), resource.HostKind, hostScope, set, 0) })
	b.waitForWaiting(t, 1)
	work.Go(func() {
		concluded = b.EndRun(t.Context(), store.Run{RunID: b.run.ID, Kind: hostScope.Kind, StartedAt: started, Outcome: "ok"})
	})
	b.waitForWaiting(t, 2)
	require.NoError(t, held.Rollback())
	work.Wait()
	require.NoError(t, applied)
	require.NoError(t, concluded)
	b.requireRecorded(t, b.run.ID, "ok", store.Done{Added: 1, Deleted: 1})
}

// waitForWaiting waits until so many transactions wait for locks.
func (b *bundle) waitForWaiting(t *testing.T, transactions int) {
	t.Helper()
	db := storetest.Connect(t, b.dsn)
	require.Eventually(t, func() bool {
		var waiting int
		err := db.QueryRow(`SELECT COUNT(*) FROM information_schema.INNODB_TRX AS trx JOIN information_schema.PROCESSLIST AS process
			ON process.ID = trx.trx_mysql_thread_id WHERE trx.trx_state = 'LOCK WAIT' AND process.DB = DATABASE()`).Scan(&waiting)
		return err == nil && waiting == transactions
	}, time.Minute, 100*time.Millisecond) // the server looks at most ten times a second
}

// What the history loses by retention stays on record, also if the run is recorded
// again.
func TestFiguresOutliveTheHistory(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	did := c.change(t)
	c.conclude(t, c.run, "ok")
	require.EqualValues(t, 6, c.expireAll(t, c.now.Add(time.Hour)))
	require.Equal(t, did, c.conclude(t, c.run, "ok").Done)
	c.put(t, diff.Add, 2, host("i-9")) // by a reset
	did.Added++
	require.Equal(t, did, c.conclude(t, c.run, "ok").Done)
	require.NoError(t, c.DeleteRuns(t.Context(), []string{c.run.ID}, func() {}))
	require.Zero(t, c.count(t, "SELECT COUNT(*) FROM sync_tally"), "tallies go with the run")
}

// A worker of the version before writes spans and no tallies: its changes are counted
// in the history, with those of others. What retention has removed of them stays on
// record.
func TestFiguresOfARunWithoutTallies(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	did := c.change(t)
	c.exec(t, "UPDATE sync_change_span SET tallied = 0 ORDER BY first_id LIMIT 1")
	c.exec(t, "DELETE FROM sync_tally WHERE added > 0")
	did.Rehashed = 0 // of the version before, only the workflow knows
	require.Equal(t, did, c.conclude(t, c.run, "ok").Done)
	c.requireRecorded(t, c.run.ID, "ok", did)

	c.now = c.now.Add(time.Hour)
	limit := c.now
	c.put(t, diff.Add, 2, host("i-9"))
	did.Added++
	c.requireRecorded(t, c.run.ID, "ok", did)
	require.EqualValues(t, 6, c.expireAll(t, limit))
	did.Rehashed = 1 // the tallies count again: less than is on record, but for this
	require.Equal(t, did, c.conclude(t, c.run, "ok").Done)
}

// The migration may be interrupted after each of its statements and start over.
func TestMigrateToTallies(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	did := c.change(t)
	for _, statements := range [][]string{
		{"DROP TABLE sync_tally", "ALTER TABLE sync_change_span DROP COLUMN tallied"},
		{"ALTER TABLE sync_change_span DROP COLUMN tallied"},
		nil,
	} {
		for _, statement := range statements {
			c.exec(t, statement)
		}
		c.exec(t, "DELETE FROM sync_migration WHERE name = '0027'")
		names, err := c.Migrate(t.Context())
		require.NoError(t, err)
		require.Len(t, names, 1)
	}
	did.Rehashed = 0 // the run began with the version before
	require.Equal(t, did, c.conclude(t, c.run, "ok").Done)
	c.requireRecorded(t, c.run.ID, "ok", did)
}

// A run whose record retention has removed may still be at work; it is recorded anew.
func TestFiguresOfARunWithoutRecord(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(t, "DELETE FROM sync_run")
	did := b.change(t)
	b.conclude(t, b.run, "ok")
	b.requireRecorded(t, b.run.ID, "ok", did)
}

// A restore changes several scopes in one transaction.
func TestFiguresOfARestore(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	other := c.ensure(t, scopeIn("shanghai"))[0]
	c.then(t, diff.Add, called("i-1", "a"), called("i-2", "b"), called("i-3", "c"))
	c.then(t, diff.Delete, called("i-1", "a"), called("i-2", "b"), called("i-3", "c"))
	c.exec(t, "UPDATE resource_change SET scope_id = ?, image = JSON_SET(image, '$.scope_id', ?) WHERE op = 'delete' AND native_id = 'i-3'", other, other)
	c.exec(t, "DELETE FROM sync_tally") // they do not know of that
	c.exec(t, "UPDATE sync_change_span SET tallied = 0")
	c.restore(t, byRun("run-1"))
	runs, err := c.FindRuns(t.Context(), "restore-")
	require.NoError(t, err)
	require.EqualValues(t, 3, runs[0].Stats.SuAdd)
	c.requireTallied(t, runs[0].RunID, map[int64]store.Done{c.lease.ScopeID: {Added: 2}, other: {Added: 1}})
	c.requireRight(t)
}
