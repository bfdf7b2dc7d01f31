package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

func (b *bundle) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	_, err := storetest.Connect(t, b.dsn).ExecContext(t.Context(), statement, args...)
	require.NoError(t, err)
}

func (b *bundle) edit(t *testing.T, nativeID, set string, args ...any) {
	t.Helper()
	b.exec(t, "UPDATE resource_host SET "+set+" WHERE native_id = ?", append(args, nativeID)...)
}

func (b *bundle) verifyIn(repair bool) activities.VerifyScopesIn {
	return activities.VerifyScopesIn{Kind: kind, RunID: "verify-1", ScopeIDs: []int64{b.scope.ID}, Repair: repair}
}

func (b *bundle) verify(t *testing.T, in activities.VerifyScopesIn) activities.Verified {
	t.Helper()
	found, err := execute(t, attempt{}, b.VerifyScopes, in)
	require.NoError(t, err)
	return found
}

// synced is a bundle whose inventory has the hosts.
func synced(t *testing.T, n int) *bundle {
	t.Helper()
	b := setup(t)
	b.cloud.set(hosts(0, n))
	b.sync(t, "run-2")
	return b
}

func TestVerifyFindsEachTypeOfDrift(t *testing.T) {
	t.Parallel()
	for set, want := range map[string]activities.DriftedRow{
		"name = 'edited'":           {What: activities.DriftContent, Reason: "the columns do not give the hash"},
		"vcpu = -3":                 {What: activities.DriftContent, Reason: "field vcpu: -3 is negative"},
		"hash = REPEAT('x', 16)":    {What: activities.DriftContent, Reason: "the columns do not give the hash"},
		"hash = REPEAT('\\0', 16)":  {What: activities.DriftMarked, Reason: "marked for repair: the next complete run rewrites it", Marked: true},
		"uid = REPEAT('x', 16)":     {What: activities.DriftIdentity, Reason: "native_id does not give the uid"},
		"native_id = 'wrong'":       {What: activities.DriftIdentity, Reason: "native_id does not give the uid"},
		"native_id = ''":            {What: activities.DriftIdentity, Reason: "native_id does not give the uid"},
		"account = 'other'":         {What: activities.DriftPlace, Reason: "provider, account and region say mock/other/beijing"},
		"private_ips = '{\"a\":1}'": {What: activities.DriftUnreadable, Reason: "column private_ips holds JSON of another type: object"},
		"tags = '\"x\"'":            {What: activities.DriftUnreadable, Reason: "column tags holds JSON of another type: string"},
	} {
		t.Run(set, func(t *testing.T) {
			t.Parallel()
			b := synced(t, 3)
			b.edit(t, "i-0001", set)
			found := b.verify(t, b.verifyIn(false))
			require.EqualValues(t, 3, found.Rows)
			require.EqualValues(t, 1, found.Drifted)
			require.Equal(t, want.Marked, found.Marked == 1)
			row := found.Sample[0]
			require.Equal(t, "mock/demo/beijing", row.Place)
			require.Equal(t, want, activities.DriftedRow{What: row.What, Reason: row.Reason, Marked: row.Marked})
		})
	}
}

// What means the same hashes the same: such an edit is no drift.
func TestVerifyAcceptsWhatMeansTheSame(t *testing.T) {
	t.Parallel()
	b := synced(t, 3)
	b.edit(t, "i-0000", "private_ips = ?, public_ips = '[]'", `["10.0.0.2", "10.0.0.1"]`)
	b.edit(t, "i-0001", "updated_at = NOW(), created_at = NOW(), disk_gib = 0")
	require.Equal(t, activities.Verified{Rows: 3}, b.verify(t, b.verifyIn(false)))
}

func TestVerifyOfAScopeThatIsNobodys(t *testing.T) {
	t.Parallel()
	b := synced(t, 3)
	b.edit(t, "i-0001", "scope_id = 99")
	all, err := execute(t, attempt{}, b.FindVerifyScopes, activities.FindVerifyScopesIn{Kind: kind})
	require.NoError(t, err)
	require.Equal(t, []int64{b.scope.ID, 99}, all.ScopeIDs)
	in := b.verifyIn(true)
	in.ScopeIDs = all.ScopeIDs
	found := b.verify(t, in)
	require.EqualValues(t, 3, found.Rows)
	require.Equal(t, activities.DriftPlace, found.Sample[0].What)
	require.Equal(t, "scope_id 99 is not in sync_scope", found.Sample[0].Reason)
	b.sync(t, "run-3")
	require.Equal(t, activities.Verified{Rows: 3}, b.verify(t, in))
}

func TestFindVerifyScopesAtPlaces(t *testing.T) {
	t.Parallel()
	b := synced(t, 3)
	find := func(only ...string) ([]int64, error) {
		out, err := execute(t, attempt{}, b.FindVerifyScopes, activities.FindVerifyScopesIn{Kind: kind, Only: only})
		return out.ScopeIDs, err
	}
	for _, places := range [][]string{nil, {"mock/demo/beijing"}, {"*/demo/*"}, {"a/b/c", "*/*/*"}} {
		ids, err := find(places...)
		require.NoError(t, err)
		require.Equal(t, []int64{b.scope.ID}, ids, places)
	}
	_, err := b.store.EnsureScopes(t.Context(), kind, []resource.Scope{{Kind: kind, Provider: "mock", Account: "demo", Region: "empty"}})
	require.NoError(t, err)
	ids, err := find("mock/demo/empty")
	require.NoError(t, err)
	require.Empty(t, ids)
	_, err = find("mock/demo/shanghai")
	require.ErrorContains(t, err, "resource_host has no scope in [mock/demo/shanghai]")
	_, err = find("mock/demo")
	require.ErrorContains(t, err, `"mock/demo" is no scope: write it as provider/account/region, with * for any`)
	_, err = execute(t, attempt{}, b.FindVerifyScopes, activities.FindVerifyScopesIn{Kind: "resource_cat"})
	require.ErrorContains(t, err, "unknown kind")
}

