package activities_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"pgregory.net/rapid"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// The model: runs of one kind are driven activity by activity, as the workflow
// does, while others overlap them, workers are killed between two activities,
// answers are lost after the commit, attempts that were given up go on writing,
// and the cloud changes. Whatever the order, one more run makes the inventory the
// cloud, and the history tells each change once.
//
// With rapid's flags it goes further: -rapid.checks=2000 -rapid.steps=60.

// checker is a test, or a check of rapid.
type checker interface {
	require.TestingT
	Helper()
}

// shelf is a database that many worlds use one after the other.
type shelf struct {
	t      *testing.T
	store  *store.Store
	sql    *sql.DB
	worlds int
	events map[string]int // how often they happened
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	dsn := storetest.NewDatabase(t)
	s := &shelf{t: t, events: map[string]int{}, store: storetest.OpenDSN(t, dsn), sql: storetest.Connect(t, dsn)}
	_, err := s.store.Migrate(t.Context())
	require.NoError(t, err)
	return s
}

// world is one account, with one scope, and all runs over it.
type world struct {
	single
	*shelf
	scope resource.Scope
	cloud *modelCloud
	runs  []*modelRun
	calls []call // all that were ever issued
	step  int
	past  []map[string]int // the cloud at each step
}

func (s *shelf) newWorld() *world {
	s.worlds++
	w := &world{shelf: s, cloud: &modelCloud{hosts: map[string]int{}}}
	w.scope = resource.Scope{Kind: kind, Provider: "mock", Account: fmt.Sprintf("world-%d", s.worlds), Region: "r"}
	w.Activities = activities.New(activities.Deps{
		Store: s.store, Kinds: resource.Standard(),
		Accounts: cloud.Accounts{{Account: resource.Account{Provider: "mock", Name: w.scope.Account}, Client: w.cloud}},
		Settings: map[string]activities.Settings{kind: {Policy: diff.Policy{MaxDeleteRatio: 1, AllowEmpty: true}, MaxParallel: 1}},
	})
	return w
}

// tick begins a step. The cloud changes between steps only.
func (w *world) tick() {
	w.step++
	w.past = append(w.past, maps.Clone(w.cloud.hosts))
}

func (w *world) existed(step int, nativeID string) bool {
	_, ok := w.past[step-1][nativeID]
	return ok
}

// modelCloud is an account with hosts of some versions.
type modelCloud struct {
	mu      sync.Mutex
	hosts   map[string]int
	created int
	failing int // the call from now on that fails; 0: none
}

// change makes the host of that name come, change, or go.
func (c *modelCloud) change(nativeID string, exists bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.hosts, nativeID)
	if exists {
		c.created++
		c.hosts[nativeID] = c.created
	}
}

// failCall lets the nth call fail, in a way that may pass.
func (c *modelCloud) failCall(nth int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failing = nth
}

func (c *modelCloud) fail() error {
	if c.failing--; c.failing == 0 {
		return &cloud.Error{Class: cloud.Unavailable, Doing: "call", Err: errors.New("internal error")}
	}
	return nil
}

func (c *modelCloud) Lists(string) bool { return true }

func (c *modelCloud) Regions(context.Context) ([]string, error) { return []string{"r"}, nil }

// List has two hosts on a page; the cursor is the last one's id.
func (c *modelCloud) List(_ context.Context, _ resource.Scope, cursor string) (cloud.Page, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.fail(); err != nil {
		return cloud.Page{}, err
	}
	const pageSize = 2
	page := cloud.Page{Total: int64(len(c.hosts))}
	for _, id := range slices.Sorted(maps.Keys(c.hosts)) {
		switch {
		case id <= cursor:
		case len(page.Rows) == pageSize:
			page.Next = page.Rows[pageSize-1].RowMeta().NativeID
		case len(page.Rows) < pageSize:
			page.Rows = append(page.Rows, hostOfVersion(id, c.hosts[id]))
		}
	}
	return page, nil
}

func (c *modelCloud) LookupLimit(string) int { return 2 }

func (c *modelCloud) Lookup(_ context.Context, _ resource.Scope, ids []string) (existing []string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range ids {
		if _, ok := c.hosts[id]; ok {
			existing = append(existing, id)
		}
	}
	return existing, c.fail()
}

func hostOfVersion(id string, version int) *resource.Host {
	return host(id, func(h *resource.Host) { h.Name, h.VCPU = fmt.Sprintf("version %d", version), int64(version) })
}

