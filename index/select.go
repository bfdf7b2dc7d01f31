package index

import (
	"context"
	"slices"
	"sort"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"cloudsync/query"
	"cloudsync/resource"
)

// checkEvery is how many values are looked at before somebody asks whether there is time left:
// some expressions take milliseconds for one.
const checkEvery = 16

// selected are those of some documents that match a query.
func (s *segment) selected(ctx context.Context, schema *query.Schema, q query.Query, docs *roaring.Bitmap) (*roaring.Bitmap, error) {
	docs = docs.Clone()
	for _, matcher := range cheapFirst(q.Matchers) {
		if docs.IsEmpty() {
			return docs, nil
		}
		held, err := s.held(ctx, schema.Source(matcher.Label), matcher, docs)
		if err != nil {
			return nil, err
		}
		if matcher.Negated {
			docs.AndNot(held)
		} else {
			docs.And(held)
		}
	}
	for _, word := range q.Words {
		held, err := s.heldWord(ctx, schema, word, docs)
		if err != nil {
			return nil, err
		}
		docs.And(held)
	}
	return docs, nil
}

// cheapFirst puts the matchers first that leave little to the others.
func cheapFirst(matchers []*query.Matcher) []*query.Matcher {
	sorted := slices.Clone(matchers)
	slices.SortStableFunc(sorted, func(a, b *query.Matcher) int { return costOf(a) - costOf(b) })
	return sorted
}

func costOf(m *query.Matcher) int {
	switch {
	case m.Texts() != nil && !m.Negated:
		return 0
	case m.Network().IsValid():
		return 1
	case m.Texts() != nil:
		return 2
	case m.Start() != "":
		return 3
	default:
		return 4
	}
}

// held are documents of the segment whose label holds, as far as they are among docs: beyond
// these it may have any.
func (s *segment) held(ctx context.Context, source query.Source, want query.Want, docs *roaring.Bitmap) (*roaring.Bitmap, error) {
	switch {
	case source.Fixed != "":
		return s.allIf(want.Holds(source.Fixed)), nil
	case source.IsUID:
		return s.heldUIDs(ctx, want, docs)
	case source.IsTag:
		return orWithout(ctx, want, docs, s.tags[source.Tag])
	}
	labels := make([]*label, len(source.Columns))
	for i, column := range source.Columns {
		labels[i] = s.labels[column]
	}
	return orWithout(ctx, want, docs, labels...)
}

func (s *segment) allIf(holds bool) *roaring.Bitmap {
	if holds {
		return s.all()
	}
	return roaring.New()
}

// orWithout are the documents in which one of the labels holds, and, if no value is wanted,
// too, those without one.
func orWithout(ctx context.Context, want query.Want, docs *roaring.Bitmap, labels ...*label) (*roaring.Bitmap, error) {
	held := roaring.New()
	without := roaring.New()
	if want.Holds("") {
		without = docs.Clone()
	}
	for _, label := range labels {
		if label == nil {
			continue
		}
		some, err := label.held(ctx, want, docs)
		if err != nil {
			return nil, err
		}
		held.Or(some)
		without.AndNot(label.with)
	}
	held.Or(without)
	return held, nil
}

// heldWord are the documents in which a word holds.
func (s *segment) heldWord(ctx context.Context, schema *query.Schema, word query.Word, docs *roaring.Bitmap) (*roaring.Bitmap, error) {
	held := roaring.New()
	for _, column := range schema.Words() {
		if s.labels[column] == nil {
			continue
		}
		some, err := s.labels[column].held(ctx, word.In(schema.Columns[column].Name), docs)
		if err != nil {
			return nil, err
		}
		held.Or(some)
	}
	return held, nil
}

func (s *segment) heldUIDs(ctx context.Context, want query.Want, docs *roaring.Bitmap) (*roaring.Bitmap, error) {
	held := roaring.New()
	if texts := want.Texts(); texts != nil {
		for _, text := range texts {
			var uid resource.UID
			if uid.UnmarshalText([]byte(text)) != nil || uid.String() != text {
				continue
			}
			if doc, ok := s.find(uid); ok {
				held.Add(doc)
			}
		}
		return held, nil
	}
	return filter(ctx, docs, func(doc uint32) bool { return want.Holds(s.uids[doc].String()) })
}

// filter are the documents for which something holds.
func filter(ctx context.Context, docs *roaring.Bitmap, holds func(doc uint32) bool) (*roaring.Bitmap, error) {
	held := roaring.New()
	for n, it := 0, docs.Iterator(); it.HasNext(); n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if doc := it.Next(); holds(doc) {
			held.Add(doc)
		}
	}
	return held, nil
}

// held are documents that have a value that is wanted, as far as they are among docs.
func (l *label) held(ctx context.Context, want query.Want, docs *roaring.Bitmap) (*roaring.Bitmap, error) {
	if texts := want.Texts(); texts != nil {
		held := l.newSet()
		for _, text := range texts {
			if number := l.texts.find(l.order, text); number > 0 {
				held.add(number)
			}
		}
		return held.bitmap(), nil
	}
	first, last := l.candidates(want)
	if first > last {
		return roaring.New(), nil
	}
	if few := docs.GetCardinality(); few*2 < uint64(last-first) {
		return filter(ctx, docs, func(doc uint32) bool { return l.anyHolds(doc, want) })
	}
	held := l.newSet()
	for number := first; number <= last; number++ {
		if number%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if want.Holds(l.texts.at(number)) {
			held.add(number)
		}
	}
	return held.bitmap(), nil
}

func (l *label) anyHolds(doc uint32, want query.Want) (holds bool) {
	l.each(doc, func(number uint32) { holds = holds || want.Holds(l.texts.at(number)) })
	return holds
}

// candidates are the first and the last number of the values that can hold.
func (l *label) candidates(want query.Want) (first, last uint32) {
	switch start, network := want.Start(), want.Network(); {
	case l.order == byBytes && start != "":
		return l.run(l.texts.from(l.order, start), func(text string) bool { return strings.HasPrefix(text, start) })
	case l.order == byAddress && network.IsValid():
		return l.run(l.texts.from(l.order, network.Addr().String()), func(text string) bool { return network.Contains(query.Address(text)) })
	}
	return 1, l.texts.len()
}

// run is the range of numbers from the first on whose texts are in something that lies
// together.
func (l *label) run(first uint32, in func(text string) bool) (uint32, uint32) {
	rest := sort.Search(int(l.texts.len()+1-first), func(i int) bool { return !in(l.texts.at(first + uint32(i))) })
	return first, first + uint32(rest) - 1
}

// set collects the documents that have values.
type set struct {
	label  *label
	common []*roaring.Bitmap
	words  []uint64 // a bit for each document
}

func (l *label) newSet() *set { return &set{label: l} }

func (s *set) add(number uint32) {
	if s.label.common != nil {
		s.common = append(s.common, s.label.common[number-1])
		return
	}
	if s.words == nil {
		s.words = make([]uint64, (s.label.size+63)/64)
	}
	start, end := s.label.rareRange(number)
	for i := start; i < end; i++ {
		doc := s.label.rare.at(i)
		s.words[doc/64] |= 1 << (doc % 64)
	}
}

func (s *set) bitmap() *roaring.Bitmap {
	if s.words != nil {
		return roaring.FromDense(s.words, false)
	}
	return roaring.FastOr(s.common...)
}
