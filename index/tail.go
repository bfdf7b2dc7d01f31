package index

import (
	"cmp"
	"math"
	"slices"
	"time"

	"cloudsync/store"
)

// tail says which ids of the history have not been read. A transaction takes the ids of its
// changes before others see them, so a smaller id may appear after a larger one. An id that is
// missing is a gap, until it appears, or has been missing for longer than a transaction lasts:
// then its transaction was rolled back.
type tail struct {
	next int64 // the first id of which nothing is known
	gaps []gap // by their ids
}

type gap struct {
	store.IDs
	since time.Time // when it was first missed
	asked time.Time // when it was last asked for
	known bool      // it has ids that are known, too, as it was made of several
}

// What is waited for. A statement waits for a lock for innodb_lock_wait_timeout, 50 s by
// default, and a transaction of the store has a few.
const (
	gapPatience = 5 * time.Minute
	maxGaps     = 64
)

// rest are all ids of which nothing is known.
func (t *tail) rest() []store.IDs { return []store.IDs{{First: t.next, Last: math.MaxInt64}} }

// idsAfter are those of the ids that come after one.
func idsAfter(ids []store.IDs, id int64) (after []store.IDs) {
	for _, some := range ids {
		if some.Last > id {
			after = append(after, store.IDs{First: max(some.First, id+1), Last: some.Last})
		}
	}
	return after
}

// missing are the gaps to ask for now. Each is asked for every time, so that whoever waits for
// a change gets it, but for those with ids that are known: their rows are read again each time,
// so the older they are, the less often they are asked for.
func (t *tail) missing(now time.Time) []store.IDs {
	var ids []store.IDs
	for i := range t.gaps {
		g := &t.gaps[i]
		if !g.known || now.Sub(g.asked) >= now.Sub(g.since)/8 {
			g.asked = now
			ids = append(ids, g.IDs)
		}
	}
	return ids
}

// take takes in ids that there are, by id.
func (t *tail) take(now time.Time, rows []store.ChangedRow) {
	for _, row := range rows {
		id := row.ID
		if id >= t.next {
			if id > t.next {
				t.gaps = append(t.gaps, gap{IDs: store.IDs{First: t.next, Last: id - 1}, since: now, asked: now})
			}
			t.next = id + 1
			continue
		}
		t.fill(id)
	}
	t.expire(now)
}

// fill takes an id out of its gap.
func (t *tail) fill(id int64) {
	for i, g := range t.gaps {
		if id < g.First || id > g.Last {
			continue
		}
		var rest []gap
		for _, ids := range []store.IDs{{First: g.First, Last: id - 1}, {First: id + 1, Last: g.Last}} {
			if ids.First <= ids.Last {
				rest = append(rest, gap{IDs: ids, since: g.since, asked: g.asked, known: g.known})
			}
		}
		t.gaps = append(t.gaps[:i], append(rest, t.gaps[i+1:]...)...)
		return
	}
}

// expire gives up gaps that have been there for long, and makes one of many: to read a row
// again that is known does no harm.
func (t *tail) expire(now time.Time) {
	kept := t.gaps[:0]
	for _, g := range t.gaps {
		if now.Sub(g.since) < gapPatience {
			kept = append(kept, g)
		}
	}
	t.gaps = kept
	if len(t.gaps) > maxGaps {
		t.merge()
	}
}

// merge makes maxGaps of more: it keeps apart those with the most between them.
func (t *tail) merge() {
	apart := make([]int, len(t.gaps)-1) // indexes of gaps that another follows
	for i := range apart {
		apart[i] = i
	}
	between := func(i int) int64 { return t.gaps[i+1].First - t.gaps[i].Last }
	slices.SortFunc(apart, func(a, b int) int { return cmp.Compare(between(b), between(a)) })
	apart = apart[:maxGaps-1]
	slices.Sort(apart)
	var merged []gap
	first := 0
	for _, last := range append(apart, len(t.gaps)-1) {
		one := t.gaps[last] // the youngest
		one.known = one.known || first < last
		one.First = t.gaps[first].First
		merged = append(merged, one)
		first = last + 1
	}
	t.gaps = merged
}
