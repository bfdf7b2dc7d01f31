package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"cloudsync/activities"
	"cloudsync/store"
	"cloudsync/workflows"
)

// pruneWorld is what a pruning's activities do, scripted.
type pruneWorld struct {
	*testsuite.TestWorkflowEnvironment
	claimErr error
	refused  map[int64]string
	pruneErr map[int64]error
	left     map[int64]activities.PruneScopeOut
	wait     bool // a scope takes for ever
	claimed  activities.ClaimOrphansIn
	pruned   []int64
	seen     []int64
	recorded []activities.RecordRunIn
}

func setupPrune(t *testing.T) *pruneWorld {
	t.Helper()
	w := &pruneWorld{
		TestWorkflowEnvironment: newEnvironment(), refused: map[int64]string{}, pruneErr: map[int64]error{},
		left: map[int64]activities.PruneScopeOut{},
	}
	w.RegisterWorkflow(workflows.PruneWorkflow)
	w.RegisterWorkflow(workflows.PrunePlanWorkflow)
	for _, activity := range []any{w.PlanPrune, w.ClaimOrphans, w.PruneScope, w.RecordPrune} {
		w.RegisterActivity(activity)
	}
	return w
}

func (w *pruneWorld) PlanPrune(_ context.Context, in activities.PlanPruneIn) (activities.PlanPruneOut, error) {
	return activities.PlanPruneOut{Orphans: []activities.OrphanScope{{Kind: in.Kind, Place: in.Only[0], Rows: 7}}}, nil
}

func (w *pruneWorld) ClaimOrphans(_ context.Context, in activities.ClaimOrphansIn) (activities.ClaimOrphansOut, error) {
	w.claimed = in
	out := activities.ClaimOrphansOut{Run: store.RunRef{ID: in.RunID, Number: 7}}
	for _, scope := range in.Scopes {
		out.Scopes = append(out.Scopes, activities.ClaimedOrphan{ID: scope.ID, Place: "mock/old/r", Rows: 10, Refused: w.refused[scope.ID], Seen: 100 + scope.ID})
	}
	return out, w.claimErr
}

func (w *pruneWorld) PruneScope(ctx context.Context, in activities.PruneScopeIn) (activities.PruneScopeOut, error) {
	if w.wait {
		<-ctx.Done()
		return activities.PruneScopeOut{}, ctx.Err()
	}
	w.pruned, w.seen = append(w.pruned, in.ScopeID), append(w.seen, in.Seen)
	return w.left[in.ScopeID], w.pruneErr[in.ScopeID]
}

func (w *pruneWorld) RecordPrune(_ context.Context, in activities.RecordRunIn) (out activities.RecordPruneOut, err error) {
	w.recorded = append(w.recorded, in)
	for _, record := range in.Scopes {
		out.Deleted = append(out.Deleted, record.Stats.ToDel)
	}
	return out, nil
}

func (w *pruneWorld) run(t *testing.T, scopeIDs ...int64) (report workflows.PruneReport, err error) {
	t.Helper()
	in := workflows.PruneInput{Kind: kind, By: "ann"}
	for _, id := range scopeIDs {
		in.Scopes = append(in.Scopes, activities.PruneScope{ID: id, Digest: "10:ab"})
	}
	w.ExecuteWorkflow(workflows.PruneWorkflow, in)
	require.True(t, w.IsWorkflowCompleted())
	err = w.GetWorkflowError()
	var failed *temporal.ApplicationError
	if errors.As(err, &failed) && failed.Type() == workflows.FailedType {
		require.NoError(t, failed.Details(&report))
		return report, err
	}
	if err != nil {
		return report, err
	}
	return report, w.GetWorkflowResult(&report)
}

func (w *pruneWorld) record(t *testing.T) *activities.RunRecord {
	t.Helper()
	require.Len(t, w.recorded, 1, "every pruning is recorded")
	return w.recorded[0].Final
}

