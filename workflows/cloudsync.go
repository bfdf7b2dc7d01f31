// Package workflows has the workflow that syncs one kind of resource. Its code
// is deterministic: it decides, and activities do.
package workflows

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/visibility"
)

// TaskQueue is where the workers of this program poll.
const TaskQueue = "cloudsync"

// ProgressQuery is the query that a run answers with its Progress.
const ProgressQuery = "progress"

// FailedType is the type of the application error with which a run of outcome
// failed ends; its details are the Report.
const FailedType = "SyncFailed"

const (
	// maxScopes is how many scopes one execution works on itself; more are divided
	// among children, to keep histories short.
	maxScopes = 200
	// partScopes is how many scopes a child, and one payload, has at most.
	partScopes = 100
	// parallelParts is how many children run at once.
	parallelParts = 4
)

// Input is the input of CloudSyncWorkflow.
type Input struct {
	Kind string `json:"kind"`
	// Approval lets held deletions go.
	Approval *Approval `json:"approval,omitempty"`
	// Plan asks for what a run would do, and nothing more: it claims no scope,
	// changes no row, and disturbs no run.
	Plan *Plan `json:"plan,omitempty"`
	// Part is set in the children of a run with many scopes.
	Part *Part `json:"part,omitempty"`
}

// Approval is an operator's word on held deletions: exactly these sets may go.
type Approval struct {
	// Digests are those of the held sets, as reports show them. A scope whose fresh
	// set has another digest stays held.
	Digests []string `json:"digests"`
	By      string   `json:"by"` // who approved
	// Until is the time up to which a run may begin with it; one that begins later
	// is a run without approval. Zero is for ever, as starters wrote it that knew no
	// end.
	Until time.Time `json:"until,omitzero"`
}

// Expired says that the approval is of no use at the time any more.
func (a *Approval) Expired(at time.Time) bool { return !a.Until.IsZero() && at.After(a.Until) }

// forParts is the approval for the children of a run that began in time: they
// begin whenever their turn comes.
func (a *Approval) forParts() *Approval {
	if a == nil {
		return nil
	}
	return &Approval{Digests: a.Digests, By: a.By}
}

// Plan narrows and bounds a plan.
type Plan struct {
	// Only names the scopes, as provider/account/region; all where it is empty.
	Only []string `json:"only,omitempty"`
}

// Part is the share of a run's scopes that a child works on.
type Part struct {
	Run             activities.RunRef          `json:"run"`
	ScopeIDs        []int64                    `json:"scopeIds"`
	Policy          diff.Policy                `json:"policy"`
	AccountPolicies []activities.AccountPolicy `json:"accountPolicies,omitempty"`
	MaxParallel     int                        `json:"maxParallel"`
	PlanBytes       int                        `json:"planBytes,omitempty"` // of a plan: what it may say of each scope
}

// Progress is how far a run is.
type Progress struct {
	Scopes int64            `json:"scopes"`
	Done   int64            `json:"done"`
	Stats  activities.Stats `json:"stats"` // of the scopes that are done
}

// CloudSyncWorkflow makes the inventory of one kind the same as the clouds. Its
// result is a Report, whatever the outcome; only a run of outcome failed ends as
// an error, of type FailedType, with the Report as its details.
func CloudSyncWorkflow(ctx workflow.Context, in Input) (Report, error) {
	s, err := newSync(ctx, in)
	if err != nil {
		return Report{}, err
	}
	switch {
	case in.Part != nil:
		return s.runPart(ctx)
	case in.Plan != nil:
		return s.plan(ctx)
	default:
		return s.run(ctx)
	}
}

