package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
	"cloudsync/store"
)

func TestPruneBatchDeletesWithImages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addHosts(t, store.BatchRows+10)
	other := b.ensure(t, scopeIn("shanghai"))[0]
	b.edit(t, "i-0003", "scope_id = ?", other)
	b.claim(t, "prune-1")

	var after *resource.UID
	for _, want := range []int64{store.BatchRows, 9, 0} {
		pruned, err := b.PruneBatch(t.Context(), resource.HostKind, store.Pruning{Lease: b.lease, Scope: hostScope}, after)
		require.NoError(t, err)
		require.Equal(t, want, pruned.Deleted)
		after = pruned.Last
		require.Equal(t, want == store.BatchRows, after != nil)
	}
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_host"), "another scope's row stays")
	require.Equal(t, store.BatchRows+9, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE run_id = 'prune-1' AND op = 'delete' "+
		"AND JSON_EXTRACT(image, '$.native_id') = native_id AND JSON_EXTRACT(image, '$.vcpu') = 4"))
	b.requireTallied(t, "prune-1", map[int64]store.Done{b.lease.ScopeID: {Deleted: store.BatchRows + 9}})
}

// A run of an older configuration that claims the scope ends a pruning.
func TestPruneBatchHoldsTheFence(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addHosts(t, 5)
	b.claim(t, "prune-1")
	lost := b.lease
	b.claim(t, "run-2")
	_, err := b.PruneBatch(t.Context(), resource.HostKind, store.Pruning{Lease: lost, Scope: hostScope}, nil)
	require.ErrorIs(t, err, store.ErrSuperseded)
	_, err = b.LastChange(t.Context(), lost)
	require.ErrorIs(t, err, store.ErrSuperseded)
	require.Equal(t, 5, b.count(t, "SELECT COUNT(*) FROM resource_host"))
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE run_id = 'prune-1'"))
}

func TestPruneBatchOfAnUnreadableRow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addHosts(t, 5)
	b.edit(t, "i-0003", "tags = ?", `[1]`)
	_, err := b.PruneBatch(t.Context(), resource.HostKind, store.Pruning{Lease: b.lease, Scope: hostScope}, nil)
	require.True(t, store.IsUnreadable(err), err)
	require.Equal(t, 5, b.count(t, "SELECT COUNT(*) FROM resource_host"))
}

func TestKnownScopesAndTheirRows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addHosts(t, 5)
	ids := b.ensure(t, hostScope, scopeIn("shanghai"))
	known, err := b.KnownScopes(t.Context(), hostScope.Kind)
	require.NoError(t, err)
	require.Equal(t, []store.KnownScope{{ID: ids[0], Scope: hostScope}, {ID: ids[1], Scope: scopeIn("shanghai")}}, known)
	counts, err := b.CountScopes(t.Context(), resource.HostKind, ids)
	require.NoError(t, err)
	require.Equal(t, map[int64]int64{ids[0]: 5}, counts, "a scope without rows is left out")
	counts, err = b.CountScopes(t.Context(), resource.HostKind, nil)
	require.NoError(t, err)
	require.Empty(t, counts)

	sample, err := b.SampleScope(t.Context(), resource.HostKind, ids[0], 3)
	require.NoError(t, err)
	require.Len(t, sample, 3)
	require.NotZero(t, sample[0].UpdatedAt)
}
