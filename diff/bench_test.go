package diff_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"cloudsync/diff"
	"cloudsync/resource"
)

// A scope of 20,000 resources of which one in a hundred is new, one differs and
// one is gone. The figures are those of the whole scope.
func BenchmarkDiff(b *testing.B) {
	const rows = 20_000
	local, cloud := make([]resource.Entry, rows), make([]resource.Entry, rows)
	for i := range rows {
		binary.BigEndian.PutUint64(local[i].UID[:], uint64(i)*0x9e3779b97f4a7c15)
		cloud[i] = local[i]
		switch i % 100 {
		case 1:
			cloud[i].Hash[0]++
		case 2:
			cloud[i].UID[8]++
		}
	}
	slices.SortFunc(local, func(a, b resource.Entry) int { return bytes.Compare(a.UID[:], b.UID[:]) })
	b.ReportAllocs()
	for b.Loop() {
		d := diff.New(local)
		for _, entry := range cloud {
			d.See(entry)
		}
		if gone := len(d.Gone()); gone != rows/100 {
			b.Fatal(gone)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
