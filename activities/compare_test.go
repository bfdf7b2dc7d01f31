package activities_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/staged"
	"cloudsync/store/storetest"
)

func TestSyncMakesTheInventoryEqualTheCloud(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 1500), hosts(1500, 2500))
	found := b.compare(t, b.fetch(t))
	require.Equal(t, activities.ComputeDiffOut{Writer: found.Writer, CloudNum: 2500, ToAdd: 2500}, found)
	require.Equal(t, 3, b.count(t, "SELECT COUNT(*) FROM sync_batch WHERE op = 'add'"), "batches of 1,000 rows")
	require.Equal(t, [3]int64{2500}, b.apply(t, found))
	b.requireInventory(t, hosts(0, 2500)...)

	b.begin(t, "second")
	changed := append(hosts(5, 2500), host("i-new-1"), host("i-new-2"))
	for _, row := range changed[:7] {
		renamed(row)
	}
	b.cloud.set(changed)
	found = b.compare(t, b.fetch(t))
	gone := resource.Digest{}
	for _, row := range hosts(0, 5) {
		resource.HostKind.PlaceInTree(row, b.tagKeys())
		require.NoError(t, resource.HostKind.Seal(row, beijing, b.scope.ID))
		gone.Add(row.Entry())
	}
	require.Equal(t, activities.ComputeDiffOut{Writer: found.Writer, CloudNum: 2497, DBNum: 2500, ToAdd: 2, ToMod: 7, ToDel: 5, Deletions: gone}, found)
	require.Equal(t, [3]int64{2, 7, 5}, b.apply(t, found))
	b.requireInventory(t, changed...)
	for op, rows := range map[diff.Op]int{diff.Add: 2, diff.Modify: 7, diff.Delete: 5} {
		require.Equal(t, rows, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE run_id = 'second' AND op = ?", op), op)
	}
}

// bk-cmdb never revived a host that was marked destroyed.
func TestDeletedHostComesBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 3))
	b.sync(t, "first")
	b.cloud.set(hosts(0, 2))
	b.sync(t, "second")
	b.cloud.set(hosts(0, 3))
	b.sync(t, "third")
	require.Equal(t, 5, b.count(t, "SELECT COUNT(*) FROM resource_change"))
}

func TestPlacementComesFromTheTags(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set([]*resource.Host{host("i-1", func(h *resource.Host) {
		h.Tags = map[string]string{"stree_group": "ads", "stree_product": "k8s", "stree_app": "es"}
	})})
	b.sync(t, "first")
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE stree_group = 'ads' AND stree_product = 'k8s' AND stree_app = 'es'"))
}

// Offset paging repeats a row where another was skipped: what is not listed is asked for
// by its id, and the run says what it missed.
func TestDuplicateThatHidesASkippedRow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 3))
	b.sync(t, "first")
	b.begin(t, "second")
	b.cloud.announce(3, hosts(0, 1), append(hosts(0, 1), hosts(2, 3)...))
	b.cloud.hidden = []string{"i-0001"}
	snapshot := b.fetch(t)
	require.EqualValues(t, 3, snapshot.Listed)
	found := b.compare(t, snapshot)
	require.Equal(t, [2]int64{2, 1}, [2]int64{found.CloudNum, found.ToDel})
	require.Contains(t, found.Moved, "has 2 of 3 announced resources")
	b.apply(t, found)
	b.requireInventory(t, hosts(0, 3)...)
}

func TestDuplicatesThatHideNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 3))
	b.sync(t, "first")
	b.begin(t, "second")
	b.cloud.announce(3, hosts(0, 2), hosts(1, 3), hosts(0, 3))
	found := b.compare(t, b.fetch(t))
	require.Equal(t, activities.ComputeDiffOut{Writer: found.Writer, CloudNum: 3, DBNum: 3}, found)
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_batch"))
}

