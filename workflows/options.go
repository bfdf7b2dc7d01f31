package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/untrusted"
)

// heartbeatTimeout is how soon the loss of a worker is noticed. Every activity
// heartbeats.
const heartbeatTimeout = 10 * time.Second

// The database may be away for a while: an activity is tried again, with ever
// longer pauses, for as long as these allow it. What asks a
// provider ends sooner: see maxCloudAttempts in activities/errors.go.
//
// maxAttempts is for what never passes and is not recognised, such as a listing
// that takes its worker down with it: more than half an hour of attempts.
const (
	maxAttempts      = 200
	bookkeepingLimit = 30 * time.Minute
	workLimit        = 12 * time.Hour
)

// bookkeeping is for the small activities of a run.
func bookkeeping(ctx workflow.Context, summary string) workflow.Context {
	return withLimit(ctx, bookkeepingLimit, summary)
}

// work is for the activities whose duration grows with the resources.
func work(ctx workflow.Context, summary string) workflow.Context {
	return withLimit(ctx, workLimit, summary)
}

func withLimit(ctx workflow.Context, limit time.Duration, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		ScheduleToCloseTimeout: limit,
		HeartbeatTimeout:       heartbeatTimeout,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second,
			MaximumAttempts:        maxAttempts,
			NonRetryableErrorTypes: []string{"PanicError"}, // the same code would panic again
		},
		Summary: summaryOf(summary),
		// A cancelled activity is waited for: only then is nothing written after the
		// run's record.
		WaitForCancellation: true,
	})
}

// maxSummary bounds a summary, in bytes of JSON: the server refuses one of more than
// 400, and with it the task of the workflow.
const maxSummary = 300

// summaryOf is the text as Temporal's UI shows it, which takes summaries for
// Markdown. It may have the names of an account and of a region.
func summaryOf(text string) string {
	text = untrusted.Terminal(text)
	if cut := cutJSON(text, maxSummary); cut != text {
		text = cut + "…"
	}
	return untrusted.Markdown(text)
}
