package activities_test

import (
	"cmp"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// The model: runs of one kind are driven activity by activity, as the workflow does, on
// bundles of 1, 2 and 50 scopes of several accounts, while others overlap them, workers are
// killed between any two statements, connections break, answers and heartbeats are lost,
// attempts that were given up go on writing, the cloud fails for single scopes, and it
// changes. Whatever the order, one more run makes the inventory the cloud, scope by scope,
// and the history tells each change once.
//
// With rapid's flags it goes further: -rapid.checks=2000 -rapid.steps=60.

// checker is a test, or a check of rapid.
type checker interface {
	require.TestingT
	Helper()
}

// shelf is a database that many worlds use one after the other.
type shelf struct {
	t       *testing.T
	store   *store.Store
	network network
	sql     *sql.DB
	worlds  int
	events  map[string]int // how often they happened
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	dsn := storetest.NewMigrated(t)
	s := &shelf{t: t, events: map[string]int{}, sql: storetest.Connect(t, dsn)}
	s.store = storetest.OpenDSN(t, s.network.through(t, dsn))
	return s
}

// world is some accounts, with some scopes each, and all runs over them.
type world struct {
	*activities.Activities
	*shelf
	deps   activities.Deps
	name   string
	scopes []resource.Scope
	cloud  *modelCloud
	claims map[int64]int64 // the newest run that asked for a scope, by the scope's id
	runs   []*modelRun
	calls  []call // all that were ever issued
	step   int
	past   []map[resource.Scope]map[string]int // the cloud at each step
}

// newWorld has an account for each of the numbers, with so many scopes.
func (s *shelf) newWorld(accounts ...int) *world {
	s.worlds++
	w := &world{shelf: s, name: fmt.Sprintf("world-%d", s.worlds), claims: map[int64]int64{}}
	var clients []*modelAccount
	for i, regions := range accounts {
		client := &modelAccount{}
		for region := range regions {
			client.regions = append(client.regions, fmt.Sprintf("r%02d", region))
			w.scopes = append(w.scopes, resource.Scope{Kind: kind, Provider: "mock", Account: w.account(i), Region: client.regions[region]})
		}
		clients = append(clients, client)
	}
	w.cloud = newModelCloud(w.scopes)
	w.deps = activities.Deps{
		Store: s.store, Kinds: resource.Standard(),
		Settings: map[string]activities.Settings{kind: {Policy: diff.Policy{MaxDeleteRatio: 1, AllowEmpty: true}, MaxParallel: 1}},
	}
	for i, client := range clients {
		client.modelCloud = w.cloud
		w.deps.Accounts = append(w.deps.Accounts, cloud.Account{Account: resource.Account{Provider: "mock", Name: w.account(i)}, Client: client})
	}
	w.Activities = activities.New(w.deps)
	return w
}

func (w *world) account(i int) string { return fmt.Sprintf("%s-%d", w.name, i) }

// tick begins a step. The cloud changes between steps only.
func (w *world) tick() {
	w.step++
	w.past = append(w.past, w.cloud.copied())
	w.cloud.step = w.step
}

func (w *world) existed(step int, scope resource.Scope, nativeID string) bool {
	_, ok := w.past[step-1][scope][nativeID]
	return ok
}

// claimed takes that a run asks for a scope.
func (w *world) claimed(scopeID, run int64) { w.claims[scopeID] = max(w.claims[scopeID], run) }

// runLate makes one more attempt of an activity that was issued some time ago, and
// whose result nobody wants any more.
func (w *world) runLate(t checker, c call, forget int) {
	t.Helper()
	w.tick()
	_ = c.do(attempt{number: 2, resume: c.resume(t, forget)})
}

// requireFigures: of each run that has recorded its end, or was settled, the record has
// what the history has.
func (w *world) requireFigures(t checker) {
	t.Helper()
	wrong, err := storetest.WrongFigures(w.t.Context(), w.sql, w.name+"-run-")
	require.NoError(t, err)
	require.Empty(t, wrong)
}

// requireListed: each scope is listed once, and together they did what the run did. The
// outcomes are by the scope's id.
func (r *modelRun) requireListed(t checker) (outcomes map[int64]string) {
	t.Helper()
	run, err := r.w.store.RunByNumber(r.w.t.Context(), r.ref.Number)
	require.NoError(t, err)
	scopes, err := r.w.store.RunScopes(r.w.t.Context(), r.id)
	require.NoError(t, err)
	require.Len(t, scopes, len(r.scopes))
	var sum activities.Stats
	outcomes = map[int64]string{}
	for _, scope := range scopes {
		sum.Add(scope.Stats)
		outcomes[scope.ScopeID] = scope.Outcome
	}
	require.Equal(t, done(run.Stats), done(sum))
	return outcomes
}

func done(stats activities.Stats) [4]int64 {
	return [4]int64{stats.SuAdd, stats.SuMod, stats.SuDel, stats.Rehashed}
}

// conclude is one more run, and then all has to be right.
func (w *world) conclude(t checker) {
	t.Helper()
	w.cloud.setFault(nil)
	last := w.begin()
	last.finish(t)
	w.requireRight(t, last)
}

// requireRight: the run, which nothing disturbed or overtook, made all right.
func (w *world) requireRight(t checker, last *modelRun) {
	t.Helper()
	require.Len(t, last.scopes, len(w.scopes))
	for _, s := range last.scopes {
		require.Contains(t, []activities.Outcome{activities.OK, activities.Unchanged}, s.record.Outcome, s.scope().Place())
		w.requireInventory(t, s)
		changes := w.history(t, s.id)
		w.requireHistory(t, s, changes)
		w.requireTold(t, s, changes)
	}
	w.requireRecords(t)
	for _, table := range []string{"sync_stage", "sync_stage_part", "sync_batch"} {
		require.Zero(t, w.number(t, "SELECT COUNT(*) FROM "+table+" JOIN sync_scope ON id = scope_id WHERE account LIKE ?", w.name+"-%"), table)
	}
}

func (w *world) number(t checker, query string, args ...any) (n int64) {
	t.Helper()
	require.NoError(t, w.sql.QueryRowContext(w.t.Context(), query, args...).Scan(&n))
	return n
}

// requireInventory: every row of the scope is the cloud's, and there is no other.
func (w *world) requireInventory(t checker, s *modelScope) {
	t.Helper()
	held, err := w.store.LoadScope(w.t.Context(), resource.HostKind, s.id, 0)
	require.NoError(t, err)
	uids := make([]resource.UID, len(held.Entries))
	for i, entry := range held.Entries {
		uids[i] = entry.UID
	}
	stored, err := w.store.LoadRows(w.t.Context(), resource.HostKind, uids)
	require.NoError(t, err)
	want := map[resource.UID]resource.Row{}
	for id, version := range w.cloud.hosts[s.scope()] {
		row := hostOfVersion(id, version)
		require.NoError(t, resource.HostKind.Seal(row, s.scope(), s.id))
		want[row.UID] = row
	}
	for _, row := range stored {
		row.RowMeta().CreatedAt, row.RowMeta().UpdatedAt = time.Time{}, time.Time{}
	}
	require.Equal(t, want, stored, s.scope().Place())
}

// requireHistory: each change of the scope is told once, by runs in their order, and no
// deletion is of a host that existed when it was confirmed.
func (w *world) requireHistory(t checker, s *modelScope, changes []store.Change) {
	t.Helper()
	there := map[string]bool{}
	changed := map[string]bool{}
	newest := int64(0)
	for _, change := range changes {
		r := w.runOf(t, change.RunID)
		require.GreaterOrEqual(t, r.ref.Number, newest, "%s changed %s after a newer run", r.id, change.NativeID)
		newest = r.ref.Number
		require.Equal(t, there[change.NativeID], change.Op != diff.Add, "%s of %s by %s", change.Op, change.NativeID, r.id)
		there[change.NativeID] = change.Op != diff.Delete
		require.False(t, changed[r.id+change.NativeID] && r.resets == 0, "%s changed %s twice", r.id, change.NativeID)
		changed[r.id+change.NativeID] = true
		if change.Op == diff.Delete {
			absent := slices.ContainsFunc(r.confirmed[s.id], func(step int) bool { return !w.existed(step, s.scope(), change.NativeID) })
			require.True(t, absent, "%s deleted %s, which exists", r.id, change.NativeID)
		}
	}
	maps.DeleteFunc(there, func(_ string, there bool) bool { return !there })
	require.Len(t, there, len(w.cloud.hosts[s.scope()]), "rows = additions - deletions")
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

// requireTold: what a run counted in the scope is in its history, unless a late attempt
// went on for it.
func (w *world) requireTold(t checker, s *modelScope, changes []store.Change) {
	t.Helper()
	told := map[string]int64{}
	for _, change := range changes {
		told[change.RunID]++
	}
	for _, r := range w.runs {
		if r.phase == over {
			require.LessOrEqual(t, r.scopeOf(s.id).record.Stats.Changes(), told[r.id], "%s in %s", r.id, s.scope().Place())
		}
	}
}

// requireRecords: what is on record of a run, and of each of its scopes, is what the
// history has of it, and the outcome that it reported.
func (w *world) requireRecords(t checker) {
	t.Helper()
	w.requireFigures(t)
	changes := byRun[int64](t, w, "SELECT run_id, COUNT(*) FROM resource_change WHERE run_id LIKE ? GROUP BY run_id")
	outcomes := byRun[string](t, w, "SELECT run_id, outcome FROM sync_run WHERE run_id LIKE ?")
	for _, r := range w.runs {
		if r.phase != over {
			continue
		}
		outcomesOfScopes := r.requireListed(t)
		require.LessOrEqual(t, r.stats.Changes(), changes[r.id], r.id)
		if r.resets == 0 { // else a late attempt of its first part may have recorded that
			require.Contains(t, []string{string(r.outcome), "ok"}, outcomes[r.id], r.id)
			require.Equal(t, r.outcomes(), outcomesOfScopes, r.id)
		}
	}
	for id, outcome := range outcomes {
		require.NotEqual(t, "running", outcome, id)
	}
}

// byRun is what a query says of each run of the world, by the run's id.
func byRun[V any](t checker, w *world, query string) map[string]V {
	t.Helper()
	rows, err := w.sql.QueryContext(w.t.Context(), query, w.name+"-run-%")
	require.NoError(t, err)
	defer rows.Close()
	values := map[string]V{}
	for rows.Next() {
		var id string
		var value V
		require.NoError(t, rows.Scan(&id, &value))
		values[id] = value
	}
	require.NoError(t, rows.Err())
	return values
}

func (r *modelRun) outcomes() map[int64]string {
	outcomes := map[int64]string{}
	for _, s := range r.scopes {
		outcomes[s.id] = string(s.record.Outcome)
	}
	return outcomes
}

var hostNames = []string{"h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7"}

// populate gives each scope some hosts.
func (w *world) populate() {
	for _, scope := range w.scopes {
		for _, id := range hostNames[:4] {
			w.cloud.change(scope, id, true)
		}
	}
}

// moving is how many scopes change when the cloud moves on: of many, most are unchanged.
const moving = 6

// moveOn changes the cloud: in a scope one host comes, one changes, one goes.
func (w *world) moveOn() {
	every := max(1, len(w.scopes)/moving)
	for i, scope := range w.scopes {
		if (i+len(w.runs))%every == 0 {
			w.moveOnIn(scope)
		}
	}
}

func (w *world) moveOnIn(scope resource.Scope) {
	exist := slices.Sorted(maps.Keys(w.cloud.hosts[scope]))
	absent := slices.DeleteFunc(slices.Clone(hostNames), func(id string) bool { return slices.Contains(exist, id) })
	n := w.cloud.created
	w.cloud.change(scope, absent[n%len(absent)], true)
	w.cloud.change(scope, exist[n%len(exist)], false)
	w.cloud.change(scope, exist[(n+1)%len(exist)], true)
}

// Two runs overlap in every way: the worker of one is killed after each of its
// activities, with or without the answer, and the other run has come as far as each of
// its own when the first goes on. Then both come to their ends, and what the first one
// did is tried once more.
func TestWorkerKilledBehindEachActivity(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		scopes int
		lost   bool
	}{{1, false}, {1, true}, {2, true}} {
		t.Run(fmt.Sprintf("%d scopes, answer lost %t", test.scopes, test.lost), func(t *testing.T) {
			t.Parallel()
			if testing.Short() && test.scopes == 1 {
				t.Skip("short: with two scopes alone")
			}
			s := newShelf(t)
			step := 1
			if testing.Short() {
				step = 3
			}
			for first := 1; first <= activitiesOfARun; first += step {
				w := s.newWorld(test.scopes)
				w.populate()
				w.conclude(t)
				for second := range activitiesOfARun + 1 {
					w.overlap(t, first, second, test.lost)
					w.conclude(t)
				}
			}
		})
	}
}

// activitiesOfARun is how many a run has that adds, modifies and deletes, in one bundle.
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
			w.runLate(t, c, 0)
		}
	}
}

