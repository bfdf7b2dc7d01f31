package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/api/serviceerror"

	"cloudsync/activities"
	"cloudsync/resource"
	"cloudsync/starter/execution"
	"cloudsync/starter/schedule"
	"cloudsync/tracing/export"
	"cloudsync/untrusted"
	"cloudsync/workflows"
)

const runHelp = `Starts a run now, in the order of the kind's schedule: one run of a kind at a
time. If one is under way, the new run begins as soon as that ends. It works
while the schedule is paused, too.

With --approve DIGEST, as a hold's report shows it, the run deletes exactly that
held set, if the fresh one still is the same; --approve can be repeated, and
waits for the run. If the waiting ends before the run began, the approval is
taken back. --note says why it is let go, and is recorded with the run.

With --wait, shows the progress, waits for the end and prints the report; Ctrl-C
or the end of --timeout ends the waiting, not the run.

` + statusHelp

// runOptions are the flags of run.
type runOptions struct {
	wait    bool
	timeout time.Duration
	approve []string
	note    string
}

func (p *Program) runCommand() *cobra.Command {
	var opts runOptions
	cmd := &cobra.Command{
		Use: "run KIND", Short: "Start a run now", Long: runHelp, Args: p.oneKind, ValidArgs: p.kinds.Names(),
		RunE: func(cmd *cobra.Command, args []string) error { return p.run(cmd.Context(), args[0], opts) },
	}
	cmd.Flags().BoolVar(&opts.wait, "wait", false, "wait for the end and print the report")
	cmd.Flags().DurationVar(&opts.timeout, "timeout", 0, "how long to wait at most, such as 10m; 0: as long as it takes")
	cmd.Flags().StringArrayVar(&opts.approve, "approve", nil, "`DIGEST` of held deletions to let go; implies --wait")
	cmd.Flags().StringVar(&opts.note, "note", "", "why they are let go; recorded with the run")
	return cmd
}

func (p *Program) run(ctx context.Context, kind string, opts runOptions) error {
	opts.wait = opts.wait || len(opts.approve) > 0
	if opts.timeout != 0 && !opts.wait {
		return errors.New("--timeout limits the waiting: add --wait")
	}
	approval, err := p.approval(opts.approve, opts.note)
	if err != nil {
		return err
	}
	traces, err := export.Start(ctx, "cloudsync-starter", p.env)
	if err != nil {
		return err
	}
	defer traces.Stop()
	ctx, span := traces.Begin(ctx, "starter run "+kind)
	defer span.End()
	return p.withTracedTemporal(ctx, traces, func(c connection) error {
		if !opts.wait {
			return p.startRun(ctx, c, kind)
		}
		ctx, cancel := waitContext(ctx, opts.timeout)
		defer cancel()
		return p.runAndWait(ctx, c, kind, approval)
	})
}

// approval is the operator's word on the held sets of these digests, and why; nil for
// none.
func (p *Program) approval(digests []string, text string) (*workflows.Approval, error) {
	note, err := workflows.ApprovalNote(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("--note: %w", err)
	case len(digests) == 0 && note != "":
		return nil, errors.New("--note says why deletions are let go: name them with --approve")
	case len(digests) == 0:
		return nil, nil
	}
	approval := &workflows.Approval{By: p.who(), Note: note}
	for _, digest := range strings.Split(strings.Join(digests, ","), ",") {
		var read resource.Digest
		if err := read.UnmarshalText([]byte(digest)); err != nil { // nor is an empty one: a variable that is not set
			return nil, fmt.Errorf("--approve %q is no digest: copy it from the report of the hold (`starter runs`, `starter show RUN`)", digest)
		}
		// As reports write it: however it was typed, it is compared as text.
		if canonical := read.String(); !slices.Contains(approval.Digests, canonical) {
			approval.Digests = append(approval.Digests, canonical)
		}
	}
	return approval, nil
}

// waitContext ends with the reason why nobody waits any more.
func waitContext(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, timeout, fmt.Errorf("--timeout %s is over", timeout))
}

// startView is a run that was asked for, in JSON.
type startView struct {
	Kind string `json:"kind"`
	*execution.Run
	// QueuedBehind is the run that must end before the new one begins.
	QueuedBehind *execution.Run `json:"queuedBehind,omitempty"`
}

