package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
)

// NoticesID is the id of the schedule of NoticesWorkflow, and of its workflow. The id of the
// deliveries to a receiver follows after a slash. No kind has this name.
const NoticesID = "cloud-sync/notices"

// LastLookID is the workflow that looks once more when nobody is told anything any more.
const LastLookID = NoticesID + "-last"

// DeliveryID is the id of the workflow that sends notices to the receiver: there is one at a time.
func DeliveryID(receiver string) string { return NoticesID + "/" + receiver }

const (
	// lookLimit is how long a look for events may take: the next one finds what it did not.
	lookLimit = 5 * time.Minute
	// deliveryLimit is how long one execution tries to send what waits. The next look starts
	// another.
	deliveryLimit = 24 * time.Hour
	// deliveryPause is the longest between attempts, unless the receiver asks for more.
	deliveryPause = 5 * time.Minute
)

// NoticesWorkflow finds out what people may want to know, and starts the deliveries to those for
// whom notices wait. It does not wait for them: a receiver that is away keeps no other waiting.
func NoticesWorkflow(ctx workflow.Context) (activities.LookForNoticesOut, error) {
	var out activities.LookForNoticesOut
	in := activities.LookForNoticesIn{Last: workflow.GetInfo(ctx).WorkflowExecution.ID == LastLookID}
	err := workflow.ExecuteActivity(withLimit(ctx, lookLimit, "look for what people are told"), a.LookForNotices, in).Get(ctx, &out)
	if err != nil {
		return out, err
	}
	var failed []error
	for _, receiver := range out.Waiting {
		failed = append(failed, startDelivery(ctx, receiver))
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d events began, %d are over, %d notices queued, %d deliveries under way", out.Opened, out.Closed, out.Queued, len(out.Waiting)))
	return out, errors.Join(failed...)
}

// startDelivery lets the receiver be told, unless that is going on already.
func startDelivery(ctx workflow.Context, receiver string) error {
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID: DeliveryID(receiver), StaticSummary: summaryOf("notices for " + receiver),
		ParentClosePolicy:     enums.PARENT_CLOSE_POLICY_ABANDON,
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	})
	err := workflow.ExecuteChildWorkflow(ctx, DeliverNoticesName, activities.DeliverNoticesIn{Receiver: receiver}).GetChildWorkflowExecution().Get(ctx, nil)
	var running *temporal.ChildWorkflowExecutionAlreadyStartedError
	if errors.As(err, &running) {
		return nil
	}
	return err
}

// DeliverNoticesWorkflow sends the notices that wait for one receiver, in order. It tries again
// with ever longer pauses while the receiver takes none.
func DeliverNoticesWorkflow(ctx workflow.Context, in activities.DeliverNoticesIn) (activities.DeliverNoticesOut, error) {
	var out activities.DeliverNoticesOut
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		ScheduleToCloseTimeout: deliveryLimit,
		HeartbeatTimeout:       heartbeatTimeout,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: deliveryPause,
			NonRetryableErrorTypes: []string{"PanicError"}, // the same code would panic again
		},
		Summary: summaryOf("send what waits for " + in.Receiver),
	})
	err := workflow.ExecuteActivity(ctx, a.DeliverNotices, in).Get(ctx, &out)
	return out, err
}
