package layout

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func checkout(t *testing.T) Layout {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte("module cloudsync\n\ngo 1.26\n"), 0o644))
	require.NoError(t, os.MkdirAll(filepath.Join(root, "dev", "deep"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "dev", "go.mod"), []byte("module cloudsync/dev\n"), 0o644))
	return Layout{Root: root}
}

func TestFindGoesPastTheNestedModules(t *testing.T) {
	t.Parallel()
	want := checkout(t)

	got, err := Find(filepath.Join(want.Root, "dev", "deep"))

	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, filepath.Join(want.Root, ".dev", "bin", "worker"), got.Bin("worker"))
}

func TestFindOutsideSaysWhereItLooked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()

	_, err := Find(dir)

	require.ErrorContains(t, err, dir)
}

func TestLockIsForOne(t *testing.T) {
	t.Parallel()
	l := checkout(t)
	held, err := l.TryLock("x")
	require.NoError(t, err)

	_, err = l.TryLock("x")
	require.ErrorIs(t, err, ErrLocked)
	_, err = l.Share("x")
	require.ErrorIs(t, err, ErrLocked)

	require.NoError(t, held.Unlock())
	again, err := l.WaitLock(t.Context(), "x")
	require.NoError(t, err)
	require.NoError(t, again.Unlock())
}

func TestSharedLockKeepsOthersOut(t *testing.T) {
	t.Parallel()
	l := checkout(t)
	for range 2 {
		shared, err := l.Share("x")
		require.NoError(t, err)
		defer shared.Unlock() //nolint:errcheck // the test is over
	}

	_, err := l.TryLock("x")

	require.ErrorIs(t, err, ErrLocked)
}

func TestWaitLockCanBeInterrupted(t *testing.T) {
	t.Parallel()
	l := checkout(t)
	held, err := l.TryLock("x")
	require.NoError(t, err)
	defer held.Unlock() //nolint:errcheck // the test is over
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err = l.WaitLock(ctx, "x")

	require.ErrorIs(t, err, context.Canceled)
}
