package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/shorttest"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// record begins a recording of the run.
func (c *calendar) record(t *testing.T, runID string) *store.Recording {
	t.Helper()
	recording, err := c.Record(t.Context(), runID)
	require.NoError(t, err)
	return recording
}

// changesOf makes changes of new resources, at the present of the calendar.
func (c *calendar) changesOf(op diff.Op, prefix string, n int) []store.Change {
	changes := make([]store.Change, n)
	for i := range changes {
		id := fmt.Sprintf("%s-%d", prefix, i)
		changes[i] = store.Change{
			Kind: hostScope.Kind, UID: hostScope.UID(id), NativeID: id, ScopeID: c.lease.ScopeID, Op: op, ChangedAt: c.now,
		}
	}
	return changes
}

// spans are the spans of all runs, in few words.
func (c *calendar) spans(t *testing.T) (spans []string) {
	t.Helper()
	rows, err := storetest.Connect(t, c.dsn).Query("SELECT CONCAT(run_id, ' ', first_id, ' ', last_id) FROM sync_change_span ORDER BY first_id")
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var span string
		require.NoError(t, rows.Scan(&span))
		spans = append(spans, span)
	}
	require.NoError(t, rows.Err())
	return spans
}

// recorded is what the history has of a run, by a filter of all of it, newest first.
func (c *calendar) recorded(t *testing.T, runID string) (words []string, ops map[diff.Op]int64) {
	t.Helper()
	ops = map[diff.Op]int64{}
	for _, change := range c.changes(t, store.ChangeFilter{Limit: 1 << 20}) {
		if change.RunID == runID {
			words = append(words, fmt.Sprintf("%s %s", change.Op, change.NativeID))
			ops[change.Op]++
		}
	}
	return words, ops
}

// requireRun checks every answer about a run against a filter of the whole history.
func (c *calendar) requireRun(t *testing.T, runID string, pageSize int64) {
	t.Helper()
	words, ops := c.recorded(t, runID)

	var paged []string
	for page, before := []store.Change(nil), int64(0); ; before = page[len(page)-1].ID {
		page = c.changes(t, store.ChangeFilter{RunID: runID, Before: before, Limit: pageSize})
		paged = append(paged, told(page)...)
		if int64(len(page)) < pageSize {
			break
		}
	}
	require.Equal(t, words, paged, runID)

	_, told, err := c.CountChanges(t.Context(), runID)
	require.NoError(t, err)
	require.Equal(t, store.Done{Added: ops[diff.Add], Modified: ops[diff.Modify], Deleted: ops[diff.Delete]}, told[c.lease.ScopeID], runID)
	plan, err := c.PlanRestore(t.Context(), byRun(runID), 0)
	require.NoError(t, err)
	require.Equal(t, ops[diff.Delete], plan.Deleted, runID)
	_, err = c.DeletedKind(t.Context(), byRun(runID))
	if ops[diff.Delete] == 0 {
		require.ErrorIs(t, err, store.ErrNotFound)
	} else {
		require.NoError(t, err)
	}
}

// Two runs record at the same time: each of their spans has changes of the other one.
func TestChangesOfInterleavedRuns(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	a, b := c.record(t, "run-a"), c.record(t, "run-b")
	var ofA, ofB []string
	for i := range 3 {
		added := c.changesOf(diff.Add, fmt.Sprint("a", i), store.ChangesInBulk)
		require.NoError(t, a.Insert(t.Context(), added))
		ofA = append(told(backwards(added)), ofA...)
		deleted := c.changesOf(diff.Delete, fmt.Sprint("b", i), 7)
		require.NoError(t, b.Insert(t.Context(), deleted))
		ofB = append(told(backwards(deleted)), ofB...)
	}
	require.Empty(t, c.spans(t), "a span comes with its changes")
	require.NoError(t, a.Commit(t.Context()))
	require.NoError(t, b.Commit(t.Context()))
	require.Len(t, c.spans(t), 2, "one for each transaction")

	require.Equal(t, ofA, told(c.changes(t, store.ChangeFilter{RunID: "run-a", Limit: 1000})))
	require.Equal(t, ofB, told(c.changes(t, store.ChangeFilter{RunID: "run-b", Limit: 1000})))
	for _, runID := range []string{"run-a", "run-b"} {
		c.requireRun(t, runID, 10)
	}
}