// cloudSync is one execution of CloudSyncWorkflow.
type cloudSync struct {
	in       Input
	approval *Approval // the input's, unless it came too late
	ref      activities.RunRef
	started  time.Time
	policies policies
	breaker  breaker
	parallel int
	scopes   int64 // to be done by this execution and its children
	report   Report
	staged   bool // something of the run may be in staging
	// planBytes bounds what a plan says of each scope.
	planBytes int
	// recorded is what is on record of the run, once it is.
	recorded *activities.Recorded
	// unrecorded are the records of the scopes done last: they are recorded
	// together with the run, or before the next ones.
	unrecorded []activities.ScopeRecord
}

func newSync(ctx workflow.Context, in Input) (*cloudSync, error) {
	if in.Kind == "" {
		return nil, temporal.NewNonRetryableApplicationError(`the input names no kind: pass {"kind": "resource_host"}`, string(activities.BadInputType), nil)
	}
	info := workflow.GetInfo(ctx)
	s := &cloudSync{in: in, started: info.WorkflowStartTime, breaker: newBreaker()}
	// A workflow that an operator resets to after ListScopes goes on as the run that
	// its claims and batches belong to; else it is a run of its own.
	s.ref.ID = info.WorkflowExecution.RunID
	s.report.Kind, s.report.RunID = in.Kind, s.ref.ID
	s.approval = in.Approval
	if s.approval != nil && s.approval.Expired(s.started) {
		s.report.ApprovalExpired = s.approval.Until
		s.approval = nil
	}
	err := workflow.SetQueryHandler(ctx, ProgressQuery, func() (Progress, error) {
		return Progress{Scopes: s.scopes, Done: s.report.Scopes, Stats: s.report.Stats}, nil
	})
	return s, err
}

// run is a whole run: the scopes, whatever they are, then the record, whatever
// happened.
func (s *cloudSync) run(ctx workflow.Context) (Report, error) {
	s.syncAndSettle(ctx)
	if err := s.conclude(ctx); err != nil {
		return s.report, err
	}
	return s.result(ctx)
}

func (s *cloudSync) syncAndSettle(ctx workflow.Context) {
	if err := s.syncAll(ctx); err != nil {
		s.report.Error = explain(err)
	}
	s.report.settle(workflow.Now(ctx).Sub(s.started))
	s.report.creditApproval(s.in.Approval)
	s.showDetails(ctx)
}

func (s *cloudSync) result(ctx workflow.Context) (Report, error) {
	if ctx.Err() != nil {
		return s.report, ctx.Err()
	}
	if s.report.Outcome == activities.Failed {
		return s.report, temporal.NewApplicationErrorWithOptions(s.report.reason(), FailedType,
			temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{s.report}})
	}
	return s.report, nil
}

// plan goes the way of a run up to the comparison. Its report is its only trace.
func (s *cloudSync) plan(ctx workflow.Context) (Report, error) {
	s.syncAndSettle(ctx)
	cleaning, _ := workflow.NewDisconnectedContext(ctx)
	if err := s.clean(cleaning); err != nil {
		return s.report, err
	}
	return s.result(ctx)
}

func (s *cloudSync) syncAll(ctx workflow.Context) error {
	listed, err := s.listScopes(ctx)
	if err != nil {
		return err
	}
	s.ref, s.parallel = listed.Run, listed.MaxParallel
	if s.in.Plan == nil {
		s.report.RunID = s.ref.ID
	}
	s.report.Orphans = listed.Orphans
	s.policies = policies{ofKind: listed.Policy, ofAccounts: listed.AccountPolicies}
	s.scopes = int64(len(listed.ScopeIDs) + len(listed.Unlisted))
	s.planBytes = maxPlanBytes / max(1, min(len(listed.ScopeIDs), maxPlannedScopes))
	if s.scopes == 0 {
		return errors.New("no configured account has this kind: add one to public_cloud_sync.accounts, or remove the kind from resources")
	}
	for _, account := range listed.Unlisted {
		s.report.addFailure(account.Place+"/*", 1, account.Error)
	}
	if len(listed.ScopeIDs) > maxScopes {
		return s.syncParts(ctx, listed.ScopeIDs)
	}
	return s.syncScopes(ctx, listed.ScopeIDs)
}

