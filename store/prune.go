package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/diff"
	"cloudsync/resource"
)

// SampledRow is what a sample shows of a row.
type SampledRow struct {
	NativeID  string    `bun:"native_id"`
	UpdatedAt time.Time `bun:"updated_at"`
}

// SampleScope reads the first rows of a scope, by uid.
func (s *Store) SampleScope(ctx context.Context, kind *resource.Kind, scopeID int64, limit int) ([]SampledRow, error) {
	var rows []SampledRow
	err := s.db.NewSelect().TableExpr("?", bun.Ident(kind.Name())).Column("native_id", "updated_at").
		Where("scope_id = ?", scopeID).Order("uid").Limit(int64(limit)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read rows of scope %d in %s: %w", scopeID, kind.Name(), err)
	}
	return rows, nil
}

// LastChange is the id of the last change that the history has, at a moment when
// nobody writes to the claimed scope: what is written to it later has a greater
// one. ErrSuperseded means that a newer run holds the scope.
func (s *Store) LastChange(ctx context.Context, lease Lease) (id int64, err error) {
	err = changing(func(recorded bool) error {
		return s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			if err := holdFence(ctx, tx, lease, recorded); err != nil {
				return err
			}
			return tx.NewSelect().Model((*Change)(nil)).ColumnExpr("COALESCE(MAX(id), 0)").Scan(ctx, &id)
		})
	})
	if err != nil {
		return 0, fmt.Errorf("read the last change before pruning scope %d: %w", lease.ScopeID, err)
	}
	return id, nil
}

// Pruning says what to delete: the rows of a claimed scope.
type Pruning struct {
	Lease
	Scope resource.Scope
	// Seen is LastChange from when the rows were looked at. An operator has not agreed
	// to delete what was put back later.
	Seen int64
}

// Pruned is what became of some rows.
type Pruned struct {
	Deleted  int64
	Restored int64 // put back since they were looked at: left alone
	// Elsewhere are rows whose uid does not follow from the scope and their native
	// id: somebody edited them, and they are those of another scope, perhaps of one
	// that is configured. They are left alone.
	Elsewhere int64
	Last      *resource.UID // where the next batch begins after; nil: there is none
}

// PruneBatch deletes rows of the scope after a uid, of BatchRows, with their
// images in the history, as one transaction; nil is before the first.
// ErrSuperseded means that a newer run holds the scope.
func (s *Store) PruneBatch(ctx context.Context, kind *resource.Kind, order Pruning, after *resource.UID) (Pruned, error) {
	var pruned Pruned
	err := changing(func(recorded bool) (err error) {
		pruned, err = s.pruneBatch(ctx, kind, order, after, recorded)
		return err
	})
	if err != nil {
		return Pruned{}, fmt.Errorf("prune scope %d of %s: %w", order.ScopeID, kind.Name(), err)
	}
	return pruned, nil
}

func (s *Store) pruneBatch(ctx context.Context, kind *resource.Kind, order Pruning, after *resource.UID, recorded bool) (pruned Pruned, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := holdFence(ctx, tx, order.Lease, recorded); err != nil {
			return err
		}
		rows, err := lockScope(ctx, tx, kind, order.ScopeID, after)
		if err != nil {
			return err
		}
		var changes []Change
		if pruned, changes, err = s.prune(ctx, tx, kind, order, rows); err != nil {
			return err
		}
		return recordChanges(ctx, tx, order.RunID, changes, recorded)
	})
	return pruned, err
}

// prune deletes of the rows what may go, and returns that for the history.
func (s *Store) prune(ctx context.Context, tx bun.Tx, kind *resource.Kind, order Pruning, rows []resource.Row) (pruned Pruned, changes []Change, err error) {
	if len(rows) == 0 {
		return pruned, nil, nil
	}
	if len(rows) == BatchRows {
		pruned.Last = &rows[len(rows)-1].RowMeta().UID
	}
	restored, err := restoredSince(ctx, tx, uidsOf(rows), order.Seen)
	if err != nil {
		return pruned, nil, err
	}
	var gone []resource.Row
	for _, row := range rows {
		switch meta := row.RowMeta(); {
		case restored[meta.UID]:
			pruned.Restored++
		case order.Scope.UID(meta.NativeID) != meta.UID:
			pruned.Elsewhere++
		default:
			gone = append(gone, row)
		}
	}
	if len(gone) == 0 {
		return pruned, nil, nil
	}
	pruned.Deleted = int64(len(gone))
	if changes, err = s.deletionsOf(kind, order.Lease, gone); err != nil {
		return pruned, nil, err
	}
	return pruned, changes, deleteRows(ctx, tx, kind, uidsOf(gone))
}

// restoredSince are those of the resources that were put back after a change.
func restoredSince(ctx context.Context, tx bun.Tx, uids []resource.UID, seen int64) (map[resource.UID]bool, error) {
	var found []resource.UID
	err := tx.NewSelect().Model((*Change)(nil)).ColumnExpr("DISTINCT uid").ForceIndex("resource").
		Where("uid IN (?)", bun.List(uids)).Where("id > ?", seen).Where("op = ?", RestoreOp).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("look for restores of %d rows: %w", len(uids), err)
	}
	restored := make(map[resource.UID]bool, len(found))
	for _, uid := range found {
		restored[uid] = true
	}
	return restored, nil
}

func lockScope(ctx context.Context, tx bun.Tx, kind *resource.Kind, scopeID int64, after *resource.UID) ([]resource.Row, error) {
	query, scanned := selectRows(tx, kind)
	query = query.Where("scope_id = ?", scopeID).Order("uid").Limit(BatchRows).For("UPDATE")
	if after != nil {
		query = query.Where("uid > ?", *after)
	}
	err := query.Scan(ctx)
	return scanned(), err
}

func (s *Store) deletionsOf(kind *resource.Kind, lease Lease, rows []resource.Row) ([]Change, error) {
	changes := make([]Change, len(rows))
	for i, row := range rows {
		image, err := kind.Image(row)
		if err != nil {
			return nil, err
		}
		meta := row.RowMeta()
		changes[i] = Change{
			Kind: kind.Name(), UID: meta.UID, NativeID: meta.NativeID, ScopeID: meta.ScopeID,
			RunID: lease.RunID, Op: diff.Delete, ChangedAt: s.at(), Image: image,
		}
	}
	return changes, nil
}
