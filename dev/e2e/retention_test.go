package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"cloudsync/retention"
	"cloudsync/workflows"
)

// The daily schedule, started by hand, removes what is older than the limits and
// leaves what has to stay.
func TestRetention(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "churn: 0, hosts: 40")
	earlier := tr.runAndWait(t, tr.config)
	complete := tr.runAndWait(t, tr.config)
	runs := tr.count(t, "SELECT COUNT(*) FROM sync_run")
	tr.age(t, 400)
	tr.stage(t, "crashed", 400)

	long := "2000-01-01T00:00:00Z"
	_, status := tr.starter(t, tr.config, "as-of", hostKind, long)
	require.Zero(t, status, "there was nothing then")

	handle := tr.temporal.ScheduleClient().GetHandle(t.Context(), "cloud-sync/retention")
	description, err := handle.Describe(t.Context())
	require.NoError(t, err)
	require.Equal(t, 24*time.Hour, description.Schedule.Spec.Intervals[0].Every)
	report := tr.trigger(t, handle)
	require.EqualValues(t, 40, report.Changes)
	require.Equal(t, runs-1, report.Runs)
	require.EqualValues(t, 1, report.Staging)

	require.Zero(t, tr.count(t, "SELECT COUNT(*) FROM resource_change"))
	require.EqualValues(t, 1, tr.count(t, "SELECT COUNT(*) FROM sync_horizon WHERE kind = ? AND pruned_until > NOW() - INTERVAL 91 DAY", hostKind))
	require.EqualValues(t, 1, tr.count(t, "SELECT COUNT(*) FROM sync_run WHERE run_id = ?", complete.RunID), "the last complete one of its scopes")
	require.Zero(t, tr.count(t, "SELECT COUNT(*) FROM sync_run_scope WHERE run_id = ?", earlier.RunID))
	tr.requireNothingInFlight(t)
	require.Equal(t, workflows.RetentionReport{}, withoutTime(tr.trigger(t, handle)), "nothing is left to remove")

	_, status = tr.starter(t, tr.config, "as-of", hostKind, long)
	require.Equal(t, 1, status, "of then, nothing is known any more")
	out, status := tr.starter(t, tr.config, "apply")
	require.Zero(t, status)
	require.Empty(t, out, "it is no leftover")
	out, _ = tr.starter(t, tr.config, "list")
	require.NotContains(t, out, "retention", "and no kind")
}

// age makes everything older by days.
func (s *stack) age(t *testing.T, days int) {
	t.Helper()
	for _, statement := range []string{
		"UPDATE resource_change SET changed_at = changed_at - INTERVAL ? DAY",
		"UPDATE sync_run SET started_at = started_at - INTERVAL ? DAY",
	} {
		_, err := s.sql.ExecContext(t.Context(), statement, days)
		require.NoError(t, err)
	}
}

// stage leaves something in flight, as a run does that crashed days ago.
func (s *stack) stage(t *testing.T, runID string, days int) {
	t.Helper()
	_, err := s.sql.ExecContext(t.Context(), "INSERT INTO sync_stage VALUES (?, 1, 1, 1, 'x', NOW() - INTERVAL ? DAY)", runID, days)
	require.NoError(t, err)
}

// trigger starts the schedule's workflow and returns its result.
func (s *stack) trigger(t *testing.T, handle client.ScheduleHandle) (report workflows.RetentionReport) {
	t.Helper()
	before, err := handle.Describe(t.Context())
	require.NoError(t, err)
	require.NoError(t, handle.Trigger(t.Context(), client.ScheduleTriggerOptions{}))
	var after *client.ScheduleDescription
	require.Eventually(t, func() bool {
		after, err = handle.Describe(t.Context())
		require.NoError(t, err)
		return len(after.Info.RecentActions) > len(before.Info.RecentActions)
	}, patience, 50*time.Millisecond)
	started := after.Info.RecentActions[len(after.Info.RecentActions)-1].StartWorkflowResult
	require.NoError(t, s.temporal.GetWorkflow(t.Context(), started.WorkflowID, started.FirstExecutionRunID).Get(t.Context(), &report))
	return report
}

func withoutTime(report workflows.RetentionReport) workflows.RetentionReport {
	report.TimeTook = 0
	return report
}

func recordRetention(t *testing.T, r *recorder) {
	r.sync(t, hostKind)
	r.age(t, 400)
	var report workflows.RetentionReport
	run := r.upkeep(t, "retention", workflows.RetentionWorkflow, retention.Default(), &report)
	require.EqualValues(t, 30, report.Changes)
	r.save(t, r.name, run.GetID(), run.GetRunID())
}
