package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// RunByNumber returns the run of that number; ErrNotFound where there is none.
func (s *Store) RunByNumber(ctx context.Context, number int64) (Run, error) {
	var run Run
	err := s.db.NewSelect().Model(&run).Where("id = ?", number).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return run, fmt.Errorf("read run %d: %w", number, err)
	}
	return run, nil
}

// NeedsMigration says that the error comes from a schema without a table or a
// column that this program knows.
func NeedsMigration(err error) bool {
	return number(err) == erNoSuchTable || number(err) == erBadField
}