// A row that changes between two pages is listed twice, with two contents: it is
// added once, and one of them is stored.
func TestDuplicateWithAnotherContent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.announce(2, hosts(0, 2), []*resource.Host{host("i-0000", renamed)})
	found := b.compare(t, b.fetch(t))
	require.EqualValues(t, 2, found.ToAdd)
	require.Zero(t, found.ToMod)
	b.apply(t, found)
	b.requireInventory(t, hosts(0, 2)...)
}

// cloudquery dropped a row that failed to resolve, and its sweep deleted the
// stored one.
func TestUnusableRowKeepsWhatIsStored(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 20))
	b.sync(t, "first")
	b.begin(t, "second")
	b.cloud.set(append(hosts(2, 20), host("i-0001", unusable), host("i-new", unusable)))
	snapshot := b.fetch(t)
	found := b.compare(t, snapshot)
	require.EqualValues(t, 20, found.CloudNum, "unusable, but there")
	require.EqualValues(t, 2, found.Unusable)
	require.Zero(t, found.Unidentified)
	require.EqualValues(t, 1, found.ToDel)
	require.Zero(t, found.ToAdd+found.ToMod)
	require.Empty(t, diff.DefaultPolicy().Judge(diff.Deletions{Rows: found.DBNum, Gone: found.ToDel, Unidentified: found.Unidentified}).Reason)
	b.apply(t, found)
	b.requireInventory(t, hosts(1, 20)...)

	// A retry records the same failures, not twice as many.
	_, err := execute(t, attempt{number: 2}, b.ComputeDiff, b.compareIn(snapshot))
	require.NoError(t, err)
	failures, err := b.store.RunFailures(t.Context(), b.run.ID, 100)
	require.NoError(t, err)
	require.Len(t, failures, 2)
	slices.SortFunc(failures, func(a, b store.Failure) int { return strings.Compare(a.NativeID, b.NativeID) })
	for i, native := range []string{"i-0001", "i-new"} {
		uid := beijing.UID(native)
		require.Equal(t, &uid, failures[i].UID)
		require.Equal(t, []string{native, store.PhaseList, `field name: "a\xffb" is not valid UTF-8`},
			[]string{failures[i].NativeID, failures[i].Phase, failures[i].Reason})
	}
}

// A resource without a usable row exists all the same, and so does one without an id.
func TestProblemKeepsWhatIsStored(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 20))
	b.sync(t, "first")
	b.begin(t, "second")
	b.cloud.set(hosts(2, 20))
	b.cloud.report(cloud.Problem{NativeID: "i-0001", Text: "no list has its interface"}, cloud.Problem{Text: "it has no id"})
	found := b.compare(t, b.fetch(t))
	require.EqualValues(t, 20, found.CloudNum)
	require.Equal(t, [2]int64{2, 1}, [2]int64{found.Unusable, found.Unidentified})
	require.Equal(t, [3]int64{0, 0, 1}, [3]int64{found.ToAdd, found.ToMod, found.ToDel}, "i-0000 alone is gone")
	failures, err := b.store.RunFailures(t.Context(), b.run.ID, 100)
	require.NoError(t, err)
	require.Len(t, failures, 2)
	slices.SortFunc(failures, func(a, b store.Failure) int { return strings.Compare(a.NativeID, b.NativeID) })
	require.Equal(t, []string{"it has no id", "no list has its interface"}, []string{failures[0].Reason, failures[1].Reason})
	require.Nil(t, failures[0].UID)
	require.Equal(t, beijing.UID("i-0001"), *failures[1].UID)
}

