package deployment

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
)

// fakeHandle answers as a server with these builds.
type fakeHandle struct {
	client.WorkerDeploymentHandle
	answers []answer // one for each look, the last one again and again
	looks   int
	set     []client.WorkerDeploymentSetCurrentVersionOptions
	refuses error
	// refusals is how many changes are refused; 0: all.
	refusals int
	ended    context.CancelFunc // called after the last answer
}

type answer struct {
	current  string
	ramping  string
	versions map[string]client.WorkerDeploymentVersionDrainageStatus
	err      error
}

func (f *fakeHandle) Describe(context.Context, client.WorkerDeploymentDescribeOptions) (client.WorkerDeploymentDescribeResponse, error) {
	now := f.answers[min(f.looks, len(f.answers)-1)]
	f.looks++
	if f.looks > len(f.answers) && f.ended != nil {
		f.ended()
	}
	response := client.WorkerDeploymentDescribeResponse{ConflictToken: []byte("token")}
	if now.current != "" {
		response.Info.RoutingConfig.CurrentVersion = &worker.WorkerDeploymentVersion{DeploymentName: Name, BuildID: now.current}
	}
	if now.ramping != "" {
		response.Info.RoutingConfig.RampingVersion = &worker.WorkerDeploymentVersion{DeploymentName: Name, BuildID: now.ramping}
	}
	for build, drainage := range now.versions {
		response.Info.VersionSummaries = append(response.Info.VersionSummaries, client.WorkerDeploymentVersionSummary{
			Version: worker.WorkerDeploymentVersion{DeploymentName: Name, BuildID: build}, DrainageStatus: drainage,
			CreateTime: time.Unix(int64(len(build)), 0),
		})
	}
	return response, now.err
}

func (f *fakeHandle) SetCurrentVersion(_ context.Context, options client.WorkerDeploymentSetCurrentVersionOptions) (client.WorkerDeploymentSetCurrentVersionResponse, error) {
	f.set = append(f.set, options)
	if f.refusals > 0 && len(f.set) > f.refusals {
		return client.WorkerDeploymentSetCurrentVersionResponse{}, nil
	}
	return client.WorkerDeploymentSetCurrentVersionResponse{}, f.refuses
}

const (
	inUse    = client.WorkerDeploymentVersionDrainageStatusUnspecified
	draining = client.WorkerDeploymentVersionDrainageStatusDraining
	drained  = client.WorkerDeploymentVersionDrainageStatusDrained
)

type versions = map[string]client.WorkerDeploymentVersionDrainageStatus

// watch runs a worker's turn over the answers, and returns its log.
func watch(t *testing.T, build string, handle *fakeHandle) (turn *Turn, log []string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	handle.ended = cancel
	var text bytes.Buffer
	turn = &Turn{Build: build, Handle: handle, Log: slog.New(slog.NewTextHandler(&text, nil)), soon: time.Nanosecond, later: time.Nanosecond}
	turn.Watch(ctx)
	for line := range strings.Lines(text.String()) {
		_, line, _ = strings.Cut(line, "level=")
		log = append(log, strings.TrimSpace(line))
	}
	return turn, log
}

func TestTheFirstBuildTakesTheNewRunsByItself(t *testing.T) {
	t.Parallel()
	handle := &fakeHandle{answers: []answer{
		{err: serviceerror.NewNotFound("no deployment")}, {versions: versions{}}, {versions: versions{"v1": inUse}}, {current: "v1", versions: versions{"v1": inUse}},
	}}
	turn, log := watch(t, "v1", handle)
	require.Equal(t, []string{`INFO msg="this build takes the new runs" build=v1`}, log)
	require.Equal(t, []client.WorkerDeploymentSetCurrentVersionOptions{{BuildID: "v1", ConflictToken: []byte("token")}}, handle.set)
	require.NoError(t, turn.Known())
}

func TestAnotherBuildSaysHowItIsDeployed(t *testing.T) {
	t.Parallel()
	both := versions{"v1": inUse, "v2": inUse}
	handle := &fakeHandle{answers: []answer{{current: "v1", versions: both}, {current: "v1", versions: both}, {current: "v2", versions: both}}}
	_, log := watch(t, "v2", handle)
	require.Equal(t, []string{
		`WARN msg="this build takes no runs; build v1 takes the new ones. To let this build take them: starter deploy v2" build=v2`,
		`INFO msg="this build takes the new runs" build=v2`,
	}, log)
	require.Empty(t, handle.set)
}

func TestAnOldBuildSaysWhenItCanBeStopped(t *testing.T) {
	t.Parallel()
	handle := &fakeHandle{answers: []answer{
		{current: "v1", versions: versions{"v1": inUse}}, {current: "v2", versions: versions{"v1": draining}},
		{current: "v2", versions: versions{"v1": drained}},
	}}
	_, log := watch(t, "v1", handle)
	require.Equal(t, []string{
		`INFO msg="this build takes the new runs" build=v1`,
		"INFO msg=\"this build ends the runs that it began; build v2 takes the new ones. Keep this worker until `starter builds` says drained\" build=v1",
		`INFO msg="all runs of this build have ended; build v2 takes the new ones. This worker can be stopped" build=v1`,
	}, log)
}

// Whoever took the new runs from all builds wants that: no worker takes them back.
func TestABuildThatIsKnownIsNotDeployedAgain(t *testing.T) {
	t.Parallel()
	handle := &fakeHandle{answers: []answer{{current: "v1", versions: versions{"v1": inUse}}, {versions: versions{"v1": inUse}}}}
	_, log := watch(t, "v1", handle)
	require.Len(t, log, 2)
	require.Contains(t, log[1], "no build takes the new ones. To let this build take them: starter deploy v1")
	require.Empty(t, handle.set)
}

// A worker that starts again takes nothing back either, and no more than the share that it
// was given.
func TestAWorkerThatStartsAgainTakesNoMoreRuns(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer answer
		log    string
	}{
		"no runs any more": {answer{versions: versions{"v1": drained}}, "no build takes the new ones"},
		"nor another's":    {answer{versions: versions{"v1": inUse, "v0": draining}}, "To let this build take them: starter deploy v1"},
		"a share":          {answer{ramping: "v1", versions: versions{"v1": inUse}}, "this build takes a share of the new runs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handle := &fakeHandle{answers: []answer{test.answer}}
			turn, log := watch(t, "v1", handle)
			require.Len(t, log, 1)
			require.Contains(t, log[0], test.log)
			require.Empty(t, handle.set)
			require.NoError(t, turn.Known())
		})
	}
}

func TestATurnThatCannotBeSettledIsTriedAgain(t *testing.T) {
	t.Parallel()
	handle := &fakeHandle{answers: []answer{{versions: versions{"v1": inUse}}, {err: serviceerror.NewUnavailable("busy")}}, refuses: errors.New("not allowed")}
	turn, log := watch(t, "v1", handle)
	require.Equal(t, `WARN msg="it is not settled which build takes the new runs, asking again: let build v1 take the new runs: not allowed" build=v1`, log[0])
	require.Contains(t, log[1], "busy")
	require.ErrorContains(t, turn.Known(), "build v1 is not known to Temporal yet")
}
