package store

import (
	"context"
	"fmt"
	"time"
)

// Day is what the runs of a kind did that began on one day, in UTC: syncs, prunings and
// restores. A run at work counts with what it has recorded, which is nothing.
type Day struct {
	Kind     string    `bun:"kind"`
	Day      time.Time `bun:"day"` // its beginning
	Runs     int64     `bun:"runs"`
	Failed   int64     `bun:"failed"`    // runs of outcome failed
	HeldRuns int64     `bun:"held_runs"` // runs that held deletions
	Added    int64     `bun:"added"`
	Modified int64     `bun:"modified"`
	Deleted  int64     `bun:"deleted"`
	Rehashed int64     `bun:"rehashed"`
}

// Days adds up the runs that began at since or later, by kind and day. A day without runs
// is left out.
func (s *Store) Days(ctx context.Context, since time.Time) ([]Day, error) {
	var days []Day
	err := s.db.NewSelect().Model((*Run)(nil)).ColumnExpr("kind, DATE(started_at) AS day, COUNT(*) AS runs").
		ColumnExpr("SUM(outcome = ?) AS failed, SUM(held > 0) AS held_runs", outcomeFailed).
		ColumnExpr("SUM(su_add) AS added, SUM(su_mod) AS modified, SUM(su_del) AS deleted, SUM(rehashed) AS rehashed").
		Where("started_at >= ?", since.UTC()).GroupExpr("kind, day").OrderExpr("kind, day").Scan(ctx, &days)
	if err != nil {
		return nil, fmt.Errorf("add up the runs by day: %w", err)
	}
	return days, nil
}
