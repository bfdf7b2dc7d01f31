package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"cloudsync/workflows"
)

// withdrawLimit bounds taking an approval back, also after Ctrl-C.
const withdrawLimit = 10 * time.Second

// approved runs do while the schedule's input carries the approval, so that the
// run which do starts carries it. The schedule keeps runs of the kind one at a
// time. Should the approval stay behind, because this process is killed, no harm
// is done: it is for one exact set, and `starter apply` takes it back.
func approved(ctx context.Context, handle client.ScheduleHandle, in workflows.Input, do func() error) error {
	if err := setInput(ctx, handle, in); err != nil {
		return fmt.Errorf("hand the approval to the schedule: %w", err)
	}
	err := do()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), withdrawLimit)
	defer cancel()
	in.Approval = nil
	if failed := setInput(ctx, handle, in); failed != nil {
		err = errors.Join(err, fmt.Errorf("take the approval back from the schedule, which `starter apply` does, too: %w", failed))
	}
	return err
}

func setInput(ctx context.Context, handle client.ScheduleHandle, in workflows.Input) error {
	return handle.Update(ctx, client.ScheduleUpdateOptions{DoUpdate: func(now client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
		revised := now.Description.Schedule
		action, ok := revised.Action.(*client.ScheduleWorkflowAction)
		if !ok {
			return nil, errors.New("the schedule starts no workflow: make it anew with `starter apply`")
		}
		action.Args = []any{in}
		return &client.ScheduleUpdate{Schedule: &revised}, nil
	}})
}
