package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/diff"
)

// The limits of a batch, which is one transaction: rows, and bytes of their
// encoding.
const (
	BatchRows  = 1000
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
	chunk Chunk
	seq   int
	rows  int64
}

// NewBatchWriter returns a writer for the set. The set must not have been
// written before: each attempt of ComputeDiff is a writer of its own.
func (s *Store) NewBatchWriter(set BatchSet) *BatchWriter {
	return &BatchWriter{store: s, set: set}
}

// Add appends an item and writes the batch when it is full.
func (w *BatchWriter) Add(ctx context.Context, item Item) error {
	w.chunk.Add(item)
	w.rows++
	if w.chunk.Len() < BatchRows && w.chunk.Size() < BatchBytes {
		return nil
	}
	return w.Flush(ctx)
}

// Rows is how many items were added.
func (w *BatchWriter) Rows() int64 { return w.rows }

// Flush writes what was added and is not written.
func (w *BatchWriter) Flush(ctx context.Context) error {
	if w.chunk.Len() == 0 {
		return nil
	}
	// As parameters of the driver: bun would write the payload as hexadecimal text.
	_, err := w.store.db.DB.ExecContext(ctx,
		"INSERT INTO sync_batch (run_id, scope_id, writer, op, seq, row_count, payload, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		w.set.RunID, w.set.ScopeID, w.set.Writer, string(w.set.Op), w.seq, w.chunk.Len(), w.chunk.compress(), w.store.at())
	if err != nil {
		return fmt.Errorf("write %s batch %d of scope %d: %w", w.set.Op, w.seq, w.set.ScopeID, err)
	}
	w.chunk.Reset()
	w.seq++
	return nil
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
