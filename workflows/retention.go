package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/retention"
)

// RetentionReport is the result of RetentionWorkflow.
type RetentionReport struct {
	Changes  int64   `json:"changes"`  // rows removed from the history
	Runs     int64   `json:"runs"`     // runs whose records were removed
	Staging  int64   `json:"staging"`  // runs whose leftovers in flight were removed
	TimeTook float64 `json:"timeTook"` // seconds
}

// RetentionWorkflow removes what is older than the limits: changes, the records
// of runs, and what crashed runs left in flight. What it keeps for good, a limit
// says, too.
func RetentionWorkflow(ctx workflow.Context, limits retention.Limits) (RetentionReport, error) {
	e := expiry{limits: limits, now: workflow.Now(ctx)}
	for _, step := range []func(workflow.Context) error{e.staging, e.runs, e.changes} {
		if err := step(ctx); err != nil {
			return e.report, err
		}
	}
	e.report.TimeTook = since(ctx).Seconds()
	return e.report, e.tellTemporal(ctx)
}

// expiry is one execution of RetentionWorkflow.
type expiry struct {
	limits retention.Limits
	now    time.Time
	report RetentionReport
}

func (e *expiry) staging(ctx workflow.Context) error {
	before := e.limits.Staging.Before(e.now)
	if before.IsZero() {
		return nil
	}
	ctx = work(ctx, "remove what runs left in flight before "+moment(before))
	return expire(ctx, a.ExpireStaging, activities.ExpireIn{Before: before}, &e.report.Staging)
}

// runs keeps a run that changed something as long as its changes, which refer to
// it.
func (e *expiry) runs(ctx workflow.Context) error {
	changed, unchanged := e.limits.Changes.Before(e.now), e.limits.Runs.Before(e.now)
	if unchanged.IsZero() {
		return nil
	}
	if unchanged.Before(changed) {
		changed = unchanged
	}
	ctx = work(ctx, "remove the records of runs from before "+moment(unchanged))
	in := activities.ExpireRunsIn{Now: e.now, Changed: changed, Unchanged: unchanged}
	return expire(ctx, a.ExpireRuns, in, &e.report.Runs)
}

func (e *expiry) changes(ctx workflow.Context) error {
	before := e.limits.Changes.Before(e.now)
	if before.IsZero() {
		return nil
	}
	ctx = work(ctx, "remove changes from before "+moment(before))
	return expire(ctx, a.ExpireChanges, activities.ExpireIn{Before: before}, &e.report.Changes)
}

func expire(ctx workflow.Context, activity, in any, removed *int64) error {
	var out activities.ExpireOut
	err := workflow.ExecuteActivity(ctx, activity, in).Get(ctx, &out)
	*removed = out.Removed
	return err
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// tellTemporal puts the figures where Temporal's UI shows them.
func (e *expiry) tellTemporal(ctx workflow.Context) error {
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("removed %d changes, %d runs, and what %d runs left in flight",
		e.report.Changes, e.report.Runs, e.report.Staging))
	err := workflow.UpsertMemo(ctx, map[string]any{
		"changes": e.report.Changes, "runs": e.report.Runs, "staging": e.report.Staging, "timeTook": e.report.TimeTook,
	})
	if err != nil {
		return fmt.Errorf("set the memo: %w", err)
	}
	return nil
}
