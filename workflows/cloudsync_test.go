package workflows_test

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/workflows"
)

const kind = "resource_host"

// world is what the activities see and do, scripted: what each scope answers, and
// what was asked.
type world struct {
	mu        sync.Mutex
	listed    activities.ListScopesOut
	listErr   error
	fetch     func(context.Context, activities.ScopeIn) (activities.FetchCloudOut, error) // nil: by answers
	bundled   func([]activities.ScopeIn)                                                  // sees the bundles that are listed
	answers   map[int64]fetchAnswer
	accounts  map[int64]string // of the scopes that are not of demo
	empty     map[int64]bool   // the scopes without rows; the others have 10
	large     bool             // each scope has so many that it is a bundle of its own
	larger    map[int64]bool   // so have these
	comparing func(id int64)   // called before a scope is compared
	loadErr   map[int64]error
	compare   map[int64]activities.ComputeDiffOut
	half      map[diff.Op]store.Counts // what failed operations had done
	modErr    error
	deleteErr error
	deleted   *store.Counts   // of BatchDelete, where it does not do all
	skips     map[int64]int64 // candidates that exist, by scope
	confirm   error           // of ConfirmAbsent
	asked     []activities.ConfirmAbsentIn
	held      []activities.KeepHoldIn
	steps     int // of those that are counted
	heldAt    int // the step
	addedAt   int
	mismatch  string
	applied   map[string][]int64 // operation to the scopes it was asked for
	records   []activities.RecordRunIn
	recordErr error // of RecordRun
	refuses   func(activities.RecordRunIn) error
	recorded  *activities.Recorded // what it finds in the history; nil: an earlier version looks for nothing
	cleaned   int
	cleanErr  error // of CleanStaging
}

type fetchAnswer struct {
	out activities.FetchCloudOut
	err error
}

func (w *world) ListScopes(_ context.Context, in activities.ListScopesIn) (activities.ListScopesOut, error) {
	if in.Plan {
		w.listed.Run = store.PlanRef(in.RunID)
	}
	return w.listed, w.listErr
}

func (w *world) LoadLocalHashes(_ context.Context, in activities.LoadLocalHashesIn) (out activities.LoadLocalHashesOut, err error) {
	for _, id := range in.ScopeIDs {
		if err := w.loadErr[id]; err != nil {
			return out, err
		}
		out.Scopes = append(out.Scopes, activities.LocalScope{
			ID: id, Provider: "mock", Account: cmp.Or(w.accounts[id], "demo"), Region: fmt.Sprintf("r%d", id), Local: resource.Digest{Count: w.rows(id)},
		})
	}
	return out, nil
}

func (w *world) rows(id int64) int64 {
	switch {
	case w.empty[id]:
		return 0
	case w.large || w.larger[id]:
		return 200_000
	default:
		return 10
	}
}

func (w *world) FetchCloud(ctx context.Context, in activities.ScopeIn) (activities.FetchCloudOut, error) {
	if w.fetch != nil {
		return w.fetch(ctx, in)
	}
	answer := w.answers[in.Scope.ID]
	return answer.out, answer.err
}

func (w *world) ComputeDiff(_ context.Context, in activities.ComputeDiffIn) (activities.ComputeDiffOut, error) {
	if w.comparing != nil {
		w.comparing(in.Scope.ID)
	}
	return w.compare[in.Scope.ID], nil
}

func (w *world) ApplyAdds(_ context.Context, in activities.ApplyIn) (store.Counts, error) {
	return w.apply("add", in, w.compare[in.Scope.ID].ToAdd), nil
}

func (w *world) ApplyMods(_ context.Context, in activities.ApplyIn) (store.Counts, error) {
	if w.modErr != nil {
		return store.Counts{}, w.modErr
	}
	return w.apply("modify", in, w.compare[in.Scope.ID].ToMod), nil
}