// Any of the stored rows may be the one without an id.
func TestRowWithoutIDHoldsDeletions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 20))
	b.sync(t, "first")
	b.begin(t, "second")
	b.cloud.set(append(hosts(1, 19), host("i-0019", renamed), host(""), host(strings.Repeat("x", 600))))
	found := b.compare(t, b.fetch(t))
	require.EqualValues(t, 21, found.CloudNum)
	require.EqualValues(t, 2, found.Unusable)
	require.EqualValues(t, 2, found.Unidentified)
	require.Equal(t, [3]int64{0, 1, 1}, [3]int64{found.ToAdd, found.ToMod, found.ToDel})
	require.NotEmpty(t, diff.DefaultPolicy().Judge(diff.Deletions{Rows: found.DBNum, Gone: found.ToDel, Unidentified: found.Unidentified}).Reason)

	failures, err := b.store.RunFailures(t.Context(), b.run.ID, 100)
	require.NoError(t, err)
	require.Len(t, failures, 2)
	require.Nil(t, failures[0].UID)
	require.Equal(t, resource.ErrNoID.Error(), failures[0].Reason)
	require.Contains(t, failures[1].Reason, "native_id has 600 characters, at most 512 fit")
	require.Len(t, failures[1].NativeID, 512)
}

// A poisoned listing is counted in full and recorded in part.
func TestManyUnusableRows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var rows []*resource.Host
	for i := range 1200 {
		rows = append(rows, host(fmt.Sprintf("i-%04d", i), unusable))
	}
	b.cloud.set(append(rows, host("i-good")))
	found := b.compare(t, b.fetch(t))
	require.EqualValues(t, 1200, found.Unusable)
	require.EqualValues(t, 1, found.ToAdd)
	require.Equal(t, 1000, b.count(t, "SELECT COUNT(*) FROM sync_row_failure"))
}

// An attempt that was given up may have written batches, or may still write
// some: none of them belongs to the attempt that succeeded.
func TestRetriedComparisonHasBatchesOfItsOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 1005))
	snapshot := b.fetch(t)
	stray := func(op diff.Op, id string) { // what the first attempt writes, before or after
		w := b.store.NewBatchWriter(store.BatchSet{Lease: b.lease(), Writer: 1, Op: op})
		row := host(id)
		encoded, err := resource.HostKind.Sealer(beijing, b.scope.ID).Append(nil, row)
		require.NoError(t, err)
		require.NoError(t, w.Add(t.Context(), staged.Item{Entry: row.Entry(), Row: encoded}))
		require.NoError(t, w.Flush(t.Context()))
	}
	stray(diff.Add, "i-early")
	found, err := execute(t, attempt{number: 2}, b.ComputeDiff, b.compareIn(snapshot))
	require.NoError(t, err)
	require.Equal(t, activities.ComputeDiffOut{Writer: found.Writer, CloudNum: 1005, ToAdd: 1005}, found)
	stray(diff.Modify, "i-late")
	stray(diff.Delete, "i-0000")

	require.Equal(t, [3]int64{1005}, b.apply(t, found))
	b.requireInventory(t, hosts(0, 1005)...)
	require.Equal(t, 3, b.count(t, "SELECT COUNT(*) FROM sync_batch WHERE writer = 1 AND applied_at IS NULL"))
}

// Staged data that is damaged stays damaged: another attempt reads the same.
func TestDamagedSnapshot(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 10))
	snapshot := b.fetch(t)
	_, err := storetest.Connect(t, b.dsn).Exec("UPDATE sync_stage SET payload = LEFT(payload, LENGTH(payload) - 3)")
	require.NoError(t, err)
	_, err = execute(t, attempt{}, b.ComputeDiff, b.compareIn(snapshot))
	requireFailure(t, err, "Corrupt", false)
}

func TestComparisonWithoutADatabase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 10))
	snapshot := b.fetch(t)
	b.breakInserts(t, "sync_batch")
	_, err := execute(t, attempt{number: 100}, b.ComputeDiff, b.compareIn(snapshot))
	requireFailure(t, err, "Store", true)
}

