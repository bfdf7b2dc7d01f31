package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"golang.org/x/sync/semaphore"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store/staged"
)

// ApplyBatch applies one batch of the set, exactly once: the inventory's rows,
// their history and the mark that the batch is applied are one transaction. A
// batch that is applied already is left alone. A row that MySQL refuses is
// recorded with its reason, and the others are applied. ErrSuperseded means that
// a newer run holds the scope.
func (s *Store) ApplyBatch(ctx context.Context, kind *resource.Kind, scope resource.Scope, set BatchSet, seq int) error {
	err := changing(func(recorded bool) error { return s.applyBatch(ctx, kind, scope, set, seq, recorded) })
	if err != nil {
		return fmt.Errorf("apply %s batch %d of %s: %w", set.Op, seq, scope, err)
	}
	return nil
}

func (s *Store) applyBatch(ctx context.Context, kind *resource.Kind, scope resource.Scope, set BatchSet, seq int, recorded bool) error {
	return s.inConnTx(ctx, func(ctx context.Context, conn bun.Conn, tx bun.Tx) error {
		batch, err := lockBatch(ctx, tx, set, seq)
		if err != nil || !batch.AppliedAt.IsZero() {
			return err
		}
		if err := holdFence(ctx, tx, set.Lease, recorded); err != nil {
			return err
		}
		a := applier{tx: tx, kind: kind, scope: scope, set: set, now: s.at(), recording: s.recording, recorded: recorded}
		defer a.takeRoom()()
		if err := a.useBulkInserts(conn); err != nil {
			return err
		}
		if err := a.apply(ctx, batch.Payload); err != nil {
			return err
		}
		return a.markApplied(ctx, seq)
	})
}

func lockBatch(ctx context.Context, tx bun.Tx, set BatchSet, seq int) (batchRow, error) {
	row := set.row(seq)
	err := tx.NewSelect().Model(&row).Column("applied_at", "payload").WherePK().For("UPDATE").Scan(ctx)
	return row, gone(err)
}

// applier is the application of one batch within its transaction.
type applier struct {
	tx        bun.Tx
	rows      *bulkInsert
	history   *bulkInsert
	recording *semaphore.Weighted
	recorded  bool // see changing
	kind      *resource.Kind
	values    *resource.Values // of the rows to add
	scope     resource.Scope
	set       BatchSet
	now       time.Time
	counts    Counts
	changes   []Change
	failures  []Failure
}

// changeRooms are for the changes of a batch, which take more memory than anything else
// about it.
var changeRooms = sync.Pool{New: func() any { return new([]Change) }}

// takeRoom gives the changes room until giveBack.
func (a *applier) takeRoom() (giveBack func()) {
	room := changeRooms.Get().(*[]Change)
	a.changes = *room
	return func() {
		clear(a.changes)
		*room = a.changes[:0]
		changeRooms.Put(room)
	}
}

func (a *applier) useBulkInserts(conn bun.Conn) (err error) {
	if a.rows, err = bulkInsertOf(conn, a.kind.Name(), rowColumns(a.kind)); err != nil {
		return err
	}
	a.history, err = bulkInsertOf(conn, "resource_change", changeColumns)
	return err
}

func (a *applier) apply(ctx context.Context, payload []byte) error {
	if err := a.applyRows(ctx, payload); err != nil {
		return err
	}
	if err := a.record(ctx); err != nil {
		return err
	}
	if err := a.tally().write(ctx, a.tx, a.set.RunID, a.recorded); err != nil {
		return err
	}
	return insertFailures(ctx, a.tx, a.failures)
}

// record writes the history. All batches write to the same end of it, so they take
// turns: that takes a fortieth less time than getting in each other's way. InnoDB does
// not see this lock. Whoever has it must wait for no lock of others: it only inserts,
// into tables in which nobody else has locked a row.
func (a *applier) record(ctx context.Context) error {
	if err := a.recording.Acquire(ctx, 1); err != nil {
		return err
	}
	defer a.recording.Release(1)
	return a.history.recordChanges(ctx, a.tx, a.set.RunID, a.changes)
}

