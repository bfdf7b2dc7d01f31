package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"cloudsync/starter/execution"
	"cloudsync/untrusted"
	"cloudsync/workflows"
)

// approvalLease is how long an approval counts after the starter was last alive:
// it is renewed as long as a run is waited for. It leaves room for clocks that
// differ.
const approvalLease = 10 * time.Minute

// withdrawLimit bounds taking an approval back, also after Ctrl-C; another Ctrl-C ends
// the program at once. On a busy server, two or three calls can take that long.
const withdrawLimit = 30 * time.Second

// UnfinishedApproval is the error of an approval that no run was found to carry.
type UnfinishedApproval struct {
	Err  error  // why the waiting ended
	Fate string // what became of the approval
}

func (e *UnfinishedApproval) Error() string { return e.Err.Error() + "; " + e.Fate }

// Unwrap is the cause.
func (e *UnfinishedApproval) Unwrap() error { return e.Err }

// errTaken says that the schedule lost the approval before a run had it.
var errTaken = errors.New("the approval is no longer in the schedule: `starter apply` took it back, or somebody else approved at the same moment")

// startApproved puts the approval into the schedule's input, waits for a run that
// carries it, and takes it back, whatever happened. Should this process be killed
// meanwhile, the approval stays behind, and ends by itself.
func (r *request) startApproved(ctx context.Context) (Started, error) {
	if err := r.refusePending(ctx); err != nil {
		return Started{}, err
	}
	started, err := r.awaitCarrier(ctx)
	return r.concludeApproval(ctx, started, err)
}

// refusePending refuses to overwrite another approval that may still be used.
func (r *request) refusePending(ctx context.Context) error {
	now, err := r.handle.Describe(ctx)
	if err != nil {
		return err
	}
	return refuse(approvalIn(now.Schedule))
}

func refuse(pending *workflows.Approval) error {
	if pending == nil || pending.Expired(time.Now()) {
		return nil
	}
	return fmt.Errorf("an approval is pending already, %s: wait until its run has begun and `starter list` no longer shows it, "+
		"or take it back with `starter apply`; then approve again", DescribeApproval(*pending))
}

// maxDigestsNamed is how many sets of an approval are named. It may have thousands.
const maxDigestsNamed = 5

// DescribeApproval says whose approval it is, of what, until when, and why.
func DescribeApproval(a workflows.Approval) string {
	var short []string
	for _, digest := range a.Digests[:min(len(a.Digests), maxDigestsNamed)] {
		count, sum, _ := strings.Cut(digest, ":")
		short = append(short, count+":"+sum[:min(8, len(sum))]+"…")
	}
	text := fmt.Sprintf("by %s of %s", a.By, strings.Join(short, ", "))
	if more := len(a.Digests) - len(short); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	if !a.Until.IsZero() {
		text += " until " + a.Until.UTC().Format("15:04:05 UTC")
	}
	if a.Note != "" {
		text += fmt.Sprintf(" (%s)", a.Note)
	}
	return text
}

// awaitCarrier waits for a run that carries the approval. A run may have begun
// just before the schedule had it: then the next one counts.
func (r *request) awaitCarrier(ctx context.Context) (Started, error) {
	if err := r.offer(ctx); err != nil {
		return Started{}, fmt.Errorf("hand the approval to the schedule: %w", err)
	}
	for {
		now, err := r.handle.Describe(ctx)
		if err != nil {
			return Started{}, err
		}
		if !r.mine(approvalIn(now.Schedule)) {
			return Started{}, errTaken
		}
		if r.known == nil {
			r.known = runsOf(now.Info)
		}
		started, err := r.await(ctx)
		if err != nil {
			return Started{}, err
		}
		carried, err := r.carries(ctx, *started.Run)
		if err != nil || carried {
			return started, err
		}
		r.known[started.Run.RunID] = true
	}
}

// offer puts the approval into the schedule's input, for the time of a lease.
func (r *request) offer(ctx context.Context) error {
	r.until = time.Now().Add(r.lease())
	return r.update(ctx, func(now client.Schedule) (workflows.Input, error) {
		if pending := approvalIn(now); !r.mine(pending) {
			if err := refuse(pending); err != nil {
				return workflows.Input{}, err
			}
		}
		return r.carrying(r.kind, r.until), nil
	})
}

// carrying is the input of a run with the approval.
func (s *Starter) carrying(kind string, until time.Time) workflows.Input {
	until = until.UTC().Truncate(time.Second)
	return workflows.Input{Kind: kind, Approval: &workflows.Approval{
		Digests: s.Approval.Digests, By: s.Approval.By, Note: s.Approval.Note, Until: until,
	}}
}

