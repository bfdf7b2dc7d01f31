package notice

import (
	"path"
	"slices"
	"time"
)

// Receiver is who is told what.
type Receiver struct {
	Name string
	// Events it wants.
	Events []Event
	// Kinds and Accounts it wants to know about; empty for all. An account is a pattern of
	// provider/account, as path.Match has them.
	Kinds    []string
	Accounts []string
	// Repeat is after how long it is told again of what still stands; 0 for never.
	Repeat time.Duration
	// After is how long something stands before it is told.
	After time.Duration
	// ChangedRows and ChangedShare are how much a run has to change for a Changed event: so many
	// rows, and so much of the rows that there were, from 0 to 1. 0 leaves a limit out.
	ChangedRows  int64
	ChangedShare float64
	Quiet        Quiet
	Language     Language
	// Template is a text/template over Notice, for the text; "" for the usual one.
	Template string
}

// Wants says that the receiver is to be told that the condition has begun.
func (r *Receiver) Wants(c *Condition) bool {
	return slices.Contains(r.Events, c.Event) && r.isAbout(c.Place) && (c.Event != Changed || r.isMuch(c))
}

// isAbout says that the place is one of the receiver's. What is of no account concerns all.
func (r *Receiver) isAbout(p Place) bool {
	if len(r.Kinds) > 0 && p.Kind != "" && !slices.Contains(r.Kinds, p.Kind) {
		return false
	}
	if len(r.Accounts) == 0 || p.Account == "" {
		return true
	}
	return slices.ContainsFunc(r.Accounts, func(pattern string) bool { return IsOf(pattern, p) })
}

// IsOf says that a place is of an account that a receiver's pattern names. An organisation's
// member has a slash in its name: a pattern of the organisation is for its members, too.
func IsOf(pattern string, p Place) bool {
	name := p.Provider + "/" + p.Account
	for {
		if ok, err := path.Match(pattern, name); err == nil && ok {
			return true
		}
		cut := len(name) - 1
		for cut >= 0 && name[cut] != '/' {
			cut--
		}
		if cut <= len(p.Provider) {
			return false
		}
		name = name[:cut]
	}
}

// isMuch says that a run changed more than usual.
func (r *Receiver) isMuch(c *Condition) bool {
	rows := r.ChangedRows > 0 && c.Rows >= r.ChangedRows
	share := r.ChangedShare > 0 && c.Base > 0 && float64(c.Rows) >= r.ChangedShare*float64(c.Base)
	return rows || share
}

// Quiet are hours in which a receiver is told nothing: what happens meanwhile waits.
type Quiet struct {
	// From and To are times of day, as durations since midnight in Zone. If they are the same,
	// no hour is quiet; if To is the smaller one, the night between is.
	From, To time.Duration
	Zone     *time.Location
}

// At says that a time is quiet.
func (q Quiet) At(at time.Time) bool {
	if q.From == q.To {
		return false
	}
	local := at.In(q.zone())
	clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second
	if q.From < q.To {
		return q.From <= clock && clock < q.To
	}
	return clock >= q.From || clock < q.To
}

func (q Quiet) zone() *time.Location {
	if q.Zone == nil {
		return time.UTC
	}
	return q.Zone
}
