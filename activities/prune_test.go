package activities_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/resource"
	"cloudsync/store"
)

// Whatever became of a scope's account decides whether its rows are orphans.
func TestOrphansAreWhatTheConfigurationNoLongerHas(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		accounts cloud.Accounts
		orphan   string
		covered  string
	}{
		"as before":         {cloud.Accounts{{Account: resource.Account{Provider: "mock", Name: "demo"}, Client: &fakeCloud{regions: []string{"beijing"}}}}, "", "the configuration has it"},
		"no account":        {nil, "no account mock/demo is configured", ""},
		"another account":   {cloud.Accounts{{Account: resource.Account{Provider: "mock", Name: "test"}, Client: &fakeCloud{regions: []string{"beijing"}}}}, "no account mock/demo is configured", ""},
		"another provider":  {cloud.Accounts{{Account: resource.Account{Provider: "aws", Name: "demo"}, Client: &fakeCloud{regions: []string{"beijing"}}}}, "no account mock/demo is configured", ""},
		"other regions":     {cloud.Accounts{{Account: resource.Account{Provider: "mock", Name: "demo"}, Client: &fakeCloud{regions: []string{"shanghai"}}}}, "account mock/demo does not have the region", ""},
		"other kinds":       {cloud.Accounts{{Account: resource.Account{Provider: "mock", Name: "demo"}, Client: &fakeCloud{regions: []string{"beijing"}, lists: "resource_disk"}}}, "account mock/demo does not have this kind", ""},
		"regions not known": {cloud.Accounts{{Account: resource.Account{Provider: "mock", Name: "demo"}, Client: &fakeCloud{regionsErr: errors.New("no answer")}}}, "", "its account's regions are not known: no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := synced(t, 3)
			b.accounts(test.accounts...)
			listed, err := execute(t, attempt{}, b.ListScopes, listIn("run-3"))
			require.NoError(t, err)
			plan := b.planPrune(t, activities.PlanPruneIn{Only: []string{"mock/demo/beijing"}})
			if test.orphan == "" {
				require.Zero(t, listed.Orphans)
				require.Empty(t, plan.Orphans)
				require.Equal(t, []activities.RefusedScope{{Kind: kind, Place: "mock/demo/beijing", Why: test.covered}}, plan.Refused)
				return
			}
			require.Equal(t, activities.Orphans{OrphanScopes: 1, OrphanRows: 3}, listed.Orphans)
			require.Len(t, plan.Orphans, 1)
			require.Equal(t, test.orphan, plan.Orphans[0].Why)
			require.Equal(t, b.digest(t).String(), plan.Orphans[0].Digest)
			require.Len(t, plan.Orphans[0].Sample, 3)
		})
	}
}

func (b *bundle) planPrune(t *testing.T, in activities.PlanPruneIn) activities.PlanPruneOut {
	t.Helper()
	plan, err := execute(t, attempt{}, b.PlanPrune, in)
	require.NoError(t, err)
	return plan
}

func (b *bundle) digest(t *testing.T) resource.Digest {
	t.Helper()
	digest, err := b.store.FoldScope(t.Context(), resource.HostKind, b.scope.ID)
	require.NoError(t, err)
	return digest
}

func TestPlanPruneOfAKindThatIsNotConfigured(t *testing.T) {
	t.Parallel()
	b := synced(t, 3)
	deps := b.deps()
	deps.Settings = nil
	b.Activities = activities.New(deps)
	plan := b.planPrune(t, activities.PlanPruneIn{Kind: kind})
	require.Equal(t, "the kind is not configured", plan.Orphans[0].Why)
	require.Empty(t, b.planPrune(t, activities.PlanPruneIn{Kind: "resource_disk"}).Orphans)
	_, err := execute(t, attempt{}, b.PlanPrune, activities.PlanPruneIn{Kind: "resource_cat"})
	require.ErrorContains(t, err, "unknown kind")
}

func (b *bundle) claimIn(scopes ...activities.PruneScope) activities.ClaimOrphansIn {
	return activities.ClaimOrphansIn{Kind: kind, RunID: "prune-1", WorkflowID: "cloud-sync/prune", StartedAt: time.Now(), Scopes: scopes}
}

func TestClaimOrphansRefusesWhatIsNoOrphan(t *testing.T) {
	t.Parallel()
	b := synced(t, 3)
	seen := activities.PruneScope{ID: b.scope.ID, Digest: b.digest(t).String()}
	claimed, err := execute(t, attempt{}, b.ClaimOrphans, b.claimIn(seen, activities.PruneScope{ID: 99}))
	require.NoError(t, err)
	require.Equal(t, "the configuration has it", claimed.Scopes[0].Refused)
	require.Equal(t, "resource_host has no scope 99", claimed.Scopes[1].Refused)
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_scope WHERE claimed_by = 'run-2'"), "it is not even claimed")
}

