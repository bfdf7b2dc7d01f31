package execution

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/starter/temporaltest"
	"cloudsync/workflows"
)

// recorder is a watcher that remembers, and passes on the progress it has not
// seen before.
type recorder struct {
	mu       sync.Mutex
	last     workflows.Progress
	progress chan workflows.Progress
	warnings chan string
}

func newRecorder() *recorder {
	return &recorder{progress: make(chan workflows.Progress, 100), warnings: make(chan string, 100)}
}

func (r *recorder) Progress(p workflows.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p != r.last {
		r.last = p
		r.progress <- p
	}
}

func (r *recorder) Warn(text string) { r.warnings <- text }

// staged is a run that does a scope for each signal "step", of three, and ends
// with report and err.
func staged(report workflows.Report, err error) temporaltest.Sync {
	return func(ctx workflow.Context, in workflows.Input) (workflows.Report, error) {
		progress := workflows.Progress{Scopes: 3}
		if err := workflow.SetQueryHandler(ctx, workflows.ProgressQuery, func() (workflows.Progress, error) {
			return progress, nil
		}); err != nil {
			return workflows.Report{}, err
		}
		for progress.Done < progress.Scopes {
			cancelled := false
			workflow.NewSelector(ctx).
				AddReceive(workflow.GetSignalChannel(ctx, "step"), func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil) }).
				AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) { cancelled = true }).
				Select(ctx)
			if cancelled {
				return workflows.Report{}, ctx.Err()
			}
			progress.Done++
			progress.Stats.SuAdd += 10
		}
		return report, err
	}
}

// followed is a run that is followed.
type followed struct {
	temporaltest.Namespace
	*recorder
	run  Run
	done chan result
}

type result struct {
	report workflows.Report
	err    error
}

// follow starts a run of the workflow and follows it. Without a workflow there is
// no worker.
func follow(t *testing.T, flow temporaltest.Sync) *followed {
	t.Helper()
	n := temporaltest.New(t)
	if flow != nil {
		n.Work(t, flow)
	}
	handle, err := n.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: "cloud-sync/resource_host", TaskQueue: workflows.TaskQueue,
	}, "CloudSyncWorkflow", workflows.Input{Kind: "resource_host"})
	require.NoError(t, err)
	f := &followed{
		Namespace: n, recorder: newRecorder(), done: make(chan result, 1),
		run: Run{WorkflowID: handle.GetID(), RunID: handle.GetRunID()},
	}
	follower := Follower{
		Temporal: n, Watcher: f, Every: 20 * time.Millisecond,
		Workers: &WorkerCheck{Temporal: n, Namespace: n.Name, Quiet: 300 * time.Millisecond},
	}
	go func() {
		report, err := follower.Follow(t.Context(), f.run)
		f.done <- result{report, err}
	}()
	return f
}

func (f *followed) step(t *testing.T) {
	t.Helper()
	require.NoError(t, f.SignalWorkflow(t.Context(), f.run.WorkflowID, f.run.RunID, "step", nil))
}

func TestFollowShowsProgressAndReturnsTheReport(t *testing.T) {
	t.Parallel()
	want := workflows.Report{Kind: "resource_host", Outcome: activities.OK, Stats: activities.Stats{SuAdd: 30}}
	f := follow(t, staged(want, nil))
	require.Equal(t, workflows.Progress{Scopes: 3}, <-f.progress)
	f.step(t)
	require.Equal(t, workflows.Progress{Scopes: 3, Done: 1, Stats: activities.Stats{SuAdd: 10}}, <-f.progress)
	f.step(t)
	f.step(t)
	require.Equal(t, result{report: want}, <-f.done)
}

func TestFollowReturnsTheReportOfAFailedRun(t *testing.T) {
	t.Parallel()
	want := workflows.Report{Kind: "resource_host", Outcome: activities.Failed, Scopes: 3, ScopesFailed: 3}
	f := follow(t, staged(workflows.Report{}, temporal.NewNonRetryableApplicationError("all failed", workflows.FailedType, nil, want)))
	for range 3 {
		f.step(t)
	}
	require.Equal(t, result{report: want}, <-f.done)
}

