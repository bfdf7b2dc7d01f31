package page

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
)

// life makes up random changes of a resource, the newest first, and says what it was before all
// of them and after each: nil is not there.
func life(random *rand.Rand, n int) (changes []store.Change, before, after map[string]int) {
	fields := []string{"a", "b", "c"}
	if random.IntN(2) == 0 {
		before = map[string]int{"a": 1, "b": 1, "c": 1}
	}
	now := maps.Clone(before)
	gone := now
	for range n {
		change := store.Change{Kind: "k"}
		switch {
		case now != nil && random.IntN(3) == 0:
			change.Op, gone, now = diff.Delete, now, nil
		case now != nil:
			field := fields[random.IntN(len(fields))]
			other := maps.Clone(now)
			other[field] = now[field]%3 + 1
			change.Op = diff.Modify
			change.Fields = []resource.FieldChange{{Field: field, Old: number(now[field]), New: number(other[field])}}
			now = other
		case gone != nil && random.IntN(2) == 0:
			change.Op, now = store.RestoreOp, maps.Clone(gone)
		default:
			change.Op, now = diff.Add, map[string]int{"a": random.IntN(3), "b": random.IntN(3), "c": random.IntN(3)}
		}
		changes = append([]store.Change{change}, changes...)
	}
	return changes, before, now
}

func number(n int) json.RawMessage { return json.RawMessage(fmt.Sprint(n)) }

// What changes come to is the difference between what was before them and what is after them.
func TestFoldedChangesAreTheDifference(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		changes, before, after := life(random, 1+random.IntN(6))
		folded := foldChanges(changes)
		require.Len(t, folded, 1)
		one := folded[0]
		switch {
		case before == nil && after == nil:
			require.Empty(t, one.sort())
		case before == nil:
			require.Equal(t, diff.Add, one.sort())
		case after == nil:
			require.Equal(t, diff.Delete, one.sort())
		case one.back:
			require.Equal(t, diff.Modify, one.sort())
			require.Empty(t, one.difference(diff.Modify).Fields)
		default:
			want := map[string]string{}
			for field := range before {
				if before[field] != after[field] {
					want[field] = fmt.Sprint(before[field], after[field])
				}
			}
			got := map[string]string{}
			for _, change := range one.differing() {
				got[change.Field] = string(change.Old) + " " + string(change.New)
			}
			require.Equal(t, want, got)
			require.Equal(t, len(want) > 0, one.sort() == diff.Modify)
		}
	}
}
