package staged

import (
	"encoding/binary"

	"cloudsync/resource"
)

// PartRows is how many items a part of a chunk has, and a batch, at most.
const PartRows = 1000

// List collects items for one payload. Its form, before zstd at its fastest
// level: for each item the uid, the hash, and the row, native id and problem as
// length-prefixed bytes.
type List struct {
	encoded []byte
	items   int
	limit   int // of bytes, unless one item alone has more
}

// NewList returns a list with a limit of so many bytes.
func NewList(limit int) List { return List{limit: limit} }

// Encoded are the items in that form, valid until the list changes.
func (l *List) Encoded() []byte { return l.encoded }

// Len is the number of items.
func (l *List) Len() int { return l.items }

// Add appends an item.
func (l *List) Add(item Item) {
	l.encoded = appendItem(l.encoded, item)
	l.items++
}

// Reset empties the list, and keeps its memory.
func (l *List) Reset() { l.encoded, l.items = l.encoded[:0], 0 }

// Takes says whether there is room for another item: there are no more than one
// transaction takes, and their bytes fit into a packet.
func (l *List) Takes(item Item) bool {
	return l.items == 0 || l.items < PartRows && len(l.encoded)+sizeOf(item) <= l.limit
}

// sizeOf is how much an item takes at most.
func sizeOf(item Item) int {
	return 2*resource.Size + len(item.Row) + len(item.NativeID) + len(item.Problem) + 3*binary.MaxVarintLen32
}
