package index_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/index"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/store/storetest"
)

// total is how many hosts the index has.
func (b *bundle) total(t *testing.T) int64 {
	t.Helper()
	counts, err := b.Count(t.Context(), inventory.Count{Scope: inventory.Scope{Kinds: kinds[:1]}})
	require.NoError(t, err)
	return counts.Total
}

// A transaction may take ids, and commit after one that took later ones.
func TestAChangeThatAppearsLateIsTakenIn(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{})
	rows := inventorytest.RandomRows(b.rng, resource.HostKind, 30)
	b.apply(t, resource.HostKind, diff.Add, rows)
	b.fresh(t)
	uid := rows[0].RowMeta().UID

	late, err := b.db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = late.ExecContext(t.Context(), "DELETE FROM resource_host WHERE uid = ?", uid[:])
	require.NoError(t, err)
	_, err = late.ExecContext(t.Context(), `INSERT INTO resource_change (kind, uid, native_id, scope_id, run_id, op, changed_at)
		VALUES ('resource_host', ?, 'x', 1, 'late', 'delete', UTC_TIMESTAMP(6))`, uid[:])
	require.NoError(t, err)
	b.apply(t, resource.DatabaseKind, diff.Add, inventorytest.RandomRows(b.rng, resource.DatabaseKind, 5))
	b.fresh(t)
	require.EqualValues(t, 30, b.total(t), "nobody sees the transaction yet")
	require.NoError(t, late.Commit())
	b.fresh(t)
	require.EqualValues(t, 29, b.total(t))
}

// More changes may appear late than are read at once.
func TestManyChangesThatAppearLateAreTakenIn(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{})
	rows := inventorytest.RandomRows(b.rng, resource.HostKind, 30)
	b.apply(t, resource.HostKind, diff.Add, rows)
	b.fresh(t)
	uid := rows[0].RowMeta().UID

	late, err := b.db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	const change = `INSERT INTO resource_change (kind, uid, native_id, scope_id, run_id, op, changed_at) VALUES `
	const other = `('other', UNHEX(REPEAT('1', 32)), 'x', 1, 'late', 'delete', UTC_TIMESTAMP(6))`
	_, err = late.ExecContext(t.Context(), change+strings.Repeat(other+", ", 10_000)+other)
	require.NoError(t, err)
	_, err = late.ExecContext(t.Context(), "DELETE FROM resource_host WHERE uid = ?", uid[:])
	require.NoError(t, err)
	_, err = late.ExecContext(t.Context(), change+`('resource_host', ?, 'x', 1, 'late', 'delete', UTC_TIMESTAMP(6))`, uid[:])
	require.NoError(t, err)
	b.apply(t, resource.DatabaseKind, diff.Add, inventorytest.RandomRows(b.rng, resource.DatabaseKind, 5))
	b.fresh(t)
	require.EqualValues(t, 30, b.total(t), "nobody sees the transaction yet")
	require.NoError(t, late.Commit())
	b.fresh(t)
	require.EqualValues(t, 29, b.total(t))
}

// While the server is away the index answers what it knows, and says that it may be old.
func TestAnOutageOfTheDatabase(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{})
	rows := inventorytest.RandomRows(b.rng, resource.HostKind, 30)
	b.apply(t, resource.HostKind, diff.Add, rows)
	b.fresh(t)
	b.exec(t, "RENAME TABLE resource_change TO away")
	require.Eventually(t, func() bool { return b.State().Problem != "" }, time.Minute, time.Millisecond)
	asOf := b.State().AsOf
	require.EqualValues(t, 30, b.total(t))
	require.Equal(t, asOf, b.State().AsOf)
	b.exec(t, "RENAME TABLE away TO resource_change")
	storetest.KillConnections(t, b.dsn)
	b.requireEqual(t, 5)
	require.Empty(t, b.State().Problem)
}

// A database that was put back from a backup has another history, whose ids begin anew.
func TestAnotherHistoryIsReadAnew(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{})
	b.apply(t, resource.HostKind, diff.Add, inventorytest.RandomRows(b.rng, resource.HostKind, 60))
	b.fresh(t)
	version := b.State().Kinds[0].Version
	b.exec(t, "DELETE FROM resource_host LIMIT 20")
	b.exec(t, "TRUNCATE resource_change")
	b.apply(t, resource.DatabaseKind, diff.Add, inventorytest.RandomRows(b.rng, resource.DatabaseKind, 5))
	b.fresh(t)
	require.EqualValues(t, 40, b.total(t), "it is not up to date before it has been read anew")
	b.requireEqual(t, 5)
	require.NotEqual(t, version, b.State().Kinds[0].Version)
}

// A backup is put back table by table: what it has of a kind comes when the history is there
// already, and no change tells of it.
func TestTheHistoryIsPutBackBeforeTheRows(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{CompareEvery: 2 * time.Minute})
	b.apply(t, resource.HostKind, diff.Add, inventorytest.RandomRows(b.rng, resource.HostKind, 60))
	b.fresh(t)
	b.exec(t, "DELETE FROM resource_change WHERE id > 1")
	version := b.State().Kinds[0].Version
	require.Eventually(t, func() bool { return b.State().Kinds[0].Version != version }, time.Minute, time.Millisecond)
	b.exec(t, "DELETE FROM resource_host LIMIT 20")
	require.Eventually(t, func() bool { return b.total(t) == 40 }, time.Minute, time.Millisecond)
}

