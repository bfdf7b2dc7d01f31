// Package workflows has the workflow that syncs one kind of resource, and those for
// upkeep. Its code is deterministic: it decides, and activities do.
package workflows

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/resource"
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
	maxScopes = 1000
	// maxAccounts is how many accounts they may be of, since each has bundles of its own.
	maxAccounts = 400
	// scopesOfFirst is what maxScopes was in 1.0.0.
	scopesOfFirst = 400
	// thousandScopes is the change that raised it.
	// Since 1.1.0: a few small accounts need not wait for the start of children.
	thousandScopes = "thousand-scopes"
	// partScopes is how many scopes a child has, if there are many. One that small accounts
	// share has up to twice as many, since each of them is in one child.
	partScopes = 200
	// payloadScopes is how many scopes one payload has at most.
	payloadScopes = 100
	// loadsAtOnce is how many payloads of scopes are claimed and folded at once, at least.
	loadsAtOnce = 2
	// parallelParts is how many children run at once. They share what the run works on at
	// once: most of a child's steps on small scopes are waiting for Temporal's server.
	parallelParts = 8
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
	// Note is why, of ApprovalNote. Starters wrote none that knew no note.
	Note string `json:"note,omitempty"`
	// Until is the time up to which a run may begin with it; one that begins later
	// is a run without approval. Zero is for ever, as starters wrote it that knew no
	// end.
	Until time.Time `json:"until,omitzero"`
}

// maxApprovalNote is how many characters a note has at most.
const maxApprovalNote = 500

// ApprovalNote is a text as the note of an approval: one line. It refuses one that is too
// long to be kept.
func ApprovalNote(text string) (string, error) {
	note := strings.Join(strings.Fields(strings.ToValidUTF8(text, "\ufffd")), " ")
	if n := utf8.RuneCountInString(note); n > maxApprovalNote {
		return "", fmt.Errorf("the note has %d characters: write at most %d", n, maxApprovalNote)
	}
	return note, nil
}

// Expired says that the approval is of no use at the time any more.
func (a *Approval) Expired(at time.Time) bool { return !a.Until.IsZero() && at.After(a.Until) }

// forParts is the approval for the children of a run that began in time: they
// begin whenever their turn comes, and so without its end.
func (a *Approval) forParts() *Approval {
	if a == nil {
		return nil
	}
	return &Approval{Digests: a.Digests, By: a.By, Note: a.Note}
}

// Plan narrows and bounds a plan.
type Plan struct {
	// Only names the scopes, as provider/account/region; all where it is empty.
	Only []string `json:"only,omitempty"`
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
	breaker  *breaker
	parallel int
	scopes   int64 // to be done by this execution and its children
	report   Report
	staged   bool // something of the run may be in staging
	// planBytes bounds what a plan says of each scope.
	planBytes int
	// recorded is what is on record of the run, once it is.
	recorded *activities.Recorded
	// unrecorded are the records of scopes: the last ones are recorded together with the
	// run.
	unrecorded records
	atWork     []*bundleRun
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
	scopeIDs := idsOf(listed.Scopes)
	s.scopes = int64(len(scopeIDs) + len(listed.Unlisted))
	s.planBytes = maxPlanBytes / max(1, min(len(scopeIDs), maxPlannedScopes))
	if s.scopes == 0 {
		return errors.New("no configured account has this kind, or those that find others find none to sync: " +
			"add one to public_cloud_sync.accounts, correct what discover includes and excludes, or remove the kind from resources")
	}
	for _, account := range listed.Unlisted {
		s.report.addUnlisted(account)
	}
	if !inOneExecution(ctx, listed.Scopes) {
		return s.syncParts(ctx, listed.Scopes)
	}
	return s.syncScopes(ctx, scopeIDs)
}

