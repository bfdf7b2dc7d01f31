package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"cloudsync/activities"
	"cloudsync/retention"
	"cloudsync/workflows"
)

// retentionWorld is what the removal's activities are asked for.
type retentionWorld struct {
	*testsuite.TestWorkflowEnvironment
	changes, staging *activities.ExpireIn
	runs             *activities.ExpireRunsIn
	err              error
}

var retentionNow = time.Date(2026, 7, 28, 0, 0, 0, 0, time.UTC)

func setupRetention(t *testing.T) *retentionWorld {
	t.Helper()
	w := &retentionWorld{TestWorkflowEnvironment: newEnvironment()}
	w.SetStartTime(retentionNow)
	w.RegisterWorkflow(workflows.RetentionWorkflow)
	for _, activity := range []any{w.ExpireChanges, w.ExpireRuns, w.ExpireStaging} {
		w.RegisterActivity(activity)
	}
	return w
}

func (w *retentionWorld) ExpireChanges(_ context.Context, in activities.ExpireIn) (activities.ExpireOut, error) {
	w.changes = &in
	return activities.ExpireOut{Removed: 3}, w.err
}

func (w *retentionWorld) ExpireRuns(_ context.Context, in activities.ExpireRunsIn) (activities.ExpireOut, error) {
	w.runs = &in
	return activities.ExpireOut{Removed: 2}, nil
}

func (w *retentionWorld) ExpireStaging(_ context.Context, in activities.ExpireIn) (activities.ExpireOut, error) {
	w.staging = &in
	return activities.ExpireOut{Removed: 1}, nil
}

func (w *retentionWorld) run(t *testing.T, limits retention.Limits) (report workflows.RetentionReport, err error) {
	t.Helper()
	w.ExecuteWorkflow(workflows.RetentionWorkflow, limits)
	require.True(t, w.IsWorkflowCompleted())
	if err := w.GetWorkflowError(); err != nil {
		return report, err
	}
	return report, w.GetWorkflowResult(&report)
}

func daysAgo(days int) time.Time { return retentionNow.AddDate(0, 0, -days) }

func TestRetentionRemovesWhatIsOlder(t *testing.T) {
	t.Parallel()
	w := setupRetention(t)
	report, err := w.run(t, retention.Default())
	require.NoError(t, err)
	require.Equal(t, []int64{3, 2, 1}, []int64{report.Changes, report.Runs, report.Staging})
	require.Equal(t, &activities.ExpireIn{Before: daysAgo(90)}, w.changes)
	require.Equal(t, &activities.ExpireIn{Before: daysAgo(1)}, w.staging)
	require.Equal(t, &activities.ExpireRunsIn{Now: retentionNow, Changed: daysAgo(90), Unchanged: daysAgo(30)}, w.runs)
}

func TestRetentionKeepsRunsAtLeastAsLongAsTheirChanges(t *testing.T) {
	t.Parallel()
	const day = retention.Keep(24 * time.Hour)
	for name, test := range map[string]struct {
		limits  retention.Limits
		changed time.Time
	}{
		"runs longer":     {retention.Limits{Changes: 10 * day, Runs: 30 * day}, daysAgo(30)},
		"changes longer":  {retention.Limits{Changes: 40 * day, Runs: 30 * day}, daysAgo(40)},
		"changes forever": {retention.Limits{Runs: 30 * day}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setupRetention(t)
			_, err := w.run(t, test.limits)
			require.NoError(t, err)
			require.Equal(t, &activities.ExpireRunsIn{Now: retentionNow, Changed: test.changed, Unchanged: daysAgo(30)}, w.runs)
			require.Nil(t, w.staging, "kept forever")
		})
	}
}

func TestRetentionOfEverything(t *testing.T) {
	t.Parallel()
	w := setupRetention(t)
	report, err := w.run(t, retention.Limits{})
	require.NoError(t, err)
	require.Equal(t, workflows.RetentionReport{}, report)
	require.Nil(t, w.changes)
	require.Nil(t, w.runs)
}

func TestRetentionFails(t *testing.T) {
	t.Parallel()
	w := setupRetention(t)
	w.err = temporal.NewNonRetryableApplicationError("denied", "Misconfigured", nil)
	_, err := w.run(t, retention.Default())
	require.ErrorContains(t, err, "denied")
	require.NotNil(t, w.runs, "what was removed before was removed")
}
