package clean

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/layout"
	"cloudsync/dev/process"
)

func used(t *testing.T) layout.Layout {
	l := layout.Layout{Root: t.TempDir()}
	require.NoError(t, os.MkdirAll(l.Path("mysql"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(l.Root, "go.mod"), []byte("module cloudsync\n"), 0o644))
	return l
}

func TestRunRemovesOnlyDev(t *testing.T) {
	t.Parallel()
	l := used(t)

	require.NoError(t, Run(l))

	require.NoDirExists(t, l.Path())
	require.FileExists(t, filepath.Join(l.Root, "go.mod"))
}

func TestRunLeavesWhatIsInUse(t *testing.T) {
	t.Parallel()
	l := used(t)
	use, err := l.Share(layout.InUse)
	require.NoError(t, err)
	defer use.Unlock() //nolint:errcheck // the test is over

	require.ErrorContains(t, Run(l), "end it first")

	require.DirExists(t, l.Path("mysql"))
}

func TestRunLeavesALeftover(t *testing.T) {
	t.Parallel()
	l := used(t)
	tail, err := exec.LookPath("tail")
	require.NoError(t, err)
	child, err := process.Start(process.Spec{
		Name: "tail", Path: tail, Args: []string{"-f", "/dev/null"}, Log: l.Log("mysql"), PIDFile: l.PIDFile("mysql"),
	})
	require.NoError(t, err)
	defer child.Kill() //nolint:errcheck // the test is over

	require.ErrorContains(t, Run(l), "mysql (pid")

	require.DirExists(t, l.Path("mysql"))
}