// One column that somebody made unreadable does not make the history of the
// others false: the run that repairs the row records that column alone.
func TestRepairOfAnUnreadableColumnKeepsTheHistoryOfTheOthers(t *testing.T) {
	t.Parallel()
	b := synced(t, 3)
	before := time.Now()
	b.edit(t, "i-0001", "tags = '[1]'")
	require.EqualValues(t, 1, b.verify(t, b.verifyIn(true)).Marked)
	b.sync(t, "run-3")
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE run_id = 'run-3'"))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE run_id = 'run-3' "+
		"AND JSON_LENGTH(fields) = 1 AND JSON_UNQUOTE(JSON_EXTRACT(fields, '$[0].field')) = 'tags'"))
	found := 0
	require.NoError(t, b.store.AsOf(t.Context(), resource.HostKind, before, func(row resource.Row) error {
		require.Equal(t, []string{"10.0.0.1", "10.0.0.2"}, row.(*resource.Host).PrivateIPs)
		found++
		return nil
	}))
	require.Equal(t, 3, found)
}

// A verification that is interrupted goes on after the last row that it read.
func TestVerifyGoesOnFromItsCheckpoint(t *testing.T) {
	t.Parallel()
	const rows = 2*store.VerifyRows + 500
	b := synced(t, rows)
	b.exec(t, "UPDATE resource_host SET name = 'first' ORDER BY uid LIMIT 1")
	stop := make(chan struct{})
	close(stop)
	left := &beats{}
	_, err := execute(t, attempt{stop: stop, beats: left}, b.VerifyScopes, b.verifyIn(false))
	require.ErrorContains(t, err, "the worker is stopping")

	b.exec(t, "UPDATE resource_host SET name = CONCAT('host ', native_id) ORDER BY uid LIMIT 1")
	b.exec(t, "UPDATE resource_host SET name = 'last' ORDER BY uid DESC LIMIT 1")
	found, err := execute(t, attempt{resume: left.checkpoint(t)}, b.VerifyScopes, b.verifyIn(false))
	require.NoError(t, err)
	require.EqualValues(t, rows, found.Rows, "each row once")
	require.EqualValues(t, 2, found.Drifted, "what the first attempt found, and what the second did")
	require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM sync_drift"))
}

// nextVersion is the one after the kind's present version.
var nextVersion = resource.HostKind.Version() + 1

// A row that an earlier version of the kind hashed is not one that somebody
// edited.
func TestVerifyTellsEarlierVersionsApart(t *testing.T) {
	t.Parallel()
	b := synced(t, 3)
	deps := b.deps()
	deps.Kinds = resource.NewRegistry(resource.Define[resource.Host](kind, nextVersion))
	b.Activities = activities.New(deps)
	require.Equal(t, activities.Verified{Rows: 3, Outdated: 3}, b.verify(t, b.verifyIn(true)))
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_drift"))

	b.begin(t, "run-3")
	found := b.compare(t, b.fetch(t))
	require.EqualValues(t, 3, found.ToMod, "a sync rehashes them")
	b.apply(t, found)
	require.Equal(t, activities.Verified{Rows: 3}, b.verify(t, b.verifyIn(false)))
	b.edit(t, "i-0001", "name = 'edited'")
	require.EqualValues(t, 1, b.verify(t, b.verifyIn(false)).Drifted)
}

// The first run after an upgrade fills in what the new version knows more, and modifies
// nothing: neither the report of the run nor the history tells of a change.
func TestUpgradeModifiesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	deps := b.deps()
	deps.Kinds = resource.NewRegistry(resource.Define[resource.Host](kind, 1))
	b.Activities = activities.New(deps)
	b.cloud.set(hosts(0, 3))
	b.begin(t, "run-2")
	require.Equal(t, [3]int64{3, 0, 0}, b.apply(t, b.compare(t, b.fetch(t))))

	b.Activities = activities.New(b.deps())
	grouped := hosts(0, 3)
	for _, row := range grouped {
		row.SecurityGroupIDs = []string{"sg-1"}
	}
	grouped[2].Name = "renamed meanwhile"
	b.cloud.set(grouped)
	b.begin(t, "run-3")
	found := b.compare(t, b.fetch(t))
	require.EqualValues(t, 3, found.ToMod)
	require.Equal(t, [3]int64{0, 1, 0}, b.apply(t, found), "the one that did change")
	require.Equal(t, 3, b.count(t, `SELECT COUNT(*) FROM resource_host WHERE JSON_CONTAINS(security_group_ids, '"sg-1"')`))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'modify'"))
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'modify' AND fields LIKE '%security_group_ids%'"))
	require.Equal(t, activities.Verified{Rows: 3}, b.verify(t, b.verifyIn(false)))
}

// The first run of a new version says so before it writes: its rows are judged.
func TestRunsNoteTheVersion(t *testing.T) {
	t.Parallel()
	b := synced(t, 3)
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_kind WHERE kind = ? AND version = ?", kind, nextVersion-1))
	deps := b.deps()
	deps.Kinds = resource.NewRegistry(resource.Define[resource.Host](kind, nextVersion))
	b.Activities = activities.New(deps)
	before := time.Now()
	b.begin(t, "run-3")
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_kind WHERE version = ? AND since >= ?", nextVersion, before.UTC().Truncate(time.Second)))
}
