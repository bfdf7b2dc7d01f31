package demo

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	_ "github.com/go-sql-driver/mysql" // the driver of the inventory
)

// lookBack is how many runs before the newest are looked at again: they end in
// another order than they start.
const lookBack = 200

// run is a finished run, as its row in sync_run tells it.
type run struct {
	id            int64
	kind, outcome string
	inCloud       int
	add, mod, del int
	took          time.Duration
	problem       string
}

// feed tells of each finished run once.
type feed struct {
	db     *sql.DB
	newest int64
	told   map[int64]bool
}

// openFeed begins after the runs that have finished already.
func openFeed(ctx context.Context, dsn string) (*feed, error) {
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		return nil, fmt.Errorf("open the inventory: %w", err)
	}
	f := &feed{db: db, told: map[int64]bool{}}
	if err := f.skipPast(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return f, nil
}

func (f *feed) skipPast(ctx context.Context) error {
	row := f.db.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) FROM sync_run")
	if err := row.Scan(&f.newest); err != nil {
		return fmt.Errorf("find the newest run: %w", err)
	}
	_, err := f.next(ctx)
	return err
}

// close has nobody to tell that a connection was lost.
func (f *feed) close() { _ = f.db.Close() }

// next returns the runs that have finished since the last call.
func (f *feed) next(ctx context.Context) ([]run, error) {
	finished, err := f.query(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the finished runs: %w", err)
	}
	var fresh []run
	for _, r := range finished {
		if !f.told[r.id] {
			fresh = append(fresh, r)
		}
		f.told[r.id] = true
		f.newest = max(f.newest, r.id)
	}
	f.forgetOld()
	return fresh, nil
}

func (f *feed) query(ctx context.Context) ([]run, error) {
	rows, err := f.db.QueryContext(ctx, `
		SELECT id, kind, outcome, cloud_num, su_add, su_mod, su_del, took_ms, COALESCE(error, '')
		FROM sync_run WHERE id > ? AND outcome <> 'running' ORDER BY id`, f.newest-lookBack)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var runs []run
	for rows.Next() {
		var r run
		var ms int64
		err := rows.Scan(&r.id, &r.kind, &r.outcome, &r.inCloud, &r.add, &r.mod, &r.del, &ms, &r.problem)
		if err != nil {
			return nil, err
		}
		r.took = time.Duration(ms) * time.Millisecond
		runs = append(runs, r)
	}
	return runs, rows.Err()
}

func (f *feed) forgetOld() {
	for id := range f.told {
		if id <= f.newest-lookBack {
			delete(f.told, id)
		}
	}
}