func TestClaimOrphansRefusesOtherRows(t *testing.T) {
	t.Parallel()
	b := synced(t, 3)
	b.accounts()
	seen := activities.PruneScope{ID: b.scope.ID, Digest: b.digest(t).String()}
	b.exec(t, "DELETE FROM resource_host WHERE native_id = 'i-0001'")
	claimed, err := execute(t, attempt{}, b.ClaimOrphans, b.claimIn(seen))
	require.NoError(t, err)
	require.Equal(t, "its rows are no longer those of the plan: it has 2", claimed.Scopes[0].Refused)
}

// What is claimed is deleted in batches, goes on where an attempt stopped, and is
// counted whole.
func TestPruneScopeDeletesAndRecords(t *testing.T) {
	t.Parallel()
	const rows = store.BatchRows + 5
	b := synced(t, rows)
	b.accounts()
	in := b.claimIn(activities.PruneScope{ID: b.scope.ID, Digest: b.digest(t).String()})
	var claimed activities.ClaimOrphansOut
	for range 2 { // once more, as after a lost answer
		var err error
		claimed, err = execute(t, attempt{}, b.ClaimOrphans, in)
		require.NoError(t, err)
		require.Equal(t, activities.ClaimedOrphan{ID: b.scope.ID, Place: "mock/demo/beijing", Rows: rows, Seen: rows}, claimed.Scopes[0])
	}
	order := store.Pruning{Lease: store.Lease{RunID: "prune-1", ScopeID: b.scope.ID, Fence: claimed.Run.Number}, Scope: beijing, Seen: claimed.Scopes[0].Seen}
	_, err := b.store.PruneBatch(t.Context(), resource.HostKind, order, nil)
	require.NoError(t, err, "as an attempt that was killed after its first batch")
	stop := make(chan struct{})
	close(stop)
	prune := activities.PruneScopeIn{Kind: kind, Run: claimed.Run, ScopeID: b.scope.ID}
	_, err = execute(t, attempt{stop: stop}, b.PruneScope, prune)
	require.ErrorContains(t, err, "the worker is stopping")
	_, err = execute(t, attempt{number: 2}, b.PruneScope, prune)
	require.NoError(t, err)
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM resource_host"))

	out, err := execute(t, attempt{}, b.RecordPrune, activities.RecordRunIn{
		Kind: kind, Run: claimed.Run, Final: &activities.RunRecord{Outcome: activities.Pruned, ApprovedBy: "ann", Scopes: 1},
		Scopes: []activities.ScopeRecord{{ID: b.scope.ID, Outcome: activities.Pruned, Stats: activities.Stats{ToDel: rows}}},
	})
	require.NoError(t, err)
	require.Equal(t, []int64{rows}, out.Deleted)
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_run WHERE run_id = 'prune-1' AND outcome = 'pruned' AND su_del = ? AND approved_by = 'ann'", rows))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_run_scope WHERE run_id = 'prune-1' AND su_del = ?", rows))
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_scope WHERE last_complete_run = 'prune-1'"), "nothing was listed")
}

