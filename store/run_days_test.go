package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

func TestDaysAddUpRuns(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i, run := range []store.Run{
		{Kind: "resource_host", Outcome: "ok", StartedAt: day.Add(-time.Microsecond)},
		{Kind: "resource_host", Outcome: "failed", StartedAt: day},
		{Kind: "resource_host", Outcome: "held", StartedAt: day.Add(24*time.Hour - time.Microsecond), Stats: store.Stats{Held: 7}},
		{Kind: "resource_host", Outcome: "ok", StartedAt: day.Add(24 * time.Hour)},
		{Kind: "resource_disk", Outcome: "unchanged", StartedAt: day},
	} {
		run.RunID = fmt.Sprint("run-", i)
		require.NoError(t, s.EndRun(t.Context(), run))
	}
	// The beginning may be of any zone.
	days, err := s.Days(t.Context(), day.In(time.FixedZone("", 8*3600)))
	require.NoError(t, err)
	require.Equal(t, []store.Day{
		{Kind: "resource_disk", Day: day, Runs: 1},
		{Kind: "resource_host", Day: day, Runs: 2, Failed: 1, HeldRuns: 1},
		{Kind: "resource_host", Day: day.Add(24 * time.Hour), Runs: 1},
	}, days)
	days, err = s.Days(t.Context(), day.Add(48*time.Hour))
	require.NoError(t, err)
	require.Empty(t, days)
}

func TestDaysHaveWhatWasDone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.put(t, diff.Add, 1, host("i-1"), host("i-2"))
	at := time.Now().UTC()
	require.NoError(t, b.EndRun(t.Context(), store.Run{RunID: b.run.ID, Kind: hostScope.Kind, StartedAt: at, Outcome: "ok"}))
	days, err := b.Days(t.Context(), at.Add(-time.Hour))
	require.NoError(t, err)
	require.Len(t, days, 1)
	require.Equal(t, [3]int64{1, 2, 0}, [3]int64{days[0].Runs, days[0].Added, days[0].Deleted})
}
