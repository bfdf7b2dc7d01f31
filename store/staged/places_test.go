package staged

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPlacesAreASetInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var p places
		for range rapid.IntRange(1, 3).Draw(t, "uses") {
			end := rapid.IntRange(1, 300).Draw(t, "end")
			p.reach(end)
			var want []int
			for _, place := range rapid.SliceOf(rapid.IntRange(0, end-1)).Draw(t, "places") {
				require.Equal(t, !slices.Contains(want, place), p.add(place))
				want = append(want, place)
			}
			slices.Sort(want)
			want = slices.Compact(want)
			require.Equal(t, want, slices.Collect(p.all))
			require.Equal(t, len(want), p.n)
			for first := range p.all {
				require.Equal(t, want[0], first)
				break
			}
			p.clear()
			require.Empty(t, slices.Collect(p.all))
		}
	})
}