// A connection that is lost in the middle of a bulk ends the transaction with an error,
// whether its statement was prepared before or not, and nothing waits for it.
func TestConnectionThatIsLostInABulk(t *testing.T) {
	t.Parallel()
	for _, prepared := range []bool{false, true} {
		t.Run(fmt.Sprint("prepared ", prepared), func(t *testing.T) {
			t.Parallel()
			c := newCalendar(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			lost, err := c.Record(ctx, "run-lost")
			require.NoError(t, err)
			if prepared {
				require.NoError(t, lost.Insert(ctx, c.changesOf(diff.Add, "a", store.ChangesInBulk)))
			}
			id, err := lost.ConnectionID(ctx)
			require.NoError(t, err)
			_, err = storetest.Connect(t, c.dsn).Exec(fmt.Sprintf("KILL %d", id))
			require.NoError(t, err)
			for range 2 { // the second one finds that it is lost before anything is sent
				require.Error(t, lost.Insert(ctx, c.changesOf(diff.Add, "b", store.ChangesInBulk)))
			}
			require.Error(t, lost.Rollback())

			next := c.record(t, "run-next")
			require.NoError(t, next.Insert(ctx, c.changesOf(diff.Add, "c", store.ChangesInBulk)))
			require.NoError(t, next.Commit(ctx))
			require.Len(t, c.changes(t, store.ChangeFilter{Limit: 1000}), store.ChangesInBulk)
			require.NoError(t, ctx.Err())
		})
	}
}

func TestPanicInABulkReachesItsCaller(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	recording := c.record(t, "run-1")
	require.PanicsWithValue(t, "of the driver", func() { _ = recording.Panic() })
	require.NoError(t, recording.Rollback())
}

func TestTransactionsAreReadCommitted(t *testing.T) {
	t.Parallel()
	recording := newCalendar(t).record(t, "run-1")
	level, err := recording.Isolation(t.Context())
	require.NoError(t, err)
	require.Equal(t, "READ-COMMITTED", level)
	require.NoError(t, recording.Rollback())
}

func backwards(changes []store.Change) []store.Change {
	turned := make([]store.Change, len(changes))
	for i, change := range changes {
		turned[len(changes)-1-i] = change
	}
	return turned
}

// Every way to write changes writes their span, and only where there are some.
func TestEachTransactionWritesItsSpan(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	var rows []resource.Row
	for i := range store.BatchRows + 250 {
		rows = append(rows, host(fmt.Sprintf("i-%04d", i)))
	}
	c.then(t, diff.Add, rows...)
	require.Equal(t, []string{"run-1 1 1000", "run-1 1001 1250"}, c.spans(t))
	c.put(t, diff.Delete, 99, host("unknown"))
	require.Len(t, c.spans(t), 2, "nothing was changed")

	c.claim(t, "run-2")
	c.then(t, diff.Delete, rows[:2]...)
	c.restore(t, byRun("run-2"))
	c.claim(t, "prune-3")
	_, err := c.PruneBatch(t.Context(), resource.HostKind, store.Pruning{Lease: c.lease, Scope: hostScope, Seen: 1 << 40}, nil)
	require.NoError(t, err)
	spans := c.spans(t)
	require.Len(t, spans, 5)
	require.Equal(t, "run-2 1251 1252", spans[2])
	require.Regexp(t, "^restore-.* 1253 1254$", spans[3])
	require.Equal(t, "prune-3 1255 2254", spans[4])
}

// What is larger than a statement may be goes in parts, which are one span.
func TestSpanOfHalvedStatements(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	c := newCalendar(t)
	changes := c.changesOf(diff.Delete, "i", 900)
	image, err := json.Marshal(map[string]string{"note": text(20 << 10)})
	require.NoError(t, err)
	for i := range changes {
		changes[i].Image = image
	}
	recording := c.record(t, "run-2")
	require.NoError(t, recording.Insert(t.Context(), changes))
	require.NoError(t, recording.Commit(t.Context()))
	require.Equal(t, []string{"run-2 1 900"}, c.spans(t))
	require.Equal(t, 900, c.count(t, "SELECT COUNT(*) FROM resource_change"))
}

// Whatever runs record at the same time, in statements of whatever size, some of it
// rolled back: what is asked by run is what a filter of the whole history has. So it
// is when retention has removed a part, and then another.
func TestRandomInterleavingsByRun(t *testing.T) {
	t.Parallel()
	for _, increment := range []int{1, 3} { // 3: as in a cluster of three primaries
		t.Run(fmt.Sprint("increment ", increment), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(18, uint64(increment)))
			c := newCalendar(t)
			var err error
			c.Store, err = store.Open(t.Context(), fmt.Sprintf("%s?auto_increment_increment=%d&auto_increment_offset=2", c.dsn, increment), store.Options{})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, c.Close()) })

			times := c.recordAtRandom(t, random)
			c.requireRuns(t, random)
			for _, part := range []int{3, 2, 1} {
				c.expireAll(t, times[len(times)/part-1])
				c.requireRuns(t, random)
			}
			c.expireAll(t, c.now.Add(time.Hour))
			require.Empty(t, c.spans(t), "nothing is left")
		})
	}
}

