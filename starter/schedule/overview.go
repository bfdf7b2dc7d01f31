package schedule

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/client"

	"cloudsync/deployment"
	"cloudsync/starter/execution"
	"cloudsync/workflows"
)

// Overview is a schedule and what it did last.
type Overview struct {
	Kind     string
	Schedule string // its id
	Every    time.Duration
	Paused   bool
	Note     string
	Next     time.Time // zero while paused
	Changed  time.Time // when it was created or changed last; a pause or resume by hand is no change
	// Skipped is when it was due last, if it started no run then, as while it was paused: Temporal
	// does not say when somebody resumed it. Zero if it did, or is paused.
	Skipped time.Time
	// Approval is in the schedule's input: runs that begin before its end carry it.
	Approval *workflows.Approval
	Running  *execution.State // the run that is under way
	// Stranded says that no worker of the build polls on which that run has to end, or, where
	// it has not begun, of the one that takes the new runs.
	Stranded bool
	Last     *execution.State // the last run that ended
}

// List describes the schedules of the known kinds, and of others that are ours,
// in that order.
func List(ctx context.Context, c client.Client, known []string) ([]Overview, error) {
	kinds, err := kindsWithSchedules(ctx, c, known)
	if err != nil {
		return nil, err
	}
	var all []Overview
	for _, kind := range kinds {
		description, err := handleOf(ctx, c, ID(kind)).Describe(ctx)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("describe schedule %s: %w", ID(kind), err)
		}
		overview, err := overviewOf(ctx, c, kind, description)
		if err != nil {
			return nil, err
		}
		all = append(all, overview)
	}
	return all, markStranded(ctx, c, all)
}

// markStranded finds the runs under way that wait for a worker of their build.
func markStranded(ctx context.Context, c client.Client, all []Overview) error {
	if !slices.ContainsFunc(all, Overview.underWay) {
		return nil
	}
	workers, err := deployment.Workers(ctx, c)
	if err != nil {
		return err
	}
	builds, err := deployment.Look(ctx, deployment.Handle(c))
	if err != nil {
		return err
	}
	for i, o := range all {
		all[i].Stranded = o.underWay() && workers[cmp.Or(o.Running.Build, builds.Current)] == 0
	}
	return nil
}

func (o Overview) underWay() bool { return o.Running != nil }

func overviewOf(ctx context.Context, c client.Client, kind string, description *client.ScheduleDescription) (Overview, error) {
	state := description.Schedule.State
	o := Overview{
		Kind: kind, Schedule: ID(kind), Every: Described(description.Schedule).Every, Paused: state.Paused, Note: state.Note,
		Approval: approvalIn(description.Schedule), Changed: description.Info.CreatedAt,
	}
	if changed := description.Info.LastUpdateAt; changed.After(o.Changed) {
		o.Changed = changed
	}
	if next := description.Info.NextActionTimes; len(next) > 0 && !state.Paused {
		o.Next = next[0]
		o.Skipped = skipped(o.Next.Add(-o.Every), description.Info.RecentActions)
	}
	err := o.readRuns(ctx, c, description.Info)
	return o, err
}

// skipped is the time that a run was due at, unless one was started for it, or after it.
func skipped(due time.Time, actions []client.ScheduleActionResult) time.Time {
	if slices.ContainsFunc(actions, func(action client.ScheduleActionResult) bool { return !action.ScheduleTime.Before(due) }) {
		return time.Time{}
	}
	return due
}

// readRuns looks from the newest run back to the last one that ended.
func (o *Overview) readRuns(ctx context.Context, c client.Client, info client.ScheduleInfo) error {
	for i := len(info.RecentActions) - 1; i >= 0 && o.Last == nil; i-- {
		action := info.RecentActions[i]
		if action.StartWorkflowResult == nil {
			continue
		}
		state, err := look(ctx, c, action)
		if err != nil {
			return err
		}
		if state.Outcome == execution.Running {
			o.Running = &state
			continue
		}
		o.Last = &state
	}
	return nil
}

// look gives what the schedule itself knows of a run that Temporal has deleted:
// its retention may be shorter than the interval.
func look(ctx context.Context, c client.Client, action client.ScheduleActionResult) (execution.State, error) {
	run := runOf(*action.StartWorkflowResult)
	state, err := execution.Look(ctx, c, run)
	if isNotFound(err) {
		return execution.State{Run: run, StartedAt: action.ActualTime, Outcome: execution.Unknown}, nil
	}
	return state, err
}