// The worker of a run is killed between any two statements of all that the run has, before
// or after the server has the second one, and the next worker soon after. The activity goes
// on from the newest heartbeat, from an older one, or from none. With many scopes not every
// statement is tried; CLOUDSYNC_TEST_RUNS says how many.
func TestWorkerKilledBetweenStatements(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		accounts []int
		share    int // of the runs that are wanted
	}{{[]int{1}, 10}, {[]int{2, 1}, 10}, {[]int{50, 2}, 20}} {
		t.Run(fmt.Sprintf("bundles of %d scopes", test.accounts[0]), func(t *testing.T) {
			t.Parallel()
			skipShort(t, test.accounts)
			s := newShelf(t)
			w := s.newWorld(test.accounts...)
			w.populate()
			statements := w.countStatements(t)
			every := max(1, statements*test.share/max(usualRuns, runsWanted(t))) // with fewer, hardly anything would be killed
			for at := every / 2; at <= statements; at += every {
				w.moveOn()
				w.killedTwice(t, at, []int{0, 1, 99}[at/every%3])
			}
			t.Logf("%d statements, %v", statements, s.events)
			require.Positive(t, s.events["kills"])
			if len(w.scopes) > 10 { // else few are done before the others
				for _, event := range []string{"scopes kept", "old details", "lost details"} {
					require.Positive(t, s.events[event], event)
				}
			}
		})
	}
}

