package store_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/shorttest"
	"cloudsync/store"
	"cloudsync/store/staged"
	"cloudsync/store/storetest"
)

// anyHost draws a host with whatever a cloud may write into it.
func anyHost(id string) *rapid.Generator[*resource.Host] {
	text := rapid.StringOfN(rapid.OneOf(
		rapid.RuneFrom([]rune(`'"\%_?;,:{}[] `+"\n\r\t\x1a\b\u2028\ufeff\U0001F600\u0301é数")),
		rapid.Rune().Filter(func(r rune) bool { return r != 0 && utf8.ValidRune(r) }),
	), 0, 12, -1)
	microseconds := rapid.Int64Range(time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC).UnixMicro())
	instant := rapid.OneOf(rapid.Just(time.Time{}), rapid.Map(microseconds, time.UnixMicro))
	return rapid.Custom(func(t *rapid.T) *resource.Host {
		return &resource.Host{
			Meta: resource.Meta{NativeID: id + text.Draw(t, "id")}, Name: text.Draw(t, "name"), Status: text.Draw(t, "status"),
			VCPU: rapid.Int64Min(0).Draw(t, "vcpu"), MemoryMiB: rapid.Int64Range(0, 2).Draw(t, "memory"),
			PrivateIPs: rapid.SliceOfN(text, 0, 3).Draw(t, "private IPs"), PublicIPs: rapid.SliceOfN(text, 0, 3).Draw(t, "public IPs"),
			Tags: rapid.MapOfN(text, text, 0, 3).Draw(t, "tags"), OS: text.Draw(t, "os"),
			CloudCreatedAt: instant.Draw(t, "created"), ExpiresAt: instant.Draw(t, "expires"),
		}
	})
}

// What is stored is what was hashed, whatever the texts hold: else the row would
// be modified at each run, and its history wrong.
func TestAnyRowIsStoredAsItWasHashed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	writer := 0
	rapid.Check(t, func(rt *rapid.T) {
		writer++
		var rows, same []resource.Row
		for i := range rapid.IntRange(1, 10).Draw(rt, "rows") {
			row := anyHost(fmt.Sprintf("i-%d-%d", writer, i)).Draw(rt, "row")
			again := *row
			rows, same = append(rows, row), append(same, &again)
		}
		require.Equal(rt, store.Counts{Applied: int64(len(rows))}, b.put(t, diff.Add, writer, rows...))
		require.Equal(rt, store.Counts{Rehashed: int64(len(rows))}, b.put(t, diff.Modify, writer, same...))
		require.Equal(rt, store.Counts{Applied: int64(len(rows))}, b.put(t, diff.Delete, writer, rows...))
	})
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM resource_host"))
}

func TestScopesAreReadApart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.put(t, diff.Add, 1, host("i-2"), host("i-1"))
	there := *b
	other := b.ensure(t, scopeIn("shanghai"))
	claims, err := b.ClaimScopes(t.Context(), b.run, other)
	require.NoError(t, err)
	there.lease = claims[0].Lease

	digest, err := b.FoldScope(t.Context(), resource.HostKind, there.lease.ScopeID)
	require.NoError(t, err)
	require.Equal(t, resource.Digest{}, digest)
	stored, err := b.LoadScope(t.Context(), resource.HostKind, there.lease.ScopeID, 0)
	require.NoError(t, err)
	require.Empty(t, stored.Entries)
	require.Equal(t, resource.Digest{}, stored.Digest)

	digest, err = b.FoldScope(t.Context(), resource.HostKind, b.lease.ScopeID)
	require.NoError(t, err)
	stored, err = b.LoadScope(t.Context(), resource.HostKind, b.lease.ScopeID, 100)
	require.NoError(t, err)
	require.Len(t, stored.Entries, 2)
	require.Negative(t, strings.Compare(stored.Entries[0].UID.String(), stored.Entries[1].UID.String()), "by UID")
	require.Equal(t, storedOf(stored.Entries...), stored)
	require.Equal(t, digest, stored.Digest)
}

