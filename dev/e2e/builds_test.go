package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/deployment"
	"cloudsync/dev/layout"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/worker/service"
)

// slow is a cloud whose first listing waits until it is released.
type slow struct {
	*mock.Cloud
	asked, released chan struct{}
}

func newSlow(regions int) *slow {
	var names []string
	for i := range regions {
		names = append(names, fmt.Sprintf("r%d", i))
	}
	settings := mock.DefaultSettings()
	settings.Hosts = mock.ExactHosts(int64(regions))
	return &slow{Cloud: mock.New(settings, names), asked: make(chan struct{}, regions), released: make(chan struct{})}
}

func (s *slow) List(ctx context.Context, scope resource.Scope, cursor string) (cloud.Page, error) {
	select {
	case s.asked <- struct{}{}:
	default: // nobody counts so many
	}
	select {
	case <-s.released:
	case <-ctx.Done():
		return cloud.Page{}, ctx.Err()
	}
	return s.Cloud.List(ctx, scope, cursor)
}

func (s *slow) release() *slow {
	close(s.released)
	return s
}

// startBuild runs a worker of the build, as the program does, to the end of the test or
// until the returned function is called. Its identity is the build.
func (s *stack) startBuild(t *testing.T, build string, provider cloud.Provider) (stop func()) {
	t.Helper()
	deps := s.deps(nil)
	deps.Accounts = cloud.Accounts{account("demo", provider)}
	deps.Settings[hostKind] = activities.Settings{Policy: diff.DefaultPolicy(), MaxParallel: 1} // a part after the other
	w := service.New(s.temporal, deps, worker.Options{DeploymentOptions: deployment.Options(build), Identity: build})
	require.NoError(t, w.Start())
	ctx, cancel := context.WithCancel(context.Background())
	turn := &deployment.Turn{Build: build, Handle: deployment.Handle(s.temporal), Log: slog.New(slog.DiscardHandler)}
	watched := make(chan struct{})
	go func() { defer close(watched); turn.Watch(ctx) }()
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cancel()
			<-watched
			w.Stop()
		}
	}
	t.Cleanup(stop)
	require.Eventually(t, func() bool { return turn.Known() == nil }, patience, 50*time.Millisecond)
	return stop
}

func (s *stack) builds(t *testing.T) deployment.Builds {
	t.Helper()
	builds, err := deployment.Look(t.Context(), deployment.Handle(s.temporal))
	require.NoError(t, err)
	return builds
}

func (s *stack) deploy(t *testing.T, build string) {
	t.Helper()
	_, err := deployment.Deploy(t.Context(), deployment.Handle(s.temporal), build)
	require.NoError(t, err)
}

func (s *stack) awaitState(t *testing.T, build string, state deployment.State) {
	t.Helper()
	require.Eventually(t, func() bool {
		found, ok := s.builds(t).Find(build)
		return ok && found.State == state
	}, patience, 100*time.Millisecond)
}

// buildsOf counts by build what was done in an execution: tasks of the workflow by the
// version that they tell, activities by the worker that did them.
func (s *stack) buildsOf(t *testing.T, workflowID, runID string) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, event := range s.events(t, workflowID, runID) {
		if done := event.GetWorkflowTaskCompletedEventAttributes(); done != nil {
			counts[done.GetDeploymentVersion().GetBuildId()]++
		}
		if begun := event.GetActivityTaskStartedEventAttributes(); begun != nil {
			counts[begun.GetIdentity()]++
		}
	}
	return counts
}

