package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"

	"cloudsync/activities"
	"cloudsync/cloud/mock"
	"cloudsync/dev/layout"
	"cloudsync/diff"
	"cloudsync/workflows"
)

// TestRecordHistories writes a history of each shape that a run can have to
// workflows/testdata, where the replay test reads them. `make histories` runs it.
// A history that is there is kept: it is what runs of an earlier version look
// like, and has to keep replaying. A new shape gets a new name.
func TestRecordHistories(t *testing.T) {
	if os.Getenv("CLOUDSYNC_RECORD") == "" {
		t.Skip("records only for `make histories`")
	}
	for name, record := range map[string]func(*testing.T, *recorder){
		"unchanged":      recordUnchanged,
		"changes":        recordChanges,
		"partial":        recordPartial,
		"held":           recordHeld,
		"stood":          recordStood,
		"approved":       recordApproved,
		"plan":           recordPlan,
		"failed":         recordFailed,
		"refused":        recordRefused,
		"verdicts":       recordVerdicts,
		"cancelled":      recordCancelled,
		"hundreds":       recordHundreds,
		"many-scopes":    recordManyScopes,
		"many-unchanged": recordManyUnchanged,
		"verify":         recordVerify,
		"prune":          recordPrune,
		"retention":      recordRetention,
		"accounts":       recordAccounts,
		"notices":        recordNotices,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := os.Stat(historyPath(t, name)); err == nil {
				t.Skip("recorded by an earlier version")
			}
			record(t, newRecorder(t, name))
		})
	}
}

// recorder is a stack with a cloud of ten hosts in each of a few regions.
type recorder struct {
	*stack
	name  string
	cloud *mock.Cloud
}

func newRecorder(t *testing.T, name string) *recorder {
	t.Helper()
	regions := []string{"r0", "r1", "r2"}
	if more := map[string]int{"hundreds": 410, "many-scopes": 1010, "many-unchanged": 1010, "refused": 6, "verdicts": 6}[name]; more > 0 {
		regions = nil
		for i := range more {
			regions = append(regions, fmt.Sprintf("r%d", i))
		}
	}
	settings := mock.DefaultSettings()
	settings.Hosts = mock.ExactHosts(int64(10 * len(regions)))
	r := &recorder{stack: newStack(t), name: name, cloud: mock.New(settings, regions)}
	deps := r.deps(r.cloud)
	if name == "refused" { // a bundle at a time, and another account beside
		deps.Settings[hostKind] = activities.Settings{Policy: diff.DefaultPolicy(), MaxParallel: 1}
		deps.Accounts = append(deps.Accounts, account("other", mock.New(settings, regions[:1])))
	}
	if name == "notices" {
		deps.Notices = toldTo(newReceiver(t, 1))
	}
	r.startWorker(t, deps)
	return r
}

func recordUnchanged(t *testing.T, r *recorder) {
	r.sync(t, hostKind)
	run := r.start(t, hostKind)
	require.Equal(t, activities.Unchanged, r.report(t, run).Outcome)
	r.save(t, r.name, run.GetID(), run.GetRunID())
}

func recordChanges(t *testing.T, r *recorder) {
	r.sync(t, hostKind)
	r.cloud.SetTick(6)
	run := r.start(t, hostKind)
	report := r.report(t, run)
	require.Equal(t, activities.OK, report.Outcome)
	require.Positive(t, min(report.SuAdd, report.SuMod, report.SuDel), "one of each")
	r.save(t, r.name, run.GetID(), run.GetRunID())
}

func recordPartial(t *testing.T, r *recorder) {
	r.sync(t, hostKind)
	r.cloud.SetTick(6)
	r.cloud.SetFaults([]mock.Fault{
		{Type: mock.Denied, Region: "r1"}, {Type: mock.Poisoned, Region: "r2"},
	})
	run := r.start(t, hostKind)
	require.Equal(t, activities.Partial, r.report(t, run).Outcome)
	r.save(t, r.name, run.GetID(), run.GetRunID())
}

