package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/resource"
	"cloudsync/store/staged"
)

// holdsKept is how many of a scope's held sets are kept, those held last, to compare
// an approval with. In a cloud that changes, each run holds another set.
const holdsKept = 10

type holdRow struct {
	bun.BaseModel `bun:"table:sync_hold,alias:hold"`

	ScopeID int64     `bun:"scope_id,pk"`
	Digest  string    `bun:"digest,pk"`
	Seq     int       `bun:"seq,pk"`
	RunID   string    `bun:"run_id"`
	Payload []byte    `bun:"payload"`
	HeldAt  time.Time `bun:"held_at"`
}

// KeepHold keeps a set of candidates under its digest, for the lease that is the newest
// on the scope. A set that run after run holds is kept once, and each time counts as
// new. If stands is set, the set waits for a decision from here on: it replaces the set
// that waited, and keeps the beginning of that one.
func (s *Store) KeepHold(ctx context.Context, set BatchSet, digest resource.Digest, stands *StandingHold) error {
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := holdFence(ctx, tx, set.Lease, anyRecord); err != nil {
			return err
		}
		if err := s.keepEntries(ctx, tx, set, digest); err != nil {
			return err
		}
		if stands != nil {
			if err := s.stand(ctx, tx, set.Lease, digest, *stands); err != nil {
				return err
			}
		}
		return forgetHolds(ctx, tx, set.ScopeID)
	})
	if err != nil {
		return fmt.Errorf("keep the held deletions of scope %d: %w", set.ScopeID, err)
	}
	return nil
}

func (s *Store) keepEntries(ctx context.Context, tx bun.Tx, set BatchSet, digest resource.Digest) error {
	// It replaces what is there, which may be divided otherwise, or edited.
	_, err := tx.NewDelete().Model((*holdRow)(nil)).Where("scope_id = ?", set.ScopeID).Where("digest = ?", digest.String()).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO sync_hold (scope_id, digest, seq, run_id, payload, held_at)
		SELECT scope_id, ?, seq, run_id, payload, ? FROM sync_batch
		WHERE run_id = ? AND scope_id = ? AND writer = ? AND op = ?`,
		digest.String(), s.at(), set.RunID, set.ScopeID, set.Writer, set.Op).Exec(ctx)
	if err != nil {
		return err
	}
	kept, err := tx.NewSelect().Model((*holdRow)(nil)).Where("scope_id = ?", set.ScopeID).Where("digest = ?", digest.String()).Exists(ctx)
	if err == nil && !kept {
		err = fmt.Errorf("no %s batch of writer %d is in staging: %w", set.Op, set.Writer, ErrSuperseded)
	}
	return err
}

// forgetHolds keeps the sets that were held last, and the one that waits.
func forgetHolds(ctx context.Context, tx bun.Tx, scopeID int64) error {
	var kept []string
	err := tx.NewSelect().Model((*holdRow)(nil)).Column("digest").Where("scope_id = ?", scopeID).
		Group("digest").OrderExpr("MAX(held_at) DESC").Limit(holdsKept).Scan(ctx, &kept)
	if err != nil || len(kept) < holdsKept {
		return err
	}
	_, err = tx.NewDelete().Model((*holdRow)(nil)).Where("scope_id = ?", scopeID).
		Where("digest NOT IN (?)", bun.List(kept)).
		Where("digest NOT IN (SELECT digest FROM sync_scope_hold WHERE scope_id = ?)", scopeID).Exec(ctx)
	return err
}

// KeptHolds are the digests under which sets of the scope are kept.
func (s *Store) KeptHolds(ctx context.Context, scopeID int64) (digests []string, err error) {
	err = s.db.NewSelect().Model((*holdRow)(nil)).ColumnExpr("DISTINCT digest").Where("scope_id = ?", scopeID).Scan(ctx, &digests)
	if err != nil {
		return nil, fmt.Errorf("read which deletions scope %d held: %w", scopeID, err)
	}
	return digests, nil
}

// LoadHold returns the entries of a set that was held under the digest;
// ErrNotFound if the scope never held it, or too long ago.
func (s *Store) LoadHold(ctx context.Context, scopeID int64, digest string) ([]resource.Entry, error) {
	var rows []holdRow
	err := s.db.NewSelect().Model(&rows).Where("scope_id = ?", scopeID).Where("digest = ?", digest).Order("seq").Scan(ctx)
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read the deletions held as %s: %w", digest, err)
	}
	var entries []resource.Entry
	for i := range rows {
		err := staged.EachItem(rows[i].Payload, func(item staged.Item) error {
			entries = append(entries, item.Entry)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read the deletions held as %s: %w", digest, err)
		}
	}
	return entries, nil
}
