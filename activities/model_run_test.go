package activities_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/resource"
)

// phase is what a run, or a bundle of it, waits for: an activity, mostly.
type phase string

const (
	listing    phase = "ListScopes"
	claiming   phase = "LoadLocalHashes"
	working    phase = "bundles"
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
	task      *task // while no bundle is at work
	ref       activities.RunRef
	scopes    []*modelScope
	unclaimed [][]*modelScope
	bundles   []*modelBundle
	turn      int // bundles take turns
	resets    int
	confirmed map[int64][]int // the steps, by scope
	outcome   activities.Outcome
	stats     activities.Stats
}

// modelBundle is scopes of one account that have each activity together.
type modelBundle struct {
	scopes []*modelScope
	at     int // in stepsOfABundle
	task   *task
}

// modelScope is what a run knows of a scope.
type modelScope struct {
	id          int64
	local       activities.LocalScope
	snapshot    activities.FetchCloudOut
	found       activities.ComputeDiffOut
	absent      activities.ConfirmAbsentOut
	record      activities.ScopeRecord
	ended       bool
	failed      diff.Op // the operation that did
	unconfirmed bool
	superseded  bool // it failed because of a newer run
}

func (s *modelScope) scope() resource.Scope {
	return resource.Scope{Kind: kind, Provider: s.local.Provider, Account: s.local.Account, Region: s.local.Region}
}

// task is an activity that a run waits for, over all of its attempts.
type task struct {
	attempt int
	since   int                // the step in which it began
	told    []any              // the details of its heartbeats, as they came
	doneAt  map[string]int     // the step in which a scope's result was told first
	resumed map[int]doneResult // what the present attempt was told
}

// doneResult is what became of a scope, as the checkpoint has it: JSON.
type doneResult = string

func (w *world) newTask() *task {
	return &task{attempt: 1, since: w.step, doneAt: map[string]int{}}
}

func (w *world) begin() *modelRun {
	r := &modelRun{
		w: w, id: fmt.Sprintf("%s-run-%d", w.name, len(w.runs)), began: time.Now(), phase: listing, task: w.newTask(), confirmed: map[int64][]int{},
	}
	w.runs = append(w.runs, r)
	w.events["runs"]++
	return r
}

// ended says that the workflow does no more.
func (r *modelRun) ended() bool { return r.phase == over || r.phase == terminated }

func (r *modelRun) enter(next phase) { r.phase, r.task = next, r.w.newTask() }

// reset is what an operator does who lets the workflow go on from after ListScopes:
// what the run did so far is forgotten, except its number. The run may have been over.
func (r *modelRun) reset() {
	r.resets++
	ids := make([]int64, len(r.scopes))
	for i, s := range r.scopes {
		ids[i] = s.id
	}
	r.start(ids)
}

// start makes the scopes ready to be claimed.
func (r *modelRun) start(ids []int64) {
	r.scopes, r.bundles, r.turn = nil, nil, 0
	for _, id := range ids {
		r.scopes = append(r.scopes, &modelScope{id: id, record: activities.ScopeRecord{ID: id, Outcome: activities.OK}})
	}
	r.unclaimed = slices.Collect(slices.Chunk(r.scopes, r.w.claimAtOnce()))
	r.enter(claiming)
}

// claimAtOnce is how many scopes are claimed together: those of a bundle may be claimed
// one after the other, and a newer run come in between.
func (w *world) claimAtOnce() int { return len(w.scopes)/2 + 1 }

// call is an activity with its input.
type call struct {
	run    *modelRun
	phase  phase
	task   *task
	scopes []*modelScope // of its bundle, in that order
	do     func(attempt) reply
}

// reply is what an activity answers.
type reply struct {
	err     error
	results []doneResult // of the scopes of its bundle
	take    func(checker)
}

func (r *modelRun) issue(c call) call {
	r.w.calls = append(r.w.calls, c)
	return c
}

// ofRun is an activity that is not on a bundle.
func ofRun[In, Out any](r *modelRun, do func(context.Context, In) (Out, error), in In, take func(Out)) call {
	return r.issue(call{run: r, phase: r.phase, task: r.task, do: func(a attempt) reply {
		out, err := execute(r.w.t, a, do, in)
		return reply{err: err, take: func(checker) { take(out) }}
	}})
}

