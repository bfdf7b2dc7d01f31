package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/store/storetest"
)

// comparedPlan is a plan up to its comparison: of the ten rows, i-0000 to i-0002 would
// be deleted, i-0003 to i-0005 modified, and i-0020 to i-0022 added.
func comparedPlan(t *testing.T) (b *bundle, describe func() map[string]activities.PlannedChange) {
	t.Helper()
	b = setup(t)
	b.cloud.set(hosts(0, 10))
	b.sync(t, "first")
	listed := append(hosts(3, 10), hosts(20, 23)...)
	for _, h := range listed[:3] {
		renamed(h)
	}
	b.cloud.set(listed)
	plan, err := execute(t, attempt{}, b.ListScopes, activities.ListScopesIn{Kind: kind, RunID: "p", Plan: true})
	require.NoError(t, err)
	b.run = plan.Run
	b.load(t)
	found := b.compare(t, b.fetch(t))
	in := activities.DescribePlanIn{ScopeIn: b.scopeIn(), Writer: found.Writer, MaxBytes: 10_000}
	return b, func() map[string]activities.PlannedChange {
		out, err := execute(t, attempt{}, b.DescribePlan, in)
		require.NoError(t, err)
		changes := map[string]activities.PlannedChange{}
		for _, change := range out.Changes {
			changes[change.NativeID+change.UID.String()] = change
		}
		require.Len(t, changes, len(out.Changes))
		return changes
	}
}

const noUID = "00000000000000000000000000000000"

func TestPlanOfRowsThatStand(t *testing.T) {
	t.Parallel()
	_, describe := comparedPlan(t)
	changes := describe()
	require.Len(t, changes, 9)
	for _, change := range changes {
		require.Empty(t, change.Meanwhile)
		require.NotEmpty(t, change.NativeID)
	}
	require.Equal(t, "name", changes["i-0003"+noUID].Fields[0].Field)
}

// A run went by between the comparison and its description, and did what the plan
// would have done.
func TestPlanBesideARun(t *testing.T) {
	t.Parallel()
	b, describe := comparedPlan(t)
	b.sync(t, "beside")
	changes := describe()
	require.Len(t, changes, 9)
	for id, want := range map[string]activities.PlannedChange{
		"i-0000": {Op: diff.Delete, Meanwhile: activities.DeletedMeanwhile},
		"i-0003": {Op: diff.Modify, Meanwhile: activities.ChangedMeanwhile},
		"i-0020": {Op: diff.Add, Meanwhile: activities.AddedMeanwhile},
	} {
		want.Place, want.NativeID = "mock/demo/beijing", id
		require.Equal(t, want, changes[id+noUID])
	}
}

func TestPlanOfRowsThatChangedMeanwhile(t *testing.T) {
	t.Parallel()
	b, describe := comparedPlan(t)
	db := storetest.Connect(t, b.dsn)
	for _, statement := range []string{
		"DELETE FROM resource_host WHERE native_id IN ('i-0001', 'i-0004')", // by hand
		"UPDATE resource_host SET hash = UNHEX(REPEAT('ab', 16)), name = 'other' WHERE native_id IN ('i-0000', 'i-0003')",
	} {
		_, err := db.Exec(statement)
		require.NoError(t, err)
	}
	changes := describe()
	for id, meanwhile := range map[string]activities.Meanwhile{
		"i-0000": activities.ChangedMeanwhile, "i-0001": activities.DeletedMeanwhile, "i-0002": "",
		"i-0003": activities.ChangedMeanwhile, "i-0004": activities.DeletedMeanwhile, "i-0005": "",
	} {
		change, found := changes[id+noUID]
		require.True(t, found, id)
		require.Equal(t, meanwhile, change.Meanwhile, id)
		require.Equal(t, change.Op == diff.Modify && meanwhile == "", len(change.Fields) > 0, id)
	}
}

// A row that is gone and left no history is at least told from others.
func TestPlanOfARowWithoutHistory(t *testing.T) {
	t.Parallel()
	b, describe := comparedPlan(t)
	db := storetest.Connect(t, b.dsn)
	for _, statement := range []string{"DELETE FROM resource_host WHERE native_id = 'i-0001'", "DELETE FROM resource_change"} {
		_, err := db.Exec(statement)
		require.NoError(t, err)
	}
	uid := beijing.UID("i-0001")
	require.Equal(t, activities.PlannedChange{
		Op: diff.Delete, Place: "mock/demo/beijing", UID: uid, Meanwhile: activities.DeletedMeanwhile,
	}, describe()[uid.String()])
}

// What an older worker compared is described as far as it can be told.
func TestPlanOfAnOlderWorker(t *testing.T) {
	t.Parallel()
	b, describe := comparedPlan(t)
	_, err := storetest.Connect(t, b.dsn).Exec("DELETE FROM sync_batch WHERE op = ?", diff.Compared)
	require.NoError(t, err)
	for _, change := range describe() {
		require.Empty(t, change.Meanwhile)
	}
}

func TestRunsKeepNothingForADescription(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 3))
	b.sync(t, "first")
	changed := hosts(0, 3)
	renamed(changed[1])
	b.cloud.set(changed)
	b.begin(t, "second")
	b.compare(t, b.fetch(t))
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_batch WHERE op = ?", diff.Compared))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_batch WHERE op = ?", diff.Modify))
}
