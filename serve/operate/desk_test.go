package operate

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/config"
	"cloudsync/starter/execution"
	"cloudsync/starter/schedule"
	"cloudsync/starter/temporaltest"
	"cloudsync/workflows"
)

const (
	host   = "resource_host"
	within = time.Minute // never reached when all is well
	pause  = 20 * time.Millisecond
)

// digest is one as reports write it.
var digest = "2:" + strings.Repeat("c0", 32)

// untilTold is a run that ends when it gets a signal, and answers for its progress.
func untilTold(ctx workflow.Context, in workflows.Input) (workflows.Report, error) {
	err := workflow.SetQueryHandler(ctx, workflows.ProgressQuery, func() (workflows.Progress, error) {
		return workflows.Progress{Scopes: 3, Done: 1}, nil
	})
	if err != nil {
		return workflows.Report{}, err
	}
	how := ""
	workflow.GetSignalChannel(ctx, "end").Receive(ctx, &how)
	report := workflows.Report{Kind: host, Outcome: activities.Unchanged, Scopes: 3}
	if how == "fail" {
		report.Outcome = activities.Failed
		return report, temporal.NewNonRetryableApplicationError("all failed", workflows.FailedType, nil, report)
	}
	return report, nil
}

// bench is a Desk over a namespace with a paused schedule of hosts.
type bench struct {
	temporaltest.Namespace
	*Desk
	stop  context.CancelFunc
	ended chan error
}

func newBench(t *testing.T, sync temporaltest.Sync) *bench {
	t.Helper()
	n := temporaltest.New(t)
	if sync != nil {
		n.Work(t, sync)
	}
	applier := schedule.Applier{Temporal: n, Namespace: n.Name, Kinds: []string{host}}
	_, err := applier.Apply(t.Context(), config.Sync{Resources: []config.Resource{{Kind: host, Interval: time.Hour}}})
	require.NoError(t, err)
	b := &bench{Namespace: n, ended: make(chan error, 1)}
	b.Desk = newDesk(func(ctx context.Context) (client.Client, error) {
		return client.DialContext(ctx, client.Options{
			HostPort: n.Address, Namespace: n.Name, Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
		})
	}, n.Name)
	ctx, stop := context.WithCancel(context.Background())
	b.stop = stop
	go func() { b.ended <- b.Run(ctx) }()
	t.Cleanup(stop)
	return b
}

func newDesk(dial func(context.Context) (client.Client, error), namespace string) *Desk {
	return New(Options{Dial: dial, Namespace: namespace, Kinds: []string{"resource_disk", host}, Log: slog.New(slog.DiscardHandler)})
}

// await waits for a task to come into a state.
func (b *bench) await(t *testing.T, id string, is func(Task) bool) Task {
	t.Helper()
	var task Task
	require.Eventually(t, func() bool {
		var there bool
		task, there = b.Task(id)
		return there && is(task)
	}, within, pause)
	return task
}

func began(task Task) bool  { return task.State == Began }
func queued(task Task) bool { return task.Behind != nil }

// under starts a run that is under way.
func (b *bench) under(t *testing.T) execution.Run {
	t.Helper()
	task, err := b.RunNow(t.Context(), host, "ann")
	require.NoError(t, err)
	require.Equal(t, Waiting, task.State)
	return *b.await(t, task.ID, began).Run
}

func (b *bench) end(t *testing.T, run execution.Run, how string) {
	t.Helper()
	require.NoError(t, b.SignalWorkflow(t.Context(), run.WorkflowID, run.RunID, "end", how))
}

// input is that of a run.
func (b *bench) input(t *testing.T, run execution.Run) (in workflows.Input) {
	t.Helper()
	first, err := b.GetWorkflowHistory(t.Context(), run.WorkflowID, run.RunID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT).Next()
	require.NoError(t, err)
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(first.GetWorkflowExecutionStartedEventAttributes().GetInput(), &in))
	return in
}

// pending is the approval in the schedule.
func (b *bench) pending(t *testing.T) *workflows.Approval {
	t.Helper()
	list, err := schedule.List(t.Context(), b.Namespace, []string{host})
	require.NoError(t, err)
	return list[0].Approval
}

