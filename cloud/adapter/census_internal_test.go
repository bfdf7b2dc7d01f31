package adapter

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// A page follows the last key of the one before. Resources of one key, or of none, that
// came over its edge would be listed twice, or not at all.
func TestEachMemberIsOnOnePage(t *testing.T) {
	t.Parallel()
	const size = 10
	all := &Members[int]{byKey: map[string]*Item[int]{}, byRegion: map[string][]member[int]{}}
	for i := range 8 * size {
		key := fmt.Sprintf("key+%03d", i)
		switch {
		case i < 2*size:
			key = ""
		case i%7 < 3:
			key = fmt.Sprintf("key?%d", i/20)
		}
		all.add("here", key, &Item[int]{Value: i})
		all.add("elsewhere", key+"'", &Item[int]{Value: -1})
	}
	all.sort()
	seen := map[int]bool{}
	pages := 0
	for key := ""; ; pages++ {
		page, last := all.after("here", key, size)
		for _, item := range page {
			require.False(t, seen[item.Value], "twice")
			seen[item.Value] = true
		}
		if last == "" {
			break
		}
		require.Greater(t, last, key)
		require.GreaterOrEqual(t, len(page), size)
		key = last
	}
	require.Len(t, seen, 8*size)
	require.Greater(t, pages, 3)
}
