package e2e

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"cloudsync/activities"
	"cloudsync/resource"
	"cloudsync/workflows"
)

// hostRows are all hosts of the inventory, without the times at which it wrote
// them.
func (s *stack) hostRows(t *testing.T) map[resource.UID]resource.Row {
	t.Helper()
	var uids []resource.UID
	rows, err := s.sql.QueryContext(t.Context(), "SELECT uid FROM resource_host")
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var uid resource.UID
		require.NoError(t, rows.Scan(&uid))
		uids = append(uids, uid)
	}
	require.NoError(t, rows.Err())
	stored, err := s.store.LoadRows(t.Context(), resource.HostKind, uids)
	require.NoError(t, err)
	for _, row := range stored {
		row.RowMeta().CreatedAt, row.RowMeta().UpdatedAt = time.Time{}, time.Time{}
	}
	return stored
}

// edit changes a host by hand.
func (s *stack) edit(t *testing.T, nativeID, set string, args ...any) {
	t.Helper()
	result, err := s.sql.ExecContext(t.Context(), "UPDATE resource_host SET "+set+" WHERE native_id = ?", append(args, nativeID)...)
	require.NoError(t, err)
	n, err := result.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
}

// verify runs `starter verify` and returns what it found.
func (tr *trial) verify(t *testing.T, status int, flags ...string) (report workflows.VerifyReport) {
	t.Helper()
	out, got := tr.starter(t, tr.config, append([]string{"verify", hostKind, "--output", "json"}, flags...)...)
	require.Equal(t, status, got)
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Equal(t, tr.count(t, "SELECT COUNT(*) FROM sync_drift WHERE run_id = ?", report.RunID), report.Drifted)
	return report
}

// Whatever somebody edits by hand, a sync does not see it, a verification finds
// it, and with --repair the next run makes it right, with the change in the
// history.
func TestVerifyAndRepair(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "churn: 0, hosts: 40, faults: [{ fault: denied, region: beijing, from_tick: 1, to_tick: 1 }]")
	tr.runAndWait(t, tr.config)
	before := tr.hostRows(t)
	require.Len(t, before, 40)
	require.EqualValues(t, 40, tr.verify(t, 0).Rows)

	ids := tr.someHosts(t, "beijing", 7)
	elsewhere := tr.count(t, "SELECT id FROM sync_scope WHERE kind = ? AND region = 'shanghai'", hostKind)
	edits := map[string]struct {
		what activities.DriftType
		set  string
		args []any
	}{
		ids[0]: {activities.DriftContent, "name = 'edited'", nil},
		ids[1]: {activities.DriftContent, "vcpu = -3", nil},
		ids[2]: {activities.DriftUnreadable, "tags = '[1]'", nil},
		ids[3]: {activities.DriftPlace, "region = 'moon'", nil},
		ids[4]: {activities.DriftContent, "hash = ?", []any{[]byte("0123456789abcdef")}},
		ids[5]: {activities.DriftPlace, "scope_id = ?", []any{elsewhere}},
		ids[6]: {activities.DriftIdentity, "native_id = 'i-wrong'", nil},
	}
	for id, edit := range edits {
		tr.edit(t, id, edit.set, edit.args...)
	}
	found := tr.verify(t, 2)
	require.EqualValues(t, 7, found.Drifted)
	require.Zero(t, found.Marked)
	for _, row := range found.Sample {
		id := row.NativeID
		if id == "i-wrong" {
			id = ids[6]
		}
		require.Equal(t, edits[id].what, row.What, row)
	}
	require.EqualValues(t, 6, tr.verify(t, 2, "--scope", "mock/demo/beijing").Drifted)
	require.EqualValues(t, 1, tr.verify(t, 2, "--scope", "mock/*/shanghai").Drifted)

	repaired := tr.verify(t, 2, "--repair")
	require.EqualValues(t, 7, repaired.Drifted)
	require.EqualValues(t, 7, repaired.Marked)
	tr.setTick(t, 1) // shanghai is synced alone: a row of beijing's is not its to delete
	require.Equal(t, activities.Partial, tr.asJSON(t, 3, "run", hostKind, "--wait").Outcome)
	tr.setTick(t, 2)
	report := tr.runAndWait(t, tr.config)
	require.Equal(t, activities.OK, report.Outcome)
	require.Zero(t, tr.verify(t, 0).Drifted)
	require.Equal(t, before, tr.hostRows(t), "every row is again what the cloud has")
	require.Zero(t, tr.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'delete'"), "all of them existed all along")

	for id, fields := range map[string]string{
		ids[0]: `{"field": "name", "old": "edited"}`, ids[1]: `{"field": "vcpu", "old": -3}`,
		ids[2]: `{"field": "tags", "old": null}`, ids[3]: `{"field": "region", "old": "moon", "new": "beijing"}`,
		ids[6]: `{"field": "native_id", "old": "i-wrong", "new": "` + ids[6] + `"}`,
	} {
		require.EqualValues(t, 1, tr.count(t, `SELECT COUNT(*) FROM resource_change
			WHERE run_id = ? AND op = 'modify' AND native_id = ? AND JSON_CONTAINS(fields, ?)`, report.RunID, id, fields), fields)
	}
	out, _ := tr.starter(t, tr.config, "verify", hostKind)
	require.Contains(t, out, "drifted       0")
}

