package schedule

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"cloudsync/config"
	"cloudsync/visibility"
	"cloudsync/workflows"
)

// Applier makes the schedules what a configuration says.
type Applier struct {
	Temporal  client.Client
	Namespace string
	// Kinds are the names of all kinds there are. Their schedules are looked up by
	// id: a list of schedules may be seconds old.
	Kinds []string
	// Notify is who is told what happens.
	Notify config.Notify
	// Waiting, where set, is told why it takes longer.
	Waiting func(reason string)

	changes []Change
}

// Apply creates, updates, pauses, resumes and deletes schedules, and nothing
// where nothing differs. The changes that were made are returned with an error,
// too.
func (a *Applier) Apply(ctx context.Context, sync config.Sync) ([]Change, error) {
	a.changes = []Change{}
	err := a.apply(ctx, sync)
	return a.changes, err
}

func (a *Applier) apply(ctx context.Context, sync config.Sync) error {
	registered, err := visibility.Register(ctx, a.Temporal, a.Namespace)
	if err != nil {
		return err
	}
	for _, name := range registered {
		a.did(Change{Action: Registered, SearchAttribute: name})
	}
	for _, resource := range sync.Resources {
		if err := a.applySchedule(ctx, Define(resource.Kind, resource.Interval), sync.Enable); err != nil {
			return fmt.Errorf("apply schedule %s: %w", ID(resource.Kind), err)
		}
	}
	if err := a.applyRetention(ctx, sync); err != nil {
		return fmt.Errorf("apply schedule %s: %w", RetentionID, err)
	}
	if err := a.applyNotices(ctx); err != nil {
		return fmt.Errorf("apply schedule %s: %w", workflows.NoticesID, err)
	}
	return a.deleteOthers(ctx, sync)
}

func (a *Applier) did(change Change) { a.changes = append(a.changes, change) }

func (a *Applier) applySchedule(ctx context.Context, want Definition, enable bool) error {
	handle := a.handle(ctx, want.WorkflowID)
	description, err := handle.Describe(ctx)
	if isNotFound(err) {
		err = a.create(ctx, want, enable)
		if !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
			return err
		}
		// Somebody else created it in the meantime.
		description, err = handle.Describe(ctx)
	}
	if err != nil {
		return err
	}
	return a.update(ctx, handle, description.Schedule, want, enable)
}

func (a *Applier) create(ctx context.Context, want Definition, enable bool) error {
	options := client.ScheduleOptions{
		ID: want.WorkflowID, Spec: want.spec(), Action: want.action(),
		Overlap: want.Overlap, CatchupWindow: want.CatchupWindow, Paused: !enable,
	}
	if !enable {
		options.Note = disabledNote
	}
	err := a.onceAttributesAreKnown(ctx, func() error {
		_, err := a.Temporal.ScheduleClient().Create(ctx, options)
		return err
	})
	if err != nil {
		return err
	}
	a.did(Change{Action: Created, Schedule: want.WorkflowID, Detail: "every " + Interval(want.Every)})
	if !enable {
		a.did(Change{Action: Paused, Schedule: want.WorkflowID, Detail: disabledNote})
	}
	return nil
}

func (a *Applier) update(ctx context.Context, handle client.ScheduleHandle, have client.Schedule, want Definition, enable bool) error {
	was := Described(have)
	action, note := judgePause(enable, *have.State)
	if was == want && action == "" {
		return nil
	}
	err := a.onceAttributesAreKnown(ctx, func() error {
		return handle.Update(ctx, client.ScheduleUpdateOptions{DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			return &client.ScheduleUpdate{Schedule: revised(in.Description.Schedule, want, enable)}, nil
		}})
	})
	if err != nil {
		return err
	}
	if was != want {
		a.did(Change{Action: Updated, Schedule: want.WorkflowID, Detail: want.differences(was)})
	}
	if action != "" {
		a.did(Change{Action: action, Schedule: want.WorkflowID, Detail: note})
	}
	return nil
}

// revised is the schedule as wanted, with the state it has: an operator's pause
// and note stay.
func revised(have client.Schedule, want Definition, enable bool) *client.Schedule {
	spec, state := want.spec(), *have.State
	if action, note := judgePause(enable, state); action != "" {
		state.Paused, state.Note = action == Paused, note
	}
	return &client.Schedule{Spec: &spec, Action: want.action(), Policy: want.policies(), State: &state}
}

// deleteOthers deletes the schedules of kinds that the configuration does not
// have.
func (a *Applier) deleteOthers(ctx context.Context, sync config.Sync) error {
	kinds, err := kindsWithSchedules(ctx, a.Temporal, a.Kinds)
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		if _, configured := sync.Resource(kind); configured {
			continue
		}
		if err := a.delete(ctx, ID(kind), workflows.CloudSyncName, "the configuration does not have this kind"); err != nil {
			return fmt.Errorf("delete schedule %s: %w", ID(kind), err)
		}
	}
	return nil
}

// delete looks first: only a schedule that starts the workflow is ours, and one
// that is gone already was not deleted here.
func (a *Applier) delete(ctx context.Context, id, workflow, reason string) error {
	ours, err := a.starts(ctx, id, workflow)
	if err != nil || !ours {
		return err
	}
	if err := a.handle(ctx, id).Delete(ctx); err != nil {
		return err
	}
	a.did(Change{Action: Deleted, Schedule: id, Detail: reason})
	return nil
}

// starts says that there is a schedule with the id, and that it starts the workflow.
func (a *Applier) starts(ctx context.Context, id, workflow string) (bool, error) {
	description, err := a.handle(ctx, id).Describe(ctx)
	if isNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return Described(description.Schedule).WorkflowType == workflow, nil
}

func (a *Applier) handle(ctx context.Context, id string) client.ScheduleHandle {
	return handleOf(ctx, a.Temporal, id)
}
