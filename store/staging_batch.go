package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store/staged"
)

// The limits of a batch, which is one transaction: rows, and bytes of their
// encoding, or fewer where the server's max_allowed_packet is small.
const (
	BatchRows  = staged.PartRows
	BatchBytes = 4 << 20
)

// BatchSet is all batches of one operation that one attempt of ComputeDiff
// wrote for a scope.
type BatchSet struct {
	Lease
	Writer int     `json:"writer"`
	Op     diff.Op `json:"op"`
}

// Counts is what became of the rows of batches.
type Counts struct {
	Applied  int64 `json:"applied"`  // added, modified or deleted
	Rehashed int64 `json:"rehashed"` // nothing but the hash was rewritten
	Skipped  int64 `json:"skipped"`  // changed since the comparison, left alone
	Failed   int64 `json:"failed"`   // refused by MySQL
}

type batchRow struct {
	bun.BaseModel `bun:"table:sync_batch,alias:batch"`

	RunID     string    `bun:"run_id,pk"`
	ScopeID   int64     `bun:"scope_id,pk"`
	Writer    int       `bun:"writer,pk"`
	Op        diff.Op   `bun:"op,pk"`
	Seq       int       `bun:"seq,pk"`
	AppliedAt time.Time `bun:"applied_at,nullzero"`
	Applied   int64     `bun:"applied"`
	Rehashed  int64     `bun:"rehashed"`
	Skipped   int64     `bun:"skipped"`
	Failed    int64     `bun:"failed"`
	Payload   []byte    `bun:"payload"`
}

func (b *BatchSet) row(seq int) batchRow {
	return batchRow{RunID: b.RunID, ScopeID: b.ScopeID, Writer: b.Writer, Op: b.Op, Seq: seq}
}

// BatchWriter collects the items of one operation into batches.
type BatchWriter struct {
	store *Store
	set   BatchSet
	list  staged.List
	parts []staged.Part // that are batches, and not written yet
	seq   int
	rows  int64
}

// NewBatchWriter returns a writer for the set. The set must not have been
// written before: each attempt of ComputeDiff is a writer of its own.
func (s *Store) NewBatchWriter(set BatchSet) *BatchWriter {
	return &BatchWriter{store: s, set: set, list: staged.NewList(s.server.payloadBytes())}
}

// Add appends an item, and writes the batch before it where that is full.
func (w *BatchWriter) Add(ctx context.Context, item staged.Item) error {
	if !w.list.Takes(item) {
		if err := w.flushItems(ctx); err != nil {
			return err
		}
	}
	w.list.Add(item)
	w.rows++
	return nil
}

// maxReferences bounds the batches that one statement writes.
const maxReferences = 100

// AddPart makes a batch of a staged part, which is read where it is.
func (w *BatchWriter) AddPart(ctx context.Context, part staged.Part) error {
	w.parts = append(w.parts, part)
	w.rows += int64(len(part.Entries))
	if len(w.parts) < maxReferences {
		return nil
	}
	return w.flushParts(ctx)
}

// Rows is how many items were added.
func (w *BatchWriter) Rows() int64 { return w.rows }

// Flush writes what was added and is not written.
func (w *BatchWriter) Flush(ctx context.Context) error {
	if err := w.flushParts(ctx); err != nil {
		return err
	}
	return w.flushItems(ctx)
}

func (w *BatchWriter) flushItems(ctx context.Context) error {
	if w.list.Len() == 0 {
		return nil
	}
	return staged.Compressed(w.list.Encoded(), func(payload []byte) error {
		defer w.list.Reset()
		if err := w.store.server.checkPayload(payload); err != nil {
			return fmt.Errorf("write a %s batch of scope %d with %d rows: %w", w.set.Op, w.set.ScopeID, w.list.Len(), err)
		}
		return w.write(ctx, w.row(w.list.Len(), payload))
	})
}

func (w *BatchWriter) flushParts(ctx context.Context) error {
	if len(w.parts) == 0 {
		return nil
	}
	rows := make([][]any, len(w.parts))
	for i, part := range w.parts {
		reference, err := json.Marshal(part.Place)
		if err != nil {
			return fmt.Errorf("refer to %s: %w", part.Place, err)
		}
		rows[i] = w.row(len(part.Entries), reference)
	}
	w.parts = w.parts[:0]
	return w.write(ctx, rows...)
}