// killedTwice makes a run to its end whose worker is killed at a statement, and the next one
// some statements later.
func (w *world) killedTwice(t *testing.T, at, forget int) {
	t.Helper()
	r := w.begin()
	for _, after := range []int{at, 3} {
		planned := w.network.plan(breakage{after: after, arrives: w.step%2 == 0, kills: true})
		for r.phase != over && !planned.happened() {
			w.tick()
			r.advance(t, fate{forget: forget})
		}
	}
	w.network.mend()
	for r.phase != over {
		w.tick()
		r.advance(t, fate{forget: forget})
	}
	w.requireRight(t, r)
}

// The worker of a run is told to stop in each of its activities, and the next one too. What
// they listed of a scope is listed again only if their heartbeats were lost.
func TestWorkersStopInEachActivity(t *testing.T) {
	t.Parallel()
	for _, accounts := range [][]int{{1}, {2, 1}, {50, 2}} {
		for _, forget := range []int{0, 1, 99} {
			t.Run(fmt.Sprintf("bundles of %d scopes, heartbeats lost %d", accounts[0], forget), func(t *testing.T) {
				t.Parallel()
				skipShort(t, accounts)
				w := newShelf(t).newWorld(accounts...)
				w.populate()
				w.conclude(t)
				for stop, last := 0, false; !last; stop++ {
					w.moveOn()
					before := w.cloud.listings()
					r := w.begin()
					r.drive(t, stop)
					last = r.ended()
					for i := 0; i < 3 && !r.ended(); i++ {
						w.tick()
						r.advance(t, fate{stops: i < 2, forget: forget})
					}
					r.finish(t)
					w.requireRight(t, r)
					if forget == 0 {
						w.requireListedOnce(t, before)
					}
				}
			})
		}
	}
}