func (s *cloudSync) listScopes(ctx workflow.Context) (out activities.ListScopesOut, err error) {
	info := workflow.GetInfo(ctx)
	ctx = bookkeeping(ctx, "find the scopes of "+s.in.Kind)
	in := activities.ListScopesIn{
		Kind: s.in.Kind, RunID: s.ref.ID, WorkflowID: info.WorkflowExecution.ID, StartedAt: s.started,
	}
	if s.in.Plan != nil {
		in.Plan, in.Only = true, s.in.Plan.Only
	}
	err = workflow.ExecuteActivity(ctx, a.ListScopes, in).Get(ctx, &out)
	return out, err
}

// syncScopes syncs the scopes in this execution, in payloads of partScopes.
func (s *cloudSync) syncScopes(ctx workflow.Context, scopeIDs []int64) error {
	for len(scopeIDs) > 0 {
		part := scopeIDs[:min(partScopes, len(scopeIDs))]
		scopeIDs = scopeIDs[len(part):]
		local, err := s.loadLocalHashes(ctx, part)
		if err != nil {
			return s.failAll(ctx, append(part, scopeIDs...), err)
		}
		if err := s.recordScopes(ctx); err != nil {
			return err
		}
		s.unrecorded = s.syncEach(ctx, local.Scopes)
	}
	return nil
}

// failAll records scopes that could not even be claimed.
func (s *cloudSync) failAll(ctx workflow.Context, scopeIDs []int64, cause error) error {
	s.report.addFailure(fmt.Sprintf("%d scopes", len(scopeIDs)), int64(len(scopeIDs)), explain(cause))
	for len(scopeIDs) > 0 {
		part := scopeIDs[:min(partScopes, len(scopeIDs))]
		scopeIDs = scopeIDs[len(part):]
		if err := s.recordScopes(ctx); err != nil {
			return err
		}
		for _, id := range part {
			s.unrecorded = append(s.unrecorded, activities.ScopeRecord{ID: id, Outcome: activities.Failed, Reason: explain(cause)})
		}
	}
	return nil
}

func (s *cloudSync) loadLocalHashes(ctx workflow.Context, scopeIDs []int64) (out activities.LoadLocalHashesOut, err error) {
	ctx = work(ctx, fmt.Sprintf("claim %d scopes and fold their hashes", len(scopeIDs)))
	in := activities.LoadLocalHashesIn{Kind: s.in.Kind, Run: s.ref, ScopeIDs: scopeIDs}
	err = workflow.ExecuteActivity(ctx, a.LoadLocalHashes, in).Get(ctx, &out)
	return out, err
}

// syncEach syncs the scopes, some at a time, and returns their records in the
// scopes' order.
func (s *cloudSync) syncEach(ctx workflow.Context, scopes []activities.LocalScope) []activities.ScopeRecord {
	records := make([]activities.ScopeRecord, len(scopes))
	limit := workflow.NewSemaphore(ctx, int64(max(1, s.parallel)))
	each(ctx, len(scopes), 0, func(i int) string { return scopes[i].Place() }, func(ctx workflow.Context, i int) {
		if s.takeTurn(ctx, limit, scopes[i]) {
			defer limit.Release(1)
		}
		records[i] = s.syncScope(ctx, scopes[i])
	})
	return records
}

// takeTurn waits for the scope's turn, and says whether it was given one. A scope whose
// account is in doubt waits without holding a turn: the doubt may take long to end.
func (s *cloudSync) takeTurn(ctx workflow.Context, limit workflow.Semaphore, scope activities.LocalScope) bool {
	for limit.Acquire(ctx, 1) == nil {
		if !s.breaker.doubts(scope) {
			return true
		}
		limit.Release(1)
		if workflow.Await(ctx, func() bool { return !s.breaker.doubts(scope) }) != nil {
			return false
		}
	}
	return false
}

