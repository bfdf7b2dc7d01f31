package activities_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
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

// The model of holds: whole runs of the workflow over bundles of 1, 2 and 50 scopes of
// several accounts, one after the other or one within another, with fleets that grow,
// shrink, are replaced and come back, with approvals, policies that change, and runs that
// fail, lose a worker or are taken over at any activity, as a whole or in one scope.
// Whatever the sequence, no row is deleted whose set was held when it first went missing,
// unless that set was approved or the row was listed in between. In cloudsync itself, a
// hold once lapsed at the next run.
//
// It goes further with CLOUDSYNC_TEST_RUNS=5000 and rapid's -rapid.checks=1000.
func TestHoldsNeverLapse(t *testing.T) {
	t.Parallel()
	wanted := runsWanted(t)
	for _, test := range []struct {
		accounts []int
		runs     int // that are enough, once some held and some were approved
	}{{[]int{1}, wanted}, {[]int{2, 1}, wanted / 2}, {[]int{50, 2}, wanted / 20}} {
		t.Run(fmt.Sprintf("bundles of %d scopes", test.accounts[0]), func(t *testing.T) {
			t.Parallel()
			skipShort(t, test.accounts)
			h := &manyHolds{shelf: newShelf(t), accounts: test.accounts}
			h.checks.enough = func() bool { return h.runs >= test.runs && h.holds > 0 && h.approvals > 0 }
			rapid.Check(t, h.check)
			t.Logf("%d sequences, %d runs, %d scopes that held, %d sets approved, %v", h.sequences, h.runs, h.holds, h.approvals, h.events)
			require.Positive(t, h.holds)
			require.Positive(t, h.approvals)
		})
	}
}

// manyHolds are the sequences of accounts of one shape.
type manyHolds struct {
	*shelf
	checks
	accounts                          []int
	sequences, runs, holds, approvals int
}

func (h *manyHolds) check(t *rapid.T) {
	h.checks.do(t, func() {
		m := newHoldModel(h.shelf, h.accounts...)
		defer m.network.mend()
		t.Repeat(map[string]func(*rapid.T){
			"resources come":                m.come,
			"resources go":                  m.goAway,
			"another fleet answers":         m.replace,
			"the first fleet answers again": m.putBack,
			"the policy changes":            m.changePolicy,
			"a run":                         m.run,
			"a run that is approved":        m.runApproved,
			"a run that fails":              m.runFailing,
			"a run of which a scope fails":  m.runFailingInAScope,
			"a run whose worker is killed":  m.runKilled,
			"a run that is taken over":      m.runTakenOver,
			"rows without an id are listed": m.loseIDs,
			"look-ups are denied":           m.denyLookUps,
		})
		m.conclude(t)
		h.sequences++
		h.runs, h.holds, h.approvals = h.runs+m.number, h.holds+m.holds, h.approvals+m.approvals
	})
}

// holdModel is some scopes with what an observer knows of them, who judges by himself.
type holdModel struct {
	*shelf
	acts      *activities.Activities
	name      string
	scopes    []*holdScope
	policy    diff.Policy
	number    int      // of runs
	lastHeld  []string // digests of what the last run held
	holds     int
	approvals int
}

// holdScope is one of them. Its fleet is what exists there.
type holdScope struct {
	resource.Scope
	exist        map[string]bool
	unidentified int  // rows that are listed beside it
	denied       bool // look-ups are

	named int             // hosts that ever were
	first map[string]bool // the fleet before the last replacement
	held  map[string]bool // rows that wait, as the observer judged
	base  int64           // rows that stood when the first of them went
}

// fleetCloud is an account of the model.
type fleetCloud struct {
	*holdModel
	regions []string
}

func (c *fleetCloud) Lists(string) bool { return true }

func (c *fleetCloud) Regions(context.Context) ([]string, error) { return c.regions, nil }

