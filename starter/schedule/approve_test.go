package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/starter/execution"
	"cloudsync/starter/temporaltest"
	"cloudsync/workflows"
)

// carried collects the approvals with which runs began.
type carried struct {
	mu   sync.Mutex
	runs []workflows.Input
	ids  []string // of the runs
}

// untilTold is a run that ends when it gets a signal.
func (c *carried) untilTold(ctx workflow.Context, in workflows.Input) (workflows.Report, error) {
	if !workflow.IsReplaying(ctx) {
		c.mu.Lock()
		c.runs, c.ids = append(c.runs, in), append(c.ids, workflow.GetInfo(ctx).WorkflowExecution.RunID)
		c.mu.Unlock()
	}
	return untilTold(ctx, in)
}

func (c *carried) last() *workflows.Approval {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.runs[len(c.runs)-1].Approval
}

// approved says that the run began with an approval.
func (c *carried) approved(runID string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.Index(c.ids, runID)
	return at >= 0 && c.runs[at].Approval != nil
}

func approvalOf(by string) *workflows.Approval {
	return &workflows.Approval{Digests: []string{"2:c03bb8cdbce48321"}, By: by, Note: "the fleet was retired"}
}

// newApprover is ann, who approves.
func newApprover(n temporaltest.Namespace) *Starter {
	starter := newStarter(n)
	starter.Approval = approvalOf("ann")
	return starter
}

// plant leaves an approval in the schedule's input, as a killed starter does.
func plant(t *testing.T, n temporaltest.Namespace, approval workflows.Approval) {
	t.Helper()
	r := request{
		Starter: &Starter{Approval: &approval}, kind: "resource_host",
		handle: handleOf(t.Context(), n, ID("resource_host")),
	}
	require.NoError(t, r.update(t.Context(), func(client.Schedule) (workflows.Input, error) {
		return workflows.Input{Kind: "resource_host", Approval: &approval}, nil
	}))
}

func pendingIn(t *testing.T, n temporaltest.Namespace) *workflows.Approval {
	t.Helper()
	return approvalIn(describe(t, n, "resource_host").Schedule)
}

// patience bounds any wait of these tests; it is never reached when all is well.
const patience = 5 * time.Minute

func end(t *testing.T, n temporaltest.Namespace, run execution.Run) {
	t.Helper()
	require.NoError(t, n.SignalWorkflow(context.WithoutCancel(t.Context()), run.WorkflowID, run.RunID, "end", nil))
}

// underWay is a schedule with a run that goes on until it is told to end.
func underWay(t *testing.T) (temporaltest.Namespace, *carried) {
	var runs carried
	n := pausedSchedule(t, runs.untilTold)
	_, err := newStarter(n).Start(t.Context(), "resource_host")
	require.NoError(t, err)
	return n, &runs
}

func TestApprovalIsCarriedByOneRun(t *testing.T) {
	t.Parallel()
	var runs carried
	n := pausedSchedule(t, runs.untilTold)
	started, err := newApprover(n).Start(t.Context(), "resource_host")
	require.NoError(t, err)
	require.Nil(t, pendingIn(t, n), "taken back")
	end(t, n, *started.Run)
	require.NoError(t, n.GetWorkflow(t.Context(), started.Run.WorkflowID, started.Run.RunID).Get(t.Context(), nil))
	approval := runs.last()
	require.Equal(t, "ann", approval.By)
	require.Equal(t, "the fleet was retired", approval.Note)
	require.WithinDuration(t, time.Now().Add(approvalLease), approval.Until, time.Minute)
	require.Equal(t, Define("resource_host", time.Hour), Described(describe(t, n, "resource_host").Schedule))
}

// However long the run under way takes, the one behind it begins with an approval
// that has not ended.
func TestApprovalIsRenewedWhileItWaits(t *testing.T) {
	t.Parallel()
	n, runs := underWay(t)
	starter := newApprover(n)
	starter.shortLease = 4 * time.Second
	ctx, cancel := context.WithCancelCause(t.Context())
	var first time.Time
	starter.Queued = func(behind execution.Run) {
		first = pendingIn(t, n).Until
		go func() {
			if err := endOnceRenewed(ctx, n, behind, first); err != nil {
				cancel(err)
			}
		}()
	}
	_, err := starter.Start(ctx, "resource_host")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return runs.last() != nil }, patience, lookPause)
	require.True(t, runs.last().Until.After(first))
}

