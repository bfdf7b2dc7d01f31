package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"cloudsync/activities"
	"cloudsync/cloud/mock"
	"cloudsync/dev/process"
	"cloudsync/workflows"
)

// The mock cloud skips 1% of its hosts in each listing, 300 times: none that
// exists is ever deleted, and all that went away is. Ten clouds side by side.
func TestSkippedHostsAreNeverDeleted(t *testing.T) {
	t.Parallel()
	const clouds, runs = 10, 30
	for seed := range uint64(clouds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			skipHosts(t, seed, runs)
		})
	}
}

func skipHosts(t *testing.T, seed uint64, runs int64) {
	s := newStack(t)
	settings := mock.DefaultSettings()
	settings.Seed, settings.Hosts, settings.Churn = seed, mock.ExactHosts(500), 0.03
	settings.Faults = []mock.Fault{{Type: mock.Skipped, Rate: 0.01}}
	m := mock.New(settings, []string{"r0", "r1"})
	deps := s.deps(m)
	s.startWorker(t, deps)
	skips := int64(0)
	for tick := range runs {
		m.SetTick(tick)
		before := map[string]hashes{}
		for _, region := range []string{"r0", "r1"} {
			before[region] = s.inventory(t, scopeOf(hostKind, region))
		}
		report := s.sync(t, hostKind)
		skips += report.PagingSkips
		require.Zero(t, report.Held)
		for region, before := range before {
			scope := scopeOf(hostKind, region)
			requireOnlyGoneDeleted(t, before, s.inventory(t, scope), truth(t, deps, m, scope, tick))
		}
	}
	require.Positive(t, skips)
	s.requireNoDeletionInVain(t)
}

// requireOnlyGoneDeleted: what was stored before a run and exists is stored after
// it, and what does not exist is not.
func requireOnlyGoneDeleted(t *testing.T, before, after, exist hashes) {
	t.Helper()
	for uid := range before {
		if _, exists := exist[uid]; exists {
			require.True(t, has(after, uid), "what exists stays: %s", uid)
		}
	}
	for uid := range after {
		require.True(t, has(exist, uid), "what went away is deleted: %s", uid)
	}
}

// requireNoDeletionInVain: a host that was deleted never came back, as one would
// that had existed all along.
func (s *stack) requireNoDeletionInVain(t *testing.T) {
	t.Helper()
	require.Zero(t, s.count(t, `SELECT COUNT(*) FROM resource_change AS gone JOIN resource_change AS back
		ON back.uid = gone.uid AND back.id > gone.id AND back.op = 'add' WHERE gone.op = 'delete'`))
	require.Positive(t, s.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'delete'"))
}

// trial is a cloud that an operator works on through the command line.
type trial struct {
	*stack
	config string
	tick   string
	worker *process.Child
}

func newTrial(t *testing.T, mockSettings string) *trial {
	t.Helper()
	s := newStack(t)
	tr := &trial{stack: s, tick: filepath.Join(t.TempDir(), "tick")}
	tr.setTick(t, 0)
	tr.config = s.writeConfig(t, "beijing, shanghai", "{ seed: 3, tick_file: "+tr.tick+", "+mockSettings+" }")
	tr.worker = s.startProcess(t, tr.config)
	_, status := s.starter(t, tr.config, "apply")
	require.Zero(t, status)
	_, status = s.starter(t, tr.config, "run", hostKind, "--wait")
	require.Zero(t, status)
	return tr
}

// restart goes on with a worker of another configuration.
func (tr *trial) restart(t *testing.T, config string) {
	t.Helper()
	require.NoError(t, tr.worker.Stop(t.Context()))
	tr.config, tr.worker = config, tr.startProcess(t, config)
}

func (tr *trial) setTick(t *testing.T, tick int64) {
	t.Helper()
	require.NoError(t, mock.WriteTick(tr.tick, tick))
}

// asJSON runs a command of the starter and reads the report that it prints.
func (tr *trial) asJSON(t *testing.T, wantStatus int, args ...string) (report workflows.Report) {
	t.Helper()
	out, status := tr.starter(t, tr.config, append([]string{"--output", "json"}, args...)...)
	require.Equal(t, wantStatus, status)
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	return report
}

// A plan says what a run would do, and leaves everything as it was.
func TestPlanChangesNothing(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "hosts: 200, churn: 0.3")
	out, status := tr.starter(t, tr.config, "plan", hostKind)
	require.Zero(t, status)
	require.Contains(t, out, "nothing to change in 2 scopes")

	tr.setTick(t, 2)
	tr.watchStaging(t)
	before := tr.fingerprint(t)
	out, status = tr.starter(t, tr.config, "plan", hostKind)
	require.Equal(t, 2, status)
	for _, sign := range []string{"  + i-", "  ~ i-", "  - i-", " → "} {
		require.Contains(t, out, sign)
	}
	planned := tr.asJSON(t, 2, "plan", hostKind, "--scope", "mock/demo/beijing")
	require.EqualValues(t, 1, planned.Scopes)
	require.Equal(t, before, tr.fingerprint(t))
	tr.requireNothingInFlight(t)

	whole := tr.asJSON(t, 2, "plan", hostKind)
	run := tr.asJSON(t, 0, "run", hostKind, "--wait")
	require.Equal(t, [3]int64{whole.ToAdd, whole.ToMod, whole.ToDel}, [3]int64{run.SuAdd, run.SuMod, run.SuDel})

	_, status = tr.starter(t, tr.config, "plan", hostKind, "--scope", "mock/demo/nowhere")
	require.Equal(t, 5, status)
}

