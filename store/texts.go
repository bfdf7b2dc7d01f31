package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// RowTexts is a row as the database writes it. It is valid until the next one is read.
type RowTexts struct {
	UID    resource.UID
	Hash   resource.Hash
	Values [][]byte // by the kind's Described: texts, numbers, times as TimeText, JSON; empty for NULL
}

// EachTexts shows the rows of a kind as texts, by uid: those among uids, or all for nil. It
// is one statement, so that all rows are as they were at one moment.
func (s *Store) EachTexts(ctx context.Context, kind *resource.Kind, uids []resource.UID, show func(*RowTexts) error) (err error) {
	if uids != nil && len(uids) == 0 {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("read the texts of %s: %w", kind.Name(), err)
		}
	}()
	columns := kind.Described()
	query := "SELECT uid, hash" + strings.Repeat(", ?", len(columns)) + " FROM ?"
	args := make([]any, 0, len(columns)+2)
	for _, column := range columns {
		args = append(args, bun.Ident(column.Name))
	}
	args = append(args, bun.Ident(kind.Name()))
	if uids != nil {
		query, args = query+" WHERE uid IN (?)", append(args, bun.List(uids))
	}
	rows, err := s.db.QueryContext(ctx, query+" ORDER BY uid", args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	return eachTexts(rows, len(columns), show)
}

func eachTexts(rows *sql.Rows, columns int, show func(*RowTexts) error) error {
	row := RowTexts{Values: make([][]byte, columns)}
	raw := make([]sql.RawBytes, columns+2)
	targets := make([]any, len(raw))
	for i := range raw {
		targets[i] = &raw[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		copy(row.UID[:], raw[0])
		copy(row.Hash[:], raw[1])
		for i, text := range raw[2:] {
			row.Values[i] = text
		}
		if err := show(&row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// EachEntry shows the entries of all rows of a kind, in no order.
func (s *Store) EachEntry(ctx context.Context, kind *resource.Kind, show func(resource.Entry)) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("read the hashes of %s: %w", kind.Name(), err)
		}
	}()
	rows, err := s.db.QueryContext(ctx, "SELECT uid, hash FROM ?", bun.Ident(kind.Name()))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var uid, hash sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&uid, &hash); err != nil {
			return err
		}
		var entry resource.Entry
		copy(entry.UID[:], uid)
		copy(entry.Hash[:], hash)
		show(entry)
	}
	return rows.Err()
}

// IDs are ids of changes: from the first to the last.
type IDs struct{ First, Last int64 }

// ChangedRow says that a change is of a row.
type ChangedRow struct {
	ID   int64        `bun:"id"`
	Kind string       `bun:"kind"`
	UID  resource.UID `bun:"uid"`
}

// ChangedRows are the rows of the changes with some ids, by id, at most limit.
func (s *Store) ChangedRows(ctx context.Context, ids []IDs, limit int) ([]ChangedRow, error) {
	var changed []ChangedRow
	if len(ids) == 0 {
		return nil, nil
	}
	query := s.db.NewSelect().Table("resource_change").Column("id", "kind", "uid").Order("id").Limit(int64(limit))
	query = query.WhereGroup("", func(q *bun.SelectQuery) *bun.SelectQuery {
		for _, some := range ids {
			q = q.WhereOr("id BETWEEN ? AND ?", some.First, some.Last)
		}
		return q
	})
	if err := query.Scan(ctx, &changed); err != nil {
		return nil, fmt.Errorf("read which rows changed: %w", err)
	}
	return changed, nil
}

// ChangeIDs are the first and the last id that the history has, zero if it has none.
func (s *Store) ChangeIDs(ctx context.Context) (ids IDs, err error) {
	err = s.db.NewSelect().Table("resource_change").ColumnExpr("COALESCE(MIN(id), 0), COALESCE(MAX(id), 0)").Scan(ctx, &ids.First, &ids.Last)
	if err != nil {
		return ids, fmt.Errorf("read which changes there are: %w", err)
	}
	return ids, nil
}

// EndedRun is a run that has recorded its end.
type EndedRun struct {
	ID       int64  `bun:"id"`
	Kind     string `bun:"kind"`
	Rehashed int64  `bun:"rehashed"`
}

// EndedRuns are the runs after a number that have recorded their end, by number, and the
// number up to which all have.
func (s *Store) EndedRuns(ctx context.Context, after int64) (ended []EndedRun, all int64, err error) {
	var runs []Run
	err = s.db.NewSelect().Model(&runs).Column("id", "kind", "outcome", "rehashed").Where("id > ?", after).Order("id").Scan(ctx)
	if err != nil {
		return nil, after, fmt.Errorf("read which runs ended: %w", err)
	}
	all = after
	for i, run := range runs {
		if run.Outcome == OutcomeRunning {
			continue
		}
		ended = append(ended, EndedRun{ID: run.ID, Kind: run.Kind, Rehashed: run.Rehashed})
		if !slices.ContainsFunc(runs[:i], func(r Run) bool { return r.Outcome == OutcomeRunning }) {
			all = run.ID
		}
	}
	return ended, all, nil
}
