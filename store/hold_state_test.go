package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
	"cloudsync/store"
)

// recordSync records a sync that ended with these scopes, and returns its number.
func (b *bundle) recordSync(t *testing.T, runID string, scopes ...store.RunScope) int64 {
	t.Helper()
	run := store.Run{RunID: runID, WorkflowID: "w", Kind: hostScope.Kind, StartedAt: started}
	ref, err := b.BeginRun(t.Context(), run)
	require.NoError(t, err)
	_, err = b.ClaimScopes(t.Context(), ref, scopeIDs(scopes))
	require.NoError(t, err)
	require.NoError(t, b.RecordScopes(t.Context(), ref, scopes))
	run.Outcome, run.FinishedAt, run.Scopes = "held", started, int64(len(scopes))
	require.NoError(t, b.EndRun(t.Context(), run))
	return ref.Number
}

func scopeIDs(scopes []store.RunScope) (ids []int64) {
	for _, scope := range scopes {
		ids = append(ids, scope.ScopeID)
	}
	return ids
}

func TestAHoldWaitsUntilALaterRunNoLongerHoldsIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other := hostScope
	other.Region += "-2"
	ids, err := b.EnsureScopes(t.Context(), hostScope.Kind, []resource.Scope{hostScope, other})
	require.NoError(t, err)
	held := func(scope int, digest string) store.RunScope {
		return store.RunScope{ScopeID: ids[scope], Outcome: "held", Stats: store.Stats{Held: 1}, HoldDigest: digest, Complete: true}
	}
	settled := func(scope int) store.RunScope {
		return store.RunScope{ScopeID: ids[scope], Outcome: "ok", Complete: true}
	}
	failed := func(scope int) store.RunScope { return store.RunScope{ScopeID: ids[scope], Outcome: "failed"} }
	supersededBy := func(runID string) (by []int64) {
		states, err := b.HoldStates(t.Context(), []string{runID})
		require.NoError(t, err)
		for _, state := range states {
			by = append(by, state.SupersededBy)
		}
		return by
	}

	b.recordSync(t, "first", held(0, "1:a"), held(1, "1:b"))
	require.Equal(t, []int64{0, 0}, supersededBy("first"))
	b.recordSync(t, "again", held(0, "1:a"), failed(1))
	require.Equal(t, []int64{0, 0}, supersededBy("first"), "one is held again, and of the other nothing is known")
	decided := b.recordSync(t, "decided", settled(0), held(1, "1:b"))
	require.Equal(t, []int64{decided, 0}, supersededBy("first"))
	require.Equal(t, []int64{decided}, supersededBy("again"))
	another := b.recordSync(t, "another", settled(0), held(1, "2:c"))
	require.Equal(t, []int64{decided, another}, []int64{decided, supersededBy("first")[1]})
	require.Equal(t, []int64{0}, supersededBy("another"))

	// A run that could not find out the regions of an account says nothing of them.
	unlisted := store.Run{RunID: "unlisted", WorkflowID: "w", Kind: hostScope.Kind, StartedAt: started, Outcome: "partial", Scopes: 2}
	require.NoError(t, b.EndRun(t.Context(), unlisted))
	require.Equal(t, []int64{0}, supersededBy("another"))
	gone := b.recordSync(t, "gone", settled(0))
	require.Equal(t, []int64{gone}, supersededBy("another"), "the scope is no longer configured")
}
