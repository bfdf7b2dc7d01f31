package staged

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

// numberedChunk has rows of so many bytes each, and one of many more.
func numberedChunk(rows, bytes, large int) *Chunk {
	chunk := NewChunk(0)
	for i := range rows {
		item := Item{Row: make([]byte, bytes)}
		if i == rows/2 {
			item.Row = make([]byte, large)
		}
		binary.BigEndian.PutUint32(item.UID[:], uint32(i))
		chunk.Add(item)
	}
	return chunk
}

func TestPartsAreAsSmallAsAsked(t *testing.T) {
	t.Parallel()
	const rows, limit = 500, 10_000
	chunk := numberedChunk(rows, 300, 3*limit)
	var seen []resource.UID
	var alone int
	err := chunk.EachPart(limit, func(_ int, list *List) error {
		if len(list.encoded) > limit {
			alone++
			require.Equal(t, 1, list.items)
		}
		return EachIn(list.encoded, func(item Item) error {
			seen = append(seen, item.UID)
			return nil
		})
	})
	require.NoError(t, err)
	require.Equal(t, 1, alone, "the row that is larger by itself")
	require.Len(t, seen, rows)
	require.Len(t, slices.Compact(seen), rows)
	require.Greater(t, len(chunk.parts), rows*300/limit)
}

func TestIndexSizeIsNoLessThanTheIndex(t *testing.T) {
	t.Parallel()
	chunk := numberedChunk(1000, 10, 10)
	for i := range 50 {
		chunk.Add(Item{NativeID: fmt.Sprint("i-", i), Problem: "it makes no sense"})
	}
	require.NoError(t, chunk.EachPart(4<<20, func(int, *List) error { return nil }))
	require.LessOrEqual(t, len(chunk.AppendIndex(nil)), chunk.IndexSize()+128)
	require.Greater(t, chunk.IndexSize(), 1000*2*resource.Size)
	chunk.Reset()
	require.Zero(t, chunk.IndexSize())
}
