package workflows

import (
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/visibility"
)

// PrunePlanInput is the input of PrunePlanWorkflow.
type PrunePlanInput struct {
	// Kind is the one kind to look at; all, where it is empty.
	Kind string `json:"kind,omitempty"`
	// Only names the scopes, as provider/account/region with * for any; all where
	// it is empty.
	Only []string `json:"only,omitempty"`
}

// PrunePlanWorkflow finds what a PruneWorkflow could delete. Only a worker knows:
// it is the workers' configuration that counts, and the providers' regions.
func PrunePlanWorkflow(ctx workflow.Context, in PrunePlanInput) (out activities.PlanPruneOut, err error) {
	ctx = work(ctx, "find rows of scopes that are no longer configured")
	err = workflow.ExecuteActivity(ctx, a.PlanPrune, activities.PlanPruneIn(in)).Get(ctx, &out)
	return out, err
}

// PruneInput is the input of PruneWorkflow.
type PruneInput struct {
	Kind string `json:"kind"`
	// Scopes are those to prune, as a plan showed them: at most activities.MaxOrphans.
	Scopes []activities.PruneScope `json:"scopes"`
	By     string                  `json:"by"` // who asked for it
}

// PruneReport is the result of a pruning.
type PruneReport struct {
	Kind     string             `json:"kind"`
	RunID    string             `json:"runId"`
	Outcome  activities.Outcome `json:"outcome"` // pruned, partial or failed
	Deleted  int64              `json:"deleted"` // rows
	Scopes   []PrunedScope      `json:"scopes"`
	TimeTook float64            `json:"timeTook"` // seconds
	// Error is why nothing at all could be pruned.
	Error string `json:"error,omitempty"`
}

// PrunedScope is what became of a scope.
type PrunedScope struct {
	Place   string             `json:"place"`
	Outcome activities.Outcome `json:"outcome"` // pruned, partial: rows are left, or failed
	Rows    int64              `json:"rows"`    // before
	Deleted int64              `json:"deleted"`
	Reason  string             `json:"reason,omitempty"`
}

// PruneProgress is how far a pruning is.
type PruneProgress struct {
	Scopes int64 `json:"scopes"`
	Done   int64 `json:"done"`
}

// PruneWorkflow deletes the rows of scopes that the configuration no longer has,
// with their images in the history. It is recorded like a run. Its result is a
// PruneReport; one of outcome failed ends as an error of type FailedType, with the
// report as its details.
func PruneWorkflow(ctx workflow.Context, in PruneInput) (PruneReport, error) {
	p, err := newPrune(ctx, in)
	if err != nil {
		return PruneReport{}, err
	}
	return p.run(ctx)
}

// prune is one execution of PruneWorkflow.
type prune struct {
	in      PruneInput
	ref     activities.RunRef
	records []activities.ScopeRecord // of the scopes that are done
	report  PruneReport
}

func newPrune(ctx workflow.Context, in PruneInput) (*prune, error) {
	if in.Kind == "" || len(in.Scopes) == 0 || len(in.Scopes) > activities.MaxOrphans {
		return nil, temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("the input names kind %q and %d scopes: name a kind, and 1 to %d of its scopes",
				in.Kind, len(in.Scopes), activities.MaxOrphans), string(activities.BadInputType), nil)
	}
	p := &prune{in: in, ref: activities.RunRef{ID: runID(ctx)}}
	p.report.Kind, p.report.RunID = in.Kind, p.ref.ID
	err := workflow.SetQueryHandler(ctx, ProgressQuery, func() (PruneProgress, error) {
		return PruneProgress{Scopes: int64(len(in.Scopes)), Done: int64(len(p.records))}, nil
	})
	return p, err
}

// run is the whole pruning: the scopes, then the record, whatever happened.
func (p *prune) run(ctx workflow.Context) (PruneReport, error) {
	if err := p.pruneAll(ctx); err != nil {
		p.report.Error = explain(err)
	}
	p.settle(ctx)
	if err := p.conclude(ctx); err != nil {
		return p.report, err
	}
	if ctx.Err() != nil {
		return p.report, ctx.Err()
	}
	if p.report.Outcome == activities.Failed {
		return p.report, temporal.NewApplicationErrorWithOptions("nothing was pruned: "+p.reason(), FailedType,
			temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{p.report}})
	}
	return p.report, nil
}

func (p *prune) pruneAll(ctx workflow.Context) error {
	claimed, err := p.claim(ctx)
	if err != nil {
		return err
	}
	p.ref = claimed.Run
	for _, scope := range claimed.Scopes {
		p.records = append(p.records, p.pruneScope(ctx, scope))
		p.showDetails(ctx)
	}
	return nil
}

func (p *prune) claim(ctx workflow.Context) (out activities.ClaimOrphansOut, err error) {
	info := workflow.GetInfo(ctx)
	ctx = work(ctx, fmt.Sprintf("claim %d scopes that are no longer configured", len(p.in.Scopes)))
	in := activities.ClaimOrphansIn{
		Kind: p.in.Kind, RunID: p.ref.ID, WorkflowID: info.WorkflowExecution.ID, StartedAt: info.WorkflowStartTime, Scopes: p.in.Scopes,
	}
	err = workflow.ExecuteActivity(ctx, a.ClaimOrphans, in).Get(ctx, &out)
	return out, err
}

