package store_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/shorttest"
	"cloudsync/store"
	"cloudsync/store/staged"
	"cloudsync/store/storetest"
)

// entriesOf are entries with these numbers as their uids, by uid.
func entriesOf(hash byte, numbers ...int) []resource.Entry {
	entries := make([]resource.Entry, len(numbers))
	for i, number := range numbers {
		binary.BigEndian.PutUint64(entries[i].UID[:], uint64(number))
		entries[i].Hash[0] = hash
	}
	slices.SortFunc(entries, func(a, b resource.Entry) int { return bytes.Compare(a.UID[:], b.UID[:]) })
	return entries
}

// keepEntries keeps a set of entries, and returns its digest.
func (b *bundle) keepEntries(t *testing.T, writer int, entries []resource.Entry) string {
	t.Helper()
	set := store.BatchSet{Lease: b.lease, Writer: writer, Op: diff.Candidates}
	batches := b.NewBatchWriter(set)
	var digest resource.Digest
	for _, entry := range entries {
		digest.Add(entry)
		require.NoError(t, batches.Add(t.Context(), staged.Item{Entry: entry}))
	}
	require.NoError(t, batches.Flush(t.Context()))
	require.NoError(t, b.KeepHold(t.Context(), set, digest, nil))
	return digest.String()
}

func TestAHeldSetIsReadInPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	entries := entriesOf(1, rand.Perm(9500)...)
	digest := b.keepEntries(t, 1, entries)
	const limit = 1700
	var read []resource.Entry
	for after := 0; after <= len(entries); after += limit {
		page, err := b.HeldPage(t.Context(), b.lease.ScopeID, digest, after, limit)
		require.NoError(t, err)
		require.Equal(t, entries[after:min(after+limit, len(entries))], page)
		read = append(read, page...)
	}
	require.Equal(t, entries, read)
	none, err := b.HeldPage(t.Context(), b.lease.ScopeID, digest, len(entries), limit)
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = b.HeldPage(t.Context(), b.lease.ScopeID, "1:ab", 0, limit)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.NoError(t, b.CheckHold(t.Context(), b.lease.ScopeID, digest))
	require.ErrorIs(t, b.CheckHold(t.Context(), b.lease.ScopeID, "1:ab"), store.ErrNotFound)

	_, err = storetest.Connect(t, b.dsn).ExecContext(t.Context(), "UPDATE sync_hold SET payload = 'x' ORDER BY seq DESC LIMIT 1")
	require.NoError(t, err)
	page, err := b.HeldPage(t.Context(), b.lease.ScopeID, digest, 0, limit)
	require.NoError(t, err, "what follows is not read")
	require.Equal(t, entries[:limit], page)
	require.ErrorIs(t, b.CheckHold(t.Context(), b.lease.ScopeID, digest), resource.ErrCorrupt)
	_, err = storetest.Connect(t, b.dsn).ExecContext(t.Context(), "DELETE FROM sync_hold ORDER BY seq DESC LIMIT 1")
	require.NoError(t, err)
	require.ErrorIs(t, b.CheckHold(t.Context(), b.lease.ScopeID, digest), resource.ErrCorrupt, "a part is missing")
}

func TestHeldSetsAreCompared(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	b := setup(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 10 {
		size := []int{0, 1, 3, 1500, 4500}[rng.IntN(5)]
		before, after := someEntries(rng, size), someEntries(rng, 1+rng.IntN(5000))
		if len(before) == 0 {
			before = entriesOf(1, 1)
		}
		want := compared(before, after, 20)
		was, is := b.keepEntries(t, 2*round+1, before), b.keepEntries(t, 2*round+2, after)
		change, err := b.CompareHolds(t.Context(), b.lease.ScopeID, was, is, 20)
		require.NoError(t, err)
		require.Equal(t, want, change)
		same, err := b.CompareHolds(t.Context(), b.lease.ScopeID, is, is, 20)
		require.NoError(t, err)
		require.Zero(t, same)
		for _, other := range [][2]string{{"1:ab", is}, {was, "1:ab"}} {
			_, err = b.CompareHolds(t.Context(), b.lease.ScopeID, other[0], other[1], 20)
			require.ErrorIs(t, err, store.ErrNotFound)
		}
	}
}

// someEntries are some of 6,000 entries, of which each may have one of two hashes.
func someEntries(rng *rand.Rand, n int) []resource.Entry {
	some := rng.Perm(6000)[:n]
	half := n / 2
	all := append(entriesOf(1, some[:half]...), entriesOf(2, some[half:]...)...)
	slices.SortFunc(all, func(a, b resource.Entry) int { return bytes.Compare(a.UID[:], b.UID[:]) })
	return all
}

// compared is how the sets differ, found in the simplest way.
func compared(before, after []resource.Entry, limit int) (change store.HoldChange) {
	was := map[resource.UID]resource.Hash{}
	for _, entry := range before {
		was[entry.UID] = entry.Hash
	}
	for _, entry := range after {
		hash, there := was[entry.UID]
		delete(was, entry.UID)
		switch {
		case !there:
			change.Joined++
			if len(change.First) < limit {
				change.First = append(change.First, entry)
			}
		case hash != entry.Hash:
			change.Changed++
		}
	}
	change.Left = int64(len(was))
	return change
}
