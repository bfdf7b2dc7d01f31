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

// PruneBatch deletes up to BatchRows rows of a claimed scope, with their images
// in the history, as one transaction. It returns how many it deleted; none are
// left when they are fewer than BatchRows. ErrSuperseded means that a newer run
// holds the scope.
func (s *Store) PruneBatch(ctx context.Context, kind *resource.Kind, lease Lease) (deleted int, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := holdFence(ctx, tx, lease); err != nil {
			return err
		}
		rows, err := lockScope(ctx, tx, kind, lease.ScopeID)
		if err != nil || len(rows) == 0 {
			deleted = 0
			return err
		}
		changes, err := s.deletionsOf(kind, lease, rows)
		if err != nil {
			return err
		}
		if err := insertChanges(ctx, tx, changes); err != nil {
			return err
		}
		deleted = len(rows)
		return deleteRows(ctx, tx, kind, uidsOf(rows))
	})
	if err != nil {
		return 0, fmt.Errorf("prune scope %d of %s: %w", lease.ScopeID, kind.Name(), err)
	}
	return deleted, nil
}

func lockScope(ctx context.Context, tx bun.Tx, kind *resource.Kind, scopeID int64) ([]resource.Row, error) {
	dest, scanned := kind.ScanModel()
	query := tx.NewSelect().Model(dest).ModelTableExpr("? AS ?", bun.Ident(kind.Name()), bun.Ident("row")).
		Where("scope_id = ?", scopeID).Order("uid").Limit(BatchRows).For("UPDATE")
	for _, column := range rowColumns(kind) {
		query = query.ColumnExpr("?", bun.Ident(column))
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

// CountDeletions counts the deletions of a run in each scope.
func (s *Store) CountDeletions(ctx context.Context, runID string) (map[int64]int64, error) {
	var rows []struct {
		ScopeID int64 `bun:"scope_id"`
		Count   int64 `bun:"rows_of_scope"`
	}
	err := s.db.NewSelect().Model((*Change)(nil)).Column("scope_id").ColumnExpr("COUNT(*) AS rows_of_scope").
		Where("run_id = ?", runID).Where("op = ?", diff.Delete).Group("scope_id").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count the deletions of run %s: %w", runID, err)
	}
	counts := make(map[int64]int64, len(rows))
	for _, row := range rows {
		counts[row.ScopeID] = row.Count
	}
	return counts, nil
}
