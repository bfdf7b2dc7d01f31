package activities

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
)

// beatInterval is how often an activity says that it is alive, and at what it is. It is
// a fraction of the heartbeat time-out that the workflow sets.
const beatInterval = time.Second

// beat heartbeats for an activity while it waits for the cloud or the database,
// with the newest checkpoint.
type beat struct {
	ctx        context.Context
	stopped    chan struct{}
	done       sync.WaitGroup
	mu         sync.Mutex
	checkpoint []any
	told       time.Time // when the checkpoint was reported
}

func startBeat(ctx context.Context) *beat {
	b := &beat{ctx: ctx, stopped: make(chan struct{}), told: time.Now()}
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

// save makes details, which nobody changes any more, the checkpoint from which a retry
// goes on.
func (b *beat) save(details any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.checkpoint = []any{details}
	b.tell()
}

// saveSoon is save for one who saves often: it may be reported with the next beat.
func (b *beat) saveSoon(details any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.checkpoint = []any{details}
	if time.Since(b.told) >= beatInterval {
		b.tell()
	}
}

// report says that the activity is alive, and at what it is. The SDK sends the last one at
// the latest when the activity fails.
func (b *beat) report() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tell()
}

func (b *beat) tell() {
	activity.RecordHeartbeat(b.ctx, b.checkpoint...)
	b.told = time.Now()
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