func TestScopesAreShownOneAfterTheOther(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var ids []int64
	want := map[int64]resource.Stored{}
	for i, names := range [][]string{{"i-2", "i-1"}, {}, {"i-4", "i-5", "i-3"}, {}, {"i-9"}, {}} {
		claims, err := b.ClaimScopes(t.Context(), b.run, b.ensure(t, scopeIn(fmt.Sprintf("region-%d", i))))
		require.NoError(t, err)
		there := *b
		there.lease = claims[0].Lease
		var rows []resource.Row
		for _, name := range names {
			rows = append(rows, host(name))
		}
		if len(rows) > 0 {
			there.put(t, diff.Add, i+1, rows...)
		}
		id := claims[0].ScopeID
		stored, err := b.LoadScope(t.Context(), resource.HostKind, id, 0)
		require.NoError(t, err)
		require.Len(t, stored.Entries, len(names))
		ids, want[id] = append([]int64{id}, ids...), stored
	}

	for asked := 1; asked <= len(ids); asked++ {
		shown, order := map[int64]resource.Stored{}, []int64(nil)
		var entries []resource.Entry
		err := b.ShowScopes(t.Context(), resource.HostKind, ids[:asked], func(entry resource.Entry) {
			entries = append(entries, entry)
		}, func(scopeID int64, digest resource.Digest) {
			order, shown[scopeID] = append(order, scopeID), resource.Stored{Entries: append([]resource.Entry{}, entries...), Digest: digest}
			entries = nil
		})
		require.NoError(t, err)
		require.ElementsMatch(t, ids[:asked], order, "each once")
		for _, id := range ids[:asked] {
			require.Equal(t, want[id], shown[id])
		}
	}
}