// List lists what exists, and what it is told to add to that.
func (c *fleetCloud) List(_ context.Context, scope resource.Scope, _ string) (cloud.Page, error) {
	s := c.at(scope)
	var page cloud.Page
	for _, id := range slices.Sorted(maps.Keys(s.exist)) {
		page.Rows = append(page.Rows, host(id))
	}
	for range s.unidentified {
		page.Rows = append(page.Rows, host(""))
	}
	return page, nil
}

func (c *fleetCloud) LookupLimit(string) int { return 100 }

func (c *fleetCloud) Lookup(_ context.Context, scope resource.Scope, ids []string) (existing []string, err error) {
	s := c.at(scope)
	if s.denied {
		return nil, &cloud.Error{Class: cloud.Denied, Doing: "look up", Err: errors.New("no permission")}
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !s.exist[id] }), nil
}

// newHoldModel has an account for each of the numbers, with so many scopes.
func newHoldModel(s *shelf, accounts ...int) *holdModel {
	s.worlds++
	m := &holdModel{shelf: s, name: fmt.Sprintf("holds-%d", s.worlds), policy: diff.DefaultPolicy()}
	var configured cloud.Accounts
	for i, regions := range accounts {
		account := resource.Account{Provider: "mock", Name: fmt.Sprintf("%s-%d", m.name, i)}
		client := &fleetCloud{holdModel: m}
		for region := range regions {
			client.regions = append(client.regions, fmt.Sprintf("r%02d", region))
			scope := &holdScope{Scope: resource.Scope{Kind: kind, Provider: "mock", Account: account.Name, Region: client.regions[region]}}
			scope.exist, scope.held = map[string]bool{}, map[string]bool{}
			scope.add(25)
			scope.first = maps.Clone(scope.exist)
			m.scopes = append(m.scopes, scope)
		}
		configured = append(configured, cloud.Account{Account: account, Client: client})
	}
	m.acts = activities.New(activities.Deps{
		Store: s.store, Kinds: resource.Standard(), Accounts: configured,
		Settings: map[string]activities.Settings{kind: {Policy: m.policy, MaxParallel: 1}},
	})
	return m
}

func (m *holdModel) at(scope resource.Scope) *holdScope {
	return m.scopes[slices.IndexFunc(m.scopes, func(s *holdScope) bool { return s.Account == scope.Account && s.Region == scope.Region })]
}

// draw is one of the scopes, or all of them.
func (m *holdModel) draw(t *rapid.T) []*holdScope {
	one := rapid.SampledFrom(m.scopes).Draw(t, "scope")
	if rapid.IntRange(0, 2).Draw(t, "all scopes") == 2 {
		return m.scopes
	}
	return []*holdScope{one}
}

func (s *holdScope) add(n int) {
	for range n {
		s.named++
		s.exist[fmt.Sprintf("i-%04d", s.named)] = true
	}
}

func (m *holdModel) come(t *rapid.T) {
	n := rapid.IntRange(1, 60).Draw(t, "hosts")
	for _, s := range m.draw(t) {
		s.add(n)
	}
}

func (m *holdModel) goAway(t *rapid.T) {
	share := rapid.IntRange(0, 100).Draw(t, "percent")
	for _, s := range m.draw(t) {
		ids := slices.Sorted(maps.Keys(s.exist))
		for _, id := range ids[:len(ids)*share/100] {
			delete(s.exist, id)
		}
	}
}

func (m *holdModel) replace(t *rapid.T) {
	others := rapid.IntRange(0, 100).Draw(t, "others")
	for _, s := range m.draw(t) {
		s.first = s.exist
		s.replaceBy(others)
	}
}

func (s *holdScope) replaceBy(others int) {
	s.exist = map[string]bool{}
	s.add(others)
}

func (m *holdModel) putBack(t *rapid.T) {
	both := rapid.Bool().Draw(t, "both")
	for _, s := range m.draw(t) {
		if both {
			maps.Copy(s.exist, s.first)
			continue
		}
		s.exist = maps.Clone(s.first)
	}
}

