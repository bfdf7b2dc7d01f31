package execution

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"cloudsync/activities"
	"cloudsync/workflows"
)

// patience is how long Temporal may be away while a result is waited for.
const (
	patience   = 2 * time.Minute
	retryPause = time.Second
)

// awaitResult waits for the workflow to end, also over a restart of Temporal, and
// returns what it ended with.
func awaitResult(ctx context.Context, c client.Client, run Run, result any) error {
	handle := c.GetWorkflow(ctx, run.WorkflowID, run.RunID)
	for {
		err := handle.Get(ctx, result)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !Passes(err) {
			return err
		}
		if err := awaitServer(ctx, c); err != nil {
			return err
		}
	}
}

// awaitServer waits until Temporal answers.
func awaitServer(ctx context.Context, c client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer from Temporal: %w", context.Cause(ctx))
		case <-time.After(retryPause):
		}
		if _, err := c.CheckHealth(ctx, &client.CheckHealthRequest{}); err == nil {
			return nil
		}
	}
}

// Passes says that the error is one of the connection, or of a server that
// starts or is busy.
func Passes(err error) bool {
	var unavailable *serviceerror.Unavailable
	var deadline *serviceerror.DeadlineExceeded
	var exhausted *serviceerror.ResourceExhausted
	var reset *serviceerror.Canceled // by the server, where the caller's context is not
	return errors.As(err, &reset) || errors.As(err, &unavailable) || errors.As(err, &deadline) || errors.As(err, &exhausted) ||
		errors.Is(err, context.DeadlineExceeded)
}

// Report is the report of a run that has ended, whatever the outcome: Temporal answers at
// once. The error means that the outcome is not known.
func Report(ctx context.Context, c client.Client, run Run) (workflows.Report, error) {
	var report workflows.Report
	err := c.GetWorkflow(ctx, run.WorkflowID, run.RunID).Get(ctx, &report)
	return conclude(run, report, err)
}

// conclude is the report of a run that ended, whichever way. One that ended
// without reporting failed, with the reason.
//
//	ended as                     | report
//	-----------------------------+----------------------------
//	result                       | the result
//	application error SyncFailed | the error's details
//	other application error      | failed: its message
//	cancelled, terminated, timed out | failed: that
//	anything else                | none: nothing is known
func conclude(run Run, report workflows.Report, err error) (workflows.Report, error) {
	if err == nil {
		return report, nil
	}
	failed := workflows.Report{RunID: run.RunID, Outcome: activities.Failed}
	var application *temporal.ApplicationError
	isApplication := errors.As(err, &application)
	switch {
	case isApplication && application.Type() == workflows.FailedType && application.Details(&report) == nil:
		return report, nil
	case temporal.IsCanceledError(err):
		failed.Error = "the run was cancelled; what it had applied stays"
	case temporal.IsTerminatedError(err):
		failed.Error = "the run was terminated; the next run goes on from what it had applied"
	case isApplication:
		failed.Error = application.Message()
	case temporal.IsTimeoutError(err):
		failed.Error = "the run exceeded the workflow's time limit"
	default:
		return failed, fmt.Errorf("wait for run %s: %w", run.RunID, err)
	}
	return failed, nil
}