// recordRefused records a run that gives an account up: its credential is refused
// at the first scope.
func recordRefused(t *testing.T, r *recorder) {
	r.cloud.SetFaults([]mock.Fault{{Type: mock.InvalidCredential}})
	run := r.start(t, hostKind)
	report := r.report(t, run)
	require.Equal(t, activities.Partial, report.Outcome)
	require.Contains(t, report.Attention[len(report.Attention)-1].Reason, "skipped: ")
	r.save(t, r.name, run.GetID(), run.GetRunID())
}

func recordAccounts(t *testing.T, r *recorder) {
	run, err := r.temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "cloud-sync/accounts", TaskQueue: workflows.TaskQueue},
		workflows.CheckAccountsWorkflow, workflows.CheckAccountsInput{})
	require.NoError(t, err)
	var report workflows.AccountsReport
	require.NoError(t, run.Get(t.Context(), &report))
	require.Equal(t, 3, report.Accounts[0].Kinds[0].Readable)
	r.save(t, r.name, run.GetID(), run.GetRunID())
}

func recordHeld(t *testing.T, r *recorder) {
	r.sync(t, hostKind)
	r.cloud.SetFaults([]mock.Fault{{Type: mock.Empty, Region: "r1"}})
	run := r.start(t, hostKind)
	require.Equal(t, activities.Held, r.report(t, run).Outcome)
	r.save(t, r.name, run.GetID(), run.GetRunID())
}

// recordStood records a run in which a hold stands from before, in one scope alone, and
// others go that policy lets go.
func recordStood(t *testing.T, r *recorder) {
	r.cloud.SetFaults([]mock.Fault{{Type: mock.Empty, Region: "r1", FromTick: 1, ToTick: 1}})
	r.sync(t, hostKind)
	r.cloud.SetTick(1)
	require.Equal(t, activities.Held, r.sync(t, hostKind).Outcome)
	r.cloud.SetTick(15)
	run := r.start(t, hostKind)
	require.Equal(t, activities.Held, r.report(t, run).Outcome)
	r.save(t, r.name, run.GetID(), run.GetRunID())
}

func recordApproved(t *testing.T, r *recorder) {
	r.sync(t, hostKind)
	r.cloud.SetTick(15)
	held := r.sync(t, hostKind)
	require.Equal(t, activities.Held, held.Outcome)
	r.cloud.SetTick(16)
	approval := &workflows.Approval{Digests: digests(held), By: "operator"}
	mismatch := r.report(t, r.startInput(t, workflows.Input{Kind: hostKind, Approval: approval}))
	require.Equal(t, activities.Held, mismatch.Outcome)
	approval.Digests = digests(mismatch)
	run := r.startInput(t, workflows.Input{Kind: hostKind, Approval: approval})
	require.Equal(t, activities.OK, r.report(t, run).Outcome)
	r.save(t, r.name, run.GetID(), run.GetRunID())
	r.save(t, r.name+"-mismatch", run.GetID(), mismatch.RunID)
}

// recordVerdicts records a run whose one bundle has a verdict of each kind.
func recordVerdicts(t *testing.T, r *recorder) {
	r.sync(t, hostKind)
	r.cloud.SetFaults(faultsOfABundle)
	run := r.start(t, hostKind)
	require.Equal(t, activities.Held, r.report(t, run).Outcome)
	r.save(t, r.name, run.GetID(), run.GetRunID())
}

func recordPlan(t *testing.T, r *recorder) {
	r.sync(t, hostKind)
	r.cloud.SetTick(6)
	run := r.startInput(t, workflows.Input{Kind: hostKind, Plan: &workflows.Plan{}})
	require.NotEmpty(t, r.report(t, run).Planned)
	r.save(t, r.name, run.GetID(), run.GetRunID())
}

func recordFailed(t *testing.T, r *recorder) {
	r.cloud.SetFaults([]mock.Fault{{Type: mock.InvalidCredential}})
	run := r.start(t, hostKind)
	require.Equal(t, activities.Failed, r.reportOrFailure(t, run).Outcome)
	r.save(t, r.name, run.GetID(), run.GetRunID())
}

