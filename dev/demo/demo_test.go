package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
	"cloudsync/dev/process"
	"cloudsync/dev/setup"
)

// screen is a console's output that can be read while it is written, and calls
// back once something has been shown.
type screen struct {
	mu    sync.Mutex
	text  bytes.Buffer
	await string
	then  func()
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(p)
	if s.then != nil && strings.Contains(s.text.String(), s.await) {
		s.then()
		s.then = nil
	}
	return len(p), nil
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// options is a demo of the stand-ins in testdata with real servers. Its folder
// outlives one demo, as .dev does.
func options(t *testing.T, out io.Writer, dir string) Options {
	here, err := layout.Find(".")
	require.NoError(t, err)
	c := console.New(out)
	programs, err := setup.Servers(t.Context(), here, c)
	require.NoError(t, err)
	l := layout.Layout{Root: dir}
	require.NoError(t, os.MkdirAll(l.Bin(""), 0o755))
	return Options{
		Layout: l, Console: c, Programs: programs, Config: here.Module("dev/demo/testdata/demo.yaml"),
		App: App{Dir: here.Module("dev"), Worker: "./demo/testdata/worker", Starter: "./demo/testdata/starter"},
	}
}

func TestDemoShowsRunsAndGoesOnWithItsData(t *testing.T) {
	t.Setenv("DEMO_TEST_DISKS", "unchanged")
	dir := t.TempDir()
	var first screen
	o := options(t, &first, dir)
	o.For = 2 * time.Second
	require.NoError(t, Run(t.Context(), o), first.String())

	require.Contains(t, first.String(), "resource_host          ok            42     +3      ·     -1    85ms")
	require.Regexp(t, `Runs finished in 2s:\n +\d+ of resource_disk\n +\d+ of resource_host`, first.String())
	for line := range strings.Lines(first.String()) {
		require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), console.Width, line)
	}
	requireStoppedInOrder(t, o, first.String())
	requireNothingLeft(t, o.Layout)

	second, interrupted := interruptedAt(t, "resource_host ")
	require.NoError(t, Run(interrupted, options(t, second, dir)), second.String())
	require.Equal(t, lineWith(first.String(), "-u root "), lineWith(second.String(), "-u root "), "the same port")
	requireStoppedInOrder(t, o, second.String())
	requireNothingLeft(t, o.Layout)
}

// interruptedAt returns a context that ends, as with Ctrl-C, once the screen
// shows something.
func interruptedAt(t *testing.T, shown string) (*screen, context.Context) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return &screen{await: shown, then: cancel}, ctx
}

func TestDemoFailsWithoutARunOfEveryKind(t *testing.T) {
	t.Setenv("DEMO_TEST_DISKS", "failed")
	var out screen
	o := options(t, &out, t.TempDir())
	o.For = time.Second

	err := Run(t.Context(), o)

	require.ErrorContains(t, err, "no run of resource_disk finished without failing")
	require.Contains(t, out.String(), "            denied\n")
}

func TestDemoTellsWhichProcessDied(t *testing.T) {
	t.Setenv("DEMO_TEST_DISKS", "ok")
	for name, died := range map[string]struct{ variable, how string }{
		"worker": {"DEMO_TEST_WORKER", "Worker ended unexpectedly (exit status 3)"},
		"server": {"DEMO_TEST_SERVER", "Server ended unexpectedly (exit status 1)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(died.variable, "dies")
			var out screen
			o := options(t, &out, t.TempDir())

			err := Run(t.Context(), o)

			require.ErrorContains(t, err, died.how)
			require.ErrorContains(t, err, "the "+name+"'s last words")
			require.ErrorContains(t, err, o.Layout.Log(name))
			who, _, _ := strings.Cut(died.how, " ")
			require.NotRegexp(t, who+" +stopped", out.String())
			requireNothingLeft(t, o.Layout)
		})
	}
}

// The alerts are an addition: without them, the rest goes on.
func TestDemoGoesOnWithoutItsPrometheus(t *testing.T) {
	t.Setenv("DEMO_TEST_DISKS", "ok")
	out, ctx := interruptedAt(t, "Going on without Prometheus: Prometheus ended unexpectedly")
	o := options(t, out, t.TempDir())
	o.Rules = t.TempDir()
	path := t.TempDir()
	standIn := fmt.Sprintf(`#!/bin/sh
for each; do case $each in --web.listen-address=*) listen=${each#*=};; esac; done
DEMO_TEST_SERVER=dies exec %q serve "$listen"
`, o.App.starter(o.Layout))
	require.NoError(t, os.WriteFile(filepath.Join(path, "prometheus"), []byte(standIn), 0o755)) //nolint:gosec // it is a program
	t.Setenv("PATH", path+string(os.PathListSeparator)+os.Getenv("PATH"))

	require.NoError(t, Run(ctx, o))

	require.Contains(t, out.String(), "the server's last words")
	require.Regexp(t, "Worker +stopped", out.String(), "it ran until the demo was told to end")
	requireNothingLeft(t, o.Layout)
}

