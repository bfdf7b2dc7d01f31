package operate

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/client"

	"cloudsync/starter/execution"
	"cloudsync/starter/schedule"
	"cloudsync/workflows"
)

// What a task does.
const (
	approve = "approve"
	run     = "run"
)

const (
	// waitLimit is how long a task waits for its run to begin.
	waitLimit = 30 * time.Minute
	// quiet is how long nothing may happen to the run that a task waits for, before somebody
	// wonders whether any worker is there.
	quiet = 10 * time.Second
)

// Task is the task of this id, unless it is unknown or forgotten.
func (d *Desk) Task(id string) (Task, bool) { return d.tasks.find(id) }

// Tasks are those that wait and those that ended lately, the newest first.
func (d *Desk) Tasks() []Task { return d.tasks.list() }

// begin begins a task once Temporal answers.
func (d *Desk) begin(ctx context.Context, task Task) (Task, error) {
	var connected client.Client
	err := d.call(ctx, callLimit, func(ctx context.Context, c client.Client) error {
		connected = c
		_, err := c.CheckHealth(ctx, &client.CheckHealthRequest{})
		return err
	})
	if err != nil {
		return Task{}, err
	}
	task.ID, task.At, task.State = strings.ToLower(rand.Text()), d.tasks.now(), Waiting
	return d.tasks.add(task, func() {
		d.Log.InfoContext(ctx, "an operator asked for a run", "what", task.What, "kind", task.Kind, "by", task.By, "digests", len(task.Digests),
			"note", task.Note, "task", task.ID)
		d.running.Go(func() { d.carryOut(connected, task) })
	})
}

// carryOut waits for the task's run to begin.
func (d *Desk) carryOut(c client.Client, task Task) {
	ctx, cancel := context.WithTimeoutCause(d.ctx, waitLimit, fmt.Errorf("it waited for %s", waitLimit))
	defer cancel()
	starter := schedule.Starter{
		Temporal: c, Namespace: d.Namespace, Stay: true,
		Queued: func(behind execution.Run) { d.tasks.change(task.ID, func(t *Task) { t.Behind = &behind }) },
		Warn: func(text string) {
			d.Log.WarnContext(ctx, "a run that an operator asked for is kept waiting", "kind", task.Kind, "task", task.ID, "warning", text)
			d.tasks.change(task.ID, func(t *Task) { t.Warning = text })
		},
		Workers: &execution.WorkerCheck{Temporal: c, Namespace: d.Namespace, Quiet: quiet},
	}
	if task.What == approve {
		starter.Approval = &workflows.Approval{Digests: task.Digests, By: task.By, Note: task.Note}
	}
	started, err := starter.Start(ctx, task.Kind)
	d.schedules.forget()
	d.tasks.change(task.ID, func(t *Task) { t.conclude(ctx, started, err) })
	d.tell(task.ID)
}

// conclude records what became of a task. ctx is the one with which it waited.
func (t *Task) conclude(ctx context.Context, started schedule.Started, err error) {
	if err == nil {
		t.State, t.Run = Began, started.Run
		return
	}
	t.State, t.Error = Failed, err.Error()
	if ctx.Err() == nil {
		return
	}
	t.State, t.Error = GivenUp, fmt.Sprintf("stopped waiting for the run to begin: %v", context.Cause(ctx))
	var approval *schedule.UnfinishedApproval
	if errors.As(err, &approval) {
		t.Error += "; " + approval.Fate
	} else {
		t.Error += "; it may still begin"
	}
}

// tell writes what became of a task into the log.
func (d *Desk) tell(id string) {
	task, _ := d.tasks.find(id)
	log := d.Log.With("what", task.What, "kind", task.Kind, "by", task.By, "task", id)
	if task.Run == nil {
		log.WarnContext(d.ctx, "a run that an operator asked for did not begin", "state", task.State, "error", task.Error)
		return
	}
	log.InfoContext(d.ctx, "a run that an operator asked for began", "run", task.Run.RunID)
}
