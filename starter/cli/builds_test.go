package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"cloudsync/deployment"
	"cloudsync/starter/execution"
	"cloudsync/starter/schedule"
	"cloudsync/starter/temporaltest"
	"cloudsync/workflows"
)

func TestBuildsText(t *testing.T) {
	t.Parallel()
	view := func(id string, state deployment.State, workers int, underWay int64, age time.Duration) buildView {
		return buildView{Build: deployment.Build{ID: id, State: state, FirstSeen: noon.Add(-age)}, Workers: workers, UnderWay: underWay}
	}
	b := newBench()
	b.showBuilds([]buildView{
		view("v1.3.0", deployment.Waiting, 1, 0, time.Minute),
		view("v1.2.0", deployment.Current, 2, 3, 48*time.Hour),
		view("v1.1.0", deployment.Draining, 1, 1, 72*time.Hour),
		view("v1.0.1", deployment.Draining, 0, 2, 96*time.Hour),
		view("v1.0.0", deployment.Drained, 1, 0, 240*time.Hour),
	})
	require.Equal(t, strings.TrimPrefix(`
BUILD   STATE     WORKERS  UNDER WAY  FIRST SEEN
v1.3.0  waiting         1          0     60s ago
    takes no runs: `+"`starter deploy v1.3.0`"+` lets it take the new ones
v1.2.0  current         2          3      2d ago
v1.1.0  draining        1          1      3d ago
v1.0.1  draining        0          2      4d ago
    no worker of it polls, and what is under way waits: start one, or move it as
    shown below
v1.0.0  drained         1          0     10d ago
    its workers can be stopped

to let the current build go on with what is under way of v1.0.1:
  temporal workflow update-options \
    --query 'TemporalWorkerDeploymentVersion = "cloudsync:v1.0.1" AND ExecutionStatus = "Running"' \
    --versioning-override-behavior auto_upgrade
`, "\n"), b.stdout.String())
}

func TestBuildsTextWithoutWorkers(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showBuilds(nil)
	b.showBuilds([]buildView{{Build: deployment.Build{ID: "v1", State: deployment.Current, FirstSeen: noon.Add(-time.Hour)}, UnderWay: 1}})
	golden(t, `
Temporal knows no build: start a worker with `+"`worker --config FILE`"+`
BUILD  STATE    WORKERS  UNDER WAY  FIRST SEEN
v1     current        0          1     60m ago
    no worker of it polls, and the new runs wait: start one, or `+"`starter deploy`"+`
    another build
`, b.stdout.String())
}

func TestListTellsOfAStrandedRun(t *testing.T) {
	t.Parallel()
	b := newBench()
	running := &execution.State{StartedAt: noon.Add(-time.Hour), Outcome: execution.Running, Build: "v1.0.0"}
	b.showSchedules([]schedule.Overview{{Kind: "resource_host", Every: time.Minute, Running: running, Stranded: true}})
	require.Contains(t, b.stdout.String(), "    it ends on build v1.0.0, of which no worker polls: see `starter builds`\n")

	running.Build = ""
	b.showSchedules([]schedule.Overview{{Kind: "resource_host", Every: time.Minute, Running: running, Stranded: true}})
	require.Contains(t, b.stdout.String(), "    it waits for the build that takes the new runs, of which no worker polls:\n    see `starter builds`\n")
}

func TestDeployNamesOneBuild(t *testing.T) {
	t.Parallel()
	status, _, stderr := run(t, "deploy")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "name one build, such as a worker's log has: `starter builds` lists them")
}

// A deployment as an operator makes it: the new build waits, is deployed, and the old one
// ends its run.
func TestBuildsAreDeployed(t *testing.T) {
	t.Parallel()
	o := newOperator(t, nil)
	untilTold := temporaltest.Sync(func(ctx workflow.Context, _ workflows.Input) (workflows.Report, error) {
		workflow.GetSignalChannel(ctx, "end").Receive(ctx, nil)
		return workflows.Report{}, nil
	})
	o.WorkOn(t, "v1", untilTold)
	o.awaitBuild(t, "v1", deployment.Waiting, 0)
	status, _, stderr := o.do(t, "run", "resource_host")
	require.Zero(t, status, stderr)
	require.True(t, o.schedule(t).Stranded, "nobody takes the run")
	status, stdout, stderr := o.do(t, "deploy", "v1")
	require.Zero(t, status, stderr)
	require.Equal(t, "build v1 takes the new runs\n", stdout)
	_, stdout, _ = o.do(t, "deploy", "v1")
	require.Equal(t, "build v1 takes the new runs already\n", stdout)
	o.awaitBuild(t, "v1", deployment.Current, 1)

	o.WorkOn(t, "v2", untilTold)
	o.awaitBuild(t, "v2", deployment.Waiting, 0)
	status, _, stderr = o.do(t, "deploy", "v3")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, `no worker of build "v3" polls: start one first`)
	status, stdout, stderr = o.do(t, "deploy", "v2")
	require.Zero(t, status, stderr)
	require.Equal(t, "build v2 takes the new runs; keep the workers of build v1 until it is drained:\n  starter builds\n", stdout)
	o.awaitBuild(t, "v2", deployment.Current, 0)
	o.awaitBuild(t, "v1", deployment.Draining, 1)

	require.Equal(t, "v1", o.schedule(t).Running.Build)
	require.False(t, o.schedule(t).Stranded, "a worker of v1 polls")
}

// schedule is the first one that `starter list` shows.
func (o *operator) schedule(t *testing.T) scheduleView {
	t.Helper()
	_, stdout, _ := o.do(t, "list", "--output", "json")
	var schedules []scheduleView
	require.NoError(t, json.Unmarshal([]byte(stdout), &schedules))
	return schedules[0]
}

// awaitBuild waits until `starter builds` shows the build so, with one worker.
func (o *operator) awaitBuild(t *testing.T, id string, state deployment.State, underWay int64) {
	t.Helper()
	require.Eventually(t, func() bool {
		status, stdout, stderr := o.do(t, "builds", "--output", "json")
		require.Zero(t, status, stderr)
		var builds []buildView
		require.NoError(t, json.Unmarshal([]byte(stdout), &builds))
		for _, build := range builds {
			if build.ID == id && build.State == state && build.UnderWay == underWay && build.Workers == 1 {
				return true
			}
		}
		return false
	}, 2*time.Minute, 100*time.Millisecond)
}
