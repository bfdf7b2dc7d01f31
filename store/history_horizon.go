package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// ErrPruned is the error of a question about a time of which the history is no
// longer whole.
var ErrPruned = errors.New("the history does not go back that far")

// horizon is the time since which the history of a kind is whole: zero if nothing
// of it was ever removed. Whoever prunes resource_change writes sync_horizon in
// the same transaction, or before.
func horizon(ctx context.Context, db bun.IDB, kind string) (time.Time, error) {
	var prunedUntil time.Time
	err := db.NewSelect().Table("sync_horizon").Column("pruned_until").Where("kind = ?", kind).Scan(ctx, &prunedUntil)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return prunedUntil, fmt.Errorf("read how far back the history of %s goes: %w", kind, err)
	}
	return prunedUntil, nil
}

// Horizon is the time since which the history of a kind is whole, zero for from
// its beginning.
func (s *Store) Horizon(ctx context.Context, kind *resource.Kind) (time.Time, error) {
	return horizon(ctx, s.db, kind.Name())
}

// checkHorizon gives ErrPruned for a time before the horizon.
func checkHorizon(ctx context.Context, db bun.IDB, kind *resource.Kind, at time.Time) error {
	whole, err := horizon(ctx, db, kind.Name())
	if err != nil || !at.Before(whole) {
		return err
	}
	return fmt.Errorf("%w: choose a time from %s on", ErrPruned, whole.UTC().Format(time.RFC3339Nano))
}