const randomRuns = 6

// recordAtRandom records at random for randomRuns runs, some transactions of each at
// once, and returns the times of the changes.
func (c *calendar) recordAtRandom(t *testing.T, random *rand.Rand) (times []time.Time) {
	t.Helper()
	open := map[int]*store.Recording{}
	end := func(slot int) {
		if random.IntN(5) == 0 {
			require.NoError(t, open[slot].Rollback())
		} else {
			require.NoError(t, open[slot].Commit(t.Context()))
		}
		delete(open, slot)
	}
	for step := range 250 {
		slot := random.IntN(8)
		if open[slot] == nil {
			open[slot] = c.record(t, fmt.Sprint("run-", random.IntN(randomRuns), "-x"))
		}
		op := []diff.Op{diff.Add, diff.Modify, diff.Delete}[random.IntN(3)]
		rows := 1 + random.IntN(5)
		if random.IntN(10) == 0 {
			rows = store.ChangesInBulk
		}
		c.now = c.now.Add(time.Minute)
		times = append(times, c.now)
		changes := c.changesOf(op, fmt.Sprint("i", step), rows)
		for i := range changes { // clocks differ
			changes[i].ChangedAt = c.now.Add(-time.Duration(random.IntN(30)) * time.Minute)
		}
		require.NoError(t, open[slot].Insert(t.Context(), changes))
		if random.IntN(4) == 0 {
			end(slot)
		}
	}
	for slot := range open {
		end(slot)
	}
	return times
}

// requireRuns checks every run, and that none has a span without a change.
func (c *calendar) requireRuns(t *testing.T, random *rand.Rand) {
	t.Helper()
	for run := range randomRuns {
		c.requireRun(t, fmt.Sprint("run-", run, "-x"), 1+random.Int64N(50))
	}
	require.Zero(t, c.count(t, `SELECT COUNT(*) FROM sync_change_span AS span WHERE NOT EXISTS (
		SELECT 1 FROM resource_change AS kept WHERE kept.run_id = span.run_id)`), "a run without changes has no span")
	require.Zero(t, c.count(t, `SELECT COUNT(*) FROM resource_change AS kept WHERE NOT EXISTS (
		SELECT 1 FROM sync_change_span AS span WHERE span.run_id = kept.run_id AND kept.id BETWEEN span.first_id AND span.last_id)`), "every change is in a span")
}

// The history keeps changes for longer than the record of their run.
func TestChangesOfARunWithoutRecord(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	c.then(t, diff.Add, called("i-1", "a"), called("i-2", "b"))
	c.claim(t, "run-2")
	c.then(t, diff.Delete, called("i-1", "a"))
	require.NoError(t, c.DeleteRuns(t.Context(), []string{"run-2"}, func() {}))
	require.Equal(t, []string{"delete i-1"}, told(c.changes(t, store.ChangeFilter{RunID: "run-2"})))
	require.Equal(t, store.RestoreCounts{Deleted: 1, Restored: 1}, c.restore(t, byRun("run-2")))
}

