package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// ScopeFreshness is how fresh a scope's rows are.
type ScopeFreshness struct {
	ScopeID int64
	Scope   resource.Scope
	// CompleteAt is when the scope was last listed completely, zero if it never was.
	CompleteAt time.Time
	CreatedAt  time.Time // when it was first configured
	// Configured says that the newest run of the kind that has ended had the scope, or
	// that a run at work has it. Where nobody knows, since that run could not find out all
	// its scopes, it is set, too. A scope without it is an orphan if it has rows.
	Configured bool
	// Outcome is what became of the scope in the newest run that has ended, "" if that run
	// has no record of it. Reason is why, cut to 300 characters.
	Outcome string
	Reason  string
}

// reasonShown is how many characters of a reason Freshness has. If a cloud is down, tens of
// thousands of scopes have one.
const reasonShown = 300

// Freshness tells of each scope that any kind ever had how fresh it is, by id.
func (s *Store) Freshness(ctx context.Context) ([]ScopeFreshness, error) {
	known, err := s.lastOutcomes(ctx)
	var scopes []ScopeFreshness
	if err == nil {
		scopes, err = s.readFreshness(ctx, known)
	}
	if err != nil {
		return nil, fmt.Errorf("read how fresh the scopes are: %w", err)
	}
	return scopes, nil
}

func (s *Store) readFreshness(ctx context.Context, known map[string]*lastOutcomes) ([]ScopeFreshness, error) {
	// In the order of the table: by kind or place, each row would be looked up.
	rows, err := s.db.QueryContext(ctx, `SELECT id, kind, provider, account, region, claimed_by, last_complete_at, created_at FROM sync_scope ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var expected int
	for _, last := range known {
		expected += len(last.recorded)
	}
	scopes := make([]ScopeFreshness, 0, expected)
	for rows.Next() {
		var fresh ScopeFreshness
		var claimedBy string
		var completeAt sql.NullTime
		scope := &fresh.Scope
		err := rows.Scan(&fresh.ScopeID, &scope.Kind, &scope.Provider, &scope.Account, &scope.Region, &claimedBy, &completeAt, &fresh.CreatedAt)
		if err != nil {
			return nil, err
		}
		fresh.CompleteAt = completeAt.Time
		if last := known[scope.Kind]; last != nil {
			last.tell(&fresh, claimedBy)
		}
		scopes = append(scopes, fresh)
	}
	return scopes, rows.Err()
}

// lastOutcomes is what the newest run of a kind that has ended tells of its scopes.
type lastOutcomes struct {
	newestRun
	told   map[int64]RunScope // other than that they are unchanged
	atWork map[string]bool    // the ids of younger runs
}

func (l *lastOutcomes) tell(scope *ScopeFreshness, claimedBy string) {
	scope.Configured = l.ID == 0 || !l.lacks(scope.ScopeID) || l.atWork[claimedBy]
	if own, ok := l.told[scope.ScopeID]; ok {
		scope.Outcome, scope.Reason = own.Outcome, own.Reason
	} else if l.recorded[scope.ScopeID] {
		scope.Outcome = outcomeUnchanged
	}
}

// lastOutcomes reads them of all kinds.
func (s *Store) lastOutcomes(ctx context.Context) (map[string]*lastOutcomes, error) {
	var kinds []string
	if err := s.db.NewSelect().Table("sync_scope").ColumnExpr("DISTINCT kind").Scan(ctx, &kinds); err != nil {
		return nil, err
	}
	known := make(map[string]*lastOutcomes, len(kinds))
	for _, kind := range kinds {
		newest, err := s.newestRun(ctx, kind)
		if err != nil {
			return nil, err
		}
		told, err := s.scopeOutcomes(ctx, newest.RunID)
		if err != nil {
			return nil, err
		}
		atWork, err := s.atWork(ctx, kind, newest.ID)
		if err != nil {
			return nil, err
		}
		known[kind] = &lastOutcomes{newestRun: newest, told: told, atWork: atWork}
	}
	return known, nil
}

// scopeOutcomes are what a run tells of its scopes other than that they are unchanged.
func (s *Store) scopeOutcomes(ctx context.Context, runID string) (map[int64]RunScope, error) {
	var scopes []RunScope
	err := s.db.NewSelect().Model(&scopes).Column("scope_id", "outcome").ColumnExpr("LEFT(reason, ?) AS reason", reasonShown).
		Where("run_id = ?", runID).Scan(ctx)
	if err != nil {
		return nil, err
	}
	told := make(map[int64]RunScope, len(scopes))
	for _, scope := range scopes {
		told[scope.ScopeID] = scope
	}
	return told, nil
}

// atWork are the ids of the syncs of a kind, younger than a run, that are at work.
func (s *Store) atWork(ctx context.Context, kind string, after int64) (map[string]bool, error) {
	var ids []string
	err := syncsOnly(s.db.NewSelect().Model((*Run)(nil)).Column("run_id")).
		Where("kind = ?", kind).Where("id > ?", after).Where("outcome = ?", OutcomeRunning).Scan(ctx, &ids)
	if err != nil {
		return nil, err
	}
	atWork := make(map[string]bool, len(ids))
	for _, id := range ids {
		atWork[id] = true
	}
	return atWork, nil
}

// syncsOnly leaves restores and prunings out of a query of runs.
func syncsOnly(query *bun.SelectQuery) *bun.SelectQuery {
	return query.Where("run_id NOT LIKE ?", restorePrefix+"%").Where("workflow_id NOT LIKE ?", "%"+PruneSuffix)
}
