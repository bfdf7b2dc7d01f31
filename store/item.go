package store

import (
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"cloudsync/resource"
)

// Item is one listed or compared resource in flight.
type Item struct {
	resource.Entry
	// Row is the row's encoding (resource.Kind.Decode); empty in a deletion, and for
	// a listed row that cannot be used.
	Row []byte
	// NativeID and Problem say of an unusable row which it is, as far as it is
	// known, and what is wrong with it.
	NativeID string
	Problem  string
}

// Usable says whether a listed item can be stored.
func (i Item) Usable() bool { return i.Problem == "" }

// HasUID says whether it is known which resource the item is.
func (i Item) HasUID() bool { return i.UID != resource.UID{} }

// itemList collects items for one payload. Its form, before zstd at its fastest
// level: for each item the uid, the hash, and the row, native id and problem as
// length-prefixed bytes.
type itemList struct {
	encoded []byte
	items   int
	limit   int // of bytes, unless one item alone has more
}

func (l *itemList) add(item Item) {
	l.encoded = appendItem(l.encoded, item)
	l.items++
}

func (l *itemList) reset() { l.encoded, l.items = l.encoded[:0], 0 }

// takes says whether there is room for another item: there are no more than one
// transaction takes, and their bytes fit into a packet.
func (l *itemList) takes(item Item) bool {
	return l.items == 0 || l.items < BatchRows && len(l.encoded)+sizeOf(item) <= l.limit
}

// sizeOf is how much an item takes at most.
func sizeOf(item Item) int {
	return 2*resource.Size + len(item.Row) + len(item.NativeID) + len(item.Problem) + 3*binary.MaxVarintLen32
}

func appendItem(dst []byte, item Item) []byte {
	dst = appendEntry(dst, item.Entry)
	dst = appendBytes(dst, item.Row)
	dst = appendBytes(dst, item.NativeID)
	return appendBytes(dst, item.Problem)
}

func appendEntry(dst []byte, entry resource.Entry) []byte {
	dst = append(dst, entry.UID[:]...)
	return append(dst, entry.Hash[:]...)
}

// rooms are as large as a payload before compression, few are in use at a time, and
// they are reused.
var rooms = sync.Pool{New: func() any { return new([]byte) }}

// Both are safe for concurrent use and keep no state between calls.
var (
	compressor, _   = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	decompressor, _ = zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxPayload))
)

// maxPayload bounds the memory that a damaged payload can ask for.
const maxPayload = 1 << 30

// compressed shows the payload for what is encoded. It is valid until do returns.
func compressed(encoded []byte, do func(payload []byte) error) error {
	room := rooms.Get().(*[]byte)
	defer rooms.Put(room)
	*room = compressor.EncodeAll(encoded, (*room)[:0])
	return do(*room)
}

// decompressed shows what was encoded in a payload. It is valid until do returns.
func decompressed(payload []byte, do func(encoded []byte) error) error {
	room := rooms.Get().(*[]byte)
	defer rooms.Put(room)
	encoded, err := decompressor.DecodeAll(payload, (*room)[:0])
	if err != nil {
		return fmt.Errorf("decompress: %w: %w", resource.ErrCorrupt, err)
	}
	*room = encoded
	return do(encoded)
}

// eachItem shows the items of a payload. Their bytes are valid until it returns.
func eachItem(payload []byte, do func(Item) error) error {
	return decompressed(payload, func(encoded []byte) error { return eachIn(encoded, do) })
}

func eachIn(rest []byte, do func(Item) error) (err error) {
	for len(rest) > 0 {
		var item Item
		if item, rest, err = cutItem(rest); err != nil {
			return err
		}
		if err := do(item); err != nil {
			return err
		}
	}
	return nil
}

func cutItem(rest []byte) (item Item, _ []byte, err error) {
	if item.Entry, rest, err = cutEntry(rest); err != nil {
		return item, nil, err
	}
	var nativeID, problem []byte
	for _, part := range []*[]byte{&item.Row, &nativeID, &problem} {
		if *part, rest, err = cutBytes(rest); err != nil {
			return item, nil, err
		}
	}
	item.NativeID, item.Problem = string(nativeID), string(problem)
	return item, rest, nil
}

func cutEntry(rest []byte) (entry resource.Entry, after []byte, err error) {
	if len(rest) < 2*resource.Size {
		return entry, nil, resource.ErrCorrupt
	}
	copy(entry.UID[:], rest)
	copy(entry.Hash[:], rest[resource.Size:])
	return entry, rest[2*resource.Size:], nil
}

func appendBytes[T string | []byte](dst []byte, part T) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(part)))
	return append(dst, part...)
}

func cutBytes(rest []byte) (part, after []byte, err error) {
	n, size := binary.Uvarint(rest)
	if size <= 0 || n > uint64(len(rest)-size) {
		return nil, nil, resource.ErrCorrupt
	}
	end := size + int(n)
	return rest[size:end:end], rest[end:], nil
}
