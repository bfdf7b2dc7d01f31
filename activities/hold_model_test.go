package activities_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"pgregory.net/rapid"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/workflows"
)

// The model of holds: whole runs of the workflow over a scope, one after the other or
// one within another, with fleets that grow, shrink, are replaced and come back, with
// approvals, policies that change, and runs that fail or are taken over at any
// activity. Whatever the sequence, no row is deleted whose set was held when it first
// went missing, unless that set was approved or the row was listed in between. In
// cloudsync itself, a hold once lapsed at the next run.
//
// With rapid's flags it goes further: -rapid.checks=1000 -rapid.steps=60.
func TestHoldsNeverLapse(t *testing.T) {
	t.Parallel()
	sequences, runs, holds, approvals := 0, 0, 0, 0
	s := newShelf(t)
	rapid.Check(t, func(t *rapid.T) {
		m := newHoldModel(s)
		t.Repeat(map[string]func(*rapid.T){
			"resources come":                m.come,
			"resources go":                  m.goAway,
			"another fleet answers":         m.replace,
			"the first fleet answers again": m.putBack,
			"the policy changes":            m.changePolicy,
			"a run":                         m.run,
			"a run that is approved":        m.runApproved,
			"a run that fails":              m.runFailing,
			"a run that is taken over":      m.runTakenOver,
			"rows without an id are listed": m.loseIDs,
			"look-ups are denied":           m.denyLookUps,
		})
		m.conclude(t)
		sequences, runs, holds, approvals = sequences+1, runs+m.number, holds+m.holds, approvals+m.approvals
	})
	t.Logf("%d sequences, %d runs, %d that held, %d sets approved", sequences, runs, holds, approvals)
	require.Positive(t, holds)
	require.Positive(t, approvals)
}

// holdModel is a scope with what an observer knows of it, who judges by himself.
type holdModel struct {
	*shelf
	acts   *activities.Activities
	scope  resource.Scope
	cloud  *fleetCloud
	policy diff.Policy
	number int // of runs

	named     int             // hosts that ever were
	first     map[string]bool // the fleet before the last replacement
	held      map[string]bool // rows that wait, as the observer judged
	base      int64           // rows that stood when the first of them went
	lastHeld  string          // digest of what the last run held
	holds     int
	approvals int
}

// fleetCloud lists what exists, and what it is told to add to that.
type fleetCloud struct {
	exist        map[string]bool
	unidentified int
	denied       bool // of look-ups
}

func (c *fleetCloud) Lists(string) bool { return true }

func (c *fleetCloud) Regions(context.Context) ([]string, error) { return []string{"r"}, nil }

func (c *fleetCloud) List(context.Context, resource.Scope, string) (cloud.Page, error) {
	var page cloud.Page
	for _, id := range slices.Sorted(maps.Keys(c.exist)) {
		page.Rows = append(page.Rows, host(id))
	}
	for range c.unidentified {
		page.Rows = append(page.Rows, host(""))
	}
	return page, nil
}

func (c *fleetCloud) LookupLimit(string) int { return 100 }

func (c *fleetCloud) Lookup(_ context.Context, _ resource.Scope, ids []string) (existing []string, err error) {
	if c.denied {
		return nil, &cloud.Error{Class: cloud.Denied, Doing: "look up", Err: errors.New("no permission")}
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !c.exist[id] }), nil
}

func newHoldModel(s *shelf) *holdModel {
	s.worlds++
	m := &holdModel{
		shelf: s, cloud: &fleetCloud{exist: map[string]bool{}}, policy: diff.DefaultPolicy(), held: map[string]bool{},
		scope: resource.Scope{Kind: kind, Provider: "mock", Account: fmt.Sprintf("holds-%d", s.worlds), Region: "r"},
	}
	m.acts = activities.New(activities.Deps{
		Store: s.store, Kinds: resource.Standard(),
		Accounts: cloud.Accounts{{Account: resource.Account{Provider: "mock", Name: m.scope.Account}, Client: m.cloud}},
		Settings: map[string]activities.Settings{kind: {Policy: m.policy, MaxParallel: 1}},
	})
	m.add(25)
	m.first = maps.Clone(m.cloud.exist)
	return m
}

func (m *holdModel) add(n int) {
	for range n {
		m.named++
		m.cloud.exist[fmt.Sprintf("i-%04d", m.named)] = true
	}
}

