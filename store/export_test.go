package store

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"
)

// SweepStale is the last part of ClaimScopes: in a slow run it comes late.
var SweepStale = (*Store).sweepStale

// AskForever asks something that takes the server days.
func (s *Store) AskForever(ctx context.Context) error {
	var n int
	return s.db.NewRaw("WITH RECURSIVE endless AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM endless WHERE i < 1000) "+
		"SELECT COUNT(*) FROM endless AS a, endless AS b, endless AS c, endless AS d WHERE a.i + b.i + c.i + d.i > 4000").Scan(ctx, &n)
}

// CountChanges is what a run did, by its tallies, and what the history has of it.
func (s *Store) CountChanges(ctx context.Context, runID string) (tallied, told map[int64]Done, err error) {
	if tallied, err = done(ctx, s.db, runID); err != nil {
		return nil, nil, err
	}
	query, err := doneByHistory(ctx, s.db, runID)
	if err != nil {
		return nil, nil, err
	}
	told, err = readDone(ctx, query, runID)
	return tallied, told, err
}

// ChangesInBulk is how many changes a bulk insert has.
var ChangesInBulk = bulkRows(len(changeColumns))

// Recording is a transaction that records changes of a run, statement by statement.
type Recording struct {
	conn  bun.Conn
	tx    bun.Tx
	runID string
	bulk  *bulkInsert
	span  changeSpan
	all   []Change
}

// Record begins a recording.
func (s *Store) Record(ctx context.Context, runID string) (*Recording, error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	bulk, err := bulkInsertOf(conn, "resource_change", changeColumns)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &Recording{conn: conn, tx: tx, runID: runID, bulk: bulk}, nil
}

// Insert inserts changes as one statement.
func (r *Recording) Insert(ctx context.Context, changes []Change) error {
	for i := range changes {
		changes[i].RunID = r.runID
	}
	r.all = append(r.all, changes...)
	if len(changes) == ChangesInBulk {
		return r.bulk.insertChanges(ctx, changes, &r.span)
	}
	return r.span.insertChanges(ctx, r.tx, changes)
}

// ConnectionID is the server's number of the recording's connection.
func (r *Recording) ConnectionID(ctx context.Context) (id int64, err error) {
	err = r.tx.QueryRowContext(ctx, "SELECT CONNECTION_ID()").Scan(&id)
	return id, err
}

// Isolation is the isolation of the recording's connection.
func (r *Recording) Isolation(ctx context.Context) (level string, err error) {
	var name string // MySQL and MariaDB differ in it
	err = r.tx.QueryRowContext(ctx, "SHOW SESSION VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')").Scan(&name, &level)
	return level, err
}

// Panic is a panic of the driver.
func (r *Recording) Panic() error {
	return inRaw(r.conn, func(*connection) { panic("of the driver") })
}

// Commit ends the recording.
func (r *Recording) Commit(ctx context.Context) error {
	if err := r.span.write(ctx, r.tx, r.runID); err != nil {
		return err
	}
	if err := tallyOf(r.all).write(ctx, r.tx, r.runID, false); err != nil {
		return err
	}
	return errors.Join(r.tx.Commit(), r.conn.Close())
}

// Rollback undoes it.
func (r *Recording) Rollback() error { return errors.Join(r.tx.Rollback(), r.conn.Close()) }

// UpsertWarnings upserts a run and returns how many warnings that caused.
func (s *Store) UpsertWarnings(ctx context.Context, run Run) (warnings int, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := upsert(ctx, tx.Tx, tx.NewInsert().Model(&run).ExcludeColumn("id"), runColumns); err != nil {
			return err
		}
		return tx.Tx.QueryRowContext(ctx, "SELECT @@warning_count").Scan(&warnings)
	})
	return warnings, err
}

// StoredTime is what becomes of a time that is a parameter of the driver.
func (s *Store) StoredTime(ctx context.Context, at time.Time) (stored time.Time, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.Tx.ExecContext(ctx, "CREATE TEMPORARY TABLE clock (at DATETIME(6))"); err != nil {
			return err
		}
		if _, err := tx.Tx.ExecContext(ctx, "INSERT INTO clock VALUES (?)", at); err != nil {
			return err
		}
		return tx.Tx.QueryRowContext(ctx, "SELECT at FROM clock").Scan(&stored)
	})
	return stored, err
}

// Questions is how many statements the store's connection has had; the store has one at most.
func (s *Store) Questions(ctx context.Context) (n int64, err error) {
	var name string
	err = s.db.QueryRowContext(ctx, "SHOW SESSION STATUS LIKE 'Questions'").Scan(&name, &n)
	return n, err
}
