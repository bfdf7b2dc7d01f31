package e2e

import (
	"cmp"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"cloudsync/activities"
	"cloudsync/cloud/mock"
	"cloudsync/store"
	"cloudsync/store/storetest"
	"cloudsync/visibility"
	"cloudsync/workflows"
)

// requireFigures: the record of every run that has recorded its end, or was settled, and
// of every scope of it, is what the history has.
func (s *stack) requireFigures(t *testing.T) {
	t.Helper()
	wrong, err := storetest.WrongFigures(t.Context(), s.sql, "")
	require.NoError(t, err)
	require.Empty(t, wrong)
}

// requireReported: the report is what is on record of the run.
func (s *stack) requireReported(t *testing.T, report workflows.Report) {
	t.Helper()
	runs, err := s.store.FindRuns(t.Context(), report.RunID)
	require.NoError(t, err)
	require.Len(t, runs, 1)
	require.Equal(t, string(report.Outcome), runs[0].Outcome)
	require.Equal(t, runs[0].Stats, report.Stats)
}

// requireTold: so do the memo and the search attributes of the execution.
func (s *stack) requireTold(t *testing.T, workflowID, executionID string, report workflows.Report) {
	t.Helper()
	described, err := s.temporal.DescribeWorkflow(t.Context(), workflowID, executionID)
	require.NoError(t, err)
	changes, _ := described.TypedSearchAttributes.GetInt64(visibility.Changes)
	deletes, _ := described.TypedSearchAttributes.GetInt64(visibility.Deletes)
	require.Equal(t, []int64{report.Changes(), report.SuDel}, []int64{changes, deletes})
	answer, err := s.temporal.DescribeWorkflowExecution(t.Context(), workflowID, executionID)
	require.NoError(t, err)
	memo := answer.GetWorkflowExecutionInfo().GetMemo().GetFields()
	for name, want := range map[string]int64{"suAddNum": report.SuAdd, "suModNum": report.SuMod, "suDelNum": report.SuDel} {
		var got int64
		require.NoError(t, converter.GetDefaultDataConverter().FromPayload(memo[name], &got), name)
		require.Equal(t, want, got, name)
	}
}

// gate lets the batches of a run wait, from the third one of each set on, in the middle
// of their transactions.
type gate struct {
	*stack
	holder *sql.Conn
	name   string
}

func (s *stack) closeGate(t *testing.T) *gate {
	t.Helper()
	g := &gate{stack: s, name: "gate-" + s.namespace}
	var err error
	g.holder, err = s.sql.Conn(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = g.holder.Close() })
	_, err = g.holder.ExecContext(t.Context(), "DO GET_LOCK(?, 0)", g.name)
	require.NoError(t, err)
	_, err = s.sql.ExecContext(t.Context(), fmt.Sprintf(`CREATE TRIGGER gate BEFORE UPDATE ON sync_batch FOR EACH ROW
		IF NEW.seq >= 2 THEN
			DO GET_LOCK('%[1]s', 120);
			DO RELEASE_LOCK('%[1]s');
		END IF`, g.name))
	require.NoError(t, err)
	return g
}

// waitForBatch waits until a batch waits at the gate, and others have passed it.
func (g *gate) waitForBatch(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		return len(storetest.Connections(t, g.sql, "DB = DATABASE() AND STATE = 'User lock'")) > 0 &&
			g.count(t, "SELECT COUNT(*) FROM resource_change") > 0
	}, patience, 50*time.Millisecond)
}

func (g *gate) open(t *testing.T) {
	t.Helper()
	_, err := g.holder.ExecContext(t.Context(), "DO RELEASE_LOCK(?)", g.name)
	require.NoError(t, err)
}

const (
	mainID  = "cloud-sync/" + hostKind
	otherID = mainID + "/other"
)

