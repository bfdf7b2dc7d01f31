package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"cloudsync/human"
	"cloudsync/starter/execution"
	"cloudsync/starter/schedule"
	"cloudsync/untrusted"
	"cloudsync/visibility"
	"cloudsync/workflows"
)

// upkeepStart is a workflow to start that is no run: a verification, a pruning.
type upkeepStart struct {
	id       string // beneath that of the schedules
	alone    bool   // one at a time
	summary  string
	kind     string // for the search attribute; "" for none
	workflow string // its type
	input    any
	// lonely is how long to wait without a worker; 0: as long as it takes.
	lonely time.Duration
}

// runUpkeep starts the workflow, shows its progress in the words of text, and
// reads its result.
func runUpkeep[P comparable](
	ctx context.Context, p *Program, c connection, start upkeepStart, text func(P) string, result any,
) (execution.Run, error) {
	run, err := start.start(ctx, c)
	if err != nil {
		return run, err
	}
	// Beside the result, which may go into a file.
	watch := &watch{kind: start.summary, now: p.now, since: p.now(), printer: p.err, live: p.err.Live()}
	follower := execution.Upkeep[P]{
		Temporal: c, Every: watch.every(), Warn: watch.Warn,
		Progress: func(progress P) {
			watch.live.Show(start.summary+": "+text(progress), " · "+human.Span(p.now().Sub(watch.since)))
		},
		Workers: &execution.WorkerCheck{Temporal: c, Namespace: c.namespace, Quiet: quiet, Limit: start.lonely},
	}
	err = follower.Follow(ctx, run, result)
	watch.live.Clear()
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("stopped waiting: %w; it goes on in Temporal as workflow %s", context.Cause(ctx), run.WorkflowID)
	}
	return run, err
}

func (s upkeepStart) start(ctx context.Context, c connection) (execution.Run, error) {
	if _, err := visibility.Register(ctx, c, c.namespace); err != nil {
		return execution.Run{}, err
	}
	handle, err := c.ExecuteWorkflow(ctx, s.options(), s.workflow, s.input)
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &already) {
		return execution.Run{}, fmt.Errorf("%s: one is under way (run %s): wait for it", s.summary, already.RunId)
	}
	if err != nil {
		return execution.Run{}, fmt.Errorf("%s: %w", s.summary, err)
	}
	return execution.Run{WorkflowID: handle.GetID(), RunID: handle.GetRunID()}, nil
}

func (s upkeepStart) options() client.StartWorkflowOptions {
	options := client.StartWorkflowOptions{
		ID: schedule.ID(s.id), TaskQueue: workflows.TaskQueue, StaticSummary: untrusted.Markdown(s.summary),
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}
	if !s.alone {
		options.ID += "-" + strings.ToLower(rand.Text()[:8])
	}
	if s.kind != "" {
		options.TypedSearchAttributes = temporal.NewSearchAttributes(visibility.Kind.ValueSet(s.kind))
	}
	return options
}

func addScopeFlag(cmd *cobra.Command, only *[]string) {
	cmd.Flags().StringArrayVar(only, "scope", nil, "only this `PROVIDER/ACCOUNT/REGION`, with * for any; can be repeated")
}
