package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud/mock"
)

// cloudsync itself: a listing with another fleet was held, its hundred hosts were added,
// and the next run judged the thirty by a hundred and thirty and deleted them. Whatever
// runs come after, they wait until they are approved, and who approved is recorded.
func TestAHoldDoesNotLapse(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "hosts: 60, churn: 0")
	beijing := scopeOf(hostKind, "beijing")
	stood := tr.inventory(t, beijing)
	require.Len(t, stood, 30)

	another := tr.writeConfig(t, "beijing, shanghai", "{ seed: 4711, tick_file: "+tr.tick+", hosts: 200, churn: 0 }")
	tr.restart(t, another)
	first := tr.asJSON(t, 4, "run", hostKind, "--wait")
	require.EqualValues(t, 60, first.Held)
	require.EqualValues(t, 200, first.SuAdd)
	require.Contains(t, first.Attention[0].Reason, "none of them is among the 100 resources listed: another fleet answered")
	for range 10 {
		again := tr.asJSON(t, 4, "run", hostKind, "--wait")
		require.Equal(t, activities.Held, again.Outcome)
		require.EqualValues(t, 60, again.Held)
		require.ElementsMatch(t, digests(first), digests(again), "the set to approve")
		require.Contains(t, again.Attention[0].Reason, "wait until they are approved or listed again, the first since run")
	}
	require.Zero(t, tr.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'delete'"))
	require.Subset(t, tr.inventory(t, beijing), stood)

	done := tr.asJSON(t, 0, append([]string{"run", hostKind}, approve(digests(first))...)...)
	require.EqualValues(t, 60, done.SuDel)
	require.NotEmpty(t, done.ApprovedBy)
	require.EqualValues(t, 1, tr.count(t, "SELECT COUNT(*) FROM sync_run WHERE run_id = ? AND approved_by = ?", done.RunID, done.ApprovedBy))
	require.Len(t, tr.inventory(t, beijing), 100)
	require.Zero(t, tr.count(t, "SELECT COUNT(*) FROM sync_scope_hold"))
	require.Equal(t, activities.Unchanged, tr.asJSON(t, 0, "run", hostKind, "--wait").Outcome)
}

// The same with the right fleet back: what was held is listed again, and what the wrong
// one left waits.
func TestAHoldEndsWhenTheCloudListsItsRowsAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	settings := mock.DefaultSettings()
	settings.Hosts, settings.Churn = mock.ExactHosts(30), 0
	right := mock.New(settings, []string{"r0"})
	settings.Seed, settings.Hosts = 4711, mock.ExactHosts(100)
	wrong := mock.New(settings, []string{"r0"})

	s.syncWith(t, account("demo", right))
	stood := s.inventory(t, scopeIn("demo", "r0"))
	require.EqualValues(t, 30, s.syncWith(t, account("demo", wrong)).Held)
	back := s.syncWith(t, account("demo", right))
	require.EqualValues(t, 100, back.Held, "of the other fleet")
	require.Subset(t, s.inventory(t, scopeIn("demo", "r0")), stood)
	require.Zero(t, s.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'delete'"))
	require.EqualValues(t, 100, s.count(t, "SELECT row_count FROM sync_scope_hold"))
}