func (m *holdModel) loseIDs(t *rapid.T) {
	rows := rapid.IntRange(0, 1).Draw(t, "rows")
	for _, s := range m.draw(t) {
		s.unidentified = rows
	}
}

func (m *holdModel) denyLookUps(t *rapid.T) {
	denied := rapid.Bool().Draw(t, "denied")
	for _, s := range m.draw(t) {
		s.denied = denied
	}
}

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
	m.lastHeld = nil
	m.runWith(t, nil, nil)
}

// runApproved approves one of the sets that the last run held, or all of them.
func (m *holdModel) runApproved(t *rapid.T) {
	if len(m.lastHeld) == 0 {
		t.Skip("nothing waits")
	}
	approval := &workflows.Approval{Digests: m.lastHeld, By: "alice"}
	if rapid.Bool().Draw(t, "one set") {
		approval.Digests = []string{rapid.SampledFrom(m.lastHeld).Draw(t, "set")}
	}
	m.runWith(t, approval, nil)
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
	m.runWith(t, nil, func(name string, a *heldActivity) (any, error) {
		if name != at {
			return a.do()
		}
		if done {
			_, _ = a.do()
		}
		return nil, errBroken
	})
}

// runFailingInAScope ends the work of one of its activities in one scope for good, likewise.
// The other scopes do not suffer.
func (m *holdModel) runFailingInAScope(t *rapid.T) {
	at, done := rapid.SampledFrom(disturbed[2:9]).Draw(t, "activity"), rapid.Bool().Draw(t, "done")
	scope := rapid.SampledFrom(m.scopes).Draw(t, "scope")
	m.runWith(t, nil, func(name string, a *heldActivity) (any, error) {
		if name != at || !slices.Contains(a.scopes, scope) {
			return a.do()
		}
		return a.doAllBut(scope, done)
	})
}

// runKilled kills the worker at some statement of an activity. Another attempt goes on from
// its heartbeat.
func (m *holdModel) runKilled(t *rapid.T) {
	at := rapid.SampledFrom(disturbed).Draw(t, "activity")
	breaks := breakage{
		after: rapid.IntRange(1, 10+len(m.scopes)).Draw(t, "statements"), arrives: rapid.Bool().Draw(t, "the last one arrives"), kills: true,
	}
	var once sync.Once
	m.runWith(t, nil, func(name string, a *heldActivity) (out any, err error) {
		if name == at {
			once.Do(func() {
				planned := m.network.plan(breaks)
				_, _ = a.doUntil(planned.struck)
				m.network.mend()
				m.events["kills"]++
				err = errKilled
			})
		}
		if err != nil {
			return nil, err
		}
		return a.do()
	})
}

var errKilled = temporal.NewApplicationError("the worker was killed", "Test")

// runTakenOver is a run within which another one has its whole life.
func (m *holdModel) runTakenOver(t *rapid.T) {
	at := rapid.SampledFrom(disturbed).Draw(t, "activity")
	var once sync.Once
	m.runWith(t, nil, func(name string, a *heldActivity) (any, error) {
		if name == at {
			once.Do(func() { m.runWith(t, nil, nil) })
		}
		return a.do()
	})
}

// runWith makes a run, and compares what it deleted with what the observer lets go.
func (m *holdModel) runWith(t checker, approval *workflows.Approval, disturb disturbance) workflows.Report {
	m.number++
	o := &observer{
		holdModel: m, t: t, approval: approval, disturb: disturb, runID: fmt.Sprintf("%s-run-%d", m.name, m.number), judged: map[*holdScope]*judgement{},
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{o}, DeadlockDetectionTimeout: time.Minute})
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
	m.note(t, o.runID, report)
	return report
}

