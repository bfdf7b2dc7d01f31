package schedule

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/client"
)

// Pause keeps the schedule of a kind from starting runs. A run that is under way
// goes on.
func Pause(ctx context.Context, c client.Client, kind, note string) (Change, error) {
	handle := handleOf(ctx, c, ID(kind))
	if err := handle.Pause(ctx, client.SchedulePauseOptions{Note: note}); err != nil {
		return Change{}, explainPatch("pause", kind, err)
	}
	return Change{Action: Paused, Schedule: ID(kind), Detail: note}, nil
}

// Resume lets the schedule of a kind start runs again.
func Resume(ctx context.Context, c client.Client, kind, note string) (Change, error) {
	handle := handleOf(ctx, c, ID(kind))
	if err := handle.Unpause(ctx, client.ScheduleUnpauseOptions{Note: note}); err != nil {
		return Change{}, explainPatch("resume", kind, err)
	}
	return Change{Action: Resumed, Schedule: ID(kind), Detail: note}, nil
}

func explainPatch(verb, kind string, err error) error {
	if isNotFound(err) {
		return fmt.Errorf("%s %s: it has no schedule: create it with `starter apply`", verb, kind)
	}
	return fmt.Errorf("%s schedule %s: %w", verb, ID(kind), err)
}
