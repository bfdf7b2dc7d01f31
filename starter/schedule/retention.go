package schedule

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"

	"cloudsync/config"
	"cloudsync/retention"
	"cloudsync/workflows"
)

// RetentionID is the id of the schedule that removes what is old, and of its
// workflow. No kind has this name.
const RetentionID = idPrefix + "retention"

const (
	retentionEvery = 24 * time.Hour
	// retentionCatchup lets a day's removal wait for a server that is away.
	retentionCatchup = 12 * time.Hour
)

// DefineRetention is the definition of the schedule that removes what is older
// than the limits.
func DefineRetention(limits retention.Limits) Definition {
	input, err := json.Marshal(limits)
	if err != nil {
		panic(fmt.Sprintf("schedule: encode retention limits: %v", err)) // texts always encode
	}
	return Definition{
		Every:         retentionEvery,
		CatchupWindow: retentionCatchup,
		Overlap:       enums.SCHEDULE_OVERLAP_POLICY_SKIP,
		WorkflowType:  workflows.RetentionName,
		WorkflowID:    RetentionID,
		TaskQueue:     workflows.TaskQueue,
		Input:         string(input),
		Summary:       "remove old changes, records of runs, and leftovers",
	}
}

// applyRetention has the schedule unless everything is kept for good.
func (a *Applier) applyRetention(ctx context.Context, sync config.Sync) error {
	if sync.Retention.Anything() {
		return a.applySchedule(ctx, DefineRetention(sync.Retention), sync.Enable)
	}
	return a.delete(ctx, RetentionID, workflows.RetentionName, "everything is kept for good")
}
