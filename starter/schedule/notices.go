package schedule

import (
	"context"
	"time"

	"go.temporal.io/api/enums/v1"

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
	return a.delete(ctx, workflows.NoticesID, workflows.NoticesName, "the configuration has no receivers of notices")
}
