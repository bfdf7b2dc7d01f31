package workflows

import (
	"cmp"
	"slices"

	"cloudsync/activities"
)

// payloadUnchanged is how many plainly unchanged scopes one payload has at most. Each
// takes a small part of the room that another scope takes.
const payloadUnchanged = 2000

// records are what became of scopes. The plainly unchanged ones travel in a short form.
type records struct {
	scopes    []activities.ScopeRecord
	unchanged activities.UnchangedScopes
}

func (r *records) add(record activities.ScopeRecord) {
	if scope, ok := record.PlainlyUnchanged(); ok {
		r.unchanged = append(r.unchanged, scope)
		return
	}
	r.scopes = append(r.scopes, record)
}

// room is how many plainly unchanged scopes fit a payload together with so many others.
func room(scopes int) int { return payloadUnchanged * (payloadScopes - scopes) / payloadScopes }

// none says that there are none.
func (r *records) none() bool { return len(r.scopes)+len(r.unchanged) == 0 }

// fitOne says that they fit one payload.
func (r *records) fitOne() bool {
	return len(r.scopes) <= payloadScopes && len(r.unchanged) <= room(len(r.scopes))
}

// take moves as many records as fit into a payload, the unchanged ones by id.
func (r *records) take(in activities.RecordRunIn) activities.RecordRunIn {
	scopes := min(payloadScopes, len(r.scopes))
	unchanged := min(room(scopes), len(r.unchanged))
	slices.SortFunc(r.unchanged, func(a, b activities.UnchangedScope) int { return cmp.Compare(a.ID, b.ID) })
	in.Scopes, r.scopes = fitting(r.scopes[:scopes]), r.scopes[scopes:]
	in.Unchanged, r.unchanged = r.unchanged[:unchanged], r.unchanged[unchanged:]
	return in
}
