package index

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/shorttest"
	"cloudsync/store"
)

// In whatever order ids appear, each is taken in once it is there, as long as it is not later
// than a transaction lasts; and not all ids are asked for all the time.
func TestEachIDIsTakenInHoweverLate(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	for seed := range uint64(10) {
		rng := rand.New(rand.NewPCG(seed, 0))
		now := time.Unix(0, 0)
		history := map[int64]time.Time{} // when each id appears
		for id := int64(1); id <= 1000; id++ {
			if rng.IntN(20) == 0 {
				continue // was rolled back
			}
			late := time.Duration(0)
			if rng.IntN(4) == 0 {
				late = time.Duration(rng.IntN(100)) * time.Second
			}
			history[id] = now.Add(time.Duration(id)*50*time.Millisecond + late)
		}
		tail, seen := tail{next: 1}, map[int64]bool{}
		for range 600 {
			now = now.Add(500 * time.Millisecond)
			for _, wanted := range [][]store.IDs{tail.missing(now), tail.rest()} {
				rows := visible(history, now, wanted)
				for _, row := range rows {
					seen[row.ID] = true
				}
				tail.take(now, rows)
				require.LessOrEqual(t, len(tail.gaps), maxGaps)
			}
		}
		for id := range history {
			require.True(t, seen[id], "id %d, seed %d", id, seed)
		}
	}
}

// visible are the rows that a server shows.
func visible(history map[int64]time.Time, now time.Time, wanted []store.IDs) (rows []store.ChangedRow) {
	for id, at := range history {
		in := slices.ContainsFunc(wanted, func(ids store.IDs) bool { return ids.First <= id && id <= ids.Last })
		if in && !at.After(now) {
			rows = append(rows, store.ChangedRow{ID: id})
		}
	}
	slices.SortFunc(rows, func(a, b store.ChangedRow) int { return int(a.ID - b.ID) })
	return rows
}

func TestAGapIsGivenUpAfterATransactionsTime(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	tail := tail{next: 1}
	tail.take(now, []store.ChangedRow{{ID: 1}, {ID: 5}})
	require.Equal(t, []store.IDs{{First: 2, Last: 4}}, tail.missing(now))
	require.Equal(t, int64(6), tail.rest()[0].First)
	tail.take(now, []store.ChangedRow{{ID: 3}})
	require.Len(t, tail.gaps, 2)
	tail.take(now.Add(gapPatience), nil)
	require.Empty(t, tail.gaps)
}

// Whoever waits for a change gets it at the next look, however long its gap has been there. Only
// gaps that were made one, with ids between them that are known, are asked for less often.
func TestAGapIsAskedForEachTime(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	some := tail{next: 1}
	some.take(now, []store.ChangedRow{{ID: 2}, {ID: 5}})
	for _, later := range []time.Duration{time.Second, time.Minute, time.Minute + time.Millisecond} {
		require.Equal(t, []store.IDs{{First: 1, Last: 1}, {First: 3, Last: 4}}, some.missing(now.Add(later)))
	}

	many := tail{next: 1}
	var rows []store.ChangedRow
	for i := range int64(maxGaps + 1) {
		rows = append(rows, store.ChangedRow{ID: 2*i + 2})
	}
	many.take(now, rows)
	require.Len(t, many.missing(now.Add(time.Minute)), maxGaps)
	require.Len(t, many.missing(now.Add(time.Minute+time.Millisecond)), maxGaps-1, "all but the one with an id that is known")
}
