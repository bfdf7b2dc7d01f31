package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"

	"cloudsync/dev/measure"
	"cloudsync/workflows"
)

// runningAtOnce is how many activities a worker runs at once.
const runningAtOnce = 24

// measureKilled kills one of two workers in the middle of a run: the activities that it
// worked on are done again, and nothing else.
func (s *servers) measureKilled(ctx context.Context) (edges []Edge, err error) {
	in, err := s.newInstallation(ctx, slowFleet, slowCloud)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.remove()) }()
	if _, err := in.measure(ctx, Case{Name: firstLoad}, 1); err != nil {
		return nil, err
	}
	stays, err := in.startWorker(ctx, unchanged)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stays.Stop(ctx)) }()
	killed, err := in.startWorker(ctx, unchanged)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, killed.Kill()) }()
	killing := make(chan error, 1)
	go func() { killing <- in.killHalfway(ctx, killed) }()
	report, took, err := in.run(ctx)
	if err := errors.Join(err, <-killing); err != nil {
		return nil, err
	}
	again, err := in.begunAgain(ctx, report)
	return []Edge{{
		Name: "2 workers, 50 ms a page, one killed halfway: unchanged", Seconds: took.Seconds(),
		Detail: fmt.Sprintf("%s; %d activities begun again, once their heartbeats were missed", report.Outcome, again),
		bounds: []measure.Bound{{What: "a worker killed, activities begun again", Value: float64(again), Must: runningAtOnce, Aim: runningAtOnce, Unit: " activities"}},
	}}, err
}

// killHalfway kills the worker once half of the run's scopes are done.
func (in *installation) killHalfway(ctx context.Context, w *workerProcess) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var progress workflows.Progress
	for progress.Scopes == 0 || progress.Done < progress.Scopes/2 {
		answer, err := in.temporal.QueryWorkflow(ctx, "cloud-sync/"+kind, "", workflows.ProgressQuery)
		if err == nil { // it may not have begun
			err = answer.Get(&progress)
		}
		if err != nil && ctx.Err() != nil {
			return fmt.Errorf("wait for half of the run: %w", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("half of the run is not done: %w", ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
	return w.Kill()
}

// begunAgain counts the run's activities that took more than one attempt.
func (in *installation) begunAgain(ctx context.Context, report workflows.Report) (again int, err error) {
	iterator := in.temporal.GetWorkflowHistory(ctx, "cloud-sync/"+kind, report.RunID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for iterator.HasNext() {
		event, err := iterator.Next()
		if err != nil {
			return 0, fmt.Errorf("read the history of the run: %w", err)
		}
		if event.GetActivityTaskStartedEventAttributes().GetAttempt() > 1 {
			again++
		}
	}
	return again, nil
}
