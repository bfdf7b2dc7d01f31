package activities

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
)

// beatInterval is how often an activity says that it is alive. It is a fraction
// of the heartbeat time-out that the workflow sets.
const beatInterval = 3 * time.Second

// beat heartbeats for an activity while it waits for the cloud or the database,
// with the newest checkpoint.
type beat struct {
	ctx        context.Context
	stopped    chan struct{}
	done       sync.WaitGroup
	mu         sync.Mutex
	checkpoint []any
}

func startBeat(ctx context.Context) *beat {
	b := &beat{ctx: ctx, stopped: make(chan struct{})}
	b.done.Go(func() {
		ticker := time.NewTicker(beatInterval)
		defer ticker.Stop()
		for {
			select {
			case <-b.stopped:
				return
			case <-ticker.C:
				b.report()
			}
		}
	})
	return b
}

// save makes details the checkpoint from which a retry goes on. The SDK sends it
// at the latest when the activity fails.
func (b *beat) save(details any) {
	b.mu.Lock()
	b.checkpoint = []any{details}
	b.mu.Unlock()
	b.report()
}

func (b *beat) report() {
	b.mu.Lock()
	defer b.mu.Unlock()
	activity.RecordHeartbeat(b.ctx, b.checkpoint...)
}

// workerStops says that the worker is shutting down and the activity should
// leave its checkpoint.
func (b *beat) workerStops() bool {
	select {
	case <-activity.GetWorkerStopChannel(b.ctx):
		return true
	default:
		return false
	}
}

func (b *beat) stop() {
	close(b.stopped)
	b.done.Wait()
}