// inOneExecution says that a run works on its scopes itself.
func inOneExecution(ctx workflow.Context, accounts []activities.AccountScopes) bool {
	switch scopes := len(idsOf(accounts)); {
	case scopes <= scopesOfFirst:
		return true
	case scopes > maxScopes || len(accounts) > maxAccounts:
		return false
	default:
		return workflow.GetVersion(ctx, thousandScopes, workflow.DefaultVersion, 1) >= 1
	}
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

// syncScopes syncs the scopes in this execution, in bundles.
func (s *cloudSync) syncScopes(ctx workflow.Context, scopeIDs []int64) error {
	bundles := bundlesOf(s.load(ctx, scopeIDs), s.parallel)
	byAccount := turns{
		atOnce: s.parallel,
		of:     func(i int) resource.Account { return bundles[i][0].Owner() },
		// A bundle whose account is in doubt waits without a turn: the doubt may take long.
		waits: func(i int) bool { return s.breaker.of(bundles[i][0].Owner()).InDoubt() },
		name:  func(i int) string { return bundles[i][0].Place() },
	}
	byAccount.each(ctx, len(bundles), func(ctx workflow.Context, i int) { s.syncBundle(ctx, bundles[i]) })
	return s.recordScopes(ctx, s.unrecorded.fitOne)
}

// load claims scopes and returns them, in their order, without those that could not be
// claimed.
func (s *cloudSync) load(ctx workflow.Context, scopeIDs []int64) []activities.LocalScope {
	chunks := slices.Collect(slices.Chunk(scopeIDs, payloadScopes))
	loaded := make([][]activities.LocalScope, len(chunks))
	atOnce := turns{atOnce: max(loadsAtOnce, ceilDiv(len(chunks), 2)), name: func(i int) string { return fmt.Sprintf("load %d", i+1) }}
	atOnce.each(ctx, len(chunks), func(ctx workflow.Context, i int) {
		local, err := s.loadLocalHashes(ctx, chunks[i])
		if err != nil {
			s.failAll(chunks[i], err)
		}
		loaded[i] = local.Scopes
	})
	return slices.Concat(loaded...)
}

// failAll records scopes that could not even be claimed.
func (s *cloudSync) failAll(scopeIDs []int64, cause error) {
	s.report.addFailure(fmt.Sprintf("%d scopes", len(scopeIDs)), int64(len(scopeIDs)), explain(cause))
	for _, id := range scopeIDs {
		s.unrecorded.add(activities.ScopeRecord{ID: id, Outcome: activities.Failed, Reason: explain(cause)})
	}
}

func (s *cloudSync) loadLocalHashes(ctx workflow.Context, scopeIDs []int64) (out activities.LoadLocalHashesOut, err error) {
	ctx = work(ctx, fmt.Sprintf("claim %d scopes and fold their hashes", len(scopeIDs)))
	in := activities.LoadLocalHashesIn{Kind: s.in.Kind, Run: s.ref, ScopeIDs: scopeIDs}
	err = workflow.ExecuteActivity(ctx, a.LoadLocalHashes, in).Get(ctx, &out)
	return out, err
}

func (s *cloudSync) syncBundle(ctx workflow.Context, scopes []activities.LocalScope) {
	bundle := &bundleRun{kind: s.in.Kind, run: s.ref}
	for _, scope := range scopes {
		run := &scopeRun{run: s.ref, scope: scope, policy: s.policies.of(scope), approval: s.approval, account: s.breaker.of(scope.Owner())}
		if s.in.Plan != nil {
			run.planBytes = s.planBytes
		}
		bundle.scopes = append(bundle.scopes, run)
	}
	s.atWork = append(s.atWork, bundle)
	s.showDetails(ctx)
	bundle.do(ctx)
	s.atWork = slices.DeleteFunc(s.atWork, func(other *bundleRun) bool { return other == bundle })
	for _, run := range bundle.scopes {
		s.report.addScope(run.record)
		s.report.addApproved(run.approved)
		s.report.addPlanned(run.planned)
		s.staged = s.staged || run.staged
		s.unrecorded.add(run.record)
	}
	s.showDetails(ctx)
}

func (s *cloudSync) showDetails(ctx workflow.Context) {
	names := make([]string, len(s.atWork))
	for i, bundle := range s.atWork {
		names[i] = nameOf(bundle.scopes)
	}
	workflow.SetCurrentDetails(ctx, s.report.details(s.report.Scopes, s.scopes, names))
}

// recordScopes writes the scopes' part of the audit, on a cancelled run too, until as
// little is left as is asked for: none, or what fits the run's own record. A plan leaves
// none.
func (s *cloudSync) recordScopes(ctx workflow.Context, until func() bool) (failed error) {
	if s.in.Plan != nil {
		return nil
	}
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	for !until() {
		in := s.unrecorded.take(activities.RecordRunIn{Kind: s.in.Kind, Run: s.ref})
		ctx := bookkeeping(ctx, fmt.Sprintf("record %d scopes", len(in.Scopes)+len(in.Unchanged)))
		failed = errors.Join(failed, workflow.ExecuteActivity(ctx, a.RecordRun, in).Get(ctx, nil))
	}
	return failed
}

// conclude records the run and cleans up after it, on a cancelled run too. A run whose
// staging cannot be removed is recorded all the same; the next one sweeps it. The figures
// are those on record: the run's own lack what it did before a reset, and what it could
// no longer count.
func (s *cloudSync) conclude(ctx workflow.Context) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	if err := s.tellTemporal(ctx); err != nil {
		return err
	}
	var recorded, cleaned error
	together(ctx,
		func(ctx workflow.Context) { recorded = s.recordRun(ctx) },
		func(ctx workflow.Context) { cleaned = s.clean(ctx) })
	ended := errors.Join(recorded, cleaned)
	if !s.report.differs(s.recorded) {
		return ended
	}
	s.report.correct(*s.recorded)
	s.showDetails(ctx)
	return errors.Join(ended, s.tellTemporal(ctx))
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
	in := s.unrecorded.take(activities.RecordRunIn{Kind: s.in.Kind, Run: s.ref, Final: &activities.RunRecord{
		WorkflowID: workflow.GetInfo(ctx).WorkflowExecution.ID,
		StartedAt:  s.started, FinishedAt: workflow.Now(ctx), Took: time.Duration(s.report.TimeTook * float64(time.Second)),
		Outcome: s.report.Outcome, Stats: s.report.Stats, Orphans: s.report.Orphans,
		Scopes: s.report.Scopes, ScopesFailed: s.report.ScopesFailed, ScopesHeld: s.report.ScopesHeld,
		ApprovedBy: s.report.ApprovedBy, ApprovalNote: s.report.ApprovalNote, Error: s.report.reason(),
	}})
	var out activities.RecordRunOut
	err := workflow.ExecuteActivity(ctx, a.RecordRun, in).Get(ctx, &out)
	s.recorded = out.Recorded
	return err
}
