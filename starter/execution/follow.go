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

// queryTimeout bounds one question for progress: without a worker there is no
// answer.
const queryTimeout = 3 * time.Second

// Follow waits for the run and returns its report, whatever the outcome. The
// error means that the outcome is not known; the run goes on.
func (f *Follower) Follow(ctx context.Context, run Run) (workflows.Report, error) {
	watching, stop := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		f.watch(watching, run)
	}()
	report, err := awaitResult(ctx, f.Temporal, run)
	stop()
	<-watched
	return report, err
}

// watch tells the watcher until the context ends.
func (f *Follower) watch(ctx context.Context, run Run) {
	tick := time.NewTicker(f.Every)
	defer tick.Stop()
	var last workflows.Progress
	f.Workers.Progressed()
	for {
		progress, err := f.progress(ctx, run)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			f.Watcher.Progress(progress)
		}
		if err == nil && progress != last {
			last = progress
			f.Workers.Progressed()
		}
		if trouble := f.Workers.Trouble(ctx); trouble != "" {
			f.Watcher.Warn(trouble)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (f *Follower) progress(ctx context.Context, run Run) (progress workflows.Progress, err error) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	answer, err := f.Temporal.QueryWorkflow(ctx, run.WorkflowID, run.RunID, workflows.ProgressQuery)
	if err != nil {
		return progress, err
	}
	return progress, answer.Get(&progress)
}
