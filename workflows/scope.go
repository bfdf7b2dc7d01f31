package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/diff"
)

// trustedDeletions is the change since when deletion candidates are asked for by
// id, and held sets are kept. Runs that began before delete what they compared.
const trustedDeletions = "trusted-deletions"

// cleanCompared is the change since when a run cleans up after the comparison of an
// empty listing, too: it stages no chunk, but batches.
const cleanCompared = "clean-compared"

// scopeRun is the sync of one scope. Whatever happens to it stays with it.
type scopeRun struct {
	in        activities.ScopeIn
	policy    diff.Policy
	approval  *Approval
	planBytes int // of a plan: what it may say of the scope
	record    activities.ScopeRecord
	held      candidates                 // deletions that wait; with deletes: never, those that would
	going     candidates                 // deletions that go on, once they are confirmed
	addsWait  bool                       // the additions wait with the deletions
	why       string                     // policy holds deletions
	matched   string                     // the digest of the deletions that go on, where it is approved
	approved  string                     // the same, once the deletions go
	planned   []activities.PlannedChange // of a plan
	skipped   int64                      // rows that changed since the comparison
	staged    bool
	breaker   breaker
}

var a *activities.Activities // for the references to its methods

// run syncs the scope and returns its record; a failure is part of the record.
func (s *scopeRun) run(ctx workflow.Context) {
	s.record = activities.ScopeRecord{ID: s.in.Scope.ID, Place: s.in.Scope.Place()}
	s.record.Stats.DBNum = s.in.Scope.Local.Count
	if why := s.breaker.skips(ctx, s.in.Scope); why != "" {
		s.record.Outcome, s.record.Reason = activities.Failed, why
		return
	}
	if err := s.sync(ctx); err != nil {
		s.record.Outcome = activities.Failed
		s.record.Reason = explain(err)
		s.staged = true // by an attempt that failed, perhaps
	}
}

func (s *scopeRun) sync(ctx workflow.Context) error {
	s.breaker.asks(s.in.Scope)
	snapshot, err := s.fetch(ctx)
	s.breaker.note(ctx, s.in.Scope, err)
	if err != nil {
		return err
	}
	s.staged = len(snapshot.Staged) > 0
	if snapshot.Unchanged {
		s.record.Outcome = activities.Unchanged
		s.record.Stats.CloudNum = snapshot.Listed
		return nil
	}
	if !s.staged {
		s.staged = workflow.GetVersion(ctx, cleanCompared, workflow.DefaultVersion, 1) != workflow.DefaultVersion
	}
	found, err := s.compare(ctx, snapshot)
	if err != nil {
		return err
	}
	s.judge(found)
	if s.in.Run.IsPlan() {
		err = s.describe(ctx, found)
	} else {
		err = s.applyAll(ctx, found)
	}
	if err != nil {
		return err
	}
	s.settle(found)
	return nil
}

func (s *scopeRun) fetch(ctx workflow.Context) (out activities.FetchCloudOut, err error) {
	ctx = work(ctx, "list "+s.record.Place)
	err = workflow.ExecuteActivity(ctx, a.FetchCloud, s.in).Get(ctx, &out)
	return out, err
}

func (s *scopeRun) compare(ctx workflow.Context, snapshot activities.FetchCloudOut) (out activities.ComputeDiffOut, err error) {
	ctx = work(ctx, "compare "+s.record.Place)
	in := activities.ComputeDiffIn{ScopeIn: s.in, Snapshot: snapshot}
	if err = workflow.ExecuteActivity(ctx, a.ComputeDiff, in).Get(ctx, &out); err != nil {
		return out, err
	}
	stats := &s.record.Stats
	stats.CloudNum, stats.DBNum = out.CloudNum, out.DBNum
	stats.ToAdd, stats.ToMod, stats.ToDel = out.ToAdd, out.ToMod, out.ToDel
	stats.FailedRows = out.Unusable
	return out, nil
}

// applyAtOnce is the change since when the operations of a scope that do not depend
// on each other are done at once: one after the other, each waits for the server's
// next decision, which takes longer than a few rows do.
const applyAtOnce = "apply-at-once"

// standingHolds is the change since when held deletions are kept before anything else
// of the scope is applied: a run that ends in between would leave its additions, and
// the next one would not know what was held.
const standingHolds = "standing-holds"

