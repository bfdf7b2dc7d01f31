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
	d := diff.New([]resource.Entry{entry(1, stored), entry(2, stored), entry(3, stored), entry(4, stored)})
	for _, test := range []struct {
		name  string
		entry resource.Entry
		op    diff.Op
	}{
		{"not in the inventory", entry(9, other), diff.Add},
		{"in the inventory, other hash", entry(1, other), diff.Modify},
		{"in the inventory, same hash", entry(2, stored), diff.Keep},
		{"added before", entry(9, other), diff.Repeat},
		{"added before with another hash", entry(9, stored), diff.Clash},
		{"modified before", entry(1, other), diff.Repeat},
		{"modified before, now as stored", entry(1, stored), diff.Clash},
		{"kept before", entry(2, stored), diff.Repeat},
		{"kept before, now another hash", entry(2, other), diff.Clash},
	} {
		require.Equal(t, test.op, d.See(test.entry), test.name)
	}
	require.Equal(t, diff.Keep, d.SeeUnreadable(uid(3)))
	require.Equal(t, diff.Keep, d.SeeUnreadable(uid(8)))
	require.Equal(t, diff.Repeat, d.SeeUnreadable(uid(8)), "unreadable before")
	require.Equal(t, diff.Clash, d.SeeUnreadable(uid(9)), "added before")
	require.Equal(t, []resource.Entry{entry(4, stored)}, d.Gone(), "in the inventory, not in the cloud")
	require.EqualValues(t, 5, d.Seen(), "1, 2, 9 and the unreadable 3 and 8")
}

// cloudquery dropped a row that failed to resolve, and its sweep deleted the
// stored one.
func TestUnreadableIsNotGone(t *testing.T) {
	t.Parallel()
	d := diff.New([]resource.Entry{entry(1, 1)})
	d.SeeUnreadable(uid(1))
	require.Empty(t, d.Gone())
	op := d.See(entry(1, 2))
	require.Equal(t, diff.Repeat, op, "the first of a pair wins, readable or not")
	require.Equal(t, diff.Repeat, d.SeeStored(0))

	d = diff.New([]resource.Entry{entry(1, 1)})
	op = d.See(entry(1, 2))
	d.SeeUnreadable(uid(1))
	require.Equal(t, diff.Modify, op)
	require.Empty(t, d.Gone())
	require.EqualValues(t, 1, d.Seen())
}

func TestEmptySides(t *testing.T) {
	t.Parallel()
	d := diff.New(nil)
	require.Empty(t, d.Gone())
	require.Zero(t, d.Seen())
	op := d.See(entry(1, 0))
	require.Equal(t, diff.Add, op, "a hash of zeros is a hash")

	d = diff.New([]resource.Entry{entry(1, 0)})
	op = d.See(entry(1, 0))
	require.Equal(t, diff.Keep, op)

	d = diff.New([]resource.Entry{entry(1, 1), entry(2, 1)})
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
		slices.SortFunc(local, func(a, b resource.Entry) int { return bytes.Compare(a.UID[:], b.UID[:]) })
		return local
	})
	listing := rapid.SliceOf(rapid.Custom(func(t *rapid.T) seen {
		return seen{entry(ids.Draw(t, "id"), hashes.Draw(t, "hash")), rapid.IntRange(0, 4).Draw(t, "0: unreadable") == 0}
	}))
	rapid.Check(t, func(t *rapid.T) {
		local, cloud := inventory.Draw(t, "inventory"), listing.Draw(t, "cloud")
		d := diff.New(local)
		got, unreadable := map[diff.Op][]resource.Entry{}, map[diff.Op][]resource.UID{}
		for _, s := range cloud {
			if s.unreadable {
				op := d.SeeUnreadable(s.UID)
				unreadable[op] = append(unreadable[op], s.UID)
				continue
			}
			op := seeSomehow(t, d, local, s.Entry)
			got[op] = append(got[op], s.Entry)
		}
		got[diff.Delete] = d.Gone()

		want, distinct := naive(local, cloud)
		for _, op := range []diff.Op{diff.Add, diff.Modify, diff.Keep, diff.Delete, diff.Repeat, diff.Clash} {
			require.ElementsMatch(t, want[op], got[op], op)
		}
		require.Equal(t, naiveUnreadable(cloud), unreadable)
		require.EqualValues(t, distinct, d.Seen())
		require.True(t, slices.IsSortedFunc(d.Gone(), func(a, b resource.Entry) int { return bytes.Compare(a.UID[:], b.UID[:]) }))
		require.Equal(t, d.Gone(), d.Gone(), "asking changes nothing")
	})
}

// seeSomehow shows an entry that is stored as it is by its place, or like any other.
func seeSomehow(t *rapid.T, d *diff.Diff, local []resource.Entry, e resource.Entry) diff.Op {
	if at := slices.Index(local, e); at >= 0 && rapid.Bool().Draw(t, "by its place") {
		return d.SeeStored(at)
	}
	return d.See(e)
}

// naive is the definition: a resource is what the cloud showed first of it.
func naive(local []resource.Entry, cloud []seen) (ops map[diff.Op][]resource.Entry, distinct int) {
	ops = map[diff.Op][]resource.Entry{}
	first := map[resource.UID]seen{}
	for _, s := range cloud {
		was, again := first[s.UID]
		switch {
		case !again:
			first[s.UID] = s
		case s.unreadable:
		case was.unreadable || was.Hash == s.Hash:
			ops[diff.Repeat] = append(ops[diff.Repeat], s.Entry)
		default:
			ops[diff.Clash] = append(ops[diff.Clash], s.Entry)
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

// naiveUnreadable is what became of the unreadable ones, in their order.
func naiveUnreadable(cloud []seen) map[diff.Op][]resource.UID {
	ops := map[diff.Op][]resource.UID{}
	for i, s := range cloud {
		if !s.unreadable {
			continue
		}
		op := diff.Keep
		if first := slices.IndexFunc(cloud, func(other seen) bool { return other.UID == s.UID }); first < i {
			op = diff.Clash
			if cloud[first].unreadable {
				op = diff.Repeat
			}
		}
		ops[op] = append(ops[op], s.UID)
	}
	return ops
}