// A restore heeds no claim. What it puts back after the plan was checked is
// nothing that anybody agreed to delete.
func TestPruneScopeLeavesWhatIsRestoredMeanwhile(t *testing.T) {
	t.Parallel()
	b := synced(t, 10)
	b.cloud.set(hosts(0, 7))
	b.sync(t, "run-3")
	b.accounts()
	claimed, err := execute(t, attempt{}, b.ClaimOrphans, b.claimIn(activities.PruneScope{ID: b.scope.ID, Digest: b.digest(t).String()}))
	require.NoError(t, err)
	require.EqualValues(t, 7, claimed.Scopes[0].Rows)
	counts, err := b.store.Restore(t.Context(), store.Deleted{Kind: resource.HostKind, RunID: "run-3"},
		store.RestoreOrder{RunID: store.NewRestoreID(), By: "ann"}, func(store.RestoreCounts) {})
	require.NoError(t, err)
	require.EqualValues(t, 3, counts.Restored)

	prune := activities.PruneScopeIn{Kind: kind, Run: claimed.Run, ScopeID: b.scope.ID, Seen: claimed.Scopes[0].Seen}
	for number := range 2 {
		left, err := execute(t, attempt{number: 1 + number}, b.PruneScope, prune)
		require.NoError(t, err)
		require.Equal(t, activities.PruneScopeOut{Restored: 3}, left, "each attempt counts all")
		require.Equal(t, 3, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE native_id >= 'i-0007'"))
		require.Equal(t, 3, b.count(t, "SELECT COUNT(*) FROM resource_host"))
	}
}

// A row that somebody moved into the scope by hand, or gave another id, is another
// resource than it says, and that resource may exist.
func TestPruneScopeLeavesWhatBelongsElsewhere(t *testing.T) {
	t.Parallel()
	b := synced(t, 5)
	b.edit(t, "i-0001", "native_id = 'i-wrong'")
	b.exec(t, "INSERT INTO sync_scope (id, kind, provider, account, region, created_at) VALUES (7, ?, 'mock', 'old', 'moon', NOW())", kind)
	b.edit(t, "i-0002", "scope_id = 7")
	b.accounts()
	ids := []int64{b.scope.ID, 7}
	in := b.claimIn()
	for _, id := range ids {
		digest, err := b.store.FoldScope(t.Context(), resource.HostKind, id)
		require.NoError(t, err)
		in.Scopes = append(in.Scopes, activities.PruneScope{ID: id, Digest: digest.String()})
	}
	claimed, err := execute(t, attempt{}, b.ClaimOrphans, in)
	require.NoError(t, err)
	for i, id := range ids {
		left, err := execute(t, attempt{}, b.PruneScope,
			activities.PruneScopeIn{Kind: kind, Run: claimed.Run, ScopeID: id, Seen: claimed.Scopes[i].Seen})
		require.NoError(t, err)
		require.Equal(t, activities.PruneScopeOut{Elsewhere: 1}, left)
		require.Contains(t, left.Left(), "rows stay: 1 edited by hand")
	}
	require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE native_id IN ('i-wrong', 'i-0002')"))
	require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM resource_host"))
}

// A row that was restored before the plan is one like any other.
func TestPruneScopeTakesWhatWasRestoredBefore(t *testing.T) {
	t.Parallel()
	b := synced(t, 10)
	b.cloud.set(hosts(0, 7))
	b.sync(t, "run-3")
	_, err := b.store.Restore(t.Context(), store.Deleted{Kind: resource.HostKind, RunID: "run-3"},
		store.RestoreOrder{RunID: store.NewRestoreID(), By: "ann"}, func(store.RestoreCounts) {})
	require.NoError(t, err)
	b.accounts()
	claimed, err := execute(t, attempt{}, b.ClaimOrphans, b.claimIn(activities.PruneScope{ID: b.scope.ID, Digest: b.digest(t).String()}))
	require.NoError(t, err)
	left, err := execute(t, attempt{}, b.PruneScope,
		activities.PruneScopeIn{Kind: kind, Run: claimed.Run, ScopeID: b.scope.ID, Seen: claimed.Scopes[0].Seen})
	require.NoError(t, err)
	require.Zero(t, left)
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM resource_host"))
}

func TestPruneScopeSaysWhatToDoAboutAnUnreadableRow(t *testing.T) {
	t.Parallel()
	b := synced(t, 3)
	b.accounts()
	b.edit(t, "i-0001", "tags = '[1]'")
	claimed, err := execute(t, attempt{}, b.ClaimOrphans, b.claimIn(activities.PruneScope{ID: b.scope.ID, Digest: b.digest(t).String()}))
	require.NoError(t, err)
	_, err = execute(t, attempt{}, b.PruneScope, activities.PruneScopeIn{Kind: kind, Run: claimed.Run, ScopeID: b.scope.ID})
	require.ErrorContains(t, err, "run `starter verify resource_host --repair` first")
}

// A newer run that claims the scope ends the pruning: its configuration has it.
func TestPruneScopeGivesWay(t *testing.T) {
	t.Parallel()
	b := synced(t, 3)
	accounts := b.deps().Accounts
	b.accounts()
	claimed, err := execute(t, attempt{}, b.ClaimOrphans, b.claimIn(activities.PruneScope{ID: b.scope.ID, Digest: b.digest(t).String()}))
	require.NoError(t, err)
	b.accounts(accounts...)
	b.begin(t, "run-3")
	_, err = execute(t, attempt{}, b.PruneScope, activities.PruneScopeIn{Kind: kind, Run: claimed.Run, ScopeID: b.scope.ID})
	require.ErrorContains(t, err, "superseded by a newer run")
	require.Equal(t, 3, b.count(t, "SELECT COUNT(*) FROM resource_host"))
}

func TestPlanPruneIsCut(t *testing.T) {
	t.Parallel()
	b := synced(t, activities.MaxOrphans+2)
	b.accounts()
	b.exec(t, "INSERT INTO sync_scope (id, kind, provider, account, region, created_at) "+
		"SELECT 100 + CAST(SUBSTR(native_id, 3) AS UNSIGNED), ?, 'mock', 'demo', native_id, NOW() FROM resource_host", kind)
	b.exec(t, "UPDATE resource_host SET scope_id = 100 + CAST(SUBSTR(native_id, 3) AS UNSIGNED)")
	plan := b.planPrune(t, activities.PlanPruneIn{})
	require.Len(t, plan.Orphans, activities.MaxOrphans)
	require.EqualValues(t, 2, plan.More)
	sampled := 0
	for _, orphan := range plan.Orphans {
		sampled += len(orphan.Sample)
	}
	require.Equal(t, activities.MaxOrphans, sampled)
}
