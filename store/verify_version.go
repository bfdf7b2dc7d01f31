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

type kindRow struct {
	bun.BaseModel `bun:"table:sync_kind,alias:kind"`

	Kind    string    `bun:"kind,pk"`
	Since   time.Time `bun:"since,pk"`
	Version int       `bun:"version"`
}

// sinceEver is the time from which the first version of a kind counts.
var sinceEver = time.Unix(0, 0).UTC()

// HashedSince returns the time since when this program's version of the kind
// computes hashes, and records it when it is the first to ask. A row written
// before has a hash of another version, until the next sync rewrites it.
func (s *Store) HashedSince(ctx context.Context, kind *resource.Kind) (time.Time, error) {
	since, err := s.hashedSince(ctx, kind)
	if err != nil {
		return since, fmt.Errorf("read since when %s has version %d: %w", kind.Name(), kind.Version(), err)
	}
	return since, nil
}

func (s *Store) hashedSince(ctx context.Context, kind *resource.Kind) (time.Time, error) {
	var last kindRow
	err := s.db.NewSelect().Model(&last).Where("kind = ?", kind.Name()).Order("since DESC").Limit(1).Scan(ctx)
	switch {
	case err == nil && last.Version == int(kind.Version()):
		return last.Since, nil
	case errors.Is(err, sql.ErrNoRows):
		last.Since = sinceEver
	case err != nil:
		return last.Since, err
	default:
		last.Since = s.at()
	}
	last.Kind, last.Version = kind.Name(), int(kind.Version())
	_, err = s.db.NewInsert().Model(&last).Ignore().Returning("NULL").Exec(ctx)
	return last.Since, err
}
