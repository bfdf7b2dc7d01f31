package activities_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/diff"
)

// Two clouds take turns to answer behind one address. Each answer lists what the one
// before held; once, the additions of the other one made its share a small one.
func TestFleetsThatTakeTurns(t *testing.T) {
	t.Parallel()
	m := newHoldModel(newShelf(t), 1)
	m.runWith(t, nil, nil)
	of := m.scopes[0]
	right := of.exist
	of.replaceBy(100)
	wrong := of.exist
	m.runWith(t, nil, nil)
	for range 3 {
		for _, fleet := range []map[string]bool{right, wrong} {
			of.exist = maps.Clone(fleet)
			m.runWith(t, nil, failAt("KeepHold"))
			report := m.runWith(t, nil, nil)
			require.EqualValues(t, len(right)+len(wrong)-len(fleet), report.Held)
			require.Len(t, m.stored(t, of), len(right)+len(wrong))
		}
	}
}

// failAt ends an activity of a run before it has done anything.
func failAt(activity string) disturbance {
	return func(name string, a *heldActivity) (any, error) {
		if name == activity {
			return nil, errBroken
		}
		return a.do()
	}
}

// A hold keeps why policy held, and not what else that run said of its scope.
func TestReasonOfAHoldWhoseAdditionsWait(t *testing.T) {
	t.Parallel()
	const waiting = "the additions wait with them"
	m := newHoldModel(newShelf(t), 1)
	m.runWith(t, nil, nil)
	m.scopes[0].replaceBy(100)
	m.policy.Replaced = diff.ReplacedHold
	for range 3 {
		report := m.runWith(t, nil, nil)
		require.Equal(t, activities.Held, report.Outcome)
		require.Equal(t, 1, strings.Count(report.Attention[0].Reason, waiting))
	}
	m.policy.Replaced = diff.ReplacedApply
	require.NotContains(t, m.runWith(t, nil, nil).Attention[0].Reason, waiting)
}
