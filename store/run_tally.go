package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/uptrace/bun"

	"cloudsync/diff"
)

// Done is what a run did to the inventory, or to one scope of it.
type Done struct {
	Added    int64 `bun:"added"` // or put back by a restore
	Modified int64 `bun:"modified"`
	Deleted  int64 `bun:"deleted"`
	Rehashed int64 `bun:"rehashed"` // nothing but the hash was rewritten: the history does not have it
}

func (d *Done) add(other Done) {
	d.Added += other.Added
	d.Modified += other.Modified
	d.Deleted += other.Deleted
	d.Rehashed += other.Rehashed
}

func (d *Done) count(op diff.Op) {
	switch op {
	case diff.Modify:
		d.Modified++
	case diff.Delete:
		d.Deleted++
	default: // diff.Add and RestoreOp
		d.Added++
	}
}

// tally is what a transaction does in each scope. It is written in the same
// transaction. So the sums of a run's tallies are what the history has of it, whatever
// becomes of the run, of its ledger in sync_batch and of its workflow
// (docs/decisions/0021-the-figures-of-a-run-are-tallied.md).
type tally map[int64]*Done

func tallyOf(changes []Change) tally {
	t := tally{}
	for i := range changes {
		t.of(changes[i].ScopeID).count(changes[i].Op)
	}
	return t
}

func (t tally) of(scopeID int64) *Done {
	if t[scopeID] == nil {
		t[scopeID] = &Done{}
	}
	return t[scopeID]
}

type tallyRow struct {
	bun.BaseModel `bun:"table:sync_tally,alias:tally"`

	RunID   string `bun:"run_id,pk"`
	ScopeID int64  `bun:"scope_id,pk"`
	Part    int64  `bun:"part,pk"`
	Done
}

// write writes the tally, if there is one, and where the end of the run is recorded, the
// figures.
func (t tally) write(ctx context.Context, tx bun.Tx, runID string, recorded bool) error {
	if len(t) == 0 {
		return nil
	}
	rows := make([]tallyRow, 0, len(t))
	for scopeID, done := range t {
		rows = append(rows, tallyRow{RunID: runID, ScopeID: scopeID, Part: rand.Int64(), Done: *done})
	}
	if _, err := tx.NewInsert().Model(&rows).Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("tally what was changed: %w", err)
	}
	if !recorded {
		return nil
	}
	_, err := writeFigures(ctx, tx, runID)
	return err
}

// errRecorded is the error of a transaction that began as that of a run at work,
// although the run has recorded its end.
var errRecorded = errors.New("the run has recorded its end")

// changing runs a transaction that changes something for a run. At first the
// transaction locks the run's record as a reader: whoever records the end waits, and
// then counts the changes. If the end is recorded already, because the run was reset or
// the attempt was given up, the transaction fails with errRecorded. Then it runs again,
// and locks the record to write the figures into it.
func changing(transaction func(recorded bool) error) error {
	err := transaction(false)
	if errors.Is(err, errRecorded) {
		err = transaction(true)
	}
	return err
}

// holdRecord locks the record of a run for a transaction that holds no lease.
func holdRecord(ctx context.Context, tx bun.Tx, runID string, recorded bool) error {
	lock := "LOCK IN SHARE MODE"
	if recorded {
		lock = "FOR UPDATE"
	}
	var outcomes []string
	err := tx.NewRaw("SELECT outcome FROM sync_run WHERE run_id = ? "+lock, runID).Scan(ctx, &outcomes)
	if err != nil {
		return fmt.Errorf("hold the record of run %s: %w", runID, err)
	}
	if len(outcomes) > 0 && outcomes[0] != OutcomeRunning && !recorded {
		return errRecorded
	}
	return nil
}

// scopeDone is what a run did in one scope.
type scopeDone struct {
	ScopeID int64 `bun:"scope_id"`
	Done
}

// doneByScope is a query of what a run did in each scope: as its tallies say, or, if
// it has changes without, as the history says.
func doneByScope(ctx context.Context, db bun.IDB, runID string) (*bun.SelectQuery, error) {
	var untallied int
	err := db.NewSelect().Table("sync_change_span").ColumnExpr("COUNT(*)").
		Where("run_id = ?", runID).Where("tallied = 0").Scan(ctx, &untallied)
	if err != nil {
		return nil, fmt.Errorf("look for changes of run %s that are not tallied: %w", runID, err)
	}
	if untallied > 0 {
		return doneByHistory(ctx, db, runID)
	}
	query := db.NewSelect().Model((*tallyRow)(nil)).Column("scope_id").Where("run_id = ?", runID).Group("scope_id")
	for _, column := range []string{"added", "modified", "deleted", "rehashed"} {
		query = query.ColumnExpr("SUM(?0) AS ?0", bun.Ident(column))
	}
	return query, nil
}

