package staged

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"iter"
	"slices"

	"cloudsync/resource"
)

// Index is what is staged of a part of a listing.
type Index struct {
	Parts    []Part
	Unusable []Item
	settled  []shortUID      // in ascending order
	digest   resource.Digest // of their entries
}

// Part is up to PartRows rows of a chunk.
type Part struct {
	Entries []resource.Entry
	Place   Place
}

// Place says where a part is, and by a fingerprint which one it must be.
type Place struct {
	Writer  int           `json:"writer"`
	Seq     int           `json:"seq"`
	Part    int           `json:"part"`
	Entries resource.Hash `json:"entries"` // fingerprint
}

// String implements fmt.Stringer.
func (p Place) String() string {
	return fmt.Sprintf("part %d of staged chunk %d/%d", p.Part, p.Writer, p.Seq)
}

// Settled are the places of the settled items among the scope's stored entries, and the
// digest of their entries. They are not ok if one of them is no longer stored with the
// hash that was listed: somebody wrote to the inventory since.
func (c *Index) Settled(stored resource.Stored) (places []int, digest resource.Digest, ok bool) {
	places = make([]int, 0, len(c.settled))
	at := 0
	for _, short := range c.settled {
		for at < len(stored.Entries) && shorten(stored.Entries[at].UID) < short {
			at++
		}
		if at == len(stored.Entries) || shorten(stored.Entries[at].UID) != short {
			return nil, digest, false
		}
		places = append(places, at)
		at++
	}
	digest = digestAt(stored, slices.Values(places), len(places))
	return places, digest, digest == c.digest
}

// digestAt is the digest of the entries at so many places, in ascending order: it folds
// those, or leaves the others out, whichever are fewer.
func digestAt(stored resource.Stored, places iter.Seq[int], n int) (digest resource.Digest) {
	if n < len(stored.Entries)/2 {
		for at := range places {
			digest.Add(stored.Entries[at])
		}
		return digest
	}
	digest = stored.Digest
	next := 0
	for at := range places {
		for _, other := range stored.Entries[next:at] {
			digest.Remove(other)
		}
		next = at + 1
	}
	for _, other := range stored.Entries[next:] {
		digest.Remove(other)
	}
	return digest
}

// fingerprint tells one list of entries from another.
type fingerprint struct {
	hash hash.Hash
	room [2 * resource.Size]byte // what is written to an interface is else made anew
}

func newFingerprint() *fingerprint { return &fingerprint{hash: sha256.New()} }

func (f *fingerprint) add(entry resource.Entry) {
	copy(f.room[:], entry.UID[:])
	copy(f.room[resource.Size:], entry.Hash[:])
	f.hash.Write(f.room[:])
}

func (f *fingerprint) sum() resource.Hash { return resource.Hash(f.hash.Sum(nil)[:resource.Size]) }

func fingerprintOf(entries []resource.Entry) resource.Hash {
	f := newFingerprint()
	for _, entry := range entries {
		f.add(entry)
	}
	return f.sum()
}

// Check fails if the encoded items are not those that the place was given for.
func (p Place) Check(encoded []byte) error {
	f := newFingerprint()
	err := EachIn(encoded, func(item Item) error {
		f.add(item.Entry)
		return nil
	})
	if err == nil && f.sum() != p.Entries {
		err = fmt.Errorf("%w: it has other entries than its chunk says", resource.ErrCorrupt)
	}
	return err
}

// indexForm is how the form of a chunk's payload begins, before compression:
//
//	the form's name
//	the number of settled items, the digest of their entries, and from each one's short
//	    UID to the next one's
//	the number of parts, and of each the number of its entries, and these
//	the unusable items
const indexForm = "chunk 2\n"

// maxGap is how many bytes a number up to maxShortUID has.
const maxGap = 6

// AppendIndex appends all of the chunk but its rows.
func (c *Chunk) AppendIndex(dst []byte) []byte {
	const fewBytes = 128 // for the numbers and the digest
	dst = slices.Grow(dst, maxGap*c.settled.n+2*resource.Size*len(c.usable)+fewBytes)
	dst = append(dst, indexForm...)
	dst = binary.AppendUvarint(dst, uint64(c.settled.n))
	dst = appendBytes(dst, digestAt(c.stored, c.settled.all, c.settled.n).String())
	var last shortUID
	for at := range c.settled.all {
		short := shorten(c.stored.Entries[at].UID)
		dst = binary.AppendUvarint(dst, uint64(short-last))
		last = short
	}
	dst = binary.AppendUvarint(dst, uint64(len(c.parts)))
	usable := c.usable
	for _, n := range c.parts {
		dst = binary.AppendUvarint(dst, uint64(n))
		for _, item := range usable[:n] {
			dst = appendEntry(dst, item.Entry)
		}
		usable = usable[n:]
	}
	for _, item := range c.unusable {
		dst = appendItem(dst, item)
	}
	return dst
}

// ReadIndex reads what AppendIndex wrote for a chunk of a segment.
func ReadIndex(encoded []byte, writer, seq int) (chunk Index, err error) {
	r := indexReader{rest: encoded}
	if string(r.bytes(len(indexForm))) != indexForm {
		return chunk, fmt.Errorf("%w: not a chunk of this form", resource.ErrCorrupt)
	}
	chunk.settled = make([]shortUID, r.count())
	chunk.digest = r.digest()
	var last shortUID
	for i := range chunk.settled {
		last = r.shortUID(last, i > 0)
		chunk.settled[i] = last
	}
	chunk.Parts = make([]Part, r.count())
	for i := range chunk.Parts {
		entries := make([]resource.Entry, r.count())
		for j := range entries {
			entries[j] = r.entry()
		}
		chunk.Parts[i] = Part{Entries: entries, Place: Place{Writer: writer, Seq: seq, Part: i, Entries: fingerprintOf(entries)}}
	}
	if r.err != nil {
		return chunk, r.err
	}
	return chunk, EachIn(r.rest, func(item Item) error {
		item.Row = nil
		chunk.Unusable = append(chunk.Unusable, item)
		return nil
	})
}

// indexReader reads front to back; after the first error it returns zero values.
type indexReader struct {
	rest []byte
	err  error
}

func (r *indexReader) fail() {
	r.rest, r.err = nil, resource.ErrCorrupt
}

func (r *indexReader) bytes(n int) []byte {
	if len(r.rest) < n {
		r.fail()
		return nil
	}
	part := r.rest[:n]
	r.rest = r.rest[n:]
	return part
}

func (r *indexReader) number() int {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > maxPayload {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
}

// count reads a number of things that take at least a byte each, so that a damaged
// one cannot ask for more memory than there is input.
func (r *indexReader) count() int {
	n := r.number()
	if n > len(r.rest) {
		r.fail()
		return 0
	}
	return n
}

// shortUID reads the one after last, if there is one before it: they ascend.
func (r *indexReader) shortUID(last shortUID, isNext bool) shortUID {
	gap, size := binary.Uvarint(r.rest)
	if size <= 0 || gap > uint64(maxShortUID-last) || isNext && gap == 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	return last + shortUID(gap)
}

func (r *indexReader) digest() (digest resource.Digest) {
	if digest.UnmarshalText(r.bytes(r.number())) != nil {
		r.fail()
	}
	return digest
}

func (r *indexReader) entry() (entry resource.Entry) {
	if raw := r.bytes(2 * resource.Size); raw != nil {
		copy(entry.UID[:], raw)
		copy(entry.Hash[:], raw[resource.Size:])
	}
	return entry
}
