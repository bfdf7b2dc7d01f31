package process

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStopLeftoverEndsTheRecordedProcess(t *testing.T) {
	t.Parallel()
	s := spec(t, "obedient")
	child := start(t, s)

	pid, err := StopLeftover(t.Context(), s.PIDFile)

	require.NoError(t, err)
	require.Equal(t, child.PID(), pid)
	<-child.Done()
	require.NoError(t, child.Err(), "it was asked, not killed")
}

// Many, because without the wait in Start about one in two is not shown yet.
func TestAProcessIsShownOnceItIsStarted(t *testing.T) {
	t.Parallel()
	tail, err := exec.LookPath("tail")
	require.NoError(t, err)
	log := filepath.Join(t.TempDir(), "log")
	for range 20 {
		child, err := Start(Spec{Name: "tail", Path: tail, Args: []string{"-f", "/dev/null"}, Log: log})
		require.NoError(t, err)

		command := commandLine(child.PID())

		require.NoError(t, child.Kill())
		require.Equal(t, shown([]string{tail, "-f", "/dev/null"}), command)
	}
}

func TestLeftoverIsNotAnotherProgramWithThePid(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "other.pid")
	text, err := json.Marshal(pidRecord{PID: os.Getpid(), Command: []string{"mariadbd", "--no-defaults"}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, text, 0o644))

	pid, err := StopLeftover(t.Context(), file)

	require.NoError(t, err)
	require.Zero(t, pid)
}

func TestLeftoverOfNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	torn := filepath.Join(dir, "torn.pid")
	require.NoError(t, os.WriteFile(torn, []byte(`{"pid":`), 0o644))

	for _, file := range []string{torn, filepath.Join(dir, "missing.pid")} {
		pid, err := Leftover(file)
		require.NoError(t, err)
		require.Zero(t, pid)
	}
}
