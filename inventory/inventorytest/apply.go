package inventorytest

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/staged"
)

// Apply has a run add, modify or delete rows, as a sync does.
func Apply(t testing.TB, s *store.Store, runID string, kind *resource.Kind, op diff.Op, rows []resource.Row) {
	t.Helper()
	run := store.Run{RunID: runID, Kind: kind.Name(), StartedAt: time.Now(), Outcome: "ok"}
	ref, err := s.BeginRun(t.Context(), run)
	require.NoError(t, err)
	byScope := map[resource.Scope][]resource.Row{}
	for _, row := range rows {
		byScope[ScopeOf(kind, row)] = append(byScope[ScopeOf(kind, row)], row)
	}
	for _, claim := range claim(t, s, ref, slices.Collect(maps.Keys(byScope))) {
		applyScope(t, s, claim, kind, op, byScope[claim.Scope])
	}
	require.NoError(t, s.EndRun(t.Context(), run))
}

func claim(t testing.TB, s *store.Store, ref store.RunRef, scopes []resource.Scope) []store.Claim {
	t.Helper()
	if len(scopes) == 0 {
		return nil
	}
	ids, err := s.EnsureScopes(t.Context(), scopes[0].Kind, scopes)
	require.NoError(t, err)
	claims, err := s.ClaimScopes(t.Context(), ref, ids)
	require.NoError(t, err)
	return claims
}

func applyScope(t testing.TB, s *store.Store, claim store.Claim, kind *resource.Kind, op diff.Op, rows []resource.Row) {
	t.Helper()
	set := store.BatchSet{Lease: claim.Lease, Writer: 1, Op: op}
	batches := s.NewBatchWriter(set)
	for _, row := range rows {
		encoded, err := kind.Sealer(claim.Scope, claim.ScopeID).Append(nil, row)
		require.NoError(t, err)
		require.NoError(t, batches.Add(t.Context(), staged.Item{Entry: row.RowMeta().Entry(), Row: encoded}))
	}
	require.NoError(t, batches.Flush(t.Context()))
	pending, err := s.PendingBatches(t.Context(), set)
	require.NoError(t, err)
	for _, seq := range pending {
		require.NoError(t, s.ApplyBatch(t.Context(), kind, claim.Scope, set, seq))
	}
}

// Stored are all rows that the tables have of kinds, in the order in which a Reader shows
// them.
func Stored(t testing.TB, s *store.Store, kinds []*resource.Kind) (rows []inventory.Found) {
	t.Helper()
	for _, kind := range kinds {
		require.NoError(t, s.Rows(t.Context(), kind, nil, func(row resource.Row) error {
			rows = append(rows, inventory.Found{Kind: kind, Row: row})
			return nil
		}))
	}
	return rows
}
