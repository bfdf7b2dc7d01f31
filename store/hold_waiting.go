package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// HeldScope is a scope whose deletions wait.
type HeldScope struct {
	ScopeID int64
	Scope   resource.Scope
	Digest  string
	Rows    int64 // rows that wait
	Base    int64 // rows that the scope had when the hold began
	// Since is the number of the run that held first, SinceRunID its id, or "" if it is
	// no longer on record; At is when the hold began.
	Since      int64
	SinceRunID string
	At         time.Time
	Reason     string // why it stands
	// LastRun is the number of the newest run that holds the set, LastRunID its id. It may
	// be at work still. 0 and "" if it is no longer on record.
	LastRun   int64
	LastRunID string
	// CompleteAt is when the scope was last listed completely.
	CompleteAt time.Time
	// Stands says that the set waits for a decision. If it is not set, the provider could
	// not confirm that the rows are gone: the next run asks again by itself.
	Stands bool
}

type heldScopeRow struct {
	ScopeID    int64     `bun:"scope_id"`
	Kind       string    `bun:"kind"`
	Provider   string    `bun:"provider"`
	Account    string    `bun:"account"`
	Region     string    `bun:"region"`
	Digest     string    `bun:"digest"`
	Rows       int64     `bun:"held_rows"`
	Base       int64     `bun:"base_rows"`
	Since      int64     `bun:"since_run"`
	SinceRunID string    `bun:"since_run_id"`
	At         time.Time `bun:"since"`
	Reason     string    `bun:"reason"`
	LastRun    int64     `bun:"last_run"`
	LastRunID  string    `bun:"last_run_id"`
	CompleteAt time.Time `bun:"last_complete_at,nullzero"`
	Stands     bool      `bun:"stands"`
}

func (r *heldScopeRow) held() HeldScope {
	return HeldScope{
		ScopeID: r.ScopeID, Scope: resource.Scope{Kind: r.Kind, Provider: r.Provider, Account: r.Account, Region: r.Region},
		Digest: r.Digest, Rows: r.Rows, Base: r.Base, Since: r.Since, SinceRunID: r.SinceRunID, At: r.At, Reason: r.Reason,
		LastRun: r.LastRun, LastRunID: r.LastRunID, CompleteAt: r.CompleteAt, Stands: r.Stands,
	}
}

// StandingHolds returns the holds that wait, in all scopes, the oldest first. A scope that
// the newest run of its kind no longer has is over, as for HoldStates.
func (s *Store) StandingHolds(ctx context.Context) ([]HeldScope, error) {
	rows, err := s.readHeld(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("read the holds that wait: %w", err)
	}
	return heldOf(rows), nil
}

// StandingHoldsIn returns those of the holds that wait for a decision in some scopes. It asks for
// no more than that, so that it costs little where nothing is held.
func (s *Store) StandingHoldsIn(ctx context.Context, scopeIDs []int64) ([]HeldScope, error) {
	held, err := s.ScopesWithHold(ctx, scopeIDs)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	rows, err := s.readHeld(ctx, slices.Sorted(maps.Keys(held)))
	if err != nil {
		return nil, fmt.Errorf("read the holds that wait in %d scopes: %w", len(scopeIDs), err)
	}
	return slices.DeleteFunc(heldOf(rows), func(hold HeldScope) bool { return !hold.Stands }), nil
}

func heldOf(rows []heldScopeRow) []HeldScope {
	held := make([]HeldScope, len(rows))
	for i := range rows {
		held[i] = rows[i].held()
	}
	return held
}

// StandingHold returns the hold that waits in the scope; ErrNotFound for none.
func (s *Store) StandingHold(ctx context.Context, scopeID int64) (HeldScope, error) {
	rows, err := s.readHeld(ctx, []int64{scopeID})
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return HeldScope{}, fmt.Errorf("read the hold that waits in scope %d: %w", scopeID, err)
	}
	return rows[0].held(), nil
}

// readHeld reads the holds that wait, the oldest first, of some scopes or of all for none.
func (s *Store) readHeld(ctx context.Context, scopeIDs []int64) ([]heldScopeRow, error) {
	standing, err := s.standing(ctx, scopeIDs)
	if err != nil {
		return nil, err
	}
	unconfirmed, err := s.unconfirmed(ctx, scopeIDs)
	if err != nil {
		return nil, err
	}
	rows := append(standing, unconfirmed...)
	newest := map[string]newestRun{}
	for i := range rows {
		if _, known := newest[rows[i].Kind]; known {
			continue
		}
		if newest[rows[i].Kind], err = s.newestRun(ctx, rows[i].Kind); err != nil {
			return nil, err
		}
	}
	rows = slices.DeleteFunc(rows, func(row heldScopeRow) bool {
		run := newest[row.Kind]
		return run.ID > row.LastRun && run.lacks(row.ScopeID)
	})
	slices.SortStableFunc(rows, func(a, b heldScopeRow) int { return a.At.Compare(b.At) })
	return rows, nil
}

