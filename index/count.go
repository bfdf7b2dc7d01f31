package index

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"cloudsync/inventory"
	"cloudsync/query"
)

// counted is what is added up of one segment.
type counted struct {
	total  int64
	sums   []int64
	groups []inventory.Group // different ones
}

// counted adds up documents by the values of labels.
func (s *segment) counted(ctx context.Context, schema *query.Schema, count inventory.Count, docs *roaring.Bitmap) (counted, error) {
	d := divided{ctx: ctx, counted: counted{sums: make([]int64, len(count.Sum))}, groups: map[uint64]*group{}, named: map[string]*group{}}
	size := float64(1)
	for _, label := range count.By {
		dimension := s.dimension(schema.Source(label))
		d.dimensions = append(d.dimensions, dimension)
		size *= float64(dimension.size)
	}
	for _, column := range count.Sum {
		d.amounts = append(d.amounts, s.label(schema.Source(column)))
	}
	d.keyed = size < math.MaxUint64/2
	if size <= min(maxDense, 1024+4*float64(docs.GetCardinality())) && len(d.amounts) == 0 {
		d.dense = make([]int64, int(size))
	}
	if err := eachBatch(docs, d.addBatch); err != nil {
		return counted{}, err
	}
	d.collect()
	return d.counted, nil
}

// dimension is a label by which documents are divided: values by number.
type dimension struct {
	fixed  string // the value of all, where there are no labels
	labels []*label
	sizes  []uint64 // how many numbers the labels before have
	size   uint64
	uids   *segment // the uid is the value
}

func (s *segment) dimension(source query.Source) dimension {
	d := dimension{fixed: source.Fixed, size: 1}
	if source.IsUID {
		d.uids, d.size = s, uint64(len(s.uids))
		return d
	}
	for _, column := range source.Columns {
		label := s.labels[column]
		if source.IsTag {
			label = s.tags[source.Tag]
		}
		if label != nil {
			d.labels, d.sizes = append(d.labels, label), append(d.sizes, d.size)
			d.size += uint64(label.texts.len())
		}
	}
	return d
}

// each shows the document's values as numbers below size; 0 for a document without one.
func (d *dimension) each(doc uint32, show func(number uint64)) {
	if d.uids != nil {
		show(uint64(doc))
		return
	}
	none := true
	for i, label := range d.labels {
		label.each(doc, func(number uint32) {
			none = false
			if i == 0 || !d.shown(doc, i, label.texts.at(number)) {
				show(d.sizes[i] + uint64(number) - 1)
			}
		})
	}
	if none {
		show(0)
	}
}

// shown says whether one of the first labels has the value, too.
func (d *dimension) shown(doc uint32, labels int, text string) (shown bool) {
	for _, label := range d.labels[:labels] {
		label.each(doc, func(number uint32) { shown = shown || label.texts.at(number) == text })
	}
	return shown
}

// text is the value of a number.
func (d *dimension) text(number uint64) string {
	if d.uids != nil {
		return d.uids.uids[number].String()
	}
	if number == 0 {
		return d.fixed
	}
	i := len(d.sizes) - 1
	for d.sizes[i] > number {
		i--
	}
	return d.labels[i].texts.at(uint32(number-d.sizes[i]) + 1)
}

// group is what is added up of documents with the same values.
type group struct {
	rows int64
	sums []int64
}

func (g *group) add(sums []int64) {
	g.rows++
	for i, sum := range sums {
		g.sums[i] += sum
	}
}

// divided adds up documents of one segment. A group's key has the numbers of all dimensions,
// as the digits of one number, unless that would be too large.
type divided struct {
	counted
	ctx        context.Context //nolint:containedctx // it ends what one question asks for
	err        error           // why nothing more is added up
	added      int             // how often something was
	dimensions []dimension
	amounts    []*label // nil: no document has any
	keyed      bool
	dense      []int64           // rows by key, where there are few keys and nothing to add up
	groups     map[uint64]*group // by key
	named      map[string]*group // by the numbers, where they are no key
	names      [][]uint64        // likewise: the numbers by the keys that stand for them
}

// maxDense is up to how many keys an array is faster than a map.
const maxDense = 1 << 20

// eachBatch shows documents some at a time, which is faster than one at a time.
func eachBatch(docs *roaring.Bitmap, show func([]uint32) error) error {
	batch := make([]uint32, 4096)
	for it := docs.ManyIterator(); ; {
		n := it.NextMany(batch)
		if n == 0 {
			return nil
		}
		if err := show(batch[:n]); err != nil {
			return err
		}
	}
}

func (d *divided) addBatch(docs []uint32) error {
	if err := d.ctx.Err(); err != nil {
		return err
	}
	d.total += int64(len(docs))
	if d.dense != nil && d.addDense(docs) {
		return nil
	}
	sums, numbers := make([]int64, len(d.amounts)), make([]uint64, len(d.dimensions))
	for _, doc := range docs {
		for i, label := range d.amounts {
			sums[i] = 0
			if label != nil {
				sums[i] = label.amount(doc)
			}
			d.sums[i] += sums[i]
		}
		d.divide(doc, numbers, 0, func() { d.addOne(numbers, sums) })
	}
	return d.err
}

