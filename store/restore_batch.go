package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// batch puts the rows of some deletions back in one transaction.
func (r *restorer) batch(ctx context.Context, deletions []Change) error {
	var b restoreBatch
	err := changing(func(recorded bool) error {
		return r.store.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			now, err := r.store.restoreTime(ctx, tx, deletions)
			if err != nil {
				return err
			}
			b = restoreBatch{tx: tx, kind: r.kind, runID: r.order.RunID, recorded: recorded, now: now, scopes: map[int64]RestoreCounts{}}
			return b.run(ctx, deletions)
		})
	})
	if err != nil {
		return fmt.Errorf("put back %d rows: %w", len(deletions), err)
	}
	for id, counts := range b.scopes {
		r.total.add(counts)
		counts.add(r.scopes[id])
		r.scopes[id] = counts
	}
	return nil
}

// restoreTime is when deletions are undone: now, by the server's clock, and after
// each of them, by whichever clock that was.
func (s *Store) restoreTime(ctx context.Context, tx bun.Tx, deletions []Change) (time.Time, error) {
	at, err := s.serverAt(ctx, tx)
	for _, deletion := range deletions {
		if after := deletion.ChangedAt.Add(time.Microsecond); at.Before(after) {
			at = after
		}
	}
	return at, err
}

// restoreBatch is one batch within its transaction.
type restoreBatch struct {
	tx       bun.Tx
	kind     *resource.Kind
	runID    string
	recorded bool // see changing
	now      time.Time
	scopes   map[int64]RestoreCounts
	changes  []Change
	failures []Failure
}

func (b *restoreBatch) run(ctx context.Context, deletions []Change) error {
	if err := holdFences(ctx, b.tx, deletions); err != nil {
		return err
	}
	if err := holdRecord(ctx, b.tx, b.runID, b.recorded); err != nil {
		return err
	}
	standing, err := judgeDeletions(ctx, b.tx, b.kind, deletions)
	if err != nil {
		return err
	}
	var rows []resource.Row
	for i, deletion := range deletions {
		b.count(deletion.ScopeID, standing[i].counts())
		if standing[i] == restorable {
			if row := b.read(deletion); row != nil {
				rows = append(rows, row)
			}
		}
	}
	insert := func(rows []resource.Row) error { return b.insert(ctx, rows) }
	if err := isolateRefused(rows, insert, b.refuse); err != nil {
		return err
	}
	if err := recordChanges(ctx, b.tx, b.runID, b.changes, b.recorded); err != nil {
		return err
	}
	return insertFailures(ctx, b.tx, b.failures)
}

// holdFences keeps syncs from applying anything to the deletions' scopes until
// the end of the transaction.
func holdFences(ctx context.Context, tx bun.Tx, deletions []Change) error {
	var ids []int64
	for _, deletion := range deletions {
		ids = append(ids, deletion.ScopeID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var held []int64
	err := tx.NewSelect().Model((*scopeRow)(nil)).Column("id").Where("id IN (?)", bun.List(ids)).
		Order("id").For("UPDATE").Scan(ctx, &held)
	if err != nil {
		return fmt.Errorf("hold the fences of %d scopes: %w", len(ids), err)
	}
	return nil
}

// read is the row of a deletion's image, nil if it can no longer be one.
func (b *restoreBatch) read(deletion Change) resource.Row {
	row, err := imageRow(b.kind, deletion)
	if err != nil {
		b.fail(deletion.UID, deletion.NativeID, deletion.ScopeID, err)
		return nil
	}
	row.RowMeta().UpdatedAt = b.now
	return row
}

func imageRow(kind *resource.Kind, deletion Change) (resource.Row, error) {
	row, err := kind.ParseImage(deletion.Image)
	if err != nil {
		return nil, err
	}
	return row, kind.Rehash(row)
}

func (b *restoreBatch) insert(ctx context.Context, rows []resource.Row) error {
	if err := insertRows(ctx, b.tx, b.kind, rows); err != nil {
		return fmt.Errorf("insert %d rows: %w", len(rows), err)
	}
	for _, row := range rows {
		meta := row.RowMeta()
		b.changes = append(b.changes, Change{
			Kind: b.kind.Name(), UID: meta.UID, NativeID: meta.NativeID, ScopeID: meta.ScopeID,
			RunID: b.runID, Op: RestoreOp, ChangedAt: b.now,
		})
	}
	return nil
}

func (b *restoreBatch) refuse(row resource.Row, err error) {
	meta := row.RowMeta()
	b.fail(meta.UID, meta.NativeID, meta.ScopeID, err)
}

// fail counts a row that was to be restored as refused.
func (b *restoreBatch) fail(uid resource.UID, nativeID string, scopeID int64, err error) {
	b.count(scopeID, RestoreCounts{Restored: -1, Refused: 1})
	b.failures = append(b.failures, Failure{
		RunID: b.runID, ScopeID: scopeID, Phase: string(RestoreOp),
		UID: &uid, NativeID: nativeID, Reason: reason(err), FailedAt: b.now,
	})
}

func (b *restoreBatch) count(scopeID int64, counts RestoreCounts) {
	counts.add(b.scopes[scopeID])
	b.scopes[scopeID] = counts
}
