package index

import (
	"encoding/binary"
	"maps"
	"slices"
	"sort"

	"github.com/RoaringBitmap/roaring/v2"

	"cloudsync/query"
	"cloudsync/resource"
)

// segment is some rows of a kind, by uid: the documents 0, 1, … It never changes.
type segment struct {
	uids   []resource.UID
	hashes []uint64          // the first half of each row's hash
	labels []*label          // by the schema's columns; nil for one that no row has
	tags   map[string]*label // by key
}

// find is the document of a uid.
func (s *segment) find(uid resource.UID) (doc uint32, ok bool) {
	i := sort.Search(len(s.uids), func(i int) bool { return s.uids[i].Compare(uid) >= 0 })
	return uint32(i), i < len(s.uids) && s.uids[i] == uid
}

func (s *segment) len() int { return len(s.uids) }

// all are its documents.
func (s *segment) all() *roaring.Bitmap {
	all := roaring.New()
	all.AddRange(0, uint64(len(s.uids)))
	return all
}

// label is the one label that a source stands for, nil if it is none of these rows.
func (s *segment) label(source query.Source) *label {
	if source.IsTag {
		return s.tags[source.Tag]
	}
	if len(source.Columns) == 0 {
		return nil
	}
	return s.labels[source.Columns[0]]
}

// hashHalf is as much of a hash as tells two contents of a row apart.
func hashHalf(hash []byte) uint64 { return binary.BigEndian.Uint64(hash) }

// builder makes a segment of rows that come by uid.
type builder struct {
	schema *query.Schema
	uids   []resource.UID
	hashes []uint64
	labels []*labelBuilder
	tags   map[string]*labelBuilder
}

func newBuilder(schema *query.Schema) *builder {
	return &builder{schema: schema, labels: make([]*labelBuilder, len(schema.Columns)), tags: map[string]*labelBuilder{}}
}

func (b *builder) len() int { return len(b.uids) }

// row begins the next row.
func (b *builder) row(uid resource.UID, hash uint64) {
	b.uids, b.hashes = append(b.uids, uid), append(b.hashes, hash)
}

// value gives the row a value in a column; an empty one is none.
func (b *builder) value(column int, text []byte) {
	if len(text) > 0 {
		b.label(column).add(b.doc(), text)
	}
}

// tag gives the row a tag; one without a value is none.
func (b *builder) tag(key, text []byte) {
	if len(text) == 0 {
		return
	}
	label, ok := b.tags[string(key)]
	if !ok {
		label = b.newTag(string(key))
	}
	label.add(b.doc(), text)
}

// doc is the document of the row.
func (b *builder) doc() uint32 { return uint32(len(b.uids) - 1) }

func (b *builder) label(column int) *labelBuilder {
	if b.labels[column] == nil {
		b.labels[column] = newLabelBuilder()
	}
	return b.labels[column]
}

func (b *builder) newTag(key string) *labelBuilder {
	label := newLabelBuilder()
	b.tags[key] = label
	return label
}

// copyDoc takes a document of another segment over as the next row.
func (b *builder) copyDoc(from *segment, doc uint32) {
	b.row(from.uids[doc], from.hashes[doc])
	for column, label := range from.labels {
		if label != nil {
			label.each(doc, func(number uint32) { b.label(column).addText(b.doc(), label.texts.at(number)) })
		}
	}
	for key, label := range from.tags {
		label.each(doc, func(number uint32) {
			if b.tags[key] == nil {
				b.newTag(key)
			}
			b.tags[key].addText(b.doc(), label.texts.at(number))
		})
	}
}

// finish makes the segment.
func (b *builder) finish() *segment {
	s := &segment{
		uids: slices.Clip(b.uids), hashes: slices.Clip(b.hashes),
		labels: make([]*label, len(b.labels)), tags: make(map[string]*label, len(b.tags)),
	}
	for i, label := range b.labels {
		if label != nil {
			column := b.schema.Columns[i]
			s.labels[i] = label.finish(len(b.uids), orderOf(column), column.Type == resource.IntColumn)
			b.labels[i] = nil // its memory may go before the next takes its own
		}
	}
	for _, key := range slices.Collect(maps.Keys(b.tags)) {
		s.tags[key] = b.tags[key].finish(len(b.uids), byBytes, false)
		delete(b.tags, key)
	}
	return s
}