func TestApproveBeginsARunThatCarriesTheApproval(t *testing.T) {
	t.Parallel()
	b := newBench(t, untilTold)
	ctx, cancel := context.WithCancel(t.Context())
	task, err := b.Approve(ctx, host, []string{strings.ToUpper(digest), digest}, "ann", " they are gone ")
	require.NoError(t, err)
	cancel() // whoever asked need not wait
	require.Equal(t, Task{
		ID: task.ID, At: task.At, Kind: host, By: "ann", What: "approve", Digests: []string{digest}, Note: "they are gone", State: Waiting,
	}, task)

	task = b.await(t, task.ID, began)
	carried := b.input(t, *task.Run).Approval
	require.Equal(t, "ann", carried.By)
	require.Equal(t, []string{digest}, carried.Digests)
	require.Equal(t, "they are gone", carried.Note)
	require.Nil(t, b.pending(t), "it was taken back")
	require.Equal(t, []Task{task}, b.Tasks())
}

func TestTheServerStopsWhileAnApprovalWaits(t *testing.T) {
	t.Parallel()
	b := newBench(t, untilTold)
	before := b.under(t)
	task, err := b.Approve(t.Context(), host, []string{digest}, "ann", "gone")
	require.NoError(t, err)
	require.Equal(t, before, *b.await(t, task.ID, queued).Behind)
	require.NotNil(t, b.pending(t))

	b.stop()
	require.NoError(t, <-b.ended)
	task, _ = b.Task(task.ID)
	require.Equal(t, GivenUp, task.State)
	require.Equal(t, "stopped waiting for the run to begin: the server stops; "+
		"the approval was taken back: a run that still begins has none", task.Error)
	require.Nil(t, b.pending(t))
	_, err = b.RunNow(t.Context(), host, "ann")
	require.ErrorIs(t, err, ErrNoTemporal)
}

func TestTheSameAgainIsOneTask(t *testing.T) {
	t.Parallel()
	b := newBench(t, untilTold)
	b.under(t)
	approved, err := b.Approve(t.Context(), host, []string{digest, "1:" + digest[2:]}, "ann", "gone")
	require.NoError(t, err)
	again, err := b.Approve(t.Context(), host, []string{"1:" + digest[2:], digest}, "ann", "gone")
	require.NoError(t, err)
	require.Equal(t, approved.ID, again.ID)

	var refusal *Refusal
	_, err = b.Approve(t.Context(), host, []string{digest}, "bob", "gone")
	require.ErrorAs(t, err, &refusal)
	require.ErrorContains(t, err, "an approval of resource_host by ann waits for its run to begin")
	require.Len(t, b.Tasks(), 2)
}

func TestATaskFailsWithoutWhatItNeeds(t *testing.T) {
	t.Parallel()
	b := newBench(t, untilTold)
	first, err := b.RunNow(t.Context(), "resource_disk", "ann") // which has no schedule
	require.NoError(t, err)
	b.await(t, first.ID, began)
	second, err := b.Approve(t.Context(), "resource_disk", []string{digest}, "ann", "gone")
	require.NoError(t, err)
	second = b.await(t, second.ID, func(t Task) bool { return t.State == Failed })
	require.Contains(t, second.Error, "is under way")
	require.Equal(t, second.ID, b.Tasks()[0].ID, "the newest first")
}

func TestPauseAndResumeAreSigned(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	for _, test := range []struct {
		change func(context.Context, string, string, string) error
		paused bool
	}{{b.Resume, false}, {b.Pause, true}} {
		_, err := b.Schedules(t.Context()) // which is kept for a while
		require.NoError(t, err)
		require.NoError(t, test.change(t.Context(), host, "an audit", "ann"))
		list, err := b.Schedules(t.Context())
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, test.paused, list[0].Paused)
		require.Equal(t, "an audit (ann)", list[0].Note)
	}
	var refusal *Refusal
	require.ErrorAs(t, b.Pause(t.Context(), host, " ", "ann"), &refusal)
	err := b.Pause(t.Context(), "resource_disk", "an audit", "ann")
	require.ErrorAs(t, err, &refusal)
	require.ErrorContains(t, err, "it has no schedule")
}

