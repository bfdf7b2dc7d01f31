package mock_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/mock"
)

func requireTick(t *testing.T, c *mock.Cloud, want int64) {
	t.Helper()
	tick, err := c.Tick()
	require.NoError(t, err)
	require.Equal(t, want, tick)
}

func TestCloudStandsStill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := mock.New(mock.Settings{Tick: 7}, nil)
		<-time.After(time.Hour)
		requireTick(t, c, 7)
	})
}

func TestTickEvery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := mock.New(mock.Settings{Tick: 7, TickEvery: time.Minute}, nil)
		requireTick(t, c, 7)
		<-time.After(59 * time.Second)
		requireTick(t, c, 7)
		<-time.After(time.Second)
		requireTick(t, c, 8)
		<-time.After(10 * time.Minute)
		requireTick(t, c, 18)
		c.SetTick(3)
		<-time.After(time.Hour)
		requireTick(t, c, 3)
	})
}

func TestTickFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tick")
	settings := mock.DefaultSettings()
	settings.Tick, settings.TickFile = 5, path
	c := mock.New(settings, nil)

	list(t, c, beijing)
	require.Equal(t, "5\n", read(t, path), "created when absent")

	require.NoError(t, mock.WriteTick(path, 9))
	requireTick(t, c, 9)
	rows, _ := list(t, c, beijing)
	require.Equal(t, c.Snapshot(beijing, 9), rows)

	requireTick(t, mock.New(settings, nil), 9) // a restarted process
	require.NoError(t, os.WriteFile(path, []byte("12"), 0o600))
	requireTick(t, c, 12)
	c.SetTick(1)
	requireTick(t, c, 1)
	require.Equal(t, "12", read(t, path), "pinning is this process's affair")
}

func TestTickFileMovesOnOneStepALook(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tick")
	c := mock.New(mock.Settings{Tick: 5, TickFile: path, TickEvery: time.Hour}, nil)
	requireTick(t, c, 5)
	requireTick(t, c, 5)

	longAgo := time.Now().Add(-24 * time.Hour)
	require.NoError(t, os.Chtimes(path, longAgo, longAgo))
	requireTick(t, c, 6)
	requireTick(t, c, 6)
	require.Equal(t, "6\n", read(t, path))

	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "no temporary file stays behind")
}

func TestUnusableTickFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tick")
	for _, content := range []string{"", "x", "-1", "1.5", "99999999999"} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		c := mock.New(mock.Settings{TickFile: path}, nil)
		_, err := c.Tick()
		require.ErrorContains(t, err, path+`: "`+content+`" is no tick: write a number from 0 to 2147483647, or remove the file`)
		_, err = c.List(t.Context(), beijing, "")
		require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
	}
	c := mock.New(mock.Settings{TickFile: filepath.Join(t.TempDir(), "absent", "tick")}, nil)
	_, err := c.Tick()
	require.True(t, err != nil && strings.HasPrefix(err.Error(), "write tick file: "), "%v", err)
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(content)
}
