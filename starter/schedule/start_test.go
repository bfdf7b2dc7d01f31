package schedule

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/starter/execution"
	"cloudsync/starter/temporaltest"
	"cloudsync/workflows"
)

// atOnce is a run that changes nothing.
func atOnce(workflow.Context, workflows.Input) (workflows.Report, error) {
	return workflows.Report{Outcome: activities.Unchanged}, nil
}

// untilTold is a run that ends when it gets a signal.
func untilTold(ctx workflow.Context, _ workflows.Input) (workflows.Report, error) {
	workflow.GetSignalChannel(ctx, "end").Receive(ctx, nil)
	return workflows.Report{Outcome: activities.Unchanged}, nil
}

// pausedSchedule is a namespace with a schedule that starts nothing by itself.
func pausedSchedule(t *testing.T, sync temporaltest.Sync) temporaltest.Namespace {
	n := temporaltest.New(t)
	n.Work(t, sync)
	apply(t, n, syncing(false, every("resource_host", time.Hour)))
	return n
}

func newStarter(n temporaltest.Namespace) *Starter {
	return &Starter{
		Temporal: n, Namespace: n.Name, Stay: true,
		Queued: func(execution.Run) {}, Warn: func(string) {},
		Workers: &execution.WorkerCheck{Temporal: n, Namespace: n.Name, Quiet: time.Minute},
	}
}

func TestStartFindsTheRunThatItAskedFor(t *testing.T) {
	t.Parallel()
	n := pausedSchedule(t, atOnce)
	seen := map[string]bool{}
	for range 4 { // some of them in the same second
		started, err := newStarter(n).Start(t.Context(), "resource_host")
		require.NoError(t, err)
		require.False(t, seen[started.Run.RunID], "an old run")
		seen[started.Run.RunID] = true
		require.NoError(t, n.GetWorkflow(t.Context(), started.Run.WorkflowID, started.Run.RunID).Get(t.Context(), nil))
	}
}

func TestStartWaitsForTheRunUnderWay(t *testing.T) {
	t.Parallel()
	n := pausedSchedule(t, untilTold)
	first, err := newStarter(n).Start(t.Context(), "resource_host")
	require.NoError(t, err)

	starter := newStarter(n)
	var behind execution.Run
	starter.Queued = func(run execution.Run) {
		behind = run
		require.NoError(t, n.SignalWorkflow(t.Context(), run.WorkflowID, run.RunID, "end", nil))
	}
	second, err := starter.Start(t.Context(), "resource_host")
	require.NoError(t, err)
	require.Equal(t, *first.Run, behind)
	require.NotEqual(t, first.Run.RunID, second.Run.RunID)
}

func TestStartReturnsOnceQueued(t *testing.T) {
	t.Parallel()
	n := pausedSchedule(t, untilTold)
	first, err := newStarter(n).Start(t.Context(), "resource_host")
	require.NoError(t, err)
	starter := newStarter(n)
	starter.Stay = false
	second, err := starter.Start(t.Context(), "resource_host")
	require.NoError(t, err)
	require.Equal(t, Started{Behind: first.Run}, second)
}

func TestStartEndsWithTheContext(t *testing.T) {
	t.Parallel()
	n := pausedSchedule(t, untilTold)
	_, err := newStarter(n).Start(t.Context(), "resource_host")
	require.NoError(t, err)
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	starter := newStarter(n)
	starter.Queued = func(execution.Run) { cancel(enough) }
	_, err = starter.Start(ctx, "resource_host")
	require.ErrorIs(t, err, enough)
}

func TestStartWithoutAScheduleKeepsToOneRun(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	n.Work(t, untilTold)
	started, err := newStarter(n).Start(t.Context(), "resource_host")
	require.NoError(t, err)
	require.Equal(t, "cloud-sync/resource_host", started.Run.WorkflowID)

	_, err = newStarter(n).Start(t.Context(), "resource_host")
	require.ErrorContains(t, err, "a run of resource_host is under way (run "+started.Run.RunID+")")
	require.ErrorContains(t, err, "create the schedule with `starter apply`")
}

func TestListShowsTheRunUnderWayAndTheLastOne(t *testing.T) {
	t.Parallel()
	n := pausedSchedule(t, func(ctx workflow.Context, in workflows.Input) (workflows.Report, error) {
		workflow.GetSignalChannel(ctx, "end").Receive(ctx, nil)
		return workflows.Report{}, workflow.UpsertMemo(ctx, map[string]any{"outcome": "ok", "suAddNum": 3, "public.cloud.num": 7, "timeTook": 1.5})
	})
	first, err := newStarter(n).Start(t.Context(), "resource_host")
	require.NoError(t, err)
	require.NoError(t, n.SignalWorkflow(t.Context(), first.Run.WorkflowID, first.Run.RunID, "end", nil))
	second, err := newStarter(n).Start(t.Context(), "resource_host")
	require.NoError(t, err)

	list, err := List(t.Context(), n, []string{"resource_disk", "resource_host"})
	require.NoError(t, err)
	require.Len(t, list, 1)
	host := list[0]
	require.Equal(t, "resource_host", host.Kind)
	require.Equal(t, time.Hour, host.Every)
	require.True(t, host.Paused)
	require.Equal(t, disabledNote, host.Note)
	require.Zero(t, host.Next)
	require.Equal(t, second.Run.RunID, host.Running.RunID)
	require.Equal(t, first.Run.RunID, host.Last.RunID)
	require.Equal(t, "ok", host.Last.Outcome)
	require.Equal(t, int64(3), host.Last.SuAdd)
	require.Equal(t, int64(7), host.Last.CloudNum)
	require.InDelta(t, 1.5, host.Last.TimeTook, 0)
}