// A deployment breaks no run that is under way: it ends, with the parts that it begins
// later, on the build that began it. The next run is the new build's.
func TestARunEndsOnTheBuildThatBeganIt(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	old := newSlow(1010) // more than three parts
	stopOld := s.startBuild(t, "v1.0.0", old)
	require.Equal(t, "v1.0.0", s.builds(t).Current, "nobody had to deploy the first build")
	run := s.start(t, hostKind)
	<-old.asked

	newer := newSlow(1010).release()
	s.startBuild(t, "v1.1.0", newer)
	waiting, _ := s.builds(t).Find("v1.1.0")
	require.Equal(t, deployment.Waiting, waiting.State, "a second build takes nothing until it is told to")
	s.deploy(t, "v1.1.0")
	s.awaitState(t, "v1.0.0", deployment.Draining)
	workers, err := deployment.Workers(t.Context(), s.temporal)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"v1.0.0": 1, "v1.1.0": 1}, workers)

	old.release()
	report := s.report(t, run)
	require.Equal(t, activities.OK, report.Outcome)
	require.EqualValues(t, 1010, report.SuAdd)
	for _, execution := range [][2]string{{run.GetID(), run.GetRunID()}, {run.GetID() + "/part-1"}, {run.GetID() + "/part-3"}} {
		counts := s.buildsOf(t, execution[0], execution[1])
		require.Positive(t, counts["v1.0.0"], execution)
		require.Len(t, counts, 1, execution)
	}
	require.Empty(t, newer.asked)

	s.awaitState(t, "v1.0.0", deployment.Drained)
	stopOld()
	next := s.start(t, hostKind)
	require.Equal(t, activities.Unchanged, s.report(t, next).Outcome)
	counts := s.buildsOf(t, next.GetID(), next.GetRunID())
	require.Positive(t, counts["v1.1.0"])
	require.Len(t, counts, 1)
}

// The way out that the starter and the manual name, if no worker of a run's build is left.
func TestARunOfALostBuildIsMoved(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	lost := newSlow(3)
	stop := s.startBuild(t, "v1.0.0", lost)
	run := s.start(t, hostKind)
	<-lost.asked
	require.Equal(t, "v1.0.0", s.pinnedTo(t, run))
	stop()
	s.startBuild(t, "v1.1.0", newSlow(3).release())
	s.deploy(t, "v1.1.0")
	require.Eventually(t, func() bool {
		open, err := deployment.Open(t.Context(), s.temporal, "v1.0.0")
		require.NoError(t, err)
		return open == 1
	}, patience, 100*time.Millisecond)

	s.cli(t, "workflow", "update-options", "--query", deployment.OpenQuery("v1.0.0"),
		"--versioning-override-behavior", "auto_upgrade", "--reason", "its build is gone", "--yes")
	require.Eventually(t, func() bool { return s.pinnedTo(t, run) == "" }, patience, 100*time.Millisecond)
	report := s.report(t, run)
	require.Equal(t, activities.OK, report.Outcome)
	require.EqualValues(t, 3, report.SuAdd)
	require.Positive(t, s.buildsOf(t, run.GetID(), run.GetRunID())["v1.1.0"])
}

func (s *stack) pinnedTo(t *testing.T, run client.WorkflowRun) string {
	t.Helper()
	described, err := s.temporal.DescribeWorkflowExecution(t.Context(), run.GetID(), run.GetRunID())
	require.NoError(t, err)
	return deployment.PinnedTo(described.GetWorkflowExecutionInfo().GetVersioningInfo())
}

// cli runs Temporal's command line in the stack's namespace.
func (s *stack) cli(t *testing.T, args ...string) {
	t.Helper()
	l, err := layout.Find(".")
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), l.Bin("temporal"), append(args, "--address", s.address, "--namespace", s.namespace)...)
	out, err := command.CombinedOutput()
	require.NoError(t, err, string(out))
}

// A run that is reset goes on with the build that began it.
func TestAResetRunStaysOnItsBuild(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.startBuild(t, "v1.0.0", newSlow(3).release())
	run := s.start(t, hostKind)
	require.Equal(t, activities.OK, s.report(t, run).Outcome)
	s.startBuild(t, "v1.1.0", newSlow(3).release())
	s.deploy(t, "v1.1.0")

	again, ok := s.reset(t, run.GetID(), run.GetRunID())
	require.True(t, ok)
	require.NoError(t, again.Get(t.Context(), nil))
	counts := s.buildsOf(t, again.GetID(), again.GetRunID())
	require.Positive(t, counts["v1.0.0"])
	require.Len(t, counts, 1)
}
