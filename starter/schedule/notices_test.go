package schedule

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/config"
	"cloudsync/notice"
	"cloudsync/resource"
	"cloudsync/starter/temporaltest"
	"cloudsync/workflows"
)

func TestApplyKeepsTheScheduleOfNotices(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	sync := syncing(false, every("resource_host", time.Hour))
	applied := func(notify config.Notify) (texts []string) {
		applier := Applier{Temporal: n, Namespace: n.Name, Kinds: resource.Standard().Names(), Notify: notify}
		changes, err := applier.Apply(t.Context(), sync)
		require.NoError(t, err)
		for _, change := range changes {
			if change.Action != Registered && change.Schedule != ID("resource_host") {
				texts = append(texts, change.String())
			}
		}
		return texts
	}
	notify := config.Notify{Every: time.Minute, Receivers: []config.Receiver{{Receiver: notice.Receiver{Name: "oncall"}}}}
	require.Equal(t, []string{"created cloud-sync/notices every 1m"}, applied(notify), "not paused: what is held while syncing is disabled is told, too")
	require.Equal(t, DefineNotices(time.Minute), Described(describe(t, n, "notices").Schedule))
	require.Empty(t, applied(notify))
	notify.Every = time.Hour
	require.Equal(t, []string{"updated cloud-sync/notices: every 1h (was 1m)"}, applied(notify))
	list, err := List(t.Context(), n, resource.Standard().Names())
	require.NoError(t, err)
	require.Len(t, list, 1, "it is no kind")
	require.Equal(t, []string{"deleted cloud-sync/notices: the configuration has no receivers of notices"}, applied(config.Notify{}))
	require.Empty(t, applied(config.Notify{}))
}

// What waits for receivers that are removed all at once is given up, as that of one is: by a look
// that comes when no worker knows them any more.
func TestApplyHasWhatWaitsGivenUpWithTheLastReceiver(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	apply := func(receivers ...config.Receiver) {
		applier := Applier{Temporal: n, Namespace: n.Name, Kinds: resource.Standard().Names(), Notify: config.Notify{Every: time.Hour, Receivers: receivers}}
		_, err := applier.Apply(t.Context(), syncing(false))
		require.NoError(t, err)
	}
	apply()
	_, err := n.DescribeWorkflowExecution(t.Context(), workflows.LastLookID, "")
	require.True(t, isNotFound(err), "nobody was told anything before: %v", err)
	apply(config.Receiver{Receiver: notice.Receiver{Name: "oncall"}})
	apply()
	look, err := n.DescribeWorkflowExecution(t.Context(), workflows.LastLookID, "")
	require.NoError(t, err)
	info := look.GetWorkflowExecutionInfo()
	require.Equal(t, workflows.NoticesName, info.GetType().GetName())
	require.Greater(t, info.GetExecutionTime().AsTime().Sub(info.GetStartTime().AsTime()), activities.NoticesRollout)
	apply(config.Receiver{Receiver: notice.Receiver{Name: "oncall"}})
	apply()
	again, err := n.DescribeWorkflowExecution(t.Context(), workflows.LastLookID, "")
	require.NoError(t, err)
	require.NotEqual(t, info.GetExecution().GetRunId(), again.GetWorkflowExecutionInfo().GetExecution().GetRunId(), "that one would come too early")
}
