package schedule

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
)

// A run that did not begin when it was due tells that the schedule was paused then.
func TestSkipped(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	ran := func(at ...time.Duration) (actions []client.ScheduleActionResult) {
		for _, since := range at {
			actions = append(actions, client.ScheduleActionResult{ScheduleTime: due.Add(since), ActualTime: due.Add(since + time.Second)})
		}
		return actions
	}
	require.Equal(t, due, skipped(due, nil))
	require.Equal(t, due, skipped(due, ran(-26*time.Hour, -25*time.Hour)))
	require.Zero(t, skipped(due, ran(-time.Hour, 0)))
	require.Zero(t, skipped(due, ran(-26*time.Hour, 20*time.Minute)), "somebody started one")
}
