package execution

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"cloudsync/deployment"
	"cloudsync/workflows"
)

// WorkerCheck looks, where nothing has happened for a while, whether there is
// any worker to do it.
type WorkerCheck struct {
	Temporal  client.Client
	Namespace string
	// Quiet is how long nothing may happen before that is looked into.
	Quiet time.Duration
	// Limit is how long a run may have no worker before nobody waits for it any more; 0: as long
	// as it takes.
	Limit time.Duration

	due     time.Time // of the next look
	missing bool      // at the last look
	since   time.Time // when it began to be missing; zero: it is not
	lost    *NoWorkerError
}

// NoWorkerError says that a run had no worker for the limit.
type NoWorkerError struct {
	Missing string // which worker, and what to do
	Limit   time.Duration
}

func (e *NoWorkerError) Error() string { return fmt.Sprintf("%s (waited %s)", e.Missing, e.Limit) }

const (
	// secondLook is how soon an absence is confirmed: after a restart, the server
	// knows no worker until they poll again.
	secondLook = 3 * time.Second
	// lookTimeout bounds a look.
	lookTimeout = 5 * time.Second
)

// Progressed starts the wait anew.
func (w *WorkerCheck) Progressed() {
	w.since = time.Time{}
	w.lookAgain()
}

func (w *WorkerCheck) lookAgain() { w.due, w.missing = time.Now().Add(w.Quiet), false }

// Lost is the NoWorkerError of a run that had no worker for the limit, nil while there is hope.
func (w *WorkerCheck) Lost() error {
	if w.lost == nil {
		return nil
	}
	return w.lost
}

// Trouble says, once for each quiet period, what keeps a run from getting on;
// "" where nothing is known of that kind.
func (w *WorkerCheck) Trouble(ctx context.Context, run Run) string {
	if time.Now().Before(w.due) {
		return ""
	}
	missing, err := w.Missing(ctx, run)
	switch {
	case ctx.Err() != nil:
		return ""
	case err != nil:
		w.lookAgain()
		return fmt.Sprintf("Temporal does not answer, still waiting: %v", err)
	case missing == "":
		w.Progressed()
		return ""
	case !w.missing:
		w.due, w.missing = time.Now().Add(min(secondLook, w.Quiet)), true
		w.since = cmp.Or(w.since, time.Now())
		return ""
	default:
		w.lookAgain()
		if w.Limit > 0 && time.Since(w.since) > w.Limit {
			w.lost = &NoWorkerError{Missing: missing, Limit: w.Limit}
		}
		return missing
	}
}

// Missing says which worker the run lacks now, "" for none. After a restart, the server knows
// no worker until they poll again.
func (w *WorkerCheck) Missing(ctx context.Context, run Run) (missing string, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	workers, err := deployment.Workers(ctx, w.Temporal)
	if err != nil {
		return "", err
	}
	if len(workers) == 0 {
		return fmt.Sprintf("no worker polls task queue %s in namespace %s: start one with `worker --config FILE`",
			workflows.TaskQueue, w.Namespace), nil
	}
	state, err := Look(ctx, w.Temporal, run)
	if err != nil {
		return "", err
	}
	builds, err := deployment.Look(ctx, deployment.Handle(w.Temporal))
	if err != nil {
		return "", err
	}
	return missingBuild(workers, state.Build, builds.Current), nil
}

// missingBuild says which build a run lacks that is pinned to a build, or, where that is
// "", goes on with the current one. "" are also the workers of no build.
func missingBuild(workers map[string]int, pinned, current string) string {
	switch {
	case pinned != "" && workers[pinned] == 0:
		return fmt.Sprintf("the run ends on build %s, of which no worker polls: start one, or move the run as `starter builds` says", pinned)
	case pinned != "" || workers[current] > 0:
		return ""
	case current == "":
		return "no build takes the new runs: see `starter builds`, then type `starter deploy BUILD`"
	default:
		return fmt.Sprintf("build %s takes the new runs, and no worker of it polls: start one, or `starter deploy` another of `starter builds`", current)
	}
}
