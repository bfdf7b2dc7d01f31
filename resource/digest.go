package resource

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// Digest is a multiset hash of entries: the sum modulo 2^256 of
// SHA-256(uid ‖ hash), with the number of entries. Two sides with equal digests
// hold the same entries, in whatever order they were folded.
type Digest struct {
	Count int64
	sum   [4]uint64 // little-endian limbs
}

// Stored is what the inventory holds of a scope.
type Stored struct {
	Entries []Entry // by UID
	Digest  Digest  // of them
}

// Add folds one entry in.
func (d *Digest) Add(e Entry) {
	d.addSum(sumOf(e))
	d.Count++
}

// Remove takes out one entry that was folded in.
func (d *Digest) Remove(e Entry) {
	d.subtractSum(sumOf(e))
	d.Count--
}

func sumOf(e Entry) [sha256.Size]byte {
	var pair [2 * Size]byte
	copy(pair[:Size], e.UID[:])
	copy(pair[Size:], e.Hash[:])
	return sha256.Sum256(pair[:])
}

// Merge folds in all that other has folded.
func (d *Digest) Merge(other Digest) {
	d.addSum(other.bytes())
	d.Count += other.Count
}

func (d *Digest) addSum(sum [sha256.Size]byte) {
	var carry uint64
	for i := range d.sum {
		d.sum[i], carry = bits.Add64(d.sum[i], binary.LittleEndian.Uint64(sum[8*i:]), carry)
	}
}

func (d *Digest) subtractSum(sum [sha256.Size]byte) {
	var borrow uint64
	for i := range d.sum {
		d.sum[i], borrow = bits.Sub64(d.sum[i], binary.LittleEndian.Uint64(sum[8*i:]), borrow)
	}
}

func (d Digest) bytes() (sum [sha256.Size]byte) {
	for i, limb := range d.sum {
		binary.LittleEndian.PutUint64(sum[8*i:], limb)
	}
	return sum
}

// String is "count:hex", the form in which digests travel and are compared by
// people.
func (d Digest) String() string {
	sum := d.bytes()
	return fmt.Sprintf("%d:%s", d.Count, hex.EncodeToString(sum[:]))
}

// MarshalText writes the form of String.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form of String.
func (d *Digest) UnmarshalText(text []byte) error {
	number, digits, _ := strings.Cut(string(text), ":")
	count, err := strconv.ParseUint(number, 10, 63)
	if err != nil {
		return fmt.Errorf("read digest %q: want count:hex: %w", text, err)
	}
	var sum [sha256.Size]byte
	if err := decodeHex(sum[:], []byte(digits)); err != nil {
		return fmt.Errorf("read digest %q: %w", text, err)
	}
	*d = Digest{}
	d.addSum(sum)
	d.Count = int64(count)
	return nil
}