// onBundle is an activity on scopes of a bundle.
func onBundle[In, Out any](r *modelRun, b *modelBundle, do func(context.Context, activities.Bundle[In]) (activities.Results[Out], error), in func(*modelScope) In, take func(*modelScope, Out)) call {
	c := call{run: r, phase: b.step().phase, task: b.task, scopes: b.those()}
	bundle := activities.Bundle[In]{Kind: kind, Run: r.ref}
	for _, s := range c.scopes {
		bundle.Scopes = append(bundle.Scopes, in(s))
	}
	c.do = func(a attempt) reply {
		asked, err := travelled(bundle)
		require.NoError(r.w.t, err)
		out, err := execute(r.w.t, a, do, asked)
		answer := reply{err: err}
		for _, result := range out.Scopes {
			encoded, err := json.Marshal(result)
			require.NoError(r.w.t, err)
			answer.results = append(answer.results, string(encoded))
		}
		answer.take = func(t checker) {
			require.Len(t, out.Scopes, len(c.scopes))
			for i, s := range c.scopes {
				if failure := out.Scopes[i].Failure; failure != nil {
					c.fail(t, s, failure)
					continue
				}
				take(s, out.Scopes[i].Out)
			}
			r.goOn(b)
		}
		return answer
	}
	return r.issue(c)
}

// next is an activity that the run waits for.
func (r *modelRun) next() call {
	switch r.phase {
	case listing:
		return ofRun(r, r.w.ListScopes, activities.ListScopesIn{Kind: kind, RunID: r.id, WorkflowID: r.w.name, StartedAt: r.began},
			func(out activities.ListScopesOut) {
				r.ref = out.Run
				r.start(scopeIDs(out))
			})
	case claiming:
		return r.claim()
	case working:
		return r.nextOfBundles()
	case cleaning:
		in := activities.CleanStagingIn{Run: r.ref}
		clean := func(ctx context.Context, in activities.CleanStagingIn) (struct{}, error) {
			return struct{}{}, r.w.CleanStaging(ctx, in)
		}
		return ofRun(r, clean, in, func(struct{}) { r.enter(recording) })
	default:
		return ofRun(r, r.w.RecordRun, r.recordIn(), func(out activities.RecordRunOut) {
			// The report has what the history has, whatever the run counted itself.
			r.outcome, r.stats = out.Recorded.Outcome, out.Recorded.Stats(r.stats)
			r.enter(over)
		})
	}
}

func (r *modelRun) claim() call {
	scopes := r.unclaimed[0]
	in := activities.LoadLocalHashesIn{Kind: kind, Run: r.ref}
	for _, s := range scopes {
		in.ScopeIDs = append(in.ScopeIDs, s.id)
		r.w.claimed(s.id, r.ref.Number)
	}
	c := ofRun(r, r.w.LoadLocalHashes, in, func(out activities.LoadLocalHashesOut) {
		for _, local := range out.Scopes {
			r.scopeOf(local.ID).local = local
		}
		r.unclaimed = r.unclaimed[1:]
		r.formBundles()
	})
	c.scopes = scopes
	return c
}

func (r *modelRun) scopeOf(id int64) *modelScope {
	return r.scopes[slices.IndexFunc(r.scopes, func(s *modelScope) bool { return s.id == id })]
}

// formBundles makes a bundle of each account, once all scopes are claimed.
func (r *modelRun) formBundles() {
	if len(r.unclaimed) > 0 {
		r.enter(claiming)
		return
	}
	of := map[string]*modelBundle{}
	for _, s := range r.scopes {
		if s.ended {
			continue
		}
		if of[s.local.Account] == nil {
			of[s.local.Account] = &modelBundle{task: r.w.newTask()}
			r.bundles = append(r.bundles, of[s.local.Account])
		}
		of[s.local.Account].scopes = append(of[s.local.Account].scopes, s)
	}
	r.enter(working)
	r.endWork()
}

// bundleStep is an activity of a bundle, with the scopes that need it.
type bundleStep struct {
	phase
	op    diff.Op
	needs func(*modelScope) bool
}

