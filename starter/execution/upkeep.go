package execution

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"cloudsync/workflows"
)

// Upkeep follows a workflow that is no run, such as a verification. It answers
// for its progress with a P.
type Upkeep[P comparable] struct {
	Temporal client.Client
	// Every is how often the progress is asked for, Progress what is told.
	Every    time.Duration
	Progress func(P)
	// Warn is told what keeps the workflow from getting on.
	Warn func(text string)
	// Workers says what is wrong when there is no progress.
	Workers *WorkerCheck
}

// Follow waits for the workflow and reads its result. A workflow that failed with
// its report as details of the error has that result, too.
func (u Upkeep[P]) Follow(ctx context.Context, run Run, result any) error {
	t := task[P]{temporal: u.Temporal, run: run, every: u.Every, workers: u.Workers, progress: u.Progress, warn: u.Warn}
	err := t.follow(ctx, result)
	var application *temporal.ApplicationError
	isApplication := errors.As(err, &application)
	var lost *NoWorkerError
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case errors.As(err, &lost):
		return errors.Join(lost, u.end(ctx, run))
	case isApplication && application.Type() == workflows.FailedType && application.Details(result) == nil:
		return nil
	case isApplication:
		return errors.New(application.Message())
	case temporal.IsCanceledError(err):
		return errors.New("it was cancelled; what it had done stays")
	case temporal.IsTerminatedError(err):
		return errors.New("it was terminated; what it had done stays")
	default:
		return fmt.Errorf("wait for run %s: %w", run.RunID, err)
	}
}

// end ends a workflow that has no worker: one that comes later would do what nobody waits for.
func (u Upkeep[P]) end(ctx context.Context, run Run) error {
	if err := u.Temporal.TerminateWorkflow(ctx, run.WorkflowID, run.RunID, "no worker came, and nobody waits any more"); err != nil {
		return fmt.Errorf("end run %s: %w: a worker that comes later still does it", run.RunID, err)
	}
	return nil
}
