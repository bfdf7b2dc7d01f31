package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
)

func scopeIn(region string) resource.Scope {
	scope := hostScope
	scope.Region = region
	return scope
}

// begin begins a run that has claimed nothing.
func (b *bundle) begin(t *testing.T, runID string) store.RunRef {
	t.Helper()
	run, err := b.BeginRun(t.Context(), store.Run{RunID: runID, Kind: hostScope.Kind, StartedAt: time.Now()})
	require.NoError(t, err)
	return run
}

func (b *bundle) ensure(t *testing.T, scopes ...resource.Scope) []int64 {
	t.Helper()
	ids, err := b.EnsureScopes(t.Context(), hostScope.Kind, scopes)
	require.NoError(t, err)
	return ids
}

// holder is the run that holds the scope.
func (b *bundle) holder(t *testing.T, scopeID int64) int64 {
	t.Helper()
	return int64(b.count(t, "SELECT fence FROM sync_scope WHERE id = ?", scopeID))
}

func TestEnsureScopesKeepsIDsAndOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a, c := scopeIn("a"), scopeIn("c")
	first := b.ensure(t, a, c)
	require.Len(t, first, 2)
	require.NotEqual(t, first[0], first[1])

	again := b.ensure(t, c, scopeIn("b"), hostScope, a)
	require.Equal(t, []int64{first[1], b.lease.ScopeID, first[0]}, slices.Delete(slices.Clone(again), 1, 2), "in the order asked for")
	require.NotContains(t, append(first, b.lease.ScopeID), again[1])
	require.Equal(t, again, b.ensure(t, c, scopeIn("b"), hostScope, a))
	require.Equal(t, 4, b.count(t, "SELECT COUNT(*) FROM sync_scope"))
	require.Empty(t, b.ensure(t))

	other := resource.Scope{Kind: "resource_disk", Provider: "mock", Account: "demo", Region: "a"}
	ids, err := b.EnsureScopes(t.Context(), other.Kind, []resource.Scope{other})
	require.NoError(t, err)
	require.NotContains(t, again, ids[0], "another kind in the same place is another scope")
}

// Regions that differ in case or accents only are different ones.
func TestEnsureScopesTellsNamesApart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	scopes := []resource.Scope{scopeIn("beijing"), scopeIn("Beijing"), scopeIn("beijïng"), scopeIn(""), scopeIn("数")}
	ids := b.ensure(t, scopes...)
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(ids))), len(scopes))
	require.Equal(t, ids, b.ensure(t, scopes...))
}

func TestEnsureScopesByManyAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var scopes []resource.Scope
	for i := range 50 {
		scopes = append(scopes, scopeIn(fmt.Sprintf("region-%d", i)))
	}
	type result struct {
		ids []int64
		err error
	}
	const callers = 8
	results := make(chan result, callers)
	for i := range callers {
		mine := append(slices.Clone(scopes[i:]), scopes[:i]...) // an order of its own: locks are taken in all orders
		go func() {
			ids, err := b.EnsureScopes(context.Background(), hostScope.Kind, mine)
			if err == nil {
				ids = append(slices.Clone(ids[len(ids)-i:]), ids[:len(ids)-i]...)
			}
			results <- result{ids, err}
		}()
	}
	first := <-results
	require.NoError(t, first.err)
	for range callers - 1 {
		other := <-results
		require.NoError(t, other.err)
		require.Equal(t, first.ids, other.ids)
	}
	require.NotContains(t, first.ids, int64(0))
	require.Equal(t, 51, b.count(t, "SELECT COUNT(*) FROM sync_scope"))
}

func TestClaimInTheOrderOfTheRuns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	older, newer := b.begin(t, "older"), b.begin(t, "newer")
	require.Greater(t, newer.Number, older.Number)
	ids := b.ensure(t, scopeIn("a"), scopeIn("b"))

	claims, err := b.ClaimScopes(t.Context(), older, []int64{ids[1], ids[0]})
	require.NoError(t, err)
	require.Equal(t, []store.Claim{
		{Lease: store.Lease{RunID: "older", ScopeID: ids[0], Fence: older.Number}, Scope: scopeIn("a")},
		{Lease: store.Lease{RunID: "older", ScopeID: ids[1], Fence: older.Number}, Scope: scopeIn("b")},
	}, claims)
	again, err := b.ClaimScopes(t.Context(), older, ids)
	require.NoError(t, err)
	require.Equal(t, claims, again)

	_, err = b.ClaimScopes(t.Context(), newer, ids)
	require.NoError(t, err)
	_, err = b.ClaimScopes(t.Context(), older, ids)
	require.ErrorIs(t, err, store.ErrSuperseded)
	require.ErrorContains(t, err, "claimed by run newer")
	require.Equal(t, newer.Number, b.holder(t, ids[0]))
}