func TestFollowTellsHowARunWasEnded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end    func(*followed) error
		reason string
	}{
		"cancelled": {
			func(f *followed) error { return f.CancelWorkflow(t.Context(), f.run.WorkflowID, f.run.RunID) },
			"the run was cancelled; what it had applied stays",
		},
		"terminated": {
			func(f *followed) error { return f.TerminateWorkflow(t.Context(), f.run.WorkflowID, f.run.RunID, "") },
			"the run was terminated; the next run goes on from what it had applied",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := follow(t, staged(workflows.Report{}, nil))
			<-f.progress
			require.NoError(t, test.end(f))
			got := <-f.done
			require.NoError(t, got.err)
			require.Equal(t, workflows.Report{RunID: f.run.RunID, Outcome: activities.Failed, Error: test.reason}, got.report)
		})
	}
}

func TestFollowSaysThatThereIsNoWorker(t *testing.T) {
	t.Parallel()
	f := follow(t, nil)
	require.Equal(t, "no worker polls task queue cloudsync in namespace "+f.Name+": start one with `worker --config FILE`", <-f.warnings)
	require.NoError(t, f.TerminateWorkflow(t.Context(), f.run.WorkflowID, f.run.RunID, ""))
	<-f.done
}

// Nobody waits for ever for a check that no worker does, and a worker that comes later has
// nothing to do.
func TestUpkeepGivesUpWithoutAWorker(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	handle, err := n.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "cloud-sync/accounts", TaskQueue: workflows.TaskQueue},
		workflows.CheckAccountsName, workflows.CheckAccountsInput{})
	require.NoError(t, err)
	run := Run{WorkflowID: handle.GetID(), RunID: handle.GetRunID()}
	upkeep := Upkeep[workflows.AccountsProgress]{
		Temporal: n, Every: 20 * time.Millisecond, Progress: func(workflows.AccountsProgress) {}, Warn: func(string) {},
		Workers: &WorkerCheck{Temporal: n, Namespace: n.Name, Quiet: 100 * time.Millisecond, Limit: 300 * time.Millisecond},
	}
	var report workflows.AccountsReport
	err = upkeep.Follow(t.Context(), run, &report)
	require.EqualError(t, err, "no worker polls task queue cloudsync in namespace "+n.Name+": start one with `worker --config FILE` (waited 300ms)")
	state, err := Look(t.Context(), n, run)
	require.NoError(t, err)
	require.Equal(t, Terminated, state.Outcome)
}

func TestFollowDoesNotMissAWorkerThatIsBusy(t *testing.T) {
	t.Parallel()
	f := follow(t, staged(workflows.Report{}, nil))
	<-f.progress
	check := &WorkerCheck{Temporal: f, Namespace: f.Name}
	for range 3 {
		require.Empty(t, check.Trouble(t.Context(), f.run))
	}
	require.NoError(t, f.TerminateWorkflow(t.Context(), f.run.WorkflowID, f.run.RunID, ""))
	<-f.done
	require.Empty(t, f.warnings)
}

func TestLook(t *testing.T) {
	t.Parallel()
	f := follow(t, staged(workflows.Report{}, nil))
	<-f.progress
	state, err := Look(t.Context(), f, f.run)
	require.NoError(t, err)
	require.Equal(t, Running, state.Outcome)
	require.Nil(t, state.Figures)
	require.NoError(t, f.TerminateWorkflow(t.Context(), f.run.WorkflowID, f.run.RunID, ""))
	<-f.done
	state, err = Look(t.Context(), f, f.run)
	require.NoError(t, err)
	require.Equal(t, Terminated, state.Outcome)
	require.Nil(t, state.Figures)
}
