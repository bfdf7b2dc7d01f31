package schedule

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"cloudsync/starter/execution"
	"cloudsync/visibility"
	"cloudsync/workflows"
)

const (
	lookPause = 200 * time.Millisecond
	// A server may drop a request silently, such as one in the second in which
	// another run began: both have the same workflow id. So a request without effect
	// is made again.
	triggerPatience = 2 * time.Second
	maxTriggers     = 5
)

// Starter starts runs out of turn, still one of a kind at a time.
type Starter struct {
	Temporal  client.Client
	Namespace string
	// Stay waits for the run that is under way to end; without it, Start returns
	// as soon as the new run is queued.
	Stay bool
	// Queued is told, with Stay, which run the new one has to wait for.
	Queued func(behind execution.Run)
	// Warn is told, with Stay, what keeps that run from getting on.
	Warn func(text string)
	// Workers finds that out.
	Workers *execution.WorkerCheck
	// Approval, where set, is what the run must carry. It needs Stay. Its end is set
	// here.
	Approval *workflows.Approval

	shortLease time.Duration // of tests
}

func (s *Starter) lease() time.Duration { return cmp.Or(s.shortLease, approvalLease) }

// Started is what became of a request for a run: one began, or it waits for
// another to end.
type Started struct {
	Run    *execution.Run
	Behind *execution.Run
}

// Start asks for a run of the kind and finds it. Any run that began after the
// request is as good as another: it sees everything that the cloud has now.
func (s *Starter) Start(ctx context.Context, kind string) (Started, error) {
	handle := handleOf(ctx, s.Temporal, ID(kind))
	before, err := handle.Describe(ctx)
	if isNotFound(err) {
		return s.startAlone(ctx, kind)
	}
	if err != nil {
		return Started{}, fmt.Errorf("look at schedule %s: %w", ID(kind), err)
	}
	r := request{Starter: s, kind: kind, handle: handle}
	var started Started
	if s.Approval == nil {
		r.known = runsOf(before.Info)
		started, err = r.await(ctx)
	} else {
		started, err = r.startApproved(ctx)
	}
	if err != nil {
		return Started{}, fmt.Errorf("start a run of %s: %w", kind, err)
	}
	return started, nil
}

// request is one request for a run of a schedule.
type request struct {
	*Starter
	kind   string
	handle client.ScheduleHandle
	known  map[string]bool // ids of the runs from before the request
	until  time.Time       // the end of the approval, in the schedule
	told   bool
}

// await triggers the schedule until that has an effect, and waits for the run.
func (r *request) await(ctx context.Context) (Started, error) {
	for range maxTriggers {
		// BUFFER_ONE: it starts as soon as the run under way ends.
		err := r.handle.Trigger(ctx, client.ScheduleTriggerOptions{Overlap: enums.SCHEDULE_OVERLAP_POLICY_BUFFER_ONE})
		if err != nil {
			return Started{}, err
		}
		started, err := r.awaitEffect(ctx)
		if err != nil || started != (Started{}) {
			return started, err
		}
	}
	return Started{}, fmt.Errorf("schedule %s was triggered %d times and started nothing: look at it with `temporal schedule describe --schedule-id %s`",
		ID(r.kind), maxTriggers, ID(r.kind))
}

// awaitEffect waits for a new run. It gives up, with an empty Started, when there
// is none for a while and none under way either.
func (r *request) awaitEffect(ctx context.Context) (Started, error) {
	for idleSince := time.Now(); time.Since(idleSince) < triggerPatience; {
		now, err := r.handle.Describe(ctx)
		if err != nil {
			return Started{}, err
		}
		if run := r.begun(now.Info); run != nil {
			return Started{Run: run}, nil
		}
		if err := r.keepOffer(ctx, now.Schedule); err != nil {
			return Started{}, err
		}
		if running := now.Info.RunningWorkflows; len(running) > 0 {
			idleSince = time.Now()
			behind := runOf(running[0])
			if !r.Stay {
				return Started{Behind: &behind}, nil
			}
			r.tell(ctx, behind)
		}
		select {
		case <-ctx.Done():
			return Started{}, context.Cause(ctx)
		case <-time.After(lookPause):
		}
	}
	return Started{}, nil
}

// begun is the first run that is not from before the request.
func (r *request) begun(info client.ScheduleInfo) *execution.Run {
	for _, action := range info.RecentActions {
		if result := action.StartWorkflowResult; result != nil && !r.known[result.FirstExecutionRunID] {
			run := runOf(*result)
			return &run
		}
	}
	return nil
}

// tell reports the wait for another run to end.
func (r *request) tell(ctx context.Context, behind execution.Run) {
	if !r.told {
		r.told = true
		r.Queued(behind)
		r.Workers.Progressed()
	}
	if trouble := r.Workers.Trouble(ctx, behind); trouble != "" {
		r.Warn(trouble)
	}
}

// runsOf lists the ids of the runs that a schedule has started lately.
func runsOf(info client.ScheduleInfo) map[string]bool {
	ids := map[string]bool{}
	for _, action := range info.RecentActions {
		if action.StartWorkflowResult != nil {
			ids[action.StartWorkflowResult.FirstExecutionRunID] = true
		}
	}
	for _, running := range info.RunningWorkflows {
		ids[running.FirstExecutionRunID] = true
	}
	return ids
}

func runOf(started client.ScheduleWorkflowExecution) execution.Run {
	return execution.Run{WorkflowID: started.WorkflowID, RunID: started.FirstExecutionRunID}
}

// startAlone starts a run of a kind without a schedule. There, the workflow id
// keeps it to one run at a time.
func (s *Starter) startAlone(ctx context.Context, kind string) (Started, error) {
	if _, err := visibility.Register(ctx, s.Temporal, s.Namespace); err != nil {
		return Started{}, err
	}
	action := Define(kind, 0).action()
	in := workflows.Input{Kind: kind}
	if s.Approval != nil {
		in = s.carrying(kind, time.Now().Add(s.lease()))
	}
	handle, err := s.Temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: action.ID, TaskQueue: action.TaskQueue, StaticSummary: action.StaticSummary,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}, workflows.CloudSyncName, in)
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &already) {
		return Started{}, fmt.Errorf(
			"a run of %s is under way (run %s) and it has no schedule that could queue another: wait for that one, or create the schedule with `starter apply`",
			kind, already.RunId)
	}
	if err != nil {
		return Started{}, fmt.Errorf("start a run of %s: %w", kind, err)
	}
	return Started{Run: &execution.Run{WorkflowID: handle.GetID(), RunID: handle.GetRunID()}}, nil
}