// note keeps what an operator reads of the run.
func (m *holdModel) note(t checker, runID string, report workflows.Report) {
	m.approvals += len(report.Approved)
	if report.Held == 0 {
		return
	}
	m.lastHeld = nil
	scopes, err := m.store.RunScopes(m.t.Context(), runID)
	require.NoError(t, err)
	for _, scope := range scopes {
		if scope.Outcome == string(activities.Held) {
			m.holds++
			m.lastHeld = append(m.lastHeld, scope.HoldDigest)
		}
	}
	require.Len(t, m.lastHeld, int(report.ScopesHeld))
}

// conclude lets all go that waits, set by set, and then the inventory is the cloud.
func (m *holdModel) conclude(t *rapid.T) {
	for _, s := range m.scopes {
		s.unidentified, s.denied = 0, false
	}
	m.policy, m.lastHeld = diff.DefaultPolicy(), nil
	report := m.runWith(t, nil, nil)
	if report.Held > 0 {
		require.Equal(t, report.ToDel-report.SuDel, report.Held)
		m.policy.Deletes = diff.Hold // whatever else: only the approval counts
		held := m.lastHeld
		approved := m.runWith(t, &workflows.Approval{Digests: held, By: "alice"}, nil)
		require.ElementsMatch(t, held, approved.Approved)
		require.Equal(t, "alice", approved.ApprovedBy)
		require.Zero(t, approved.Held)
	}
	for _, s := range m.scopes {
		require.Equal(t, slices.Sorted(maps.Keys(s.exist)), slices.Sorted(maps.Keys(m.stored(t, s))), s.Place())
	}
	m.policy = diff.DefaultPolicy()
	require.Equal(t, activities.Unchanged, m.runWith(t, nil, nil).Outcome)
	require.Zero(t, m.ask(t, "SELECT COUNT(*) FROM sync_scope_hold JOIN sync_scope ON id = scope_id WHERE account LIKE ?", m.name+"-%"))
}

func (m *holdModel) ask(t checker, query string, args ...any) (n int64) {
	t.Helper()
	require.NoError(t, m.sql.QueryRowContext(m.t.Context(), query, args...).Scan(&n))
	return n
}

