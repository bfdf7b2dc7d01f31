package index

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// maxSmall is how many small parts there may be before one is made of them: each costs every
// question a little.
const maxSmall = 12

// compacted joins parts that changes have left small, or full of rows that are gone.
func (r *rows) compacted(parts []part) []part {
	hollow := func(p part) bool { return p.dead() > p.len()/2 }
	dead := 0
	for _, part := range parts {
		if hollow(part) {
			dead += part.dead()
		}
	}
	if dead >= r.segmentRows {
		return r.joined(parts, hollow)
	}
	small := func(p part) bool { return p.rows() < r.segmentRows/4 }
	if count(parts, small) <= maxSmall {
		return parts
	}
	// The larger ones stay apart for longer: a row is not copied at each change.
	limit := 0
	sizes := sizesOf(parts, small)
	for n, sum := 0, 0; n < len(sizes) && (n < len(sizes)/2 || sizes[n] <= sum); n++ {
		limit = sizes[n]
		sum += sizes[n]
	}
	return r.joined(parts, func(p part) bool { return small(p) && p.rows() <= limit })
}

func (p part) rows() int { return int(p.live.GetCardinality()) }

func (p part) dead() int { return p.len() - p.rows() }

func count(parts []part, is func(part) bool) (n int) {
	for _, part := range parts {
		if is(part) {
			n++
		}
	}
	return n
}

func sizesOf(parts []part, is func(part) bool) (sizes []int) {
	for _, part := range parts {
		if is(part) {
			sizes = append(sizes, part.rows())
		}
	}
	slices.Sort(sizes)
	return sizes
}

// joined makes one part of some, as far as their rows fit into a segment.
func (r *rows) joined(parts []part, some func(part) bool) []part {
	var others, join []part
	rows := 0
	for _, part := range parts {
		if !some(part) || rows+part.rows() > r.segmentRows {
			others = append(others, part)
			continue
		}
		rows += part.rows()
		join = append(join, part)
	}
	b := newBuilder(r.schema)
	for _, at := range byUID(join, liveOf(join)) {
		b.copyDoc(join[at.part].segment, at.doc)
	}
	one := b.finish()
	return append(others, part{segment: one, live: one.all()})
}

type docOf struct {
	part int
	doc  uint32
}

// byUID are the documents of each part that are selected, by uid.
func byUID(parts []part, selected []*roaring.Bitmap) []docOf {
	var docs []docOf
	for i := range parts {
		selected[i].Iterate(func(doc uint32) bool {
			docs = append(docs, docOf{part: i, doc: doc})
			return true
		})
	}
	slices.SortFunc(docs, func(a, b docOf) int {
		return parts[a.part].uids[a.doc].Compare(parts[b.part].uids[b.doc])
	})
	return docs
}

func liveOf(parts []part) []*roaring.Bitmap {
	live := make([]*roaring.Bitmap, len(parts))
	for i, part := range parts {
		live[i] = part.live
	}
	return live
}
