package page

import (
	"context"

	"cloudsync/serve/operate"
	"cloudsync/starter/execution"
	"cloudsync/starter/schedule"
)

// Desk carries out what operators decide, and looks at what Temporal does: see operate.Desk.
type Desk interface {
	Schedules(ctx context.Context) ([]schedule.Overview, error)
	Approve(ctx context.Context, kind string, digests []string, by, note string) (operate.Task, error)
	RunNow(ctx context.Context, kind, by string) (operate.Task, error)
	Pause(ctx context.Context, kind, note, by string) error
	Resume(ctx context.Context, kind, note, by string) error
	Plan(ctx context.Context, kind string, only []string, by string) (execution.Run, error)
	Task(id string) (operate.Task, bool)
	Tasks() []operate.Task
	Look(ctx context.Context, run execution.Run) (operate.Look, error)
}

// noDesk is the Desk where there is no Temporal.
type noDesk struct{}

func (noDesk) Schedules(context.Context) ([]schedule.Overview, error) {
	return nil, operate.ErrNoTemporal
}

func (noDesk) Approve(context.Context, string, []string, string, string) (operate.Task, error) {
	return operate.Task{}, operate.ErrNoTemporal
}

func (noDesk) RunNow(context.Context, string, string) (operate.Task, error) {
	return operate.Task{}, operate.ErrNoTemporal
}

func (noDesk) Pause(context.Context, string, string, string) error { return operate.ErrNoTemporal }

func (noDesk) Resume(context.Context, string, string, string) error { return operate.ErrNoTemporal }

func (noDesk) Plan(context.Context, string, []string, string) (execution.Run, error) {
	return execution.Run{}, operate.ErrNoTemporal
}

func (noDesk) Task(string) (operate.Task, bool) { return operate.Task{}, false }

func (noDesk) Tasks() []operate.Task { return nil }

func (noDesk) Look(context.Context, execution.Run) (operate.Look, error) {
	return operate.Look{}, operate.ErrNoTemporal
}