func (s *stack) someHosts(t *testing.T, region string, n int) (ids []string) {
	t.Helper()
	rows, err := s.sql.QueryContext(t.Context(), "SELECT native_id FROM resource_host WHERE region = ? ORDER BY uid LIMIT ?", region, n)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var id string
		require.NoError(t, rows.Scan(&id))
		ids = append(ids, id)
	}
	require.NoError(t, rows.Err())
	require.Len(t, ids, n)
	return ids
}

// A worker that is killed in the middle of a verification: another one goes on
// from the last row that the heartbeat named, and each row is read once.
func TestWorkerKilledDuringVerify(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	config := s.writeConfig(t, "r0, r1", fmt.Sprintf("{ seed: 1, hosts: %d, page_size: 500 }", fleet))
	killed := s.startProcess(t, config)
	s.sync(t, hostKind)
	first := s.someHosts(t, "r0", 1)[0] // before any checkpoint
	s.edit(t, first, "region = 'moon'")
	run, err := s.temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: "cloud-sync/verify", TaskQueue: workflows.TaskQueue,
	}, workflows.VerifyWorkflow, workflows.VerifyInput{Kind: hostKind})
	require.NoError(t, err)
	s.waitForCheckpoint(t, run)
	require.NoError(t, killed.Kill())
	s.edit(t, first, "region = 'r0'") // reading it again would find nothing
	s.editLast(t)

	s.startProcess(t, config)
	var report workflows.VerifyReport
	require.NoError(t, run.Get(t.Context(), &report))
	require.EqualValues(t, fleet, report.Rows, "each row once")
	require.EqualValues(t, 2, report.Drifted)
	require.EqualValues(t, 2, s.count(t, "SELECT COUNT(*) FROM sync_drift"))
}

// waitForCheckpoint waits until a heartbeat of the workflow's activity carries a
// checkpoint.
func (s *stack) waitForCheckpoint(t *testing.T, run client.WorkflowRun) {
	t.Helper()
	require.Eventually(t, func() bool {
		described, err := s.temporal.DescribeWorkflowExecution(t.Context(), run.GetID(), run.GetRunID())
		require.NoError(t, err)
		for _, activity := range described.GetPendingActivities() {
			if len(activity.GetHeartbeatDetails().GetPayloads()) > 0 {
				return true
			}
		}
		return false
	}, patience, 10*time.Millisecond)
}

// editLast edits the row that a verification reads last.
func (s *stack) editLast(t *testing.T) {
	t.Helper()
	_, err := s.sql.ExecContext(t.Context(), "UPDATE resource_host SET name = 'last' ORDER BY scope_id DESC, uid DESC LIMIT 1")
	require.NoError(t, err)
}

// upkeep runs a workflow that is no run and reads its result.
func (s *stack) upkeep(t *testing.T, id string, workflow, in, result any) client.WorkflowRun {
	t.Helper()
	run, err := s.temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: "cloud-sync/" + id, TaskQueue: workflows.TaskQueue,
	}, workflow, in)
	require.NoError(t, err)
	require.NoError(t, run.Get(t.Context(), result))
	return run
}

// recordVerify records a verification that finds a row and marks it.
func recordVerify(t *testing.T, r *recorder) {
	r.sync(t, hostKind)
	r.edit(t, r.someHosts(t, "r1", 1)[0], "name = 'edited'")
	var report workflows.VerifyReport
	run := r.upkeep(t, "verify", workflows.VerifyWorkflow, workflows.VerifyInput{Kind: hostKind, Repair: true}, &report)
	require.EqualValues(t, 1, report.Marked)
	r.save(t, r.name, run.GetID(), run.GetRunID())
}