func TestLook(t *testing.T) {
	t.Parallel()
	b := newBench(t, untilTold)
	for how, outcome := range map[string]activities.Outcome{"well": activities.Unchanged, "fail": activities.Failed} {
		run := b.under(t)
		look, err := b.Look(t.Context(), run)
		require.NoError(t, err)
		require.Equal(t, Look{
			Run: run, Kind: host, Outcome: execution.Running, StartedAt: look.StartedAt, Progress: &workflows.Progress{Scopes: 3, Done: 1},
		}, look)
		b.end(t, run, how)
		require.Eventually(t, func() bool {
			look, err = b.Look(t.Context(), run)
			return err == nil && look.Outcome != execution.Running
		}, within, pause)
		require.Equal(t, Look{
			Run: run, Kind: host, Outcome: string(outcome), StartedAt: look.StartedAt,
			Report: &workflows.Report{Kind: host, Outcome: outcome, Scopes: 3},
		}, look)
		require.Eventually(t, func() bool { // so that the next run is another task
			list, err := schedule.List(t.Context(), b.Namespace, []string{host})
			return err == nil && list[0].Running == nil
		}, within, pause)
		b.tasks.mu.Lock()
		b.tasks.all = nil // nor is it a double click
		b.tasks.mu.Unlock()
	}
	_, err := b.Look(t.Context(), execution.Run{WorkflowID: schedule.ID(host), RunID: "00000000-0000-4000-8000-000000000000"})
	require.ErrorIs(t, err, ErrNoRun)
	_, err = b.Look(t.Context(), execution.Run{WorkflowID: schedule.ID(host), RunID: "none"})
	require.ErrorIs(t, err, ErrNoRun)
}

func TestLookAtAPlanWithoutAWorker(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	run, err := b.Plan(t.Context(), host, []string{"aws/corp/beijing"}, "ann")
	require.NoError(t, err)
	require.Equal(t, &workflows.Plan{Only: []string{"aws/corp/beijing"}}, b.input(t, run).Plan)
	look, err := b.Look(t.Context(), run)
	require.NoError(t, err)
	require.Contains(t, look.Trouble, "no worker polls task queue")
	require.Equal(t, Look{Run: run, Kind: host, Plan: true, Outcome: execution.Running, StartedAt: look.StartedAt, Trouble: look.Trouble}, look)

	require.NoError(t, b.TerminateWorkflow(t.Context(), run.WorkflowID, run.RunID, ""))
	look, err = b.Look(t.Context(), run)
	require.NoError(t, err)
	require.Equal(t, execution.Terminated, look.Outcome)
	require.True(t, look.Untold)
	require.Equal(t, "the run was terminated; the next run goes on from what it had applied", look.Report.Error)
}

// errAway is why Temporal cannot be reached.
var errAway = errors.New("connection refused")

func TestTemporalIsAway(t *testing.T) {
	t.Parallel()
	var dialled atomic.Int64
	d := newDesk(func(context.Context) (client.Client, error) {
		dialled.Add(1)
		return nil, errAway
	}, "default")
	for name, do := range map[string]func() error{
		"schedules": func() error { _, err := d.Schedules(t.Context()); return err },
		"approve":   func() error { _, err := d.Approve(t.Context(), host, []string{digest}, "ann", "gone"); return err },
		"run now":   func() error { _, err := d.RunNow(t.Context(), host, "ann"); return err },
		"pause":     func() error { return d.Pause(t.Context(), host, "an audit", "ann") },
		"resume":    func() error { return d.Resume(t.Context(), host, "an audit", "ann") },
		"plan":      func() error { _, err := d.Plan(t.Context(), host, nil, "ann"); return err },
		"look": func() error {
			_, err := d.Look(t.Context(), execution.Run{WorkflowID: schedule.ID(host), RunID: "r"})
			return err
		},
	} {
		err := do()
		require.ErrorIs(t, err, ErrNoTemporal, name)
		require.ErrorIs(t, err, errAway, name)
	}
	require.Empty(t, d.Tasks())
	require.Less(t, dialled.Load(), int64(7), "it is left alone for a while")
}