// A plan of 100,000 hosts of which one in a hundred changed takes about as long as
// a run; both times are logged.
func TestPlanOfAFleet(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	tick := filepath.Join(t.TempDir(), "tick")
	tr := &trial{stack: s, tick: tick}
	tr.setTick(t, 0)
	tr.config = s.writeConfig(t, tenScopes, fmt.Sprintf("{ seed: 1, hosts: %d, page_size: 500, churn: 0.01, tick_file: %s }", fleet, tick))
	s.startProcess(t, tr.config)
	_, status := s.starter(t, tr.config, "apply")
	require.Zero(t, status)
	_, status = s.starter(t, tr.config, "run", hostKind, "--wait")
	require.Zero(t, status)

	tr.setTick(t, 1)
	before := tr.fingerprint(t)
	began := time.Now()
	planned := tr.asJSON(t, 2, "plan", hostKind)
	planTook := time.Since(began)
	require.Equal(t, before, tr.fingerprint(t))
	tr.requireNothingInFlight(t)
	require.Positive(t, min(planned.ToAdd, planned.ToMod, planned.ToDel))

	began = time.Now()
	run := tr.asJSON(t, 0, "run", hostKind, "--wait")
	t.Logf("of %d hosts +%d ~%d -%d: planned in %.1f s, run in %.1f s",
		fleet, planned.ToAdd, planned.ToMod, planned.ToDel, planTook.Seconds(), time.Since(began).Seconds())
	require.Equal(t, [3]int64{planned.ToAdd, planned.ToMod, planned.ToDel}, [3]int64{run.SuAdd, run.SuMod, run.SuDel})
}

// fingerprint is all that a plan must leave alone.
func (s *stack) fingerprint(t *testing.T) (sums [4]int64) {
	t.Helper()
	for i, table := range []string{"resource_host", "resource_change", "sync_run", "sync_scope"} {
		row := s.sql.QueryRowContext(t.Context(), "CHECKSUM TABLE "+table) // of these constants
		var name string
		require.NoError(t, row.Scan(&name, &sums[i]))
	}
	return sums
}

// Held deletions wait; the approval of another set deletes nothing and says what
// changed; that of the very set lets it go.
func TestApprove(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "hosts: 40, churn: 0.6")
	tr.setTick(t, 4)
	held := tr.asJSON(t, 4, "run", hostKind, "--wait")
	require.Equal(t, activities.Held, held.Outcome)
	first := digests(held)
	require.NotEmpty(t, first)

	out, _ := tr.starter(t, tr.config, "runs", hostKind)
	require.Contains(t, out, "HELD")
	require.Contains(t, out, "to decide: starter show")
	out, _ = tr.starter(t, tr.config, "show", held.RunID)
	require.Contains(t, out, "--approve "+first[0])

	tr.setTick(t, 5) // more is gone now
	mismatch := tr.asJSON(t, 4, append([]string{"run", hostKind}, approve(first)...)...)
	require.Zero(t, mismatch.SuDel)
	require.Contains(t, mismatch.Attention[0].Reason, "the approved set has changed: ")
	require.Equal(t, first, mismatch.UnusedApprovals)

	done := tr.asJSON(t, 0, append([]string{"run", hostKind, "--note", "the fleet was retired"}, approve(digests(mismatch))...)...)
	require.Equal(t, mismatch.Held, done.SuDel)
	require.NotEmpty(t, done.ApprovedBy)
	require.Equal(t, "the fleet was retired", done.ApprovalNote)
	out, status := tr.starter(t, tr.config, "show", done.RunID)
	require.Zero(t, status)
	require.Contains(t, out, "approved by")
	require.Regexp(t, "approval note +the fleet was retired", out)
	for _, digest := range done.Approved {
		require.Contains(t, out, "approved "+digest)
	}
	require.EqualValues(t, len(done.Approved), tr.count(t, "SELECT COUNT(*) FROM sync_run_scope WHERE run_id = ? AND held = 0 AND hold_digest <> ''", done.RunID))
	require.Zero(t, tr.count(t, "SELECT COUNT(*) FROM sync_run WHERE run_id = ? AND approved_by <> ''", mismatch.RunID), "nothing went by that approval")
	out, status = tr.starter(t, tr.config, "apply")
	require.Zero(t, status)
	require.Empty(t, out, "the schedule's input is as before")

	_, status = tr.starter(t, tr.config, "run", hostKind, "--approve", "12:xyz")
	require.Equal(t, 1, status)
	gone := tr.asJSON(t, 3, append([]string{"run", hostKind}, approve(first)...)...)
	require.Equal(t, activities.Unchanged, gone.Outcome)
	require.Equal(t, first, gone.UnusedApprovals)
	out, _ = tr.starter(t, tr.config, "runs", hostKind)
	require.Contains(t, out, "superseded by run")
	require.NotContains(t, out, "to decide")
	out, _ = tr.starter(t, tr.config, "show", held.RunID)
	require.NotContains(t, out, "--approve")
}