func (a *applier) tally() tally {
	t := tallyOf(a.changes)
	if a.counts.Rehashed > 0 {
		t.of(a.set.ScopeID).Rehashed = a.counts.Rehashed
	}
	return t
}

func (a *applier) applyRows(ctx context.Context, payload []byte) error {
	return inBatch(ctx, a.tx, a.set.Lease, payload, func(encoded []byte) error {
		items := make([]staged.Item, 0, BatchRows)
		err := staged.EachIn(encoded, func(item staged.Item) error {
			items = append(items, item)
			return nil
		})
		if err != nil {
			return err
		}
		switch a.set.Op {
		case diff.Delete:
			return a.delete(ctx, items)
		case diff.Add:
			return a.addAll(ctx, items)
		default:
			return a.putAll(ctx, items)
		}
	})
}

// addAll adds as many rows as it can in bulk, and the others the usual way.
func (a *applier) addAll(ctx context.Context, items []staged.Item) error {
	a.changes = slices.Grow(a.changes, len(items))
	a.values = a.kind.Values()
	for some := range slices.Chunk(items, a.rows.size) {
		done, err := a.addInBulk(ctx, some)
		if err != nil {
			return err
		}
		if done {
			continue
		}
		rows, err := a.decode(some)
		if err != nil {
			return err
		}
		if err := isolateRefused(rows, func(rows []resource.Row) error { return a.add(ctx, rows) }, a.refuse); err != nil {
			return err
		}
	}
	return nil
}

// addInBulk says whether it added the items. It does not if their number is not that of
// a bulk, or if MySQL refuses one of them.
func (a *applier) addInBulk(ctx context.Context, items []staged.Item) (done bool, err error) {
	if len(items) != a.rows.size {
		return false, nil
	}
	nativeIDs, err := a.rows.insertItems(ctx, a, items)
	if isDuplicateKey(err) || isRowRefusal(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("insert %d rows: %w", len(items), err)
	}
	for i := range items {
		a.changes = append(a.changes, a.change(items[i].UID, nativeIDs[i], diff.Add))
	}
	a.counts.Applied += int64(len(items))
	return true, nil
}

func (a *applier) putAll(ctx context.Context, items []staged.Item) error {
	rows, err := a.decode(items)
	if err != nil {
		return err
	}
	return isolateRefused(rows, func(rows []resource.Row) error { return a.put(ctx, rows) }, a.refuse)
}

func (a *applier) decode(items []staged.Item) ([]resource.Row, error) {
	rows := make([]resource.Row, len(items))
	for i, item := range items {
		row, err := a.kind.Decode(item.Row, a.scope, a.set.ScopeID)
		if err != nil {
			return nil, err
		}
		row.RowMeta().CreatedAt, row.RowMeta().UpdatedAt = a.now, a.now
		rows[i] = row
	}
	return rows, nil
}

// isolateRefused writes rows with one call, and where MySQL refuses one of them,
// with calls for ever smaller halves, until the refused rows stand alone. A
// refused statement changes nothing and leaves the transaction open
// (https://dev.mysql.com/doc/refman/8.0/en/innodb-error-handling.html).
func isolateRefused(rows []resource.Row, write func([]resource.Row) error, refuse func(resource.Row, error)) error {
	if len(rows) == 0 {
		return nil
	}
	err := write(rows)
	if err == nil || !isRowRefusal(err) {
		return err
	}
	if len(rows) == 1 {
		refuse(rows[0], err)
		return nil
	}
	half := len(rows) / 2
	if err := isolateRefused(rows[:half], write, refuse); err != nil {
		return err
	}
	return isolateRefused(rows[half:], write, refuse)
}

func (a *applier) refuse(row resource.Row, err error) {
	meta := row.RowMeta()
	a.counts.Failed++
	a.failures = append(a.failures, Failure{
		RunID: a.set.RunID, ScopeID: a.set.ScopeID, Phase: string(a.set.Op),
		UID: &meta.UID, NativeID: meta.NativeID, Reason: reason(err), FailedAt: a.now,
	})
}

