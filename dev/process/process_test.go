package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// roleVariable makes the test binary play a child process.
const roleVariable = "PROCESS_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	os.Exit(m.Run())
}

func play(role string) int {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	fmt.Println(role, "began")
	switch role {
	case "obedient":
		<-asked
		fmt.Println("obedient ended")
		return 0
	case "stubborn":
		select {}
	case "broken":
		fmt.Println("the reason")
		return 3
	}
	return 1
}

func spec(t *testing.T, role string) Spec {
	dir := t.TempDir()
	return Spec{
		Name: role, Path: os.Args[0], Args: []string{"-test.run=none"},
		Env: append(os.Environ(), roleVariable+"="+role),
		Log: filepath.Join(dir, "log", "child.log"), PIDFile: filepath.Join(dir, "run", "child.pid"),
	}
}

func start(t *testing.T, s Spec) *Child {
	child, err := Start(s)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, child.Kill()) })
	require.NoError(t, child.WaitReady(t.Context(), hasWritten(child, s.Name+" began")))
	return child
}

func hasWritten(c *Child, line string) func(context.Context) error {
	return func(context.Context) error {
		if !slices.Contains(c.LogTail(100), line) {
			return errors.New("nothing written yet")
		}
		return nil
	}
}

func TestStopAsksFirst(t *testing.T) {
	t.Parallel()
	s := spec(t, "obedient")
	child := start(t, s)
	require.FileExists(t, s.PIDFile)

	require.NoError(t, child.Stop(t.Context()))

	require.False(t, child.Running())
	require.NoError(t, child.Err())
	require.Equal(t, []string{"obedient began", "obedient ended"}, child.LogTail(5))
	require.NoFileExists(t, s.PIDFile)
	require.NoError(t, child.Stop(t.Context()), "a second stop has nothing to do")
}

func TestStopKillsAfterTheGrace(t *testing.T) {
	t.Parallel()
	s := spec(t, "stubborn")
	s.Grace = 50 * time.Millisecond
	child := start(t, s)

	require.ErrorContains(t, child.Stop(t.Context()), "was killed")
	require.ErrorContains(t, child.Err(), "signal: killed")
}

func TestStopKillsWhenTheContextEnds(t *testing.T) {
	t.Parallel()
	child := start(t, spec(t, "stubborn"))
	impatient, cancel := context.WithCancel(t.Context())
	cancel()

	require.ErrorContains(t, child.Stop(impatient), "was killed")
}

func TestChildHasItsOwnGroup(t *testing.T) {
	t.Parallel()
	child := start(t, spec(t, "obedient"))

	group, err := syscall.Getpgid(child.PID())
	require.NoError(t, err)
	require.Equal(t, child.PID(), group, "or Ctrl-C would reach it")
}

func TestWaitReadyTellsWhyTheChildEnded(t *testing.T) {
	t.Parallel()
	child, err := Start(spec(t, "broken"))
	require.NoError(t, err)

	err = child.WaitReady(t.Context(), func(context.Context) error { return errors.New("not yet") })

	require.ErrorContains(t, err, "broken ended unexpectedly (exit status 3)")
	require.ErrorContains(t, err, "the reason")
}

func TestWaitReadyGivesUpWithTheContext(t *testing.T) {
	t.Parallel()
	child := start(t, spec(t, "obedient"))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()

	err := child.WaitReady(ctx, func(context.Context) error { return errors.New("not yet") })

	require.ErrorContains(t, err, "obedient is not ready: not yet")
}

func TestLogTailHasOnlyThisProcess(t *testing.T) {
	t.Parallel()
	s := spec(t, "obedient")
	require.NoError(t, start(t, s).Stop(t.Context()))

	again := start(t, s)

	require.Equal(t, []string{"obedient began"}, again.LogTail(10))
}

func TestLogIsRotated(t *testing.T) {
	t.Parallel()
	s := spec(t, "obedient")
	require.NoError(t, os.MkdirAll(filepath.Dir(s.Log), 0o755))
	require.NoError(t, os.WriteFile(s.Log, make([]byte, rotateAt), 0o644))

	start(t, s)

	require.FileExists(t, s.Log+".old")
}

func TestStartNamesWhatCannotBeStarted(t *testing.T) {
	t.Parallel()
	s := spec(t, "obedient")
	s.Path = filepath.Join(t.TempDir(), "missing")

	_, err := Start(s)

	require.ErrorContains(t, err, "start obedient")
	require.ErrorIs(t, err, os.ErrNotExist)
}
