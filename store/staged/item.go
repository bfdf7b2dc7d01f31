// Package staged is the form in which listed resources are staged and changes are
// batched: what is settled, what is to be compared, and the rows, compressed. It does no
// I/O.
package staged

import (
	"encoding/binary"

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

// EachItem shows the items of a payload. Their bytes are valid until it returns.
func EachItem(payload []byte, do func(Item) error) error {
	return Decompressed(payload, func(encoded []byte) error { return EachIn(encoded, do) })
}

// EachIn shows the items of what was encoded in a payload. Their bytes are part of it.
func EachIn(rest []byte, do func(Item) error) (err error) {
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