func (s *cloudSync) syncScope(ctx workflow.Context, scope activities.LocalScope) activities.ScopeRecord {
	run := scopeRun{
		in: activities.ScopeIn{Kind: s.in.Kind, Run: s.ref, Scope: scope}, policy: s.policies.of(scope), approval: s.approval,
		breaker: s.breaker,
	}
	if s.in.Plan != nil {
		run.planBytes = s.planBytes
	}
	run.run(ctx)
	s.report.addScope(run.record)
	s.report.addApproved(run.approved)
	s.report.addPlanned(run.planned)
	s.staged = s.staged || run.staged
	s.showDetails(ctx)
	return run.record
}

func (s *cloudSync) showDetails(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, s.report.details(s.report.Scopes, s.scopes))
}

// recordScopes writes the scopes' rows of the audit, on a cancelled run too. A
// plan leaves none.
func (s *cloudSync) recordScopes(ctx workflow.Context) error {
	if len(s.unrecorded) == 0 || s.in.Plan != nil {
		return nil
	}
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	ctx = bookkeeping(ctx, fmt.Sprintf("record %d scopes", len(s.unrecorded)))
	in := activities.RecordRunIn{Kind: s.in.Kind, Run: s.ref, Scopes: fitting(s.unrecorded)}
	s.unrecorded = nil
	return workflow.ExecuteActivity(ctx, a.RecordRun, in).Get(ctx, nil)
}

// syncParts gives each part of the scopes to a child and adds up the reports.
func (s *cloudSync) syncParts(ctx workflow.Context, scopeIDs []int64) error {
	s.staged = true // by some child, perhaps
	atOnce := max(1, min(parallelParts, s.parallel))
	parts := slices.Collect(slices.Chunk(scopeIDs, partScopes))
	each(ctx, len(parts), atOnce, func(i int) string { return fmt.Sprintf("part %d", i+1) }, func(ctx workflow.Context, i int) {
		s.syncPart(ctx, i+1, parts[i], s.parallel/atOnce)
	})
	return nil
}

func (s *cloudSync) syncPart(ctx workflow.Context, number int, scopeIDs []int64, parallel int) {
	id := workflow.GetInfo(ctx).WorkflowExecution.ID
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:            fmt.Sprintf("%s/part-%d", id, number),
		StaticSummary:         summaryOf(fmt.Sprintf("%d scopes of %s", len(scopeIDs), s.in.Kind)),
		TypedSearchAttributes: temporal.NewSearchAttributes(visibility.Kind.ValueSet(s.in.Kind)),
		WaitForCancellation:   true,
	})
	in := Input{Kind: s.in.Kind, Approval: s.approval.forParts(), Plan: s.in.Plan, Part: &Part{
		Run: s.ref, ScopeIDs: scopeIDs, MaxParallel: parallel, PlanBytes: s.planBytes,
		Policy: s.policies.ofKind, AccountPolicies: s.policies.ofAccounts,
	}}
	var report Report
	if err := workflow.ExecuteChildWorkflow(ctx, CloudSyncWorkflow, in).Get(ctx, &report); err != nil {
		s.report.addFailure(fmt.Sprintf("part %d", number), int64(len(scopeIDs)), explain(err))
		return
	}
	s.report.addPart(report)
	s.showDetails(ctx)
}

// runPart is the execution of a child: scopes only, the run is its parent's.
func (s *cloudSync) runPart(ctx workflow.Context) (Report, error) {
	part := s.in.Part
	s.ref, s.parallel, s.planBytes = part.Run, part.MaxParallel, part.PlanBytes
	s.policies = policies{ofKind: part.Policy, ofAccounts: part.AccountPolicies}
	s.report.RunID = s.ref.ID
	s.scopes = int64(len(part.ScopeIDs))
	err := errors.Join(s.syncScopes(ctx, part.ScopeIDs), s.recordScopes(ctx))
	s.report.settle(workflow.Now(ctx).Sub(s.started))
	s.showDetails(ctx)
	return s.report, err
}

