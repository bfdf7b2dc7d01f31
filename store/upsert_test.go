package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// The function VALUES is deprecated by MySQL, which would warn of each column of each
// statement, and the row's alias is unknown to MariaDB.
func TestUpsertsCauseNoWarning(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run := store.Run{RunID: "upserted", WorkflowID: "w", Kind: "resource_host", StartedAt: time.Now(), Outcome: "ok"}
	for _, outcome := range []string{"ok", "partial"} { // the second time over the first
		run.Outcome = outcome
		warnings, err := b.UpsertWarnings(t.Context(), run)
		require.NoError(t, err)
		require.Zero(t, warnings)
	}
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_run WHERE run_id = 'upserted' AND outcome = 'partial'"))

	b.put(t, diff.Add, 1, host("i-1"))
	changed := host("i-1", func(h *resource.Host) { h.Name = `it's a ? and a \` })
	require.EqualValues(t, 1, b.put(t, diff.Modify, 2, changed).Applied)
	require.Equal(t, 1, b.count(t, `SELECT COUNT(*) FROM resource_host WHERE name = 'it''s a ? and a \\'`))
}

// Of a time with nanoseconds, MySQL would round the microseconds, and MariaDB cut them.
func TestTimesAreCutToMicroseconds(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	at := time.Date(2025, 1, 2, 3, 4, 5, 123_456_999, time.UTC)
	stored, err := s.StoredTime(t.Context(), at)
	require.NoError(t, err)
	require.Equal(t, at.Truncate(time.Microsecond), stored)
}
