package store_test

import (
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
)

// lengthsOf are the most characters of a kind's texts, by column.
func lengthsOf(t *testing.T, kind *resource.Kind) map[string]int {
	t.Helper()
	lengths := map[string]int{"native_id": 512}
	row := reflect.TypeOf(kind.NewRow()).Elem()
	for i := range row.NumField() {
		field := row.Field(i)
		if field.Type.Kind() != reflect.String {
			continue
		}
		column, _, _ := strings.Cut(field.Tag.Get("bun"), ",")
		limit, _, _ := strings.Cut(strings.TrimPrefix(field.Tag.Get("field"), "max="), ",")
		length, err := strconv.Atoi(limit)
		require.NoError(t, err, column)
		lengths[column] = length
	}
	return lengths
}

// What a kind lets through fits its table.
func TestTextsFitTheirColumns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, name := range resource.Standard().Names() {
		kind, err := resource.Standard().Kind(name)
		require.NoError(t, err)
		for column, length := range lengthsOf(t, kind) {
			require.Equal(t, length, b.count(t, `SELECT CHARACTER_MAXIMUM_LENGTH FROM information_schema.COLUMNS
				WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND COLUMN_NAME = ?`, name, column), name+"."+column)
		}
	}
}

// A database from before the columns were widened, with rows; and a migration that was
// interrupted, and starts over.
func TestMigrateTablesWithNarrowColumns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	long := strings.Repeat("数", 255)
	kept := func() *resource.Host {
		return &resource.Host{Meta: resource.Meta{NativeID: long}, Name: long, STreeGroup: long, ImageID: long}
	}
	b.put(t, diff.Add, 1, kept())
	narrow := []string{
		"ALTER TABLE resource_host MODIFY COLUMN native_id VARCHAR(255) NOT NULL, MODIFY COLUMN name VARCHAR(255) NOT NULL DEFAULT '', MODIFY COLUMN image_id VARCHAR(255) NOT NULL DEFAULT ''",
		"ALTER TABLE resource_disk MODIFY COLUMN host_native_id VARCHAR(255) NOT NULL DEFAULT ''",
		"ALTER TABLE resource_change MODIFY COLUMN native_id VARCHAR(255) NOT NULL",
		"ALTER TABLE sync_row_failure MODIFY COLUMN native_id VARCHAR(255) NOT NULL DEFAULT ''",
		"ALTER TABLE sync_drift MODIFY COLUMN native_id VARCHAR(255) NOT NULL",
	}
	for from := range narrow { // some are wide already
		for _, statement := range narrow[from:] {
			b.exec(t, statement)
		}
		b.exec(t, "DELETE FROM sync_migration WHERE name = '0024'")
		names, err := b.Migrate(t.Context())
		require.NoError(t, err)
		require.Len(t, names, 1)
		require.Zero(t, b.count(t, `SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()
			AND COLUMN_NAME IN ('native_id', 'host_native_id', 'image_id') AND CHARACTER_MAXIMUM_LENGTH < 512`))
		require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE name = ? AND native_id = ?", long, long))
	}
	changed := kept()
	changed.Name += "a"
	b.put(t, diff.Modify, 2, changed)
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE name = ?", long+"a"))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'resource_disk' AND INDEX_NAME = 'host'"))
}
