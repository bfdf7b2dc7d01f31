package workflows_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"cloudsync/workflows"
)

// Runs that began with an earlier version of the program go on with this one. If
// this test fails, the change of behaviour belongs behind workflow.GetVersion;
// `make histories` is for new shapes, not for making it pass.
func TestCommittedHistoriesReplay(t *testing.T) {
	t.Parallel()
	histories, err := filepath.Glob("testdata/*.json")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(histories), 16, "a history for each shape of run")
	for _, history := range histories {
		t.Run(filepath.Base(history), func(t *testing.T) {
			t.Parallel()
			replay(t, history)
		})
	}
}

func replay(t *testing.T, path string) {
	t.Helper()
	encoded, err := os.ReadFile(path)
	require.NoError(t, err)
	recorded, err := client.HistoryFromJSON(bytes.NewReader(encoded), client.HistoryJSONOptions{})
	require.NoError(t, err)
	started := recorded.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
	replayer := worker.NewWorkflowReplayer()
	for _, w := range []any{
		workflows.CloudSyncWorkflow, workflows.VerifyWorkflow,
		workflows.PrunePlanWorkflow, workflows.PruneWorkflow, workflows.RetentionWorkflow,
		workflows.CheckAccountsWorkflow, workflows.NoticesWorkflow, workflows.DeliverNoticesWorkflow,
	} {
		replayer.RegisterWorkflow(w)
	}
	// The ids of children come from the parent's.
	require.NoError(t, replayer.ReplayWorkflowHistoryWithOptions(nil, recorded, worker.ReplayWorkflowHistoryOptions{
		OriginalExecution: workflow.Execution{ID: started.GetWorkflowId(), RunID: started.GetOriginalExecutionRunId()},
	}))
}
