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
	local map[resource.UID]resource.Hash // not seen in the cloud so far
	seen  map[resource.UID]struct{}
}

// New returns a comparison with local, the inventory's entries. sizeHint is how
// many entries the cloud is expected to have.
func New(local []resource.Entry, sizeHint int) *Diff {
	d := &Diff{
		local: make(map[resource.UID]resource.Hash, len(local)),
		seen:  make(map[resource.UID]struct{}, sizeHint),
	}
	for _, entry := range local {
		d.local[entry.UID] = entry.Hash
	}
	return d
}

// See takes one entry of the cloud's side and says what it asks for; old is the
// inventory's hash for Modify. An entry listed twice counts once: the first
// wins, and the next run sees whatever the second would have changed.
func (d *Diff) See(entry resource.Entry) (op Op, old resource.Hash) {
	if _, again := d.seen[entry.UID]; again {
		return Repeat, old
	}
	d.seen[entry.UID] = struct{}{}
	old, stored := d.local[entry.UID]
	delete(d.local, entry.UID)
	switch {
	case !stored:
		return Add, old
	case old != entry.Hash:
		return Modify, old
	default:
		return Keep, old
	}
}

// SeeUnreadable takes a resource that the cloud lists but whose row cannot be
// used: it exists, so it is not deleted, and nothing else is known of it.
func (d *Diff) SeeUnreadable(uid resource.UID) {
	d.seen[uid] = struct{}{}
	delete(d.local, uid)
}

// Seen is how many different resources the cloud listed.
func (d *Diff) Seen() int64 { return int64(len(d.seen)) }

// Gone lists the inventory's entries that the cloud did not show, by UID.
func (d *Diff) Gone() []resource.Entry {
	gone := make([]resource.Entry, 0, len(d.local))
	for uid, hash := range d.local {
		gone = append(gone, resource.Entry{UID: uid, Hash: hash})
	}
	slices.SortFunc(gone, func(a, b resource.Entry) int { return bytes.Compare(a.UID[:], b.UID[:]) })
	return gone
}
