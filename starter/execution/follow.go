package execution

import (
	"context"
	"time"

	"go.temporal.io/sdk/client"

	"cloudsync/workflows"
)

// Watcher is told what happens while a run is followed. Its methods are called
// one at a time.
type Watcher interface {
	// Progress is called each time the progress was asked for.
	Progress(workflows.Progress)
	// Warn is called with what keeps the run, or the view of it, from getting on.
	Warn(text string)
}

// Follower follows a run to its end.
type Follower struct {
	Temporal client.Client
	Watcher  Watcher
	// Every is how often the progress is asked for.
	Every time.Duration
	// Workers says what is wrong when there is no progress.
	Workers *WorkerCheck
}

// Follow waits for the run and returns its report, whatever the outcome. The
// error means that the outcome is not known; the run goes on.
func (f *Follower) Follow(ctx context.Context, run Run) (workflows.Report, error) {
	t := task[workflows.Progress]{
		temporal: f.Temporal, run: run, every: f.Every, workers: f.Workers, progress: f.Watcher.Progress, warn: f.Watcher.Warn,
	}
	var report workflows.Report
	err := t.follow(ctx, &report)
	if ctx.Err() != nil {
		return report, err
	}
	return conclude(run, report, err)
}
