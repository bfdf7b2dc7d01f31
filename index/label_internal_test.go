package index

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// A label that few documents have is counted, and found, as any other.
func TestLabelsOfFewDocuments(t *testing.T) {
	t.Parallel()
	const n = 10_000
	schema := query.SchemaOf(resource.HostKind)
	value := func(host int) string {
		if host == 0 || host%50 == 17 || host == n-1 {
			return fmt.Sprint("v", host%3)
		}
		return ""
	}
	s := segmentOf(n, func(b *builder, host int) { b.tag([]byte("t"), []byte(value(host))) })
	l := s.tags["t"]
	require.NotNil(t, l.only)
	want := map[string]int64{}
	for host := range n {
		require.Equal(t, value(host), l.firstText(uint32(host)))
		want[value(host)]++
	}
	for _, by := range [][]string{{"tag_t"}, {"tag_t", "uid"}} {
		got := map[string]int64{}
		counted, err := s.counted(t.Context(), schema, inventory.Count{By: by}, s.all())
		require.NoError(t, err)
		for _, group := range counted.groups {
			got[group.Values[0]] += group.Rows
		}
		require.Equal(t, want, got)
	}
}

// Whoever tags may use a key of its own for each resource.
func TestManyKeysOfTagsTakeLittleMemory(t *testing.T) {
	const keys, n = 2000, 50_000
	heap := func() int64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	before := heap()
	s := segmentOf(n, func(b *builder, host int) { b.tag(fmt.Appendf(nil, "cluster/%d", host%keys), []byte("owned")) })
	require.Less(t, heap()-before, int64(20<<20), "a byte for each row and key would be 100 MB")
	require.Len(t, s.tags, keys)
}
