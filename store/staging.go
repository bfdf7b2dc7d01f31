package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// Segment is what one attempt of FetchCloud staged of a snapshot: its chunks
// 0 … Chunks-1. An attempt that goes on from another's checkpoint, or that starts
// over, writes a segment of its own, so a superseded attempt that still writes
// spoils nothing.
type Segment struct {
	Writer int `json:"writer"`
	Chunks int `json:"chunks"`
}

type stageRow struct {
	bun.BaseModel `bun:"table:sync_stage,alias:stage"`

	RunID   string `bun:"run_id,pk"`
	ScopeID int64  `bun:"scope_id,pk"`
	Writer  int    `bun:"writer,pk"`
	Seq     int    `bun:"seq,pk"`
	Payload []byte `bun:"payload"`
}

// PutChunk stages a chunk of a snapshot. The writer's name is its own, so there
// is none of that number.
func (s *Store) PutChunk(ctx context.Context, lease Lease, writer, seq int, chunk *Chunk) error {
	// As parameters of the driver: bun would write the payload as hexadecimal text.
	_, err := s.db.DB.ExecContext(ctx,
		"INSERT INTO sync_stage (run_id, scope_id, writer, seq, payload, created_at) VALUES (?, ?, ?, ?, ?, ?)",
		lease.RunID, lease.ScopeID, writer, seq, chunk.compress(), s.at())
	if err != nil {
		return fmt.Errorf("stage chunk %d of scope %d: %w", seq, lease.ScopeID, err)
	}
	return nil
}

// EachStaged shows every item of the staged segments, in the order of staging.
// The item's bytes are valid until do returns.
func (s *Store) EachStaged(ctx context.Context, lease Lease, segments []Segment, do func(Item) error) error {
	for _, segment := range segments {
		for seq := range segment.Chunks {
			if err := s.eachInChunk(ctx, lease, segment.Writer, seq, do); err != nil {
				return fmt.Errorf("read staged chunk %d/%d of scope %d: %w", segment.Writer, seq, lease.ScopeID, err)
			}
		}
	}
	return nil
}

func (s *Store) eachInChunk(ctx context.Context, lease Lease, writer, seq int, do func(Item) error) error {
	row := stageRow{RunID: lease.RunID, ScopeID: lease.ScopeID, Writer: writer, Seq: seq}
	err := s.db.NewSelect().Model(&row).Column("payload").WherePK().Scan(ctx)
	if err != nil {
		return gone(err)
	}
	return eachItem(row.Payload, do)
}

// sweepLimit bounds the rows of one deleting statement, each up to some MiB.
const sweepLimit = 100

// CleanStaging removes all that a run has in flight.
func (s *Store) CleanStaging(ctx context.Context, runID string) error {
	for _, table := range stagingTables {
		if err := s.sweep(ctx, "DELETE FROM ? WHERE run_id = ? LIMIT ?", bun.Ident(table), runID, sweepLimit); err != nil {
			return fmt.Errorf("clean %s of run %s: %w", table, runID, err)
		}
	}
	return nil
}

var stagingTables = []string{"sync_stage", "sync_batch"}

// planLife is how long a plan's staging is left alone: a plan that is still at
// work is not to be disturbed by a run, and one that crashed is not to stay.
const planLife = 24 * time.Hour

// sweepStale removes what other runs have in flight in scopes that the run has
// claimed: the claim made it unusable. What a newer run has claimed since is left
// to that one.
func (s *Store) sweepStale(ctx context.Context, run RunRef, scopeIDs []int64) error {
	for _, table := range stagingTables {
		for more := true; more; {
			err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
				more, err = s.sweepSome(ctx, tx, table, run, scopeIDs)
				return err
			})
			if err != nil {
				return fmt.Errorf("sweep %s of earlier runs: %w", table, err)
			}
		}
	}
	return nil
}

// sweepSome is one statement of sweepStale. The fences are held meanwhile: no
// newer run can claim the scopes, and so stage anything, until it is done.
func (s *Store) sweepSome(ctx context.Context, tx bun.Tx, table string, run RunRef, scopeIDs []int64) (more bool, err error) {
	var held []int64
	// LOCK IN SHARE MODE: MariaDB has no FOR SHARE.
	err = tx.NewRaw("SELECT id FROM sync_scope WHERE id IN (?) AND fence = ? ORDER BY id LOCK IN SHARE MODE",
		bun.List(scopeIDs), run.Number).Scan(ctx, &held)
	if err != nil || len(held) == 0 {
		return false, err
	}
	result, err := tx.NewRaw("DELETE FROM ? WHERE scope_id IN (?) AND run_id <> ? AND (run_id NOT LIKE ? OR created_at < ?) LIMIT ?",
		bun.Ident(table), bun.List(held), run.ID, planPrefix+"%", s.at().Add(-planLife), sweepLimit).Exec(ctx)
	if err != nil {
		return false, err
	}
	swept, err := result.RowsAffected()
	return swept == sweepLimit, err
}

func (s *Store) sweep(ctx context.Context, query string, args ...any) error {
	for {
		result, err := s.db.NewRaw(query, args...).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n < sweepLimit {
			return err
		}
	}
}

// Item is one listed or compared resource in flight.
type Item struct {
	resource.Entry
	// Row is the row's encoding (resource.Kind.Decode); empty in a deletion, for a
	// listed row that cannot be used, and for one that is stored as it is.
	Row []byte
	// NativeID and Problem say of an unusable row which it is, as far as it is
	// known, and what is wrong with it.
	NativeID string
	Problem  string
}

// Usable says whether a listed item can be stored.
func (i Item) Usable() bool { return i.Problem == "" }

// HasUID says whether it is known which resource the item is.
func (i Item) HasUID() bool { return i.UID != resource.UID{} }