func (w *world) ConfirmAbsent(_ context.Context, in activities.ConfirmAbsentIn) (activities.ConfirmAbsentOut, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, in)
	rows, skips := w.compare[in.Scope.ID].ToDel, w.skips[in.Scope.ID]
	if standing := w.compare[in.Scope.ID].Standing; standing != nil && in.Op == diff.HeldCandidates {
		rows = standing.Rows
	} else if standing != nil && in.Op == diff.FreshCandidates {
		rows -= standing.Rows
	}
	return activities.ConfirmAbsentOut{Writer: 77, Absent: rows - skips, PagingSkips: skips}, w.confirm
}

func (w *world) KeepHold(_ context.Context, in activities.KeepHoldIn) (activities.KeepHoldOut, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = append(w.held, in)
	w.steps++
	w.heldAt = w.steps
	return activities.KeepHoldOut{Mismatch: w.mismatch}, nil
}

func (w *world) DescribePlan(_ context.Context, in activities.DescribePlanIn) (activities.DescribePlanOut, error) {
	return activities.DescribePlanOut{Changes: []activities.PlannedChange{{Op: diff.Add, Place: in.Scope.Place(), NativeID: "i-1"}}}, nil
}

func (w *world) CountApplied(_ context.Context, in activities.CountAppliedIn) (store.Counts, error) {
	return w.half[in.Op], nil
}

func (w *world) BatchDelete(_ context.Context, in activities.ApplyIn) (store.Counts, error) {
	if w.deleteErr != nil {
		return store.Counts{}, w.deleteErr
	}
	if w.deleted != nil {
		return *w.deleted, nil
	}
	return w.apply("delete", in, w.compare[in.Scope.ID].ToDel-w.skips[in.Scope.ID]), nil
}

func (w *world) apply(op string, in activities.ApplyIn, rows int64) store.Counts {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.applied[op] = append(w.applied[op], in.Scope.ID)
	if w.steps++; op == "add" {
		w.addedAt = w.steps
	}
	return store.Counts{Applied: rows}
}

func (w *world) RecordRun(_ context.Context, in activities.RecordRunIn) (activities.RecordRunOut, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.records = append(w.records, in)
	err := w.recordErr
	if w.refuses != nil {
		err = w.refuses(in)
	}
	if in.Final == nil {
		return activities.RecordRunOut{}, err
	}
	return activities.RecordRunOut{Recorded: w.recorded}, err
}

func (w *world) CleanStaging(context.Context, activities.CleanStagingIn) error {
	w.cleaned++
	return w.cleanErr
}

// bundle is a workflow test environment over a scripted world.
type bundle struct {
	*testsuite.TestWorkflowEnvironment
	*world
}

func setup(t *testing.T, scopes int) *bundle {
	t.Helper()
	b := &bundle{
		TestWorkflowEnvironment: newEnvironment(),
		world: &world{
			listed:  activities.ListScopesOut{Run: store.RunRef{ID: "run", Number: 7}, Policy: diff.DefaultPolicy(), MaxParallel: 3},
			answers: map[int64]fetchAnswer{}, compare: map[int64]activities.ComputeDiffOut{},
			loadErr: map[int64]error{}, applied: map[string][]int64{},
		},
	}
	for id := range int64(scopes) {
		b.list("demo", id+1)
		b.answers[id+1] = fetchAnswer{out: activities.FetchCloudOut{Unchanged: true, Listed: 10}}
	}
	b.RegisterWorkflow(workflows.CloudSyncWorkflow)
	b.RegisterActivity(&bundledWorld{b.world})
	return b
}

func (b *bundle) changed(scope int64, found activities.ComputeDiffOut) {
	b.answers[scope] = fetchAnswer{out: activities.FetchCloudOut{Listed: 10, Staged: []store.Segment{{Writer: 1, Chunks: 1}}}}
	found.Writer, found.DBNum = 1, 10
	b.compare[scope] = found
}

