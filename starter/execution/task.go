package execution

import (
	"context"
	"time"

	"go.temporal.io/sdk/client"

	"cloudsync/workflows"
)

// queryTimeout bounds one question for progress: without a worker there is no
// answer.
const queryTimeout = 3 * time.Second

// task is a workflow to follow. It answers the question for its progress with a
// P.
type task[P comparable] struct {
	temporal client.Client
	run      Run
	every    time.Duration
	workers  *WorkerCheck
	progress func(P)
	warn     func(text string)
}

// follow waits for the workflow's result and tells of its progress meanwhile.
func (t *task[P]) follow(ctx context.Context, result any) error {
	following, stop := context.WithCancelCause(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		if err := t.watch(following); err != nil {
			stop(err)
		}
	}()
	err := awaitResult(following, t.temporal, t.run, result)
	stop(nil)
	<-watched
	return err
}

// watch tells of the progress until the context ends. The error is why nobody waits any more.
func (t *task[P]) watch(ctx context.Context) error {
	tick := time.NewTicker(t.every)
	defer tick.Stop()
	var last P
	t.workers.Progressed()
	for {
		progress, err := t.ask(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			t.progress(progress)
		}
		if err == nil && progress != last {
			last = progress
			t.workers.Progressed()
		}
		trouble := t.workers.Trouble(ctx, t.run)
		if err := t.workers.Lost(); err != nil {
			return err
		}
		if trouble != "" {
			t.warn(trouble)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (t *task[P]) ask(ctx context.Context) (progress P, err error) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	answer, err := t.temporal.QueryWorkflow(ctx, t.run.WorkflowID, t.run.RunID, workflows.ProgressQuery)
	if err != nil {
		return progress, err
	}
	return progress, answer.Get(&progress)
}
