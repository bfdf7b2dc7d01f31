package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
)

// keepStanding has the newest run hold the hosts in the scope, and returns their digest.
func (b *bundle) keepStanding(t *testing.T, ref store.RunRef, scopeID int64, stands *store.StandingHold, ids ...string) string {
	t.Helper()
	var rows []resource.Row
	for _, id := range ids {
		rows = append(rows, host(id))
	}
	b.lease = store.Lease{RunID: ref.ID, ScopeID: scopeID, Fence: ref.Number}
	set := b.write(t, diff.Candidates, 1, rows...)
	digest := digestOf(rows...)
	require.NoError(t, b.KeepHold(t.Context(), set, digest, stands))
	return digest.String()
}

// beginSync begins a sync that claims the scopes.
func (b *bundle) beginSync(t *testing.T, runID string, ids ...int64) store.RunRef {
	t.Helper()
	ref := b.begin(t, runID)
	_, err := b.ClaimScopes(t.Context(), ref, ids)
	require.NoError(t, err)
	return ref
}

// endSync records the end of a sync.
func (b *bundle) endSync(t *testing.T, ref store.RunRef, scopes ...store.RunScope) {
	t.Helper()
	run := store.Run{RunID: ref.ID, WorkflowID: "w", Kind: hostScope.Kind, StartedAt: started, FinishedAt: started, Outcome: "ok", Scopes: int64(len(scopes))}
	for _, scope := range scopes {
		run.Held += scope.Held
	}
	_, err := b.Conclude(t.Context(), ref, run, scopes)
	require.NoError(t, err)
}

func heldIn(scopeID int64, digest string, rows int64) store.RunScope {
	return store.RunScope{
		ScopeID: scopeID, Outcome: "held", Stats: store.Stats{Held: rows, DBNum: 9}, HoldDigest: digest, Complete: true, Reason: "too many",
	}
}

func (b *bundle) waiting(t *testing.T) []store.HeldScope {
	t.Helper()
	held, err := b.StandingHolds(t.Context())
	require.NoError(t, err)
	for _, one := range held {
		same, err := b.StandingHold(t.Context(), one.ScopeID)
		require.NoError(t, err)
		require.Equal(t, one, same)
		alone, err := b.StandingHoldsIn(t.Context(), []int64{one.ScopeID, 9999})
		require.NoError(t, err)
		require.Equal(t, one.Stands, len(alone) == 1)
		require.Subset(t, held, alone)
	}
	return held
}

func TestHoldsWaitTheOldestFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	shanghai := scopeIn("shanghai")
	ids := b.ensure(t, hostScope, shanghai)
	require.Empty(t, b.waiting(t))
	_, err := b.StandingHold(t.Context(), ids[0])
	require.ErrorIs(t, err, store.ErrNotFound)

	first := b.beginSync(t, "first", ids...)
	early := b.keepStanding(t, first, ids[1], &store.StandingHold{Base: 20, Since: first.Number, Reason: "all gone"}, "i-1", "i-2")
	require.Len(t, b.waiting(t), 1, "it waits before the run has ended")
	require.Equal(t, first.Number, b.waiting(t)[0].LastRun)
	b.endSync(t, first, heldIn(ids[1], early, 2), unchanged(ids[0], 3))

	second := b.beginSync(t, "second", ids...)
	late := b.keepStanding(t, second, ids[0], &store.StandingHold{Base: 3, Since: second.Number, Reason: "half gone"}, "i-3")
	grown := b.keepStanding(t, second, ids[1], &store.StandingHold{Base: 20, Since: first.Number, Reason: "more gone"}, "i-1", "i-2", "i-4")
	b.endSync(t, second, heldIn(ids[0], late, 1), heldIn(ids[1], grown, 3))

	held := b.waiting(t)
	require.Len(t, held, 2)
	require.True(t, held[0].At.Before(held[1].At))
	for i := range held {
		require.False(t, held[i].CompleteAt.IsZero())
		held[i].At, held[i].CompleteAt = started, started
	}
	require.Equal(t, []store.HeldScope{
		{
			ScopeID: ids[1], Scope: shanghai, Digest: grown, Rows: 3, Base: 20, Since: first.Number, SinceRunID: "first", At: started,
			Reason: "more gone", LastRun: second.Number, LastRunID: "second", CompleteAt: started, Stands: true,
		},
		{
			ScopeID: ids[0], Scope: hostScope, Digest: late, Rows: 1, Base: 3, Since: second.Number, SinceRunID: "second", At: started,
			Reason: "half gone", LastRun: second.Number, LastRunID: "second", CompleteAt: started, Stands: true,
		},
	}, held)

	// A run that knows nothing of the scope decides nothing.
	third := b.beginSync(t, "third", ids...)
	b.endSync(t, third, store.RunScope{ScopeID: ids[0], Outcome: "failed"}, store.RunScope{ScopeID: ids[1], Outcome: "failed"})
	require.Len(t, b.waiting(t), 2)
	require.Equal(t, second.Number, b.waiting(t)[0].LastRun)

	// One that no longer has the scope does, and what is approved waits no more.
	fourth := b.beginSync(t, "fourth", ids[0])
	b.endSync(t, fourth, store.RunScope{ScopeID: ids[0], Outcome: "failed"})
	held = b.waiting(t)
	require.Len(t, held, 1)
	require.Equal(t, ids[0], held[0].ScopeID)
	_, err = b.StandingHold(t.Context(), ids[1])
	require.ErrorIs(t, err, store.ErrNotFound)
	fifth := b.beginSync(t, "fifth", ids[0])
	require.NoError(t, b.EndHold(t.Context(), store.Lease{RunID: fifth.ID, ScopeID: ids[0], Fence: fifth.Number}))
	b.endSync(t, fifth, store.RunScope{ScopeID: ids[0], Outcome: "ok", HoldDigest: late, Complete: true})
	require.Empty(t, b.waiting(t))
}

