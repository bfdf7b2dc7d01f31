package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What a test wrote, the next one does not find, nor the numbers that its rows had.
func TestPoolGivesEmptyDatabases(t *testing.T) {
	t.Parallel()
	server, p := serverOf(t), &pool{kept: true}
	first, err := p.take(t.Context(), server)
	require.NoError(t, err)
	made, err := first.inspect(t.Context())
	require.NoError(t, err)
	require.Empty(t, made.written)
	require.NoError(t, first.exec(t.Context(), "INSERT INTO sync_notice_look (id, looked_at) VALUES (1, NOW())"))
	numbered := "INSERT INTO sync_notice (notice_id, receiver, event, state, kind, body, fate, created_at) VALUES ('n', 'r', 'held', 'begun', '', '{}', 'sent', NOW())"
	require.NoError(t, first.exec(t.Context(), numbered))
	require.NoError(t, first.exec(t.Context(), "DELETE FROM sync_notice"))
	dirty, err := first.inspect(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"sync_notice", "sync_notice_look"}, dirty.written)
	require.NoError(t, p.giveBack(t.Context(), first))

	second, err := p.take(t.Context(), server)
	require.NoError(t, err)
	require.Equal(t, first, second)
	emptied, err := second.inspect(t.Context())
	require.NoError(t, err)
	require.Equal(t, made, emptied)
	require.NoError(t, p.giveBack(t.Context(), second))
	require.NoError(t, p.drop(t.Context()))
	require.False(t, exists(t, first))
}

func TestPoolDropsWhatTestsAltered(t *testing.T) {
	t.Parallel()
	server := serverOf(t)
	for name, statement := range map[string]string{
		"a table is missing":    "DROP TABLE sync_stage",
		"another table":         "CREATE TABLE mine (id INT)",
		"another column":        "ALTER TABLE resource_host ADD COLUMN owner INT",
		"a key is missing":      "ALTER TABLE sync_notice DROP KEY age",
		"a trigger":             "CREATE TRIGGER broken BEFORE INSERT ON sync_run FOR EACH ROW SIGNAL SQLSTATE '45000'",
		"a migration is undone": "DELETE FROM sync_migration WHERE name = '0003'",
		"a table is a view":     "DROP TABLE sync_stage; CREATE VIEW sync_stage AS SELECT 1 AS one",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &pool{kept: true}
			d, err := p.take(t.Context(), server)
			require.NoError(t, err)
			require.NoError(t, d.exec(t.Context(), statement))
			require.NoError(t, p.giveBack(t.Context(), d))
			require.False(t, exists(t, d))
			require.Empty(t, p.free)
		})
	}
}

// A statement that still runs would write into the next test.
func TestPoolDropsWhatIsStillInUse(t *testing.T) {
	t.Parallel()
	server, p := serverOf(t), &pool{kept: true}
	d, err := p.take(t.Context(), server)
	require.NoError(t, err)
	require.NoError(t, Connect(t, d.dsn).PingContext(t.Context()))
	require.NoError(t, p.giveBack(t.Context(), d))
	require.False(t, exists(t, d))
}

func exists(t *testing.T, d database) bool {
	t.Helper()
	var found int
	row := Connect(t, d.server).QueryRowContext(t.Context(), "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = ?", d.name)
	require.NoError(t, row.Scan(&found))
	return found > 0
}