// phase is the activity that a run waits for.
type phase string

const (
	listing    phase = "ListScopes"
	claiming   phase = "LoadLocalHashes"
	fetching   phase = "FetchCloud"
	comparing  phase = "ComputeDiff"
	adding     phase = "ApplyAdds"
	modifying  phase = "ApplyMods"
	confirming phase = "ConfirmAbsent"
	deleting   phase = "BatchDelete"
	holding    phase = "KeepHold"
	counting   phase = "CountApplied"
	cleaning   phase = "CleanStaging"
	recording  phase = "RecordRun"
	over       phase = "over"
	terminated phase = "terminated"
)

// modelRun does what the workflow does.
type modelRun struct {
	w         *world
	id        string
	began     time.Time
	phase     phase
	attempt   int
	resume    any // the last heartbeat's details
	ref       store.RunRef
	scope     activities.LocalScope
	snapshot  activities.FetchCloudOut
	found     activities.ComputeDiffOut
	absent    activities.ConfirmAbsentOut
	confirmed []int // the steps
	resets    int
	failed    diff.Op
	record    activities.ScopeRecord
	// superseded says that its scope failed because of a newer run.
	superseded bool
}

func (w *world) begin() *modelRun {
	r := &modelRun{
		w: w, id: fmt.Sprintf("%s-run-%d", w.scope.Account, len(w.runs)), began: time.Now(), phase: listing, attempt: 1,
		record: activities.ScopeRecord{Outcome: activities.OK},
	}
	w.runs = append(w.runs, r)
	w.events["runs"]++
	return r
}

// call is an activity with its input.
type call struct {
	run   *modelRun
	phase phase
	do    func(attempt) (take func(), err error)
}

func issue[In, Out any](r *modelRun, do func(context.Context, In) (Out, error), in In, take func(Out)) call {
	c := call{run: r, phase: r.phase}
	c.do = func(a attempt) (func(), error) {
		out, err := execute(r.w.t, a, do, in)
		return func() { take(out) }, err
	}
	r.w.calls = append(r.w.calls, c)
	return c
}

func issueBare[In any](r *modelRun, do func(context.Context, In) error, in In, next phase) call {
	c := call{run: r, phase: r.phase}
	c.do = func(a attempt) (func(), error) {
		_, err := executeBare(r.w.t, a, do, in)
		return func() { r.enter(next) }, err
	}
	r.w.calls = append(r.w.calls, c)
	return c
}

// ended says that the workflow does no more.
func (r *modelRun) ended() bool { return r.phase == over || r.phase == terminated }

func (r *modelRun) enter(next phase) { r.phase, r.attempt, r.resume = next, 1, nil }

// next is the activity that the run waits for.
func (r *modelRun) next() call {
	switch r.phase {
	case listing:
		return issue(r, r.w.ListScopes, activities.ListScopesIn{Kind: kind, RunID: r.id, WorkflowID: r.w.scope.Account, StartedAt: r.began}, r.listed)
	case claiming:
		return issue(r, r.w.LoadLocalHashes, activities.LoadLocalHashesIn{Kind: kind, Run: r.ref, ScopeIDs: []int64{r.record.ID}}, r.claimed)
	case fetching:
		return issue(r, r.w.FetchCloud, r.in(), r.fetched)
	case comparing:
		return issue(r, r.w.ComputeDiff, activities.ComputeDiffIn{ScopeIn: r.in(), Snapshot: r.snapshot}, r.compared)
	case adding:
		return issue(r, r.w.ApplyAdds, r.apply(r.found.Writer), r.applied(diff.Add))
	case modifying:
		return issue(r, r.w.ApplyMods, r.apply(r.found.Writer), r.applied(diff.Modify))
	case confirming:
		return issue(r, r.w.ConfirmAbsent, activities.ConfirmAbsentIn{ApplyIn: r.apply(r.found.Writer)}, r.confirm)
	case deleting:
		return issue(r, r.w.BatchDelete, r.apply(r.absent.Writer), r.applied(diff.Delete))
	default:
		return r.nextOfEnd()
	}
}

