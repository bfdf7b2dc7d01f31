package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"

	"cloudsync/schema"
)

// migrateLock is the name of the server's advisory lock; it is released when
// its connection ends, so a killed process leaves nothing locked.
const migrateLock = "cloudsync.migrate"

// migrateLockSeconds is how long one process waits for another's migrations.
const migrateLockSeconds = 300

// Migrate brings the schema up to date and returns the names of the migrations
// it applied. Several processes may call it at once: one works, the others wait.
func (s *Store) Migrate(ctx context.Context) (applied []string, err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: connect: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := lockMigrations(ctx, conn); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlockMigrations(ctx, conn)) }()
	return s.migrate(ctx)
}

func (s *Store) migrate(ctx context.Context) ([]string, error) {
	migrations, err := schema.Migrations()
	if err != nil {
		return nil, err
	}
	migrator := migrate.NewMigrator(s.db, migrations, migrate.WithMarkAppliedOnSuccess(true),
		migrate.WithTableName("sync_migration"), migrate.WithLocksTableName("sync_migration_lock"))
	if err := migrator.Init(ctx); err != nil {
		return nil, fmt.Errorf("migrate: create the table of migrations: %w", err)
	}
	group, err := migrator.Migrate(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	var names []string
	for _, migration := range group.Migrations {
		names = append(names, migration.String())
	}
	return names, nil
}

func lockMigrations(ctx context.Context, conn bun.Conn) error {
	var got sql.NullInt64
	err := conn.QueryRowContext(ctx, "SELECT GET_LOCK(?, ?)", migrateLock, migrateLockSeconds).Scan(&got)
	if err != nil {
		return fmt.Errorf("migrate: take lock %s: %w", migrateLock, err)
	}
	if got.Int64 != 1 {
		return fmt.Errorf("migrate: another process has held lock %s for %d s: see SHOW PROCESSLIST", migrateLock, migrateLockSeconds)
	}
	return nil
}

func unlockMigrations(ctx context.Context, conn bun.Conn) error {
	if _, err := conn.ExecContext(context.WithoutCancel(ctx), "DO RELEASE_LOCK(?)", migrateLock); err != nil {
		return fmt.Errorf("migrate: release lock %s: %w", migrateLock, err)
	}
	return nil
}
