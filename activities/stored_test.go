package activities

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

func entriesAt(entries []resource.Entry, at time.Time) readEntries {
	return readEntries{Stored: resource.Stored{Entries: entries}, at: at}
}

func TestStoredEntriesAreHandedOverOnce(t *testing.T) {
	t.Parallel()
	var s storedEntries
	first, second := store.Lease{ScopeID: 1}, store.Lease{ScopeID: 2}
	_, ok := s.take(first)
	require.False(t, ok)
	s.put(first, entriesAt(make([]resource.Entry, 3), time.Now()))
	s.put(first, entriesAt(make([]resource.Entry, 2), time.Now()))
	s.put(second, entriesAt([]resource.Entry{}, time.Now()))
	read, ok := s.take(first)
	require.True(t, ok)
	require.Len(t, read.Entries, 2, "what was put last")
	_, ok = s.take(first)
	require.False(t, ok)
	_, ok = s.take(second)
	require.True(t, ok)
	require.Zero(t, s.entries)

	s.put(first, entriesAt(make([]resource.Entry, 2), time.Now().Add(-2*handOverWithin)))
	_, ok = s.take(first)
	require.False(t, ok, "it waited too long")
	require.Zero(t, s.entries)
}

func TestStoredEntriesAreBounded(t *testing.T) {
	t.Parallel()
	var s storedEntries
	for scope := range int64(10) {
		s.put(store.Lease{ScopeID: scope}, entriesAt(make([]resource.Entry, maxHandedOver/4), time.Now()))
		require.LessOrEqual(t, s.entries, maxHandedOver)
		require.Contains(t, s.of, store.Lease{ScopeID: scope}, "the last one has room")
	}
	require.Len(t, s.of, 3, "each counts some more than its entries")
	s.put(store.Lease{ScopeID: 9}, entriesAt(make([]resource.Entry, maxHandedOver+1), time.Now()))
	require.NotContains(t, s.of, store.Lease{ScopeID: 9}, "nor is what was put before")
	require.Len(t, s.of, 2)
	s.put(store.Lease{ScopeID: 9}, entriesAt(make([]resource.Entry, maxHandedOver), time.Now()))
	require.Len(t, s.of, 1, "it is the largest there can be")
	for scope := range int64(3 * maxHandedOver / fewEntries) {
		s.put(store.Lease{ScopeID: scope}, entriesAt(nil, time.Now()))
	}
	require.LessOrEqual(t, len(s.of), maxHandedOver/fewEntries+1, "empty scopes count, too")
}

// Most of what is put is of a run that is over, if nobody came for it.
func TestStoredEntriesThatNobodyTakesAreForgotten(t *testing.T) {
	t.Parallel()
	var s storedEntries
	for scope := range int64(5) {
		lease := store.Lease{RunID: "over", ScopeID: scope}
		s.put(lease, entriesAt(make([]resource.Entry, 3), time.Now()))
		s.of[lease] = entriesAt(s.of[lease].Entries, time.Now().Add(-2*handOverWithin))
	}
	s.swept = time.Time{}
	next := store.Lease{RunID: "next"}
	s.put(next, entriesAt(make([]resource.Entry, 2), time.Now()))
	require.Len(t, s.of, 1)
	_, ok := s.take(next)
	require.True(t, ok)
	require.Zero(t, s.entries)
}

func TestEntriesOfAGroupAreHandedOverByScope(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewMigrated(t)
	a := &Activities{deps: Deps{Store: storetest.OpenDSN(t, dsn)}}
	var leases []store.Lease
	for scope, rows := range []int{0, 2, 0, 3, 1} {
		leases = append([]store.Lease{{RunID: "run", ScopeID: int64(scope + 1)}}, leases...)
		for i := range rows {
			_, err := storetest.Connect(t, dsn).Exec(`INSERT INTO resource_host (uid, hash, scope_id, provider, account, region, native_id, created_at, updated_at)
				VALUES (?, ?, ?, 'mock', 'demo', 'r', '', NOW(6), NOW(6))`, fmt.Sprintf("uid of %d in %4d", i, scope), fmt.Sprintf("hash %11d", i), scope+1)
			require.NoError(t, err)
		}
	}
	digests, err := a.foldStored(t.Context(), resource.HostKind, leases)
	require.NoError(t, err)
	require.Len(t, digests, 5)
	for _, lease := range leases {
		want, err := a.deps.Store.LoadScope(t.Context(), resource.HostKind, lease.ScopeID, 0)
		require.NoError(t, err)
		read, ok := a.stored.take(lease)
		require.True(t, ok)
		require.Equal(t, want.Digest, digests[lease.ScopeID])
		require.Equal(t, want.Digest, read.Digest)
		require.ElementsMatch(t, want.Entries, read.Entries)
	}

	_, err = a.foldStored(t.Context(), resource.HostKind, leases)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = a.foldStored(ctx, resource.HostKind, leases)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, a.stored.of, "an attempt that fails leaves nothing of the one before")
}