func (r *modelRun) nextOfEnd() call {
	switch r.phase {
	case holding:
		in := activities.KeepHoldIn{ScopeIn: r.in(), Writer: r.found.Writer, Digest: r.found.Deletions}
		return issue(r, r.w.KeepHold, in, func(activities.KeepHoldOut) { r.enter(cleaning) })
	case counting:
		in := activities.CountAppliedIn{ApplyIn: r.apply(r.found.Writer), Op: r.failed}
		if r.failed == diff.Delete {
			in.Writer = r.absent.Writer
		}
		return issue(r, r.w.CountApplied, in, func(counts store.Counts) { r.count(r.failed, counts); r.enter(cleaning) })
	case cleaning:
		return issueBare(r, r.w.CleanStaging, activities.CleanStagingIn{Run: r.ref}, recording)
	default:
		in := activities.RecordRunIn{
			Kind: kind, Run: r.ref,
			Final: &activities.RunRecord{WorkflowID: r.w.scope.Account, StartedAt: r.began, FinishedAt: time.Now(), Outcome: r.record.Outcome, Stats: r.record.Stats},
		}
		if scope, ok := r.record.PlainlyUnchanged(); ok {
			in.Unchanged = activities.UnchangedScopes{scope}
			r.w.events["records in bulk"]++
		} else {
			in.Scopes = []activities.ScopeRecord{r.record}
		}
		return issue(r, r.w.RecordRun, in, r.recorded)
	}
}

// recorded takes the report of the run's end: it has what the history has, whatever the
// run counted itself.
func (r *modelRun) recorded(out activities.RecordRunOut) {
	r.record.Outcome, r.record.Stats = out.Recorded.Outcome, out.Recorded.Stats(r.record.Stats)
	r.enter(over)
}

// reset is what an operator does who lets the workflow go on from after ListScopes:
// what the run did so far is forgotten, except its number. The run may have been over.
func (r *modelRun) reset() {
	r.resets++
	r.snapshot, r.found, r.absent = activities.FetchCloudOut{}, activities.ComputeDiffOut{}, activities.ConfirmAbsentOut{}
	r.failed, r.superseded = "", false
	r.record = activities.ScopeRecord{ID: r.record.ID, Outcome: activities.OK}
	r.enter(claiming)
}

func (r *modelRun) in() activities.ScopeIn {
	return activities.ScopeIn{Kind: kind, Run: r.ref, Scope: r.scope}
}

func (r *modelRun) apply(writer int) activities.ApplyIn {
	return activities.ApplyIn{ScopeIn: r.in(), Writer: writer}
}

func (r *modelRun) listed(out activities.ListScopesOut) {
	r.ref, r.record.ID = out.Run, scopeIDs(out)[0]
	r.enter(claiming)
}

func (r *modelRun) claimed(out activities.LoadLocalHashesOut) {
	r.scope = out.Scopes[0]
	r.enter(fetching)
}

func (r *modelRun) fetched(out activities.FetchCloudOut) {
	r.snapshot = out
	if out.Unchanged {
		r.record.Outcome = activities.Unchanged
		r.record.Stats = activities.Stats{CloudNum: out.Listed, DBNum: r.scope.Local.Count}
		r.enter(map[bool]phase{true: cleaning, false: recording}[len(out.Staged) > 0])
		return
	}
	r.enter(comparing)
}

func (r *modelRun) compared(out activities.ComputeDiffOut) {
	r.found = out
	r.enterFirst(adding, modifying, confirming)
}

// enterFirst goes on with the first of the phases that has rows.
func (r *modelRun) enterFirst(phases ...phase) {
	rows := map[phase]int64{adding: r.found.ToAdd, modifying: r.found.ToMod, confirming: r.found.ToDel, deleting: r.absent.Absent}
	for _, next := range phases {
		if rows[next] > 0 {
			r.enter(next)
			return
		}
	}
	r.enter(cleaning)
}

func (r *modelRun) applied(op diff.Op) func(store.Counts) {
	return func(counts store.Counts) {
		r.count(op, counts)
		switch op {
		case diff.Add:
			r.enterFirst(modifying, confirming)
		case diff.Modify:
			r.enterFirst(confirming)
		default:
			r.enter(cleaning)
		}
	}
}

func (r *modelRun) count(op diff.Op, counts store.Counts) {
	switch op {
	case diff.Add:
		r.record.Stats.SuAdd = counts.Applied
	case diff.Modify:
		r.record.Stats.SuMod = counts.Applied
	default:
		r.record.Stats.SuDel = counts.Applied
	}
}

