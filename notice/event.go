// Package notice decides what people are told of: which conditions have begun, stand, or are
// over, who wants to know, and in which words. It does no I/O.
package notice

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Event is what sort of thing happened.
type Event string

// The events.
const (
	Held    Event = "held"    // deletions of a scope wait for a decision
	Failed  Event = "failed"  // the newest run of a kind failed as a whole
	Partial Event = "partial" // scopes of an account failed in the newest run
	Late    Event = "late"    // a kind did not run, or an account's scope was not complete, for too long
	Orphans Event = "orphans" // rows that no configured scope has, so that no run touches them
	Changed Event = "changed" // a run changed more rows than a receiver takes for normal
	Dropped Event = "dropped" // notices could not be sent for so long that they were given up
)

// Recovered stands, where a receiver says which events it wants, for the end of any of them.
const Recovered Event = "recovered"

// Events are those that a receiver can want, in the order of documents.
func Events() []Event { return []Event{Held, Failed, Partial, Late, Orphans, Changed, Recovered} }

// Passes says that the event is a moment: it does not stand, so it is neither repeated nor over.
func (e Event) Passes() bool { return e == Changed }

// Place is what an event is about. Empty fields stand for all.
type Place struct {
	Kind     string `json:"kind,omitempty"`
	Provider string `json:"provider,omitempty"`
	Account  string `json:"account,omitempty"`
	Region   string `json:"region,omitempty"`
}

// String is the place as provider/account/region, or "".
func (p Place) String() string {
	parts := slices.DeleteFunc([]string{p.Provider, p.Account, p.Region}, func(part string) bool { return part == "" })
	return strings.Join(parts, "/")
}

// Condition is something that people may want to know, as it is now.
type Condition struct {
	Event Event `json:"event"`
	Place
	// Since is when it began, as far as is known.
	Since time.Time `json:"since"`
	// Grace is how long it may stand before it counts.
	Grace time.Duration `json:"-"`
	// ScopeID is the scope of a hold.
	ScopeID int64 `json:"scope_id,omitempty"`
	// RunID and WorkflowID are the run that shows it.
	RunID      string `json:"run_id,omitempty"`
	WorkflowID string `json:"workflow_id,omitempty"`
	// Rows are the rows concerned: that are held, are orphans, were changed. Base is of how many.
	Rows int64 `json:"rows,omitempty"`
	Base int64 `json:"base,omitempty"`
	// Scopes is how many scopes are concerned, where it may be several.
	Scopes int64 `json:"scopes,omitempty"`
	// Reason is why, in the words of a run. It may have what a cloud said.
	Reason string `json:"reason,omitempty"`
}

// KeySize is the length of a Key.
const KeySize = 16

// Key tells conditions apart: two with the same key are one, at different times.
type Key [KeySize]byte

// Key of the condition.
func (c *Condition) Key() (key Key) {
	parts := []string{string(c.Event), c.Kind, c.Provider, c.Account, c.Region}
	switch {
	case c.Event.Passes():
		parts = append(parts, c.RunID)
	case c.Event == Held: // one that begins where another was decided is another
		parts = append(parts, strconv.FormatInt(c.Since.UnixMicro(), 10))
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	copy(key[:], sum[:])
	return key
}

// Standing is a condition on record: it stands, or it is over and somebody has to be told.
type Standing struct {
	ID int64
	Condition
	OpenedAt time.Time // when it was found
	ClosedAt time.Time // when it was found to be over; zero while it stands
	// Told is when each receiver was told of it last.
	Told map[string]time.Time
}

// counts says that the condition has stood long enough to be told of.
func (s *Standing) counts(now time.Time, after time.Duration) bool {
	return now.Sub(s.OpenedAt) >= max(s.Grace, after)
}