func digests(report workflows.Report) (digests []string) {
	for _, scope := range report.Attention {
		if scope.HoldDigest != "" {
			digests = append(digests, scope.HoldDigest)
		}
	}
	return digests
}

func approve(digests []string) (flags []string) {
	for _, digest := range digests {
		flags = append(flags, "--approve", digest)
	}
	return flags
}

// A look-up that is denied holds the deletions.
func TestDeniedLookupHolds(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "hosts: 200, churn: 0.1, faults: [{ fault: denied, call: lookup, from_tick: 1 }]")
	tr.setTick(t, 2)
	held := tr.asJSON(t, 4, "run", hostKind, "--wait")
	require.Positive(t, held.Held)
	require.Zero(t, held.SuDel)
	require.Contains(t, held.Attention[0].Reason, "could not be confirmed")
	require.Contains(t, held.Attention[0].Reason, "denied")
	require.NoError(t, os.Remove(tr.tick))
}

// A starter that is killed leaves its approval in the schedule. Once it has ended,
// it lets nothing go, even if a restore brings the approved set about again.
func TestApprovalThatStayedBehind(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "hosts: 40, churn: 0.6")
	tr.setTick(t, 4)
	held := tr.asJSON(t, 4, "run", hostKind, "--wait")
	flags := append([]string{"run", hostKind}, approve(digests(held))...)
	deleted := tr.asJSON(t, 0, flags...)
	require.Equal(t, held.Held, deleted.SuDel)
	_, status := tr.starter(t, tr.config, "restore", "--run", deleted.RunID, "--yes")
	require.Zero(t, status)

	approval := workflows.Approval{Digests: digests(held), By: "killed", Until: time.Now().Add(-time.Second)}
	tr.leaveApproval(t, approval)
	again := tr.asJSON(t, 4, "run", hostKind, "--wait")
	require.ElementsMatch(t, digests(held), digests(again), "the set is the approved one again")
	require.Zero(t, again.SuDel)
	require.False(t, again.ApprovalExpired.IsZero())
	out, _ := tr.starter(t, tr.config, "list")
	require.Contains(t, out, "an approval has ended unused: by killed")

	approval.Until = time.Now().Add(time.Hour)
	tr.leaveApproval(t, approval)
	_, status = tr.starter(t, tr.config, flags...)
	require.Equal(t, 1, status, "there is one at a time")
	out, status = tr.starter(t, tr.config, "apply")
	require.Zero(t, status)
	require.Contains(t, out, "updated cloud-sync/resource_host: input")
	require.Equal(t, held.Held, tr.asJSON(t, 0, flags...).SuDel)
}

func (tr *trial) leaveApproval(t *testing.T, approval workflows.Approval) {
	t.Helper()
	handle := tr.temporal.ScheduleClient().GetHandle(t.Context(), "cloud-sync/"+hostKind)
	require.NoError(t, handle.Update(t.Context(), client.ScheduleUpdateOptions{
		DoUpdate: func(now client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			revised := now.Description.Schedule
			revised.Action.(*client.ScheduleWorkflowAction).Args = []any{workflows.Input{Kind: hostKind, Approval: &approval}}
			return &client.ScheduleUpdate{Schedule: &revised}, nil
		},
	}))
}