var stepsOfABundle = []bundleStep{
	{fetching, "", func(s *modelScope) bool { return !s.ended }},
	{comparing, "", func(s *modelScope) bool { return !s.ended }},
	{adding, diff.Add, func(s *modelScope) bool { return !s.ended && s.found.ToAdd > 0 }},
	{counting, diff.Add, func(s *modelScope) bool { return s.failed == diff.Add }},
	{modifying, diff.Modify, func(s *modelScope) bool { return !s.ended && s.found.ToMod > 0 }},
	{counting, diff.Modify, func(s *modelScope) bool { return s.failed == diff.Modify }},
	{confirming, "", func(s *modelScope) bool { return !s.ended && s.found.ToDel > 0 }},
	{holding, "", func(s *modelScope) bool { return s.unconfirmed }},
	{deleting, diff.Delete, func(s *modelScope) bool { return !s.ended && s.absent.Absent > 0 }},
	{counting, diff.Delete, func(s *modelScope) bool { return s.failed == diff.Delete }},
}

func (b *modelBundle) done() bool { return b.at == len(stepsOfABundle) }

func (b *modelBundle) step() bundleStep { return stepsOfABundle[b.at] }

func (b *modelBundle) those() (some []*modelScope) {
	for _, s := range b.scopes {
		if b.step().needs(s) {
			some = append(some, s)
		}
	}
	return some
}

// goOn goes on with the next step of the bundle that any scope needs.
func (r *modelRun) goOn(b *modelBundle) {
	b.task = r.w.newTask()
	for b.at++; !b.done() && len(b.those()) == 0; b.at++ {
	}
	r.turn++
	r.endWork()
}

// endWork goes on with the end of the run once all bundles are done.
func (r *modelRun) endWork() {
	if len(r.atWork()) > 0 {
		return
	}
	staged := slices.ContainsFunc(r.scopes, func(s *modelScope) bool {
		return s.record.Outcome != activities.Unchanged || len(s.snapshot.Staged) > 0
	})
	r.enter(map[bool]phase{true: cleaning, false: recording}[staged])
}

func (r *modelRun) atWork() (bundles []*modelBundle) {
	for _, b := range r.bundles {
		if !b.done() {
			bundles = append(bundles, b)
		}
	}
	return bundles
}

func (r *modelRun) nextOfBundles() call {
	atWork := r.atWork()
	b := atWork[r.turn%len(atWork)]
	step := b.step()
	switch step.phase {
	case fetching:
		return onBundle(r, b, r.w.FetchCloud, (*modelScope).in, (*modelScope).fetched)
	case comparing:
		in := func(s *modelScope) activities.ComputeDiffIn {
			return activities.ComputeDiffIn{ScopeIn: s.in(), Snapshot: s.snapshot}
		}
		return onBundle(r, b, r.w.ComputeDiff, in, func(s *modelScope, out activities.ComputeDiffOut) { s.found = out })
	case adding:
		return onBundle(r, b, r.w.ApplyAdds, (*modelScope).applyFound, (*modelScope).added)
	case modifying:
		return onBundle(r, b, r.w.ApplyMods, (*modelScope).applyFound, (*modelScope).modified)
	case deleting:
		return onBundle(r, b, r.w.BatchDelete, (*modelScope).applyAbsent, (*modelScope).deleted)
	case confirming:
		in := func(s *modelScope) activities.ConfirmAbsentIn {
			return activities.ConfirmAbsentIn{ApplyIn: s.applyFound()}
		}
		return onBundle(r, b, r.w.ConfirmAbsent, in, func(s *modelScope, out activities.ConfirmAbsentOut) { s.absent = out })
	case holding:
		in := func(s *modelScope) activities.KeepHoldIn {
			return activities.KeepHoldIn{ScopeIn: s.in(), Writer: s.found.Writer, Digest: s.found.Deletions}
		}
		return onBundle(r, b, r.w.KeepHold, in, func(*modelScope, activities.KeepHoldOut) {})
	default:
		return onBundle(r, b, r.w.CountApplied, (*modelScope).countIn, (*modelScope).counted)
	}
}