func (b *bundle) run(t *testing.T) (workflows.Report, error) {
	t.Helper()
	return b.runInput(t, workflows.Input{Kind: kind})
}

func (b *bundle) runInput(t *testing.T, in workflows.Input) (workflows.Report, error) {
	t.Helper()
	b.ExecuteWorkflow(workflows.CloudSyncWorkflow, in)
	require.True(t, b.IsWorkflowCompleted())
	var report workflows.Report
	if err := b.GetWorkflowError(); err != nil {
		return report, err
	}
	require.NoError(t, b.GetWorkflowResult(&report))
	if in.Plan != nil {
		return report, nil
	}
	require.NotNil(t, b.finalRecord(), "every run is recorded")
	require.Equal(t, report.Outcome, b.finalRecord().Outcome)
	return report, nil
}

func (b *bundle) finalRecord() *activities.RunRecord {
	for _, in := range b.records {
		if in.Final != nil {
			return in.Final
		}
	}
	return nil
}

func (b *bundle) scopeRecord(id int64) activities.ScopeRecord {
	for _, in := range b.records {
		for _, record := range in.Scopes {
			if record.ID == id {
				return record
			}
		}
		for _, scope := range in.Unchanged {
			if scope.ID == id {
				return activities.ScopeRecord{ID: id, Outcome: activities.Unchanged, Stats: activities.Stats{CloudNum: scope.Rows, DBNum: scope.Rows}}
			}
		}
	}
	return activities.ScopeRecord{}
}

func denied() error {
	return temporal.NewNonRetryableApplicationError("list mock/demo/r2: denied", "denied", nil)
}

func TestUnchanged(t *testing.T) {
	t.Parallel()
	b := setup(t, 3)
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.Unchanged, report.Outcome)
	require.Equal(t, activities.Stats{CloudNum: 30, DBNum: 30}, report.Stats)
	require.EqualValues(t, 3, report.Scopes)
	require.Empty(t, b.applied)
	require.Zero(t, b.cleaned, "nothing was staged")
	require.Len(t, b.records, 1, "scopes and run are recorded together")
}

func TestChangesAreAppliedInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	b.changed(1, activities.ComputeDiffOut{CloudNum: 11, ToAdd: 3, ToMod: 2, ToDel: 2})
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.OK, report.Outcome)
	require.Equal(t, activities.Stats{
		CloudNum: 21, DBNum: 20, ToAdd: 3, ToMod: 2, ToDel: 2, SuAdd: 3, SuMod: 2, SuDel: 2,
	}, report.Stats)
	require.Equal(t, map[string][]int64{"add": {1}, "modify": {1}, "delete": {1}}, b.applied)
	require.Equal(t, 1, b.cleaned)
}

// Each is done whatever becomes of the other, and the run says what failed.
func TestRunIsRecordedAndCleanedUp(t *testing.T) {
	t.Parallel()
	failure := temporal.NewNonRetryableApplicationError("no space left", "Broken", nil)
	for name, fail := range map[string]func(*bundle){
		"neither fails":      func(*bundle) {},
		"the record fails":   func(b *bundle) { b.recordErr = failure },
		"the clean-up fails": func(b *bundle) { b.cleanErr = failure },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 1)
			b.changed(1, activities.ComputeDiffOut{CloudNum: 11, ToAdd: 1})
			fail(b)
			_, err := b.run(t)
			if name == "neither fails" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, "no space left")
			}
			require.NotNil(t, b.finalRecord())
			require.Equal(t, 1, b.cleaned)
		})
	}
}

func TestOperationsWithoutRowsAreSkipped(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.changed(1, activities.ComputeDiffOut{CloudNum: 11, ToAdd: 1})
	_, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, map[string][]int64{"add": {1}}, b.applied)
}

// A listing that differs only in what it repeated changes nothing.
func TestStagedButEqual(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.changed(1, activities.ComputeDiffOut{CloudNum: 10})
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.Unchanged, report.Outcome)
	require.Equal(t, 1, b.cleaned)
}

