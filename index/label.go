package index

import (
	"slices"
	"strconv"

	"github.com/RoaringBitmap/roaring/v2"
)

// label has the values of one label in the documents of a segment: which value each document
// has, and which documents have each value.
type label struct {
	size  int // documents
	order order
	texts texts

	// values has the number of each document's value. Where starts is there, documents may
	// have several, in their order: those of document d are from starts[d] to starts[d+1].
	values numbers
	starts []uint32
	// only are the documents that have a value, where they are few, as those of most tags: then
	// values has the numbers of these alone.
	only []uint32

	with *roaring.Bitmap // the documents that have a value
	// Which documents have a value, by its number less 1. Where most values repeat, a bitmap
	// each; else the documents in the order of values, and where those of each end, which is
	// not needed if each value has one.
	common   []*roaring.Bitmap
	rare     numbers
	rareEnds *numbers

	amounts []int64 // of a column of numbers, by number
}

// each shows the numbers of a document's values, in their order.
func (l *label) each(doc uint32, show func(number uint32)) {
	if l.starts == nil {
		if number := l.single(doc); number > 0 {
			show(number)
		}
		return
	}
	for i := l.starts[doc]; i < l.starts[doc+1]; i++ {
		show(l.values.at(i))
	}
}

// first is the number of a document's first value, 0 for none.
func (l *label) first(doc uint32) uint32 {
	if l.starts == nil {
		return l.single(doc)
	}
	if l.starts[doc] == l.starts[doc+1] {
		return 0
	}
	return l.values.at(l.starts[doc])
}

// single is the number of a document's value, 0 for none, where none has several.
func (l *label) single(doc uint32) uint32 {
	if l.only == nil {
		return l.values.at(doc)
	}
	if i, ok := slices.BinarySearch(l.only, doc); ok {
		return l.values.at(uint32(i))
	}
	return 0
}

// singles is single of some documents, in their order.
func (l *label) singles(docs []uint32, numbers []uint32) {
	if l.only == nil {
		for i, doc := range docs {
			numbers[i] = l.values.at(doc)
		}
		return
	}
	at, _ := slices.BinarySearch(l.only, docs[0])
	for i, doc := range docs {
		for at < len(l.only) && l.only[at] < doc {
			at++
		}
		numbers[i] = 0
		if at < len(l.only) && l.only[at] == doc {
			numbers[i] = l.values.at(uint32(at))
		}
	}
}

// amount is the sum of a document's values, which are numbers.
func (l *label) amount(doc uint32) (sum int64) {
	l.each(doc, func(number uint32) { sum += l.amounts[number] })
	return sum
}

// rareRange is where in rare the documents of a value are.
func (l *label) rareRange(number uint32) (start, end uint32) {
	if l.rareEnds == nil {
		return number - 1, number
	}
	if number > 1 {
		start = l.rareEnds.at(number - 2)
	}
	return start, l.rareEnds.at(number - 1)
}

// labelBuilder collects the values of a label.
type labelBuilder struct {
	known  map[string]uint32 // index in texts
	texts  []string
	docs   []uint32 // of each value
	values []uint32 // likewise: index in texts
}

func newLabelBuilder() *labelBuilder { return &labelBuilder{known: map[string]uint32{}} }

// add gives a document a value. Documents come in their order. The text may change later.
func (b *labelBuilder) add(doc uint32, text []byte) {
	value, ok := b.known[string(text)]
	if !ok {
		value = uint32(len(b.texts))
		own := string(text)
		b.known[own] = value
		b.texts = append(b.texts, own)
	}
	b.docs, b.values = append(b.docs, doc), append(b.values, value)
}

// addText is add of a text that stays.
func (b *labelBuilder) addText(doc uint32, text string) {
	value, ok := b.known[text]
	if !ok {
		value = uint32(len(b.texts))
		b.known[text] = value
		b.texts = append(b.texts, text)
	}
	b.docs, b.values = append(b.docs, doc), append(b.values, value)
}

// repeats is how many documents a value has at least, on average, for bitmaps to be worth
// their memory.
const repeats = 64

