package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// items draws what a listing can bring: rows, unusable rows, rows without an id.
func items() *rapid.Generator[[]store.Item] {
	return rapid.SliceOf(rapid.Custom(func(t *rapid.T) store.Item {
		return store.Item{
			Entry: resource.Entry{
				UID:  resource.UID(rapid.SliceOfN(rapid.Byte(), resource.Size, resource.Size).Draw(t, "uid")),
				Hash: resource.Hash(rapid.SliceOfN(rapid.Byte(), resource.Size, resource.Size).Draw(t, "hash")),
			},
			Row:      rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "row"),
			NativeID: rapid.String().Draw(t, "native id"),
			Problem:  rapid.String().Draw(t, "problem"),
		}
	}))
}

func chunkOf(items ...store.Item) *store.Chunk {
	var chunk store.Chunk
	for _, item := range items {
		chunk.Add(item)
	}
	return &chunk
}

func named(native string) store.Item { return store.Item{Row: []byte("row"), NativeID: native} }

// staged reads segments back; the items are copies.
func (b *bundle) staged(t require.TestingT, lease store.Lease, segments ...store.Segment) (items []store.Item) {
	err := b.EachStaged(context.Background(), lease, segments, func(item store.Item) error {
		item.Row = bytes.Clone(item.Row)
		items = append(items, item)
		return nil
	})
	require.NoError(t, err)
	return items
}

func TestStagedItemsComeBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lease := b.lease
	rapid.Check(t, func(t *rapid.T) {
		lease.ScopeID++ // each check is a scope of its own
		var want []store.Item
		var segments []store.Segment
		var chunk store.Chunk
		for writer := range rapid.IntRange(1, 3).Draw(t, "writers") {
			chunks := rapid.IntRange(0, 3).Draw(t, "chunks")
			for seq := range chunks {
				chunk.Reset()
				for _, item := range items().Draw(t, "items") {
					chunk.Add(item)
					want = append(want, item)
				}
				require.NoError(t, b.PutChunk(context.Background(), lease, writer, seq, &chunk))
			}
			segments = append(segments, store.Segment{Writer: writer, Chunks: chunks})
		}
		got := b.staged(t, lease, segments...)
		require.Len(t, got, len(want))
		for i := range want {
			require.Equal(t, want[i].Entry, got[i].Entry)
			require.Equal(t, string(want[i].Row), string(got[i].Row))
			require.Equal(t, []string{want[i].NativeID, want[i].Problem}, []string{got[i].NativeID, got[i].Problem})
			require.Equal(t, want[i].Usable(), got[i].Usable())
			require.Equal(t, want[i].HasUID(), got[i].HasUID())
		}
	})
}

func TestChunkCountsWhatIsInIt(t *testing.T) {
	t.Parallel()
	var chunk store.Chunk
	require.Zero(t, chunk.Len())
	require.Zero(t, chunk.Size())
	chunk.Add(store.Item{Row: make([]byte, 1000), Problem: "p"})
	require.Equal(t, 1, chunk.Len())
	require.InDelta(t, 1000+2*resource.Size, chunk.Size(), 10)
	chunk.Reset()
	require.Zero(t, chunk.Len())
	require.Zero(t, chunk.Size())
}

// An attempt that was given up may still write: it is not in the segments of the
// one that took over.
func TestSegmentsOfOthersAreNotRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	put := func(writer, seq int, native string) {
		require.NoError(t, b.PutChunk(t.Context(), b.lease, writer, seq, chunkOf(named(native))))
	}
	put(1, 0, "first")
	put(2, 0, "second")
	put(1, 1, "late")
	require.Equal(t, []store.Item{named("first"), named("second")},
		b.staged(t, b.lease, store.Segment{Writer: 1, Chunks: 1}, store.Segment{Writer: 2, Chunks: 1}))
	require.Equal(t, []store.Item{named("second"), named("first"), named("late")},
		b.staged(t, b.lease, store.Segment{Writer: 2, Chunks: 1}, store.Segment{Writer: 1, Chunks: 2}), "in the order of the segments")
}

// A writer's name is its own: whoever writes a chunk twice is mistaken.
func TestChunkIsNeverReplaced(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.PutChunk(t.Context(), b.lease, 1, 0, chunkOf(named("old"))))
	require.Error(t, b.PutChunk(t.Context(), b.lease, 1, 0, chunkOf(named("new"))))
	require.Equal(t, []store.Item{named("old")}, b.staged(t, b.lease, store.Segment{Writer: 1, Chunks: 1}))
}

