package operate

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"cloudsync/activities"
	"cloudsync/starter/execution"
	"cloudsync/starter/schedule"
	"cloudsync/workflows"
)

// ErrNoRun is the error of a run that Temporal does not have, or no longer.
var ErrNoRun = errors.New("no such run in Temporal, or no longer")

// progressLimit bounds the question for a run's progress: without a worker there is no answer.
const progressLimit = time.Second

var (
	// planEnd is how ids of plans go on after the schedule's id; see schedule.StartPlan.
	planEnd = regexp.MustCompile(`^/plan-[a-z0-9]{1,32}$`)
	// runEnd is how ids of runs do: a schedule adds the time, a run without one adds nothing.
	runEnd = regexp.MustCompile(`^(-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)?$`)
)

// Look looks at a run, or a plan, of a kind. The id comes from an address, so that others are
// refused: the namespace may have workflows that are no matter of the page.
func (d *Desk) Look(ctx context.Context, of execution.Run) (Look, error) {
	look := Look{Run: of}
	var ours bool
	if look.Kind, look.Plan, ours = d.kindOf(of.WorkflowID); !ours {
		return Look{}, refused("%q is no id of a run or a plan of a kind", of.WorkflowID)
	}
	if of.RunID == "" { // which Temporal takes for the newest
		return Look{}, ErrNoRun
	}
	err := d.ask(ctx, callLimit, func(ctx context.Context, c client.Client) error { return d.look(ctx, c, &look) })
	if err != nil {
		return Look{}, explainMissing(err)
	}
	return look, nil
}

// kindOf is the kind of the run, or of the plan, with a workflow id.
func (d *Desk) kindOf(workflowID string) (kind string, plan, ours bool) {
	for _, kind := range d.Kinds {
		end, begins := strings.CutPrefix(workflowID, schedule.ID(kind))
		switch {
		case begins && planEnd.MatchString(end):
			return kind, true, true
		case begins && runEnd.MatchString(end):
			return kind, false, true
		}
	}
	return "", false, false
}

// explainMissing tells a run that is not there, and an id that none can have.
func explainMissing(err error) error {
	var missing *serviceerror.NotFound
	var malformed *serviceerror.InvalidArgument
	if errors.As(err, &missing) || errors.As(err, &malformed) {
		return fmt.Errorf("%w: %w", ErrNoRun, err)
	}
	return err
}

func (d *Desk) look(ctx context.Context, c client.Client, look *Look) error {
	state, err := execution.Look(ctx, c, look.Run)
	if err != nil {
		return err
	}
	look.Outcome, look.StartedAt = state.Outcome, state.StartedAt
	if state.Outcome == execution.Running {
		d.watch(ctx, c, look)
		return nil
	}
	report, err := execution.Report(ctx, c, look.Run)
	if err != nil {
		return err
	}
	look.Untold = report.Kind == "" // whoever reports says of which kind
	report.Kind = look.Kind
	look.Report = &report
	if state.Outcome == execution.Unknown || state.Outcome == string(activities.Failed) {
		look.Outcome = string(report.Outcome) // of the others, Temporal knows how they were ended
	}
	return nil
}

// watch asks for the progress, and meanwhile whether any worker is there to answer.
func (d *Desk) watch(ctx context.Context, c client.Client, look *Look) {
	ctx, cancel := context.WithTimeout(ctx, progressLimit)
	defer cancel()
	troubles := make(chan string, 1)
	go func() {
		workers := execution.WorkerCheck{Temporal: c, Namespace: d.Namespace}
		trouble, err := workers.Missing(ctx, look.Run)
		if err != nil {
			d.Log.DebugContext(ctx, "look for workers", "run", look.Run.RunID, "error", err)
		}
		if trouble != "" {
			cancel() // nobody will answer
		}
		troubles <- trouble
	}()
	var progress workflows.Progress
	answer, err := c.QueryWorkflow(ctx, look.Run.WorkflowID, look.Run.RunID, workflows.ProgressQuery)
	if err == nil && answer.Get(&progress) == nil {
		look.Progress = &progress
		cancel()
		<-troubles
		return // a worker is there
	}
	look.Trouble = <-troubles
}