func (m *holdModel) come(t *rapid.T) { m.add(rapid.IntRange(1, 60).Draw(t, "hosts")) }

func (m *holdModel) goAway(t *rapid.T) {
	ids := slices.Sorted(maps.Keys(m.cloud.exist))
	for _, id := range ids[:rapid.IntRange(0, len(ids)).Draw(t, "hosts")] {
		delete(m.cloud.exist, id)
	}
}

func (m *holdModel) replace(t *rapid.T) {
	m.first = m.cloud.exist
	m.replaceBy(rapid.IntRange(0, 100).Draw(t, "others"))
}

func (m *holdModel) replaceBy(others int) {
	m.cloud.exist = map[string]bool{}
	m.add(others)
}

func (m *holdModel) putBack(t *rapid.T) {
	if rapid.Bool().Draw(t, "both") {
		maps.Copy(m.cloud.exist, m.first)
		return
	}
	m.cloud.exist = maps.Clone(m.first)
}

func (m *holdModel) loseIDs(t *rapid.T) { m.cloud.unidentified = rapid.IntRange(0, 1).Draw(t, "rows") }

func (m *holdModel) denyLookUps(t *rapid.T) { m.cloud.denied = rapid.Bool().Draw(t, "denied") }

func (m *holdModel) changePolicy(t *rapid.T) {
	m.policy = diff.Policy{
		MaxDeleteRatio: rapid.SampledFrom([]float64{0, 0.3, 0.5, 1}).Draw(t, "ratio"),
		MinRows:        rapid.SampledFrom([]int64{0, 10, 30}).Draw(t, "from rows"),
		AllowEmpty:     rapid.Bool().Draw(t, "empty"),
		Deletes:        rapid.SampledFrom([]diff.Deletes{"", "", "", diff.Hold, diff.Never}).Draw(t, "deletes"),
		Replaced:       rapid.SampledFrom([]diff.Replaced{"", diff.ReplacedHold}).Draw(t, "replaced"),
	}
}

func (m *holdModel) run(t *rapid.T) {
	m.lastHeld = ""
	m.runWith(t, nil, nil)
}

func (m *holdModel) runApproved(t *rapid.T) {
	if m.lastHeld == "" {
		t.Skip("nothing waits")
	}
	m.runWith(t, &workflows.Approval{Digests: []string{m.lastHeld}, By: "alice"}, nil)
}

// disturbed are the activities at which something happens to a run.
var disturbed = []string{
	"ListScopes", "LoadLocalHashes", "FetchCloud", "ComputeDiff", "KeepHold", "ApplyAdds", "ApplyMods", "ConfirmAbsent",
	"BatchDelete", "CleanStaging", "RecordRun",
}

var errBroken = temporal.NewNonRetryableApplicationError("the database broke", "Test", nil)

// runFailing ends one of the run's activities for good: before it has done anything,
// or when it has done all.
func (m *holdModel) runFailing(t *rapid.T) {
	at, done := rapid.SampledFrom(disturbed).Draw(t, "activity"), rapid.Bool().Draw(t, "done")
	m.runWith(t, nil, func(name string, do func() (any, error)) (any, error) {
		if name != at {
			return do()
		}
		if done {
			_, _ = do()
		}
		return nil, errBroken
	})
}

// runTakenOver is a run within which another one has its whole life.
func (m *holdModel) runTakenOver(t *rapid.T) {
	at := rapid.SampledFrom(disturbed).Draw(t, "activity")
	var once sync.Once
	m.runWith(t, nil, func(name string, do func() (any, error)) (any, error) {
		if name == at {
			once.Do(func() { m.runWith(t, nil, nil) })
		}
		return do()
	})
}

// runWith makes a run, and compares what it deleted with what the observer lets go.
func (m *holdModel) runWith(t checker, approval *workflows.Approval, disturb disturbance) workflows.Report {
	m.number++
	o := &observer{holdModel: m, t: t, approval: approval, disturb: disturb, runID: fmt.Sprintf("%s-run-%d", m.scope.Account, m.number)}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{o}})
	env.SetTestTimeout(time.Minute)
	env.RegisterWorkflow(workflows.CloudSyncWorkflow)
	env.RegisterActivity(m.acts)
	env.ExecuteWorkflow(workflows.CloudSyncWorkflow, workflows.Input{Kind: kind, Approval: approval})
	require.True(t, env.IsWorkflowCompleted())
	var report workflows.Report
	if env.GetWorkflowError() == nil {
		require.NoError(t, env.GetWorkflowResult(&report))
	}
	o.requireWaiting()
	m.note(report)
	return report
}

