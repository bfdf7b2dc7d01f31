package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"cloudsync/store"
)

// runLife is how long a run that has not recorded its end is taken to be at work.
// After that, it was terminated from outside: no run takes days.
const runLife = 7 * 24 * time.Hour

// ExpireChanges removes old changes from the history, after it has moved the
// horizon.
func (a *Activities) ExpireChanges(ctx context.Context, in ExpireIn) (ExpireOut, error) {
	e := newExpiry(ctx)
	defer e.beat.stop()
	for {
		deleted, err := a.deps.Store.ExpireChanges(ctx, in.Before)
		if err != nil {
			return ExpireOut{}, temporalError(ctx, err)
		}
		if e.removed(deleted); deleted == 0 {
			return e.ExpireOut, nil
		}
		if e.beat.workerStops() {
			return ExpireOut{}, temporalError(ctx, errWorkerStops)
		}
	}
}

// expiry is one attempt to remove things. The tables say how far it is; its checkpoint
// counts what it has removed.
type expiry struct {
	ExpireOut
	beat *beat
}

func newExpiry(ctx context.Context) *expiry {
	e := &expiry{beat: startBeat(ctx)}
	if activity.HasHeartbeatDetails(ctx) && activity.GetHeartbeatDetails(ctx, &e.ExpireOut) == nil {
		e.beat.save(e.ExpireOut)
	}
	return e
}

func (e *expiry) removed(n int64) {
	e.Removed += n
	e.beat.save(e.ExpireOut)
}

// expireRuns is how many runs are looked at, and removed, at once.
const expireRuns = 500

// ExpireRuns removes the records of old runs, and old findings of verifications.
func (a *Activities) ExpireRuns(ctx context.Context, in ExpireRunsIn) (ExpireOut, error) {
	e := newExpiry(ctx)
	defer e.beat.stop()
	if !in.Unchanged.IsZero() {
		if err := a.deps.Store.ExpireDrift(ctx, in.Unchanged, e.beat.report); err != nil {
			return ExpireOut{}, temporalError(ctx, err)
		}
	}
	for after := int64(0); ; {
		runs, err := a.deps.Store.RunsPage(ctx, after, expireRuns)
		if err != nil {
			return ExpireOut{}, temporalError(ctx, err)
		}
		ids := in.expired(runs)
		if err := a.deps.Store.DeleteRuns(ctx, ids, e.beat.report); err != nil {
			return ExpireOut{}, temporalError(ctx, err)
		}
		e.removed(int64(len(ids)))
		if len(runs) < expireRuns || in.past(runs) {
			return e.ExpireOut, nil
		}
		if e.beat.workerStops() {
			return ExpireOut{}, temporalError(ctx, errWorkerStops)
		}
		after = runs[len(runs)-1].ID
	}
}

// expired are the ids of the runs to remove.
//
//	the run                               | kept
//	--------------------------------------+------------------------------------
//	is the last complete one of a scope   | for good
//	has no end recorded, and began lately | for good: it may be at work
//	changed something                     | as long as its changes
//	any other                             | as long as runs
func (in ExpireRunsIn) expired(runs []store.RunAge) (ids []string) {
	for _, run := range runs {
		atWork := run.Outcome == store.OutcomeRunning && run.StartedAt.After(in.Now.Add(-runLife))
		limit := in.Unchanged
		if run.Changed {
			limit = in.Changed
		}
		if !run.LastComplete && !atWork && run.StartedAt.Before(limit) {
			ids = append(ids, run.RunID)
		}
	}
	return ids
}

// past says that the runs, and so all that follow, are too young to be removed.
func (in ExpireRunsIn) past(runs []store.RunAge) bool {
	for _, run := range runs {
		if run.StartedAt.Before(in.Changed) || run.StartedAt.Before(in.Unchanged) {
			return false
		}
	}
	return true
}

// ExpireStaging removes what runs and plans that do not go on left in flight.
func (a *Activities) ExpireStaging(ctx context.Context, in ExpireIn) (ExpireOut, error) {
	e := newExpiry(ctx)
	defer e.beat.stop()
	staged, err := a.deps.Store.StagedRuns(ctx)
	if err != nil {
		return ExpireOut{}, temporalError(ctx, err)
	}
	lost := in.Before.Add(-runLife)
	for _, run := range staged {
		if !run.Newest.Before(in.Before) || run.Running.After(lost) {
			continue
		}
		if err := a.deps.Store.CleanStaging(ctx, run.RunID); err != nil {
			return ExpireOut{}, temporalError(ctx, err)
		}
		e.removed(1)
		if e.beat.workerStops() {
			return ExpireOut{}, temporalError(ctx, errWorkerStops)
		}
	}
	return e.ExpireOut, nil
}
