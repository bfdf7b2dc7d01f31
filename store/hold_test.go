package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// A set that is held again and again is not forgotten, although others were held by
// single runs after it was held first.
func TestASetThatIsStillHeldIsKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	writer := 0
	hold := func(id string) string {
		writer++
		set := b.write(t, diff.Candidates, writer, host(id))
		digest := resource.Digest{}
		digest.Add(resource.Entry{UID: hostScope.UID(id)})
		require.NoError(t, b.KeepHold(t.Context(), set, digest, nil))
		return digest.String()
	}
	const kept = 10
	steady, once := hold("steady"), hold("once")
	for i := range 3 * kept {
		hold(fmt.Sprint(i))
		entries, err := b.LoadHold(t.Context(), b.lease.ScopeID, steady)
		require.NoError(t, err, "held by the run before")
		require.Len(t, entries, 1)
		require.Equal(t, steady, hold("steady"))
	}
	_, err := b.LoadHold(t.Context(), b.lease.ScopeID, once)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Equal(t, kept, b.count(t, "SELECT COUNT(DISTINCT digest) FROM sync_hold"))
	digests, err := b.KeptHolds(t.Context(), b.lease.ScopeID)
	require.NoError(t, err)
	require.Len(t, digests, kept)
	require.Contains(t, digests, steady)
	require.NotContains(t, digests, once)
	digests, err = b.KeptHolds(t.Context(), b.lease.ScopeID+1)
	require.NoError(t, err)
	require.Empty(t, digests, "another scope's")
}

// digestOf is that of rows that were written.
func digestOf[R resource.Row](rows ...R) (digest resource.Digest) {
	for _, row := range rows {
		digest.Add(row.RowMeta().Entry())
	}
	return digest
}

// A hold stands under the fence: only the newest claim can begin it, go on with it, or
// end it.
func TestStandingHold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.LoadStandingHold(t.Context(), b.lease.ScopeID)
	require.ErrorIs(t, err, store.ErrNotFound)
	first := store.StandingHold{Base: 30, Since: b.lease.Fence, Reason: "all 30 rows would be deleted"}
	keep := func(lease store.Lease, writer int, hold store.StandingHold, ids ...string) error {
		var rows []resource.Row
		for _, id := range ids {
			rows = append(rows, host(id))
		}
		set := b.write(t, diff.Candidates, writer, rows...)
		set.Lease = lease
		return b.KeepHold(t.Context(), set, digestOf(rows...), &hold)
	}
	require.NoError(t, keep(b.lease, 1, first, "i-1", "i-2"))
	stood, err := b.LoadStandingHold(t.Context(), b.lease.ScopeID)
	require.NoError(t, err)
	require.Len(t, stood.Entries, 2)
	require.Equal(t, [2]int64{30, b.lease.Fence}, [2]int64{stood.Base, stood.Since})
	require.Equal(t, first.Reason, stood.Reason)

	require.NoError(t, keep(b.lease, 2, first, "i-1", "i-2", "i-3"))
	grown, err := b.LoadStandingHold(t.Context(), b.lease.ScopeID)
	require.NoError(t, err)
	require.Len(t, grown.Entries, 3)
	require.Equal(t, stood.At, grown.At, "since when it waits")
	held, err := b.ScopesWithHold(t.Context(), []int64{b.lease.ScopeID, 99})
	require.NoError(t, err)
	require.Equal(t, map[int64]bool{b.lease.ScopeID: true}, held)

	old := b.lease
	old.Fence--
	require.ErrorIs(t, keep(old, 3, first, "i-1"), store.ErrSuperseded)
	require.ErrorIs(t, b.EndHold(t.Context(), old), store.ErrSuperseded)
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_scope_hold WHERE row_count = 3"))

	require.NoError(t, b.EndHold(t.Context(), b.lease))
	_, err = b.LoadStandingHold(t.Context(), b.lease.ScopeID)
	require.ErrorIs(t, err, store.ErrNotFound)
}

// The set that waits is not forgotten, although other sets came and went since.
func TestTheSetThatWaitsIsKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for writer := range 30 {
		row := host(fmt.Sprint(writer))
		set := b.write(t, diff.Candidates, writer, row)
		var stands *store.StandingHold
		if writer == 0 {
			stands = &store.StandingHold{Base: 1}
		}
		require.NoError(t, b.KeepHold(t.Context(), set, digestOf(row), stands))
	}
	hold, err := b.LoadStandingHold(t.Context(), b.lease.ScopeID)
	require.NoError(t, err)
	require.False(t, hold.Lost)
	require.Len(t, hold.Entries, 1)
	_, err = storetest.Connect(t, b.dsn).ExecContext(t.Context(), "DELETE FROM sync_hold")
	require.NoError(t, err)
	hold, err = b.LoadStandingHold(t.Context(), b.lease.ScopeID)
	require.NoError(t, err)
	require.True(t, hold.Lost)
}

// What the last runs of the version before hold goes on to wait, with the number of
// rows that stood when the set was held first. A set that could not be confirmed does
// not.
func TestMigrateHolds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	db := storetest.Connect(t, b.dsn)
	row := host("i-1")
	set := b.write(t, diff.Candidates, 1, row)
	digest := digestOf(row)
	require.NoError(t, b.KeepHold(t.Context(), set, digest, nil))
	held := func(runID, reason string, rows int64) {
		ref, err := b.BeginRun(t.Context(), store.Run{RunID: runID, WorkflowID: "w", Kind: hostScope.Kind})
		require.NoError(t, err)
		_, err = b.ClaimScopes(t.Context(), ref, []int64{b.lease.ScopeID})
		require.NoError(t, err)
		require.NoError(t, b.RecordScopes(t.Context(), ref, []store.RunScope{{
			ScopeID: b.lease.ScopeID, Outcome: "held", Stats: store.Stats{DBNum: rows, Held: 1}, HoldDigest: digest.String(), Reason: reason, Complete: true,
		}}))
	}
	migrate := func() (holds int) {
		for range 2 { // again, as after an interruption
			_, err := db.ExecContext(t.Context(), "DELETE FROM sync_migration WHERE name = '0023'")
			require.NoError(t, err)
			_, err = b.Migrate(t.Context())
			require.NoError(t, err)
		}
		return b.count(t, "SELECT COUNT(*) FROM sync_scope_hold")
	}
	require.Zero(t, migrate())
	held("held-first", "all 1 rows would be deleted", 1)
	held("held-again", "1 of 101 rows would be deleted", 101)
	require.Equal(t, 1, migrate())
	hold, err := b.LoadStandingHold(t.Context(), b.lease.ScopeID)
	require.NoError(t, err)
	require.EqualValues(t, 1, hold.Base)
	require.Len(t, hold.Entries, 1)

	_, err = db.ExecContext(t.Context(), "DELETE FROM sync_scope_hold")
	require.NoError(t, err)
	held("unconfirmed", "1 deletions could not be confirmed: denied", 1)
	require.Zero(t, migrate())
}