func (r *modelRun) confirm(out activities.ConfirmAbsentOut) {
	r.absent, r.confirmed = out, append(r.confirmed, r.w.step)
	r.enterFirst(deleting)
}

// fail is what the workflow makes of an activity that is not tried again.
func (r *modelRun) fail(t checker, err error) {
	t.Helper()
	r.superseded = activities.IsSuperseded(err)
	if r.superseded {
		// The attempts of its first part, which nobody waits for, clean up after a run
		// that was reset.
		require.True(t, r.isOld() || r.resets > 0, "%s of %s: %v", r.phase, r.id, err)
	}
	r.record.Outcome = activities.Failed
	switch r.phase {
	case claiming:
		r.enter(recording)
	case fetching, comparing:
		r.enter(cleaning)
	case adding, modifying, deleting:
		r.failed = map[phase]diff.Op{adding: diff.Add, modifying: diff.Modify, deleting: diff.Delete}[r.phase]
		r.enter(counting)
	case confirming:
		if !r.superseded {
			r.record.Outcome = activities.Held
		}
		r.enter(map[bool]phase{true: cleaning, false: holding}[r.superseded])
	case counting, holding:
		require.True(t, r.superseded, "%s of %s: %v", r.phase, r.id, err)
		r.enter(cleaning)
	default:
		require.NoError(t, err, "%s of %s", r.phase, r.id)
	}
}

// isOld says that a newer run has claimed the scope.
func (r *modelRun) isOld() bool {
	return slices.ContainsFunc(r.w.runs, func(other *modelRun) bool { return other.ref.Number > r.ref.Number })
}

// fate is what becomes of an attempt.
type fate struct {
	lost  bool // it does all its work, and nobody hears of it
	stops bool // its worker is told to stop
}

// advance makes one attempt of the activity that the run waits for.
func (r *modelRun) advance(t checker, f fate) {
	t.Helper()
	r.settle(t, f, r.try(r.next(), f))
}

// requireFigures: of each run that has recorded its end, or was settled, the record has
// what the history has, and its scope is listed with that.
func (w *world) requireFigures(t checker) {
	t.Helper()
	wrong, err := storetest.WrongFigures(w.t.Context(), w.sql, w.scope.Account+"-run-")
	require.NoError(t, err)
	require.Empty(t, wrong)
	for _, r := range w.runs {
		if r.phase != over {
			continue
		}
		runs, err := w.store.FindRuns(w.t.Context(), r.id)
		require.NoError(t, err)
		scopes, err := w.store.RunScopes(w.t.Context(), r.id)
		require.NoError(t, err)
		require.Len(t, scopes, 1)
		require.Equal(t, done(runs[0].Stats), done(scopes[0].Stats))
		require.Equal(t, runs[0].Outcome, scopes[0].Outcome)
	}
}

func done(stats activities.Stats) [4]int64 {
	return [4]int64{stats.SuAdd, stats.SuMod, stats.SuDel, stats.Rehashed}
}

// answer is what an attempt comes back with.
type answer struct {
	take  func()
	err   error
	beats *beats
}

func (r *modelRun) try(c call, f fate) answer {
	a := attempt{number: r.attempt, resume: r.resume, beats: &beats{}}
	if f.stops {
		a.stop = make(chan struct{})
		close(a.stop)
	}
	take, err := c.do(a)
	return answer{take: take, err: err, beats: a.beats}
}

// settle is what the server makes of the answer.
func (r *modelRun) settle(t checker, f fate, a answer) {
	t.Helper()
	defer r.w.requireFigures(t)
	var failure *temporal.ApplicationError
	switch {
	case f.lost, errors.As(a.err, &failure) && !failure.NonRetryable():
		r.attempt++
		require.Less(t, r.attempt, 100, "%s of %s: %v", r.phase, r.id, a.err)
		if len(a.beats.last) > 0 {
			r.resume = a.beats.last[0]
		}
	case a.err == nil:
		a.take()
	default:
		require.NotNil(t, failure, "%v", a.err)
		known := []string{"Superseded", "unavailable", "incomplete"}
		if r.resets > 0 { // see fail
			known = append(known, "Corrupt")
		}
		require.Contains(t, known, failure.Type(), "%s of %s: %v", r.phase, r.id, a.err)
		r.fail(t, a.err)
	}
}

// finish drives the run to its end, without anything that disturbs it.
func (r *modelRun) finish(t checker) {
	t.Helper()
	for r.phase != over {
		r.w.tick()
		r.advance(t, fate{})
	}
}

