package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// DecidedHold is a held set that somebody approved, and what came of it.
type DecidedHold struct {
	ScopeID int64
	Scope   resource.Scope
	// Run is the number of the run that was to let it go, RunID its id; At is when it began.
	Run     int64
	RunID   string
	At      time.Time
	By      string // who approved it
	Note    string // why
	Deleted int64  // rows
	// Restored is how many rows restores of that run have put back in the scope. The last of
	// them has the number RestoreRun, and was asked for by RestoredBy.
	Restored   int64
	RestoreRun int64
	RestoredBy string
}

type decidedRow struct {
	ScopeID  int64     `bun:"scope_id"`
	Kind     string    `bun:"kind"`
	Provider string    `bun:"provider"`
	Account  string    `bun:"account"`
	Region   string    `bun:"region"`
	Run      int64     `bun:"run"`
	RunID    string    `bun:"run_id"`
	At       time.Time `bun:"started_at"`
	By       string    `bun:"approved_by"`
	Note     string    `bun:"approval_note"`
	Deleted  int64     `bun:"su_del"`
}

// DecidedHolds returns the held sets that were approved, those of the newest runs first, up to
// limit.
func (s *Store) DecidedHolds(ctx context.Context, limit int64) ([]DecidedHold, error) {
	var rows []decidedRow
	// Few of all runs are approved: those are read, and no others.
	err := s.db.NewSelect().Model((*Run)(nil)).ForceIndex("approved").
		ColumnExpr("?TableAlias.id AS run, ?TableAlias.run_id, ?TableAlias.started_at, ?TableAlias.approved_by, ?TableAlias.approval_note").
		ColumnExpr("approved.scope_id, approved.su_del, scope.kind, scope.provider, scope.account, scope.region").
		Join("JOIN sync_run_scope AS approved ON approved.run_id = ?TableAlias.run_id AND approved.held = 0 AND approved.hold_digest <> ''").
		Join("JOIN sync_scope AS scope ON scope.id = approved.scope_id").
		Where("?TableAlias.approved_by > ''").
		OrderExpr("?TableAlias.id DESC, approved.scope_id").Limit(limit).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the holds that were approved: %w", err)
	}
	decided := make([]DecidedHold, len(rows))
	for i, row := range rows {
		decided[i] = DecidedHold{
			ScopeID: row.ScopeID, Scope: resource.Scope{Kind: row.Kind, Provider: row.Provider, Account: row.Account, Region: row.Region},
			Run: row.Run, RunID: row.RunID, At: row.At, By: row.By, Note: row.Note, Deleted: row.Deleted,
		}
	}
	return decided, s.addRestores(ctx, decided)
}

// addRestores says what of approved sets has been put back.
func (s *Store) addRestores(ctx context.Context, decided []DecidedHold) error {
	if len(decided) == 0 {
		return nil
	}
	var runIDs []string
	var scopeIDs []int64
	for _, one := range decided {
		runIDs, scopeIDs = append(runIDs, one.RunID), append(scopeIDs, one.ScopeID)
	}
	var restores []struct {
		Source  string `bun:"source_run"`
		ScopeID int64  `bun:"scope_id"`
		Run     int64  `bun:"run"`
		By      string `bun:"requested_by"`
		Rows    int64  `bun:"su_add"`
	}
	err := s.db.NewSelect().Model((*RestoreRecord)(nil)).
		ColumnExpr("?TableAlias.source_run, ?TableAlias.requested_by, run.id AS run, restored.scope_id, restored.su_add").
		Join("JOIN sync_run AS run ON run.run_id = ?TableAlias.run_id").
		Join("JOIN sync_run_scope AS restored ON restored.run_id = ?TableAlias.run_id").
		Where("?TableAlias.source_run IN (?)", bun.List(runIDs)).Where("restored.scope_id IN (?)", bun.List(scopeIDs)).
		Where("restored.su_add > 0").OrderExpr("run.id").Scan(ctx, &restores)
	if err != nil {
		return fmt.Errorf("read what was restored of %d approved holds: %w", len(decided), err)
	}
	for _, restore := range restores {
		for i := range decided {
			if decided[i].RunID == restore.Source && decided[i].ScopeID == restore.ScopeID {
				decided[i].Restored += restore.Rows
				decided[i].RestoreRun, decided[i].RestoredBy = restore.Run, restore.By
			}
		}
	}
	return nil
}
