package e2e

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/resource"
	"cloudsync/workflows"
)

// pruneView is what `starter prune --output json` prints.
type pruneView struct {
	Plan    activities.PlanPruneOut `json:"plan"`
	Reports []workflows.PruneReport `json:"reports"`
}

func (s *stack) prune(t *testing.T, config string, status int, flags ...string) (view pruneView) {
	t.Helper()
	out, got := s.starter(t, config, append([]string{"prune", "--output", "json"}, flags...)...)
	require.Equal(t, status, got)
	require.NoError(t, json.Unmarshal([]byte(out), &view))
	return view
}

// cloudquery #5456, #12527: narrowing the configuration deleted the rows of what
// it no longer had. Here they stay, are reported by each run, and go when an
// operator says so, as a recorded change.
func TestPruneOrphans(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	wide := s.writeConfig(t, "beijing, shanghai", "{ seed: 3, churn: 0, hosts: 40 }")
	worker := s.startProcess(t, wide)
	require.Zero(t, s.runAndWait(t, wide).OrphanRows)
	require.Empty(t, s.prune(t, wide, 0).Plan.Orphans)
	orphans := s.count(t, "SELECT COUNT(*) FROM resource_host WHERE region = 'shanghai'")
	require.Positive(t, orphans)
	require.NoError(t, worker.Kill())

	narrow := s.writeConfig(t, "beijing", "{ seed: 3, churn: 0, hosts: 40 }")
	s.startProcess(t, narrow)
	_, status := s.starter(t, narrow, "apply")
	require.Zero(t, status)
	report := s.runAndWait(t, narrow)
	require.Equal(t, activities.Orphans{OrphanScopes: 1, OrphanRows: orphans}, report.Orphans)
	require.Equal(t, orphans, s.count(t, "SELECT orphan_rows FROM sync_run WHERE run_id = ?", report.RunID))
	out, _ := s.starter(t, narrow, "list")
	require.Contains(t, out, "in 1 scope that the configuration no longer has")

	before := s.hostRows(t)
	s.requireRefusals(t, narrow)
	require.Equal(t, before, s.hostRows(t), "nothing went so far")
	view := s.prune(t, narrow, 0, "--scope", "mock/demo/shanghai", "--yes")
	require.Equal(t, orphans, view.Plan.Orphans[0].Rows)
	require.Equal(t, activities.Pruned, view.Reports[0].Outcome)
	require.Equal(t, orphans, view.Reports[0].Deleted)
	require.Zero(t, s.count(t, "SELECT COUNT(*) FROM resource_host WHERE region <> 'beijing'"))
	s.requirePruned(t, narrow, view.Reports[0])
	require.Zero(t, s.runAndWait(t, narrow).OrphanRows)
	require.Empty(t, s.prune(t, narrow, 0).Plan.Orphans)
}

// requireRefusals: without --yes, and for what is configured, nothing happens.
func (s *stack) requireRefusals(t *testing.T, config string) {
	t.Helper()
	for _, flags := range [][]string{nil, {"--scope", "mock/demo/shanghai"}, {"--kind", hostKind}} {
		view := s.prune(t, config, 2, flags...)
		require.Equal(t, "mock/demo/shanghai", view.Plan.Orphans[0].Place)
		require.Empty(t, view.Reports)
	}
	view := s.prune(t, config, 1, "--scope", "mock/demo/beijing", "--yes")
	require.Equal(t, []activities.RefusedScope{{Kind: hostKind, Place: "mock/demo/beijing", Why: "the configuration has it"}}, view.Plan.Refused)
	s.prune(t, config, 1, "--scope", "mock/demo/nowhere", "--yes")
	out, status := s.starter(t, config, "prune")
	require.Equal(t, 2, status)
	require.Contains(t, out, "  starter prune --scope mock/demo/shanghai\n")
}