// A part of a scope is no scope, nor is what was not read an empty one.
func TestNoScopeIsDoneThatWasNotRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.put(t, diff.Add, 1, host("i-2"), host("i-1"))
	empty := b.ensure(t, scopeIn("shanghai"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := b.ShowScopes(ctx, resource.HostKind, append(empty, b.lease.ScopeID), func(resource.Entry) {}, func(int64, resource.Digest) {
		t.Error("done")
	})
	require.ErrorIs(t, err, context.Canceled)
}

// The creation stays, the last change moves.
func TestTimesOfARow(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewMigrated(t)
	now := time.Date(2025, 1, 2, 3, 4, 5, 123456789, time.FixedZone("CST", 8*3600))
	s, err := store.Open(t.Context(), dsn, store.Options{Now: func() time.Time { return now }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	b := &bundle{Store: s, dsn: dsn}
	b.claim(t, "run-1")

	b.put(t, diff.Add, 1, host("i-1"))
	now = now.Add(time.Hour)
	b.put(t, diff.Modify, 2, host("i-1", func(h *resource.Host) { h.Name = "new" }))
	var times string
	require.NoError(t, storetest.Connect(t, dsn).QueryRow("SELECT CONCAT(created_at, ' ', updated_at) FROM resource_host").Scan(&times))
	require.Equal(t, "2025-01-01 19:04:05.123456 2025-01-01 20:04:05.123456", times)
}

// A batch that a newer claim swept has not been applied: its run must not take
// it for done.
func TestSweptBatchesAreSuperseded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := *b
	set := old.write(t, diff.Add, 1, host("i-1"))
	b.claim(t, "run-2")

	pending, err := old.PendingBatches(t.Context(), set)
	require.NoError(t, err)
	require.Empty(t, pending)
	_, err = old.SumBatches(t.Context(), set)
	require.ErrorIs(t, err, store.ErrSuperseded)
	require.ErrorIs(t, old.ApplyBatch(t.Context(), resource.HostKind, hostScope, set, 0), store.ErrSuperseded)
}

func TestBatchesAreAppliedByManyAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var rows []resource.Row
	for i := range 2200 {
		rows = append(rows, host(fmt.Sprintf("i-%04d", i)))
	}
	set := b.write(t, diff.Add, 1, rows...)
	const workers = 3
	done := make(chan error)
	for range workers {
		go func() {
			for seq := range 3 {
				if err := b.ApplyBatch(context.Background(), resource.HostKind, hostScope, set, seq); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range workers {
		require.NoError(t, <-done)
	}
	counts, err := b.SumBatches(t.Context(), set)
	require.NoError(t, err)
	require.Equal(t, store.Counts{Applied: 2200}, counts)
	require.Equal(t, 2200, b.count(t, "SELECT COUNT(*) FROM resource_change"))
}

// A change of the kind's version rewrites the hash and nothing else.
func TestRehashedRowHasItsNewHash(t *testing.T) {
	t.Parallel()
	b := setup(t)
	row := host("i-1")
	b.put(t, diff.Add, 1, row)
	_, err := storetest.Connect(t, b.dsn).Exec("UPDATE resource_host SET hash = REVERSE(hash)")
	require.NoError(t, err)
	require.Equal(t, store.Counts{Rehashed: 1}, b.put(t, diff.Modify, 2, host("i-1")))
	stored, err := b.LoadScope(t.Context(), resource.HostKind, b.lease.ScopeID, 1)
	require.NoError(t, err)
	require.Equal(t, storedOf(row.Entry()), stored)
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'modify'"))
}

// What a new version of the kind knows more of its rows is written, and is no modification.
func TestColumnOfANewVersionIsNoModification(t *testing.T) {
	t.Parallel()
	b := setup(t)
	earlier := host("i-1")
	require.NoError(t, resource.Define[resource.Host]("resource_host", 1).Seal(earlier, hostScope, b.lease.ScopeID))
	b.put(t, diff.Add, 1, host("i-1"), host("i-2"))
	_, err := storetest.Connect(t, b.dsn).Exec("UPDATE resource_host SET hash = ? WHERE native_id = 'i-1'", earlier.Hash[:])
	require.NoError(t, err)

	grouped := func(h *resource.Host) { h.SecurityGroupIDs = []string{"sg-1"} }
	require.Equal(t, store.Counts{Applied: 1, Rehashed: 1}, b.put(t, diff.Modify, 2, host("i-1", grouped), host("i-2", grouped)))
	require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE JSON_CONTAINS(security_group_ids, '\"sg-1\"')"))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'modify' AND native_id = 'i-2'"), "it had none, as this version knew")
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'modify' AND native_id = 'i-1'"))
}

// The history of a batch has the rows in full: it can be larger than a statement
// may be (max_allowed_packet; MariaDB's default is 16 MiB).
func TestHistoryLargerThanAStatement(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	b := setup(t)
	var rows []resource.Row
	for i := range 900 {
		rows = append(rows, host(fmt.Sprintf("i-%03d", i), func(h *resource.Host) { h.Tags = map[string]string{"note": text(20 << 10)} }))
	}
	require.EqualValues(t, 900, b.put(t, diff.Add, 1, rows...).Applied)
	set := store.BatchSet{Lease: b.lease, Writer: 1, Op: diff.Delete}
	w := b.NewBatchWriter(set)
	for _, row := range rows { // a deletion is an entry: all are in one batch
		require.NoError(t, w.Add(t.Context(), staged.Item{Entry: row.RowMeta().Entry()}))
	}
	require.NoError(t, w.Flush(t.Context()))
	require.EqualValues(t, 900, b.apply(t, set).Applied)
	require.Equal(t, 900, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'delete' AND LENGTH(image) > 20000"))
}

// text is text of that length that does not compress away.
func text(length int) string {
	return strings.Repeat(rand.Text(), length/26+1)[:length]
}