// applyAll applies additions first and deletions last, so that a resource that
// moved is in the inventory throughout.
func (s *scopeRun) applyAll(ctx workflow.Context, found activities.ComputeDiffOut) error {
	in := activities.ApplyIn{ScopeIn: s.in, Writer: found.Writer}
	if workflow.GetVersion(ctx, applyAtOnce, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return s.applyInTurn(ctx, found, in)
	}
	kept := s.held.rows > 0 && workflow.GetVersion(ctx, standingHolds, workflow.DefaultVersion, 1) != workflow.DefaultVersion
	if kept {
		if err := s.keepHold(ctx, found.Writer, s.held, s.standing(found)); err != nil {
			return err
		}
	}
	var absent activities.ConfirmAbsentOut
	var notConfirmed error
	err := together(ctx,
		func(ctx workflow.Context) error { return s.applyAdds(ctx, found, in) },
		func(ctx workflow.Context) error { return s.applyMods(ctx, found, in) },
		func(ctx workflow.Context) error {
			if s.going.rows > 0 {
				absent, notConfirmed = s.confirm(ctx, found, in)
			}
			return nil
		})
	switch {
	case err != nil:
		return err
	case s.going.rows > 0:
		return s.delete(ctx, found, absent, notConfirmed)
	case s.record.Stats.Held > 0 && !kept:
		return s.keepHold(ctx, found.Writer, s.held, s.standing(found))
	default:
		return nil
	}
}

// applyInTurn is applyAll before applyAtOnce.
func (s *scopeRun) applyInTurn(ctx workflow.Context, found activities.ComputeDiffOut, in activities.ApplyIn) error {
	if err := s.applyAdds(ctx, found, in); err != nil {
		return err
	}
	if err := s.applyMods(ctx, found, in); err != nil {
		return err
	}
	if !s.deletes(found) {
		return nil
	}
	if workflow.GetVersion(ctx, trustedDeletions, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		s.useApproval()
		return s.apply(ctx, a.BatchDelete, diff.Delete, found.ToDel-s.record.Stats.Held, in, &s.record.Stats.SuDel)
	}
	if s.record.Stats.Held > 0 {
		return s.keepHold(ctx, found.Writer, s.held, s.standing(found))
	}
	absent, notConfirmed := s.confirm(ctx, found, in)
	return s.delete(ctx, found, absent, notConfirmed)
}

func (s *scopeRun) applyAdds(ctx workflow.Context, found activities.ComputeDiffOut, in activities.ApplyIn) error {
	if s.addsWait {
		return nil
	}
	return s.apply(ctx, a.ApplyAdds, diff.Add, found.ToAdd, in, &s.record.Stats.SuAdd)
}

func (s *scopeRun) applyMods(ctx workflow.Context, found activities.ComputeDiffOut, in activities.ApplyIn) error {
	return s.apply(ctx, a.ApplyMods, diff.Modify, found.ToMod, in, &s.record.Stats.SuMod)
}

// deletes says that there are deletions, to be done or to be held.
func (s *scopeRun) deletes(found activities.ComputeDiffOut) bool {
	return found.ToDel > 0 && s.policy.Deletes != diff.Never
}

// delete deletes what the provider, asked by id, does not have. What could not be
// confirmed is held until the next run asks again.
func (s *scopeRun) delete(ctx workflow.Context, found activities.ComputeDiffOut, absent activities.ConfirmAbsentOut, notConfirmed error) error {
	if notConfirmed != nil {
		if temporal.IsCanceledError(notConfirmed) || activities.IsSuperseded(notConfirmed) {
			return notConfirmed
		}
		s.hold(s.going, fmt.Sprintf("%d deletions could not be confirmed: %s", s.going.rows, explain(notConfirmed)))
		return s.keepHold(ctx, found.Writer, s.going, nil)
	}
	s.record.Stats.PagingSkips = absent.PagingSkips
	s.useApproval()
	in := activities.ApplyIn{ScopeIn: s.in, Writer: absent.Writer}
	return s.apply(ctx, a.BatchDelete, diff.Delete, absent.Absent, in, &s.record.Stats.SuDel)
}

// useApproval records that an approval lets the deletions go. From here on they do,
// even if not all of them succeed.
func (s *scopeRun) useApproval() {
	if s.matched != "" {
		s.approved, s.record.HoldDigest = s.matched, s.matched
	}
}

func (s *scopeRun) confirm(ctx workflow.Context, found activities.ComputeDiffOut, in activities.ApplyIn) (out activities.ConfirmAbsentOut, err error) {
	ctx = work(ctx, fmt.Sprintf("look up %d in %s", s.going.rows, s.record.Place))
	asked := activities.ConfirmAbsentIn{ApplyIn: in, Op: s.going.op, EndsHold: s.matched != "" || found.Back > 0 && s.held.rows == 0}
	err = workflow.ExecuteActivity(ctx, a.ConfirmAbsent, asked).Get(ctx, &out)
	return out, err
}