// A newer run takes over in the middle of a first load: the older one recorded that it
// had added nothing.
func TestFiguresOfASupersededRun(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.startLoader(t)
	g := s.closeGate(t)
	older := s.start(t, hostKind)
	g.waitForBatch(t)
	left, err := s.sql.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = left.ExecContext(t.Context(), "SELECT seq FROM sync_batch WHERE run_id = ? AND scope_id = ? AND writer = ? AND op = 'add' AND seq >= 6 FOR UPDATE",
		older.GetRunID(), s.count(t, "SELECT MAX(scope_id) FROM sync_batch"), s.count(t, "SELECT MAX(writer) FROM sync_batch"))
	require.NoError(t, err)
	g.open(t) // the batches at the gate are applied, the others wait
	newer := s.startAs(t, otherID)
	require.Eventually(t, func() bool {
		return s.count(t, "SELECT COUNT(*) FROM sync_scope WHERE claimed_by = ?", newer.GetRunID()) == 1
	}, patience, 20*time.Millisecond)
	require.NoError(t, left.Rollback())
	report := s.reportOrFailure(t, older)
	s.report(t, newer)

	require.Equal(t, activities.Failed, report.Outcome)
	require.EqualValues(t, 6*store.BatchRows, report.SuAdd)
	s.requireReported(t, report)
	s.requireTold(t, mainID, older.GetRunID(), report)
	s.requireFigures(t)
}

// A run that is reset to after ListScopes goes on under its number. What it did before
// the reset still counts.
func TestFiguresOfAResetRun(t *testing.T) {
	t.Parallel()
	for name, over := range map[string]bool{"in the middle": false, "when it was over": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t)
			cloud := s.startLoader(t)
			g := s.closeGate(t)
			first := s.start(t, hostKind)
			g.waitForBatch(t)
			if over {
				g.open(t)
				s.report(t, first)
				cloud.SetTick(1)
			}
			second, ok := s.reset(t, mainID, first.GetRunID())
			require.True(t, ok)
			if !over {
				g.open(t)
			}
			report := s.reportOrFailure(t, second)
			require.Equal(t, first.GetRunID(), report.RunID, "the run is the same")
			s.requireFigures(t)
			s.requireTold(t, mainID, second.GetRunID(), report)
			if over { // else an attempt of the first part may have been at work after the report
				s.requireReported(t, report)
				require.Greater(t, report.SuAdd, int64(loaded), "both parts")
				require.Positive(t, report.SuMod)
			}
		})
	}
}

// If a run is reset while its parts are at work, those that it begins again take the place
// of the ones that it had.
func TestPartsOfAResetRun(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	cloud := newSlow(1010)
	s.startBuild(t, "v1.0.0", cloud)
	first := s.start(t, hostKind)
	<-cloud.asked
	second, ok := s.reset(t, first.GetID(), first.GetRunID())
	require.True(t, ok)
	require.Eventually(t, func() bool {
		return slices.ContainsFunc(s.events(t, second.GetID(), second.GetRunID()), func(event *history.HistoryEvent) bool {
			return event.GetChildWorkflowExecutionStartedEventAttributes() != nil || event.GetStartChildWorkflowExecutionFailedEventAttributes() != nil
		})
	}, patience, 50*time.Millisecond)
	cloud.release()
	report := s.reportOrFailure(t, second)
	require.Equal(t, activities.OK, report.Outcome, report.Attention)
	require.Equal(t, [2]int64{1010, 0}, [2]int64{report.Scopes, report.ScopesFailed})
	s.requireFigures(t)
}

// loaded is how many hosts a loader's cloud has, in batches enough that some wait at the
// gate.
const loaded = 12_000

func (s *stack) startLoader(t *testing.T) *mock.Cloud {
	t.Helper()
	settings := mock.DefaultSettings()
	settings.Hosts, settings.PageSize, settings.Churn = mock.ExactHosts(loaded), 500, 0.01
	m := mock.New(settings, []string{"r0"})
	s.startWorker(t, s.deps(m))
	return m
}

func (s *stack) startAs(t *testing.T, workflowID string) client.WorkflowRun {
	t.Helper()
	run, err := s.temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: workflowID, TaskQueue: workflows.TaskQueue,
	}, workflows.CloudSyncWorkflow, workflows.Input{Kind: hostKind})
	require.NoError(t, err)
	return run
}