func (m *holdModel) stored(t checker, s *holdScope) map[string]bool {
	t.Helper()
	rows, err := m.sql.QueryContext(m.t.Context(), "SELECT native_id FROM resource_host WHERE account = ? AND region = ?", s.Account, s.Region)
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
type disturbance func(name string, a *heldActivity) (any, error)

// heldActivity is an attempt of an activity that a disturbance may do, or not.
type heldActivity struct {
	ctx    context.Context
	in     *interceptor.ExecuteActivityInput
	next   interceptor.ActivityInboundInterceptor
	o      *observer
	name   string
	scopes []*holdScope // of its bundle
}

func (a *heldActivity) do() (any, error) {
	a.o.before(a.name, a.in)
	out, err := a.next.ExecuteActivity(a.ctx, a.in)
	if err == nil {
		out = a.o.after(a.name, a.scopes, a.in.Args[0], out)
	}
	return out, err
}

// doUntil is do, until the worker is killed.
func (a *heldActivity) doUntil(killed <-chan struct{}) (any, error) {
	ctx, cancel := context.WithCancel(a.ctx)
	defer cancel()
	go func() {
		select {
		case <-killed:
			cancel()
		case <-ctx.Done():
		}
	}()
	until := *a
	until.ctx = ctx
	return until.do()
}

// doAllBut does the work, and has it fail for a scope: before anything was done for it, or
// after all was.
func (a *heldActivity) doAllBut(scope *holdScope, done bool) (any, error) {
	at := slices.Index(a.scopes, scope)
	rest := *a
	if !done {
		rest.in = &interceptor.ExecuteActivityInput{Args: []any{without(a.in.Args[0], at)}}
		rest.scopes = slices.Delete(slices.Clone(a.scopes), at, at+1)
	}
	out, err := rest.do()
	if err != nil {
		return nil, err
	}
	return failedAt(out, at, done), nil
}

// without is a bundle without one of its scopes.
func without(bundle any, at int) any {
	rest := reflect.New(reflect.TypeOf(bundle)).Elem()
	rest.Set(reflect.ValueOf(bundle))
	scopes := rest.FieldByName("Scopes")
	rest.FieldByName("Scopes").Set(reflect.AppendSlice(scopes.Slice3(0, at, at), scopes.Slice(at+1, scopes.Len())))
	return rest.Interface()
}

// failedAt are the results of a bundle with a failure of one scope: in the place of its
// result, or where it has none.
func failedAt(results any, at int, replace bool) any {
	all := reflect.New(reflect.TypeOf(results)).Elem()
	all.Set(reflect.ValueOf(results))
	scopes := all.FieldByName("Scopes")
	failed := reflect.New(scopes.Type().Elem()).Elem()
	failed.FieldByName("Failure").Set(reflect.ValueOf(&activities.Failure{Type: "Test", Text: "the database broke"}))
	from := at
	if replace {
		from++
	}
	before := reflect.Append(scopes.Slice3(0, at, at), failed)
	all.FieldByName("Scopes").Set(reflect.AppendSlice(before, scopes.Slice(from, scopes.Len())))
	return all.Interface()
}

// observer stands beside a run and judges by himself, from the tables and the cloud as
// they are when the run compares. His judgement of a scope counts once the run has kept
// what waits, or confirmed what goes: what was approved and could not be confirmed goes on
// waiting.
type observer struct {
	*holdModel
	interceptor.WorkerInterceptorBase
	t        checker
	runID    string
	approval *workflows.Approval
	disturb  disturbance
	mu       sync.Mutex
	judged   map[*holdScope]*judgement
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
	a := &heldActivity{ctx: ctx, in: in, next: w.Next, o: w.o, name: activity.GetInfo(ctx).ActivityType.Name}
	a.scopes = w.o.scopesOf(in.Args[0])
	if w.o.disturb == nil {
		return a.do()
	}
	return w.o.disturb(a.name, a)
}

// scopesOf are the scopes of a bundle; of another input, none.
func (o *observer) scopesOf(input any) (scopes []*holdScope) {
	if !reflect.ValueOf(input).FieldByName("Scopes").IsValid() {
		return nil
	}
	encoded, err := json.Marshal(input)
	require.NoError(o.t, err)
	var bundle struct {
		Scopes []activities.ScopeIn `json:"scopes"`
	}
	require.NoError(o.t, json.Unmarshal(encoded, &bundle))
	for _, in := range bundle.Scopes {
		if in.Scope.Account == "" { // those of a record
			return nil
		}
		scopes = append(scopes, o.at(resource.Scope{Account: in.Scope.Account, Region: in.Scope.Region}))
	}
	return scopes
}

func (o *observer) before(name string, in *interceptor.ExecuteActivityInput) {
	if name == "ListScopes" {
		asked := in.Args[0].(activities.ListScopesIn)
		asked.RunID = o.runID // the environment has one for all
		in.Args[0] = asked
	}
}

func (o *observer) after(name string, scopes []*holdScope, in, out any) any {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch name {
	case "ListScopes":
		listed := out.(activities.ListScopesOut)
		listed.Policy, o.newer = o.policy, o.number
		return listed
	case "FetchCloud": // what is unchanged is listed, to the last row
		eachDone(out, scopes, func(s *holdScope, listed activities.FetchCloudOut) {
			if o.number == o.newer && listed.Unchanged {
				s.held = map[string]bool{}
			}
		})
	case "ComputeDiff":
		eachDone(out, scopes, func(s *holdScope, found activities.ComputeDiffOut) {
			if o.number == o.newer {
				o.judge(s, found)
			}
		})
	case "KeepHold": // an approved set that could not be confirmed is kept beside the hold, which stands
		if in.(activities.Bundle[activities.KeepHoldIn]).Scopes[0].Stands != nil {
			eachDone(out, scopes, takeJudgement[activities.KeepHoldOut](o))
		}
	case "ConfirmAbsent":
		eachDone(out, scopes, takeJudgement[activities.ConfirmAbsentOut](o))
	}
	return out
}

// eachDone is given what an activity did for each scope of its bundle for which it did not
// fail.
func eachDone[Out any](out any, scopes []*holdScope, take func(*holdScope, Out)) {
	for i, result := range out.(activities.Results[Out]).Scopes {
		if result.Failure == nil {
			take(scopes[i], result.Out)
		}
	}
}

// takeJudgement takes that what the run found is on record.
func takeJudgement[Out any](o *observer) func(*holdScope, Out) {
	return func(s *holdScope, _ Out) {
		if judged := o.judged[s]; judged != nil {
			s.held, s.base = judged.held, judged.base
		}
	}
}

// judge divides what is gone.
func (o *observer) judge(s *holdScope, found activities.ComputeDiffOut) {
	stored := o.stored(o.t, s)
	gone, waits, back := map[string]bool{}, map[string]bool{}, 0
	for id := range stored {
		switch exists := s.exist[id]; {
		case exists && s.held[id]:
			back++
		case !exists:
			gone[id] = true
			if s.held[id] {
				waits[id] = true
			}
		}
	}
	require.EqualValues(o.t, len(gone), found.ToDel)
	s.held = maps.Clone(waits) // the others are listed, whatever becomes of the run
	j := &judgement{held: waits, base: s.base}
	o.judged[s] = j
	if len(gone) == 0 {
		return
	}
	never := o.policy.Deletes == diff.Never
	all := o.objects(s, len(stored), len(gone), len(waits) > 0, back)
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
	j.addsWait = !never && len(j.held) > 0 && o.policy.Replaced == diff.ReplacedHold && o.replaced(s, len(stored), len(gone))
}

func (o *observer) approved(digest string) bool {
	return o.approval != nil && slices.Contains(o.approval.Digests, digest)
}

func (o *observer) replaced(s *holdScope, stored, gone int) bool {
	return gone == stored && len(s.exist)+s.unidentified > 0 && int64(stored) >= o.policy.MinRows
}

// objects says that all that is gone has to wait.
func (o *observer) objects(s *holdScope, stored, gone int, waiting bool, back int) bool {
	tooMany := func(rows int64) bool {
		return int64(gone) >= rows && !o.policy.AllowEmpty ||
			rows >= o.policy.MinRows && float64(gone) > o.policy.MaxDeleteRatio*float64(rows)
	}
	return o.policy.Deletes == diff.Hold || s.unidentified > 0 || tooMany(int64(stored)) || waiting && tooMany(s.base) || back > 0 && tooMany(int64(stored-back)) ||
		o.policy.Replaced == diff.ReplacedHold && o.replaced(s, stored, gone)
}

// requireWaiting: nothing that waits was deleted, nor anything that exists, and
// nothing was added that has to wait.
func (o *observer) requireWaiting() {
	rows, err := o.sql.QueryContext(o.shelf.t.Context(), `SELECT account, region, native_id, op FROM resource_change JOIN sync_scope ON sync_scope.id = scope_id
		WHERE run_id = ?`, o.runID)
	require.NoError(o.t, err)
	defer rows.Close()
	for rows.Next() {
		var scope resource.Scope
		var id, op string
		require.NoError(o.t, rows.Scan(&scope.Account, &scope.Region, &id, &op))
		s := o.at(scope)
		if op == string(diff.Delete) {
			require.False(o.t, s.held[id], "%s of %s was deleted by %s, and waits", id, s.Place(), o.runID)
			require.False(o.t, s.exist[id], "%s of %s was deleted by %s, and exists", id, s.Place(), o.runID)
		} else {
			require.False(o.t, o.judged[s].addsWait, "%s of %s was added by %s, while additions wait", id, s.Place(), o.runID)
		}
	}
	require.NoError(o.t, rows.Err())
}