// keepOffer renews the approval's lease in time, and gives up where the schedule
// no longer has it.
func (r *request) keepOffer(ctx context.Context, now client.Schedule) error {
	if r.Approval == nil {
		return nil
	}
	if !r.mine(approvalIn(now)) {
		return errTaken
	}
	if time.Until(r.until) > r.lease()/2 {
		return nil
	}
	return r.offer(ctx)
}

// concludeApproval takes the approval back and says what became of it.
func (r *request) concludeApproval(ctx context.Context, started Started, err error) (Started, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), withdrawLimit)
	defer cancel()
	kept := r.withdraw(ctx)
	if err == nil {
		if kept != nil {
			r.Warn(r.keptText(kept))
		}
		return started, nil
	}
	return Started{}, &UnfinishedApproval{Err: err, Fate: r.fate(ctx, kept)}
}

func (r *request) fate(ctx context.Context, kept error) string {
	if r.known == nil { // the schedule was not seen to have it
		if kept != nil { // it may all the same: an answer can get lost
			return r.keptText(kept)
		}
		return "nothing was approved"
	}
	runID, err := r.findCarrier(ctx)
	switch {
	case err == nil && runID != "":
		return fmt.Sprintf("run %s has begun with the approval meanwhile: see `starter show %s`", runID, untrusted.Shell(runID))
	case kept != nil:
		return r.keptText(kept)
	case err != nil:
		return fmt.Sprintf("the approval was taken back, but a run may have begun with it (%v): see `starter runs %s`", err, r.kind)
	default:
		return "the approval was taken back: a run that still begins has none"
	}
}

func (r *request) keptText(kept error) string {
	return fmt.Sprintf("the approval could not be taken back (%v): runs of %s that begin until %s carry it, "+
		"unless `starter apply` takes it back", kept, r.kind, r.until.UTC().Format("15:04:05 UTC"))
}

// withdraw takes the approval back, if the schedule still has it, and looks whether that
// had an effect: a server drops an update silently that meets another change, such as a
// run that begins.
func (r *request) withdraw(ctx context.Context) error {
	for {
		pending := false
		err := r.update(ctx, func(now client.Schedule) (workflows.Input, error) {
			if pending = r.mine(approvalIn(now)); !pending {
				return workflows.Input{}, temporal.ErrSkipScheduleUpdate
			}
			return workflows.Input{Kind: r.kind}, nil
		})
		if err != nil || !pending {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(lookPause):
		}
	}
}

// findCarrier finds a run that began with the approval between the last look and
// its withdrawal.
func (r *request) findCarrier(ctx context.Context) (runID string, err error) {
	now, err := r.handle.Describe(ctx)
	if err != nil {
		return "", err
	}
	for run := r.begun(now.Info); run != nil; run = r.begun(now.Info) {
		carried, err := r.carries(ctx, *run)
		if err != nil || carried {
			return run.RunID, err
		}
		r.known[run.RunID] = true
	}
	return "", nil
}

// carries says whether a run began with the approval.
func (r *request) carries(ctx context.Context, run execution.Run) (bool, error) {
	events := r.Temporal.GetWorkflowHistory(ctx, run.WorkflowID, run.RunID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	first, err := events.Next()
	var in workflows.Input
	if err == nil {
		err = converter.GetDefaultDataConverter().FromPayloads(first.GetWorkflowExecutionStartedEventAttributes().GetInput(), &in)
	}
	if err != nil {
		return false, fmt.Errorf("read the input of run %s: %w", run.RunID, err)
	}
	return r.mine(in.Approval), nil
}

// mine says that an approval is the one of this request, renewed or not.
func (r *request) mine(a *workflows.Approval) bool {
	return a != nil && a.By == r.Approval.By && a.Note == r.Approval.Note && slices.Equal(a.Digests, r.Approval.Digests)
}

// approvalIn is the approval in a schedule's input, nil if there is none.
func approvalIn(schedule client.Schedule) *workflows.Approval {
	var in workflows.Input
	if json.Unmarshal([]byte(Described(schedule).Input), &in) != nil {
		return nil // none of ours: `starter apply` mends it
	}
	return in.Approval
}

// update gives the schedule another input.
func (r *request) update(ctx context.Context, revise func(client.Schedule) (workflows.Input, error)) error {
	return r.handle.Update(ctx, client.ScheduleUpdateOptions{DoUpdate: func(now client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
		revised := now.Description.Schedule
		action, ok := revised.Action.(*client.ScheduleWorkflowAction)
		if !ok {
			return nil, errors.New("the schedule starts no workflow: make it anew with `starter apply`")
		}
		in, err := revise(revised)
		if err != nil {
			return nil, err
		}
		action.Args = []any{in}
		return &client.ScheduleUpdate{Schedule: &revised}, nil
	}})
}