// addDense is the short way for labels of one value.
func (d *divided) addDense(docs []uint32) bool {
	keys, numbers := make([]uint64, len(docs)), make([]uint32, len(docs))
	for i := range d.dimensions {
		dim := &d.dimensions[i]
		if dim.uids != nil || len(dim.labels) > 1 || len(dim.labels) == 1 && dim.labels[0].starts != nil {
			return false
		}
		if len(dim.labels) == 0 {
			continue
		}
		dim.labels[0].singles(docs, numbers)
		for j, number := range numbers {
			keys[j] = keys[j]*dim.size + uint64(number)
		}
	}
	for _, key := range keys {
		d.dense[key]++
	}
	return true
}

// divide shows all combinations of the document's values, in numbers, until there is an error.
func (d *divided) divide(doc uint32, numbers []uint64, at int, show func()) {
	if d.err != nil {
		return
	}
	if at == len(d.dimensions) {
		show()
		return
	}
	d.dimensions[at].each(doc, func(number uint64) {
		numbers[at] = number
		d.divide(doc, numbers, at+1, show)
	})
}

func (d *divided) addOne(numbers []uint64, sums []int64) {
	if d.added++; d.added%checkEvery == 0 {
		d.err = d.ctx.Err()
	}
	if len(d.groups) > inventory.MaxGroups {
		d.err = inventory.ErrTooManyGroups
	}
	if d.err != nil {
		return
	}
	if !d.keyed {
		name := fmt.Sprint(numbers)
		if d.named[name] == nil {
			d.named[name] = &group{sums: make([]int64, len(sums))}
			d.groups[uint64(len(d.names))] = d.named[name]
			d.names = append(d.names, slices.Clone(numbers))
		}
		d.named[name].add(sums)
		return
	}
	key := uint64(0)
	for i, number := range numbers {
		key = key*d.dimensions[i].size + number
	}
	if d.dense != nil {
		d.dense[key]++
		return
	}
	if d.groups[key] == nil {
		d.groups[key] = &group{sums: make([]int64, len(sums))}
	}
	d.groups[key].add(sums)
}

// collect puts the groups' values in the place of numbers, which other segments do not know.
func (d *divided) collect() {
	for key, rows := range d.dense {
		if rows > 0 {
			d.counted.groups = append(d.counted.groups, inventory.Group{Values: d.texts(d.numbersOf(uint64(key))), Rows: rows})
		}
	}
	for key, g := range d.groups {
		d.counted.groups = append(d.counted.groups, inventory.Group{Values: d.texts(d.numbersOf(key)), Rows: g.rows, Sums: g.sums})
	}
}

// numbersOf are the numbers that make a key.
func (d *divided) numbersOf(key uint64) []uint64 {
	if !d.keyed {
		return d.names[key]
	}
	numbers := make([]uint64, len(d.dimensions))
	for i := len(d.dimensions) - 1; i >= 0; i-- {
		numbers[i] = key % d.dimensions[i].size
		key /= d.dimensions[i].size
	}
	return numbers
}

func (d *divided) texts(numbers []uint64) []string {
	values := make([]string, len(numbers))
	for i, number := range numbers {
		values[i] = d.dimensions[i].text(number)
	}
	return values
}

// sum adds up what was counted of segments, and of kinds.
type sum struct {
	count  inventory.Count
	total  int64
	sums   []int64
	groups map[string]*inventory.Group // by the values, with NUL between, which no value has
}

func newSum(count inventory.Count) *sum {
	return &sum{count: count, sums: make([]int64, len(count.Sum)), groups: map[string]*inventory.Group{}}
}

func (s *sum) add(c counted) error {
	s.total += c.total
	for i, n := range c.sums {
		s.sums[i] += n
	}
	for i := range c.groups {
		s.addGroup(&c.groups[i])
	}
	if len(s.groups) > inventory.MaxGroups {
		return inventory.ErrTooManyGroups
	}
	return nil
}

func (s *sum) addGroup(add *inventory.Group) {
	key := strings.Join(add.Values, "\x00")
	g := s.groups[key]
	if g == nil {
		g = &inventory.Group{Values: add.Values, Sums: make([]int64, len(s.count.Sum))}
		s.groups[key] = g
	}
	g.Rows += add.Rows
	for i, n := range add.Sums {
		g.Sums[i] += n
	}
}

func (s *sum) counts() inventory.Counts {
	counts := inventory.Counts{Total: s.total, Sums: s.sums}
	if len(s.count.By) == 0 {
		return counts
	}
	groups := make([]inventory.Group, 0, len(s.groups))
	for _, g := range s.groups {
		groups = append(groups, *g)
	}
	counts.Groups, counts.Others = inventory.SortGroups(groups, s.count.Limit)
	return counts
}