// endOnceRenewed ends a run after the first end of the approval behind it has
// passed, and the schedule has the next one: a busy server may be late with it.
func endOnceRenewed(ctx context.Context, n temporaltest.Namespace, run execution.Run, first time.Time) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errors.New("the schedule shows no renewed approval"))
	defer cancel()
	for {
		now, err := handleOf(ctx, n, ID("resource_host")).Describe(ctx)
		if err != nil {
			return err
		}
		if pending := approvalIn(now.Schedule); pending != nil && pending.Until.After(first) && time.Now().After(first) {
			return n.SignalWorkflow(ctx, run.WorkflowID, run.RunID, "end", nil)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(lookPause):
		}
	}
}

func TestApprovalIsTakenBackWhenNobodyWaits(t *testing.T) {
	t.Parallel()
	n, _ := underWay(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	starter := newApprover(n)
	starter.Queued = func(execution.Run) { cancel(enough) }
	_, err := starter.Start(ctx, "resource_host")
	var unfinished *UnfinishedApproval
	require.ErrorAs(t, err, &unfinished)
	require.ErrorIs(t, err, enough)
	require.Equal(t, "the approval was taken back: a run that still begins has none", unfinished.Fate)
	require.Nil(t, pendingIn(t, n))
}

// Between the last look and the withdrawal, a run may begin. A server that takes one
// run for another of the same second starts yet another: the first one counts.
func TestRunThatBeginsAsNobodyWaits(t *testing.T) {
	t.Parallel()
	n, runs := underWay(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	starter := newApprover(n)
	var second string
	starter.Queued = func(behind execution.Run) {
		end(t, n, behind)
		handle := handleOf(t.Context(), n, ID("resource_host"))
		require.Eventually(t, func() bool {
			now, err := handle.Describe(t.Context())
			if err != nil {
				return false
			}
			for _, action := range now.Info.RecentActions {
				if second = action.StartWorkflowResult.FirstExecutionRunID; runs.approved(second) {
					return true
				}
			}
			if len(now.Info.RunningWorkflows) == 0 { // the server may have dropped the request: see maxTriggers
				_ = handle.Trigger(t.Context(), client.ScheduleTriggerOptions{Overlap: enums.SCHEDULE_OVERLAP_POLICY_BUFFER_ONE})
			}
			return false
		}, patience, lookPause)
		cancel(errors.New("enough"))
	}
	_, err := starter.Start(ctx, "resource_host")
	var unfinished *UnfinishedApproval
	require.ErrorAs(t, err, &unfinished)
	require.Equal(t, "run "+second+" has begun with the approval meanwhile: see `starter show "+second+"`", unfinished.Fate)
	require.Nil(t, pendingIn(t, n))
}

func TestPendingApprovalIsNotOverwritten(t *testing.T) {
	t.Parallel()
	n := pausedSchedule(t, atOnce)
	until := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	for _, pending := range []time.Time{until, {}} { // older starters knew no end
		other := *approvalOf("bob")
		other.Until = pending
		plant(t, n, other)
		_, err := newApprover(n).Start(t.Context(), "resource_host")
		require.ErrorContains(t, err, "an approval is pending already, by bob of 2:c03bb8cd…")
		require.ErrorContains(t, err, "take it back with `starter apply`")
		require.Equal(t, other, *pendingIn(t, n))
	}
	require.Len(t, apply(t, n, syncing(false, every("resource_host", time.Hour))), 1)
	require.Nil(t, pendingIn(t, n))

	ended := *approvalOf("bob")
	ended.Until = time.Now().Add(-time.Minute)
	plant(t, n, ended)
	_, err := newApprover(n).Start(t.Context(), "resource_host")
	require.NoError(t, err)
	require.Nil(t, pendingIn(t, n))
}

// Two look at the same moment, and both find nothing pending: the one that was
// overwritten is told so, and leaves the other's approval alone.
func TestOverwrittenApprovalIsNoticed(t *testing.T) {
	t.Parallel()
	n, _ := underWay(t)
	starter := newApprover(n)
	other := *approvalOf("bob")
	starter.Queued = func(execution.Run) { plant(t, n, other) }
	_, err := starter.Start(t.Context(), "resource_host")
	require.ErrorIs(t, err, errTaken)
	require.Equal(t, other, *pendingIn(t, n))
}

// A run that the schedule started just before it had the approval is not taken for
// the one that carries it.
func TestRunWithoutTheApprovalDoesNotCount(t *testing.T) {
	t.Parallel()
	n := pausedSchedule(t, func(workflow.Context, workflows.Input) (workflows.Report, error) {
		return workflows.Report{Outcome: activities.Unchanged}, nil
	})
	before, err := newStarter(n).Start(t.Context(), "resource_host")
	require.NoError(t, err)
	starter := newApprover(n)
	r := request{
		Starter: starter, kind: "resource_host", handle: handleOf(t.Context(), n, ID("resource_host")),
		known: map[string]bool{}, // as if the run had begun after the look
	}
	started, err := r.startApproved(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, before.Run.RunID, started.Run.RunID)
	found, err := r.carries(t.Context(), *started.Run)
	require.NoError(t, err)
	require.True(t, found)
}

// stuck is a Temporal in which an approval cannot be taken back.
type stuck struct{ client.Client }

func (c stuck) ScheduleClient() client.ScheduleClient {
	return stuckSchedules{c.Client.ScheduleClient()}
}

type stuckSchedules struct{ client.ScheduleClient }

func (c stuckSchedules) GetHandle(ctx context.Context, id string) client.ScheduleHandle {
	return &stuckSchedule{ScheduleHandle: c.ScheduleClient.GetHandle(ctx, id)}
}

type stuckSchedule struct {
	client.ScheduleHandle
	updated bool
}

func (s *stuckSchedule) Update(ctx context.Context, options client.ScheduleUpdateOptions) error {
	if s.updated {
		return errors.New("no answer")
	}
	s.updated = true
	return s.ScheduleHandle.Update(ctx, options)
}

func TestApprovalThatStaysIsTold(t *testing.T) {
	t.Parallel()
	n, _ := underWay(t)
	starter := newApprover(n)
	starter.Temporal = stuck{n}
	ctx, cancel := context.WithCancelCause(t.Context())
	starter.Queued = func(execution.Run) { cancel(errors.New("enough")) }
	_, err := starter.Start(ctx, "resource_host")
	var unfinished *UnfinishedApproval
	require.ErrorAs(t, err, &unfinished)
	require.Regexp(t, "^the approval could not be taken back \\(no answer\\): runs of resource_host that begin until "+
		"..:..:.. UTC carry it, unless `starter apply` takes it back$", unfinished.Fate)
	list, err := List(t.Context(), n, []string{"resource_host"})
	require.NoError(t, err)
	require.Equal(t, "ann", list[0].Approval.By)
}

// unheard is a Temporal that takes an approval, and whose answers get lost.
type unheard struct{ client.Client }

func (c unheard) ScheduleClient() client.ScheduleClient {
	return unheardSchedules{c.Client.ScheduleClient()}
}

type unheardSchedules struct{ client.ScheduleClient }

func (c unheardSchedules) GetHandle(ctx context.Context, id string) client.ScheduleHandle {
	return unheardSchedule{c.ScheduleClient.GetHandle(ctx, id)}
}

type unheardSchedule struct{ client.ScheduleHandle }

func (s unheardSchedule) Update(ctx context.Context, options client.ScheduleUpdateOptions) error {
	if pending, err := s.Describe(ctx); err != nil || approvalIn(pending.Schedule) == nil {
		_ = s.ScheduleHandle.Update(ctx, options)
	}
	return errors.New("no answer")
}

func TestApprovalThatMayStayIsTold(t *testing.T) {
	t.Parallel()
	n := pausedSchedule(t, atOnce)
	starter := newApprover(n)
	starter.Temporal = unheard{n}
	_, err := starter.Start(t.Context(), "resource_host")
	var unfinished *UnfinishedApproval
	require.ErrorAs(t, err, &unfinished)
	require.Contains(t, unfinished.Fate, "the approval could not be taken back (no answer)")
	require.NotNil(t, pendingIn(t, n))
}

// An approval of thousands of sets is one line of a list.
func TestDescribeApprovalOfManySets(t *testing.T) {
	t.Parallel()
	approval := workflows.Approval{By: "bob"}
	for i := range 2000 {
		approval.Digests = append(approval.Digests, fmt.Sprintf("%d:c03bb8cd00000000", i))
	}
	require.Equal(t, "by bob of 0:c03bb8cd…, 1:c03bb8cd…, 2:c03bb8cd…, 3:c03bb8cd…, 4:c03bb8cd… and 1995 more", DescribeApproval(approval))
	approval.Digests = approval.Digests[:5]
	require.Equal(t, "by bob of 0:c03bb8cd…, 1:c03bb8cd…, 2:c03bb8cd…, 3:c03bb8cd…, 4:c03bb8cd…", DescribeApproval(approval))
}
