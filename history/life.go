package history

import (
	"context"
	"errors"
	"slices"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
)

// Life is what is recorded of one resource, the oldest first, in JSON.
type Life struct {
	Kind     string       `json:"kind"`
	NativeID string       `json:"nativeId"`
	UID      resource.UID `json:"uid"`
	Place    string       `json:"place"` // provider/account/region
	Events   []Event      `json:"events"`
}

// Event is one change of a resource in the story of its life.
type Event struct {
	Event string `json:"event"` // appeared, changed, deleted, came back or restored
	ChangeView
	Restore *store.RestoreRecord `json:"restore,omitempty"` // of a restored one
}

// ReadLives divides changes, the newest first, by resource, and finds out who restored what.
func ReadLives(ctx context.Context, s *store.Store, changes []store.Change) ([]Life, error) {
	lives := LivesOf(changes)
	for i := range lives {
		if err := lives[i].addRestores(ctx, s); err != nil {
			return nil, err
		}
	}
	return lives, nil
}

// LivesOf divides changes, the newest first, by resource.
func LivesOf(changes []store.Change) []Life {
	var lives []Life
	for _, change := range slices.Backward(changes) {
		i := slices.IndexFunc(lives, func(l Life) bool { return l.UID == change.UID })
		if i < 0 {
			i = len(lives)
			lives = append(lives, Life{Kind: change.Kind, NativeID: change.NativeID, UID: change.UID, Place: ChangePlace(change)})
		}
		lives[i].add(change)
	}
	return lives
}

func (l *Life) add(change store.Change) {
	l.Events = append(l.Events, Event{Event: eventName(change, len(l.Events) == 0), ChangeView: newChangeView(change)})
}

// eventName is what a change means in the life of a resource.
func eventName(change store.Change, first bool) string {
	switch {
	case change.Op == diff.Add && first:
		return "appeared"
	case change.Op == diff.Add:
		return "came back"
	case change.Op == diff.Modify:
		return "changed"
	case change.Op == diff.Delete:
		return "deleted"
	default:
		return "restored"
	}
}

// addRestores finds out who restored the resource, and why.
func (l *Life) addRestores(ctx context.Context, s *store.Store) error {
	for i := range l.Events {
		if l.Events[i].Op != store.RestoreOp {
			continue
		}
		record, err := readRestore(ctx, s, l.Events[i].RunID)
		if err != nil {
			return err
		}
		l.Events[i].Restore = record
	}
	return nil
}

// readRestore reads what a restore was asked for; nil for any other run.
func readRestore(ctx context.Context, s *store.Store, runID string) (*store.RestoreRecord, error) {
	if !store.IsRestoreID(runID) {
		return nil, nil
	}
	record, err := s.RestoreRecord(ctx, runID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return &record, err
}
