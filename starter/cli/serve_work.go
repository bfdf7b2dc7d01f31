package cli

import (
	"context"

	"cloudsync/serve"
	"cloudsync/serve/operate"
)

// workOf tells a server's metrics what Temporal has.
func workOf(desk *operate.Desk) func(context.Context) (serve.Work, error) {
	return func(ctx context.Context) (work serve.Work, err error) {
		schedules, err := desk.Schedules(ctx)
		if err != nil {
			return work, err
		}
		for _, one := range schedules {
			work.Schedules = append(work.Schedules, serve.Schedule{
				Kind: one.Kind, Every: one.Every, Paused: one.Paused, Running: one.Running != nil, Stranded: one.Stranded, Changed: one.Changed, Skipped: one.Skipped,
			})
		}
		queue, err := desk.Queue(ctx)
		work.Workers = queue.Workers
		for _, of := range queue.Backlogs {
			work.Backlogs = append(work.Backlogs, serve.Backlog(of))
		}
		return work, err
	}
}