// Whoever sources the file asks the demo's server, whatever the shell had before.
func TestDemosShellAsksItsServer(t *testing.T) {
	t.Setenv("DEMO_TEST_DISKS", "ok")
	t.Setenv("CLOUDSYNC_SERVER", "https://cloudsync.example")
	t.Setenv("CLOUDSYNC_SERVER_CREDENTIAL", "of-another-server")
	starter := buildStarter(t)
	out, interrupted := interruptedAt(t, "resource_host ")
	o := options(t, out, t.TempDir())
	var found []byte
	var failed error
	interrupt := out.then
	out.then = func() {
		found, failed = inShell(t, o.Layout, `"$1" find region=beijing 2>&1`, starter)
		interrupt()
	}

	require.NoError(t, Run(interrupted, o), out.String())

	require.NoError(t, failed, string(found))
	require.Contains(t, string(found), "of-the-server")
	address, err := inShell(t, o.Layout, `echo "$CLOUDSYNC_SERVER/ $CLOUDSYNC_SERVER_CREDENTIAL"`)
	require.NoError(t, err)
	require.Contains(t, lineWith(out.String(), "  API  "), strings.TrimSuffix(string(address), " \n"))
	log, err := os.ReadFile(o.Layout.Log(serverName))
	require.NoError(t, err)
	require.Contains(t, string(log), "server stopped cleanly")
}

// buildStarter compiles cloudsync's own starter.
func buildStarter(t *testing.T) string {
	here, err := layout.Find(".")
	require.NoError(t, err)
	binary := filepath.Join(t.TempDir(), "starter")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", binary, "./starter")
	build.Dir = here.Root
	said, err := build.CombinedOutput()
	require.NoError(t, err, string(said))
	return binary
}

// inShell returns what a command prints in a shell that has sourced the demo's file.
func inShell(t *testing.T, l layout.Layout, command string, args ...string) ([]byte, error) {
	args = append([]string{"-c", `. "$0"; ` + command, l.Path("env")}, args...)
	return exec.CommandContext(t.Context(), "sh", args...).Output()
}

// An interruption is no failure, and what is reported is the time that it took.
func TestDemoInterruptedBeforeItsTime(t *testing.T) {
	t.Setenv("DEMO_TEST_DISKS", "failed")
	out, interrupted := interruptedAt(t, "denied")
	o := options(t, out, t.TempDir())
	o.For = 10 * time.Minute

	require.NoError(t, Run(interrupted, o), out.String())

	require.Regexp(t, `Runs finished in \d+s:\n +0 of resource_disk\n +\d+ of resource_host`, out.String())
	requireNothingLeft(t, o.Layout)
}

func TestDemoInterruptedWhileItStarts(t *testing.T) {
	t.Setenv("DEMO_TEST_DISKS", "ok")
	out, interrupted := interruptedAt(t, "Tables ")
	o := options(t, out, t.TempDir())

	require.NoError(t, Run(interrupted, o), out.String())

	require.NotContains(t, out.String(), "Schedules")
	requireNothingLeft(t, o.Layout)
}

func requireStoppedInOrder(t *testing.T, o Options, out string) {
	_, stopping, found := strings.Cut(out, "outcome")
	require.True(t, found)
	server, worker, temporal, database := strings.Index(stopping, "  Server  "), strings.Index(stopping, "  Worker  "), strings.Index(stopping, "  Temporal  "), strings.Index(stopping, "  "+o.Programs.Database.Name+"  ")
	require.Positive(t, server)
	require.Less(t, server, worker)
	require.Less(t, worker, temporal)
	require.Less(t, temporal, database)
}

func requireNothingLeft(t *testing.T, l layout.Layout) {
	files, err := filepath.Glob(l.PIDFile("*"))
	require.NoError(t, err)
	for _, file := range files {
		pid, err := process.Leftover(file)
		require.NoError(t, err)
		require.Zero(t, pid, file)
	}
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}