// requireListedOnce: each page was asked for once since then.
func (w *world) requireListedOnce(t checker, before map[resource.Scope]int) {
	t.Helper()
	now := w.cloud.listings()
	for _, scope := range w.scopes {
		require.Equal(t, (len(w.cloud.hosts[scope])+1)/2, now[scope]-before[scope], scope.Place())
	}
}

// countStatements makes a run, and says how many statements it had.
func (w *world) countStatements(t *testing.T) int {
	t.Helper()
	const many = 1 << 30
	w.conclude(t)
	w.moveOn()
	counted := w.network.plan(breakage{after: many})
	w.conclude(t)
	w.network.mend()
	return many - counted.after
}

// runsVariable names the environment variable with the number of runs that
// TestRunsInAnyOrder has at least.
const runsVariable = "CLOUDSYNC_TEST_RUNS"

// usualRuns are those without the variable; fewRuns are those of a short test.
const usualRuns, fewRuns = 500, 100

func runsWanted(t *testing.T) int {
	t.Helper()
	usual := usualRuns
	if testing.Short() {
		usual = fewRuns
	}
	text := cmp.Or(os.Getenv(runsVariable), strconv.Itoa(usual))
	runs, err := strconv.Atoi(text)
	require.NoError(t, err, runsVariable)
	return runs
}