// cartography turned a region that answered 403 into an empty list, and deleted
// everything: here the scope fails, nothing of it is touched, the others go on.
func TestDeniedScopeIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := setup(t, 3)
	b.answers[2] = fetchAnswer{err: denied()}
	b.changed(3, activities.ComputeDiffOut{CloudNum: 11, ToAdd: 1})
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.Partial, report.Outcome)
	require.EqualValues(t, 1, report.ScopesFailed)
	require.Equal(t, map[string][]int64{"add": {3}}, b.applied)
	require.Equal(t, []workflows.ScopeReport{
		{Place: "mock/demo/r2", Outcome: activities.Failed, Reason: "list mock/demo/r2: denied"},
	}, report.Attention)
	require.Equal(t, activities.Failed, b.scopeRecord(2).Outcome)
	require.Contains(t, b.finalRecord().Error, "denied")
}

func TestHeldDeletions(t *testing.T) {
	t.Parallel()
	for name, found := range map[string]activities.ComputeDiffOut{
		"too many":                    {CloudNum: 6, ToAdd: 1, ToDel: 4},
		"all":                         {CloudNum: 1, ToAdd: 1, ToDel: 10},
		"a listed row without its id": {CloudNum: 10, ToAdd: 1, ToDel: 1, Unusable: 1, Unidentified: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 2)
			found.Deletions.Add(resource.Entry{})
			b.changed(1, found)
			report, err := b.run(t)
			require.NoError(t, err)
			require.Equal(t, activities.Held, report.Outcome)
			require.Equal(t, found.ToDel, report.Held)
			require.Zero(t, report.SuDel)
			require.Equal(t, map[string][]int64{"add": {1}}, b.applied, "additions go on")
			require.Equal(t, found.Deletions.String(), b.scopeRecord(1).HoldDigest)
			require.Len(t, report.Attention, 1)
			require.NotEmpty(t, report.Attention[0].Reason)
		})
	}
}

func TestRefusedRowsMakeTheRunPartial(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.changed(1, activities.ComputeDiffOut{CloudNum: 10, Unusable: 2})
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.Partial, report.Outcome)
	require.EqualValues(t, 2, report.FailedRows)
}

func TestAllScopesFailed(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.answers[1] = fetchAnswer{err: denied()}
	_, err := b.run(t)
	requireFailed(t, err, "denied")
	require.Equal(t, activities.Failed, b.finalRecord().Outcome, "a failed run is recorded, too")
}

func requireFailed(t *testing.T, err error, reason string) {
	t.Helper()
	var failed *temporal.ApplicationError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, workflows.FailedType, failed.Type())
	var report workflows.Report
	require.NoError(t, failed.Details(&report))
	require.Equal(t, activities.Failed, report.Outcome)
	require.Contains(t, failed.Message(), reason)
}

func TestAccountWhoseRegionsAreUnknown(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.listed.Unlisted = []activities.UnlistedScope{{Place: "aws/prod", Error: "invalid_credential"}}
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.Partial, report.Outcome)
	require.EqualValues(t, 2, report.Scopes)
	require.Equal(t, "aws/prod/*", report.Attention[0].Place)
}

func TestKindThatNoAccountHas(t *testing.T) {
	t.Parallel()
	b := setup(t, 0)
	_, err := b.run(t)
	requireFailed(t, err, "no configured account has this kind")
}

func TestScopesCannotBeFound(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.listErr = denied()
	_, err := b.run(t)
	require.Error(t, err)
	require.Equal(t, activities.Failed, b.finalRecord().Outcome)
}

func TestInputWithoutKind(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.ExecuteWorkflow(workflows.CloudSyncWorkflow, workflows.Input{})
	require.ErrorContains(t, b.GetWorkflowError(), "the input names no kind")
}

