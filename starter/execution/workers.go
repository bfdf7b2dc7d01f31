package execution

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/sdk/client"

	"cloudsync/workflows"
)

// WorkerCheck looks, where nothing has happened for a while, whether there is
// any worker to do it.
type WorkerCheck struct {
	Temporal  client.Client
	Namespace string
	// Quiet is how long nothing may happen before that is looked into.
	Quiet time.Duration

	due     time.Time // of the next look
	missing bool      // at the last look
}

const (
	// secondLook is how soon an absence is confirmed: after a restart, the server
	// knows no worker until they poll again.
	secondLook = 3 * time.Second
	// lookTimeout bounds a look.
	lookTimeout = 5 * time.Second
)

// Progressed starts the wait anew.
func (w *WorkerCheck) Progressed() { w.due, w.missing = time.Now().Add(w.Quiet), false }

// Trouble says, once for each quiet period, what keeps a run from getting on;
// "" where nothing is known of that kind.
func (w *WorkerCheck) Trouble(ctx context.Context) string {
	if time.Now().Before(w.due) {
		return ""
	}
	present, err := w.look(ctx)
	switch {
	case ctx.Err() != nil:
		return ""
	case err != nil:
		w.Progressed()
		return fmt.Sprintf("Temporal does not answer, still waiting: %v", err)
	case present:
		w.Progressed()
		return ""
	case !w.missing:
		w.due, w.missing = time.Now().Add(min(secondLook, w.Quiet)), true
		return ""
	default:
		w.Progressed()
		return fmt.Sprintf("no worker polls task queue %s in namespace %s: start one with `worker --config FILE`",
			workflows.TaskQueue, w.Namespace)
	}
}

// look says whether a worker polls.
func (w *WorkerCheck) look(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	answer, err := w.Temporal.DescribeTaskQueue(ctx, workflows.TaskQueue, enums.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return false, err
	}
	return anyFresh(answer.GetPollers()), nil
}

// pollerFresh is how old the last poll of a running worker can be: a poll takes up to a
// minute. The server remembers pollers for longer.
const pollerFresh = 70 * time.Second

func anyFresh(pollers []*taskqueue.PollerInfo) bool {
	for _, poller := range pollers {
		if time.Since(poller.GetLastAccessTime().AsTime()) < pollerFresh {
			return true
		}
	}
	return false
}
