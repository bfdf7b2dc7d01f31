package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
)

// changeSpan has the ids between which a transaction records its changes, all of one
// run. Each transaction that has changes writes one. Spans stand in for an index of the
// changes by run (docs/decisions/0018-changes-of-a-run-are-found-by-spans.md).
type changeSpan struct {
	first int64 // the first id of the first statement
	last  int64 // the first id of the last statement
	rows  int64 // of the last statement
}

// extend takes in what a statement inserted.
func (s *changeSpan) extend(inserted sql.Result, rows int) error {
	id, err := inserted.LastInsertId() // the first one: https://dev.mysql.com/doc/refman/8.0/en/information-functions.html
	if err != nil {
		return fmt.Errorf("read the id of the first of %d changes: %w", rows, err)
	}
	if s.rows == 0 {
		s.first = id
	}
	s.last, s.rows = id, int64(rows)
	return nil
}

// write writes the span, if there is one. The ids of a statement that says how many
// rows it has follow each other, but at a distance that the server sets: in a cluster
// with several primaries, it is not 1. Who writes a span writes a tally, too.
func (s *changeSpan) write(ctx context.Context, tx bun.Tx, runID string) error {
	if s.rows == 0 {
		return nil
	}
	_, err := tx.NewRaw("INSERT INTO sync_change_span (run_id, first_id, last_id, tallied) VALUES (?, ?, ? + ? * @@auto_increment_increment, 1)",
		runID, s.first, s.last, s.rows-1).Exec(ctx)
	if err != nil {
		return fmt.Errorf("record the span of the changes: %w", err)
	}
	return nil
}

// runRange has the ids between which the changes of a run are. Changes of others may
// lie between them too.
type runRange struct {
	runID       string
	first, last int64 // both 0, which no change has: the history has none of the run
}

// rangeOf reads the range of a run.
func rangeOf(ctx context.Context, db bun.IDB, runID string) (runRange, error) {
	r := runRange{runID: runID}
	err := db.NewSelect().Table("sync_change_span").ColumnExpr("COALESCE(MIN(first_id), 0), COALESCE(MAX(last_id), 0)").
		Where("run_id = ?", runID).Scan(ctx, &r.first, &r.last)
	if err != nil {
		return r, fmt.Errorf("find the changes of run %s: %w", runID, err)
	}
	return r, nil
}

// changes is a query of the run's changes.
func (r runRange) changes(db bun.IDB) *bun.SelectQuery {
	return db.NewSelect().Model((*Change)(nil)).ForceIndex(primaryKey).
		Where("id BETWEEN ? AND ?", r.first, r.last).Where("run_id = ?", r.runID)
}

// primaryKey is MySQL's name of every table's primary key.
const primaryKey = "PRIMARY"

// expireSpans removes those spans of a run that end before the oldest of its changes
// that are left: without any, all of them.
func expireSpans(ctx context.Context, tx bun.Tx, runID string) error {
	run, err := rangeOf(ctx, tx, runID)
	if err != nil {
		return err
	}
	var left int64
	err = run.changes(tx).Column("id").Order("id").Limit(1).Scan(ctx, &left)
	if errors.Is(err, sql.ErrNoRows) {
		left, err = run.last+1, nil
	}
	if err == nil { // the first id, too, so that the primary key bounds what is read
		_, err = remove(ctx, tx, "DELETE FROM sync_change_span WHERE run_id = ? AND first_id < ? AND last_id < ?", runID, left, left)
	}
	if err != nil {
		return fmt.Errorf("remove the spans of run %s: %w", runID, err)
	}
	return nil
}