func TestPrune(t *testing.T) {
	t.Parallel()
	w := setupPrune(t)
	report, err := w.run(t, 3, 4)
	require.NoError(t, err)
	require.Equal(t, activities.Pruned, report.Outcome)
	require.EqualValues(t, 20, report.Deleted)
	require.Equal(t, []int64{3, 4}, w.pruned)
	require.Equal(t, []int64{103, 104}, w.seen)
	require.Equal(t, []activities.PruneScope{{ID: 3, Digest: "10:ab"}, {ID: 4, Digest: "10:ab"}}, w.claimed.Scopes)
	record := w.record(t)
	require.Equal(t, activities.Pruned, record.Outcome)
	require.Equal(t, "ann", record.ApprovedBy)
	require.EqualValues(t, 2, record.Scopes)
	require.EqualValues(t, 7, w.recorded[0].Run.Number)
	require.Equal(t, activities.Stats{DBNum: 10, ToDel: 10}, w.recorded[0].Scopes[0].Stats)
}

func TestPruneIsPartial(t *testing.T) {
	t.Parallel()
	w := setupPrune(t)
	w.refused[3] = "the configuration has it"
	w.pruneErr[4] = temporal.NewNonRetryableApplicationError("superseded", "Superseded", nil)
	report, err := w.run(t, 3, 4, 5)
	require.NoError(t, err)
	require.Equal(t, activities.Partial, report.Outcome)
	require.Equal(t, []int64{4, 5}, w.pruned, "the refused one is left alone")
	require.Equal(t, []activities.Outcome{activities.Failed, activities.Failed, activities.Pruned},
		[]activities.Outcome{report.Scopes[0].Outcome, report.Scopes[1].Outcome, report.Scopes[2].Outcome})
	require.Equal(t, "the configuration has it", report.Scopes[0].Reason)
	require.EqualValues(t, 2, w.record(t).ScopesFailed)
	require.Contains(t, w.record(t).Error, "the configuration has it")
}

// A scope of which rows are left is not pruned, and has not failed.
func TestPruneThatLeavesRows(t *testing.T) {
	t.Parallel()
	w := setupPrune(t)
	w.left[3] = activities.PruneScopeOut{Restored: 2}
	report, err := w.run(t, 3)
	require.NoError(t, err)
	require.Equal(t, activities.Partial, report.Outcome)
	require.Equal(t, activities.Partial, report.Scopes[0].Outcome)
	require.Equal(t, "rows stay: 2 restored meanwhile", report.Scopes[0].Reason)
	require.Zero(t, w.record(t).ScopesFailed)
	require.Equal(t, "mock/old/r partial: rows stay: 2 restored meanwhile", w.record(t).Error)
}

func TestPruneFails(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]func(*pruneWorld){
		"every scope is refused": func(w *pruneWorld) { w.refused[3] = "the configuration has it" },
		"the claim fails": func(w *pruneWorld) {
			w.claimErr = temporal.NewNonRetryableApplicationError("the configuration has it", "BadInput", nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setupPrune(t)
			script(w)
			report, err := w.run(t, 3)
			require.ErrorContains(t, err, "nothing was pruned: ")
			require.ErrorContains(t, err, "the configuration has it")
			require.Equal(t, activities.Failed, report.Outcome)
			require.Equal(t, activities.Failed, w.record(t).Outcome)
			require.Empty(t, w.pruned)
		})
	}
}

func TestCancelledPruneIsRecorded(t *testing.T) {
	t.Parallel()
	w := setupPrune(t)
	w.wait = true
	w.RegisterDelayedCallback(w.CancelWorkflow, time.Second)
	_, err := w.run(t, 3, 4)
	require.ErrorContains(t, err, "canceled")
	require.Equal(t, activities.Failed, w.record(t).Outcome)
	require.Contains(t, w.record(t).Error, "the run was cancelled")
}

func TestPruneRefusesOddInputs(t *testing.T) {
	t.Parallel()
	_, err := setupPrune(t).run(t)
	require.ErrorContains(t, err, "name a kind, and 1 to 50 of its scopes")
}

func TestPrunePlan(t *testing.T) {
	t.Parallel()
	w := setupPrune(t)
	w.ExecuteWorkflow(workflows.PrunePlanWorkflow, workflows.PrunePlanInput{Kind: kind, Only: []string{"mock/old/*"}})
	require.NoError(t, w.GetWorkflowError())
	var plan activities.PlanPruneOut
	require.NoError(t, w.GetWorkflowResult(&plan))
	require.Equal(t, []activities.OrphanScope{{Kind: kind, Place: "mock/old/*", Rows: 7}}, plan.Orphans)
}
