package index

import (
	"cmp"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"cloudsync/query"
	"cloudsync/resource"
)

// place is where a row has its place in an order: by a value, then by its uid.
type place struct {
	value string
	uid   resource.UID
}

// ranking is the order in which rows are asked for.
type ranking struct {
	order      order
	source     query.Source
	descending bool
	after      *place // only rows behind it; nil: from the beginning
	room       int    // rows at most
}

func (r *ranking) compare(a, b place) int {
	compared := cmp.Or(r.order.compare(a.value, b.value), a.uid.Compare(b.uid))
	if r.descending {
		return -compared
	}
	return compared
}

// keep keeps the first places in their order.
func (r *ranking) keep(places []place) []place {
	slices.SortFunc(places, r.compare)
	return places[:min(len(places), r.room)]
}

// behind says whether a place comes behind the one where the ranking begins.
func (r *ranking) behind(at place) bool { return r.after == nil || r.compare(at, *r.after) > 0 }

// first are the first of some documents in a ranking.
func (s *segment) first(docs *roaring.Bitmap, r *ranking) []place {
	if r.room <= 0 {
		return nil
	}
	if len(r.source.Columns) == 1 {
		if l := s.label(r.source); l != nil && docs.GetCardinality() > uint64(l.texts.len())/16 {
			return l.walk(s, docs, r)
		}
	}
	return s.rank(docs, r)
}

// rank gives each document its place, and keeps the first: the way for few documents.
func (s *segment) rank(docs *roaring.Bitmap, r *ranking) []place {
	if r.after == nil && (r.source.IsTag || len(r.source.Columns) == 1) {
		return s.rankByNumber(docs, r)
	}
	var places []place
	for it := docs.Iterator(); it.HasNext(); {
		doc := it.Next()
		at := place{value: s.firstValue(doc, r), uid: s.uids[doc]}
		if !r.behind(at) {
			continue
		}
		if places = append(places, at); len(places) >= 4*r.room+1024 {
			places = r.keep(places)
		}
	}
	return r.keep(places)
}

// rankByNumber is the way from the beginning of one label: its texts are numbered in their
// order, and documents in that of their uids, so that numbers are compared in place of texts.
func (s *segment) rankByNumber(docs *roaring.Bitmap, r *ranking) []place {
	l := s.label(r.source)
	var ranks []uint64 // a value's number above the document
	keep := func() {
		slices.Sort(ranks)
		ranks = ranks[:min(len(ranks), r.room)]
	}
	last := uint64(math.MaxUint64) // of those kept, if they are as many as asked for
	for it := docs.Iterator(); it.HasNext(); {
		doc := it.Next()
		rank := uint64(l.firstNumber(doc))<<32 | uint64(doc)
		if r.descending {
			rank = ^rank
		}
		if rank > last {
			continue
		}
		if ranks = append(ranks, rank); len(ranks) >= 4*r.room+1024 {
			keep()
			last = ranks[len(ranks)-1]
		}
	}
	keep()
	places := make([]place, len(ranks))
	for i, rank := range ranks {
		if r.descending {
			rank = ^rank
		}
		doc := uint32(rank)
		places[i] = place{value: l.firstText(doc), uid: s.uids[doc]}
	}
	return places
}

// firstValue is the first of a document's values in the order.
func (s *segment) firstValue(doc uint32, r *ranking) (value string) {
	switch source := r.source; {
	case source.Fixed != "":
		return source.Fixed
	case source.IsUID:
		return s.uids[doc].String()
	case source.IsTag:
		return s.tags[source.Tag].firstText(doc)
	default:
		for _, column := range source.Columns {
			if text := s.labels[column].firstText(doc); text != "" && (value == "" || r.order.compare(text, value) < 0) {
				value = text
			}
		}
		return value
	}
}

func (l *label) firstText(doc uint32) string {
	if l == nil {
		return ""
	}
	return l.texts.at(l.first(doc))
}

// firstNumber is the number of that text.
func (l *label) firstNumber(doc uint32) uint32 {
	if l == nil {
		return 0
	}
	return l.first(doc)
}

// walk goes through the values in their order, and takes the documents that have them: the
// way for many documents.
func (l *label) walk(s *segment, docs *roaring.Bitmap, r *ranking) (places []place) {
	take := func(doc uint32, value string) bool {
		if at := (place{value: value, uid: s.uids[doc]}); r.behind(at) {
			places = append(places, at)
		}
		return len(places) < r.room
	}
	var without *roaring.Bitmap
	takeWithout := func() bool {
		without = roaring.AndNot(docs, l.with)
		return each(without, r.descending, func(doc uint32) bool { return take(doc, "") })
	}
	if !r.descending {
		if r.after == nil || r.after.value == "" {
			if !takeWithout() {
				return places
			}
		}
		for number := l.begin(r); number <= l.texts.len(); number++ {
			if !l.takeValue(docs, r, number, take) {
				return places
			}
		}
		return places
	}
	for number := l.begin(r); number > 0; number-- {
		if !l.takeValue(docs, r, number, take) {
			return places
		}
	}
	takeWithout()
	return places
}

// begin is the number of the value at which a ranking begins.
func (l *label) begin(r *ranking) uint32 {
	switch {
	case r.after == nil && r.descending:
		return l.texts.len()
	case r.after == nil:
		return 1
	}
	number := l.texts.from(l.order, r.after.value)
	if r.descending && (number > l.texts.len() || l.texts.at(number) != r.after.value) {
		number-- // that one comes behind in the order, and so before in the ranking
	}
	return number
}

// takeValue takes those of the documents whose first value it is, until take has enough.
func (l *label) takeValue(docs *roaring.Bitmap, r *ranking, number uint32, take func(doc uint32, value string) bool) bool {
	value := l.texts.at(number)
	takeFirst := func(doc uint32) bool {
		if l.starts != nil && l.first(doc) != number {
			return true
		}
		return take(doc, value)
	}
	if l.common != nil {
		return each(roaring.And(l.common[number-1], docs), r.descending, takeFirst)
	}
	start, end := l.rareRange(number)
	for i := range end - start {
		doc := l.rare.at(start + i)
		if r.descending {
			doc = l.rare.at(end - 1 - i)
		}
		if docs.Contains(doc) && !takeFirst(doc) {
			return false
		}
	}
	return true
}

// each shows documents in their order, or the last ones first, until show says no. It says
// whether show never did.
func each(docs *roaring.Bitmap, descending bool, show func(doc uint32) bool) bool {
	if !descending {
		for it := docs.Iterator(); it.HasNext(); {
			if !show(it.Next()) {
				return false
			}
		}
		return true
	}
	for it := docs.ReverseIterator(); it.HasNext(); {
		if !show(it.Next()) {
			return false
		}
	}
	return true
}