// A row that is stored with the same hash is staged without its content. If somebody
// writes to it before the comparison, there is nothing to write over it: the scope
// fails, and the next run gets it right.
func TestInventoryThatChangesBeforeTheComparison(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set([]*resource.Host{host("i-1"), host("i-2")})
	b.sync(t, "first")
	for id, change := range map[string]string{
		"i-1": "UPDATE resource_host SET hash = REVERSE(hash) WHERE native_id = 'i-1'",
		"i-2": "DELETE FROM resource_host WHERE native_id = 'i-2'",
	} {
		b.begin(t, "before "+id)
		b.cloud.set([]*resource.Host{host("i-1"), host("i-2"), host("new beside " + id)})
		snapshot := b.fetch(t)
		_, err := storetest.Connect(t, b.dsn).Exec(change)
		require.NoError(t, err)
		b.Activities = activities.New(b.deps()) // another worker, which reads the inventory again
		_, err = execute(t, attempt{}, b.ComputeDiff, b.compareIn(snapshot))
		requireFailure(t, err, "InventoryChanged", false)
		b.sync(t, "after "+id)
		b.requireInventory(t, b.cloud.listed()...)
	}
}

// A worker compares with what it read when it claimed the scope. If somebody writes to
// the inventory in between, the next run gets it right.
func TestInventoryThatChangesWithinAWorker(t *testing.T) {
	t.Parallel()
	for _, changed := range []string{"before the listing", "after the listing"} {
		t.Run(changed, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.cloud.set([]*resource.Host{host("i-1"), host("i-2"), host("i-3")})
			b.sync(t, "first")
			b.begin(t, "second")
			b.cloud.set([]*resource.Host{host("i-1"), host("i-new"), host("i-3", renamed)})
			var snapshot activities.FetchCloudOut
			if changed == "after the listing" {
				snapshot = b.fetch(t)
			}
			for _, change := range []string{
				"UPDATE resource_host SET hash = REVERSE(hash), name = 'edited' WHERE native_id IN ('i-1', 'i-2')",
				"DELETE FROM resource_host WHERE native_id = 'i-3'",
			} {
				_, err := storetest.Connect(t, b.dsn).Exec(change)
				require.NoError(t, err)
			}
			if changed == "before the listing" {
				snapshot = b.fetch(t)
			}
			found := b.compare(t, snapshot)
			require.Equal(t, [3]int64{1, 1, 1}, [3]int64{found.ToAdd, found.ToMod, found.ToDel})
			require.Equal(t, [3]int64{1, 1, 0}, b.apply(t, found), "a deletion checks the row")
			b.sync(t, "third")
			b.requireInventory(t, b.cloud.listed()...)
		})
	}
}

// Another worker than the one that claimed the scope reads the inventory itself.
func TestListingInAnotherWorker(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set([]*resource.Host{host("i-1"), host("i-2")}, []*resource.Host{host("i-3")})
	b.sync(t, "first")
	b.begin(t, "second")
	b.Activities = activities.New(b.deps())
	require.True(t, b.fetch(t).Unchanged)
	b.cloud.set([]*resource.Host{host("i-1"), host("i-2", renamed)}, []*resource.Host{host("i-4")})
	snapshot := b.fetch(t)
	b.Activities = activities.New(b.deps())
	found := b.compare(t, snapshot)
	require.Equal(t, [3]int64{1, 1, 1}, [3]int64{found.ToAdd, found.ToMod, found.ToDel})
	require.Equal(t, [3]int64{1, 1, 1}, b.apply(t, found))
	b.requireInventory(t, b.cloud.listed()...)
}

// A scope's staging has the rows that differ, and the entries of the rest.
func TestUnchangedRowsAreStagedWithoutTheirContent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 3000))
	b.sync(t, "first")
	b.begin(t, "second")
	b.cloud.set(append(hosts(0, 2999), host("i-new")))
	found := b.compare(t, b.fetch(t))
	require.Equal(t, [3]int64{1, 0, 1}, [3]int64{found.ToAdd, found.ToMod, found.ToDel})
	require.Less(t, b.count(t, "SELECT SUM(LENGTH(payload)) FROM sync_stage"), 3000*(2*resource.Size+8))
	require.Equal(t, [3]int64{1, 0, 1}, b.apply(t, found))
	b.requireInventory(t, b.cloud.listed()...)
}
