package workflows_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"cloudsync/activities"
	"cloudsync/workflows"
)

// verifyWorld is what a verification's activities find, scripted.
type verifyWorld struct {
	*testsuite.TestWorkflowEnvironment
	scopes   int
	found    func(part int) activities.Verified
	failures error
	asked    []activities.VerifyScopesIn
	finding  activities.FindVerifyScopesIn
}

func setupVerify(t *testing.T, scopes int) *verifyWorld {
	t.Helper()
	w := &verifyWorld{
		TestWorkflowEnvironment: newEnvironment(), scopes: scopes,
		found: func(int) activities.Verified { return activities.Verified{Rows: 10} },
	}
	w.RegisterWorkflow(workflows.VerifyWorkflow)
	w.RegisterActivity(w.FindVerifyScopes)
	w.RegisterActivity(w.VerifyScopes)
	return w
}

func (w *verifyWorld) FindVerifyScopes(_ context.Context, in activities.FindVerifyScopesIn) (out activities.FindVerifyScopesOut, err error) {
	w.finding = in
	for id := range int64(w.scopes) {
		out.ScopeIDs = append(out.ScopeIDs, id+1)
	}
	return out, nil
}

func (w *verifyWorld) VerifyScopes(_ context.Context, in activities.VerifyScopesIn) (activities.Verified, error) {
	w.asked = append(w.asked, in)
	return w.found(len(w.asked)), w.failures
}

func (w *verifyWorld) run(t *testing.T, in workflows.VerifyInput) (report workflows.VerifyReport, err error) {
	t.Helper()
	w.ExecuteWorkflow(workflows.VerifyWorkflow, in)
	require.True(t, w.IsWorkflowCompleted())
	if err := w.GetWorkflowError(); err != nil {
		return report, err
	}
	return report, w.GetWorkflowResult(&report)
}

func TestVerifyAddsUpItsParts(t *testing.T) {
	t.Parallel()
	w := setupVerify(t, 250)
	w.found = func(part int) activities.Verified {
		found := activities.Verified{Rows: 1000, Drifted: 30, Marked: 20, Outdated: 3}
		for i := range 30 {
			found.Sample = append(found.Sample, activities.DriftedRow{NativeID: fmt.Sprintf("i-%d-%d", part, i)})
		}
		return found
	}
	report, err := w.run(t, workflows.VerifyInput{Kind: kind, Only: []string{"mock/*/beijing"}, Repair: true})
	require.NoError(t, err)
	require.Equal(t, activities.FindVerifyScopesIn{Kind: kind, Only: []string{"mock/*/beijing"}}, w.finding)
	require.Len(t, w.asked, 3)
	require.Len(t, w.asked[0].ScopeIDs, 100)
	require.Len(t, w.asked[2].ScopeIDs, 50)
	require.True(t, w.asked[2].Repair)
	require.Equal(t, report.RunID, w.asked[1].RunID)
	require.EqualValues(t, 250, report.Scopes)
	require.EqualValues(t, 3000, report.Rows)
	require.EqualValues(t, 90, report.Drifted)
	require.EqualValues(t, 60, report.Marked)
	require.EqualValues(t, 9, report.Outdated)
	require.Len(t, report.Sample, 50, "a payload has its limits")
	require.Equal(t, "i-2-19", report.Sample[49].NativeID)

	var progress workflows.VerifyProgress
	answer, err := w.QueryWorkflow(workflows.ProgressQuery)
	require.NoError(t, err)
	require.NoError(t, answer.Get(&progress))
	require.Equal(t, workflows.VerifyProgress{Scopes: 250, Done: 250, Rows: 3000, Drifted: 90}, progress)
}

func TestVerifyWithoutRows(t *testing.T) {
	t.Parallel()
	w := setupVerify(t, 0)
	report, err := w.run(t, workflows.VerifyInput{Kind: kind})
	require.NoError(t, err)
	require.Empty(t, w.asked)
	require.Equal(t, activities.Verified{}, report.Verified)
}

func TestVerifyFails(t *testing.T) {
	t.Parallel()
	w := setupVerify(t, 1)
	w.failures = temporal.NewNonRetryableApplicationError("no such table", "Misconfigured", nil)
	_, err := w.run(t, workflows.VerifyInput{Kind: kind})
	require.ErrorContains(t, err, "no such table")
	_, err = setupVerify(t, 1).run(t, workflows.VerifyInput{})
	require.ErrorContains(t, err, "the input names no kind")
}
