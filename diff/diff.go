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
//	any       | listed before,  | Clash: it changed between two pages, or there are two
//	          |   another hash  |   resources with one id
type Op string

// The operations, by the names they have in tables and reports.
const (
	Add    Op = "add"
	Modify Op = "modify"
	Delete Op = "delete"
	Keep   Op = "keep"
	Repeat Op = "repeat"
	Clash  Op = "clash"
)

// Diff compares one scope: it is made from the inventory's side and shown the
// cloud's side entry by entry, in any order.
type Diff struct {
	stored []resource.Entry // by UID
	shown  []bool           // of the stored ones
	// others are those that were shown and are not stored like that.
	others     map[resource.UID]resource.Hash
	unreadable map[resource.UID]struct{}
	seen       int64
}

// New returns a comparison with stored, the inventory's entries by UID.
func New(stored []resource.Entry) *Diff {
	return &Diff{
		stored: stored, shown: make([]bool, len(stored)),
		others: map[resource.UID]resource.Hash{}, unreadable: map[resource.UID]struct{}{},
	}
}

// See takes one entry of the cloud's side and says what it asks for. An entry
// listed twice counts once: the first wins, and the next run sees whatever the
// second would have changed.
func (d *Diff) See(entry resource.Entry) Op {
	at, stored := d.find(entry.UID)
	switch {
	case d.wasShown(at, stored, entry.UID):
		return d.again(at, stored, entry)
	case stored && d.stored[at].Hash == entry.Hash:
		d.show(at)
		return Keep
	}
	d.others[entry.UID] = entry.Hash
	if !stored {
		d.seen++
		return Add
	}
	d.show(at)
	return Modify
}

// SeeStored is See of the stored entry at a place.
func (d *Diff) SeeStored(at int) Op {
	if d.shown[at] {
		return d.again(at, true, d.stored[at])
	}
	d.show(at)
	return Keep
}

// again compares an entry with the first one of its UID that was shown. Nothing is
// known of one that is unreadable.
func (d *Diff) again(at int, stored bool, entry resource.Entry) Op {
	if _, unreadable := d.unreadable[entry.UID]; unreadable {
		return Repeat
	}
	first, other := d.others[entry.UID]
	if stored && !other {
		first = d.stored[at].Hash
	}
	if first != entry.Hash {
		return Clash
	}
	return Repeat
}

// SeeUnreadable takes a resource that the cloud lists but whose row cannot be
// used: it exists, so it is not deleted, and nothing else is known of it. It is a Keep,
// a Repeat of an unreadable one, or a Clash with one that could be used.
func (d *Diff) SeeUnreadable(uid resource.UID) Op {
	at, stored := d.find(uid)
	if d.wasShown(at, stored, uid) {
		if _, again := d.unreadable[uid]; again {
			return Repeat
		}
		return Clash
	}
	d.unreadable[uid] = struct{}{}
	if stored {
		d.show(at)
	} else {
		d.seen++
	}
	return Keep
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

func (d *Diff) wasShown(at int, stored bool, uid resource.UID) bool {
	if stored {
		return d.shown[at]
	}
	_, other := d.others[uid]
	_, unreadable := d.unreadable[uid]
	return other || unreadable
}

func (d *Diff) show(at int) {
	d.shown[at] = true
	d.seen++
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