// note keeps what an operator reads of the run.
func (m *holdModel) note(report workflows.Report) {
	m.approvals += len(report.Approved)
	if report.Held == 0 {
		return
	}
	m.holds++
	m.lastHeld = report.Attention[0].HoldDigest
}

// conclude lets all go that waits, set by set, and then the inventory is the cloud.
func (m *holdModel) conclude(t *rapid.T) {
	m.cloud.unidentified, m.cloud.denied, m.policy = 0, false, diff.DefaultPolicy()
	m.lastHeld = ""
	report := m.runWith(t, nil, nil)
	if report.Held > 0 {
		require.Equal(t, report.ToDel-report.SuDel, report.Held)
		m.policy.Deletes = diff.Hold // whatever else: only the approval counts
		approved := m.runWith(t, &workflows.Approval{Digests: []string{m.lastHeld}, By: "alice"}, nil)
		require.Equal(t, []string{m.lastHeld}, approved.Approved)
		require.Equal(t, "alice", approved.ApprovedBy)
		require.Zero(t, approved.Held)
	}
	require.Equal(t, slices.Sorted(maps.Keys(m.cloud.exist)), slices.Sorted(maps.Keys(m.stored(t))))
	m.policy = diff.DefaultPolicy()
	require.Equal(t, activities.Unchanged, m.runWith(t, nil, nil).Outcome)
	require.Zero(t, m.ask(t, "SELECT COUNT(*) FROM sync_scope_hold JOIN sync_scope ON id = scope_id WHERE account = ?", m.scope.Account))
}

func (m *holdModel) ask(t checker, query string, args ...any) (n int64) {
	t.Helper()
	require.NoError(t, m.sql.QueryRowContext(m.t.Context(), query, args...).Scan(&n))
	return n
}

func (m *holdModel) stored(t checker) map[string]bool {
	t.Helper()
	rows, err := m.sql.QueryContext(m.t.Context(), "SELECT native_id FROM resource_host WHERE account = ?", m.scope.Account)
	require.NoError(t, err)
	defer rows.Close()
	stored := map[string]bool{}
	for rows.Next() {
		var id string
		require.NoError(t, rows.Scan(&id))
		stored[id] = true
	}
	require.NoError(t, rows.Err())
	return stored
}

// disturbance is what happens to an activity of a run.
type disturbance func(name string, do func() (any, error)) (any, error)

// observer stands beside a run and judges by himself, from the tables and the cloud as
// they are when the run compares. His judgement counts once the run has done anything
// on it.
type observer struct {
	*holdModel
	interceptor.WorkerInterceptorBase
	t        checker
	runID    string
	approval *workflows.Approval
	disturb  disturbance
	mu       sync.Mutex
	judged   *judgement
	newer    int // runs that there were when this one began
}

// judgement is what the observer thinks of a comparison.
type judgement struct {
	held     map[string]bool
	base     int64
	addsWait bool
}

func (o *observer) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	watch := &watch{o: o}
	watch.Next = next
	return watch
}

// watch is the observer's view of one activity.
type watch struct {
	interceptor.ActivityInboundInterceptorBase
	o *observer
}

func (w *watch) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	name := activity.GetInfo(ctx).ActivityType.Name
	do := func() (any, error) {
		w.o.before(name, in)
		out, err := w.Next.ExecuteActivity(ctx, in)
		if err == nil {
			out = w.o.after(name, out)
		}
		return out, err
	}
	if w.o.disturb == nil {
		return do()
	}
	return w.o.disturb(name, do)
}

func (o *observer) before(name string, in *interceptor.ExecuteActivityInput) {
	if name == "ListScopes" {
		asked := in.Args[0].(activities.ListScopesIn)
		asked.RunID = o.runID // the environment has one for all
		in.Args[0] = asked
	}
}

