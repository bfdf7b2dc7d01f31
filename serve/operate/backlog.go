package operate

import (
	"context"

	"go.temporal.io/sdk/client"

	"cloudsync/deployment"
	"cloudsync/starter/execution"
)

// Queue is who polls the task queue, and what waits there.
type Queue struct {
	Backlogs []execution.Backlog
	Workers  int
}

// Queue asks Temporal for the state of the task queue.
func (d *Desk) Queue(ctx context.Context) (queue Queue, err error) {
	err = d.ask(ctx, callLimit, func(ctx context.Context, c client.Client) error {
		if queue.Backlogs, err = execution.Backlogs(ctx, c, d.Namespace); err != nil {
			return err
		}
		workers, err := deployment.Workers(ctx, c)
		for _, of := range workers {
			queue.Workers += of
		}
		return err
	})
	return queue, err
}
