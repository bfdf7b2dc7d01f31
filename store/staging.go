package store

import (
	"context"
	"fmt"
	"time"

	"cloudsync/store/staged"

	"github.com/uptrace/bun"
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

type partRow struct {
	bun.BaseModel `bun:"table:sync_stage_part,alias:part"`

	RunID   string `bun:"run_id,pk"`
	ScopeID int64  `bun:"scope_id,pk"`
	Writer  int    `bun:"writer,pk"`
	Seq     int    `bun:"seq,pk"`
	Part    int    `bun:"part,pk"`
	Payload []byte `bun:"payload"`
}

// PutChunk stages a chunk of a snapshot, its parts first. The writer's name is its own,
// so no chunk has that number yet.
func (s *Store) PutChunk(ctx context.Context, lease Lease, writer, seq int, chunk *staged.Chunk) error {
	err := chunk.EachPart(s.server.payloadBytes(), func(part int, list *staged.List) error {
		// As parameters of the driver: bun would write the payload as hexadecimal text.
		return s.putCompressed(ctx, list.Encoded(),
			"INSERT INTO sync_stage_part (run_id, scope_id, writer, seq, part, created_at, payload) VALUES (?, ?, ?, ?, ?, ?, ?)",
			lease.RunID, lease.ScopeID, writer, seq, part, s.at())
	})
	if err == nil {
		err = s.putCompressed(ctx, chunk.AppendIndex(nil),
			"INSERT INTO sync_stage (run_id, scope_id, writer, seq, created_at, payload) VALUES (?, ?, ?, ?, ?, ?)",
			lease.RunID, lease.ScopeID, writer, seq, s.at())
	}
	if err != nil {
		return fmt.Errorf("stage chunk %d of scope %d: %w", seq, lease.ScopeID, err)
	}
	return nil
}

// IndexBytes is the size of a chunk's index from which it is to be staged.
func (s *Store) IndexBytes() int { return s.server.payloadBytes() / 2 }

// putCompressed executes a query whose last parameter is the payload.
func (s *Store) putCompressed(ctx context.Context, encoded []byte, query string, args ...any) error {
	return staged.Compressed(encoded, func(payload []byte) error {
		if err := s.server.checkPayload(payload); err != nil {
			return err
		}
		_, err := s.db.DB.ExecContext(ctx, query, append(args, payload)...)
		return err
	})
}

// EachStaged shows the chunks of the staged segments, in the order of staging.
func (s *Store) EachStaged(ctx context.Context, lease Lease, segments []Segment, do func(staged.Index) error) error {
	for _, segment := range segments {
		for seq := range segment.Chunks {
			chunk, err := s.stagedChunk(ctx, lease, segment.Writer, seq)
			if err == nil {
				err = do(chunk)
			}
			if err != nil {
				return fmt.Errorf("read staged chunk %d/%d of scope %d: %w", segment.Writer, seq, lease.ScopeID, err)
			}
		}
	}
	return nil
}

func (s *Store) stagedChunk(ctx context.Context, lease Lease, writer, seq int) (chunk staged.Index, err error) {
	row := stageRow{RunID: lease.RunID, ScopeID: lease.ScopeID, Writer: writer, Seq: seq}
	if err := s.db.NewSelect().Model(&row).Column("payload").WherePK().Scan(ctx); err != nil {
		return chunk, gone(err)
	}
	err = staged.Decompressed(row.Payload, func(encoded []byte) error {
		chunk, err = staged.ReadIndex(encoded, writer, seq)
		return err
	})
	return chunk, err
}

// EachInPart shows the items of a part. Their bytes are valid until do returns.
func (s *Store) EachInPart(ctx context.Context, lease Lease, part staged.Part, do func(staged.Item) error) error {
	return inPart(ctx, s.db, lease, part.Place, func(encoded []byte) error { return staged.EachIn(encoded, do) })
}

// inPart shows the encoded items of a part, if they are those that were compared.
func inPart(ctx context.Context, db bun.IDB, lease Lease, place staged.Place, do func(encoded []byte) error) error {
	payload, err := readPart(ctx, db, lease, place)
	if err == nil {
		err = staged.Decompressed(payload, func(encoded []byte) error {
			if err := place.Check(encoded); err != nil {
				return err
			}
			return do(encoded)
		})
	}
	if err != nil {
		return fmt.Errorf("read %s of scope %d: %w", place, lease.ScopeID, err)
	}
	return nil
}

func readPart(ctx context.Context, db bun.IDB, lease Lease, place staged.Place) ([]byte, error) {
	row := partRow{RunID: lease.RunID, ScopeID: lease.ScopeID, Writer: place.Writer, Seq: place.Seq, Part: place.Part}
	err := db.NewSelect().Model(&row).Column("payload").WherePK().Scan(ctx)
	return row.Payload, gone(err)
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

var stagingTables = []string{"sync_stage", "sync_stage_part", "sync_batch"}

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