// runLate makes one more attempt of an activity that was issued some time ago, and
// whose result nobody wants any more.
func (w *world) runLate(c call) {
	w.tick()
	_, _ = c.do(attempt{number: 2})
}

// conclude is one more run, and then all has to be right.
func (w *world) conclude(t checker) {
	t.Helper()
	w.cloud.failCall(0)
	last := w.begin()
	last.finish(t)
	require.NotEqual(t, activities.Failed, last.record.Outcome)
	w.requireInventory(t, last.record.ID)
	w.requireHistory(t, last.record.ID)
	w.requireRecords(t, last.record.ID)
	for _, table := range []string{"sync_stage", "sync_batch"} {
		require.Zero(t, w.number(t, "SELECT COUNT(*) FROM "+table+" WHERE scope_id = ?", last.record.ID), table)
	}
}

func (w *world) number(t checker, query string, args ...any) (n int64) {
	t.Helper()
	require.NoError(t, w.sql.QueryRowContext(w.t.Context(), query, args...).Scan(&n))
	return n
}

// requireInventory: every row is the cloud's, and there is no other.
func (w *world) requireInventory(t checker, scopeID int64) {
	t.Helper()
	held, err := w.store.LoadScope(w.t.Context(), resource.HostKind, scopeID, 0)
	require.NoError(t, err)
	uids := make([]resource.UID, len(held.Entries))
	for i, entry := range held.Entries {
		uids[i] = entry.UID
	}
	stored, err := w.store.LoadRows(w.t.Context(), resource.HostKind, uids)
	require.NoError(t, err)
	want := map[resource.UID]resource.Row{}
	for id, version := range w.cloud.hosts {
		row := hostOfVersion(id, version)
		require.NoError(t, resource.HostKind.Seal(row, w.scope, scopeID))
		want[row.UID] = row
	}
	for _, row := range stored {
		row.RowMeta().CreatedAt, row.RowMeta().UpdatedAt = time.Time{}, time.Time{}
	}
	require.Equal(t, want, stored)
}

// requireHistory: each change is told once, by runs in their order, and no
// deletion is of a host that existed when it was confirmed.
func (w *world) requireHistory(t checker, scopeID int64) {
	t.Helper()
	there := map[string]bool{}
	changed := map[string]bool{}
	newest := int64(0)
	for _, change := range w.history(t, scopeID) {
		r := w.runOf(t, change.RunID)
		require.GreaterOrEqual(t, r.ref.Number, newest, "%s changed %s after a newer run", r.id, change.NativeID)
		newest = r.ref.Number
		require.Equal(t, there[change.NativeID], change.Op != diff.Add, "%s of %s by %s", change.Op, change.NativeID, r.id)
		there[change.NativeID] = change.Op != diff.Delete
		require.False(t, changed[r.id+change.NativeID] && r.resets == 0, "%s changed %s twice", r.id, change.NativeID)
		changed[r.id+change.NativeID] = true
		if change.Op == diff.Delete {
			absent := slices.ContainsFunc(r.confirmed, func(step int) bool { return !w.existed(step, change.NativeID) })
			require.True(t, absent, "%s deleted %s, which exists", r.id, change.NativeID)
		}
	}
	maps.DeleteFunc(there, func(_ string, there bool) bool { return !there })
	require.Len(t, there, len(w.cloud.hosts), "rows = additions - deletions")
}

func (w *world) history(t checker, scopeID int64) (changes []store.Change) {
	t.Helper()
	rows, err := w.sql.QueryContext(w.t.Context(), "SELECT native_id, run_id, op FROM resource_change WHERE scope_id = ? ORDER BY id", scopeID)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var change store.Change
		require.NoError(t, rows.Scan(&change.NativeID, &change.RunID, &change.Op))
		changes = append(changes, change)
	}
	require.NoError(t, rows.Err())
	return changes
}

func (w *world) runOf(t checker, id string) *modelRun {
	t.Helper()
	i := slices.IndexFunc(w.runs, func(r *modelRun) bool { return r.id == id })
	require.GreaterOrEqual(t, i, 0, id)
	return w.runs[i]
}

