package activities

import (
	"encoding/json"
	"fmt"
)

// UnchangedScope is a scope of which there is nothing else to record than that it is
// unchanged, and how many rows it has.
type UnchangedScope struct {
	ID   int64
	Rows int64
}

// PlainlyUnchanged says that this is all that the record has.
func (r ScopeRecord) PlainlyUnchanged() (UnchangedScope, bool) {
	scope := UnchangedScope{ID: r.ID, Rows: r.Stats.CloudNum}
	plain := scope.record()
	plain.Place = r.Place
	return scope, r == plain
}

func (s UnchangedScope) record() ScopeRecord {
	return ScopeRecord{ID: s.ID, Outcome: Unchanged, Stats: Stats{CloudNum: s.Rows, DBNum: s.Rows}}
}

// UnchangedScopes are many of them. As JSON, the ids are ranges (see IDs), so that
// thousands fit one payload.
type UnchangedScopes []UnchangedScope

type unchangedJSON struct {
	IDs  IDs     `json:"ids"`
	Rows []int64 `json:"rows"` // of each id
}

// MarshalJSON implements json.Marshaler.
func (s UnchangedScopes) MarshalJSON() ([]byte, error) {
	packed := unchangedJSON{Rows: []int64{}}
	for _, scope := range s {
		packed.IDs = append(packed.IDs, scope.ID)
		packed.Rows = append(packed.Rows, scope.Rows)
	}
	return json.Marshal(packed)
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *UnchangedScopes) UnmarshalJSON(encoded []byte) error {
	var packed unchangedJSON
	if err := json.Unmarshal(encoded, &packed); err != nil {
		return err
	}
	if len(packed.IDs) != len(packed.Rows) {
		return fmt.Errorf("%d unchanged scopes with the rows of %d", len(packed.IDs), len(packed.Rows))
	}
	*s = make(UnchangedScopes, len(packed.IDs))
	for i, id := range packed.IDs {
		(*s)[i] = UnchangedScope{ID: id, Rows: packed.Rows[i]}
	}
	return nil
}