// A scope whose activity fails in the middle keeps what it applied in its
// record, and is not complete.
func TestFailureInTheMiddleOfAScope(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	b.changed(1, activities.ComputeDiffOut{CloudNum: 10, DBNum: 10, ToAdd: 1, ToMod: 1, ToDel: 1})
	b.half = map[diff.Op]store.Counts{diff.Modify: {Applied: 3}}
	b.modErr = temporal.NewNonRetryableApplicationError("claimed by run x", "Superseded", nil)
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.Partial, report.Outcome)
	require.EqualValues(t, 1, report.SuAdd)
	require.EqualValues(t, 3, report.SuMod, "what was modified before it failed")
	require.Equal(t, activities.Failed, b.scopeRecord(1).Outcome)
	require.EqualValues(t, 3, b.scopeRecord(1).Stats.SuMod)
	require.Empty(t, b.applied["delete"], "deletions come last, if all else is done")
}

func TestCancelledRunIsRecordedAndCleaned(t *testing.T) {
	t.Parallel()
	b := setup(t, 3)
	b.fetch = func(ctx context.Context, _ activities.ScopeIn) (activities.FetchCloudOut, error) {
		<-ctx.Done()
		return activities.FetchCloudOut{}, ctx.Err()
	}
	b.RegisterDelayedCallback(b.CancelWorkflow, time.Second)
	_, err := b.run(t)
	var cancelled *temporal.CanceledError
	require.ErrorAs(t, err, &cancelled)
	require.Equal(t, activities.Failed, b.finalRecord().Outcome)
	for id := range int64(3) {
		require.Equal(t, "the run was cancelled", b.scopeRecord(id+1).Reason)
	}
	require.Equal(t, 1, b.cleaned)
}

func TestTransientFailuresAreRetried(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	attempts := 0
	b.fetch = func(context.Context, activities.ScopeIn) (activities.FetchCloudOut, error) {
		if attempts++; attempts < 4 {
			return activities.FetchCloudOut{}, temporal.NewApplicationError("try again", "unavailable")
		}
		return activities.FetchCloudOut{Unchanged: true, Listed: 10}, nil
	}
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.Unchanged, report.Outcome)
	require.Equal(t, 4, attempts)
}

func TestScopesRunBoundedInParallel(t *testing.T) {
	t.Parallel()
	b := setup(t, 10)
	b.large = true
	// A listing ends once as many as allowed are under way at once, so more would
	// be seen, and fewer would hang.
	var mu sync.Mutex
	running, most := 0, 0
	full := make(chan struct{})
	b.fetch = func(ctx context.Context, in activities.ScopeIn) (activities.FetchCloudOut, error) {
		mu.Lock()
		running++
		most = max(most, running)
		if running == b.listed.MaxParallel && in.Scope.ID <= int64(b.listed.MaxParallel) {
			close(full)
		}
		mu.Unlock()
		select {
		case <-full:
		case <-ctx.Done():
			return activities.FetchCloudOut{}, ctx.Err()
		}
		mu.Lock()
		running--
		mu.Unlock()
		return activities.FetchCloudOut{Unchanged: true, Listed: 10}, nil
	}
	_, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, b.listed.MaxParallel, most)
}

func TestManyScopesAreDividedAmongChildren(t *testing.T) {
	t.Parallel()
	b := setup(t, 1200)
	b.changed(17, activities.ComputeDiffOut{CloudNum: 11, ToAdd: 1})
	b.changed(333, activities.ComputeDiffOut{CloudNum: 0, ToDel: 10})
	b.answers[1199] = fetchAnswer{err: denied()}
	var children []string
	b.SetOnChildWorkflowStartedListener(func(info *workflow.Info, _ workflow.Context, _ converter.EncodedValues) {
		children = append(children, info.WorkflowExecution.ID)
	})
	report, err := b.run(t)
	require.NoError(t, err)
	require.Len(t, children, 6)
	require.EqualValues(t, 1200, report.Scopes)
	require.EqualValues(t, 1, report.ScopesFailed)
	require.EqualValues(t, 1, report.ScopesHeld)
	require.Equal(t, activities.Held, report.Outcome)
	require.EqualValues(t, 10*1197+11, report.CloudNum)
	require.Len(t, report.Attention, 2)
	require.Equal(t, 1, b.cleaned, "the parent cleans for all")
	recorded := 0
	for _, in := range b.records {
		require.LessOrEqual(t, len(in.Scopes), 100)
		recorded += len(in.Scopes) + len(in.Unchanged)
	}
	require.Equal(t, 1200, recorded)
}

