package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// edit changes a row behind the store's back.
func (b *bundle) edit(t *testing.T, nativeID, set string, args ...any) {
	t.Helper()
	result, err := storetest.Connect(t, b.dsn).ExecContext(t.Context(),
		"UPDATE resource_host SET "+set+" WHERE native_id = ?", append(args, nativeID)...)
	require.NoError(t, err)
	n, err := result.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
}

// addHosts adds n hosts, in the order of their uids.
func (b *bundle) addHosts(t *testing.T, n int) {
	t.Helper()
	var rows []resource.Row
	for i := range n {
		rows = append(rows, host(fmt.Sprintf("i-%04d", i)))
	}
	require.EqualValues(t, n, b.put(t, diff.Add, 1, rows...).Applied)
}

// readAll reads the rows of the scope, page by page.
func (b *bundle) readAll(t *testing.T) (rows []resource.Row, unreadable []store.UnreadableRow, pages int) {
	t.Helper()
	for after := (*resource.UID)(nil); ; pages++ {
		page, err := b.ReadStored(t.Context(), resource.HostKind, b.lease.ScopeID, after)
		require.NoError(t, err)
		rows = append(rows, page.Rows...)
		unreadable = append(unreadable, page.Unreadable...)
		if after = page.Last; after == nil {
			return rows, unreadable, pages + 1
		}
	}
}

func TestReadStoredReadsEachRowOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addHosts(t, 2*store.VerifyRows)
	rows, unreadable, pages := b.readAll(t)
	require.Len(t, rows, 2*store.VerifyRows)
	require.Empty(t, unreadable)
	require.Equal(t, 3, pages, "the last one is empty")
	for i, row := range rows[1:] {
		require.Less(t, rows[i].RowMeta().UID.String(), row.RowMeta().UID.String())
	}
	ids, err := b.ScopesOfRows(t.Context(), resource.HostKind)
	require.NoError(t, err)
	require.Equal(t, []int64{b.lease.ScopeID}, ids)
}

// One row that somebody made unreadable hides no other.
func TestReadStoredIsolatesUnreadableRows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addHosts(t, 100)
	b.edit(t, "i-0007", "private_ips = ?", `{"a": 1}`)
	b.edit(t, "i-0070", "tags = ?", `["a"]`)
	rows, unreadable, _ := b.readAll(t)
	require.Len(t, rows, 98)
	require.Len(t, unreadable, 2)
	ids := []string{unreadable[0].NativeID, unreadable[1].NativeID}
	require.ElementsMatch(t, []string{"i-0007", "i-0070"}, ids)
	problems := []string{unreadable[0].Problem, unreadable[1].Problem}
	require.ElementsMatch(t, []string{"column private_ips holds JSON of another type: object", "column tags holds JSON of another type: array"}, problems)
}

func (b *bundle) drift(nativeID string, hash resource.Hash) store.Drift {
	return store.Drift{
		RunID: "verify-1", UID: hostScope.UID(nativeID), Kind: hostScope.Kind, ScopeID: b.lease.ScopeID,
		NativeID: nativeID, Hash: hash, What: "content", Reason: "the columns do not give the hash",
	}
}

func TestRecordDriftMarksWhatStillIsWhatWasSeen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addHosts(t, 3)
	rows, _, _ := b.readAll(t)
	hashes := map[string]resource.Hash{}
	for _, row := range rows {
		hashes[row.RowMeta().NativeID] = row.RowMeta().Hash
	}
	drifted := []store.Drift{
		b.drift("i-0000", hashes["i-0000"]), b.drift("i-0001", resource.Hash{9}), b.drift("i-0002", hashes["i-0002"]),
	}
	marked, err := b.RecordDrift(t.Context(), resource.HostKind, drifted[:2], false)
	require.NoError(t, err)
	require.Zero(t, marked)
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE hash = ?", store.MarkedHash[:]))

	for i := range drifted {
		drifted[i].RunID = "verify-2"
	}
	for range 2 { // once more, as after a lost answer
		marked, err = b.RecordDrift(t.Context(), resource.HostKind, drifted[:2], true)
		require.NoError(t, err)
		require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE hash = ?", store.MarkedHash[:]))
		require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE native_id = 'i-0000' AND hash = ?", store.MarkedHash[:]))
		drifted[0].Hash = store.MarkedHash // what another attempt reads
	}
	require.EqualValues(t, 1, marked)
	require.Equal(t, 4, b.count(t, "SELECT COUNT(*) FROM sync_drift"))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_drift WHERE marked"))

	marked, err = b.RecordDrift(t.Context(), resource.HostKind, nil, true)
	require.NoError(t, err)
	require.Zero(t, marked)
}

// A row that nobody can read is made readable, so that a sync can rewrite it. It
// loses no more than has to go.
func TestRecordDriftMakesRowsReadable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.put(t, diff.Add, 1, host("i-0000", func(h *resource.Host) { h.PublicIPs = []string{"8.8.8.8"} }))
	b.edit(t, "i-0000", "tags = ?, public_ips = ?", `["a"]`, `{"a": 1}`)
	_, unreadable, _ := b.readAll(t)
	drift := b.drift("i-0000", unreadable[0].Hash)
	drift.Unreadable = true
	marked, err := b.RecordDrift(t.Context(), resource.HostKind, []store.Drift{drift}, true)
	require.NoError(t, err)
	require.EqualValues(t, 1, marked)
	rows, unreadable, _ := b.readAll(t)
	require.Empty(t, unreadable)
	row := rows[0].(*resource.Host)
	require.Empty(t, row.Tags)
	require.Empty(t, row.PublicIPs)
	require.Equal(t, "host i-0000", row.Name, "the rest stays")
	require.Equal(t, []string{"10.0.0.1", "10.0.0.2"}, row.PrivateIPs)
}

// A modification writes the columns of the identity, too.
func TestModifyRewritesTheIdentityColumns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addHosts(t, 1)
	b.edit(t, "i-0000", "region = 'moon', hash = ?", store.MarkedHash[:])
	require.Equal(t, store.Counts{Applied: 1}, b.put(t, diff.Modify, 2, host("i-0000")))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE region = 'beijing'"))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'modify' "+
		"AND JSON_CONTAINS(fields, JSON_OBJECT('field', 'region', 'old', 'moon', 'new', 'beijing'))"))
}

func TestHashedSinceTellsVersionsApart(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewMigrated(t)
	now := started
	s, err := store.Open(t.Context(), dsn, store.Options{Now: func() time.Time { return now }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })

	one, two := resource.Define[resource.Host]("resource_host", 1), resource.Define[resource.Host]("resource_host", 2)
	since := func(kind *resource.Kind) time.Time {
		at, err := s.HashedSince(t.Context(), kind)
		require.NoError(t, err)
		return at
	}
	require.Equal(t, time.Unix(0, 0).UTC(), since(one), "the first version counts from the beginning")
	now = now.Add(time.Hour)
	upgraded := now.Truncate(time.Microsecond)
	require.Equal(t, upgraded, since(two))
	now = now.Add(time.Hour)
	require.Equal(t, upgraded, since(two))
	require.Equal(t, now.Truncate(time.Microsecond), since(one), "back to the earlier version")
	require.Equal(t, time.Unix(0, 0).UTC(), since(resource.DiskKind), "each kind has its own")
}