// skipShort leaves a short test bundles of two scopes.
func skipShort(t *testing.T, accounts []int) {
	t.Helper()
	if testing.Short() && accounts[0] != 2 {
		t.Skip("short: with bundles of two scopes alone")
	}
}

// Up to four runs, in any order, with whatever can happen to them and the cloud, until
// there were enough: after each activity of each, the records of all runs that are over are
// what the history has.
func TestRunsInAnyOrder(t *testing.T) {
	t.Parallel()
	wanted := runsWanted(t)
	for _, test := range []struct {
		accounts []int
		runs     int // that are enough, once all was seen
	}{{[]int{1}, wanted / 2}, {[]int{2, 1}, wanted / 2}, {[]int{50, 2}, wanted / 30}} {
		t.Run(fmt.Sprintf("bundles of %d scopes", test.accounts[0]), func(t *testing.T) {
			t.Parallel()
			skipShort(t, test.accounts)
			m := &manyRuns{shelf: newShelf(t), accounts: test.accounts}
			wants := []string{
				"overlaps", "resets", "resets of runs that were over", "terminations", "lost answers", "late attempts", "faults", "kills", "broken connections", "records in bulk",
			}
			if len(test.accounts) > 1 {
				wants = append(wants, "scopes kept")
			}
			enough := func() bool {
				return m.events["runs"] >= test.runs && !slices.ContainsFunc(wants, func(event string) bool { return m.events[event] == 0 })
			}
			m.checks.enough = enough
			for !enough() && m.events["runs"] < max(usualRuns, 2*test.runs) {
				rapid.Check(t, m.inAnyOrder)
			}
			t.Logf("sync_run and sync_run_scope equal resource_change after each of %v", m.events)
			for _, event := range wants {
				require.Positive(t, m.events[event], event)
			}
		})
	}
}

// checks are those that rapid makes, unless there were enough.
type checks struct {
	enough func() bool
	failed bool
}

// do makes a check. Once one has failed, there are never enough: rapid makes it again. One
// that rapid gave up, because too few of its actions were possible, has not failed.
func (c *checks) do(t *rapid.T, check func()) {
	if !c.failed && c.enough() {
		return
	}
	defer func() { c.failed = c.failed || t.Failed() }()
	check()
}

// manyRuns are those of worlds of one shape.
type manyRuns struct {
	*shelf
	checks
	accounts []int
}

func (m *manyRuns) inAnyOrder(t *rapid.T) {
	m.checks.do(t, func() { m.newWorld(m.accounts...).inAnyOrder(t) })
}

func (w *world) inAnyOrder(t *rapid.T) {
	model := &model{w}
	defer w.network.mend()
	t.Repeat(map[string]func(*rapid.T){
		"the cloud changes":    model.changeCloud,
		"a run begins":         model.beginRun,
		"a run goes on":        model.goOn,
		"an answer is lost":    model.loseAnswer,
		"a worker stops":       model.stopWorker,
		"a worker is killed":   model.killWorker,
		"a connection breaks":  model.breakConnection,
		"the provider fails":   model.failProvider,
		"two activities race":  model.race,
		"two attempts race":    model.raceAttempts,
		"a late attempt wakes": model.wakeLate,
		"a run is terminated":  model.terminate,
		"a run is reset":       model.resetRun,
	})
	model.conclude(t)
}

// model has the actions of which a sequence is drawn.
type model struct{ *world }

// drawScopes are one, or all of an account, or all.
func (m *model) drawScopes(t *rapid.T) []resource.Scope {
	one := rapid.SampledFrom(m.scopes).Draw(t, "scope")
	which := rapid.IntRange(0, 5).Draw(t, "of its account")
	switch which {
	case 4:
		return slices.DeleteFunc(slices.Clone(m.scopes), func(other resource.Scope) bool { return other.Account != one.Account })
	case 5:
		return m.scopes
	default:
		return []resource.Scope{one}
	}
}