// Of a run whose changes are gone, nothing is left that would make its id, or the
// beginning of another one's, mean something.
func TestSpansGoWithTheirChanges(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	c.then(t, diff.Add, called("i-1", "a"))
	c.claim(t, "run-2")
	gone, changes := c.record(t, "run-2"), c.changesOf(diff.Add, "gone", 2)
	require.NoError(t, gone.Insert(t.Context(), changes[:1]))
	c.now = c.now.Add(time.Minute)
	c.then(t, diff.Add, called("i-2", "b")) // of run-2 as well
	c.claim(t, "run-3")
	limit := c.then(t, diff.Add, called("i-3", "c")) // within the span of the other transaction
	require.NoError(t, gone.Insert(t.Context(), changes[1:]))
	require.NoError(t, gone.Commit(t.Context()))
	require.Equal(t, []string{"run-1 1 1", "run-2 2 5", "run-2 3 3", "run-3 4 4"}, c.spans(t))
	_, err := c.Changes(t.Context(), store.ChangeFilter{RunID: "run", Limit: 1})
	require.ErrorContains(t, err, "several runs")

	c.exec(t, "UPDATE sync_run SET su_add = 0") // a lost run may have recorded nothing
	before, err := c.RunsPage(t.Context(), 0, 10)
	require.NoError(t, err)
	require.EqualValues(t, 4, c.expireAll(t, limit))
	require.Equal(t, []string{"run-3 4 4"}, c.spans(t), "though its last change was later than one that is left")
	require.Equal(t, []string{"add i-3"}, told(c.changes(t, store.ChangeFilter{RunID: "run"})))
	require.Empty(t, c.changes(t, store.ChangeFilter{RunID: "run-2"}))
	after, err := c.RunsPage(t.Context(), 0, 10)
	require.NoError(t, err)
	changed := func(runs []store.RunAge) (ids []string) {
		for _, run := range runs {
			if run.Changed {
				ids = append(ids, run.RunID)
			}
		}
		return ids
	}
	require.Equal(t, []string{"run-1", "run-2", "run-3"}, changed(before))
	require.Equal(t, []string{"run-3"}, changed(after))
}

// A history from before there were spans, and a migration that was interrupted after
// each of its statements and starts over.
func TestMigrateAHistoryWithoutSpans(t *testing.T) {
	t.Parallel()
	c := newCalendar(t)
	for _, runID := range []string{"run-1", "run-2", "run-1", "run-3", "run-2"} {
		c.now = c.now.Add(time.Minute)
		recording := c.record(t, runID)
		require.NoError(t, recording.Insert(t.Context(), c.changesOf(diff.Delete, fmt.Sprint("i", c.now.Minute()), 4)))
		require.NoError(t, recording.Commit(t.Context()))
	}
	indexes := func() int {
		return c.count(t, `SELECT COUNT(DISTINCT INDEX_NAME) FROM information_schema.STATISTICS
			WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'resource_change'`)
	}
	require.Equal(t, 2, indexes())
	migrate := func() {
		c.exec(t, "DELETE FROM sync_migration WHERE name IN ('0022', '0027')")
		names, err := c.Migrate(t.Context())
		require.NoError(t, err)
		require.Len(t, names, 2)
		require.Equal(t, 2, indexes())
	}
	filled := []string{"run-1 1 12", "run-2 5 20", "run-3 13 16"}
	for _, statement := range strings.Split(`DROP TABLE sync_change_span
		DELETE FROM sync_change_span
		DELETE FROM sync_change_span WHERE run_id = 'run-2'
		UPDATE sync_change_span SET last_id = first_id`, "\n") {
		c.exec(t, statement)
		c.exec(t, "ALTER TABLE resource_change ADD KEY run_changes (run_id, id)")
		migrate()
		require.Equal(t, filled, c.spans(t), statement)
	}
	migrate()
	require.Equal(t, filled, c.spans(t), "the index is gone already")
	for _, runID := range []string{"run-1", "run-2", "run-3"} {
		c.requireRun(t, runID, 5)
	}
	c.claim(t, "run-2")
	c.then(t, diff.Add, called("new", "n"))
	c.requireRun(t, "run-2", 100)
	c.expireAll(t, c.now)
	require.Equal(t, []string{"run-2 21 21"}, c.spans(t))
}
