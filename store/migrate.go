package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/mysqldialect"
	"github.com/uptrace/bun/migrate"

	"cloudsync/schema"
)

// migrateLock is the name of the server's advisory lock; it is released when
// its connection ends, so a killed process leaves nothing locked.
const migrateLock = "cloudsync.migrate"

// migrateLockSeconds is how long one process waits for another's migrations.
const migrateLockSeconds = 300

// The tables in which bun's migrator keeps its records.
const (
	migrationTable     = "sync_migration"
	migrationLockTable = "sync_migration_lock"
)

// Migrate brings the schema up to date and returns the names of the migrations
// it applied. Several processes may call it at once: one works, the others wait.
// Where nothing is pending it only reads, so that an account without the right to
// change the schema can call it.
func (s *Store) Migrate(ctx context.Context) (applied []string, err error) {
	migrations, err := schema.Migrations()
	if err != nil {
		return nil, err
	}
	if pending, err := s.pending(ctx, migrations); err != nil || !pending {
		return nil, err
	}
	db, err := s.openForMigration()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: connect: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := lockMigrations(ctx, conn); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlockMigrations(ctx, conn)) }()
	return migrateAll(ctx, db, migrations)
}

// pending says whether there is a migration that the database lacks.
func (s *Store) pending(ctx context.Context, migrations *migrate.Migrations) (bool, error) {
	var names []string
	err := s.db.NewSelect().TableExpr("?", bun.Ident(migrationTable)).Column("name").Scan(ctx, &names)
	if number(err) == erNoSuchTable {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("migrate: read the applied migrations: %w", err)
	}
	for _, migration := range migrations.Sorted() {
		if !slices.Contains(names, migration.Name) {
			return true, nil
		}
	}
	return false, nil
}

// yearInSeconds is the longest wait_timeout that there is.
const yearInSeconds = "31536000"

// openForMigration opens connections without a time limit on answers: a change of
// a large table takes as long as it takes, and so does another process's. The one that
// holds the lock is idle meanwhile, and must not be closed for that.
func (s *Store) openForMigration() (*bun.DB, error) {
	patient := s.config.Clone()
	patient.ReadTimeout = 0
	patient.Params["wait_timeout"] = yearInSeconds
	connector, err := newConnector(patient, 0)
	if err != nil {
		return nil, fmt.Errorf("migrate: connect: %w", err)
	}
	return bun.NewDB(sql.OpenDB(connector), mysqldialect.New()), nil
}

func migrateAll(ctx context.Context, db *bun.DB, migrations *migrate.Migrations) ([]string, error) {
	migrator := migrate.NewMigrator(db, migrations, migrate.WithMarkAppliedOnSuccess(true),
		migrate.WithTableName(migrationTable), migrate.WithLocksTableName(migrationLockTable))
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