func (p *prune) pruneScope(ctx workflow.Context, scope activities.ClaimedOrphan) activities.ScopeRecord {
	record := activities.ScopeRecord{ID: scope.ID, Place: scope.Place, Outcome: activities.Failed, Reason: scope.Refused}
	record.Stats.DBNum, record.Stats.ToDel = scope.Rows, scope.Rows
	if scope.Refused != "" {
		record.Stats.ToDel = 0
		return record
	}
	ctx = work(ctx, fmt.Sprintf("delete %d in %s", scope.Rows, scope.Place))
	in := activities.PruneScopeIn{Kind: p.in.Kind, Run: p.ref, ScopeID: scope.ID, Seen: scope.Seen}
	var out activities.PruneScopeOut
	if err := workflow.ExecuteActivity(ctx, a.PruneScope, in).Get(ctx, &out); err != nil {
		record.Reason = explain(err)
		return record
	}
	record.Outcome = activities.Pruned
	if record.Reason = out.Left(); record.Reason != "" {
		record.Outcome = activities.Partial
	}
	return record
}

// settle derives the outcome from those of the scopes.
func (p *prune) settle(ctx workflow.Context) {
	p.report.TimeTook = since(ctx).Seconds()
	switch failed := p.failed(); {
	case failed == int64(len(p.records)): // also when there are none
		p.report.Outcome = activities.Failed
	case p.short() > 0:
		p.report.Outcome = activities.Partial
	default:
		p.report.Outcome = activities.Pruned
	}
}

func (p *prune) failed() (n int64) {
	for _, record := range p.records {
		if record.Outcome == activities.Failed {
			n++
		}
	}
	return n
}

// short is how many scopes failed, or have rows left.
func (p *prune) short() (n int64) {
	for _, record := range p.records {
		if record.Outcome != activities.Pruned {
			n++
		}
	}
	return n
}

// conclude records the run, on a cancelled one too.
func (p *prune) conclude(ctx workflow.Context) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	if err := p.recordRun(ctx); err != nil {
		return err
	}
	p.showDetails(ctx)
	return p.tellTemporal(ctx)
}

func (p *prune) recordRun(ctx workflow.Context) error {
	info := workflow.GetInfo(ctx)
	in := activities.RecordRunIn{Kind: p.in.Kind, Run: p.ref, Scopes: p.records, Final: &activities.RunRecord{
		WorkflowID: info.WorkflowExecution.ID, StartedAt: info.WorkflowStartTime, FinishedAt: workflow.Now(ctx), Took: since(ctx),
		Outcome: p.report.Outcome, Scopes: int64(len(p.records)), ScopesFailed: p.failed(),
		ApprovedBy: p.in.By, Error: p.reason(),
	}}
	ctx = bookkeeping(ctx, "record the run: "+string(p.report.Outcome))
	var out activities.RecordPruneOut
	if err := workflow.ExecuteActivity(ctx, a.RecordPrune, in).Get(ctx, &out); err != nil {
		return err
	}
	p.report.Scopes = []PrunedScope{}
	for i, record := range p.records {
		p.report.Deleted += out.Deleted[i]
		p.report.Scopes = append(p.report.Scopes, PrunedScope{
			Place: record.Place, Outcome: record.Outcome, Rows: record.Stats.DBNum, Deleted: out.Deleted[i], Reason: record.Reason,
		})
	}
	return nil
}

// reason says in one text what the run is short of.
func (p *prune) reason() string {
	report := Report{Error: p.report.Error}
	for _, record := range p.records {
		if record.Outcome != activities.Pruned {
			report.attend(ScopeReport{Place: record.Place, Outcome: record.Outcome, Reason: record.Reason})
		}
	}
	return report.reason()
}

func (p *prune) showDetails(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d of %d scopes · %d rows deleted · %d scopes failed",
		len(p.records), len(p.in.Scopes), p.report.Deleted, p.failed()))
}

// tellTemporal puts the outcome where Temporal's UI and queries find it.
func (p *prune) tellTemporal(ctx workflow.Context) error {
	r := p.report
	memo := map[string]any{"outcome": string(r.Outcome), "suDelNum": r.Deleted, "by": p.in.By, "timeTook": r.TimeTook}
	if err := workflow.UpsertMemo(ctx, memo); err != nil {
		return fmt.Errorf("set the memo: %w", err)
	}
	err := workflow.UpsertTypedSearchAttributes(ctx,
		visibility.Kind.ValueSet(p.in.Kind), visibility.Outcome.ValueSet(string(r.Outcome)),
		visibility.Changes.ValueSet(r.Deleted), visibility.Deletes.ValueSet(r.Deleted))
	if err != nil {
		return fmt.Errorf("set the search attributes: %w", err)
	}
	return nil
}
