package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/workflows"
)

// noticesWorld is what the activities of notices do.
type noticesWorld struct {
	*testsuite.TestWorkflowEnvironment
	waiting  []string
	failures int
	attempts []string
	looks    []activities.LookForNoticesIn
}

func setupNotices(t *testing.T, waiting ...string) *noticesWorld {
	t.Helper()
	w := &noticesWorld{TestWorkflowEnvironment: newEnvironment(), waiting: waiting}
	w.RegisterWorkflow(workflows.NoticesWorkflow)
	w.RegisterWorkflowWithOptions(workflows.DeliverNoticesWorkflow, workflow.RegisterOptions{Name: workflows.DeliverNoticesName})
	for _, activity := range []any{w.LookForNotices, w.DeliverNotices} {
		w.RegisterActivity(activity)
	}
	return w
}

func (w *noticesWorld) LookForNotices(_ context.Context, in activities.LookForNoticesIn) (activities.LookForNoticesOut, error) {
	w.looks = append(w.looks, in)
	return activities.LookForNoticesOut{Opened: 1, Queued: len(w.waiting), Waiting: w.waiting}, nil
}

func (w *noticesWorld) DeliverNotices(_ context.Context, in activities.DeliverNoticesIn) (activities.DeliverNoticesOut, error) {
	w.attempts = append(w.attempts, in.Receiver)
	if w.failures > 0 {
		w.failures--
		return activities.DeliverNoticesOut{}, temporal.NewApplicationError("503", string(activities.NotSentType))
	}
	return activities.DeliverNoticesOut{Sent: 1}, nil
}

func TestALookStartsADeliveryForEachReceiver(t *testing.T) {
	t.Parallel()
	w := setupNotices(t, "oncall", "team")
	w.OnWorkflow(workflows.DeliverNoticesName, mock.Anything, activities.DeliverNoticesIn{Receiver: "oncall"}).Return(activities.DeliverNoticesOut{Sent: 1}, nil).Once()
	w.OnWorkflow(workflows.DeliverNoticesName, mock.Anything, activities.DeliverNoticesIn{Receiver: "team"}).Return(activities.DeliverNoticesOut{}, errors.New("away")).Once()
	w.ExecuteWorkflow(workflows.NoticesWorkflow)
	require.NoError(t, w.GetWorkflowError(), "a receiver that is away is no matter of the look")
	var out activities.LookForNoticesOut
	require.NoError(t, w.GetWorkflowResult(&out))
	require.Equal(t, []string{"oncall", "team"}, out.Waiting)
	w.AssertExpectations(t)
}

func TestADeliveryThatIsUnderWayIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := setupNotices(t, "oncall", "team")
	running := &temporal.ChildWorkflowExecutionAlreadyStartedError{}
	w.OnWorkflow(workflows.DeliverNoticesName, mock.Anything, activities.DeliverNoticesIn{Receiver: "oncall"}).Return(activities.DeliverNoticesOut{}, running).Once()
	w.OnWorkflow(workflows.DeliverNoticesName, mock.Anything, activities.DeliverNoticesIn{Receiver: "team"}).Return(activities.DeliverNoticesOut{}, nil).Once()
	w.ExecuteWorkflow(workflows.NoticesWorkflow)
	require.NoError(t, w.GetWorkflowError())
	w.AssertExpectations(t)
}

func TestADeliveryTriesAgain(t *testing.T) {
	t.Parallel()
	w := setupNotices(t)
	w.failures = 9 // the environment tries ten times
	begun := w.Now()
	w.ExecuteWorkflow(workflows.DeliverNoticesWorkflow, activities.DeliverNoticesIn{Receiver: "oncall"})
	require.NoError(t, w.GetWorkflowError())
	require.Len(t, w.attempts, 10)
	require.Less(t, w.Now().Sub(begun), 10*time.Minute)
}

// The look that comes after notices were removed knows that no other follows.
func TestTheLastLook(t *testing.T) {
	t.Parallel()
	for id, last := range map[string]bool{workflows.NoticesID + "-2026-11-28T09:00:00Z": false, workflows.LastLookID: true} {
		w := setupNotices(t)
		w.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: id})
		w.ExecuteWorkflow(workflows.NoticesWorkflow)
		require.NoError(t, w.GetWorkflowError())
		require.Equal(t, []activities.LookForNoticesIn{{Last: last}}, w.looks)
	}
}