// requireRecords: what a run reported is what the history has of it, unless a late
// attempt went on for it after the report. What is on record always is.
func (w *world) requireRecords(t checker, scopeID int64) {
	t.Helper()
	w.requireFigures(t)
	told := map[string]int64{}
	for _, change := range w.history(t, scopeID) {
		told[change.RunID]++
	}
	for _, r := range w.runs {
		if r.phase == over {
			require.LessOrEqual(t, r.record.Stats.Changes(), told[r.id], r.id)
		}
		if r.phase == over && r.resets == 0 { // else a late attempt of its first part may have recorded that
			require.EqualValues(t, 1, w.number(t, "SELECT COUNT(*) FROM sync_run WHERE run_id = ? AND outcome IN (?, 'ok')",
				r.id, string(r.record.Outcome)), r.id)
		}
	}
	require.Zero(t, w.number(t, "SELECT COUNT(*) FROM sync_run WHERE workflow_id = ? AND outcome = 'running'", w.scope.Account))
}

var hostNames = []string{"h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7"}

// moveOn changes the cloud: one host comes, one changes, one goes.
func (w *world) moveOn() {
	exist := slices.Sorted(maps.Keys(w.cloud.hosts))
	absent := slices.DeleteFunc(slices.Clone(hostNames), func(id string) bool { return slices.Contains(exist, id) })
	n := w.cloud.created
	w.cloud.change(absent[n%len(absent)], true)
	w.cloud.change(exist[n%len(exist)], false)
	w.cloud.change(exist[(n+1)%len(exist)], true)
}

// Two runs overlap in every way: the worker of one is killed after each of its
// activities, with or without the answer, and the other run has come as far as each of
// its own when the first goes on. Then both come to their ends, and what the first one
// did is tried once more.
func TestWorkerKilledBehindEachActivity(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprintf("answer lost %t", lost), func(t *testing.T) {
			t.Parallel()
			s := newShelf(t)
			for first := 1; first <= activitiesOfARun; first++ {
				w := s.newWorld()
				for _, id := range hostNames[:4] {
					w.cloud.change(id, true)
				}
				w.conclude(t)
				for second := range activitiesOfARun + 1 {
					w.overlap(t, first, second, lost)
					w.conclude(t)
				}
			}
		})
	}
}

// activitiesOfARun is how many a run has that adds, modifies and deletes.
const activitiesOfARun = 10

func (w *world) overlap(t *testing.T, first, second int, lost bool) {
	t.Helper()
	w.moveOn()
	older := w.begin()
	older.drive(t, first-1)
	w.tick()
	older.advance(t, fate{lost: lost})
	w.moveOn()
	newer := w.begin()
	newer.drive(t, second)
	w.moveOn()
	older.finish(t)
	newer.finish(t)
	w.moveOn()
	for _, c := range slices.Clone(w.calls) {
		if c.run == older {
			w.runLate(c)
		}
	}
}

// drive makes so many of the run's activities, one after the other.
func (r *modelRun) drive(t checker, activities int) {
	t.Helper()
	for range activities {
		if r.ended() {
			return
		}
		r.w.tick()
		r.advance(t, fate{})
	}
}

// runsVariable names the environment variable with the number of runs that
// TestRunsInAnyOrder has at least.
const runsVariable = "CLOUDSYNC_TEST_RUNS"

func runsWanted(t *testing.T) int {
	t.Helper()
	text := cmp.Or(os.Getenv(runsVariable), "500")
	runs, err := strconv.Atoi(text)
	require.NoError(t, err, runsVariable)
	return runs
}

// Up to four runs, in any order, with whatever can happen to them and the cloud, until
// there were 500: after each activity of each, the records of all runs that are over are
// what the history has.
func TestRunsInAnyOrder(t *testing.T) {
	t.Parallel()
	const shelves = 2
	wanted := runsWanted(t) / shelves
	for number := range shelves {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			t.Parallel()
			s := newShelf(t)
			for s.events["runs"] < wanted {
				rapid.Check(t, s.runInAnyOrder)
			}
			t.Logf("sync_run and sync_run_scope equal resource_change after each of %v", s.events)
			for _, event := range []string{"overlaps", "resets", "resets of runs that were over", "terminations", "lost answers", "late attempts", "faults", "records in bulk"} {
				require.Positive(t, s.events[event], event)
			}
		})
	}
}