// reset lets an execution go on from after ListScopes, as `temporal workflow reset`
// does. It is false if the execution has not come as far.
func (s *stack) reset(t *testing.T, workflowID, executionID string) (client.WorkflowRun, bool) {
	t.Helper()
	events := s.events(t, workflowID, executionID)
	listed := int64(0)
	for _, event := range events {
		scheduled := event.GetActivityTaskScheduledEventAttributes()
		if scheduled.GetActivityType().GetName() == "ListScopes" {
			listed = event.GetEventId()
		}
	}
	completed := slices.IndexFunc(events, func(event *history.HistoryEvent) bool {
		return event.GetActivityTaskCompletedEventAttributes().GetScheduledEventId() == listed && listed > 0
	})
	if completed < 0 {
		return nil, false
	}
	task := slices.IndexFunc(events[completed:], func(event *history.HistoryEvent) bool {
		return event.GetEventType() == enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
	})
	if task < 0 {
		return nil, false
	}
	answer, err := s.temporal.ResetWorkflowExecution(t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: s.namespace, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: workflowID, RunId: executionID},
		Reason: "test", RequestId: "reset " + executionID, WorkflowTaskFinishEventId: events[completed+task].GetEventId(),
	})
	require.NoError(t, err)
	return s.temporal.GetWorkflow(t.Context(), workflowID, answer.GetRunId()), true
}

// runsVariable names the environment variable with the number of runs that
// TestFiguresOfDisturbedRuns has.
const runsVariable = "CLOUDSYNC_TEST_RUNS"

// Runs under Temporal, one after the other and side by side, that are terminated,
// cancelled, reset, superseded, or met by faults of the cloud, with bundles of 1, 2 and 50
// scopes: after each, the records of all are what the history has. Most of the 500 runs of
// which that is shown are in TestRunsInAnyOrder of package activities, which needs no
// Temporal.
func TestFiguresOfDisturbedRuns(t *testing.T) {
	t.Parallel()
	text := cmp.Or(os.Getenv(runsVariable), "60")
	wanted, err := strconv.Atoi(text)
	require.NoError(t, err, runsVariable)
	seed := firstSeed(t)
	shapes := [][]int{{1}, {2, 1}, {50, 2}}
	for i, regions := range shapes {
		t.Run(fmt.Sprintf("bundles of %d scopes", regions[0]), func(t *testing.T) {
			t.Parallel()
			d := &disturbed{stack: newStack(t), random: rand.New(rand.NewPCG(seed, 17+uint64(i))), events: map[string]int{}}
			d.startClouds(t, seed, int64(wanted), regions)
			for d.events["runs"] < wanted/len(shapes) {
				d.once(t)
			}
			d.setTick(int64(wanted) + 1)
			d.end(t, d.startAs(t, mainID), mainID, false)
			require.Zero(t, d.count(t, "SELECT COUNT(*) FROM sync_run WHERE outcome = 'running'"), "all are settled")
			d.requireFigures(t)
			require.Equal(t, d.count(t, "SELECT COUNT(*) FROM resource_host"),
				d.count(t, "SELECT COALESCE(SUM(op = 'add'), 0) - COALESCE(SUM(op = 'delete'), 0) FROM resource_change"))
			t.Logf("sync_run and sync_run_scope equal resource_change after each of %v", d.events)
		})
	}
}

// disturbed is an installation whose runs are disturbed.
type disturbed struct {
	*stack
	random *rand.Rand
	clouds []*mock.Cloud // one for each account
	tick   int64
	events map[string]int
}

// startClouds has an account for each of the numbers, with so many regions.
func (d *disturbed) startClouds(t *testing.T, seed uint64, ticks int64, accounts []int) {
	t.Helper()
	var deps activities.Deps
	for i, regions := range accounts {
		var names []string
		for region := range regions {
			names = append(names, fmt.Sprintf("r%d", region))
		}
		m := mock.New(d.settings(seed+uint64(i), ticks, names), names)
		d.clouds = append(d.clouds, m)
		if i == 0 {
			deps = d.deps(m)
			continue
		}
		deps.Accounts = append(deps.Accounts, account(fmt.Sprintf("demo-%d", i), m))
	}
	d.startWorker(t, deps)
}

