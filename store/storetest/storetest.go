// Package storetest gives each test a migrated database of its own on a real
// MySQL-compatible server.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"cloudsync/store"
)

// ServerVariable names the environment variable with the address of a server on
// which tests may create and drop databases: user:password@tcp(host:port)/.
// `make test` starts one and sets it.
const ServerVariable = "CLOUDSYNC_TEST_MYSQL"

// Open returns a migrated store on a database that no other test uses. Without a server the test
// is skipped.
func Open(t testing.TB) *store.Store {
	t.Helper()
	return OpenDSN(t, NewMigrated(t))
}

// OpenDSN opens a store that is closed at the end of the test.
func OpenDSN(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, store.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// NewDatabase creates an empty database, dropped at the end of the test, and
// returns its address. Without a server the test is skipped.
func NewDatabase(t testing.TB) (dsn string) {
	t.Helper()
	made, err := newDatabase(t.Context(), serverOf(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, made.drop(afterTest(t))) })
	return made.dsn
}

// serverOf is the address of the server. Without one the test is skipped.
func serverOf(t testing.TB) string {
	t.Helper()
	server := os.Getenv(ServerVariable)
	if server == "" {
		t.Skipf("needs a MySQL server: run `make test`, or set %s", ServerVariable)
	}
	return server
}

// afterTest is the context of what is done behind a test, whose own is cancelled then.
func afterTest(t testing.TB) context.Context { return context.WithoutCancel(t.Context()) }

// database is one on the server.
type database struct{ server, name, dsn string }

func newDatabase(ctx context.Context, server string) (database, error) {
	dsn, name, err := named(server)
	if err != nil {
		return database{}, err
	}
	return database{server: server, name: name, dsn: dsn}, do(ctx, server, "CREATE DATABASE "+name)
}

func (d database) drop(ctx context.Context) error {
	return do(ctx, d.server, "DROP DATABASE "+d.name)
}

// named is the address of a new database, and its name.
func named(server string) (dsn, name string, err error) {
	cfg, err := mysql.ParseDSN(server)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", ServerVariable, err)
	}
	cfg.DBName = "cloudsync_test_" + rand.Text()[:12]
	return cfg.FormatDSN(), cfg.DBName, nil
}

// Connect opens a plain connection pool to look at tables, or to tamper with
// them, behind the store's back.
func Connect(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	cfg, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	cfg.InterpolateParams = true // else a query with parameters is three: prepare, execute, close
	db, err := sql.Open("mysql", cfg.FormatDSN())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// KillConnections has the server end all connections to the database of dsn, and returns
// how many there were.
func KillConnections(t testing.TB, dsn string) (killed int) {
	t.Helper()
	db, database := beside(t, dsn)
	for _, id := range Connections(t, db, ofDatabase, database) {
		_, err := db.ExecContext(t.Context(), fmt.Sprint("KILL ", id)) // MySQL takes no parameter there
		require.NoError(t, err)
		killed++
	}
	AwaitNoConnections(t, dsn)
	return killed
}

// AwaitNoConnections waits until the server has closed all connections to the database
// of dsn.
func AwaitNoConnections(t testing.TB, dsn string) {
	t.Helper()
	db, database := beside(t, dsn)
	require.Eventually(t, func() bool {
		left, err := connections(t.Context(), db, ofDatabase, database)
		return err == nil && len(left) == 0
	}, time.Minute, 10*time.Millisecond)
}

const ofDatabase = "db = ?"

// beside connects to the server, and to no database of it.
func beside(t testing.TB, dsn string) (db *sql.DB, database string) {
	t.Helper()
	cfg, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	database, cfg.DBName = cfg.DBName, ""
	return Connect(t, cfg.FormatDSN()), database
}

// Connections are the server's numbers of its connections that meet a condition on
// information_schema.PROCESSLIST. MySQL cannot read that table while the statement of
// some connection has characters beyond the first plane: then it is asked again.
func Connections(t testing.TB, db *sql.DB, condition string, args ...any) (found []int64) {
	t.Helper()
	var err error
	require.Eventually(t, func() bool {
		found, err = connections(t.Context(), db, condition, args...)
		var refusal *mysql.MySQLError
		return !errors.As(err, &refusal) || refusal.Number != erCannotConvertString
	}, time.Minute, 10*time.Millisecond)
	require.NoError(t, err)
	return found
}

const erCannotConvertString = 3854

func connections(ctx context.Context, db *sql.DB, condition string, args ...any) (found []int64, err error) {
	rows, err := db.QueryContext(ctx, "SELECT id FROM information_schema.PROCESSLIST WHERE "+condition, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		found = append(found, id)
	}
	return found, rows.Err()
}

func do(ctx context.Context, dsn, statement string) error {
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}
