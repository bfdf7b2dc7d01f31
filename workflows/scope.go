package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/diff"
)

// scopeRun is the sync of one scope. Whatever happens to it stays with it.
type scopeRun struct {
	in     activities.ScopeIn
	policy diff.Policy
	record activities.ScopeRecord
	staged bool
}

var a *activities.Activities // for the references to its methods

// run syncs the scope and returns its record; a failure is part of the record.
func (s *scopeRun) run(ctx workflow.Context) {
	s.record = activities.ScopeRecord{ID: s.in.Scope.ID, Place: s.in.Scope.Place()}
	s.record.Stats.DBNum = s.in.Scope.Local.Count
	if err := s.sync(ctx); err != nil {
		s.record.Outcome = activities.Failed
		s.record.Reason = explain(err)
		s.staged = true // by an attempt that failed, perhaps
	}
}

func (s *scopeRun) sync(ctx workflow.Context) error {
	snapshot, err := s.fetch(ctx)
	if err != nil {
		return err
	}
	s.staged = len(snapshot.Staged) > 0
	if snapshot.Unchanged {
		s.record.Outcome = activities.Unchanged
		s.record.Stats.CloudNum = snapshot.Listed
		return nil
	}
	found, err := s.compare(ctx, snapshot)
	if err != nil {
		return err
	}
	s.judge(found)
	if err := s.applyAll(ctx, found); err != nil {
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

// judge holds the deletions that policy does not let through.
func (s *scopeRun) judge(found activities.ComputeDiffOut) {
	s.record.Reason = s.policy.Judge(diff.Deletions{Rows: found.DBNum, Gone: found.ToDel, Unidentified: found.Unidentified})
	if s.record.Reason != "" {
		s.record.Stats.Held = found.ToDel
		s.record.HoldDigest = found.Deletions.String()
	}
}

// applyAll applies additions first and deletions last, so that a resource that
// moved is in the inventory throughout.
func (s *scopeRun) applyAll(ctx workflow.Context, found activities.ComputeDiffOut) error {
	stats := &s.record.Stats
	in := activities.ApplyIn{ScopeIn: s.in, Writer: found.Writer}
	if err := s.apply(ctx, a.ApplyAdds, "add", found.ToAdd, in, &stats.SuAdd); err != nil {
		return err
	}
	if err := s.apply(ctx, a.ApplyMods, "modify", found.ToMod, in, &stats.SuMod); err != nil {
		return err
	}
	return s.apply(ctx, a.BatchDelete, "delete", found.ToDel-stats.Held, in, &stats.SuDel)
}

func (s *scopeRun) apply(ctx workflow.Context, activity any, verb string, rows int64, in activities.ApplyIn, applied *int64) error {
	if rows == 0 {
		return nil
	}
	ctx = work(ctx, fmt.Sprintf("%s %d in %s", verb, rows, s.record.Place))
	var counts activities.Counts
	if err := workflow.ExecuteActivity(ctx, activity, in).Get(ctx, &counts); err != nil {
		return err
	}
	*applied = counts.Applied
	s.record.Stats.Rehashed += counts.Rehashed
	s.record.Stats.FailedRows += counts.Failed
	return nil
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
