package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// HoldState is a set that a run held in a scope, and whether it still waits for a
// decision.
type HoldState struct {
	RunID   string `bun:"run_id"`
	ScopeID int64  `bun:"scope_id"`
	// SupersededBy is the number of the later run that no longer holds the set, 0
	// while the set waits.
	SupersededBy int64 `bun:"-"`

	Kind       string `bun:"kind"`
	Number     int64  `bun:"number"`      // of the run
	LastNumber int64  `bun:"last_number"` // of the last run that saw the whole scope
	Again      bool   `bun:"again"`       // that run holds the set, too
	Stands     bool   `bun:"stands"`      // the set is the one that waits, whatever that run did
}

// HoldStates returns the sets that the runs hold. The last run that saw the whole
// scope decides: one that failed there knows nothing new. A scope that the newest
// run no longer has is over, too.
func (s *Store) HoldStates(ctx context.Context, runIDs []string) ([]HoldState, error) {
	var states []HoldState
	if len(runIDs) == 0 {
		return nil, nil
	}
	err := s.db.NewRaw(`SELECT held.run_id, held.scope_id, run.kind, run.id AS number, COALESCE(last_run.id, 0) AS last_number,
			COALESCE(last.held > 0 AND last.hold_digest = held.hold_digest, FALSE) AS again,
			COALESCE(scope_hold.digest = held.hold_digest, FALSE) AS stands
		FROM sync_run_scope AS held
		JOIN sync_run AS run ON run.run_id = held.run_id
		JOIN sync_scope AS scope ON scope.id = held.scope_id
		LEFT JOIN sync_run_scope AS last ON last.run_id = scope.last_complete_run AND last.scope_id = scope.id
		LEFT JOIN sync_scope_hold AS scope_hold ON scope_hold.scope_id = held.scope_id
		LEFT JOIN sync_run AS last_run ON last_run.run_id = scope.last_complete_run
		WHERE held.run_id IN (?) AND held.held > 0 ORDER BY number, held.scope_id`, bun.List(runIDs)).Scan(ctx, &states)
	newest := map[string]newestRun{}
	for i := 0; i < len(states) && err == nil; i++ {
		kind := states[i].Kind
		if _, known := newest[kind]; !known {
			newest[kind], err = s.newestRun(ctx, kind)
		}
		states[i].settle(newest[kind])
	}
	if err != nil {
		return nil, fmt.Errorf("find out which holds still wait: %w", err)
	}
	return states, nil
}

func (h *HoldState) settle(newest newestRun) {
	switch {
	case h.LastNumber > h.Number && !h.Again && !h.Stands:
		h.SupersededBy = h.LastNumber
	case newest.ID > h.Number && newest.lacks(h.ScopeID):
		h.SupersededBy = newest.ID
	}
}

// newestRun is the newest sync of a kind that has ended and had scopes.
type newestRun struct {
	ID       int64  `bun:"id"`
	RunID    string `bun:"run_id"`
	Scopes   int64  `bun:"scopes"`
	recorded map[int64]bool
}

// lacks says that the run had no such scope. Where it has not recorded all its
// scopes, such as those of an account whose regions it could not find out, nobody
// knows.
func (r newestRun) lacks(scopeID int64) bool {
	return int64(len(r.recorded)) == r.Scopes && !r.recorded[scopeID]
}

func (s *Store) newestRun(ctx context.Context, kind string) (newestRun, error) {
	var runs []newestRun
	err := syncsOnly(s.db.NewSelect().Model((*Run)(nil)).Column("id", "run_id", "scopes")).
		Where("kind = ?", kind).Where("outcome <> ?", OutcomeRunning).Where("scopes > 0").
		Order("id DESC").Limit(1).Scan(ctx, &runs)
	if err != nil || len(runs) == 0 {
		return newestRun{}, err
	}
	newest := runs[0]
	newest.recorded, err = s.recordedScopes(ctx, newest.RunID)
	return newest, err
}

// recordedScopes are the scopes of which a run has a record.
func (s *Store) recordedScopes(ctx context.Context, runID string) (map[int64]bool, error) {
	var scopeIDs []int64
	err := s.db.NewSelect().Model((*RunScope)(nil)).Column("scope_id").Where("run_id = ?", runID).Scan(ctx, &scopeIDs)
	if err != nil {
		return nil, err
	}
	bulk, err := readUnchanged(ctx, s.db, runID)
	if err != nil {
		return nil, err
	}
	recorded := make(map[int64]bool, len(scopeIDs)+len(bulk))
	for _, id := range scopeIDs {
		recorded[id] = true
	}
	for id := range bulk {
		recorded[id] = true
	}
	return recorded, nil
}
