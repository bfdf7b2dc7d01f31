package notice

import (
	_ "embed"
	"time"

	"cloudsync/address"
)

// Version is that of the form of Notice. A field that is added leaves it, one that is removed or
// gets another meaning does not.
const Version = 1

// Schema is the JSON Schema of Notice.
//
//go:embed notice.schema.json
var Schema []byte

// Notice is what a receiver is told, in the form that webhooks get.
type Notice struct {
	Version int    `json:"version"`
	ID      string `json:"id"` // the same at each attempt to send it
	Event   Event  `json:"event"`
	State   State  `json:"state"`
	Kind    string `json:"kind,omitempty"`
	// At is when it was decided.
	At time.Time `json:"at"`
	// Count is of how many conditions it tells, of which Subjects has the first, by age. Rows and
	// Scopes are those of all.
	Count    int       `json:"count"`
	Rows     int64     `json:"rows,omitempty"`
	Scopes   int64     `json:"scopes,omitempty"`
	Subjects []Subject `json:"subjects,omitempty"`
	// Page is the address at which people go on, where the page's is configured.
	Page string `json:"page,omitempty"`
	// Dropping says of how many notices nobody was told.
	Dropping Dropping `json:"dropped,omitzero"`
	// Test says that somebody tries whether notices arrive.
	Test bool `json:"test,omitempty"`
}

// Subject is one of the conditions of a notice.
type Subject struct {
	Condition
	// Page and Temporal are addresses, where they are configured.
	Page     string `json:"page,omitempty"`
	Temporal string `json:"temporal,omitempty"`
}

// MaxSubjects is how many conditions a notice names.
const MaxSubjects = 20

// Dropping is notices that were given up.
type Dropping struct {
	Count int64     `json:"count"`
	First time.Time `json:"first"` // when the first was queued
	Last  time.Time `json:"last"`
}

// Add adds a notice that was queued at a time, or those that other has if it has any.
func (d *Dropping) Add(other Dropping, queued time.Time) {
	if other.Count == 0 {
		other = Dropping{Count: 1, First: queued, Last: queued}
	}
	if d.Count == 0 || other.First.Before(d.First) {
		d.First = other.First
	}
	if other.Last.After(d.Last) {
		d.Last = other.Last
	}
	d.Count += other.Count
}

// Links has the addresses that notices lead to. Empty ones are left out.
type Links struct {
	Page       string // of the server, without a slash at the end
	TemporalUI string // likewise
	Namespace  string
}

// of is a subject with its addresses.
func (l Links) of(s *Standing) Subject {
	subject := Subject{Condition: s.Condition}
	if l.Page != "" {
		subject.Page = l.Page + pathOf(&s.Condition)
	}
	if s.RunID != "" {
		subject.Temporal = address.Temporal{UI: l.TemporalUI, Namespace: l.Namespace}.Run(s.WorkflowID, s.RunID)
	}
	return subject
}

// pathOf is the page of one condition.
func pathOf(c *Condition) string {
	if c.Event == Held && c.ScopeID > 0 {
		return address.Hold(c.ScopeID)
	}
	return address.Kind(c.Kind)
}

// ofAll is the page of all conditions of a notice.
func (l Links) ofAll(m *Message) string {
	switch {
	case l.Page == "":
		return ""
	case len(m.Standing) == 1:
		return l.Page + pathOf(&m.Standing[0].Condition)
	case m.Event == Held:
		return l.Page + address.Holds
	default:
		return l.Page + address.Kind(m.Kind)
	}
}

// Compose is the notice of a message.
func Compose(id string, now time.Time, m *Message, links Links) Notice {
	n := Notice{
		Version: Version, ID: id, Event: m.Event, State: m.State, Kind: m.Kind, At: now.UTC().Truncate(time.Second),
		Count: len(m.Standing), Page: links.ofAll(m),
	}
	for i, s := range m.Standing {
		n.Rows += s.Rows
		n.Scopes += max(s.Scopes, 1)
		if i < MaxSubjects {
			n.Subjects = append(n.Subjects, links.of(s))
		}
	}
	return n
}

// TellDropping is the notice that others were given up.
func TellDropping(id string, now time.Time, dropping Dropping, links Links) Notice {
	n := Notice{Version: Version, ID: id, Event: Dropped, State: Begun, At: now.UTC().Truncate(time.Second), Count: 1, Dropping: dropping}
	if links.Page != "" {
		n.Page = links.Page + "/"
	}
	return n
}

// Try is a notice by which somebody tries whether a receiver gets any. It has all that a notice
// of held deletions has.
func Try(id string, now time.Time, links Links) Notice {
	standing := Standing{Condition: Condition{
		Event: Held, Place: Place{Kind: "resource_host", Provider: "mock", Account: "example", Region: "region-1"},
		Since: now.UTC().Truncate(time.Second), Rows: 30, Base: 60, Scopes: 1, Reason: "30 of 60 rows would be deleted, more than 30%",
	}}
	n := Compose(id, now, &Message{State: Begun, Event: Held, Kind: "resource_host", Standing: []*Standing{&standing}}, links)
	n.Test = true
	return n
}
