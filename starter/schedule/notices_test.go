package schedule

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/config"
	"cloudsync/notice"
	"cloudsync/resource"
	"cloudsync/starter/temporaltest"
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