// finish makes the label of so many documents.
func (b *labelBuilder) finish(docs int, order order, amounts bool) *label {
	l := &label{order: order, size: docs}
	b.number(l)
	b.place(l, docs)
	if len(l.texts.ends)*repeats <= len(b.values) {
		b.gatherCommon(l)
	} else {
		b.gatherRare(l)
	}
	if amounts {
		l.amounts = make([]int64, l.texts.len()+1)
		for number := uint32(1); number <= l.texts.len(); number++ {
			l.amounts[number], _ = strconv.ParseInt(l.texts.at(number), 10, 64) // no number adds nothing
		}
	}
	l.with = roaring.New()
	l.with.AddMany(b.docs)
	l.with.RunOptimize()
	return l
}

// number brings the texts into their order, and the values from indexes to numbers.
func (b *labelBuilder) number(l *label) {
	indexes := sortedIndexes(b.texts, l.order)
	sorted, numberOf := make([]string, len(indexes)), make([]uint32, len(indexes))
	for i, index := range indexes {
		sorted[i], numberOf[index] = b.texts[index], uint32(i+1)
	}
	l.texts = textsOf(sorted)
	for i, value := range b.values {
		b.values[i] = numberOf[value]
	}
	b.sortLists()
}

// sortLists brings the values of each document into their order, each once.
func (b *labelBuilder) sortLists() {
	kept := 0
	for start := 0; start < len(b.docs); {
		end := start + 1
		for end < len(b.docs) && b.docs[end] == b.docs[start] {
			end++
		}
		doc := b.docs[start]
		for _, value := range sortedOnce(b.values[start:end]) {
			b.docs[kept], b.values[kept] = doc, value
			kept++
		}
		start = end
	}
	b.docs, b.values = b.docs[:kept], b.values[:kept]
}

// few is how many times fewer documents have a value than there are, for their list to take
// less memory than a number for each. Keys of tags can be as many as whoever sets them likes.
const few = 8

// place says which values each document has.
func (b *labelBuilder) place(l *label, docs int) {
	single := true
	for i := 1; i < len(b.docs) && single; i++ {
		single = b.docs[i] != b.docs[i-1]
	}
	switch {
	case single && len(b.docs)*few < docs:
		l.values, l.only = makeNumbers(len(b.docs), l.texts.len()), slices.Clone(b.docs)
		for i := range b.docs {
			l.values.set(uint32(i), b.values[i])
		}
		return
	case single:
		l.values = makeNumbers(docs, l.texts.len())
		for i, doc := range b.docs {
			l.values.set(doc, b.values[i])
		}
		return
	}
	l.values, l.starts = makeNumbers(len(b.values), l.texts.len()), make([]uint32, docs+1)
	for i, doc := range b.docs {
		l.values.set(uint32(i), b.values[i])
		l.starts[doc+1]++
	}
	for doc := range docs {
		l.starts[doc+1] += l.starts[doc]
	}
}

func (b *labelBuilder) gatherCommon(l *label) {
	ends, docs := b.byValue(l)
	l.common = make([]*roaring.Bitmap, l.texts.len())
	start := uint32(0)
	for i, end := range ends {
		l.common[i] = roaring.BitmapOf(docs[start:end]...)
		l.common[i].RunOptimize()
		start = end
	}
}

func (b *labelBuilder) gatherRare(l *label) {
	ends, docs := b.byValue(l)
	l.rare = packed(docs, uint32(l.size))
	if len(ends) < len(docs) {
		rareEnds := packed(ends, uint32(len(docs)))
		l.rareEnds = &rareEnds
	}
}

// byValue sorts the documents by their values, as a counting sort: and where those of each
// value end.
func (b *labelBuilder) byValue(l *label) (ends, docs []uint32) {
	ends = make([]uint32, l.texts.len())
	for _, number := range b.values {
		ends[number-1]++
	}
	next := make([]uint32, len(ends))
	sum := uint32(0)
	for i, count := range ends {
		next[i] = sum
		sum += count
		ends[i] = sum
	}
	docs = make([]uint32, len(b.values))
	for i, number := range b.values {
		docs[next[number-1]] = b.docs[i]
		next[number-1]++
	}
	return ends, docs
}