func (o *observer) after(name string, out any) any {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch name {
	case "ListScopes":
		listed := out.(activities.ListScopesOut)
		listed.Policy, o.newer = o.policy, o.number
		return listed
	case "FetchCloud": // what is unchanged is listed, to the last row
		if listed, ok := onlyScope[activities.FetchCloudOut](out); ok && o.number == o.newer && listed.Unchanged {
			o.held = map[string]bool{}
		}
	case "ComputeDiff":
		if found, ok := onlyScope[activities.ComputeDiffOut](out); ok && o.number == o.newer {
			o.judge(found)
		}
	case "KeepHold":
		o.takeJudgement(onlyScope[activities.KeepHoldOut](out))
	case "ConfirmAbsent":
		o.takeJudgement(onlyScope[activities.ConfirmAbsentOut](out))
	case "ApplyAdds", "ApplyMods":
		o.takeJudgement(onlyScope[activities.Counts](out))
	}
	return out
}

// onlyScope is what an activity did for the only scope of its bundle; not ok if that failed.
func onlyScope[Out any](out any) (of Out, ok bool) {
	result := out.(activities.Results[Out]).Scopes[0]
	return result.Out, result.Failure == nil
}

// takeJudgement takes that the run has done something on its judgement.
func (o *observer) takeJudgement(_ any, done bool) {
	if done && o.judged != nil {
		o.held, o.base = o.judged.held, o.judged.base
	}
}

// judge divides what is gone.
func (o *observer) judge(found activities.ComputeDiffOut) {
	stored := o.stored(o.t)
	gone, waits, back := map[string]bool{}, map[string]bool{}, 0
	for id := range stored {
		switch exists := o.cloud.exist[id]; {
		case exists && o.held[id]:
			back++
		case !exists:
			gone[id] = true
			if o.held[id] {
				waits[id] = true
			}
		}
	}
	require.EqualValues(o.t, len(gone), found.ToDel)
	o.held = maps.Clone(waits) // the others are listed, whatever becomes of the run
	j := &judgement{held: waits, base: o.base}
	o.judged = j
	if len(gone) == 0 {
		return
	}
	never := o.policy.Deletes == diff.Never
	all := o.objects(len(stored), len(gone), len(waits) > 0, back)
	switch {
	case !never && o.approved(found.Deletions.String()):
		j.held = map[string]bool{}
	case !never && !all && len(waits) > 0 && found.Standing != nil && o.approved(found.Standing.Digest.String()):
		j.held = map[string]bool{}
	case all:
		if len(waits) == 0 {
			j.base = int64(len(stored) - back)
		}
		j.held = gone
	}
	j.addsWait = !never && len(j.held) > 0 && o.policy.Replaced == diff.ReplacedHold && o.replaced(len(stored), len(gone))
}

func (o *observer) approved(digest string) bool {
	return o.approval != nil && slices.Contains(o.approval.Digests, digest)
}

func (o *observer) replaced(stored, gone int) bool {
	return gone == stored && len(o.cloud.exist)+o.cloud.unidentified > 0 && int64(stored) >= o.policy.MinRows
}

// objects says that all that is gone has to wait.
func (o *observer) objects(stored, gone int, waiting bool, back int) bool {
	tooMany := func(rows int64) bool {
		return int64(gone) >= rows && !o.policy.AllowEmpty ||
			rows >= o.policy.MinRows && float64(gone) > o.policy.MaxDeleteRatio*float64(rows)
	}
	return o.policy.Deletes == diff.Hold || o.cloud.unidentified > 0 || tooMany(int64(stored)) || waiting && tooMany(o.base) || back > 0 && tooMany(int64(stored-back)) ||
		o.policy.Replaced == diff.ReplacedHold && o.replaced(stored, gone)
}

// requireWaiting: nothing that waits was deleted, nor anything that exists, and
// nothing was added that has to wait.
func (o *observer) requireWaiting() {
	rows, err := o.sql.QueryContext(o.shelf.t.Context(), "SELECT native_id, op FROM resource_change WHERE run_id = ?", o.runID)
	require.NoError(o.t, err)
	defer rows.Close()
	for rows.Next() {
		var id, op string
		require.NoError(o.t, rows.Scan(&id, &op))
		if op == string(diff.Delete) {
			require.False(o.t, o.held[id], "%s was deleted by %s, and waits", id, o.runID)
			require.False(o.t, o.cloud.exist[id], "%s was deleted by %s, and exists", id, o.runID)
		} else {
			require.False(o.t, o.judged.addsWait, "%s was added by %s, while additions wait", id, o.runID)
		}
	}
	require.NoError(o.t, rows.Err())
}
