// Package execution looks at runs in Temporal: what became of them, and how far
// they are.
package execution

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"cloudsync/activities"
	"cloudsync/deployment"
)

// Run names one execution of CloudSyncWorkflow.
type Run struct {
	WorkflowID string `json:"workflowId"`
	RunID      string `json:"runId"`
}

// The outcomes of runs that reported none.
const (
	Running    = "running"
	Cancelled  = "cancelled"
	Terminated = "terminated"
	TimedOut   = "timed out"
	Unknown    = "unknown"
)

// State is what Temporal knows of a run.
type State struct {
	Run
	StartedAt time.Time `json:"startedAt"`
	// Outcome is the one of the report, or how the run ended without one.
	Outcome string `json:"outcome"`
	// Build is the one on which the run has to end, while it is under way.
	Build string `json:"build,omitempty"`
	// Figures are nil for a run that did not get as far as reporting.
	*Figures
}

// Figures are what a run reports.
type Figures struct {
	activities.Stats
	activities.Orphans
	TimeTook float64 `json:"timeTook"` // seconds
}

// Look asks Temporal for the state of a run. Its figures are in the memo.
func Look(ctx context.Context, c client.Client, run Run) (State, error) {
	answer, err := c.DescribeWorkflowExecution(ctx, run.WorkflowID, run.RunID)
	if err != nil {
		return State{}, fmt.Errorf("look at run %s: %w", run.RunID, err)
	}
	info := answer.GetWorkflowExecutionInfo()
	state := State{Run: run, StartedAt: info.GetStartTime().AsTime(), Outcome: statusOutcome(info.GetStatus())}
	if state.Outcome == Running {
		state.Build = deployment.PinnedTo(info.GetVersioningInfo())
	}
	memo, err := readMemo(info.GetMemo())
	if err != nil {
		return State{}, fmt.Errorf("read the memo of run %s: %w", run.RunID, err)
	}
	// The memo is written shortly before the end.
	if memo.Outcome == "" || state.Outcome == Running {
		return state, nil
	}
	state.Figures = &memo.Figures
	if state.Outcome == Unknown {
		state.Outcome = memo.Outcome
	}
	return state, nil
}

// statusOutcome is the outcome as far as the status alone tells it.
func statusOutcome(status enums.WorkflowExecutionStatus) string {
	switch status {
	case enums.WORKFLOW_EXECUTION_STATUS_RUNNING:
		return Running
	case enums.WORKFLOW_EXECUTION_STATUS_CANCELED:
		return Cancelled
	case enums.WORKFLOW_EXECUTION_STATUS_TERMINATED:
		return Terminated
	case enums.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
		return TimedOut
	case enums.WORKFLOW_EXECUTION_STATUS_FAILED:
		return string(activities.Failed)
	default:
		return Unknown
	}
}

// memo is what a run leaves in its memo, under the names it uses there.
type memo struct {
	Outcome string `json:"outcome"`
	Figures
}

func readMemo(stored *commonpb.Memo) (memo, error) {
	fields := map[string]json.RawMessage{}
	for name, payload := range stored.GetFields() {
		var value json.RawMessage
		if err := converter.GetDefaultDataConverter().FromPayload(payload, &value); err != nil {
			return memo{}, fmt.Errorf("%s: %w", name, err)
		}
		fields[name] = value
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return memo{}, err
	}
	var m memo
	err = json.Unmarshal(text, &m)
	return m, err
}