func (m *model) changeCloud(t *rapid.T) {
	for range rapid.IntRange(1, 3).Draw(t, "changes") {
		id, exists := rapid.SampledFrom(hostNames).Draw(t, "host"), rapid.IntRange(0, 2).Draw(t, "exists") > 0
		for _, scope := range m.drawScopes(t) {
			m.cloud.change(scope, id, exists)
		}
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

// forget draws how many heartbeats an attempt does not know of: mostly none.
func (m *model) forget(t *rapid.T) int {
	return rapid.SampledFrom([]int{0, 0, 0, 1, 2, 99}).Draw(t, "forgotten heartbeats")
}

// attempt makes one attempt.
func (m *model) attempt(t *rapid.T, r *modelRun, f fate) {
	m.tick()
	f.forget = m.forget(t)
	r.advance(t, f)
}

func (m *model) goOn(t *rapid.T) {
	r := m.active(t)
	m.attempt(t, r, fate{})
	r.drive(t, rapid.IntRange(0, 3).Draw(t, "activities"))
}

func (m *model) loseAnswer(t *rapid.T) {
	m.events["lost answers"]++
	m.attempt(t, m.active(t), fate{lost: true})
}

func (m *model) stopWorker(t *rapid.T) { m.attempt(t, m.active(t), fate{stops: true}) }

// killWorker kills the worker of one or several attempts, between two statements or, if
// there are fewer, behind them.
func (m *model) killWorker(t *rapid.T) {
	r := m.active(t)
	for range rapid.IntRange(1, 3).Draw(t, "attempts") {
		if r.ended() {
			return
		}
		m.network.plan(m.drawBreakage(t, true))
		m.attempt(t, r, fate{lost: true})
		m.network.mend()
	}
}

// breakConnection breaks one connection of an attempt, which others of it outlive.
func (m *model) breakConnection(t *rapid.T) {
	r := m.active(t)
	m.network.plan(m.drawBreakage(t, false))
	m.attempt(t, r, fate{})
	m.network.mend()
}

func (m *model) drawBreakage(t *rapid.T, kills bool) breakage {
	return breakage{
		after: rapid.IntRange(1, 20+2*len(m.scopes)).Draw(t, "statements"), arrives: rapid.Bool().Draw(t, "the last one arrives"), kills: kills,
	}
}

// failProvider lets calls fail for single scopes, or for whole accounts: once, or for as
// long as the run asks.
func (m *model) failProvider(t *rapid.T) {
	r := m.active(t)
	fault := &modelFault{scopes: map[resource.Scope]bool{}, from: rapid.IntRange(1, 2).Draw(t, "call")}
	for _, scope := range m.drawScopes(t) {
		fault.scopes[scope] = true
	}
	fault.to = fault.from + rapid.SampledFrom([]int{0, 0, 1000}).Draw(t, "more calls")
	fault.class = rapid.SampledFrom([]cloud.Class{cloud.Unavailable, cloud.Unavailable, cloud.Denied}).Draw(t, "class")
	fault.panics = rapid.IntRange(0, 5).Draw(t, "panics") == 5
	m.cloud.setFault(fault)
	m.events["faults"]++
	r.drive(t, rapid.SampledFrom([]int{3, 7}).Draw(t, "attempts"))
	m.cloud.setFault(nil)
}

// race makes attempts of two runs at the same time.
func (m *model) race(t *rapid.T) {
	one := m.active(t)
	others := m.others(one)
	if len(others) == 0 {
		t.Skip("no other run is active")
	}
	other := rapid.SampledFrom(others).Draw(t, "other")
	calls := []call{one.next(), other.next()}
	for i, a := range m.tryAtOnce(t, calls...) {
		calls[i].settle(t, fate{races: true}, a)
	}
}

// raceAttempts makes two attempts of one activity at the same time: the first was
// given up, and is still at work.
func (m *model) raceAttempts(t *rapid.T) {
	c := m.active(t).next()
	answers := m.tryAtOnce(t, c, c)
	c.settle(t, fate{races: true}, answers[1])
}

func (m *model) tryAtOnce(t *rapid.T, calls ...call) []answer {
	m.tick()
	var prepared []attempt
	for _, c := range calls {
		prepared = append(prepared, c.prepare(t, fate{}))
	}
	answers := make([]answer, len(calls))
	var attempts sync.WaitGroup
	for i, c := range calls {
		attempts.Go(func() { answers[i] = c.make(prepared[i]) })
	}
	attempts.Wait()
	return answers
}

func (m *model) wakeLate(t *rapid.T) {
	if len(m.calls) == 0 {
		t.Skip("nothing was ever done")
	}
	m.events["late attempts"]++
	m.runLate(t, rapid.SampledFrom(m.calls).Draw(t, "call"), m.forget(t))
	m.requireFigures(t)
}
