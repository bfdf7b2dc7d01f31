package monitor

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

func TestABuildIsWhatWasLinkedElseWhatWasStamped(t *testing.T) {
	t.Parallel()
	b := stamped(&debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "v1.1.0"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123"}, {Key: "vcs.time", Value: "2026-11-28T08:00:00Z"}, {Key: "vcs.modified", Value: "true"},
	}})
	require.Equal(t, Build{Version: "v1.1.0", Commit: "0123", Date: "2026-11-28T08:00:00Z", Go: "go1.26.8"}, b)
	require.Equal(t, "v1.1.0 0123 2026-11-28T08:00:00Z go1.26.8", b.String())
	require.Equal(t, "v1.1.0 go1.26.8", Build{Version: "v1.1.0", Go: "go1.26.8"}.String())
	require.Equal(t, b, b.linked(Build{}))
	require.Equal(t, Build{Version: "v1.2.0", Commit: "4567", Date: "2026-11-28T08:00:00Z", Go: "go1.26.8"}, b.linked(Build{Version: "v1.2.0", Commit: "4567"}))
}

func TestMetricsSayWhatTheProgramWasBuiltFrom(t *testing.T) {
	t.Parallel()
	require.Equal(t, runtime.Version(), ReadBuild().Go)
	families, err := NewRegistry().Gather()
	require.NoError(t, err)
	var labels []string
	for _, family := range families {
		if family.GetName() == "cloudsync_build_info" {
			for _, label := range family.GetMetric()[0].GetLabel() {
				labels = append(labels, label.GetName())
			}
		}
	}
	require.Equal(t, []string{"commit", "go", "version"}, labels)
	require.InDelta(t, 1, testutil.ToFloat64(Build{}.gauge()), 0)
}
