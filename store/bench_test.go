package store_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
	"cloudsync/store/staged"
)

// A chunk of staging with 1,000 rows: filled, and settled with one in a hundred
// that differs. The figures are those of the whole chunk.
func BenchmarkChunk(b *testing.B) {
	const rows = 1000
	random := rand.NewChaCha8([32]byte{})
	items := make([]staged.Item, rows)
	for i := range items {
		items[i].Row = make([]byte, 330)
		_, err := random.Read(items[i].Row)
		require.NoError(b, err)
		_, err = random.Read(items[i].UID[:])
		require.NoError(b, err)
		binary.BigEndian.PutUint64(items[i].Hash[:], uint64(i))
	}
	var entries []resource.Entry
	for i, item := range items {
		if i%100 > 0 {
			entries = append(entries, item.Entry)
		}
	}
	stored := storedOf(entries...)
	var chunk staged.Chunk
	b.ReportAllocs()
	for b.Loop() {
		chunk.Reset()
		chunk.Settle(stored)
		for _, item := range items {
			chunk.Add(item)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
