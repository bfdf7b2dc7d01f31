package mariadb

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func startServer(t *testing.T, o Options) *Server {
	server, err := Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Kill()) })
	return server
}

func execute(t *testing.T, s *Server, statement string) {
	db, err := sql.Open("mysql", s.DSN("inventory"))
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), statement)
	require.NoError(t, err)
}

func count(t *testing.T, s *Server) int {
	db, err := sql.Open("mysql", s.DSN("inventory"))
	require.NoError(t, err)
	defer db.Close()
	var n int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM host").Scan(&n))
	return n
}

func TestDataOutlivesStopAndKill(t *testing.T) {
	t.Parallel()
	server := startServer(t, Options{Dir: t.TempDir(), Database: "inventory"})
	port := server.Port()
	execute(t, server, "CREATE TABLE host (name VARCHAR(20))")
	execute(t, server, "INSERT INTO host VALUES ('ünï')")

	require.NoError(t, server.Stop(t.Context()))
	require.NoError(t, server.Process().Err(), "a clean stop")
	require.NoError(t, server.Start(t.Context()))
	require.Equal(t, 1, count(t, server))

	execute(t, server, "INSERT INTO host VALUES ('second')")
	require.NoError(t, server.Kill())
	require.NoError(t, server.Start(t.Context()))
	require.Equal(t, 2, count(t, server))
	require.Equal(t, port, server.Port())
}

func TestSecondStartUsesTheData(t *testing.T) {
	t.Parallel()
	// Longer than the path of a socket may be.
	dir := t.TempDir() + "/" + strings.Repeat("long", 30)
	first := startServer(t, Options{Dir: dir, Database: "inventory"})
	execute(t, first, "CREATE TABLE host (name VARCHAR(20))")
	require.NoError(t, first.Stop(t.Context()))

	second := startServer(t, Options{Dir: dir, Database: "inventory", Port: first.Port()})

	require.Zero(t, count(t, second))
	require.NoError(t, second.Stop(t.Context()))
}

func TestExtraArgsWin(t *testing.T) {
	t.Parallel()
	server := startServer(t, Options{Dir: t.TempDir(), ExtraArgs: []string{"--max-connections=17"}})
	db, err := sql.Open("mysql", server.DSN(""))
	require.NoError(t, err)
	defer db.Close()

	var connections int
	var charset string
	row := db.QueryRowContext(t.Context(), "SELECT @@max_connections, @@character_set_server")
	require.NoError(t, row.Scan(&connections, &charset))

	require.Equal(t, 17, connections)
	require.Equal(t, "utf8mb4", charset)
}

func TestStartShowsTheLogOfAServerThatRefuses(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{Dir: t.TempDir(), ExtraArgs: []string{"--no-such-option"}})

	require.ErrorContains(t, err, "ended unexpectedly")
	require.ErrorContains(t, err, "no-such-option")
}
