package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// ExpireRows is how many rows retention deletes with one statement, so that no
// statement locks much or lags a replica.
const ExpireRows = 5000

// ExpireChanges deletes the oldest changes from before a time, at most ExpireRows
// of them, and moves the horizon first: nobody takes what is left for the whole.
// It returns how many it deleted; none are left when there were none.
//
// Changes are numbered nearly in the order of their times. Those that newer ones
// overtook by an hour wait for a later day. The spans of removed changes go too.
func (s *Store) ExpireChanges(ctx context.Context, before time.Time) (deleted int64, err error) {
	last, err := s.lastExpired(ctx, before)
	if err == nil && last > 0 {
		err = s.moveHorizon(ctx, before)
	}
	if err == nil && last > 0 {
		deleted, err = s.expireTo(ctx, last, before)
	}
	if err != nil {
		return 0, fmt.Errorf("remove changes from before %s: %w", before.Format(time.RFC3339), err)
	}
	return deleted, nil
}

// lastExpired is the last of the ExpireRows oldest changes that is from before the
// time, 0 for none. It reads by primary key: no index on the time is needed.
func (s *Store) lastExpired(ctx context.Context, before time.Time) (id int64, err error) {
	oldest := s.db.NewSelect().Model((*Change)(nil)).Column("id", "changed_at").Order("id").Limit(ExpireRows)
	err = s.db.NewSelect().TableExpr("(?) AS oldest", oldest).ColumnExpr("COALESCE(MAX(id), 0)").
		Where("changed_at < ?", before).Scan(ctx, &id)
	return id, err
}

// expireTo deletes the changes up to an id that are from before a time. With them go
// the spans, in one transaction: later, nobody would know which runs to look at.
func (s *Store) expireTo(ctx context.Context, last int64, before time.Time) (deleted int64, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var runIDs []string
		err := tx.NewSelect().Model((*Change)(nil)).ColumnExpr("DISTINCT run_id").ForceIndex(primaryKey).
			Where("id <= ?", last).Where("changed_at < ?", before).Scan(ctx, &runIDs)
		if err != nil {
			return err
		}
		deleted, err = remove(ctx, tx, "DELETE FROM resource_change WHERE id <= ? AND changed_at < ?", last, before)
		if err != nil {
			return err
		}
		for _, runID := range runIDs {
			if err := expireSpans(ctx, tx, runID); err != nil {
				return err
			}
		}
		return nil
	})
	return deleted, err
}

// moveHorizon says, for every kind, that the history from before a time is no
// longer whole.
func (s *Store) moveHorizon(ctx context.Context, until time.Time) error {
	_, err := s.db.NewRaw(`INSERT INTO sync_horizon (kind, pruned_until) SELECT DISTINCT kind, ? FROM sync_scope
		ON DUPLICATE KEY UPDATE pruned_until = GREATEST(sync_horizon.pruned_until, ?)`, until, until).Exec(ctx)
	if err != nil {
		return fmt.Errorf("move the horizon: %w", err)
	}
	return nil
}

