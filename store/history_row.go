package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// RowAsOf returns the row of one resource as the inventory had it at a time, as AsOf does;
// ErrNotFound if it had none, ErrPruned if the history is no longer whole since then.
func (s *Store) RowAsOf(ctx context.Context, kind *resource.Kind, uid resource.UID, at time.Time) (row resource.Row, err error) {
	opts := &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	err = s.db.RunInTx(ctx, opts, func(ctx context.Context, tx bun.Tx) error {
		if err := checkHorizon(ctx, tx, kind, at); err != nil {
			return err
		}
		present, err := readRows(ctx, tx, kind, []resource.UID{uid}, "")
		if err != nil {
			return err
		}
		before := past{kind: kind, at: at}
		changes := changesOf(tx, kind, uid)
		for {
			change, err := changes.head(ctx)
			if err != nil {
				return err
			}
			if change == nil {
				break
			}
			before.take(change)
			changes.drop()
		}
		row, err = before.row(present[uid])
		return err
	})
	if err == nil && row == nil {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("rebuild %s %s as of %s: %w", kind.Name(), uid, at.UTC().Format(time.RFC3339Nano), err)
	}
	row.RowMeta().UpdatedAt = time.Time{}
	return row, nil
}

// changesOf are the changes of a resource, the oldest first.
func changesOf(tx bun.Tx, kind *resource.Kind, uid resource.UID) *pages[Change] {
	return &pages[Change]{next: func(ctx context.Context, last *Change) ([]Change, error) {
		var changes []Change
		query := tx.NewSelect().Model(&changes).Column("id", "uid", "op", "changed_at", "fields", "image").
			Where("uid = ?", uid).Where("kind = ?", kind.Name()).Order("id").Limit(asOfPage)
		if last != nil {
			query = query.Where("id > ?", last.ID)
		}
		if err := query.Scan(ctx); err != nil {
			return nil, fmt.Errorf("read the changes: %w", err)
		}
		return changes, nil
	}}
}