// concludeAtOnce is the change since when a run is recorded while its staging is
// cleaned: one after the other, the second waits for the server's next decision.
const concludeAtOnce = "conclude-at-once"

// recordedFigures is the change since when a run takes its figures from its record: its
// own figures lack what it did before a reset, and what it could no longer count.
const recordedFigures = "recorded-figures"

// conclude records the run and cleans up after it, on a cancelled run too. A run whose
// staging cannot be removed is recorded all the same; the next one sweeps it.
func (s *cloudSync) conclude(ctx workflow.Context) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	if err := s.tellTemporal(ctx); err != nil {
		return err
	}
	ended := s.recordAndClean(ctx)
	if !s.report.differs(s.recorded) || workflow.GetVersion(ctx, recordedFigures, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return ended
	}
	s.report.correct(*s.recorded)
	s.showDetails(ctx)
	return errors.Join(ended, s.tellTemporal(ctx))
}

func (s *cloudSync) recordAndClean(ctx workflow.Context) error {
	if !s.staged {
		return s.recordRun(ctx)
	}
	if workflow.GetVersion(ctx, concludeAtOnce, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		cleaned := s.clean(ctx)
		return errors.Join(s.recordRun(ctx), cleaned)
	}
	var cleaned error
	recorded := together(ctx, s.recordRun, func(ctx workflow.Context) error {
		cleaned = s.clean(ctx)
		return nil
	})
	return errors.Join(recorded, cleaned)
}

// clean removes what the run has in flight, if anything.
func (s *cloudSync) clean(ctx workflow.Context) error {
	if !s.staged {
		return nil
	}
	ctx = bookkeeping(ctx, "clean the run's staging")
	return workflow.ExecuteActivity(ctx, a.CleanStaging, activities.CleanStagingIn{Run: s.ref}).Get(ctx, nil)
}

// tellTemporal puts the outcome where Temporal's UI and queries find it.
func (s *cloudSync) tellTemporal(ctx workflow.Context) error {
	if err := workflow.UpsertMemo(ctx, s.report.memo()); err != nil {
		return fmt.Errorf("set the memo: %w", err)
	}
	err := workflow.UpsertTypedSearchAttributes(ctx,
		visibility.Kind.ValueSet(s.in.Kind), visibility.Outcome.ValueSet(string(s.report.Outcome)),
		visibility.Changes.ValueSet(s.report.Changes()), visibility.Deletes.ValueSet(s.report.SuDel),
		visibility.Held.ValueSet(s.report.Held))
	if err != nil {
		return fmt.Errorf("set the search attributes: %w", err)
	}
	return nil
}

func (s *cloudSync) recordRun(ctx workflow.Context) error {
	ctx = work(ctx, "record the run: "+string(s.report.Outcome))
	in := activities.RecordRunIn{Kind: s.in.Kind, Run: s.ref, Scopes: fitting(s.unrecorded), Final: &activities.RunRecord{
		WorkflowID: workflow.GetInfo(ctx).WorkflowExecution.ID,
		StartedAt:  s.started, FinishedAt: workflow.Now(ctx), Took: time.Duration(s.report.TimeTook * float64(time.Second)),
		Outcome: s.report.Outcome, Stats: s.report.Stats, Orphans: s.report.Orphans,
		Scopes: s.report.Scopes, ScopesFailed: s.report.ScopesFailed, ScopesHeld: s.report.ScopesHeld,
		ApprovedBy: s.report.ApprovedBy, Error: s.report.reason(),
	}}
	var out activities.RecordRunOut
	err := workflow.ExecuteActivity(ctx, a.RecordRun, in).Get(ctx, &out)
	s.recorded = out.Recorded
	return err
}
