package storetest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/store/storetest"
)

// A copied database is what the migrations make, to the last comment.
func TestNewMigratedIsWhatTheMigrationsMake(t *testing.T) {
	t.Parallel()
	copied, made := storetest.NewMigrated(t), storetest.NewDatabase(t)
	_, err := storetest.OpenDSN(t, made).Migrate(t.Context())
	require.NoError(t, err)

	require.Equal(t, describe(t, made), describe(t, copied))
	pending, err := storetest.OpenDSN(t, copied).Migrate(t.Context())
	require.NoError(t, err)
	require.Empty(t, pending)
}

// describe has each table's definition. MySQL repeats the table's character set at a column
// where the statement did: that makes no difference.
func describe(t *testing.T, dsn string) map[string]string {
	t.Helper()
	db := storetest.Connect(t, dsn)
	rows, err := db.QueryContext(t.Context(), "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()")
	require.NoError(t, err)
	defer rows.Close()
	tables := map[string]string{}
	for rows.Next() {
		var table, definition string
		require.NoError(t, rows.Scan(&table))
		require.NoError(t, db.QueryRowContext(t.Context(), "SHOW CREATE TABLE "+table).Scan(&table, &definition))
		tables[table] = strings.ReplaceAll(definition, " CHARACTER SET utf8mb4", "")
	}
	require.NoError(t, rows.Err())
	require.Contains(t, tables, "resource_host")
	return tables
}
