package staged

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/resource"
)

// skewedUIDs are spread as no hashes are: most of them together somewhere.
func skewedUIDs() *rapid.Generator[resource.UID] {
	return rapid.Custom(func(t *rapid.T) (uid resource.UID) {
		first := rapid.SampledFrom([]byte{0, 0, 0, 7, 200, 255}).Draw(t, "first byte")
		for i := range uid[:14] {
			uid[i] = first
		}
		binary.BigEndian.PutUint16(uid[14:], rapid.Uint16().Draw(t, "end"))
		return uid
	})
}

// someStored has several hundreds of entries, of no more than a few drawn numbers.
func someStored(t *rapid.T) resource.Stored {
	var entries []resource.Entry
	uids := rapid.SliceOfNDistinct(skewedUIDs(), 0, 20, rapid.ID).Draw(t, "uids")
	for _, uid := range uids {
		for n := range byte(rapid.IntRange(1, 64).Draw(t, "beside it")) {
			uid[13] = n
			entries = append(entries, resource.Entry{UID: uid})
		}
	}
	return inOrder(entries)
}

// inOrder is what the inventory holds when it has the entries, some of them told twice.
func inOrder(entries []resource.Entry) (stored resource.Stored) {
	slices.SortFunc(entries, func(a, b resource.Entry) int { return bytes.Compare(a.UID[:], b.UID[:]) })
	stored.Entries = slices.Compact(entries)
	for _, entry := range stored.Entries {
		stored.Digest.Add(entry)
	}
	return stored
}

func TestFindEntryIsABinarySearch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		entries := someStored(t).Entries
		wanted := rapid.SliceOf(skewedUIDs()).Draw(t, "wanted")
		for _, entry := range entries {
			wanted = append(wanted, entry.UID)
		}
		for _, uid := range append(wanted, resource.UID{}, resource.UID(bytes.Repeat([]byte{255}, resource.Size))) {
			want, stored := slices.BinarySearchFunc(entries, uid, func(e resource.Entry, uid resource.UID) int {
				return bytes.Compare(e.UID[:], uid[:])
			})
			at, found := findEntry(entries, uid)
			require.Equal(t, want, at)
			require.Equal(t, stored, found)
		}
	})
}

// hashed are entries as they are in life, with nothing in common.
func hashed(count int) resource.Stored {
	scope := resource.Scope{Kind: "resource_host", Provider: "mock", Account: "a", Region: "r"}
	var entries []resource.Entry
	for i := range count {
		entries = append(entries, resource.Entry{UID: scope.UID(string(rune('a' + i)))})
	}
	return inOrder(entries)
}

// Whatever is damaged is noticed, or changes nothing about what is settled.
func TestDamagedIndex(t *testing.T) {
	t.Parallel()
	stored := hashed(100)
	chunk := NewChunk(0)
	chunk.Settle(stored)
	var listed resource.Digest
	for _, entry := range stored.Entries[10:90] {
		chunk.Add(Item{Entry: entry})
		listed.Add(entry)
	}
	require.Empty(t, chunk.usable, "all are settled")
	index := chunk.AppendIndex(nil)
	whole, err := ReadIndex(index, 1, 1)
	require.NoError(t, err)
	places, digest, ok := whole.Settled(stored)
	require.True(t, ok)
	require.Equal(t, listed, digest)
	require.Equal(t, []int{10, 89}, []int{places[0], places[len(places)-1]})

	noticed := func(damaged []byte) bool {
		chunk, err := ReadIndex(damaged, 1, 1)
		if err != nil {
			require.ErrorIs(t, err, resource.ErrCorrupt)
			return true
		}
		_, digest, ok := chunk.Settled(stored)
		return !ok || digest != listed
	}
	for i := range len(index) - 1 { // the last byte is that of no parts
		require.True(t, noticed(index[:i]), "cut at %d", i)
		for _, other := range []byte{0, 1, 0x7f, 0x80, 0xff} {
			damaged := slices.Clone(index)
			damaged[i] = other
			require.True(t, bytes.Equal(damaged, index) || noticed(damaged), "byte %d is %#x", i, other)
		}
	}
}

func TestShortUIDsAscend(t *testing.T) {
	t.Parallel()
	for name, gaps := range map[string][]uint64{
		"the same twice": {5, 0},
		"beyond the end": {maxShortUID, 1},
		"around it":      {5, 1<<64 - 1},
	} {
		index := append([]byte(indexForm), byte(len(gaps)))
		index = appendBytes(index, resource.Digest{}.String())
		for _, gap := range gaps {
			index = binary.AppendUvarint(index, gap)
		}
		_, err := ReadIndex(binary.AppendUvarint(index, 0), 1, 1)
		require.ErrorIs(t, err, resource.ErrCorrupt, name)
	}
}