// Scopes that cannot even be claimed have their records, too.
func TestScopesThatCannotBeClaimed(t *testing.T) {
	t.Parallel()
	b := setup(t, 150)
	b.loadErr[120] = temporal.NewNonRetryableApplicationError("superseded by a newer run", "Superseded", nil)
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.Partial, report.Outcome)
	require.EqualValues(t, 150, report.Scopes)
	require.EqualValues(t, 50, report.ScopesFailed)
	recorded := 0
	for _, in := range b.records {
		recorded += len(in.Scopes) + len(in.Unchanged)
	}
	require.Equal(t, 150, recorded)
	require.Equal(t, "superseded by a newer run", b.scopeRecord(120).Reason)
}

// Between one part and the next, a run of 101–200 scopes records what it has.
func TestTwoPayloadsOfScopes(t *testing.T) {
	t.Parallel()
	b := setup(t, 150)
	for id := range int64(150) {
		b.changed(id+1, activities.ComputeDiffOut{CloudNum: 11, ToAdd: 1})
	}
	report, err := b.run(t)
	require.NoError(t, err)
	require.EqualValues(t, 150, report.Scopes)
	require.Len(t, b.records, 2)
	require.Len(t, b.records[0].Scopes, 100)
	require.Len(t, b.records[1].Scopes, 50)
}

func TestScopesOfAChildThatCannotBeClaimed(t *testing.T) {
	t.Parallel()
	b := setup(t, 1200) // six children of 200
	b.loadErr[205] = temporal.NewNonRetryableApplicationError("superseded by a newer run", "Superseded", nil)
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.Partial, report.Outcome)
	require.EqualValues(t, 100, report.ScopesFailed)
	require.EqualValues(t, 1200, report.Scopes)
}

func TestProgressCanBeAsked(t *testing.T) {
	t.Parallel()
	b := setup(t, 4)
	var progress workflows.Progress
	_, err := b.run(t)
	require.NoError(t, err)
	answer, err := b.QueryWorkflow(workflows.ProgressQuery)
	require.NoError(t, err)
	require.NoError(t, answer.Get(&progress))
	require.Equal(t, workflows.Progress{Scopes: 4, Done: 4, Stats: activities.Stats{CloudNum: 40, DBNum: 40}}, progress)
}

// What operators read in Temporal's UI has the names they know.
func TestReportNames(t *testing.T) {
	t.Parallel()
	encoded, err := converter.GetDefaultDataConverter().ToPayload(workflows.Report{})
	require.NoError(t, err)
	for _, name := range []string{
		"public.cloud.num", "db.num", "toAddNum", "toModNum", "toDelNum", "suAddNum", "suModNum", "suDelNum", "timeTook",
	} {
		require.Contains(t, string(encoded.Data), `"`+name+`"`)
	}
}

// list makes scopes those of an account, besides what it has.
func (b *bundle) list(account string, ids ...int64) {
	last := len(b.listed.Scopes) - 1
	if last < 0 || b.listed.Scopes[last].Name != account {
		b.listed.Scopes = append(b.listed.Scopes, activities.AccountScopes{Account: resource.Account{Provider: "mock", Name: account}})
		last++
	}
	b.listed.Scopes[last].IDs = append(b.listed.Scopes[last].IDs, ids...)
}
