package staged

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"cloudsync/resource"
)

// findEntry is a binary search around the place at which a UID is to be expected: UIDs
// are hashes, so they are spread evenly. It takes a third of the time of one over all.
func findEntry(entries []resource.Entry, uid resource.UID) (at int, found bool) {
	low, high := around(entries, uid)
	for low < high {
		middle := int(uint(low+high) / 2)
		if before(entries[middle].UID, uid) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < len(entries) && entries[low].UID == uid
}

// around gives the bounds between which a UID is, or would be inserted.
func around(entries []resource.Entry, uid resource.UID) (low, high int) {
	const least = 32 // entries to either side; their places are off by the root of their number
	guess, _ := bits.Mul64(beginning(uid), uint64(len(entries)))
	low, high = int(guess), int(guess)
	for step := least; low > 0 && !before(entries[low].UID, uid); step *= 2 {
		low = max(0, low-step)
	}
	for step := least; high < len(entries) && before(entries[high].UID, uid); step *= 2 {
		high = min(len(entries), high+step)
	}
	return low, high
}

// beginning is enough of a UID to tell it from almost all others.
func beginning(uid resource.UID) uint64 { return binary.BigEndian.Uint64(uid[:]) }

// before compares the beginnings first, which is faster.
func before(a, b resource.UID) bool {
	x, y := beginning(a), beginning(b)
	return x < y || x == y && bytes.Compare(a[:], b[:]) < 0
}

// shortUID is the first five bytes of a UID: of a million resources, a few have the same
// as another.
type shortUID uint64

const maxShortUID = 1<<40 - 1

func shorten(uid resource.UID) shortUID { return shortUID(beginning(uid) >> 24) }

// isAlone says that no other of the entries by UID has the same short UID.
func isAlone(entries []resource.Entry, at int) bool {
	short := shorten(entries[at].UID)
	return (at == 0 || shorten(entries[at-1].UID) != short) &&
		(at == len(entries)-1 || shorten(entries[at+1].UID) != short)
}