func (s *modelScope) in() activities.ScopeIn { return activities.ScopeIn{Scope: s.local} }

func (s *modelScope) applyFound() activities.ApplyIn {
	return activities.ApplyIn{ScopeIn: s.in(), Writer: s.found.Writer}
}

func (s *modelScope) applyAbsent() activities.ApplyIn {
	return activities.ApplyIn{ScopeIn: s.in(), Writer: s.absent.Writer}
}

func (s *modelScope) countIn() activities.CountAppliedIn {
	if s.failed == diff.Delete {
		return activities.CountAppliedIn{ApplyIn: s.applyAbsent(), Op: s.failed}
	}
	return activities.CountAppliedIn{ApplyIn: s.applyFound(), Op: s.failed}
}

func (s *modelScope) fetched(out activities.FetchCloudOut) {
	s.snapshot = out
	if out.Unchanged {
		s.record.Outcome, s.ended = activities.Unchanged, true
	}
}

func (s *modelScope) added(counts activities.Counts)    { s.record.Stats.SuAdd = counts.Applied }
func (s *modelScope) modified(counts activities.Counts) { s.record.Stats.SuMod = counts.Applied }
func (s *modelScope) deleted(counts activities.Counts)  { s.record.Stats.SuDel = counts.Applied }

func (s *modelScope) counted(counts activities.Counts) {
	switch s.failed {
	case diff.Add:
		s.added(counts)
	case diff.Modify:
		s.modified(counts)
	default:
		s.deleted(counts)
	}
	s.failed = ""
}

func (r *modelRun) recordIn() activities.RecordRunIn {
	in := activities.RecordRunIn{Kind: kind, Run: r.ref}
	r.stats = activities.Stats{}
	var records []activities.ScopeRecord
	for _, s := range r.scopes {
		records = append(records, s.record)
		r.stats.Add(s.record.Stats)
		if scope, ok := s.record.PlainlyUnchanged(); ok {
			in.Unchanged = append(in.Unchanged, scope)
			r.w.events["records in bulk"]++
			continue
		}
		in.Scopes = append(in.Scopes, s.record)
	}
	r.outcome = outcomeOf(records)
	in.Final = &activities.RunRecord{
		WorkflowID: r.w.name, StartedAt: r.began, FinishedAt: time.Now(), Outcome: r.outcome, Stats: r.stats, Scopes: int64(len(r.scopes)),
	}
	return in
}

// outcomeOf is that of a run of scopes.
func outcomeOf(scopes []activities.ScopeRecord) activities.Outcome {
	of := map[activities.Outcome]int{}
	for _, scope := range scopes {
		of[scope.Outcome]++
	}
	switch {
	case of[activities.Failed] == len(scopes):
		return activities.Failed
	case of[activities.Held] > 0:
		return activities.Held
	case of[activities.Failed] > 0:
		return activities.Partial
	case of[activities.OK] > 0:
		return activities.OK
	default:
		return activities.Unchanged
	}
}

// fail is what the workflow makes of a scope's failure that is not tried again. It has a
// cause, which is the scope's own.
func (c call) fail(t checker, s *modelScope, failure *activities.Failure) {
	t.Helper()
	c.requireCause(t, s, failure)
	s.superseded = failure.Type == string(activities.SupersededType)
	s.record.Outcome, s.ended = activities.Failed, true
	switch c.phase {
	case adding, modifying, deleting:
		s.failed = map[phase]diff.Op{adding: diff.Add, modifying: diff.Modify, deleting: diff.Delete}[c.phase]
	case confirming:
		if !s.superseded {
			s.record.Outcome, s.unconfirmed = activities.Held, true
		}
	case holding:
		require.True(t, s.superseded, "%s of %s: %s", c.phase, c.run.id, failure.Text)
		s.unconfirmed = false
	case counting:
		require.True(t, s.superseded, "%s of %s: %s", c.phase, c.run.id, failure.Text)
		s.failed = ""
	}
}

