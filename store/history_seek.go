package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// maxDisorder is by how much the times of changes may disagree with their ids. A
// change takes its time when its transaction begins and its id at the end, and
// workers' clocks differ a little.
const maxDisorder = time.Hour

// seekChange returns the id at which the history passes the time: by halving,
// since ids and times grow together, so that no index on the time is needed. If
// they disagree by at most maxDisorder, every change before that id is from
// before t + maxDisorder, and every other from after t − maxDisorder.
func seekChange(ctx context.Context, db bun.IDB, t time.Time) (int64, error) {
	var low, last sql.NullInt64
	if err := db.NewSelect().Model((*Change)(nil)).ColumnExpr("MIN(id), MAX(id)").Scan(ctx, &low, &last); err != nil {
		return 0, fmt.Errorf("seek %s in the history: %w", t, err)
	}
	high := last.Int64 + 1
	for low.Int64 < high {
		middle := low.Int64 + (high-low.Int64)/2
		id, changedAt, err := changeFrom(ctx, db, middle)
		switch {
		case err != nil:
			return 0, fmt.Errorf("seek %s in the history: %w", t, err)
		case id == 0 || changedAt.After(t):
			high = middle
		default:
			low.Int64 = id + 1
		}
	}
	return high, nil
}

// changeFrom returns the change of that id or the next one; id 0 for none.
func changeFrom(ctx context.Context, db bun.IDB, from int64) (id int64, changedAt time.Time, err error) {
	err = db.NewSelect().Model((*Change)(nil)).Column("id", "changed_at").
		Where("id >= ?", from).Order("id").Limit(1).Scan(ctx, &id, &changedAt)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, changedAt, err
}
