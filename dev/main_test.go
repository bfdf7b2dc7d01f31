package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"cloudsync/dev/commandline"
	"cloudsync/dev/with"
)

// guestVariable makes the test binary play the command that `with` runs.
const guestVariable = "DEV_TEST_GUEST"

// guestStatus shows that the exit status is the command's own.
const guestStatus = 42

func TestMain(m *testing.M) {
	if os.Getenv(guestVariable) == "" {
		os.Exit(m.Run())
	}
	if err := useServers(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(guestStatus)
}

// useServers uses both servers as a test would, by the variables alone.
func useServers(ctx context.Context) error {
	db, err := sql.Open("mysql", os.Getenv(with.MySQLVariable))
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "CREATE DATABASE guest"); err != nil {
		return err
	}
	c, err := client.DialContext(ctx, client.Options{HostPort: os.Getenv(with.TemporalVariable)})
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.CheckHealth(ctx, nil)
	return err
}

func TestWithRunsACommandAgainstServers(t *testing.T) {
	t.Setenv(guestVariable, "yes")
	t.Setenv("TMPDIR", t.TempDir())

	require.Equal(t, guestStatus, commandline.Run(t.Context(), newRoot(), []string{"with", "--", os.Args[0]}))

	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	require.Empty(t, left, "what the servers wrote is gone")
}

func TestWithCommandThatIsMissing(t *testing.T) {
	require.Equal(t, 1, commandline.Run(t.Context(), newRoot(), []string{"with", "--", "surely-not-a-program"}))
}

func TestOutsideACheckout(t *testing.T) {
	t.Chdir(t.TempDir())

	require.Equal(t, 1, commandline.Run(t.Context(), newRoot(), []string{"clean"}))
	require.Equal(t, 1, commandline.Run(t.Context(), newRoot(), []string{"setup"}))
}

// FOR of `make demo` comes as it was typed.
func TestFlagThatCannotBeReadSaysWhatToWrite(t *testing.T) {
	t.Parallel()
	root := newRoot()
	root.SetArgs([]string{"demo", "--for", "banana"})

	require.EqualError(t, root.ExecuteContext(t.Context()), `--for "banana": write a time with its unit, such as 60s or 10m`)
}