// A late activity of an old run must not win the scope back.
func TestClaimInTheOtherOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	older, newer := b.begin(t, "older"), b.begin(t, "newer")
	ids := b.ensure(t, scopeIn("a"), scopeIn("b"))
	_, err := b.ClaimScopes(t.Context(), newer, ids[1:])
	require.NoError(t, err)

	_, err = b.ClaimScopes(t.Context(), older, ids)
	require.ErrorIs(t, err, store.ErrSuperseded)
	require.Equal(t, newer.Number, b.holder(t, ids[1]))
	require.Zero(t, b.holder(t, ids[0]), "all of a claim, or nothing")
}

func TestClaimsAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensure(t, scopeIn("a"), scopeIn("b"), scopeIn("c"))
	for round := range 10 {
		older, newer := b.begin(t, fmt.Sprintf("older-%d", round)), b.begin(t, fmt.Sprintf("newer-%d", round))
		late := make(chan error)
		go func() {
			_, err := b.ClaimScopes(context.Background(), older, ids)
			late <- err
		}()
		_, err := b.ClaimScopes(t.Context(), newer, ids)
		require.NoError(t, err, "the newer run always gets its claim")
		if err := <-late; err != nil {
			require.ErrorIs(t, err, store.ErrSuperseded)
		}
		for _, id := range ids {
			require.Equal(t, newer.Number, b.holder(t, id))
		}
	}
}

func TestClaimOfAnUnknownScope(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.ClaimScopes(t.Context(), b.begin(t, "run-2"), []int64{b.lease.ScopeID, 4711})
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Equal(t, b.lease.Fence, b.holder(t, b.lease.ScopeID))
}

// What the run itself staged stays, when its claim is tried again; what others
// staged in scopes that were not claimed stays, too.
func TestClaimSweepsWhatItSupersedes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensure(t, hostScope, scopeIn("other"))
	newer := b.begin(t, "newer")
	for _, lease := range []store.Lease{b.lease, {RunID: b.lease.RunID, ScopeID: ids[1]}, {RunID: newer.ID, ScopeID: ids[0]}} {
		require.NoError(t, b.PutChunk(t.Context(), lease, 1, 0, chunkOf(named("a"))))
	}
	b.write(t, diff.Add, 1, host("i-1"))
	for range 2 {
		_, err := b.ClaimScopes(t.Context(), newer, ids[:1])
		require.NoError(t, err)
		require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_stage WHERE run_id = ? AND scope_id = ?", b.lease.RunID, ids[0]))
		require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_batch"))
		require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM sync_stage"))
	}
}

// An older run that sweeps late, when a newer one has claimed the scope and is at
// work, leaves alone what that one has in flight, and its ledger.
func TestLateSweepLeavesTheNewerRunAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensure(t, hostScope, scopeIn("other"))
	older := b.begin(t, "older")
	_, err := b.ClaimScopes(t.Context(), older, ids)
	require.NoError(t, err)
	b.claim(t, "newer")
	require.NoError(t, b.PutChunk(t.Context(), b.lease, 1, 0, chunkOf(named("a"))))
	set := b.write(t, diff.Add, 1, host("i-1"))
	applied := b.apply(t, set)
	require.NoError(t, b.PutChunk(t.Context(), store.Lease{RunID: "run-0", ScopeID: ids[1]}, 1, 0, chunkOf(named("a"))))

	require.NoError(t, store.SweepStale(b.Store, t.Context(), older, ids))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_stage WHERE run_id = 'newer'"))
	require.Equal(t, applied, b.apply(t, set), "its retry after a lost answer finds what was applied")
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_stage WHERE run_id = 'run-0'"), "what it still holds is swept")
}

func TestNamesThatDoNotFit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	longest := strings.Repeat("数", 64)
	require.NotZero(t, b.ensure(t, scopeIn(longest))[0])
	_, err := b.EnsureScopes(t.Context(), hostScope.Kind, []resource.Scope{scopeIn(longest + "x")})
	require.ErrorContains(t, err, longest+"x")
}
