package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/diff"
	"cloudsync/resource"
)

// RestoreOp is the operation of a change that put a deleted row back.
const RestoreOp diff.Op = "restore"

// Deleted says which deletions a restore is about: those of a run, or the last
// one of one resource.
type Deleted struct {
	Kind  *resource.Kind
	RunID string
	UID   resource.UID
}

// RestoreCounts is what becomes of the deleted rows.
type RestoreCounts struct {
	Deleted  int64 // all of them
	Restored int64 // put back; in a plan, to be put back
	Existing int64 // in the inventory again, left alone
	Outdated int64 // changed and gone again since that deletion, left alone
	Refused  int64 // that cannot be stored as they were
}

func (c *RestoreCounts) add(other RestoreCounts) {
	c.Deleted += other.Deleted
	c.Restored += other.Restored
	c.Existing += other.Existing
	c.Outdated += other.Outdated
	c.Refused += other.Refused
}

// Restore puts deleted rows back, in transactions of up to BatchRows, each with
// its changes. What exists again is left alone, so that repeating a restore
// continues it. The rows are as they were, but for their hash, which is that of
// the kind's present version, and UpdatedAt.
//
// The fences of the scopes are held while their rows are put back: no batch of a
// sync is applied at the same time. progress is told the counts so far after each
// transaction.
func (s *Store) Restore(ctx context.Context, deleted Deleted, order RestoreOrder, progress func(RestoreCounts)) (RestoreCounts, error) {
	r := &restorer{store: s, order: order, kind: deleted.Kind, scopes: map[int64]RestoreCounts{}}
	if err := r.begin(ctx, deleted); err != nil {
		return r.total, fmt.Errorf("record restore %s: %w", order.RunID, err)
	}
	err := s.eachDeletion(ctx, deleted, func(deletions []Change) error {
		err := r.batch(ctx, deletions)
		progress(r.total)
		return err
	})
	// Interrupted or not, what was done is on record.
	err = errors.Join(err, r.end(context.WithoutCancel(ctx), err))
	if err != nil {
		return r.total, fmt.Errorf("restore rows of %s: %w", deleted.Kind.Name(), err)
	}
	return r.total, nil
}

// DeletedKind is the name of the kind of what a run deleted, or of a resource
// that was deleted; ErrNotFound where the history has no such deletion.
func (s *Store) DeletedKind(ctx context.Context, deleted Deleted) (name string, err error) {
	run, err := rangeOf(ctx, s.db, deleted.RunID)
	if err == nil {
		err = s.deletions(deleted, run).Column("kind").Limit(1).Scan(ctx, &name)
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("find what was deleted: %w", err)
	}
	return name, nil
}

// deletions is a query of the deletions; run is the range of the run, if it is one's.
func (s *Store) deletions(deleted Deleted, run runRange) *bun.SelectQuery {
	if deleted.RunID == "" {
		return s.db.NewSelect().Model((*Change)(nil)).ForceIndex("resource").
			Where("uid = ?", deleted.UID).Where("op = ?", diff.Delete).Order("id DESC")
	}
	return run.changes(s.db).Where("op = ?", diff.Delete).Order("id")
}

// eachDeletion shows the deletions, at most BatchRows at a time.
func (s *Store) eachDeletion(ctx context.Context, deleted Deleted, do func([]Change) error) error {
	run, err := rangeOf(ctx, s.db, deleted.RunID)
	if err != nil {
		return err
	}
	limit := BatchRows
	if deleted.RunID == "" {
		limit = 1 // the last one
	}
	for after := int64(0); ; {
		var page []Change
		err := s.deletions(deleted, run).Where("id > ?", after).Limit(int64(limit)).Model(&page).Scan(ctx)
		if err != nil {
			return fmt.Errorf("read what was deleted: %w", err)
		}
		if len(page) == 0 {
			return nil
		}
		if err := do(page); err != nil {
			return err
		}
		if len(page) < limit || deleted.RunID == "" {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

// restorer is one restore.
type restorer struct {
	store   *Store
	order   RestoreOrder
	kind    *resource.Kind
	run     RunRef
	started time.Time
	total   RestoreCounts
	scopes  map[int64]RestoreCounts
}