const insertBatches = "INSERT INTO sync_batch (run_id, scope_id, writer, op, seq, row_count, payload, created_at) VALUES "

// row is the next batch.
func (w *BatchWriter) row(items int, payload []byte) []any {
	w.seq++
	return []any{w.set.RunID, w.set.ScopeID, w.set.Writer, string(w.set.Op), w.seq - 1, items, payload, w.store.at()}
}

func (w *BatchWriter) write(ctx context.Context, rows ...[]any) error {
	const row = "(?, ?, ?, ?, ?, ?, ?, ?)"
	// As parameters of the driver: bun would write the payload as hexadecimal text.
	_, err := w.store.db.DB.ExecContext(ctx, insertBatches+row+strings.Repeat(", "+row, len(rows)-1), slices.Concat(rows...)...)
	if err != nil {
		return fmt.Errorf("write %s batches up to %d of scope %d: %w", w.set.Op, w.seq-1, w.set.ScopeID, err)
	}
	return nil
}

// inBatch shows the encoded items of a batch's payload, wherever they are.
func inBatch(ctx context.Context, db bun.IDB, lease Lease, payload []byte, do func(encoded []byte) error) error {
	if !bytes.HasPrefix(payload, []byte("{")) { // zstd begins otherwise
		return staged.Decompressed(payload, do)
	}
	var place staged.Place
	if err := json.Unmarshal(payload, &place); err != nil {
		return fmt.Errorf("%w: %w", resource.ErrCorrupt, err)
	}
	return inPart(ctx, db, lease, place, do)
}

// PendingBatches lists, in order, the batches of the set that are not applied.
func (s *Store) PendingBatches(ctx context.Context, set BatchSet) ([]int, error) {
	var seqs []int
	err := s.inSet(s.db.NewSelect().Model((*batchRow)(nil)), set).
		Column("seq").Where("applied_at IS NULL").Order("seq").Scan(ctx, &seqs)
	if err != nil {
		return nil, fmt.Errorf("list pending %s batches of scope %d: %w", set.Op, set.ScopeID, err)
	}
	return seqs, nil
}

// EachBatched shows every item of the set's batches that are not applied, in
// order. The item's bytes are valid until do returns.
func (s *Store) EachBatched(ctx context.Context, set BatchSet, do func(staged.Item) error) error {
	seqs, err := s.PendingBatches(ctx, set)
	if err != nil {
		return err
	}
	for _, seq := range seqs {
		row := set.row(seq)
		if err := s.db.NewSelect().Model(&row).Column("payload").WherePK().Scan(ctx); err != nil {
			return fmt.Errorf("read %s batch %d of scope %d: %w", set.Op, seq, set.ScopeID, gone(err))
		}
		err := inBatch(ctx, s.db, set.Lease, row.Payload, func(encoded []byte) error { return staged.EachIn(encoded, do) })
		if err != nil {
			return fmt.Errorf("read %s batch %d of scope %d: %w", set.Op, seq, set.ScopeID, err)
		}
	}
	return nil
}

// SumBatches adds up what became of all rows of the set, whichever attempt
// applied them. A set without any batch was swept: ErrSuperseded.
func (s *Store) SumBatches(ctx context.Context, set BatchSet) (Counts, error) {
	var counts Counts
	var batches int64
	query := s.inSet(s.db.NewSelect().Model((*batchRow)(nil)), set).ColumnExpr("COUNT(*)")
	for _, column := range []string{"applied", "rehashed", "skipped", "failed"} {
		query = query.ColumnExpr("COALESCE(SUM(?), 0)", bun.Ident(column))
	}
	err := query.Scan(ctx, &batches, &counts.Applied, &counts.Rehashed, &counts.Skipped, &counts.Failed)
	if err == nil && batches == 0 {
		err = ErrSuperseded
	}
	if err != nil {
		return counts, fmt.Errorf("add up %s batches of scope %d: %w", set.Op, set.ScopeID, err)
	}
	return counts, nil
}

func (s *Store) inSet(query *bun.SelectQuery, set BatchSet) *bun.SelectQuery {
	return query.Where("run_id = ?", set.RunID).Where("scope_id = ?", set.ScopeID).
		Where("writer = ?", set.Writer).Where("op = ?", set.Op)
}
