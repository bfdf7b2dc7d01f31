package activities_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"cloudsync/activities"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// changes is a scope with 2,100 rows to add, one to modify and one to delete.
func changes(t *testing.T) (*bundle, activities.ComputeDiffOut) {
	t.Helper()
	b := setup(t)
	b.cloud.set([]*resource.Host{host("i-mod"), host("i-del"), host("i-same")})
	b.sync(t, "first")
	b.begin(t, "second")
	b.cloud.set(append(hosts(0, 2100), host("i-mod", renamed), host("i-same")))
	found := b.compare(t, b.fetch(t))
	require.Equal(t, [3]int64{2100, 1, 1}, [3]int64{found.ToAdd, found.ToMod, found.ToDel})
	return b, found
}

// A retry whose first attempt did all the work, or some of it, reports the whole.
func TestApplyingAgainCountsTheSame(t *testing.T) {
	t.Parallel()
	b, found := changes(t)
	set := store.BatchSet{Lease: b.lease(), Writer: found.Writer, Op: "add"}
	require.NoError(t, b.store.ApplyBatch(t.Context(), resource.HostKind, beijing, set, 1)) // and then the worker was killed
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_batch WHERE applied_at IS NOT NULL"))
	for range 3 {
		require.Equal(t, [3]int64{2100, 1, 1}, b.apply(t, found))
	}
	b.requireInventory(t, b.cloud.listed()...)
	require.Equal(t, 2102, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE run_id = 'second'"))
}

func TestStoppingWorkerLeavesBatchesForTheNextAttempt(t *testing.T) {
	t.Parallel()
	b, found := changes(t)
	stop := make(chan struct{})
	close(stop)
	_, err := execute(t, attempt{stop: stop}, b.ApplyAdds, b.applyIn(found.Writer))
	var failure *temporal.ApplicationError
	require.ErrorAs(t, err, &failure)
	require.False(t, failure.NonRetryable())
	require.Contains(t, failure.Message(), "the worker is stopping")
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_batch WHERE applied_at IS NOT NULL"))

	require.Equal(t, [3]int64{2100, 1, 1}, b.apply(t, found))
	b.requireInventory(t, b.cloud.listed()...)
}

func TestCancelledApplying(t *testing.T) {
	t.Parallel()
	b, found := changes(t)
	// A lock holds the activity up until the run is cancelled.
	tx, err := storetest.Connect(t, b.dsn).Begin()
	require.NoError(t, err)
	_, err = tx.Exec("SELECT * FROM sync_batch WHERE op = 'add' FOR UPDATE")
	require.NoError(t, err)
	cancel := make(chan struct{})
	heard := beats{hear: func([]any) { // the first beat comes while it waits
		select {
		case <-cancel:
		default:
			close(cancel)
		}
	}}
	_, err = execute(t, attempt{cancel: cancel, beats: &heard}, b.ApplyAdds, b.applyIn(found.Writer))
	require.ErrorContains(t, err, ": context canceled")
	require.NoError(t, tx.Rollback())

	require.Equal(t, [3]int64{2100, 1, 1}, b.apply(t, found))
	b.requireInventory(t, b.cloud.listed()...)
}

// A row that MySQL refuses fails alone; it is tried again at each run.
func TestRowThatTheDatabaseRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	db := storetest.Connect(t, b.dsn)
	_, err := db.Exec("ALTER TABLE resource_host MODIFY os VARCHAR(10) NOT NULL") // narrower than the program's
	require.NoError(t, err)
	long := func(h *resource.Host) { h.OS = strings.Repeat("x", 11) }
	b.cloud.set(append(hosts(0, 50), host("i-long", long)))
	found := b.compare(t, b.fetch(t))
	counts, err := execute(t, attempt{}, b.ApplyAdds, b.applyIn(found.Writer))
	require.NoError(t, err)
	require.Equal(t, store.Counts{Applied: 50, Failed: 1}, counts)
	b.requireInventory(t, hosts(0, 50)...)
	failures, err := b.store.RunFailures(t.Context(), b.run.ID, 10)
	require.NoError(t, err)
	require.Len(t, failures, 1)
	require.Equal(t, []string{"i-long", "add"}, []string{failures[0].NativeID, failures[0].Phase})
	require.Contains(t, failures[0].Reason, "Data too long for column 'os'")

	_, err = db.Exec("ALTER TABLE resource_host MODIFY os VARCHAR(255) NOT NULL")
	require.NoError(t, err)
	b.sync(t, "second")
}

// A row that was written after the comparison is not deleted because of it.
func TestDeletionLeavesARowThatChanged(t *testing.T) {
	t.Parallel()
	b, found := changes(t)
	_, err := storetest.Connect(t, b.dsn).Exec("UPDATE resource_host SET hash = REVERSE(hash) WHERE native_id = 'i-del'")
	require.NoError(t, err)
	counts, err := execute(t, attempt{}, b.confirmAndDelete, b.applyIn(found.Writer))
	require.NoError(t, err)
	require.Equal(t, store.Counts{Skipped: 1}, counts)
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE native_id = 'i-del'"))
}

func TestApplyingWithoutADatabase(t *testing.T) {
	t.Parallel()
	b, found := changes(t)
	mend := b.breakInserts(t, "resource_change")
	_, err := execute(t, attempt{number: 100}, b.ApplyAdds, b.applyIn(found.Writer))
	requireFailure(t, err, "Store", true)
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE native_id LIKE 'i-0%'"), "no row without its history")
	mend()
	require.Equal(t, [3]int64{2100, 1, 1}, b.apply(t, found))
}
