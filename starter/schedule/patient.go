package schedule

import (
	"context"
	"time"

	"go.temporal.io/sdk/client"

	"cloudsync/starter/execution"
)

// busyPatience is for how long a server that is late, or away, is asked again.
const busyPatience = time.Minute

// patient is a schedule on a server that may be busy. Such a server answers that a
// question took too long, now and then with the deadline of another question.
// Everything asked here can be asked twice.
type patient struct{ client.ScheduleHandle }

func handleOf(ctx context.Context, c client.Client, id string) client.ScheduleHandle {
	return patient{c.ScheduleClient().GetHandle(ctx, id)}
}

// Describe asks for the schedule.
func (p patient) Describe(ctx context.Context) (description *client.ScheduleDescription, err error) {
	err = patiently(ctx, func() error {
		description, err = p.ScheduleHandle.Describe(ctx)
		return err
	})
	return description, err
}

// Update changes the schedule.
func (p patient) Update(ctx context.Context, options client.ScheduleUpdateOptions) error {
	return patiently(ctx, func() error { return p.ScheduleHandle.Update(ctx, options) })
}

// Trigger asks for a run.
func (p patient) Trigger(ctx context.Context, options client.ScheduleTriggerOptions) error {
	return patiently(ctx, func() error { return p.ScheduleHandle.Trigger(ctx, options) })
}

// Pause keeps the schedule from starting runs.
func (p patient) Pause(ctx context.Context, options client.SchedulePauseOptions) error {
	return patiently(ctx, func() error { return p.ScheduleHandle.Pause(ctx, options) })
}

// Unpause lets the schedule start runs again.
func (p patient) Unpause(ctx context.Context, options client.ScheduleUnpauseOptions) error {
	return patiently(ctx, func() error { return p.ScheduleHandle.Unpause(ctx, options) })
}

// patiently does something again while the server is to blame. Its error is the last.
func patiently(ctx context.Context, do func() error) error {
	for until := time.Now().Add(busyPatience); ; {
		err := do()
		if !execution.Passes(err) || ctx.Err() != nil || time.Now().After(until) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(lookPause):
		}
	}
}