// requireCause: a newer run has asked for this scope, or the cloud failed for it. The
// attempts of its first part, which nobody waits for, clean up after a run that was reset.
func (c call) requireCause(t checker, s *modelScope, failure *activities.Failure) {
	t.Helper()
	r, why := c.run, fmt.Sprintf("%s of %s, scope %d: %s: %s", c.phase, c.run.id, s.id, failure.Type, failure.Text)
	switch failure.Type {
	case "Superseded":
		require.True(t, r.resets > 0 || r.w.claims[s.id] > r.ref.Number, why)
	case "Corrupt":
		require.Positive(t, r.resets, why)
	case "incomplete": // the cloud changed while it was listed by several attempts
		require.Contains(t, []phase{fetching, comparing}, c.phase, why)
	case "unavailable", "denied", "PanicError":
		require.Contains(t, []phase{fetching, confirming}, c.phase, why)
		require.True(t, r.w.cloud.wasHit(s.scope(), c.task.since), why)
	default:
		require.Fail(t, "a scope failed", why)
	}
}

// failWhole is what the workflow makes of an activity that failed as a whole.
func (c call) failWhole(t checker, failure *temporal.ApplicationError) {
	t.Helper()
	r := c.run
	require.Equal(t, claiming, c.phase, "%s of %s: %v", c.phase, r.id, failure)
	for _, s := range c.scopes {
		s.record.Outcome, s.ended = activities.Failed, true
	}
	newer := slices.ContainsFunc(c.scopes, func(s *modelScope) bool { return r.w.claims[s.id] > r.ref.Number })
	require.True(t, newer && failure.Type() == "Superseded", "%s: %v", r.id, failure)
	r.unclaimed = r.unclaimed[1:]
	r.formBundles()
}

// fate is what becomes of an attempt.
type fate struct {
	lost   bool // it does all its work, and nobody hears of it
	stops  bool // its worker is told to stop
	forget int  // how many of the newest heartbeats of the attempts before the server did not hear
	races  bool // another attempt is at work at the same time
}

// answer is what an attempt comes back with.
type answer struct {
	reply
	killed bool // in fact it does not
	broken bool // a connection of it broke
	told   []any
}

// advance makes one attempt of an activity that the run waits for.
func (r *modelRun) advance(t checker, f fate) {
	t.Helper()
	c := r.next()
	before := r.w.cloud.listings()
	a := c.try(t, f)
	c.requireNotDoneAgain(t, before)
	c.settle(t, f, a)
}

func (c call) try(t checker, f fate) answer {
	t.Helper()
	return c.make(c.prepare(t, f))
}

// prepare is the attempt that is to be made.
func (c call) prepare(t checker, f fate) attempt {
	t.Helper()
	a := attempt{number: c.task.attempt, beats: &beats{}, resume: c.resume(t, f.forget)}
	if f.stops {
		a.stop = make(chan struct{})
		close(a.stop)
	}
	if planned := c.run.w.network.current(); planned != nil && planned.kills {
		a.cancel = planned.struck
	}
	return a
}

func (c call) make(of attempt) answer {
	w, a := c.run.w, answer{}
	of.beats.hear = func(details []any) {
		if len(details) > 0 {
			a.told = append(a.told, details[0])
		}
	}
	a.reply = c.do(of)
	planned := w.network.current()
	if planned == nil || !planned.happened() {
		return a
	}
	a.broken, a.killed = true, planned.kills
	w.network.mend()
	if a.killed {
		w.Activities = activities.New(w.deps) // another worker, which remembers nothing
		w.events["kills"]++
	} else {
		w.events["broken connections"]++
	}
	return a
}

// resume is what an attempt is told of those before: the newest details that the server
// heard of, or older ones, or none.
func (c call) resume(t checker, forget int) any {
	t.Helper()
	c.task.resumed = nil
	if len(c.task.told) == 0 {
		return nil
	}
	if forget >= len(c.task.told) {
		c.run.w.events["lost details"]++
		return nil
	}
	if forget > 0 {
		c.run.w.events["old details"]++
	}
	details := c.task.told[len(c.task.told)-1-forget]
	c.task.resumed = doneIn(t, details)
	if len(c.task.resumed) > 0 {
		c.run.w.events["scopes kept"] += len(c.task.resumed)
	}
	return details
}

