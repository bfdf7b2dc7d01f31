package schedule

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"cloudsync/activities"
	"cloudsync/workflows"
)

// DefineNotices is the definition of the schedule that looks, at the interval, for what people
// are told.
func DefineNotices(every time.Duration) Definition {
	return Definition{
		Every:         every,
		CatchupWindow: max(minCatchup, min(every, maxCatchup)),
		Overlap:       enums.SCHEDULE_OVERLAP_POLICY_SKIP,
		WorkflowType:  workflows.NoticesName,
		WorkflowID:    workflows.NoticesID,
		TaskQueue:     workflows.TaskQueue,
		Summary:       "look for what people are told",
	}
}

// applyNotices has the schedule if anybody is to be told anything.
func (a *Applier) applyNotices(ctx context.Context) error {
	if len(a.Notify.Receivers) > 0 {
		return a.applySchedule(ctx, DefineNotices(a.Notify.Every), true)
	}
	ours, err := a.starts(ctx, workflows.NoticesID, workflows.NoticesName)
	if err != nil || !ours {
		return err
	}
	if err := a.lookOnceMore(ctx); err != nil {
		return err
	}
	return a.delete(ctx, workflows.NoticesID, workflows.NoticesName, "the configuration has no receivers of notices")
}

// lookOnceMore has a worker look when none can have the receivers any more: that gives up what
// still waits for them, which would else wait for ever.
func (a *Applier) lookOnceMore(ctx context.Context) error {
	last := DefineNotices(0).action()
	_, err := a.Temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: workflows.LastLookID, TaskQueue: last.TaskQueue, StaticSummary: "give up the notices that wait",
		StartDelay: activities.NoticesRollout + lastLookMargin,
		// One of an earlier removal would come too early.
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING,
	}, workflows.NoticesName)
	if err != nil {
		return fmt.Errorf("start the last look for notices: %w", err)
	}
	return nil
}

// lastLookMargin is for a look that is under way, and queues notices still.
const lastLookMargin = 10 * time.Minute