func doneByHistory(ctx context.Context, db bun.IDB, runID string) (*bun.SelectQuery, error) {
	run, err := rangeOf(ctx, db, runID)
	if err != nil {
		return nil, err
	}
	return run.changes(db).Column("scope_id").Group("scope_id").
		ColumnExpr("SUM(op IN (?, ?)) AS added", diff.Add, RestoreOp).
		ColumnExpr("SUM(op = ?) AS modified", diff.Modify).
		ColumnExpr("SUM(op = ?) AS deleted", diff.Delete).
		ColumnExpr("0 AS rehashed"), nil
}

// done reads what a run did in each scope.
func done(ctx context.Context, db bun.IDB, runID string) (map[int64]Done, error) {
	query, err := doneByScope(ctx, db, runID)
	if err != nil {
		return nil, err
	}
	return readDone(ctx, query, runID)
}

func readDone(ctx context.Context, query *bun.SelectQuery, runID string) (map[int64]Done, error) {
	var rows []scopeDone
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("count the changes of run %s: %w", runID, err)
	}
	scopes := make(map[int64]Done, len(rows))
	for _, row := range rows {
		scopes[row.ScopeID] = row.Done
	}
	return scopes, nil
}

func sumOf(scopes map[int64]Done) (total Done) {
	for _, done := range scopes {
		total.add(done)
	}
	return total
}

// notRecorded is the reason in the record of a scope that a run changed and recorded no
// outcome of.
const notRecorded = "the run recorded no outcome of this scope: what it did is as the history has it"

// writeFigures writes what a run that is over did into its record and into those of its
// scopes, and returns it. The caller has locked the record of the run. No figure goes
// down: retention may have removed changes of a run that kept no tally.
func writeFigures(ctx context.Context, tx bun.Tx, runID string) (scopes map[int64]Done, err error) {
	query, err := doneByScope(ctx, tx, runID)
	if err != nil {
		return nil, err
	}
	scopes, err = readDone(ctx, query, runID)
	if err != nil || len(scopes) == 0 {
		return nil, err
	}
	if err := giveRows(ctx, tx, runID, scopes); err != nil {
		return nil, err
	}
	_, err = tx.NewRaw(`INSERT INTO sync_run_scope (run_id, scope_id, outcome, su_add, su_mod, su_del, rehashed, reason)
		SELECT ?, done.scope_id, ?, done.added, done.modified, done.deleted, done.rehashed, ? FROM (?) AS done
		ON DUPLICATE KEY UPDATE outcome = IF(sync_run_scope.outcome = ?, ?, sync_run_scope.outcome),
			su_add = GREATEST(sync_run_scope.su_add, done.added), su_mod = GREATEST(sync_run_scope.su_mod, done.modified),
			su_del = GREATEST(sync_run_scope.su_del, done.deleted), rehashed = GREATEST(sync_run_scope.rehashed, done.rehashed)`,
		runID, OutcomeLost, notRecorded, query, outcomeUnchanged, outcomeOK).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("record what run %s did in its scopes: %w", runID, err)
	}
	total := sumOf(scopes)
	_, err = tx.NewRaw(`UPDATE sync_run SET outcome = IF(outcome = ?, ?, outcome), su_add = GREATEST(su_add, ?),
		su_mod = GREATEST(su_mod, ?), su_del = GREATEST(su_del, ?), rehashed = GREATEST(rehashed, ?) WHERE run_id = ?`,
		outcomeUnchanged, outcomeOK, total.Added, total.Modified, total.Deleted, total.Rehashed, runID).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("record what run %s did: %w", runID, err)
	}
	return scopes, nil
}

// tellDone fills in what runs have done so far that have recorded no end.
func (s *Store) tellDone(ctx context.Context, runs []Run) error {
	for i := range runs {
		if runs[i].Outcome != OutcomeRunning {
			continue
		}
		scopes, err := done(ctx, s.db, runs[i].RunID)
		if err != nil {
			return err
		}
		runs[i].Stats.raise(sumOf(scopes))
	}
	return nil
}

// raise makes the figures those of what was done, where they are smaller.
func (s *Stats) raise(done Done) {
	s.SuAdd, s.SuMod = max(s.SuAdd, done.Added), max(s.SuMod, done.Modified)
	s.SuDel, s.Rehashed = max(s.SuDel, done.Deleted), max(s.Rehashed, done.Rehashed)
}
