package e2e

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"

	"cloudsync/activities"
	"cloudsync/cloud/mock"
	"cloudsync/visibility"
	"cloudsync/workflows"
)

// reportOrFailure returns the report of a run, also of one that failed.
func (s *stack) reportOrFailure(t *testing.T, run client.WorkflowRun) workflows.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var report workflows.Report
	err := run.Get(ctx, &report)
	var failed *temporal.ApplicationError
	if errors.As(err, &failed) && failed.Type() == workflows.FailedType {
		require.NoError(t, failed.Details(&report))
		return report
	}
	require.NoError(t, err)
	return report
}

// What an operator finds in Temporal's UI and command line.
func TestRunIsVisibleInTemporal(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	settings := mock.DefaultSettings()
	settings.Hosts = mock.ExactHosts(60)
	m := mock.New(settings, mock.DefaultRegions())
	s.startWorker(t, s.deps(m))
	s.sync(t, hostKind)
	m.SetTick(3)
	report := s.sync(t, hostKind)
	require.Positive(t, report.SuDel)

	s.requireFound(t, "CloudSyncDeletes > 0", report.RunID)
	s.requireFound(t, `CloudSyncKind = "resource_host" AND CloudSyncOutcome = "ok" AND CloudSyncHeld = 0 AND CloudSyncChanges > 1`, report.RunID)

	described, err := s.temporal.DescribeWorkflow(t.Context(), "cloud-sync/"+hostKind, report.RunID)
	require.NoError(t, err)
	summary, err := described.GetStaticSummary()
	require.NoError(t, err)
	require.Equal(t, "keep resource_host the same as the clouds", summary)
	outcome, ok := described.TypedSearchAttributes.GetKeyword(visibility.Outcome)
	require.True(t, ok)
	require.Equal(t, string(activities.OK), outcome)
	s.requireMemo(t, report)
	s.requireDetails(t, report)
}

func (s *stack) requireFound(t *testing.T, query, runID string) {
	t.Helper()
	require.Eventually(t, func() bool {
		answer, err := s.temporal.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: query})
		require.NoError(t, err)
		for _, execution := range answer.GetExecutions() {
			if execution.GetExecution().GetRunId() == runID {
				return true
			}
		}
		return false
	}, patience, 100*time.Millisecond, query)
}

func (s *stack) requireMemo(t *testing.T, report workflows.Report) {
	t.Helper()
	described, err := s.temporal.DescribeWorkflowExecution(t.Context(), "cloud-sync/"+hostKind, report.RunID)
	require.NoError(t, err)
	memo := described.GetWorkflowExecutionInfo().GetMemo().GetFields()
	for name, want := range map[string]int64{
		"public.cloud.num": report.CloudNum, "db.num": report.DBNum,
		"toAddNum": report.ToAdd, "toModNum": report.ToMod, "toDelNum": report.ToDel,
		"suAddNum": report.SuAdd, "suModNum": report.SuMod, "suDelNum": report.SuDel,
	} {
		var got int64
		require.NoError(t, converter.GetDefaultDataConverter().FromPayload(memo[name], &got), name)
		require.Equal(t, want, got, name)
	}
	require.Contains(t, memo, "timeTook")
}

func (s *stack) requireDetails(t *testing.T, report workflows.Report) {
	t.Helper()
	answer, err := s.temporal.QueryWorkflow(t.Context(), "cloud-sync/"+hostKind, report.RunID, "__temporal_workflow_metadata")
	require.NoError(t, err)
	var metadata sdk.WorkflowMetadata
	require.NoError(t, answer.Get(&metadata))
	require.Contains(t, metadata.GetCurrentDetails(), "5 of 5 scopes")
}

// requireHistoryWithin checks the size of a run's history: its events, and its
// largest payload in bytes.
func (s *stack) requireHistoryWithin(t *testing.T, runID string, maxEvents, maxPayload int) {
	t.Helper()
	events := s.events(t, "cloud-sync/"+hostKind, runID)
	require.Less(t, len(events), maxEvents)
	for _, event := range events {
		// An event holds one activity's or the workflow's payload, and little else.
		require.LessOrEqual(t, proto.Size(event), maxPayload, "%s", event.GetEventType())
	}
	t.Logf("history of run %s: %d events", runID, len(events))
}