// doneIn are the results that a checkpoint has, by the scope's place in the bundle.
func doneIn(t checker, details any) map[int]doneResult {
	t.Helper()
	encoded, err := json.Marshal(details)
	require.NoError(t, err)
	var told struct {
		Done map[int]json.RawMessage `json:"done"`
	}
	require.NoError(t, json.Unmarshal(encoded, &told))
	done := map[int]doneResult{}
	for at, result := range told.Done {
		done[at] = string(result)
	}
	return done
}

// settle is what the server makes of the answer.
func (c call) settle(t checker, f fate, a answer) {
	t.Helper()
	r := c.run
	defer r.w.requireFigures(t)
	c.noteTold(t, a)
	var failure *temporal.ApplicationError
	switch {
	case f.lost, a.killed, errors.As(a.err, &failure) && !failure.NonRetryable():
		c.requireKept(t, f, a)
		c.task.attempt++
		require.Less(t, c.task.attempt, 100, "%s of %s: %v", c.phase, r.id, a.err)
	case a.err == nil:
		c.requireResumed(t, a)
		c.noteConfirmed(a)
		a.take(t)
	default:
		require.NotNil(t, failure, "%s of %s: %v", c.phase, r.id, a.err)
		c.failWhole(t, failure)
	}
}

// noteTold takes what the server heard of an attempt.
func (c call) noteTold(t checker, a answer) {
	t.Helper()
	c.task.told = append(c.task.told, a.told...)
	for _, details := range a.told {
		for at, result := range doneIn(t, details) {
			key := fmt.Sprint(at, result)
			if _, known := c.task.doneAt[key]; !known {
				c.task.doneAt[key] = c.run.w.step
			}
		}
	}
}

// noteConfirmed notes in which step a scope's deletions were confirmed: an earlier attempt
// may have done that.
func (c call) noteConfirmed(a answer) {
	if c.phase != confirming {
		return
	}
	for i, s := range c.scopes {
		step, earlier := c.task.doneAt[fmt.Sprint(i, a.results[i])]
		if !earlier {
			step = c.run.w.step
		}
		c.run.confirmed[s.id] = append(c.run.confirmed[s.id], step)
	}
}

// requireResumed: what the attempt was told to be done is the result.
func (c call) requireResumed(t checker, a answer) {
	t.Helper()
	for at, result := range c.task.resumed {
		require.Equal(t, result, a.results[at], "%s of %s: the result of its scope %d", c.phase, c.run.id, at)
	}
}

// requireNotDoneAgain: nor was it done again.
func (c call) requireNotDoneAgain(t checker, before map[resource.Scope]int) {
	t.Helper()
	if c.phase != fetching {
		return
	}
	now := c.run.w.cloud.listings()
	for at := range c.task.resumed {
		scope := c.scopes[at].scope()
		require.Equal(t, before[scope], now[scope], "%s was done, and listed again", scope.Place())
	}
}

// requireKept: what an attempt tells before it is tried again has all that was done before,
// and all that it did itself. Only scopes that failed are left.
func (c call) requireKept(t checker, f fate, a answer) {
	t.Helper()
	if len(c.scopes) == 0 || c.phase == claiming || len(a.told) == 0 {
		return
	}
	done := doneIn(t, a.told[len(a.told)-1])
	for at, result := range c.task.resumed {
		require.Equal(t, result, done[at], "%s of %s: what is kept of its scope %d", c.phase, c.run.id, at)
	}
	if f.lost || f.stops || f.races || a.broken {
		return
	}
	for at, s := range c.scopes {
		if _, is := done[at]; !is {
			require.True(t, c.run.w.cloud.wasHit(s.scope(), c.run.w.step) || c.phase == fetching && s.mayBeCutShort(c.task),
				"%s of %s: its scope %d is left, and nothing happened to it: %v", c.phase, c.run.id, at, a.err)
		}
	}
}

// mayBeCutShort says that several attempts listed the scope: the cloud may have changed in
// between.
func (s *modelScope) mayBeCutShort(of *task) bool { return of.attempt > 1 }

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

// finish drives the run to its end, without anything more that disturbs it.
func (r *modelRun) finish(t checker) {
	t.Helper()
	for r.phase != over {
		r.drive(t, 1)
	}
}