// settings are those of a cloud that is not well at one tick in three.
func (d *disturbed) settings(seed uint64, ticks int64, regions []string) mock.Settings {
	settings := mock.DefaultSettings()
	settings.Seed, settings.Hosts, settings.Churn, settings.PageSize = seed, mock.ExactHosts(900), 0.2, 50
	settings.PageDelay = 15 * time.Millisecond
	faults := []mock.FaultType{mock.Denied, mock.Duplicate, mock.Poisoned, mock.Empty}
	for tick := int64(1); tick <= ticks; tick++ {
		if d.random.IntN(3) == 0 {
			settings.Faults = append(settings.Faults, mock.Fault{
				Type: faults[d.random.IntN(len(faults))], Region: regions[d.random.IntN(len(regions))], FromTick: tick, ToTick: tick,
			})
		}
	}
	return settings
}

func (d *disturbed) setTick(tick int64) {
	for _, m := range d.clouds {
		m.SetTick(tick)
	}
}

// once is a run at the next tick, and what disturbs it.
func (d *disturbed) once(t *testing.T) {
	t.Helper()
	d.tick++
	d.setTick(d.tick)
	run := d.startAs(t, mainID)
	d.events["runs"]++
	<-time.After(time.Duration(d.random.IntN(250)) * time.Millisecond) // the moment, not a wait for something
	switch d.random.IntN(8) {
	case 0:
		d.end(t, run, mainID, true)
	case 1:
		d.terminate(t, run)
	case 2:
		d.events["cancellations"]++
		require.NoError(t, d.temporal.CancelWorkflow(t.Context(), mainID, run.GetRunID()))
		d.end(t, run, mainID, false)
	case 3, 4:
		d.overtake(t, run)
	default:
		d.resetAt(t, run)
	}
}

// end waits for the end of a run, whatever it is, and checks all records. A report is
// that of the record, if no attempt of the run can be at work that nobody waits for.
func (d *disturbed) end(t *testing.T, run client.WorkflowRun, workflowID string, reported bool) {
	t.Helper()
	if reported {
		report := d.reportOrFailure(t, run)
		d.requireReported(t, report)
		d.requireTold(t, workflowID, run.GetRunID(), report)
	} else {
		_ = run.Get(t.Context(), nil) // how it ends does not matter
	}
	d.requireFigures(t)
}

// terminate leaves the run to the next one, which settles it.
func (d *disturbed) terminate(t *testing.T, run client.WorkflowRun) {
	t.Helper()
	err := d.temporal.TerminateWorkflow(t.Context(), mainID, run.GetRunID(), "test")
	if err != nil {
		require.Contains(t, strings.ToLower(err.Error()), "already completed")
	} else {
		d.events["terminations"]++
	}
	d.end(t, run, mainID, false)
}

// overtake starts another run beside it.
func (d *disturbed) overtake(t *testing.T, older client.WorkflowRun) {
	t.Helper()
	d.tick++
	d.setTick(d.tick)
	newer := d.startAs(t, otherID)
	d.events["runs"]++
	d.events["overlaps"]++
	d.end(t, older, mainID, true)
	d.end(t, newer, otherID, true)
}

// resetAt resets the run where it is, or when it is over and the cloud has changed.
func (d *disturbed) resetAt(t *testing.T, run client.WorkflowRun) {
	t.Helper()
	if d.random.IntN(2) == 0 {
		d.end(t, run, mainID, false)
		d.tick++
		d.setTick(d.tick)
		d.events["resets of runs that were over"]++
	}
	again, ok := d.reset(t, mainID, run.GetRunID())
	for !ok { // it has only just begun
		<-time.After(10 * time.Millisecond)
		again, ok = d.reset(t, mainID, run.GetRunID())
	}
	d.events["resets"]++
	d.end(t, again, mainID, false)
}
