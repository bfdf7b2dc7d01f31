package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/diff"
	"cloudsync/resource"
)

// AsOf shows the rows that the inventory of a kind had at a time, by uid: the
// present rows with every later change undone. A change at that very time has
// happened. The rows' hashes are those of the kind's present version, and
// UpdatedAt, which the history does not know, is zero. A row that emit is given
// is valid until it returns.
//
// All is read in one snapshot of the database, page by page: a sync that goes on
// meanwhile makes no difference, nor does the size of the inventory to the
// memory. ErrPruned is the error of a time of which the history is no longer
// whole.
func (s *Store) AsOf(ctx context.Context, kind *resource.Kind, at time.Time, emit func(resource.Row) error) error {
	// Every read of a REPEATABLE READ transaction sees what the first one saw.
	opts := &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	err := s.db.RunInTx(ctx, opts, func(ctx context.Context, tx bun.Tx) error {
		if err := checkHorizon(ctx, tx, kind, at); err != nil {
			return err
		}
		first, err := seekChange(ctx, tx, at.Add(-maxDisorder))
		if err != nil {
			return err
		}
		r := rewind{kind: kind, at: at, rows: presentRows(tx, kind), changes: laterChanges(tx, kind, first), emit: emit}
		return r.run(ctx)
	})
	if err != nil {
		return fmt.Errorf("rebuild %s as of %s: %w", kind.Name(), at.UTC().Format(time.RFC3339Nano), err)
	}
	return nil
}

// asOfPage is how many rows, or changes, are in memory at once.
const asOfPage = 1000

func presentRows(tx bun.Tx, kind *resource.Kind, narrow ...OneOf) *pages[resource.Row] {
	return &pages[resource.Row]{next: func(ctx context.Context, last *resource.Row) ([]resource.Row, error) {
		query, scanned := selectRows(tx, kind)
		query = query.Order("uid").Limit(asOfPage)
		for _, column := range narrow {
			query = query.Where("? IN (?)", bun.Ident(column.Column), bun.List(column.Texts))
		}
		if last != nil {
			query = query.Where("uid > ?", (*last).RowMeta().UID)
		}
		if err := query.Scan(ctx); err != nil {
			return nil, fmt.Errorf("read the rows: %w", err)
		}
		return scanned(), nil
	}}
}

// laterChanges are the kind's changes from an id on, those of a resource
// together, the oldest first. The index (uid, id) has them in this order, and
// tells by itself which are early enough to leave alone.
func laterChanges(tx bun.Tx, kind *resource.Kind, first int64) *pages[Change] {
	return &pages[Change]{next: func(ctx context.Context, last *Change) ([]Change, error) {
		var changes []Change
		query := tx.NewSelect().Model(&changes).Column("id", "uid", "op", "changed_at", "fields", "image").
			ForceIndex("resource").Where("id >= ?", first).Where("kind = ?", kind.Name()).
			Order("uid", "id").Limit(asOfPage)
		if last != nil {
			query = query.Where("uid >= ? AND (uid > ? OR id > ?)", last.UID, last.UID, last.ID)
		}
		if err := query.Scan(ctx); err != nil {
			return nil, fmt.Errorf("read the changes: %w", err)
		}
		return changes, nil
	}}
}

// rewind goes through rows and changes side by side, as in a merge.
type rewind struct {
	kind    *resource.Kind
	at      time.Time
	rows    *pages[resource.Row]
	changes *pages[Change]
	emit    func(resource.Row) error
}

func (r *rewind) run(ctx context.Context) error {
	for {
		row, err := r.rows.head(ctx)
		if err != nil {
			return err
		}
		change, err := r.changes.head(ctx)
		if err != nil {
			return err
		}
		switch {
		case row == nil && change == nil:
			return nil
		case change == nil || row != nil && (*row).RowMeta().UID.Compare(change.UID) < 0:
			err = r.show(*row)
			r.rows.drop()
		case row == nil || (*row).RowMeta().UID.Compare(change.UID) > 0:
			err = r.undo(ctx, nil, change.UID)
		default:
			err = r.undo(ctx, *row, change.UID)
			r.rows.drop()
		}
		if err != nil {
			return err
		}
	}
}

// undo shows what the resource was before its later changes; present is its row,
// nil if it has none.
func (r *rewind) undo(ctx context.Context, present resource.Row, uid resource.UID) error {
	before := past{kind: r.kind, at: r.at}
	for {
		change, err := r.changes.head(ctx)
		if err != nil {
			return err
		}
		if change == nil || change.UID != uid {
			break
		}
		before.take(change)
		r.changes.drop()
	}
	row, err := before.row(present)
	if err != nil || row == nil {
		return err
	}
	return r.show(row)
}

func (r *rewind) show(row resource.Row) error {
	row.RowMeta().UpdatedAt = time.Time{}
	return r.emit(row)
}

// past is what the later changes of one resource tell of it, in order:
//
//	add, restore | it did not exist; the rest is of no interest
//	delete       | it was the image; likewise
//	modify       | the fields had their old values, whatever comes later
type past struct {
	kind    *resource.Kind
	at      time.Time
	decider *Change
	fields  []resource.FieldChange
}

func (p *past) take(change *Change) {
	switch {
	case !change.ChangedAt.After(p.at): // and with it, all before
		p.decider, p.fields = nil, nil
	case p.decider != nil:
	case change.Op == diff.Modify:
		p.addFields(change.Fields)
	default:
		decider := *change
		p.decider = &decider
	}
}

// addFields keeps the oldest value of each field, so that a resource that changes
// all the time takes no more memory than others.
func (p *past) addFields(changes []resource.FieldChange) {
	for _, change := range changes {
		known := func(earlier resource.FieldChange) bool { return earlier.Field == change.Field }
		if !slices.ContainsFunc(p.fields, known) {
			p.fields = append(p.fields, change)
		}
	}
}

// row is the resource as it was, nil if it did not exist.
func (p *past) row(present resource.Row) (resource.Row, error) {
	row := present
	if p.decider != nil {
		if p.decider.Op != diff.Delete {
			return nil, nil
		}
		var err error
		if row, err = p.kind.ParseImage(p.decider.Image); err != nil {
			return nil, fmt.Errorf("undo change %d: %w", p.decider.ID, err)
		}
	}
	// Without a row and its image, somebody has deleted it by hand.
	if row == nil || p.decider == nil && len(p.fields) == 0 {
		return row, nil
	}
	if err := p.kind.Undo(row, p.fields); err != nil {
		return nil, err
	}
	return row, p.kind.Rehash(row)
}
