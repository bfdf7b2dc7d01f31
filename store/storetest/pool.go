package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Run runs the tests of a package, for its TestMain. A test that ends leaves its migrated database
// to the next one: to empty it costs a server a fraction of what it costs to make one. At the end
// all are dropped. In a package without Run, each test makes and drops its own.
func Run(m *testing.M) (status int) {
	migratedOnes.kept = true
	status = m.Run()
	if err := migratedOnes.drop(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "drop the databases of tests:", err)
		status = max(status, 1)
	}
	return status
}

// NewMigrated returns the address of a database with all migrations and no rows, which no other
// test uses. Without a server the test is skipped.
func NewMigrated(t testing.TB) (dsn string) {
	t.Helper()
	taken, err := migratedOnes.take(t.Context(), serverOf(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, migratedOnes.giveBack(afterTest(t), taken)) })
	return taken.dsn
}

// pool has the migrated databases that no test uses now.
type pool struct {
	kept bool // those that tests give back

	mu   sync.Mutex
	free []database
	made map[string]string // what each table was as it was made
}

var migratedOnes pool

// take is a database that a test gave back, or a new one.
func (p *pool) take(ctx context.Context, server string) (database, error) {
	if d, ok := p.pop(); ok {
		return d, nil
	}
	copied, err := migrated()
	if err != nil {
		return database{}, err
	}
	d, err := newDatabase(ctx, server)
	if err != nil {
		return database{}, err
	}
	if err := copied.into(ctx, d); err != nil {
		return database{}, errors.Join(err, d.drop(ctx))
	}
	if err := p.noteMade(ctx, d); err != nil {
		return database{}, errors.Join(err, d.drop(ctx))
	}
	return d, nil
}

func (p *pool) pop() (d database, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		return database{}, false
	}
	last := len(p.free) - 1
	d, p.free = p.free[last], p.free[:last]
	return d, true
}

// noteMade notes what the tables of a new database are: those of all are the same.
func (p *pool) noteMade(ctx context.Context, d database) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.kept || p.made != nil {
		return nil
	}
	state, err := d.inspect(ctx)
	p.made = state.definitions
	return err
}

// giveBack keeps a database for the next test. One that the test altered, or that something still
// uses, is dropped.
func (p *pool) giveBack(ctx context.Context, d database) error {
	if !p.kept {
		return d.drop(ctx)
	}
	idle, err := d.isIdle(ctx)
	if err != nil || !idle {
		return errors.Join(err, d.drop(ctx))
	}
	state, err := d.inspect(ctx)
	if err != nil || !maps.Equal(state.definitions, p.made) {
		return d.drop(ctx) // a table may be missing
	}
	if err := d.empty(ctx, state.written); err != nil {
		return errors.Join(err, d.drop(ctx))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, d)
	return nil
}

// drop drops those that no test uses.
func (p *pool) drop(ctx context.Context) (err error) {
	for d, ok := p.pop(); ok; d, ok = p.pop() {
		err = errors.Join(err, d.drop(ctx))
	}
	return err
}