// requirePruned: each row has its image in the history, and the run its record.
func (s *stack) requirePruned(t *testing.T, config string, report workflows.PruneReport) {
	t.Helper()
	require.Equal(t, report.Deleted, s.count(t, `SELECT COUNT(*) FROM resource_change
		WHERE run_id = ? AND op = 'delete' AND JSON_EXTRACT(image, '$.region') = 'shanghai'`, report.RunID))
	require.Equal(t, report.Deleted, s.count(t, "SELECT su_del FROM sync_run WHERE run_id = ? AND outcome = 'pruned' AND approved_by <> ''", report.RunID))
	require.Zero(t, s.count(t, "SELECT COUNT(*) FROM sync_scope WHERE last_complete_run = ?", report.RunID), "nothing was listed")
	out, status := s.starter(t, config, "show", report.RunID)
	require.Zero(t, status)
	require.Contains(t, out, "outcome           pruned")
}

// A worker that still has an older configuration takes the scope back: the
// pruning stops, and what it had deleted comes back with the next listing.
func TestPruneLosesToARunOfAnOlderConfiguration(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	wide := s.writeConfig(t, "beijing, shanghai", "{ seed: 3, churn: 0, hosts: 40 }")
	worker := s.startProcess(t, wide)
	s.runAndWait(t, wide)
	require.NoError(t, worker.Kill())
	narrow := s.writeConfig(t, "beijing", "{ seed: 3, churn: 0, hosts: 40 }")
	s.startProcess(t, narrow)
	s.runAndWait(t, narrow)
	// As such a run does, with a number beyond all others.
	_, err := s.sql.ExecContext(t.Context(), "UPDATE sync_scope SET fence = 1000000, claimed_by = 'older' WHERE region = 'shanghai'")
	require.NoError(t, err)
	view := s.prune(t, narrow, 5, "--scope", "mock/demo/shanghai", "--yes")
	require.Equal(t, activities.Failed, view.Reports[0].Outcome)
	require.Contains(t, view.Reports[0].Scopes[0].Reason, "a newer run has claimed it")
	require.Positive(t, s.count(t, "SELECT COUNT(*) FROM resource_host WHERE region = 'shanghai'"))
	require.EqualValues(t, 1, s.count(t, "SELECT COUNT(*) FROM sync_run WHERE run_id = ? AND outcome = 'failed' AND error LIKE '%newer run%'", view.Reports[0].RunID))
}

// recordPrune records a plan, and a pruning of one scope while another one is
// refused.
func recordPrune(t *testing.T, r *recorder) {
	r.sync(t, hostKind)
	for _, row := range r.hostRows(t) { // as if the account had had another name
		meta := row.RowMeta()
		scope := resource.Scope{Kind: hostKind, Provider: meta.Provider, Account: "old", Region: meta.Region}
		uid := scope.UID(meta.NativeID)
		_, err := r.sql.ExecContext(t.Context(), "UPDATE resource_host SET account = 'old', uid = ? WHERE uid = ? AND region <> 'r0'", uid[:], meta.UID[:])
		require.NoError(t, err)
	}
	_, err := r.sql.ExecContext(t.Context(), "UPDATE sync_scope SET account = 'old' WHERE region <> 'r0'")
	require.NoError(t, err)
	var plan activities.PlanPruneOut
	run := r.upkeep(t, "prune-plan", workflows.PrunePlanWorkflow, workflows.PrunePlanInput{}, &plan)
	require.Len(t, plan.Orphans, 2)
	r.save(t, r.name+"-plan", run.GetID(), run.GetRunID())

	in := workflows.PruneInput{Kind: hostKind, By: "ann"}
	for _, orphan := range plan.Orphans {
		in.Scopes = append(in.Scopes, activities.PruneScope{ID: orphan.ID, Digest: orphan.Digest})
	}
	in.Scopes[1].Digest = "0:0"
	var report workflows.PruneReport
	run = r.upkeep(t, "prune", workflows.PruneWorkflow, in, &report)
	require.Equal(t, activities.Partial, report.Outcome)
	require.EqualValues(t, 10, report.Deleted)
	r.save(t, r.name, run.GetID(), run.GetRunID())
}
