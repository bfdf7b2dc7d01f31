package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/schema"
	"cloudsync/store"
	"cloudsync/store/staged"
	"cloudsync/store/storetest"
)

var hostScope = resource.Scope{Kind: "resource_host", Provider: "mock", Account: "demo", Region: "beijing"}

// bundle is a claimed scope on a database of its own.
type bundle struct {
	*store.Store
	dsn   string
	run   store.RunRef
	lease store.Lease
}

func setup(t *testing.T) *bundle {
	t.Helper()
	dsn := storetest.NewMigrated(t)
	b := &bundle{Store: storetest.OpenDSN(t, dsn), dsn: dsn}
	b.claim(t, "run-1")
	return b
}

func (b *bundle) claim(t *testing.T, runID string) {
	t.Helper()
	ids, err := b.EnsureScopes(t.Context(), hostScope.Kind, []resource.Scope{hostScope})
	require.NoError(t, err)
	b.run, err = b.BeginRun(t.Context(), store.Run{RunID: runID, Kind: hostScope.Kind, StartedAt: time.Now()})
	require.NoError(t, err)
	claims, err := b.ClaimScopes(t.Context(), b.run, ids)
	require.NoError(t, err)
	require.Len(t, claims, 1)
	require.Equal(t, hostScope, claims[0].Scope)
	b.lease = claims[0].Lease
}

func host(id string, change ...func(*resource.Host)) *resource.Host {
	h := &resource.Host{
		Meta: resource.Meta{NativeID: id}, Name: "host " + id, Status: "Running", VCPU: 4, MemoryMiB: 8192,
		PrivateIPs: []string{"10.0.0.2", "10.0.0.1"}, Tags: map[string]string{"os": "linux", "team's": `a\b "c" 数`},
		CloudCreatedAt: time.Date(2024, 4, 14, 22, 32, 0, 123456789, time.FixedZone("CST", 8*3600)),
	}
	for _, change := range change {
		change(h)
	}
	return h
}

// put writes the rows as batches of one operation and applies them.
func (b *bundle) put(t *testing.T, op diff.Op, writer int, rows ...resource.Row) store.Counts {
	t.Helper()
	set := b.write(t, op, writer, rows...)
	return b.apply(t, set)
}

func (b *bundle) write(t *testing.T, op diff.Op, writer int, rows ...resource.Row) store.BatchSet {
	t.Helper()
	set := store.BatchSet{Lease: b.lease, Writer: writer, Op: op}
	w := b.NewBatchWriter(set)
	for _, row := range rows {
		encoded, err := resource.HostKind.Sealer(hostScope, b.lease.ScopeID).Append(nil, row)
		require.NoError(t, err)
		require.NoError(t, w.Add(t.Context(), staged.Item{Entry: row.RowMeta().Entry(), Row: encoded}))
	}
	require.NoError(t, w.Flush(t.Context()))
	return set
}

func (b *bundle) apply(t *testing.T, set store.BatchSet) store.Counts {
	t.Helper()
	seqs, err := b.PendingBatches(t.Context(), set)
	require.NoError(t, err)
	for _, seq := range seqs {
		require.NoError(t, b.ApplyBatch(t.Context(), resource.HostKind, hostScope, set, seq))
	}
	counts, err := b.SumBatches(t.Context(), set)
	require.NoError(t, err)
	return counts
}

func (b *bundle) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, storetest.Connect(t, b.dsn).QueryRow(query, args...).Scan(&n))
	return n
}

func TestAddModifyDelete(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var rows []resource.Row
	for i := range 2500 {
		rows = append(rows, host(fmt.Sprintf("i-%04d", i)))
	}

	require.Equal(t, store.Counts{Applied: 2500}, b.put(t, diff.Add, 1, rows...))
	require.Equal(t, 3, b.count(t, "SELECT COUNT(*) FROM sync_batch"), "batches of 1,000 rows")

	renamed := host("i-0001", func(h *resource.Host) { h.Name, h.PublicIPs = "new", []string{"8.8.8.8"} })
	require.Equal(t, store.Counts{Applied: 1}, b.put(t, diff.Modify, 1, renamed))
	require.Equal(t, store.Counts{Applied: 2}, b.put(t, diff.Delete, 1, rows[2], rows[3]))

	local, err := b.FoldScope(t.Context(), resource.HostKind, b.lease.ScopeID)
	require.NoError(t, err)
	var want resource.Digest
	want.Add(renamed.Entry())
	for i, row := range rows {
		if i != 1 && i != 2 && i != 3 {
			want.Add(row.RowMeta().Entry())
		}
	}
	require.Equal(t, want, local)
	requireHistory(t, b, renamed.UID)
}

func requireHistory(t *testing.T, b *bundle, uid resource.UID) {
	t.Helper()
	require.Equal(t, 2500, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'add'"))
	require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'delete' AND JSON_VALUE(image, '$.native_id') LIKE 'i-000_'"))
	db := storetest.Connect(t, b.dsn)
	var fields []byte
	require.NoError(t, db.QueryRow("SELECT fields FROM resource_change WHERE op = 'modify' AND uid = ?", uid[:]).Scan(&fields))
	var changes []resource.FieldChange
	require.NoError(t, json.Unmarshal(fields, &changes))
	require.Equal(t, []resource.FieldChange{
		{Field: "name", Old: json.RawMessage(`"host i-0001"`), New: json.RawMessage(`"new"`)},
		{Field: "public_ips", Old: json.RawMessage(`null`), New: json.RawMessage(`["8.8.8.8"]`)},
	}, changes)
}

// A row read back from its columns has the hash it was stored with: what is
// hashed is what is stored, quotes, time zones and nulls included.
func TestStoredRowsHashAsTheyWere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	full, empty := host("i-full"), &resource.Host{Meta: resource.Meta{NativeID: "i-empty"}}
	b.put(t, diff.Add, 1, full, empty)

	// Setting a modification of the very same rows finds no field that differs.
	require.Equal(t, store.Counts{Rehashed: 2}, b.put(t, diff.Modify, 2, host("i-full"), &resource.Host{Meta: resource.Meta{NativeID: "i-empty"}}))
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'modify'"))
}

func TestBatchIsAppliedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	set := b.write(t, diff.Add, 1, host("i-1"), host("i-2"))
	for range 3 {
		require.NoError(t, b.ApplyBatch(t.Context(), resource.HostKind, hostScope, set, 0))
	}
	require.Equal(t, store.Counts{Applied: 2}, b.apply(t, set))
	require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM resource_change"))
}

func TestSupersededRunIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.put(t, diff.Add, 1, host("i-1"))
	old := *b
	set := old.write(t, diff.Delete, 1, host("i-1"))
	b.claim(t, "run-2")

	err := old.ApplyBatch(t.Context(), resource.HostKind, hostScope, set, 0)
	require.ErrorIs(t, err, store.ErrSuperseded)
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_host"))

	_, err = old.ClaimScopes(t.Context(), old.run, []int64{old.lease.ScopeID})
	require.ErrorIs(t, err, store.ErrSuperseded, "a late claim of an old run")
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_batch"), "the newer claim swept what the old run left")
}

// A late batch written after the sweep still meets the fence.
func TestFenceStopsALateBatch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.put(t, diff.Add, 1, host("i-1"))
	old := *b
	b.claim(t, "run-2")
	set := old.write(t, diff.Delete, 1, host("i-1"))
	require.ErrorIs(t, old.ApplyBatch(t.Context(), resource.HostKind, hostScope, set, 0), store.ErrSuperseded)
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_host"))
}

func TestRefusedRowIsIsolated(t *testing.T) {
	t.Parallel()
	b := setup(t)
	// A column narrower than the program's: the row passes our own checks, and
	// MySQL refuses it.
	_, err := storetest.Connect(t, b.dsn).Exec("ALTER TABLE resource_host MODIFY os VARCHAR(10) NOT NULL")
	require.NoError(t, err)
	var rows []resource.Row
	for i := range 100 {
		rows = append(rows, host(fmt.Sprintf("i-%02d", i), func(h *resource.Host) {
			if i == 17 || i == 63 {
				h.OS = strings.Repeat("x", 11)
			}
		}))
	}
	for _, op := range []diff.Op{diff.Add, diff.Modify} {
		counts := b.put(t, op, 1, rows...)
		require.EqualValues(t, 2, counts.Failed, op)
		require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM sync_row_failure WHERE phase = ? AND reason LIKE '%Data too long%' AND native_id IN ('i-17', 'i-63')", op))
		require.Equal(t, 98, b.count(t, "SELECT COUNT(*) FROM resource_host"))
		require.Equal(t, 98, b.count(t, "SELECT COUNT(*) FROM resource_change"))
	}
}

func TestRowThatIsThereAlready(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.put(t, diff.Add, 1, host("i-1"))
	changed := host("i-1", func(h *resource.Host) { h.Name = "other" })
	require.Equal(t, store.Counts{Applied: 2}, b.put(t, diff.Add, 2, changed, host("i-2")))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'modify'"))
	require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'add'"))
}

func TestDeletionSparesARowThatChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.put(t, diff.Add, 1, host("i-1"), host("i-2"))
	stale := host("i-1", func(h *resource.Host) { h.Name = "as it was before" })
	require.Equal(t, store.Counts{Applied: 1, Skipped: 2}, b.put(t, diff.Delete, 1, stale, host("i-2"), host("i-3")))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE native_id = 'i-1'"))
}

func TestMigrateByManyAtOnce(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewDatabase(t)
	const processes = 4
	applied := make(chan int, processes)
	failed := make(chan error, processes)
	for range processes {
		s := storetest.OpenDSN(t, dsn)
		go func() {
			names, err := s.Migrate(context.Background())
			applied <- len(names)
			failed <- err
		}()
	}
	total := 0
	for range processes {
		require.NoError(t, <-failed)
		total += <-applied
	}
	migrations, err := schema.Migrations()
	require.NoError(t, err)
	require.Len(t, migrations.Sorted(), total, "each migration is applied once")
}

// An account that may not change the schema can ask whether it is up to date; one
// connection is enough for everything.
func TestMigrateWithoutPendingOnlyReads(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s, err := store.Open(t.Context(), b.dsn, store.Options{MaxOpenConns: 1})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	_, err = storetest.Connect(t, b.dsn).Exec("DELETE FROM sync_migration WHERE name = '0003'")
	require.NoError(t, err)
	names, err := s.Migrate(t.Context())
	require.NoError(t, err)
	require.Len(t, names, 1)
	_, err = storetest.Connect(t, b.dsn).Exec("DROP TABLE sync_migration_lock")
	require.NoError(t, err)
	names, err = s.Migrate(t.Context())
	require.NoError(t, err)
	require.Empty(t, names)
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'sync_migration_lock'"))
}
