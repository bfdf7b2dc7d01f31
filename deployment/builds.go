package deployment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

// State says which runs a build takes.
type State string

// The states.
const (
	Current  State = "current"  // the new ones
	Ramping  State = "ramping"  // a share of the new ones, as somebody told Temporal
	Waiting  State = "waiting"  // none yet
	Draining State = "draining" // those that it began, some of which may be under way
	Drained  State = "drained"  // none any more: all that it began have ended
)

// Build is what Temporal knows of a build.
type Build struct {
	ID        string    `json:"build"`
	State     State     `json:"state"`
	FirstSeen time.Time `json:"firstSeen"`
}

// Builds are those that Temporal knows, the newest first.
type Builds struct {
	All []Build
	// Current is the id of the build that takes the new runs; "" where none does.
	Current string

	unchanged []byte // lets a change fail if another came before
}

// Handle is the worker deployment of the client's namespace.
func Handle(c client.Client) client.WorkerDeploymentHandle {
	return c.WorkerDeploymentClient().GetHandle(Name)
}

// Look asks Temporal for the builds. Before a first worker has polled there is none.
func Look(ctx context.Context, handle client.WorkerDeploymentHandle) (Builds, error) {
	described, err := handle.Describe(ctx, client.WorkerDeploymentDescribeOptions{})
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return Builds{}, nil
	}
	if err != nil {
		return Builds{}, fmt.Errorf("ask Temporal for the builds of worker deployment %s: %w", Name, err)
	}
	builds := Builds{unchanged: described.ConflictToken}
	routing := described.Info.RoutingConfig
	if routing.CurrentVersion != nil {
		builds.Current = routing.CurrentVersion.BuildID
	}
	for _, version := range described.Info.VersionSummaries {
		builds.All = append(builds.All, Build{
			ID: version.Version.BuildID, FirstSeen: version.CreateTime, State: stateOf(version, routing),
		})
	}
	slices.SortFunc(builds.All, func(a, b Build) int {
		return cmp.Or(b.FirstSeen.Compare(a.FirstSeen), cmp.Compare(a.ID, b.ID))
	})
	return builds, nil
}

func stateOf(version client.WorkerDeploymentVersionSummary, routing client.WorkerDeploymentRoutingConfig) State {
	switch {
	case routing.CurrentVersion != nil && *routing.CurrentVersion == version.Version:
		return Current
	case routing.RampingVersion != nil && *routing.RampingVersion == version.Version:
		return Ramping
	case version.DrainageStatus == client.WorkerDeploymentVersionDrainageStatusDraining:
		return Draining
	case version.DrainageStatus == client.WorkerDeploymentVersionDrainageStatusDrained:
		return Drained
	default:
		return Waiting
	}
}

// Find is the build with the id.
func (b Builds) Find(id string) (Build, bool) {
	i := slices.IndexFunc(b.All, func(build Build) bool { return build.ID == id })
	if i < 0 {
		return Build{}, false
	}
	return b.All[i], true
}

func (b Builds) has(id string) bool {
	_, found := b.Find(id)
	return found
}

// untouched says that nobody has let a build take new runs yet: not even a share of them,
// and not for a while.
func (b Builds) untouched() bool {
	return !slices.ContainsFunc(b.All, func(build Build) bool { return build.State != Waiting })
}

// settleLimit is how long a deployment is tried again: a worker that has just begun does not
// poll for everything yet, and the builds can change between the look and the deployment.
//
// A server that does not answer in time gets slowLimit. It tells each of its task queues which
// build is current, and repeats after a minute what one of them has not taken in (the activities'
// StartToCloseTimeout in service/worker/workerdeployment of go.temporal.io/server 1.29.1).
const (
	settleLimit = 30 * time.Second
	slowLimit   = 150 * time.Second
	settlePause = 200 * time.Millisecond
)

// errUnknown is the error of a deployment of a build that Temporal does not know: its worker
// has just begun, or Temporal could not find its builds for a moment, which a busy server does
// now and then. Nobody could say then which build there was before.
var errUnknown = errors.New("the build is not known to Temporal yet: try again when its worker has polled for some seconds")

// Deploy lets the build take the new runs, and says which one did before: the build itself, if
// there was nothing to do.
func Deploy(ctx context.Context, handle client.WorkerDeploymentHandle, id string) (previous string, err error) {
	return settling{settleLimit, slowLimit}.deploy(ctx, handle, id)
}

// settling are the limits of a deployment that is tried again.
type settling struct {
	refused, slow time.Duration
}

func (s settling) deploy(ctx context.Context, handle client.WorkerDeploymentHandle, id string) (previous string, err error) {
	begun, asked := time.Now(), false
	for {
		builds, err := Look(ctx, handle)
		switch {
		case err != nil:
			return previous, err
		case builds.Current == id && asked: // by an attempt whose answer came too late
			return previous, nil
		case builds.Current == id:
			return id, nil
		}
		if err = errUnknown; builds.has(id) {
			previous, asked = builds.Current, true
			err = builds.deploy(ctx, handle, id)
		}
		if err == nil || time.Since(begun) > s.limit(err) {
			return previous, err
		}
		select {
		case <-ctx.Done():
			return previous, err
		case <-time.After(settlePause):
		}
	}
}

// limit is how long a deployment is tried that fails so.
func (s settling) limit(err error) time.Duration {
	var denied *serviceerror.PermissionDenied
	switch {
	case errors.As(err, &denied):
		return 0
	case errors.Is(err, errLate):
		return s.slow
	default:
		return s.refused
	}
}

// errLate is in the error of a deployment that the server may have begun, and may still end.
var errLate = errors.New("no answer from Temporal in time, which may still do it: `starter builds` tells")

// deploy fails if somebody else changed anything since the builds were looked at.
func (b Builds) deploy(ctx context.Context, handle client.WorkerDeploymentHandle, id string) error {
	_, err := handle.SetCurrentVersion(ctx, client.WorkerDeploymentSetCurrentVersionOptions{BuildID: id, ConflictToken: b.unchanged})
	var late *serviceerror.DeadlineExceeded
	if errors.As(err, &late) || errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w: %w", errLate, err)
	}
	if err != nil {
		return fmt.Errorf("let build %s take the new runs: %w", id, err)
	}
	return nil
}
