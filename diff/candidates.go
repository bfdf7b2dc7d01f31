package diff

import (
	"bytes"

	"cloudsync/resource"
)

// The operations of the batches with what a comparison would delete. They are not
// applied: what may go is written again, as batches of Delete.
const (
	// Candidates is all that is gone.
	Candidates Op = "candidate"
	// HeldCandidates and FreshCandidates are the same, divided: what an earlier run
	// holds, and what went since. They are written where there are both.
	HeldCandidates  Op = "held"
	FreshCandidates Op = "fresh"
)

// Compared is the operation of the batches in which a plan's comparison leaves what the
// inventory had of the rows to modify. Nobody applies them.
const Compared Op = "compared"

// DivideGone divides what is gone into what an earlier run holds and what went since.
// All are by UID; so are the results.
func DivideGone(gone, held []resource.Entry) (standing, fresh []resource.Entry) {
	for _, entry := range gone {
		for len(held) > 0 && bytes.Compare(held[0].UID[:], entry.UID[:]) < 0 {
			held = held[1:]
		}
		if len(held) > 0 && held[0].UID == entry.UID {
			standing = append(standing, entry)
		} else {
			fresh = append(fresh, entry)
		}
	}
	return standing, fresh
}
