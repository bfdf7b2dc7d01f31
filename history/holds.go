package history

import (
	"context"

	"cloudsync/store"
)

// Holds are the sets that runs held, by the run's id and by the scope's.
type Holds map[string]map[int64]store.HoldState

// ReadHolds finds out which sets of the runs still wait for a decision.
func ReadHolds(ctx context.Context, s *store.Store, runs ...store.Run) (Holds, error) {
	var held []string
	for _, run := range runs {
		if run.Held > 0 {
			held = append(held, run.RunID)
		}
	}
	states, err := s.HoldStates(ctx, held)
	if err != nil {
		return nil, err
	}
	h := Holds{}
	for _, state := range states {
		if h[state.RunID] == nil {
			h[state.RunID] = map[int64]store.HoldState{}
		}
		h[state.RunID][state.ScopeID] = state
	}
	return h, nil
}

// SupersededBy is the number of the run since which none of a run's sets waits any
// more, 0 while one does.
func (h Holds) SupersededBy(runID string) (number int64) {
	for _, state := range h[runID] {
		if state.SupersededBy == 0 {
			return 0
		}
		number = max(number, state.SupersededBy)
	}
	return number
}

// Waits says whether the set of the scope still waits for a decision.
func (h Holds) Waits(runID string, scopeID int64) bool { return h[runID][scopeID].SupersededBy == 0 }
