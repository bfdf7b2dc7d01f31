package store_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
	"cloudsync/store"
)

// fresh is how fresh each scope is, by region, or by kind for those of other kinds.
func (b *bundle) fresh(t *testing.T) map[string]store.ScopeFreshness {
	t.Helper()
	scopes, err := b.Freshness(t.Context())
	require.NoError(t, err)
	byName := map[string]store.ScopeFreshness{}
	for _, scope := range scopes {
		name := scope.Scope.Region
		if scope.Scope.Kind != hostScope.Kind {
			name = scope.Scope.Kind
		}
		byName[name] = scope
	}
	require.Len(t, byName, len(scopes))
	return byName
}

func TestFreshness(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensure(t, hostScope, scopeIn("calm"), scopeIn("denied"), scopeIn("orphan"))
	disks, err := b.EnsureScopes(t.Context(), "resource_disk", []resource.Scope{{Kind: "resource_disk", Provider: "mock", Account: "demo", Region: "beijing"}})
	require.NoError(t, err)
	for name, scope := range b.fresh(t) {
		require.True(t, scope.Configured, "%s: no run of the kind has ended", name)
		require.True(t, scope.CompleteAt.IsZero())
		require.Empty(t, scope.Outcome)
	}

	all := b.beginSync(t, "all", ids...)
	b.endSync(t, all, b.unchangedScopes(ids)...)
	long := strings.Repeat("数", 500)
	narrower := b.beginSync(t, "narrower", ids[:3]...)
	b.endSync(t, narrower, unchanged(ids[1], 3), store.RunScope{ScopeID: ids[2], Outcome: "failed", Reason: long},
		store.RunScope{ScopeID: ids[0], Outcome: "ok", Complete: true})
	fresh := b.fresh(t)
	require.Equal(t, disks[0], fresh["resource_disk"].ScopeID)
	require.True(t, fresh["resource_disk"].Configured)
	require.Equal(t, hostScope, fresh["beijing"].Scope)
	for region, want := range map[string]struct {
		configured      bool
		outcome, reason string
	}{
		"beijing": {true, "ok", ""},
		"calm":    {true, "unchanged", ""},
		"denied":  {true, "failed", long[:300*len("数")]},
		"orphan":  {false, "", ""},
	} {
		got := fresh[region]
		require.Equal(t, want, struct {
			configured      bool
			outcome, reason string
		}{got.Configured, got.Outcome, got.Reason}, region)
		require.False(t, got.CompleteAt.IsZero())
	}
	require.True(t, fresh["denied"].CompleteAt.Before(fresh["calm"].CompleteAt), "it was complete in the run before")

	// A scope that a run at work has is none that the configuration lacks; what a pruning
	// has is.
	require.NoError(t, beginPrune(t, b, ids[3]))
	require.False(t, b.fresh(t)["orphan"].Configured)
	b.beginSync(t, "back", ids...)
	require.True(t, b.fresh(t)["orphan"].Configured)

	// Where a run could not find out all its scopes, nobody knows.
	unlisted := store.Run{RunID: "unlisted", WorkflowID: "w", Kind: hostScope.Kind, StartedAt: started, Outcome: "failed", Scopes: 2}
	require.NoError(t, b.EndRun(t.Context(), unlisted))
	orphan := b.fresh(t)["orphan"]
	require.True(t, orphan.Configured)
	require.Empty(t, orphan.Outcome)
}

func beginPrune(t *testing.T, b *bundle, scopeID int64) error {
	t.Helper()
	ref, err := b.BeginRun(t.Context(), store.Run{RunID: "prune", WorkflowID: "w" + store.PruneSuffix, Kind: hostScope.Kind, StartedAt: started})
	require.NoError(t, err)
	_, err = b.ClaimScopes(t.Context(), ref, []int64{scopeID})
	return err
}