// What could not be confirmed waits for the next run, and not for a decision.
func TestDeletionsThatCouldNotBeConfirmedWait(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensure(t, hostScope)
	run := b.beginSync(t, "asks", ids...)
	digest := b.keepStanding(t, run, ids[0], nil, "i-1")
	require.Empty(t, b.waiting(t))
	b.endSync(t, run, heldIn(ids[0], digest, 1))
	held := b.waiting(t)
	require.Len(t, held, 1)
	require.False(t, held[0].Stands)
	require.Equal(t, [3]int64{1, 9, run.Number}, [3]int64{held[0].Rows, held[0].Base, held[0].LastRun})
	require.Equal(t, []string{digest, "too many", "asks"}, []string{held[0].Digest, held[0].Reason, held[0].SinceRunID})

	again := b.beginSync(t, "asks again", ids...)
	b.endSync(t, again, unchanged(ids[0], 3))
	require.Empty(t, b.waiting(t))
}

// A set that is kept by deletes: never waits only if a run has held it.
func TestASetThatNoRunHoldsDoesNotWait(t *testing.T) {
	t.Parallel()
	for name, heldBefore := range map[string]bool{"never held": false, "held before": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			ids := b.ensure(t, hostScope)
			first := b.beginSync(t, "first", ids...)
			stands := &store.StandingHold{Base: 9, Since: first.Number}
			digest := b.keepStanding(t, first, ids[0], stands, "i-1")
			scope := store.RunScope{ScopeID: ids[0], Outcome: "ok", Complete: true, Reason: "deletes: never"}
			if heldBefore {
				b.endSync(t, first, heldIn(ids[0], digest, 1))
			} else {
				b.endSync(t, first, scope)
			}
			second := b.beginSync(t, "second", ids...)
			require.Equal(t, digest, b.keepStanding(t, second, ids[0], stands, "i-1"))
			b.endSync(t, second, scope)
			require.Equal(t, heldBefore, len(b.waiting(t)) == 1)
			require.NoError(t, b.DeleteRuns(t.Context(), []string{"first", "second"}, func() {}))
			require.Len(t, b.waiting(t), 1, "nobody knows")
		})
	}
}

// The record of a scope may come before that of its run.
func TestHoldsOfARunAtWork(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensure(t, hostScope)
	run := b.beginSync(t, "asks", ids...)
	digest := b.keepStanding(t, run, ids[0], nil, "i-1")
	require.NoError(t, b.RecordScopes(t.Context(), run, []store.RunScope{heldIn(ids[0], digest, 1)}))
	require.Len(t, b.waiting(t), 1)
}
