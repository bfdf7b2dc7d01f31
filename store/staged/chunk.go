package staged

import (
	"bytes"
	"cmp"
	"slices"

	"cloudsync/resource"
)

// Chunk collects listed items for one row of sync_stage. An item is settled if the
// inventory has it with the same hash: of it, the row has a short UID and no more. Of
// the other items the row has the entries, and their content is in parts, each as large
// as a batch. If a whole part is to be added, its batch refers to it.
type Chunk struct {
	rows     []byte // of the usable items, one after the other
	size     int    // bytes of all that was added
	problems int    // bytes of the unusable items at most
	usable   []chunkItem
	unusable []Item
	stored   resource.Stored
	settled  places // among the stored entries
	parts    []int  // items in each of the parts that are written
}

// chunkItem is a usable item without its row.
type chunkItem struct {
	resource.Entry
	begin, end int  // of its row
	known      bool // another row of this UID is stored
}

// NewChunk returns a chunk with room for rows of so many bytes.
func NewChunk(size int) *Chunk {
	return &Chunk{rows: make([]byte, 0, size), usable: make([]chunkItem, 0, size/usualRow)}
}

// usualRow is the size of many encoded rows in bytes; others cost no more than a
// growing list.
const usualRow = 400

// Add appends an item.
func (c *Chunk) Add(item Item) {
	c.size += 2*resource.Size + len(item.Row)
	if !item.Usable() {
		c.size += len(item.NativeID) + len(item.Problem)
		item.Row = nil
		c.problems += sizeOf(item)
		c.unusable = append(c.unusable, item)
		return
	}
	settled, known := c.settle(item.Entry)
	if settled {
		return
	}
	begin := len(c.rows)
	c.rows = append(c.rows, item.Row...)
	c.usable = append(c.usable, chunkItem{Entry: item.Entry, begin: begin, end: len(c.rows), known: known})
}

// settle says whether the item is settled: the inventory has it with the same hash. If
// not, known says whether the inventory has another row of its UID. A repeated item is
// not settled.
func (c *Chunk) settle(entry resource.Entry) (settled, known bool) {
	stored := c.stored.Entries
	at, known := findEntry(stored, entry.UID)
	return known && stored[at].Hash == entry.Hash && isAlone(stored, at) && c.settled.add(at), known
}

// Settle tells the chunk what the inventory holds of the scope. It is called once,
// before items are added or after. The chunk keeps only the short UIDs of the items
// that are settled.
func (c *Chunk) Settle(stored resource.Stored) {
	c.stored = stored
	c.settled.reach(len(stored.Entries))
	others, end := c.usable[:0], 0 // of the rows
	for _, item := range c.usable {
		settled, known := c.settle(item.Entry)
		if settled {
			continue
		}
		item.known = known
		if end < item.begin { // up to the row before
			item.begin, item.end = end, end+copy(c.rows[end:], c.rows[item.begin:item.end])
		}
		end = item.end
		others = append(others, item)
	}
	c.usable, c.rows = others, c.rows[:end]
}

// sort puts the items that are not settled in the order of the table, by UID, which
// saves InnoDB a fifth of its work in a first load. New ones come first, so that a part
// has one operation.
func (c *Chunk) sort() {
	slices.SortFunc(c.usable, func(a, b chunkItem) int {
		return cmp.Or(compareBools(a.known, b.known), bytes.Compare(a.UID[:], b.UID[:]), cmp.Compare(a.begin, b.begin))
	})
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// Len is the number of items.
func (c *Chunk) Len() int { return len(c.usable) + len(c.unusable) + c.settled.n }

// Size is the number of bytes added since the chunk was empty, settled items included:
// so a listing that settles much has checkpoints too.
func (c *Chunk) Size() int { return c.size }

// Reset empties the chunk, forgets what is stored, and keeps its memory.
func (c *Chunk) Reset() {
	c.rows, c.usable, c.unusable = c.rows[:0], c.usable[:0], c.unusable[:0]
	c.settled.clear()
	c.size, c.problems, c.stored, c.parts = 0, 0, resource.Stored{}, c.parts[:0]
}

// EachPart shows the rows in parts, bounded like batches by rows and bytes, and
// remembers how many rows each part has. The list is valid until do returns.
func (c *Chunk) EachPart(limit int, do func(part int, list *List) error) error {
	room := rooms.Get().(*[]byte)
	defer rooms.Put(room)
	list := &List{encoded: (*room)[:0], limit: limit}
	defer func() { *room = list.encoded }()
	c.parts = c.parts[:0]
	c.sort()
	for i, item := range c.usable {
		list.Add(c.item(item))
		last := i+1 == len(c.usable)
		if !last && c.usable[i+1].known == item.known && list.Takes(c.item(c.usable[i+1])) {
			continue
		}
		if err := do(len(c.parts), list); err != nil {
			return err
		}
		c.parts = append(c.parts, list.items)
		list.Reset()
	}
	return nil
}

func (c *Chunk) item(of chunkItem) Item {
	return Item{Entry: of.Entry, Row: c.rows[of.begin:of.end]}
}

// IndexSize is how much AppendIndex appends, at most.
func (c *Chunk) IndexSize() int {
	return maxGap*c.settled.n + 2*resource.Size*len(c.usable) + c.problems
}
