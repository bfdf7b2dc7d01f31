package diff_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/diff"
	"cloudsync/resource"
)

func uid(n byte) resource.UID { return resource.UID{15: n} }

func entry(id, hash byte) resource.Entry {
	return resource.Entry{UID: uid(id), Hash: resource.Hash{15: hash}}
}

func TestTruthTable(t *testing.T) {
	t.Parallel()
	const stored, other = 1, 2
	d := diff.New([]resource.Entry{entry(1, stored), entry(2, stored), entry(3, stored), entry(4, stored)}, 0)
	for _, test := range []struct {
		name  string
		entry resource.Entry
		op    diff.Op
		old   resource.Hash
	}{
		{"not in the inventory", entry(9, other), diff.Add, resource.Hash{}},
		{"in the inventory, other hash", entry(1, other), diff.Modify, entry(1, stored).Hash},
		{"in the inventory, same hash", entry(2, stored), diff.Keep, entry(2, stored).Hash},
		{"added before", entry(9, other), diff.Repeat, resource.Hash{}},
		{"added before with another hash", entry(9, stored), diff.Repeat, resource.Hash{}},
		{"modified before", entry(1, other), diff.Repeat, resource.Hash{}},
		{"modified before, now as stored", entry(1, stored), diff.Repeat, resource.Hash{}},
		{"kept before, now another hash", entry(2, other), diff.Repeat, resource.Hash{}},
	} {
		op, old := d.See(test.entry)
		require.Equal(t, test.op, op, test.name)
		require.Equal(t, test.old, old, test.name)
	}
	d.SeeUnreadable(uid(3))
	d.SeeUnreadable(uid(8))
	require.Equal(t, []resource.Entry{entry(4, stored)}, d.Gone(), "in the inventory, not in the cloud")
	require.EqualValues(t, 5, d.Seen(), "1, 2, 9 and the unreadable 3 and 8")
}

// cloudquery dropped a row that failed to resolve, and its sweep deleted the
// stored one.
func TestUnreadableIsNotGone(t *testing.T) {
	t.Parallel()
	d := diff.New([]resource.Entry{entry(1, 1)}, 0)
	d.SeeUnreadable(uid(1))
	require.Empty(t, d.Gone())
	op, _ := d.See(entry(1, 2))
	require.Equal(t, diff.Repeat, op, "the first of a pair wins, readable or not")

	d = diff.New([]resource.Entry{entry(1, 1)}, 0)
	op, _ = d.See(entry(1, 2))
	d.SeeUnreadable(uid(1))
	require.Equal(t, diff.Modify, op)
	require.Empty(t, d.Gone())
	require.EqualValues(t, 1, d.Seen())
}

func TestEmptySides(t *testing.T) {
	t.Parallel()
	d := diff.New(nil, 0)
	require.Empty(t, d.Gone())
	require.NotNil(t, d.Gone())
	require.Zero(t, d.Seen())
	op, _ := d.See(entry(1, 0))
	require.Equal(t, diff.Add, op, "a hash of zeros is a hash")

	d = diff.New([]resource.Entry{entry(1, 0)}, 0)
	op, _ = d.See(entry(1, 0))
	require.Equal(t, diff.Keep, op)

	d = diff.New([]resource.Entry{entry(2, 1), entry(1, 1)}, 0)
	require.Equal(t, []resource.Entry{entry(1, 1), entry(2, 1)}, d.Gone(), "a cloud that lists nothing")
}

// seen is one thing that the cloud's side shows.
type seen struct {
	resource.Entry
	unreadable bool
}

func TestDiffIsTheNaiveSetDifference(t *testing.T) {
	t.Parallel()
	ids, hashes := rapid.ByteRange(0, 15), rapid.ByteRange(0, 2)
	inventory := rapid.Custom(func(t *rapid.T) (local []resource.Entry) {
		for id, hash := range rapid.MapOf(ids, hashes).Draw(t, "rows") {
			local = append(local, entry(id, hash))
		}
		return local
	})
	listing := rapid.SliceOf(rapid.Custom(func(t *rapid.T) seen {
		return seen{entry(ids.Draw(t, "id"), hashes.Draw(t, "hash")), rapid.IntRange(0, 4).Draw(t, "0: unreadable") == 0}
	}))
	rapid.Check(t, func(t *rapid.T) {
		local, cloud := inventory.Draw(t, "inventory"), listing.Draw(t, "cloud")
		d := diff.New(local, rapid.IntRange(0, 20).Draw(t, "size hint"))
		got := map[diff.Op][]resource.Entry{}
		for _, s := range cloud {
			if s.unreadable {
				d.SeeUnreadable(s.UID)
				continue
			}
			op, old := d.See(s.Entry)
			got[op] = append(got[op], s.Entry)
			if op == diff.Modify {
				require.Contains(t, local, resource.Entry{UID: s.UID, Hash: old})
			}
		}
		got[diff.Delete] = d.Gone()
		delete(got, diff.Repeat)

		want, distinct := naive(local, cloud)
		for _, op := range []diff.Op{diff.Add, diff.Modify, diff.Keep, diff.Delete} {
			require.ElementsMatch(t, want[op], got[op], op)
		}
		require.EqualValues(t, distinct, d.Seen())
		require.True(t, slices.IsSortedFunc(d.Gone(), func(a, b resource.Entry) int { return bytes.Compare(a.UID[:], b.UID[:]) }))
		require.Equal(t, d.Gone(), d.Gone(), "asking changes nothing")
	})
}

// naive is the definition: a resource is what the cloud showed first of it.
func naive(local []resource.Entry, cloud []seen) (ops map[diff.Op][]resource.Entry, distinct int) {
	ops = map[diff.Op][]resource.Entry{}
	first := map[resource.UID]seen{}
	for _, s := range cloud {
		if _, again := first[s.UID]; !again {
			first[s.UID] = s
		}
	}
	stored := map[resource.UID]resource.Hash{}
	for _, e := range local {
		stored[e.UID] = e.Hash
		if _, listed := first[e.UID]; !listed {
			ops[diff.Delete] = append(ops[diff.Delete], e)
		}
	}
	for id, s := range first {
		hash, known := stored[id]
		switch {
		case s.unreadable:
		case !known:
			ops[diff.Add] = append(ops[diff.Add], s.Entry)
		case hash != s.Hash:
			ops[diff.Modify] = append(ops[diff.Modify], s.Entry)
		default:
			ops[diff.Keep] = append(ops[diff.Keep], s.Entry)
		}
	}
	return ops, len(first)
}
