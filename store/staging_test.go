package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/staged"
	"cloudsync/store/storetest"
)

// items draws what a listing can bring: rows, unusable rows, rows without an id.
func items() *rapid.Generator[[]staged.Item] {
	return rapid.SliceOf(rapid.Custom(func(t *rapid.T) staged.Item {
		return staged.Item{
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

func chunkOf(items ...staged.Item) *staged.Chunk {
	var chunk staged.Chunk
	for _, item := range items {
		chunk.Add(item)
	}
	return &chunk
}

func named(native string) staged.Item { return staged.Item{Row: []byte(native)} }

// staged reads segments back: of each chunk the usable items, then the others. The
// items are copies.
func (b *bundle) staged(t require.TestingT, lease store.Lease, segments ...store.Segment) (items []staged.Item) {
	err := b.EachStaged(context.Background(), lease, segments, func(chunk staged.Index) error {
		for _, part := range chunk.Parts {
			first := len(items)
			err := b.EachInPart(context.Background(), lease, part, func(item staged.Item) error {
				item.Row = bytes.Clone(item.Row)
				items = append(items, item)
				return nil
			})
			if err != nil {
				return err
			}
			require.Len(t, items[first:], len(part.Entries))
			for i, entry := range part.Entries {
				require.Equal(t, entry, items[first+i].Entry)
			}
		}
		items = append(items, chunk.Unusable...)
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
		var want []staged.Item
		var segments []store.Segment
		var chunk staged.Chunk
		for writer := range rapid.IntRange(1, 3).Draw(t, "writers") {
			chunks := rapid.IntRange(0, 3).Draw(t, "chunks")
			for seq := range chunks {
				chunk.Reset()
				var usable, unusable []staged.Item
				for _, item := range items().Draw(t, "items") {
					chunk.Add(item)
					if item.Usable() {
						usable = append(usable, staged.Item{Entry: item.Entry, Row: item.Row})
					} else {
						unusable = append(unusable, staged.Item{Entry: item.Entry, NativeID: item.NativeID, Problem: item.Problem})
					}
				}
				slices.SortStableFunc(usable, func(a, b staged.Item) int { return bytes.Compare(a.UID[:], b.UID[:]) })
				want = slices.Concat(want, usable, unusable)
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
	var chunk staged.Chunk
	require.Zero(t, chunk.Len())
	require.Zero(t, chunk.Size())
	chunk.Add(staged.Item{Row: make([]byte, 1000)})
	chunk.Add(staged.Item{NativeID: "i-1", Problem: "p"})
	require.Equal(t, 2, chunk.Len())
	require.InDelta(t, 1000+4*resource.Size, chunk.Size(), 10)
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
	require.Equal(t, []staged.Item{named("first"), named("second")},
		b.staged(t, b.lease, store.Segment{Writer: 1, Chunks: 1}, store.Segment{Writer: 2, Chunks: 1}))
	require.Equal(t, []staged.Item{named("second"), named("first"), named("late")},
		b.staged(t, b.lease, store.Segment{Writer: 2, Chunks: 1}, store.Segment{Writer: 1, Chunks: 2}), "in the order of the segments")
}

// A writer's name is its own: whoever writes a chunk twice is mistaken.
func TestChunkIsNeverReplaced(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.PutChunk(t.Context(), b.lease, 1, 0, chunkOf(named("old"))))
	require.Error(t, b.PutChunk(t.Context(), b.lease, 1, 0, chunkOf(named("new"))))
	require.Equal(t, []staged.Item{named("old")}, b.staged(t, b.lease, store.Segment{Writer: 1, Chunks: 1}))
}

func TestMissingChunkIsSuperseded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.PutChunk(t.Context(), b.lease, 1, 0, chunkOf(named("a"))))
	seen := 0
	err := b.EachStaged(t.Context(), b.lease, []store.Segment{{Writer: 1, Chunks: 2}}, func(staged.Index) error {
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
			err = b.EachStaged(t.Context(), b.lease, []store.Segment{{Writer: 1, Chunks: 1}}, func(staged.Index) error { return nil })
			require.ErrorIs(t, err, resource.ErrCorrupt)
		})
	}
}

func TestEachStagedStopsAtTheFirstError(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for seq := range 2 {
		require.NoError(t, b.PutChunk(t.Context(), b.lease, 1, seq, chunkOf(named("a"), named("b"))))
	}
	enough := errors.New("enough")
	seen := 0
	err := b.EachStaged(t.Context(), b.lease, []store.Segment{{Writer: 1, Chunks: 2}}, func(chunk staged.Index) error {
		return b.EachInPart(t.Context(), b.lease, chunk.Parts[0], func(staged.Item) error {
			seen++
			return enough
		})
	})
	require.ErrorIs(t, err, enough)
	require.Equal(t, 1, seen)
}

// storedOf is what the inventory holds when it has the entries.
func storedOf(entries ...resource.Entry) resource.Stored {
	stored := resource.Stored{Entries: slices.Clone(entries)}
	slices.SortFunc(stored.Entries, func(a, b resource.Entry) int { return bytes.Compare(a.UID[:], b.UID[:]) })
	for _, entry := range entries {
		stored.Digest.Add(entry)
	}
	return stored
}

// Whatever is listed is either a place among the stored entries, or in a part.
func TestSettledItemsAreTheStoredOnes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lease := b.lease
	entryOf := rapid.Custom(func(t *rapid.T) resource.Entry {
		return resource.Entry{UID: resource.UID{0: rapid.ByteMin(1).Draw(t, "uid"), 15: rapid.ByteRange(0, 1).Draw(t, "uid's end")}, Hash: resource.Hash{15: rapid.ByteRange(0, 1).Draw(t, "hash")}}
	})
	rapid.Check(t, func(t *rapid.T) {
		lease.ScopeID++
		stored := storedOf(rapid.SliceOfDistinct(entryOf, func(e resource.Entry) resource.UID { return e.UID }).Draw(t, "stored")...)
		listed := rapid.SliceOf(rapid.OneOf(entryOf, rapid.SampledFrom(append(stored.Entries, resource.Entry{UID: resource.UID{0: 1}})))).Draw(t, "listed")
		var chunk staged.Chunk
		known := rapid.IntRange(0, len(listed)).Draw(t, "items before what is stored is known")
		for i, entry := range listed {
			if i == known {
				chunk.Settle(stored)
			}
			chunk.Add(staged.Item{Entry: entry, Row: rowOf(entry)})
		}
		if known == len(listed) {
			chunk.Settle(stored)
		}
		require.Equal(t, len(listed), chunk.Len())
		require.NoError(t, b.PutChunk(context.Background(), lease, 1, 0, &chunk))

		var got []resource.Entry
		err := b.EachStaged(context.Background(), lease, []store.Segment{{Writer: 1, Chunks: 1}}, func(chunk staged.Index) error {
			places, digest, ok := chunk.Settled(stored)
			require.True(t, ok)
			for _, at := range places {
				got = append(got, stored.Entries[at])
			}
			require.Equal(t, storedOf(got...).Digest, digest)
			require.ElementsMatch(t, settled(stored.Entries, listed), got)
			// What is not settled may come and go.
			_, again, ok := chunk.Settled(storedOf(append(stored.Entries, resource.Entry{Hash: resource.Hash{9}})...))
			require.True(t, ok)
			require.Equal(t, digest, again)
			for i, entry := range stored.Entries {
				others := slices.Delete(slices.Clone(stored.Entries), i, i+1)
				_, _, ok = chunk.Settled(storedOf(others...))
				require.Equal(t, !slices.Contains(places, i), ok)
				entry.Hash[0]++
				_, _, ok = chunk.Settled(storedOf(append(others, entry)...))
				require.Equal(t, !slices.Contains(places, i), ok)
			}
			for _, part := range chunk.Parts {
				known := func(e resource.Entry) bool {
					return slices.ContainsFunc(stored.Entries, func(s resource.Entry) bool { return s.UID == e.UID })
				}
				for _, entry := range part.Entries {
					require.Equal(t, known(part.Entries[0]), known(entry), "a part is of one operation")
				}
				err := b.EachInPart(context.Background(), lease, part, func(item staged.Item) error {
					require.Equal(t, rowOf(item.Entry), item.Row)
					return nil
				})
				require.NoError(t, err)
				got = append(got, part.Entries...)
			}
			return nil
		})
		require.NoError(t, err)
		require.ElementsMatch(t, listed, got)
	})
}

// settled are the stored entries that are listed with the same hash, and that their
// first bytes tell from all others.
func settled(stored, listed []resource.Entry) (same []resource.Entry) {
	alike := map[byte]int{}
	for _, entry := range stored {
		alike[entry.UID[0]]++
	}
	for _, entry := range stored {
		if alike[entry.UID[0]] == 1 && slices.Contains(listed, entry) {
			same = append(same, entry)
		}
	}
	return same
}

// rowOf is another row, of another length, for each entry of a test.
func rowOf(entry resource.Entry) []byte {
	return bytes.Repeat([]byte{entry.UID[0], entry.Hash[15]}, 1+int(entry.UID[0])+int(entry.UID[15]))
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
	for _, table := range []string{"sync_stage", "sync_stage_part", "sync_batch"} {
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

// stagePart stages hosts as one part, and returns the set with the batch of it.
func (b *bundle) stagePart(t *testing.T, hosts ...resource.Row) store.BatchSet {
	t.Helper()
	var chunk staged.Chunk
	for _, row := range hosts {
		encoded, err := resource.HostKind.Sealer(hostScope, b.lease.ScopeID).Append(nil, row)
		require.NoError(t, err)
		chunk.Add(staged.Item{Entry: row.RowMeta().Entry(), Row: encoded})
	}
	require.NoError(t, b.PutChunk(t.Context(), b.lease, 1, 0, &chunk))
	set := store.BatchSet{Lease: b.lease, Writer: 1, Op: diff.Add}
	w := b.NewBatchWriter(set)
	err := b.EachStaged(t.Context(), b.lease, []store.Segment{{Writer: 1, Chunks: 1}}, func(chunk staged.Index) error {
		require.Len(t, chunk.Parts, 1)
		return w.AddPart(t.Context(), chunk.Parts[0])
	})
	require.NoError(t, err)
	require.NoError(t, w.Flush(t.Context()))
	require.EqualValues(t, len(hosts), w.Rows())
	return set
}

func TestBatchOfAStagedPart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	set := b.stagePart(t, host("i-1"), host("i-2"))
	shown := 0
	require.NoError(t, b.EachBatched(t.Context(), set, func(staged.Item) error { shown++; return nil }))
	require.Equal(t, 2, shown)
	require.Equal(t, store.Counts{Applied: 2}, b.apply(t, set))
	require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM resource_host"))
}

// What a batch refers to is what was compared, or nothing is applied.
func TestBatchOfAnotherPart(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		tamper string
		want   error
	}{
		"swept":   {"DELETE FROM sync_stage_part", store.ErrSuperseded},
		"damaged": {"UPDATE sync_stage_part SET payload = LEFT(payload, LENGTH(payload) - 5)", resource.ErrCorrupt},
		// A whole zstd frame of nothing.
		"another": {"UPDATE sync_stage_part SET payload = X'28B52FFD2000010000'", resource.ErrCorrupt},
		"no JSON": {"UPDATE sync_batch SET payload = '{'", resource.ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			set := b.stagePart(t, host("i-1"), host("i-2"))
			_, err := storetest.Connect(t, b.dsn).Exec(test.tamper)
			require.NoError(t, err)
			err = b.ApplyBatch(t.Context(), resource.HostKind, hostScope, set, 0)
			require.ErrorIs(t, err, test.want)
			require.Zero(t, b.count(t, "SELECT COUNT(*) FROM resource_host"))
		})
	}
}

// A batch is one transaction: rows of many bytes fill it sooner.
func TestBatchIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.NewBatchWriter(store.BatchSet{Lease: b.lease, Writer: 1, Op: "add"})
	for range 10 {
		require.NoError(t, w.Add(t.Context(), staged.Item{Row: make([]byte, 1<<20)}))
	}
	require.NoError(t, w.Flush(t.Context()))
	require.EqualValues(t, 10, w.Rows())
	require.Equal(t, 4, b.count(t, "SELECT COUNT(*) FROM sync_batch"))
	require.Equal(t, 3, b.count(t, "SELECT MAX(row_count) FROM sync_batch"), "a fourth would go beyond BatchBytes")
}
