package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"

	"cloudsync/activities"
	"cloudsync/diff"
)

// scopeRun is the sync of one scope, in a bundle. Whatever happens to it stays with it.
type scopeRun struct {
	run       activities.RunRef
	scope     activities.LocalScope
	policy    diff.Policy
	approval  *Approval
	planBytes int                      // of a plan: what it may say of the scope
	account   *activities.AccountState // of all of its scopes
	record    activities.ScopeRecord
	ended     bool // the record says how

	snapshot     activities.FetchCloudOut
	found        activities.ComputeDiffOut
	absent       activities.ConfirmAbsentOut
	notConfirmed error

	held     candidates                 // deletions that wait; with deletes: never, those that would
	going    candidates                 // deletions that go on, once they are confirmed
	addsWait bool                       // the additions wait with the deletions
	why      string                     // policy holds deletions
	matched  string                     // the digest of the deletions that go on, where it is approved
	approved string                     // the same, once the deletions go
	planned  []activities.PlannedChange // of a plan
	skipped  int64                      // rows that changed since the comparison
	staged   bool                       // something may be in staging
}

var a *activities.Activities // for the references to its methods

func (s *scopeRun) in() activities.ScopeIn { return activities.ScopeIn{Scope: s.scope} }

// begin opens the record, and ends it where the account is given up.
func (s *scopeRun) begin() {
	s.record = activities.ScopeRecord{ID: s.scope.ID, Place: s.scope.Place(), AccountName: s.scope.AccountName}
	s.record.Stats.DBNum = s.scope.Local.Count
	if why := s.account.Why(); why != "" {
		s.end(activities.Failed, why)
	}
}

func (s *scopeRun) end(outcome activities.Outcome, reason string) {
	s.record.Outcome, s.record.Reason, s.ended = outcome, reason, true
}

// fail ends the scope with the first failure.
func (s *scopeRun) fail(err error) {
	if err == nil || s.ended {
		return
	}
	s.end(activities.Failed, explain(err))
	s.staged = true // by an attempt that failed, perhaps
}

func (s *scopeRun) takeSnapshot(snapshot activities.FetchCloudOut, err error) {
	s.account.Note(s.record.Place, err)
	s.snapshot = snapshot
	s.fail(err)
	if s.ended {
		return
	}
	// The comparison of an empty listing stages no chunk, but batches.
	s.staged = len(snapshot.Staged) > 0 || !snapshot.Unchanged
	if snapshot.Unchanged {
		s.record.Stats.CloudNum = snapshot.Listed
		s.end(activities.Unchanged, "")
	}
}

func (s *scopeRun) takeFound(found activities.ComputeDiffOut, err error) {
	s.found = found
	s.fail(err)
	if s.ended {
		return
	}
	stats := &s.record.Stats
	stats.CloudNum, stats.DBNum = found.CloudNum, found.DBNum
	stats.ToAdd, stats.ToMod, stats.ToDel = found.ToAdd, found.ToMod, found.ToDel
	stats.FailedRows = found.Unusable
	s.judge(found)
}

func (s *scopeRun) hasChanges() bool { return s.found.ToAdd+s.found.ToMod+s.found.ToDel > 0 }

func (s *scopeRun) isGoing() bool { return s.going.rows > 0 }

// keepStanding keeps what waits for a decision, whatever runs come after.
func (s *scopeRun) keepStanding() activities.KeepHoldIn { return s.keep(s.held, s.standing(s.found)) }

// keepUnconfirmed keeps what waits until the next run asks again.
func (s *scopeRun) keepUnconfirmed() activities.KeepHoldIn { return s.keep(s.going, nil) }

func (s *scopeRun) keep(set candidates, standing *diff.Standing) activities.KeepHoldIn {
	return activities.KeepHoldIn{ScopeIn: s.in(), Writer: s.found.Writer, Op: set.op, Digest: set.digest, Stands: standing}
}

// takeConfirmed lets go what the provider, asked by id, does not have. What could not be
// confirmed is held until the next run asks again.
func (s *scopeRun) takeConfirmed() {
	switch err := s.notConfirmed; {
	case err == nil:
		s.record.Stats.PagingSkips = s.absent.PagingSkips
		s.useApproval()
	case temporal.IsCanceledError(err), activities.IsSuperseded(err):
		s.fail(err)
	default:
		s.hold(s.going, fmt.Sprintf("%d deletions could not be confirmed: %s", s.going.rows, explain(err)))
	}
}

// useApproval records that an approval lets the deletions go. From here on they do,
// even if not all of them succeed.
func (s *scopeRun) useApproval() {
	if s.matched != "" {
		s.approved, s.record.HoldDigest = s.matched, s.matched
	}
}

// settle says what became of a scope of which nothing failed.
func (s *scopeRun) settle() {
	if s.ended {
		return
	}
	found, stats := s.found, s.record.Stats
	s.ended = true
	switch {
	case stats.Held > 0:
		s.record.Outcome = activities.Held
	case stats.FailedRows > 0:
		s.record.Outcome = activities.Partial
		s.record.Reason = fmt.Sprintf("rows that could not be stored: %d", stats.FailedRows)
	case !s.hasChanges():
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