func TestMissingChunkIsSuperseded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.PutChunk(t.Context(), b.lease, 1, 0, chunkOf(named("a"))))
	seen := 0
	err := b.EachStaged(t.Context(), b.lease, []store.Segment{{Writer: 1, Chunks: 2}}, func(store.Item) error {
		seen++
		return nil
	})
	require.ErrorIs(t, err, store.ErrSuperseded)
	require.Equal(t, 1, seen)
}

func TestDamagedChunkIsCorrupt(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]string{
		"not compressed": "payload = 'not zstd'",
		"cut short":      "payload = LEFT(payload, LENGTH(payload) - 5)",
		"a byte changed": "payload = INSERT(payload, LENGTH(payload) - 4, 1, CHAR(ORD(SUBSTR(payload, LENGTH(payload) - 4, 1)) ^ 1 USING binary))",
		// A whole zstd frame of five bytes, which are no item.
		"another thing": "payload = X'28B52FFD200529000073686F7274'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			require.NoError(t, b.PutChunk(t.Context(), b.lease, 1, 0, chunkOf(named("a"), named("b"))))
			_, err := storetest.Connect(t, b.dsn).Exec("UPDATE sync_stage SET " + tamper)
			require.NoError(t, err)
			err = b.EachStaged(t.Context(), b.lease, []store.Segment{{Writer: 1, Chunks: 1}}, func(store.Item) error { return nil })
			require.ErrorIs(t, err, resource.ErrCorrupt)
		})
	}
}

func TestEachStagedStopsAtTheFirstError(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.PutChunk(t.Context(), b.lease, 1, 0, chunkOf(named("a"), named("b"))))
	enough := errors.New("enough")
	seen := 0
	err := b.EachStaged(t.Context(), b.lease, []store.Segment{{Writer: 1, Chunks: 1}}, func(store.Item) error {
		seen++
		return enough
	})
	require.ErrorIs(t, err, enough)
	require.Equal(t, 1, seen)
}

func TestCleanStagingIsOfOneRun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other := store.Lease{RunID: "run-other", ScopeID: b.lease.ScopeID, Fence: 1}
	for _, lease := range []store.Lease{b.lease, other} {
		for seq := range 230 { // more than one sweeping statement takes
			require.NoError(t, b.PutChunk(t.Context(), lease, 1, seq, chunkOf(named("a"))))
		}
		w := b.NewBatchWriter(store.BatchSet{Lease: lease, Writer: 1, Op: "add"})
		require.NoError(t, w.Add(t.Context(), named("a")))
		require.NoError(t, w.Flush(t.Context()))
	}
	require.NoError(t, b.CleanStaging(t.Context(), b.lease.RunID))
	for _, table := range []string{"sync_stage", "sync_batch"} {
		require.Zero(t, b.count(t, fmt.Sprintf("SELECT COUNT(*) FROM %s WHERE run_id = ?", table), b.lease.RunID), table)
	}
	require.Equal(t, 230, b.count(t, "SELECT COUNT(*) FROM sync_stage WHERE run_id = ?", other.RunID))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_batch WHERE run_id = ?", other.RunID))
	require.NoError(t, b.CleanStaging(t.Context(), b.lease.RunID), "again")
}

func TestBatchWriterWithNothingToWrite(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.NewBatchWriter(store.BatchSet{Lease: b.lease, Writer: 1, Op: "add"})
	require.NoError(t, w.Flush(t.Context()))
	require.Zero(t, w.Rows())
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_batch"))
}

// A batch is one transaction: rows of many bytes fill it sooner.
func TestBatchIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.NewBatchWriter(store.BatchSet{Lease: b.lease, Writer: 1, Op: "add"})
	for range 10 {
		require.NoError(t, w.Add(t.Context(), store.Item{Row: make([]byte, 1<<20)}))
	}
	require.NoError(t, w.Flush(t.Context()))
	require.EqualValues(t, 10, w.Rows())
	require.Equal(t, 3, b.count(t, "SELECT COUNT(*) FROM sync_batch"))
	require.Equal(t, 4, b.count(t, "SELECT MAX(row_count) FROM sync_batch"))
}
