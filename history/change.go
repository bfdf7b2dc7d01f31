// Package history says what the database records of changes and of runs, in the shapes in
// which starter and the API tell it as JSON, and how somebody names a run, a time or changes.
package history

import (
	"context"
	"encoding/json"
	"time"

	"cloudsync/resource"
	"cloudsync/store"
)

// ChangeView is a change in JSON.
type ChangeView struct {
	store.Change
	Place     string `json:"place"`               // provider/account/region
	RunNumber int64  `json:"runNumber,omitempty"` // of the run's record, as long as that is kept
}

// ChangeViews are changes in JSON.
func ChangeViews(changes []store.Change) []ChangeView {
	views := make([]ChangeView, len(changes))
	for i, change := range changes {
		views[i] = newChangeView(change)
	}
	return views
}

func newChangeView(change store.Change) ChangeView {
	return ChangeView{Change: change, Place: ChangePlace(change), RunNumber: change.RunNumber}
}

// ChangePlace is provider/account/region of a change.
func ChangePlace(change store.Change) string {
	return resource.Scope{Provider: change.Provider, Account: change.Account, Region: change.Region}.Place()
}

// GoneBefore is the time before which changes that the filter asks for are no
// longer kept, zero if none is missing, or if what is shown ends after it.
func GoneBefore(ctx context.Context, s *store.Store, filter store.ChangeFilter, endsAfter bool) (gone time.Time, err error) {
	if endsAfter {
		return gone, nil
	}
	for _, kind := range filter.Kinds {
		whole, err := s.Horizon(ctx, kind)
		if err != nil {
			return gone, err
		}
		if filter.Since.Before(whole) && gone.Before(whole) {
			gone = whole
		}
	}
	return gone, nil
}

// DeletedName is the name that a deleted row had, which nothing else tells any more; empty if
// the change is no deletion, or the row had none.
func DeletedName(change store.Change) string {
	var image struct {
		Name string `json:"name"`
	}
	if len(change.Image) == 0 || json.Unmarshal(change.Image, &image) != nil { // it is but a hint
		return ""
	}
	return image.Name
}
