// Package storetest gives each test a migrated database of its own on a real
// MySQL-compatible server.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"strings"
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

// Open returns a migrated store on a new database that is dropped at the end of
// the test. Without a server the test is skipped.
func Open(t testing.TB) *store.Store {
	t.Helper()
	s := OpenDSN(t, NewDatabase(t))
	_, err := s.Migrate(t.Context())
	require.NoError(t, err)
	return s
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
	server := os.Getenv(ServerVariable)
	if server == "" {
		t.Skipf("needs a MySQL server: run `make test`, or set %s", ServerVariable)
	}
	cfg, err := mysql.ParseDSN(server)
	require.NoError(t, err)
	name := "cloudsync_test_" + rand.Text()[:12]
	execute(t, server, "CREATE DATABASE "+name)
	t.Cleanup(func() { execute(t, server, "DROP DATABASE "+name) })
	cfg.DBName = name
	return cfg.FormatDSN()
}

// Connect opens a plain connection pool to look at tables, or to tamper with
// them, behind the store's back.
func Connect(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// KillConnections has the server end all connections to the database of dsn, and returns
// how many there were.
func KillConnections(t testing.TB, dsn string) (killed int) {
	t.Helper()
	db, database := beside(t, dsn)
	for _, id := range connections(t, db, database) {
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
	require.Eventually(t, func() bool { return len(connections(t, db, database)) == 0 }, time.Minute, 10*time.Millisecond)
}

// beside connects to the server, and to no database of it.
func beside(t testing.TB, dsn string) (db *sql.DB, database string) {
	t.Helper()
	cfg, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	database, cfg.DBName = cfg.DBName, ""
	return Connect(t, cfg.FormatDSN()), database
}

// connections are the server's numbers of those to a database.
func connections(t testing.TB, db *sql.DB, database string) (found []int64) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT id FROM "+ProcessList(t, db)+" WHERE db = ?", database)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var id int64
		require.NoError(t, rows.Scan(&id))
		found = append(found, id)
	}
	require.NoError(t, rows.Err())
	return found
}

// ProcessList is the server's table of its connections. MySQL cannot read that of the
// information schema while some connection's statement has characters beyond the first
// plane (error 3854); MariaDB has no other one that is always on.
func ProcessList(t testing.TB, db *sql.DB) string {
	t.Helper()
	var version string
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT VERSION()").Scan(&version))
	if strings.Contains(version, "MariaDB") {
		return "information_schema.PROCESSLIST"
	}
	return "performance_schema.processlist"
}

func execute(t testing.TB, server, statement string) {
	t.Helper()
	db, err := sql.Open("mysql", server)
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(context.Background(), statement) // t.Context is cancelled before clean-up
	require.NoError(t, err)
}