// What changes while a kind is read is read again.
func TestChangesWhileAKindIsRead(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{CompareEvery: time.Nanosecond}) // something is always read beside
	var rows []resource.Row
	for range 10 {
		more := inventorytest.RandomRows(b.rng, resource.HostKind, 20)
		b.apply(t, resource.HostKind, diff.Add, more)
		rows = append(rows, more...)
		b.apply(t, resource.HostKind, diff.Modify, inventorytest.Changed(b.rng, resource.HostKind, rows[:10]))
	}
	b.requireEqual(t, 20)
}

// Whoever pages through the rows while they change gets each that stays once.
func TestPagesWhileRowsChange(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{})
	stay := inventorytest.RandomRows(b.rng, resource.HostKind, 100)
	b.apply(t, resource.HostKind, diff.Add, stay)
	b.fresh(t)
	seen := map[resource.UID]int{}
	find := inventory.Find{Scope: inventory.Scope{Kinds: kinds[:1]}, Limit: 7}
	for {
		page, err := b.Find(t.Context(), find)
		require.NoError(t, err)
		for _, found := range page.Rows {
			seen[found.Row.RowMeta().UID]++
		}
		if find.After = page.Next; find.After.IsZero() {
			break
		}
		b.apply(t, resource.HostKind, diff.Add, inventorytest.RandomRows(b.rng, resource.HostKind, 100+len(seen))[100:][:2])
		b.fresh(t)
	}
	for _, row := range stay {
		require.Equal(t, 1, seen[row.RowMeta().UID])
	}
}

// A JSON column that somebody edited costs its values, and neither the row nor the kind.
func TestAColumnThatNobodyCanRead(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{})
	b.exec(t, `INSERT INTO resource_host (uid, hash, scope_id, provider, account, region, native_id, name, private_ips, tags, created_at, updated_at)
		VALUES (UNHEX(REPEAT('1', 32)), UNHEX(REPEAT('1', 32)), 1, 'aws', 'a', 'r', 'i', 'odd', '{"x": 1}', '["a", {"b": null}]', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`)
	require.Eventually(t, func() bool { b.fresh(t); return true }, time.Minute, time.Millisecond)
	x := index.New(b.store, kinds, index.Options{Every: time.Millisecond})
	go func() { _ = x.Run(t.Context()) }()
	require.NoError(t, x.WaitFresh(t.Context(), time.Now()))
	asked, err := query.Parse(`{name="odd",ip="",tag_a=""}`, []*query.Schema{query.SchemaOf(resource.HostKind)})
	require.NoError(t, err)
	counts, err := x.Count(t.Context(), inventory.Count{Scope: inventory.Scope{Kinds: kinds[:1], Query: asked}})
	require.NoError(t, err)
	require.EqualValues(t, 1, counts.Total, fmt.Sprint(counts))
}

// What somebody edited by hand, hash and all left as it was, only a verification finds; the
// rows are read again.
func TestVerifyFindsWhatWasEditedByHand(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{})
	rows := inventorytest.RandomRows(b.rng, resource.HostKind, 100)
	b.apply(t, resource.HostKind, diff.Add, rows)
	b.fresh(t)
	found, err := b.Verify(t.Context(), resource.HostKind)
	require.NoError(t, err)
	require.EqualValues(t, 100, found.Rows)
	require.Equal(t, []resource.UID{}, found.Wrong, "JSON has a list")

	edited, removed := rows[0].RowMeta().UID, rows[1].RowMeta().UID
	b.exec(t, `UPDATE resource_host SET tags = '{"new": "tag"}' WHERE uid = ?`, edited[:])
	b.exec(t, "DELETE FROM resource_host WHERE uid = ?", removed[:])
	found, err = b.Verify(t.Context(), resource.HostKind)
	require.NoError(t, err)
	require.EqualValues(t, 99, found.Rows)
	require.ElementsMatch(t, []resource.UID{edited, removed}, found.Wrong)
	b.requireEqual(t, 10)
	found, err = b.Verify(t.Context(), resource.HostKind)
	require.NoError(t, err)
	require.Empty(t, found.Wrong)
}

// Rows that change while they are verified are not wrong.
func TestVerifyWhileRowsChange(t *testing.T) {
	t.Parallel()
	b := setup(t, index.Options{})
	rows := inventorytest.RandomRows(b.rng, resource.HostKind, 60)
	b.apply(t, resource.HostKind, diff.Add, rows)
	b.fresh(t)
	for range 10 {
		b.apply(t, resource.HostKind, diff.Modify, inventorytest.Changed(b.rng, resource.HostKind, rows[:20]))
		found, err := b.Verify(t.Context(), resource.HostKind)
		require.NoError(t, err)
		require.Empty(t, found.Wrong)
	}
}