// remove executes a statement that deletes rows, and says how many.
func remove(ctx context.Context, db bun.IDB, query string, args ...any) (int64, error) {
	result, err := db.NewRaw(query, args...).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// RunAge is what retention has to know of a recorded run.
type RunAge struct {
	ID        int64     `bun:"id"`
	RunID     string    `bun:"run_id"`
	Outcome   string    `bun:"outcome"`
	StartedAt time.Time `bun:"started_at"`
	// Changed says that it added, modified or deleted rows, by its record or by the
	// history: a lost run may have recorded nothing.
	Changed bool `bun:"changed"`
	// LastComplete says that it is the last run with a complete listing of some
	// scope.
	LastComplete bool `bun:"last_complete"`
}

// RunsPage lists runs after a number, the oldest first, at most limit.
func (s *Store) RunsPage(ctx context.Context, after int64, limit int) ([]RunAge, error) {
	var runs []RunAge
	err := s.db.NewSelect().Model((*Run)(nil)).Column("id", "run_id", "outcome", "started_at").
		ColumnExpr("su_add + su_mod + su_del > 0 OR EXISTS (SELECT 1 FROM sync_change_span WHERE run_id = run.run_id) AS changed").
		Where("id > ?", after).Order("id").Limit(int64(limit)).Scan(ctx, &runs)
	if err == nil {
		err = s.markLastComplete(ctx, runs)
	}
	if err != nil {
		return nil, fmt.Errorf("list runs after %d: %w", after, err)
	}
	return runs, nil
}

func (s *Store) markLastComplete(ctx context.Context, runs []RunAge) error {
	var ids []string
	err := s.db.NewSelect().Model((*scopeRow)(nil)).ColumnExpr("DISTINCT last_complete_run").Scan(ctx, &ids)
	if err != nil {
		return err
	}
	last := make(map[string]bool, len(ids))
	for _, id := range ids {
		last[id] = true
	}
	for i := range runs {
		runs[i].LastComplete = last[runs[i].RunID]
	}
	return nil
}

// runDetails are the tables that say more of a run, by run_id.
var runDetails = []string{"sync_run_scope", "sync_run_unchanged", "sync_row_failure", "sync_restore", "sync_tally"}

// DeleteRuns removes the records of runs, the details first, so that an
// interrupted removal can be repeated. alive is called after each statement.
func (s *Store) DeleteRuns(ctx context.Context, runIDs []string, alive func()) error {
	if len(runIDs) == 0 {
		return nil
	}
	for _, table := range append(runDetails, "sync_run") {
		err := s.deleteAll(ctx, alive, "DELETE FROM ? WHERE run_id IN (?) LIMIT ?", bun.Ident(table), bun.List(runIDs), ExpireRows)
		if err != nil {
			return fmt.Errorf("remove %d runs from %s: %w", len(runIDs), table, err)
		}
	}
	return nil
}

// ExpireDrift removes what verifications found before a time.
func (s *Store) ExpireDrift(ctx context.Context, before time.Time, alive func()) error {
	err := s.deleteAll(ctx, alive, "DELETE FROM sync_drift WHERE found_at < ? LIMIT ?", before, ExpireRows)
	if err != nil {
		return fmt.Errorf("remove drift found before %s: %w", before.Format(time.RFC3339), err)
	}
	return nil
}

// deleteAll repeats a statement that ends with the limit ExpireRows until nothing
// is left.
func (s *Store) deleteAll(ctx context.Context, alive func(), query string, args ...any) error {
	for {
		n, err := remove(ctx, s.db, query, args...)
		if err != nil || n < ExpireRows {
			return err
		}
		alive()
	}
}

// StagedRun is a run, or a plan, with something in flight.
type StagedRun struct {
	RunID  string
	Newest time.Time // when it last wrote there
	// Running is when the run began that has not recorded its end; zero for others.
	Running time.Time
}

// StagedRuns lists who has something in flight.
func (s *Store) StagedRuns(ctx context.Context) ([]StagedRun, error) {
	newest := map[string]time.Time{}
	for _, table := range stagingTables {
		var rows []struct {
			RunID  string    `bun:"run_id"`
			Newest time.Time `bun:"newest"`
		}
		err := s.db.NewSelect().TableExpr("?", bun.Ident(table)).Column("run_id").ColumnExpr("MAX(created_at) AS newest").
			Group("run_id").Scan(ctx, &rows)
		if err != nil {
			return nil, fmt.Errorf("list the runs in %s: %w", table, err)
		}
		for _, row := range rows {
			if row.Newest.After(newest[row.RunID]) {
				newest[row.RunID] = row.Newest
			}
		}
	}
	var staged []StagedRun
	for runID, at := range newest {
		running, err := s.runningSince(ctx, runID)
		if err != nil {
			return nil, err
		}
		staged = append(staged, StagedRun{RunID: runID, Newest: at, Running: running})
	}
	return staged, nil
}

// runningSince is when a run began that has not recorded its end, zero for any
// other.
func (s *Store) runningSince(ctx context.Context, runID string) (time.Time, error) {
	var run Run
	err := s.db.NewSelect().Model(&run).Column("outcome", "started_at").Where("run_id = ?", runID).Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return time.Time{}, nil
	case err != nil:
		return time.Time{}, fmt.Errorf("read run %s: %w", runID, err)
	case run.Outcome == OutcomeRunning:
		return run.StartedAt, nil
	default:
		return time.Time{}, nil
	}
}
