package deployment

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/client"
)

const (
	// lookSoon is how soon a worker that has just started asks again for its build.
	lookSoon = 500 * time.Millisecond
	// lookLater is how often it asks in the end, whether anything has changed. It is also how
	// rarely a worker asks that may not deploy its build.
	lookLater = time.Minute
	lookLimit = 20 * time.Second
)

// Turn says in a worker's log which runs its build takes, each time that changes. Where
// nobody ever let a build take the new runs, it lets its own: there is nobody whose runs it
// could take.
type Turn struct {
	Build  string
	Handle client.WorkerDeploymentHandle
	Log    *slog.Logger

	known       atomic.Bool
	told        string
	soon, later time.Duration // of tests
}

// Known says what is missing until Temporal knows the build.
func (t *Turn) Known() error {
	if t.known.Load() {
		return nil
	}
	return fmt.Errorf("build %s is not known to Temporal yet", t.Build)
}

// Watch looks until ctx is done, ever more rarely.
func (t *Turn) Watch(ctx context.Context) {
	pause, most := cmp.Or(t.soon, lookSoon), cmp.Or(t.later, lookLater)
	for {
		if err := t.look(ctx); err != nil && ctx.Err() == nil {
			t.tell(slog.LevelWarn, "it is not settled which build takes the new runs, asking again: "+err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, most)
	}
}

func (t *Turn) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	builds, err := Look(ctx, t.Handle)
	if err != nil {
		return err
	}
	build, found := builds.Find(t.Build)
	switch {
	case !found: // its first poll is under way
		return nil
	case builds.untouched() && !t.known.Load():
		if err := builds.deploy(ctx, t.Handle, t.Build); err != nil {
			return err // perhaps another worker was quicker: the next look tells
		}
		build.State, builds.Current = Current, t.Build
	}
	t.known.Store(true)
	t.tellState(build.State, builds.Current)
	return nil
}

func (t *Turn) tellState(state State, current string) {
	switch state {
	case Current:
		t.tell(slog.LevelInfo, "this build takes the new runs")
	case Ramping:
		t.tell(slog.LevelInfo, "this build takes a share of the new runs")
	case Draining:
		t.tell(slog.LevelInfo, fmt.Sprintf("this build ends the runs that it began; %s. Keep this worker until `starter builds` says drained", takes(current)))
	case Drained:
		t.tell(slog.LevelInfo, fmt.Sprintf("all runs of this build have ended; %s. This worker can be stopped", takes(current)))
	case Waiting:
		t.tell(slog.LevelWarn, fmt.Sprintf("this build takes no runs; %s. To let this build take them: starter deploy %s", takes(current), t.Build))
	}
}

func takes(current string) string {
	if current == "" {
		return "no build takes the new ones"
	}
	return "build " + current + " takes the new ones"
}

// tell says the same thing once.
func (t *Turn) tell(level slog.Level, text string) {
	if text == t.told {
		return
	}
	t.told = text
	t.Log.Log(context.Background(), level, text, "build", t.Build)
}
