package history

import (
	"time"

	"cloudsync/activities"
	"cloudsync/store"
)

// RunView is the record of a run in JSON, with the names of a run's report.
type RunView struct {
	Number     int64      `json:"number"`
	Kind       string     `json:"kind"`
	RunID      string     `json:"runId"`
	WorkflowID string     `json:"workflowId"`
	Outcome    string     `json:"outcome"`
	StartedAt  time.Time  `json:"startedAt"`
	FinishedAt *time.Time `json:"finishedAt,omitempty"`
	activities.Stats
	TimeTook     float64 `json:"timeTook"` // seconds
	Scopes       int64   `json:"scopes"`
	ScopesFailed int64   `json:"scopesFailed"`
	ScopesHeld   int64   `json:"scopesHeld"`
	activities.Orphans
	// HoldSupersededBy is the number of the run since which none of the held sets
	// waits for a decision any more.
	HoldSupersededBy int64  `json:"holdSupersededBy,omitempty"`
	ApprovedBy       string `json:"approvedBy,omitempty"`
	ApprovalNote     string `json:"approvalNote,omitempty"`
	Error            string `json:"error,omitempty"`
}

// RunViews are the records of runs in JSON.
func RunViews(runs []store.Run, holds Holds) []RunView {
	views := make([]RunView, len(runs))
	for i := range runs {
		views[i] = newRunView(runs[i], holds)
	}
	return views
}

func newRunView(run store.Run, holds Holds) RunView {
	return RunView{
		Number: run.ID, Kind: run.Kind, RunID: run.RunID, WorkflowID: run.WorkflowID, Outcome: run.Outcome,
		StartedAt: run.StartedAt, FinishedAt: orAbsent(run.FinishedAt), Stats: run.Stats,
		TimeTook: float64(run.TookMS) / 1000,
		Scopes:   run.Scopes, ScopesFailed: run.ScopesFailed, ScopesHeld: run.ScopesHeld,
		ApprovedBy: run.ApprovedBy, ApprovalNote: run.ApprovalNote, Error: run.Error,
		Orphans:          activities.Orphans{OrphanScopes: run.OrphanScopes, OrphanRows: run.OrphanRows},
		HoldSupersededBy: holds.SupersededBy(run.RunID),
	}
}

// orAbsent leaves a time that is not known out of JSON.
func orAbsent(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