// standing reads the sets that wait for a decision. While the configuration says deletes:
// never, a set stands without a run that holds it: then there is nothing to decide, and
// the records of the runs say so. A set of which they say nothing was held a moment ago,
// or they were removed: it waits.
func (s *Store) standing(ctx context.Context, scopeIDs []int64) (rows []heldScopeRow, err error) {
	query := s.db.NewSelect().TableExpr("sync_scope_hold AS hold").
		ColumnExpr("hold.scope_id, scope.kind, scope.provider, scope.account, scope.region, scope.last_complete_at").
		ColumnExpr("hold.digest, hold.row_count AS held_rows, hold.base_rows, hold.since_run, hold.since, hold.reason, TRUE AS stands").
		ColumnExpr("COALESCE(since.run_id, '') AS since_run_id").
		ColumnExpr("CASE WHEN last.held > 0 AND last.hold_digest = hold.digest THEN last_run.id ELSE COALESCE(kept_run.id, since.id, 0) END AS last_run").
		ColumnExpr("CASE WHEN last.held > 0 AND last.hold_digest = hold.digest THEN last.run_id ELSE COALESCE(kept_run.run_id, since.run_id, '') END AS last_run_id").
		Join("JOIN sync_scope AS scope ON scope.id = hold.scope_id").
		Join("LEFT JOIN sync_run AS since ON since.id = hold.since_run").
		Join("LEFT JOIN sync_run_scope AS first ON first.run_id = since.run_id AND first.scope_id = hold.scope_id").
		Join("LEFT JOIN sync_run AS last_run ON last_run.run_id = scope.last_complete_run").
		Join("LEFT JOIN sync_run_scope AS last ON last.run_id = last_run.run_id AND last.scope_id = hold.scope_id").
		Join("LEFT JOIN sync_hold AS kept ON kept.scope_id = hold.scope_id AND kept.digest = hold.digest AND kept.seq = " +
			"(SELECT MIN(seq) FROM sync_hold WHERE scope_id = hold.scope_id AND digest = hold.digest)").
		Join("LEFT JOIN sync_run AS kept_run ON kept_run.run_id = kept.run_id").
		Join("LEFT JOIN sync_run_scope AS keeper ON keeper.run_id = kept_run.run_id AND keeper.scope_id = hold.scope_id").
		Where("first.held > 0 OR last.held > 0 OR keeper.held > 0 OR COALESCE(first.held, last.held, keeper.held) IS NULL")
	err = ofScopes(query, "hold.scope_id", scopeIDs).OrderExpr("hold.since, hold.scope_id").Scan(ctx, &rows)
	return rows, err
}

// unconfirmed reads the sets that the last run to see the whole scope held since their
// absence could not be confirmed. Runs before 0023_sync_scope_hold held sets that do not
// stand, too: that migration made those stand.
//
// It begins with the runs that were the last ones somewhere and hold anything, which are
// few, and not with the scopes.
func (s *Store) unconfirmed(ctx context.Context, scopeIDs []int64) (rows []heldScopeRow, err error) {
	lastRuns := ofScopes(s.db.NewSelect().TableExpr("sync_scope").ColumnExpr("DISTINCT last_complete_run AS run_id"), "id", scopeIDs)
	query := s.db.NewSelect().TableExpr("(?) AS last", lastRuns).
		ColumnExpr("scope.id AS scope_id, scope.kind, scope.provider, scope.account, scope.region, scope.last_complete_at").
		ColumnExpr("held.hold_digest AS digest, held.held AS held_rows, held.db_num AS base_rows, held.reason").
		ColumnExpr("run.id AS since_run, run.run_id AS since_run_id, run.id AS last_run, run.run_id AS last_run_id").
		ColumnExpr("COALESCE(scope.last_complete_at, run.started_at) AS since, FALSE AS stands").
		Join("JOIN sync_run AS run ON run.run_id = last.run_id AND (run.held > 0 OR run.outcome = ?)", OutcomeRunning).
		Join("JOIN sync_run_scope AS held ON held.run_id = run.run_id AND held.held > 0").
		Join("JOIN sync_scope AS scope ON scope.id = held.scope_id AND scope.last_complete_run = held.run_id").
		Where("NOT EXISTS (SELECT 1 FROM sync_scope_hold AS hold WHERE hold.scope_id = held.scope_id)")
	err = ofScopes(query, "held.scope_id", scopeIDs).OrderExpr("since, scope.id").Scan(ctx, &rows)
	return rows, err
}

// ofScopes narrows a query to some scopes; not for none.
func ofScopes(query *bun.SelectQuery, column string, scopeIDs []int64) *bun.SelectQuery {
	if len(scopeIDs) == 0 {
		return query
	}
	return query.Where("? IN (?)", bun.Ident(column), bun.List(scopeIDs))
}
