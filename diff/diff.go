// Package diff compares the inventory with the cloud and judges what may be
// deleted. It is pure: no I/O, no clock, no map order in any result.
package diff

import (
	"bytes"
	"slices"

	"cloudsync/resource"
)

// Op is what has to happen to one resource so that the inventory equals the
// cloud.
//
//	inventory | cloud           | op
//	----------+-----------------+--------
//	no        | yes             | Add
//	yes       | yes, other hash | Modify
//	yes       | yes, same hash  | Keep
//	yes       | no              | Delete (by Gone, once all was seen)
//	any       | listed before   | Repeat
type Op string

// The operations, by the names they have in tables and reports.
const (
	Add    Op = "add"
	Modify Op = "modify"
	Delete Op = "delete"
	Keep   Op = "keep"
	Repeat Op = "repeat"
)

// Diff compares one scope: it is made from the inventory's side and shown the
// cloud's side entry by entry, in any order.
type Diff struct {
	stored []resource.Entry // by UID
	shown  []bool           // of the stored ones
	others map[resource.UID]struct{}
	seen   int64
}

// New returns a comparison with stored, the inventory's entries by UID.
func New(stored []resource.Entry) *Diff {
	return &Diff{stored: stored, shown: make([]bool, len(stored)), others: map[resource.UID]struct{}{}}
}

// See takes one entry of the cloud's side and says what it asks for. An entry
// listed twice counts once: the first wins, and the next run sees whatever the
// second would have changed.
func (d *Diff) See(entry resource.Entry) Op {
	at, stored := d.find(entry.UID)
	switch {
	case !d.show(at, stored, entry.UID):
		return Repeat
	case !stored:
		return Add
	case d.stored[at].Hash != entry.Hash:
		return Modify
	default:
		return Keep
	}
}

// SeeStored is See of the stored entry at a place.
func (d *Diff) SeeStored(at int) Op {
	if !d.show(at, true, d.stored[at].UID) {
		return Repeat
	}
	return Keep
}

// SeeUnreadable takes a resource that the cloud lists but whose row cannot be
// used: it exists, so it is not deleted, and nothing else is known of it.
func (d *Diff) SeeUnreadable(uid resource.UID) {
	at, stored := d.find(uid)
	d.show(at, stored, uid)
}

// Stored returns the hash that the inventory has of a resource, if it has one.
func (d *Diff) Stored(uid resource.UID) (hash resource.Hash, stored bool) {
	at, stored := d.find(uid)
	if stored {
		hash = d.stored[at].Hash
	}
	return hash, stored
}

func (d *Diff) find(uid resource.UID) (at int, stored bool) {
	return slices.BinarySearchFunc(d.stored, uid, func(entry resource.Entry, uid resource.UID) int {
		return bytes.Compare(entry.UID[:], uid[:])
	})
}

// show says whether the resource is shown for the first time.
func (d *Diff) show(at int, stored bool, uid resource.UID) (first bool) {
	if stored {
		first = !d.shown[at]
		d.shown[at] = true
	} else {
		before := len(d.others)
		d.others[uid] = struct{}{}
		first = len(d.others) > before
	}
	if first {
		d.seen++
	}
	return first
}

// Seen is how many different resources the cloud listed.
func (d *Diff) Seen() int64 { return d.seen }

// Gone lists the inventory's entries that the cloud did not show, by UID.
func (d *Diff) Gone() []resource.Entry {
	var gone []resource.Entry
	for at, entry := range d.stored {
		if !d.shown[at] {
			gone = append(gone, entry)
		}
	}
	return gone
}