func (s *shelf) runInAnyOrder(t *rapid.T) {
	m := &model{world: s.newWorld()}
	t.Repeat(map[string]func(*rapid.T){
		"the cloud changes":    m.changeCloud,
		"a run begins":         m.beginRun,
		"a run goes on":        m.goOn,
		"an answer is lost":    m.loseAnswer,
		"a worker stops":       m.stopWorker,
		"the provider fails":   m.failProvider,
		"two activities race":  m.race,
		"two attempts race":    m.raceAttempts,
		"a late attempt wakes": m.wakeLate,
		"a run is terminated":  m.terminate,
		"a run is reset":       m.resetRun,
	})
	m.conclude(t)
}

// model has the actions of which a sequence is drawn.
type model struct{ *world }

func (m *model) changeCloud(t *rapid.T) {
	for range rapid.IntRange(1, 3).Draw(t, "changes") {
		m.cloud.change(rapid.SampledFrom(hostNames).Draw(t, "host"), rapid.IntRange(0, 2).Draw(t, "exists") > 0)
	}
}

func (m *model) beginRun(t *rapid.T) {
	if len(m.runs) == 4 {
		t.Skip("enough runs")
	}
	if len(m.others(nil)) > 0 {
		m.events["overlaps"]++
	}
	m.begin().drive(t, rapid.IntRange(0, 5).Draw(t, "activities"))
}

// terminate ends a run as an operator does: nothing of it is recorded. Its attempts may
// wake later.
func (m *model) terminate(t *rapid.T) {
	m.active(t).enter(terminated)
	m.events["terminations"]++
}

func (m *model) resetRun(t *rapid.T) {
	var listed []*modelRun
	for _, r := range m.runs {
		if r.ref.Number > 0 {
			listed = append(listed, r)
		}
	}
	if len(listed) == 0 {
		t.Skip("no run has a number")
	}
	r := rapid.SampledFrom(listed).Draw(t, "run")
	if r.phase == over {
		m.events["resets of runs that were over"]++
	}
	m.events["resets"]++
	r.reset()
	r.drive(t, rapid.IntRange(0, 5).Draw(t, "activities"))
}

// active draws one of the runs that are not over.
func (m *model) active(t *rapid.T) *modelRun {
	active := m.others(nil)
	if len(active) == 0 {
		t.Skip("no run is active")
	}
	return rapid.SampledFrom(active).Draw(t, "run")
}

func (m *model) others(r *modelRun) (active []*modelRun) {
	for _, other := range m.runs {
		if other != r && !other.ended() {
			active = append(active, other)
		}
	}
	return active
}

func (m *model) goOn(t *rapid.T) {
	m.active(t).drive(t, rapid.IntRange(1, 4).Draw(t, "activities"))
}

func (m *model) loseAnswer(t *rapid.T) {
	r := m.active(t)
	m.tick()
	m.events["lost answers"]++
	r.advance(t, fate{lost: true})
}

func (m *model) stopWorker(t *rapid.T) {
	r := m.active(t)
	m.tick()
	r.advance(t, fate{stops: true})
}

func (m *model) failProvider(t *rapid.T) {
	r := m.active(t)
	m.cloud.failCall(rapid.IntRange(1, 3).Draw(t, "call"))
	m.events["faults"]++
	r.drive(t, 3)
	m.cloud.failCall(0)
}

// race makes attempts of two runs at the same time.
func (m *model) race(t *rapid.T) {
	one := m.active(t)
	others := m.others(one)
	if len(others) == 0 {
		t.Skip("no other run is active")
	}
	other := rapid.SampledFrom(others).Draw(t, "other")
	answers := m.tryAtOnce(one.next(), other.next())
	one.settle(t, fate{}, answers[0])
	other.settle(t, fate{}, answers[1])
}

// raceAttempts makes two attempts of one activity at the same time: the first was
// given up, and is still at work.
func (m *model) raceAttempts(t *rapid.T) {
	r := m.active(t)
	c := r.next()
	answers := m.tryAtOnce(c, c)
	r.settle(t, fate{}, answers[1])
}

func (m *model) tryAtOnce(calls ...call) []answer {
	m.tick()
	answers := make([]answer, len(calls))
	var attempts sync.WaitGroup
	for i, c := range calls {
		attempts.Go(func() { answers[i] = c.run.try(c, fate{}) })
	}
	attempts.Wait()
	return answers
}

func (m *model) wakeLate(t *rapid.T) {
	if len(m.calls) == 0 {
		t.Skip("nothing was ever done")
	}
	m.events["late attempts"]++
	m.runLate(rapid.SampledFrom(m.calls).Draw(t, "call"))
	m.requireFigures(t)
}