// add inserts rows that the comparison did not find in the inventory. Where one
// is there after all, it is put over the stored one.
func (a *applier) add(ctx context.Context, rows []resource.Row) error {
	err := insertRows(ctx, a.tx, a.kind, rows)
	if isDuplicateKey(err) {
		return a.put(ctx, rows)
	}
	if err != nil {
		return fmt.Errorf("insert %d rows: %w", len(rows), err)
	}
	for _, row := range rows {
		a.note(row, diff.Add, nil, nil)
	}
	a.counts.Applied += int64(len(rows))
	return nil
}

// put writes rows over what is stored, and records what that changes.
func (a *applier) put(ctx context.Context, rows []resource.Row) error {
	stored, err := lockRows(ctx, a.tx, a.kind, uidsOf(rows))
	if err != nil {
		return err
	}
	if err := replaceRows(ctx, a.tx, a.kind, rows); err != nil {
		return fmt.Errorf("write %d rows: %w", len(rows), err)
	}
	for _, row := range rows {
		a.recordPut(stored[row.RowMeta().UID], row)
	}
	return nil
}

func (a *applier) recordPut(before, after resource.Row) {
	if before == nil {
		a.counts.Applied++
		a.note(after, diff.Add, nil, nil)
		return
	}
	changes := a.kind.Changes(before, after)
	if len(changes) == 0 {
		a.counts.Rehashed++
		return
	}
	a.counts.Applied++
	a.note(after, diff.Modify, changes, nil)
}

// delete removes the rows that still are what the comparison saw.
func (a *applier) delete(ctx context.Context, seen []staged.Item) error {
	uids := make([]resource.UID, len(seen))
	for i := range seen {
		uids[i] = seen[i].UID
	}
	stored, err := lockRows(ctx, a.tx, a.kind, uids)
	if err != nil {
		return err
	}
	uids = uids[:0]
	for _, entry := range seen {
		row, ok := stored[entry.UID]
		if !ok || row.RowMeta().Hash != entry.Hash {
			a.counts.Skipped++
			continue
		}
		image, err := a.kind.Image(row)
		if err != nil {
			return err
		}
		uids = append(uids, entry.UID)
		a.note(row, diff.Delete, nil, image)
	}
	if len(uids) == 0 {
		return nil
	}
	a.counts.Applied += int64(len(uids))
	if err := deleteRows(ctx, a.tx, a.kind, uids); err != nil {
		return fmt.Errorf("delete %d rows: %w", len(uids), err)
	}
	return nil
}

func (a *applier) note(row resource.Row, op diff.Op, fields []resource.FieldChange, image []byte) {
	change := a.change(row.RowMeta().UID, row.RowMeta().NativeID, op)
	change.ScopeID, change.Fields, change.Image = row.RowMeta().ScopeID, fields, image
	a.changes = append(a.changes, change)
}

func (a *applier) change(uid resource.UID, nativeID string, op diff.Op) Change {
	return Change{
		Kind: a.kind.Name(), UID: uid, NativeID: nativeID, ScopeID: a.set.ScopeID,
		RunID: a.set.RunID, Op: op, ChangedAt: a.now,
	}
}

func (a *applier) markApplied(ctx context.Context, seq int) error {
	row := a.set.row(seq)
	_, err := a.tx.NewUpdate().Model(&row).WherePK().
		Set("applied_at = ?", a.now).Set("payload = ''").
		Set("applied = ?", a.counts.Applied).Set("rehashed = ?", a.counts.Rehashed).
		Set("skipped = ?", a.counts.Skipped).Set("failed = ?", a.counts.Failed).
		Exec(ctx)
	if err != nil {
		return fmt.Errorf("mark the batch applied: %w", err)
	}
	return nil
}

func uidsOf(rows []resource.Row) []resource.UID {
	uids := make([]resource.UID, len(rows))
	for i, row := range rows {
		uids[i] = row.RowMeta().UID
	}
	return uids
}
