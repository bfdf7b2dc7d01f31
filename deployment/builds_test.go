package deployment

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	deploymentpb "go.temporal.io/api/deployment/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
)

func TestBuildsAreListedTheNewestFirst(t *testing.T) {
	t.Parallel()
	builds, err := Look(t.Context(), &fakeHandle{answers: []answer{{
		current: "bbbb", versions: versions{"a": drained, "bb": draining, "ccc": inUse, "bbbb": inUse},
	}}})
	require.NoError(t, err)
	var states []State
	for _, build := range builds.All {
		states = append(states, build.State)
	}
	require.Equal(t, []State{Current, Waiting, Draining, Drained}, states)
	require.Equal(t, "bbbb", builds.Current)
	_, found := builds.Find("d")
	require.False(t, found)
}

func TestNoBuildsAreNoError(t *testing.T) {
	t.Parallel()
	builds, err := Look(t.Context(), &fakeHandle{answers: []answer{{err: serviceerror.NewNotFound("no deployment")}}})
	require.NoError(t, err)
	require.Empty(t, builds.All)
	_, err = Look(t.Context(), &fakeHandle{answers: []answer{{err: serviceerror.NewPermissionDenied("no", "")}}})
	require.ErrorContains(t, err, "ask Temporal for the builds of worker deployment cloudsync: ")
}

func TestDeployWaitsForAWorkerThatHasJustBegun(t *testing.T) {
	t.Parallel()
	both := versions{"v1": inUse, "v2": inUse}
	handle := &fakeHandle{answers: []answer{{current: "v1", versions: both}}, refuses: serviceerror.NewFailedPrecondition("missing active task queues"), refusals: 2}
	previous, err := Deploy(t.Context(), handle, "v2")
	require.NoError(t, err)
	require.Equal(t, "v1", previous)
	require.Len(t, handle.set, 3)

	previous, err = Deploy(t.Context(), handle, "v1")
	require.NoError(t, err)
	require.Equal(t, "v1", previous, "nothing to do")
	require.Len(t, handle.set, 3)
}

// A busy server may not find its builds for a moment.
func TestDeployLooksAgainWhereThereAreNoBuilds(t *testing.T) {
	t.Parallel()
	handle := &fakeHandle{answers: []answer{
		{err: serviceerror.NewNotFound("no deployment")}, {current: "v1", versions: versions{"v1": inUse}},
		{current: "v1", versions: versions{"v1": inUse, "v2": inUse}},
	}, refusals: 1, refuses: serviceerror.NewFailedPrecondition("missing active task queues")}
	previous, err := Deploy(t.Context(), handle, "v2")
	require.NoError(t, err)
	require.Equal(t, "v1", previous)
	require.Len(t, handle.set, 2)
}

// A server that takes long is asked again for longer than one that refuses. What it did
// meanwhile counts.
func TestDeployWaitsForAServerThatAnswersLate(t *testing.T) {
	t.Parallel()
	late := serviceerror.NewDeadlineExceeded("context deadline exceeded")
	both := versions{"v1": inUse, "v2": inUse}
	handle := &fakeHandle{answers: []answer{{current: "v1", versions: both}, {current: "v1", versions: both}, {current: "v2", versions: both}}, refuses: late}
	previous, err := settling{refused: time.Nanosecond, slow: time.Hour}.deploy(t.Context(), handle, "v2")
	require.NoError(t, err)
	require.Equal(t, "v1", previous)
	require.Len(t, handle.set, 2)

	handle = &fakeHandle{answers: []answer{{current: "v1", versions: both}}, refuses: late}
	_, err = settling{refused: time.Hour, slow: time.Nanosecond}.deploy(t.Context(), handle, "v2")
	require.ErrorContains(t, err, "let build v2 take the new runs: no answer from Temporal in time, which may still do it: `starter builds` tells: context deadline exceeded")
	require.Len(t, handle.set, 1)
}

func TestDeployIsRefused(t *testing.T) {
	t.Parallel()
	handle := &fakeHandle{answers: []answer{{versions: versions{"v1": inUse}}}, refuses: serviceerror.NewPermissionDenied("not yours", "")}
	_, err := Deploy(t.Context(), handle, "v1")
	require.ErrorContains(t, err, "let build v1 take the new runs: not yours")
	require.Len(t, handle.set, 1)
}

func TestPinnedTo(t *testing.T) {
	t.Parallel()
	version := &deploymentpb.WorkerDeploymentVersion{DeploymentName: Name, BuildId: "v1"}
	pinned := &workflowpb.WorkflowExecutionVersioningInfo{Behavior: enums.VERSIONING_BEHAVIOR_PINNED, DeploymentVersion: version}
	require.Equal(t, "v1", PinnedTo(pinned))
	require.Empty(t, PinnedTo(nil), "of a worker without a build")
	pinned.VersioningOverride = &workflowpb.VersioningOverride{Override: &workflowpb.VersioningOverride_AutoUpgrade{AutoUpgrade: true}}
	require.Empty(t, PinnedTo(pinned), "moved to whichever is current")
	pinned.VersioningOverride = &workflowpb.VersioningOverride{Override: &workflowpb.VersioningOverride_Pinned{Pinned: &workflowpb.VersioningOverride_PinnedOverride{
		Version: &deploymentpb.WorkerDeploymentVersion{DeploymentName: Name, BuildId: "v2"},
	}}}
	require.Equal(t, "v2", PinnedTo(pinned), "moved to another")
}
