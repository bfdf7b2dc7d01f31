package workflows

import (
	"cmp"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/visibility"
)

// VerifyInput is the input of VerifyWorkflow.
type VerifyInput struct {
	Kind string `json:"kind"`
	// Only names the scopes, as provider/account/region with * for any; all where
	// it is empty.
	Only []string `json:"only,omitempty"`
	// Repair lets the next sync rewrite the rows that are found.
	Repair bool `json:"repair,omitempty"`
}

// VerifyReport is the result of a verification.
type VerifyReport struct {
	Kind   string `json:"kind"`
	RunID  string `json:"runId"`
	Repair bool   `json:"repair"`
	Scopes int64  `json:"scopes"` // that have rows
	activities.Verified
	TimeTook float64 `json:"timeTook"` // seconds
}

// VerifyProgress is how far a verification is.
type VerifyProgress struct {
	Scopes  int64 `json:"scopes"`
	Done    int64 `json:"done"`
	Rows    int64 `json:"rows"`    // of the scopes that are done
	Drifted int64 `json:"drifted"` // of those
}

// The outcomes that VerifyWorkflow shows in Temporal.
const (
	VerifiedClean = "clean"
	VerifiedDrift = "drift"
)

// VerifyWorkflow computes the uid and the hash of a kind's rows from their
// columns, and finds those that do not fit: somebody edited them by hand, and a
// sync, which compares hashes, does not see it. It claims no scope and disturbs
// no run.
func VerifyWorkflow(ctx workflow.Context, in VerifyInput) (VerifyReport, error) {
	v, err := newVerify(ctx, in)
	if err != nil {
		return VerifyReport{}, err
	}
	return v.run(ctx)
}

// verify is one execution of VerifyWorkflow.
type verify struct {
	in     VerifyInput
	total  int64 // scopes
	report VerifyReport
}

func newVerify(ctx workflow.Context, in VerifyInput) (*verify, error) {
	if in.Kind == "" {
		return nil, temporal.NewNonRetryableApplicationError(`the input names no kind: pass {"kind": "resource_host"}`, string(activities.BadInputType), nil)
	}
	v := &verify{in: in, report: VerifyReport{Kind: in.Kind, RunID: runID(ctx), Repair: in.Repair}}
	err := workflow.SetQueryHandler(ctx, ProgressQuery, func() (VerifyProgress, error) {
		return VerifyProgress{Scopes: v.total, Done: v.report.Scopes, Rows: v.report.Rows, Drifted: v.report.Drifted}, nil
	})
	return v, err
}

// runID is the run's id, which stays when an operator resets the workflow: what
// was recorded under it is found again.
func runID(ctx workflow.Context) string {
	info := workflow.GetInfo(ctx)
	return cmp.Or(info.OriginalRunID, info.WorkflowExecution.RunID)
}

func (v *verify) run(ctx workflow.Context) (VerifyReport, error) {
	scopeIDs, err := v.findScopes(ctx)
	if err != nil {
		return v.report, err
	}
	v.total = int64(len(scopeIDs))
	for len(scopeIDs) > 0 {
		part := scopeIDs[:min(payloadScopes, len(scopeIDs))]
		scopeIDs = scopeIDs[len(part):]
		if err := v.verifyPart(ctx, part); err != nil {
			return v.report, err
		}
	}
	v.report.TimeTook = since(ctx).Seconds()
	v.showDetails(ctx)
	return v.report, v.tellTemporal(ctx)
}

func (v *verify) findScopes(ctx workflow.Context) ([]int64, error) {
	ctx = bookkeeping(ctx, "find the scopes of "+v.in.Kind)
	var out activities.FindVerifyScopesOut
	in := activities.FindVerifyScopesIn{Kind: v.in.Kind, Only: v.in.Only}
	err := workflow.ExecuteActivity(ctx, a.FindVerifyScopes, in).Get(ctx, &out)
	return out.ScopeIDs, err
}

func (v *verify) verifyPart(ctx workflow.Context, scopeIDs []int64) error {
	working := work(ctx, fmt.Sprintf("verify the rows of %d scopes", len(scopeIDs)))
	var found activities.Verified
	in := activities.VerifyScopesIn{Kind: v.in.Kind, RunID: v.report.RunID, ScopeIDs: scopeIDs, Repair: v.in.Repair}
	if err := workflow.ExecuteActivity(working, a.VerifyScopes, in).Get(working, &found); err != nil {
		return err
	}
	v.report.Verified.Add(found)
	v.report.Scopes += int64(len(scopeIDs))
	v.showDetails(ctx)
	return nil
}

func (v *verify) showDetails(ctx workflow.Context) {
	r := v.report
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d of %d scopes · %d rows · **%d drifted**, %d marked for the next run · %d of an earlier version",
		r.Scopes, v.total, r.Rows, r.Drifted, r.Marked, r.Outdated))
}

// tellTemporal puts the outcome where Temporal's UI and queries find it.
func (v *verify) tellTemporal(ctx workflow.Context) error {
	r := v.report
	outcome := VerifiedClean
	if r.Drifted > 0 {
		outcome = VerifiedDrift
	}
	memo := map[string]any{
		"outcome": outcome, "scopes": r.Scopes, "rows": r.Rows, "drifted": r.Drifted, "marked": r.Marked,
		"outdated": r.Outdated, "timeTook": r.TimeTook,
	}
	if err := workflow.UpsertMemo(ctx, memo); err != nil {
		return fmt.Errorf("set the memo: %w", err)
	}
	err := workflow.UpsertTypedSearchAttributes(ctx, visibility.Kind.ValueSet(v.in.Kind), visibility.Outcome.ValueSet(outcome))
	if err != nil {
		return fmt.Errorf("set the search attributes: %w", err)
	}
	return nil
}

// since is how long the execution has taken so far.
func since(ctx workflow.Context) time.Duration {
	return workflow.Now(ctx).Sub(workflow.GetInfo(ctx).WorkflowStartTime)
}