// keepHold keeps a held set for an approval; with standing, until there is one.
func (s *scopeRun) keepHold(ctx workflow.Context, writer int, set candidates, standing *diff.Standing) error {
	in := activities.KeepHoldIn{ScopeIn: s.in, Writer: writer, Op: set.op, Digest: set.digest, Stands: standing}
	if s.approval != nil {
		in.Approved = s.approval.Digests
	}
	ctx = work(ctx, fmt.Sprintf("hold %d in %s", set.rows, s.record.Place))
	var out activities.KeepHoldOut
	if err := workflow.ExecuteActivity(ctx, a.KeepHold, in).Get(ctx, &out); err != nil {
		return err
	}
	if out.Mismatch != "" {
		s.record.Reason = join(s.record.Reason, out.Mismatch)
	}
	return nil
}

// describe reads what the plan found, as far as it fits.
func (s *scopeRun) describe(ctx workflow.Context, found activities.ComputeDiffOut) error {
	if found.ToAdd+found.ToMod+found.ToDel == 0 {
		return nil
	}
	in := activities.DescribePlanIn{ScopeIn: s.in, Writer: found.Writer, MaxBytes: s.planBytes}
	ctx = work(ctx, "describe the plan for "+s.record.Place)
	var out activities.DescribePlanOut
	err := workflow.ExecuteActivity(ctx, a.DescribePlan, in).Get(ctx, &out)
	s.planned = out.Changes
	return err
}

// countFailed is the change since when an operation that fails in the middle has
// its rows counted.
const countFailed = "count-failed"

func (s *scopeRun) apply(ctx workflow.Context, activity any, op diff.Op, rows int64, in activities.ApplyIn, applied *int64) error {
	if rows == 0 {
		return nil
	}
	var counts activities.Counts
	ctx = work(ctx, fmt.Sprintf("%s %d in %s", op, rows, s.record.Place))
	err := workflow.ExecuteActivity(ctx, activity, in).Get(ctx, &counts)
	if err != nil && workflow.GetVersion(ctx, countFailed, workflow.DefaultVersion, 1) != workflow.DefaultVersion {
		counts = s.countApplied(ctx, op, in)
	}
	*applied = counts.Applied
	s.record.Stats.Rehashed += counts.Rehashed
	s.record.Stats.FailedRows += counts.Failed
	s.skipped += counts.Skipped
	return err
}

// countApplied counts what an operation did before it failed or was cancelled, for the
// progress that the run shows. If a newer run has swept the ledger, only the record of
// the run will tell.
func (s *scopeRun) countApplied(ctx workflow.Context, op diff.Op, in activities.ApplyIn) (counts activities.Counts) {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	ctx = bookkeeping(ctx, fmt.Sprintf("count what was done: %s in %s", op, s.record.Place))
	err := workflow.ExecuteActivity(ctx, a.CountApplied, activities.CountAppliedIn{ApplyIn: in, Op: op}).Get(ctx, &counts)
	if err != nil {
		workflow.GetLogger(ctx).Warn("rows of a failed operation are not counted", "scope", s.record.Place, "op", op, "error", err)
	}
	return counts
}

func (s *scopeRun) settle(found activities.ComputeDiffOut) {
	stats := s.record.Stats
	switch {
	case stats.Held > 0:
		s.record.Outcome = activities.Held
	case stats.FailedRows > 0:
		s.record.Outcome = activities.Partial
		s.record.Reason = fmt.Sprintf("rows that could not be stored: %d", stats.FailedRows)
	case found.ToAdd+found.ToMod+found.ToDel == 0:
		s.record.Outcome = activities.Unchanged
	default:
		s.record.Outcome = activities.OK
	}
	s.tellLeft(found)
	if found.Moved != "" {
		s.leave(0, found.Moved)
	}
}

// tellLeft says which deletions the run neither did nor held.
func (s *scopeRun) tellLeft(found activities.ComputeDiffOut) {
	if s.policy.Deletes == diff.Never && found.ToDel > 0 {
		s.leave(found.ToDel, fmt.Sprintf("rows that the cloud no longer lists stay, since the configuration says deletes: never: %d", found.ToDel))
	}
	if s.skipped > 0 {
		s.leave(s.skipped, fmt.Sprintf("rows to delete that changed since the comparison, left to the next run: %d", s.skipped))
	}
}

func (s *scopeRun) leave(rows int64, reason string) {
	s.record.Left += rows
	s.record.Reason = join(s.record.Reason, reason)
}

// explain is the error that matters, without the layers that Temporal adds.
func explain(err error) string {
	var application *temporal.ApplicationError
	var timeout *temporal.TimeoutError
	switch {
	case temporal.IsCanceledError(err):
		return "the run was cancelled"
	case errors.As(err, &application):
		return application.Message()
	case errors.As(err, &timeout):
		return "timed out: " + timeout.Error()
	default:
		return err.Error()
	}
}