func TestTemporalDoesNotAnswerAtAll(t *testing.T) {
	t.Parallel()
	d := newDesk(func(ctx context.Context) (client.Client, error) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}, "default")
	_, err := d.Schedules(t.Context())
	require.ErrorIs(t, err, ErrNoTemporal)
	_, err = d.RunNow(t.Context(), host, "ann")
	require.ErrorIs(t, err, ErrNoTemporal)
}

func TestWhatCannotBeDecidedIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(func(context.Context) (client.Client, error) { return nil, errAway }, "default")
	long := strings.Repeat("😀", MaxNote+1)
	for _, test := range []struct {
		kind, by, note string
		digests        []string
		says           string
	}{
		{"resource_moon", "ann", "gone", []string{digest}, `there is no kind "resource_moon"`},
		{host, " ", "gone", []string{digest}, "nobody is named"},
		{host, "ann", " ", []string{digest}, "the note is missing"},
		{host, "ann", long, []string{digest}, "the note has 501 characters: write at most 500"},
		{host, "ann", "gone", nil, "no held set is named"},
		{host, "ann", "gone", []string{digest, "2:c0"}, `"2:c0" is no digest`},
		{host, "ann", "gone", make([]string, maxDigests+1), "1000 held sets at most, not 1001"},
	} {
		_, err := d.Approve(t.Context(), test.kind, test.digests, test.by, test.note)
		var refusal *Refusal
		require.ErrorAs(t, err, &refusal)
		require.ErrorContains(t, err, test.says)
	}
	_, err := d.Approve(t.Context(), host, []string{digest}, "ann", long[:len("😀")*MaxNote])
	require.ErrorIs(t, err, ErrNoTemporal, "as long as it may be")
	_, err = d.Plan(t.Context(), host, make([]string, maxOnly+1), "ann")
	require.ErrorContains(t, err, "100 scopes at most, not 101")
}

func TestForeignWorkflowsAreNotLookedAt(t *testing.T) {
	t.Parallel()
	d := newDesk(func(context.Context) (client.Client, error) { return nil, errAway }, "default")
	for _, id := range []string{
		"", "payroll", "cloud-sync/", "cloud-sync/resource_moon", "cloud-sync/retention", "cloud-sync/resource_host/part-1",
		"cloud-sync/resource_host_more", "cloud-sync/resource_host-x", "cloud-sync/resource_host/plan-", "cloud-sync/resource_host/plan-a/part-1",
		"x/cloud-sync/resource_host", "cloud-sync/resource_host\n",
	} {
		_, err := d.Look(t.Context(), execution.Run{WorkflowID: id, RunID: "r"})
		var refusal *Refusal
		require.ErrorAs(t, err, &refusal, id)
	}
	for _, id := range []string{"cloud-sync/resource_host", "cloud-sync/resource_host-2026-11-28T05:02:40Z", "cloud-sync/resource_host/plan-abcd2345"} {
		_, err := d.Look(t.Context(), execution.Run{WorkflowID: id, RunID: "r"})
		require.ErrorIs(t, err, ErrNoTemporal, id)
	}
}

func TestTasksAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	list := tasks{now: func() time.Time { return now }}
	add := func(id, kind string) error {
		_, err := list.add(Task{ID: id, Kind: kind, What: run, At: now, State: Waiting}, func() {})
		return err
	}
	for range maxFinished + 10 {
		require.NoError(t, add("f", host))
		list.change("f", func(t *Task) { t.State = Failed })
	}
	require.Len(t, list.list(), maxFinished)
	for i := range maxWaiting {
		require.NoError(t, add("w", strings.Repeat("k", i+1)))
	}
	require.ErrorContains(t, add("w", host), "50 runs that were asked for wait already")
	now = now.Add(keptFor + time.Second)
	require.Len(t, list.list(), maxWaiting, "those that wait stay")
	_, there := list.find("f")
	require.False(t, there)
}
