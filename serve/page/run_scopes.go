package page

import (
	"cmp"
	"slices"

	"cloudsync/activities"
	"cloudsync/address"
	"cloudsync/history"
	"cloudsync/store"
)

// scopeList is what became of a run's scopes: those to look at first, and those in which
// nothing was to do.
type scopeList struct {
	Shown     []scopeLine
	Left      int // that are not shown
	Same      []scopeLine
	SameCount int
	SameLeft  int
}

// scopeLine is what became of a scope.
type scopeLine struct {
	store.RunScope
	Place, AccountName string
	HoldPath           string // where its deletions wait; empty: they do not
	Decided            bool   // they no longer do
	Approved           bool   // an approval let them go
}

// scopesShown is how many scopes of each list are shown.
const scopesShown = 500

func scopesOf(record history.Record) (list scopeList) {
	for _, scope := range record.Scopes {
		line := scopeLine{RunScope: scope, Place: history.ScopePlace(scope), AccountName: record.Names[history.Owner(scope)]}
		if scope.HeldDigest() != "" {
			line.Decided = !record.Holds.Waits(record.Run.RunID, scope.ScopeID)
			if !line.Decided {
				line.HoldPath = address.Hold(scope.ScopeID)
			}
		}
		line.Approved = scope.ApprovedDigest() != ""
		if line.urgency() == unchangedScope {
			list.Same = append(list.Same, line)
		} else {
			list.Shown = append(list.Shown, line)
		}
	}
	byUrgency := func(a, b scopeLine) int {
		return cmp.Or(cmp.Compare(a.urgency(), b.urgency()), cmp.Compare(a.Place, b.Place))
	}
	slices.SortFunc(list.Shown, byUrgency)
	slices.SortFunc(list.Same, byUrgency)
	list.SameCount = len(list.Same)
	list.Shown, list.Left = firstOf(list.Shown, scopesShown)
	list.Same, list.SameLeft = firstOf(list.Same, scopesShown)
	return list
}

// The sorts of scopes, the most urgent first.
const (
	failedScope = iota
	waitingScope
	shortScope
	changedScope
	unchangedScope
)

func (l scopeLine) urgency() int {
	switch {
	case l.Outcome == string(activities.Failed):
		return failedScope
	case l.HoldPath != "":
		return waitingScope
	case l.Held > 0 || l.FailedRows > 0 || l.Outcome == string(activities.Partial):
		return shortScope
	case l.Outcome == string(activities.Unchanged) && l.Changes() == 0 && l.Reason == "":
		return unchangedScope
	default:
		return changedScope
	}
}

// firstOf are the first of all, and how many more there are.
func firstOf[T any](all []T, limit int) (first []T, left int) {
	if len(all) <= limit {
		return all, 0
	}
	return all[:limit], len(all) - limit
}
