package schedule

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"cloudsync/config"
	"cloudsync/resource"
	"cloudsync/starter/temporaltest"
)

// syncing is a configuration of kinds with their intervals.
func syncing(enable bool, resources ...config.Resource) config.Sync {
	return config.Sync{Enable: enable, Resources: resources}
}

func every(kind string, interval time.Duration) config.Resource {
	return config.Resource{Kind: kind, Interval: interval}
}

// apply applies the configuration and returns the changes in words, without the
// search attributes.
func apply(t *testing.T, n temporaltest.Namespace, sync config.Sync) []string {
	t.Helper()
	applier := Applier{Temporal: n, Namespace: n.Name, Kinds: resource.Standard().Names()}
	changes, err := applier.Apply(t.Context(), sync)
	require.NoError(t, err)
	texts := []string{}
	for _, change := range changes {
		if change.Action != Registered {
			texts = append(texts, change.String())
		}
	}
	return texts
}

func describe(t *testing.T, n temporaltest.Namespace, kind string) *client.ScheduleDescription {
	t.Helper()
	description, err := handleOf(t.Context(), n, ID(kind)).Describe(t.Context())
	require.NoError(t, err)
	return description
}

func TestApplyRegistersTheSearchAttributesOnce(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	applier := Applier{Temporal: n, Namespace: n.Name}
	changes, err := applier.Apply(t.Context(), syncing(true))
	require.NoError(t, err)
	require.Len(t, changes, 5)
	require.Equal(t, Change{Action: Registered, SearchAttribute: "CloudSyncChanges"}, changes[0])
	changes, err = applier.Apply(t.Context(), syncing(true))
	require.NoError(t, err)
	require.Equal(t, []Change{}, changes)
}

func TestApplyCreatesAndThenLeavesAlone(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	sync := syncing(true, every("resource_host", time.Minute), every("resource_disk", time.Hour))
	require.Equal(t, []string{
		"created cloud-sync/resource_host every 1m", "created cloud-sync/resource_disk every 1h",
	}, apply(t, n, sync))
	before := describe(t, n, "resource_host")
	require.Equal(t, Define("resource_host", time.Minute), Described(before.Schedule))

	require.Empty(t, apply(t, n, sync))
	require.Equal(t, before.Info.LastUpdateAt, describe(t, n, "resource_host").Info.LastUpdateAt)
}

func TestApplyUpdatesWhatDiffers(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	apply(t, n, syncing(true, every("resource_host", time.Hour)))
	require.Equal(t, []string{"updated cloud-sync/resource_host: every 30s (was 1h), catch-up window 30s (was 1m)"},
		apply(t, n, syncing(true, every("resource_host", 30*time.Second))))
	require.Equal(t, Define("resource_host", 30*time.Second), Described(describe(t, n, "resource_host").Schedule))
}

func TestApplyUndoesWhatSomebodyChangedByHand(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	sync := syncing(true, every("resource_host", time.Hour))
	apply(t, n, sync)
	handle := n.ScheduleClient().GetHandle(t.Context(), ID("resource_host"))
	require.NoError(t, handle.Update(t.Context(), client.ScheduleUpdateOptions{
		DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			changed := in.Description.Schedule
			changed.Spec.Jitter = time.Minute
			changed.Action.(*client.ScheduleWorkflowAction).TaskQueue = "other"
			return &client.ScheduleUpdate{Schedule: &changed}, nil
		},
	}))
	require.Equal(t, []string{
		"updated cloud-sync/resource_host: task queue cloudsync (was other), anything else none (was jitter)",
	}, apply(t, n, sync))
	require.Empty(t, apply(t, n, sync))
}

func TestApplyPausesWhileDisabled(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	host := every("resource_host", time.Hour)
	require.Equal(t, []string{
		"created cloud-sync/resource_host every 1h", "paused cloud-sync/resource_host: " + disabledNote,
	}, apply(t, n, syncing(false, host)))
	require.True(t, describe(t, n, "resource_host").Schedule.State.Paused)
	require.Empty(t, apply(t, n, syncing(false, host)))

	require.Equal(t, []string{"resumed cloud-sync/resource_host: " + enabledNote}, apply(t, n, syncing(true, host)))
	require.False(t, describe(t, n, "resource_host").Schedule.State.Paused)
	require.Equal(t, []string{"paused cloud-sync/resource_host: " + disabledNote}, apply(t, n, syncing(false, host)))
}

func TestApplyLeavesAnOperatorsPause(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	apply(t, n, syncing(true, every("resource_host", time.Hour)))
	_, err := Pause(t.Context(), n, "resource_host", "cleaning up (ann)")
	require.NoError(t, err)

	require.Empty(t, apply(t, n, syncing(false, every("resource_host", time.Hour))))
	require.Equal(t, []string{"updated cloud-sync/resource_host: every 2h (was 1h)"},
		apply(t, n, syncing(true, every("resource_host", 2*time.Hour))))
	state := describe(t, n, "resource_host").Schedule.State
	require.True(t, state.Paused)
	require.Equal(t, "cleaning up (ann)", state.Note)
}

func TestApplyDeletesKindsThatAreGone(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	apply(t, n, syncing(true, every("resource_host", time.Hour), every("resource_disk", time.Hour), every("resource_gone", time.Hour)))
	// A kind that no program knows any more is found in the server's list, which
	// is behind.
	require.Eventually(t, func() bool {
		kinds, err := kindsWithSchedules(t.Context(), n, nil)
		return err == nil && len(kinds) == 3
	}, patience, lookPause)

	sync := syncing(true, every("resource_host", time.Hour))
	require.Equal(t, []string{
		"deleted cloud-sync/resource_disk: the configuration does not have this kind",
		"deleted cloud-sync/resource_gone: the configuration does not have this kind",
	}, apply(t, n, sync))
	require.Empty(t, apply(t, n, sync))
	describe(t, n, "resource_host")
}

func TestApplyLeavesSchedulesOfOthers(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	for _, id := range []string{"other", ID("other"), ID("resource_disk")} {
		_, err := n.ScheduleClient().Create(t.Context(), client.ScheduleOptions{
			ID: id, Paused: true, Action: &client.ScheduleWorkflowAction{Workflow: "Other", TaskQueue: "other"},
		})
		require.NoError(t, err)
	}
	require.Equal(t, []string{"created cloud-sync/resource_host every 1h"},
		apply(t, n, syncing(true, every("resource_host", time.Hour))))
	describe(t, n, "other")
	describe(t, n, "resource_disk")
}

func TestPauseAndResumeNeedASchedule(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	_, err := Pause(t.Context(), n, "resource_host", "why")
	require.EqualError(t, err, "pause resource_host: it has no schedule: create it with `starter apply`")
	_, err = Resume(t.Context(), n, "resource_host", "why")
	require.EqualError(t, err, "resume resource_host: it has no schedule: create it with `starter apply`")
}