func (p *Program) startRun(ctx context.Context, c connection, kind string) error {
	starter := schedule.Starter{Temporal: c, Namespace: c.namespace}
	started, err := starter.Start(ctx, kind)
	if err != nil {
		return err
	}
	return p.show(startView{Kind: kind, Run: started.Run, QueuedBehind: started.Behind}, func() {
		if started.Run != nil {
			p.out.Line("started a run of %s", kind)
			p.showWhere(*started.Run)
			return
		}
		p.out.Line("queued a run of %s: it begins as soon as the one under way ends, which is", kind)
		p.showWhere(*started.Behind)
	})
}

// showWhere says where to find a run, in Temporal and here.
func (p *Program) showWhere(run execution.Run) {
	p.out.Line("  workflow  %s\n  run       %s", run.WorkflowID, run.RunID)
	p.out.Command("see it with\n  starter show %s", run.RunID)
	p.showTemporalCommand(run)
}

// showTemporalCommand writes the command on short lines that can be pasted.
func (p *Program) showTemporalCommand(run execution.Run) {
	p.out.Command("  temporal workflow show \\\n    --workflow-id %s \\\n    --run-id %s", run.WorkflowID, run.RunID)
}

// quiet is how long a run may show no progress before somebody wonders whether
// any worker is there.
const quiet = 10 * time.Second

func (p *Program) runAndWait(ctx context.Context, c connection, kind string, approval *workflows.Approval) error {
	watch := p.newWatch(kind)
	workers := &execution.WorkerCheck{Temporal: c, Namespace: c.namespace, Quiet: quiet}
	starter := schedule.Starter{
		Temporal: c, Namespace: c.namespace, Stay: true, Queued: watch.queued, Warn: watch.Warn, Workers: workers,
		Approval: approval,
	}
	started, err := starter.Start(ctx, kind)
	if err != nil {
		watch.live.Clear()
		return stoppedWaiting(ctx, err, "")
	}
	watch.begun(*started.Run)
	follower := execution.Follower{Temporal: c, Watcher: watch, Every: watch.every(), Workers: workers}
	report, err := follower.Follow(ctx, *started.Run)
	watch.live.Clear()
	if err != nil {
		return stoppedWaiting(ctx, err, started.Run.RunID)
	}
	report.Kind = kind // a run that ended without reporting does not say
	if err := p.show(report, func() { p.showReport(report, *started.Run) }); err != nil {
		return err
	}
	return runResult(report)
}

// runResult is the outcome of a run; one that ended well and left an approval
// unused did a part of what it was asked for.
func runResult(report workflows.Report) error {
	if err := outcomeResult(report.Outcome); err != nil || len(report.UnusedApprovals) == 0 {
		return err
	}
	return outcomeError{outcome: activities.Partial}
}

// isTimeout knows the form in which Temporal's client reports one, too.
func isTimeout(err error) bool {
	var ofCall *serviceerror.DeadlineExceeded
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &ofCall)
}

// callMargin is how long before its caller's deadline a call may have ended
// because of it: the server gives up a query, such as the one behind the
// description of a schedule, a second early so that its answer arrives, and on
// a busy machine that answer comes as the deadline of another call.
const callMargin = 2 * time.Second

// stoppedWaiting tells the end of the waiting from other errors.
func stoppedWaiting(ctx context.Context, err error, runID string) error {
	if end, limited := ctx.Deadline(); limited && isTimeout(err) && time.Until(end) < callMargin {
		<-ctx.Done()
	}
	var approval *schedule.UnfinishedApproval
	switch {
	case ctx.Err() == nil:
		return err
	case errors.As(err, &approval):
		return fmt.Errorf("stopped waiting for the run to begin: %w; %s", context.Cause(ctx), approval.Fate)
	case runID == "":
		return fmt.Errorf("stopped waiting for the run to begin: %w; it may still begin: see `starter list`", context.Cause(ctx))
	default:
		return fmt.Errorf("stopped waiting for the run: %w; it goes on: see `starter show %s`", context.Cause(ctx), untrusted.Shell(runID))
	}
}