func recordCancelled(t *testing.T, r *recorder) {
	r.cloud.SetFaults([]mock.Fault{{Type: mock.Throttled, RetryAfter: time.Hour}})
	run := r.start(t, hostKind)
	require.Eventually(t, func() bool {
		described, err := r.temporal.DescribeWorkflowExecution(t.Context(), run.GetID(), run.GetRunID())
		require.NoError(t, err)
		throttled := 0
		for _, activity := range described.GetPendingActivities() {
			if activity.GetLastFailure() != nil {
				throttled++
			}
		}
		return throttled == 1
	}, patience, 50*time.Millisecond)
	require.NoError(t, r.temporal.CancelWorkflow(t.Context(), run.GetID(), run.GetRunID()))
	require.ErrorContains(t, run.Get(t.Context(), nil), "canceled")
	require.EqualValues(t, 3, r.count(t, "SELECT COUNT(*) FROM sync_run_scope WHERE outcome = 'failed'"))
	r.save(t, r.name, run.GetID(), run.GetRunID())
}

// recordHundreds saves a run of more scopes than one execution had in 1.0.0.
func recordHundreds(t *testing.T, r *recorder) {
	r.sync(t, hostKind)
	run := r.start(t, hostKind)
	require.Equal(t, activities.Unchanged, r.report(t, run).Outcome)
	r.save(t, r.name, run.GetID(), run.GetRunID())
}

// recordManyScopes saves the parent and the smallest child.
func recordManyScopes(t *testing.T, r *recorder) {
	run := r.start(t, hostKind)
	report := r.report(t, run)
	require.EqualValues(t, 1010, report.Scopes)
	require.EqualValues(t, 10100, report.SuAdd)
	r.save(t, r.name, run.GetID(), run.GetRunID())
	r.save(t, r.name+"-part", run.GetID()+"/part-3", "")
}

// recordManyUnchanged saves a child that records all of its scopes at once.
func recordManyUnchanged(t *testing.T, r *recorder) {
	r.sync(t, hostKind)
	run := r.start(t, hostKind)
	require.Equal(t, activities.Unchanged, r.report(t, run).Outcome)
	require.Zero(t, r.count(t, "SELECT COUNT(*) FROM sync_run_scope WHERE run_id = ?", run.GetRunID()))
	require.EqualValues(t, 1010, r.count(t, "SELECT SUM(scopes) FROM sync_run_unchanged WHERE run_id = ?", run.GetRunID()))
	part := run.GetID() + "/part-1"
	require.Equal(t, 1, r.activitiesOf(t, part, "")["RecordRun"])
	r.save(t, r.name, part, "")
}

func (r *recorder) save(t *testing.T, name, workflowID, runID string) {
	t.Helper()
	encoded, err := protojson.MarshalOptions{Indent: " "}.Marshal(&history.History{Events: r.events(t, workflowID, runID)})
	require.NoError(t, err)
	path := historyPath(t, name)
	require.NoError(t, os.WriteFile(path, append(encoded, '\n'), 0o644))
	t.Logf("recorded %s", path)
}

func historyPath(t *testing.T, name string) string {
	t.Helper()
	l, err := layout.Find(".")
	require.NoError(t, err)
	return filepath.Join(l.Root, "workflows", "testdata", name+".json")
}

// attemptsLost is how many attempts of a run's activities were made again.
func (s *stack) attemptsLost(t *testing.T, run client.WorkflowRun) (lost int64) {
	t.Helper()
	for _, event := range s.events(t, run.GetID(), run.GetRunID()) {
		lost += max(0, int64(event.GetActivityTaskStartedEventAttributes().GetAttempt())-1)
	}
	return lost
}

func (s *stack) events(t *testing.T, workflowID, runID string) (events []*history.HistoryEvent) {
	t.Helper()
	iterator := s.temporal.GetWorkflowHistory(t.Context(), workflowID, runID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for iterator.HasNext() {
		event, err := iterator.Next()
		require.NoError(t, err)
		events = append(events, event)
	}
	return events
}
