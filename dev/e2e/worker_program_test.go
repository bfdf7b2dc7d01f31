package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/process"
	"cloudsync/worker/service"
)

const (
	workerProgramVariable = "CLOUDSYNC_TEST_WORKER_PROGRAM"
	workerListenVariable  = "CLOUDSYNC_TEST_WORKER_LISTEN" // where it shows its metrics; empty: nowhere
)

// TestWorkerProgram is no test but the worker, in a process that a test starts.
func TestWorkerProgram(t *testing.T) {
	config := os.Getenv(workerProgramVariable)
	if config == "" {
		t.Skip("is the worker of TestAWorkerSaysWhichRunsItTakes")
	}
	require.NoError(t, service.Run(t.Context(), service.Options{ConfigPath: config, Listen: os.Getenv(workerListenVariable), BuildID: os.Getenv("CLOUDSYNC_BUILD_ID")}))
}

// program is a worker in a process of its own.
type program struct {
	*process.Child
	log string
}

func (s *stack) startProgram(t *testing.T, build string) program {
	t.Helper()
	config := filepath.Join(t.TempDir(), "cloudsync.yaml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, "mysql_s: [{name: stree, addr: %q}]\n"+
		"public_cloud_sync: {resources: {resource_host: {interval: 1h}}, accounts: [{provider: mock, name: demo, regions: [r0]}]}\n", s.dsn), 0o600))
	log := filepath.Join(t.TempDir(), "worker.log")
	child, err := process.Start(process.Spec{
		Name: "worker", Path: os.Args[0], Args: []string{"-test.run", "^TestWorkerProgram$"}, Log: log,
		Env: s.environ(workerProgramVariable+"="+config, "CLOUDSYNC_BUILD_ID="+build),
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = child.Kill() })
	return program{Child: child, log: log}
}

// Nobody reads a manual while a worker takes no runs: its log has the line to type.
func TestAWorkerSaysWhichRunsItTakes(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.startProgram(t, "v1.0.0").awaitLine(t, `level=INFO msg="this build takes the new runs" build=v1.0.0`)
	s.startProgram(t, "v1.1.0").awaitLine(t,
		`level=WARN msg="this build takes no runs; build v1.0.0 takes the new ones. To let this build take them: starter deploy v1.1.0" build=v1.1.0`)
	report := s.sync(t, hostKind)
	require.Positive(t, report.SuAdd)

	unnamed := s.startProgram(t, "")
	require.Eventually(t, func() bool { return len(s.builds(t).All) == 3 }, patience, 100*time.Millisecond)
	unnamed.awaitLine(t, "To let this build take them: starter deploy "+s.builds(t).All[0].ID)
}

func (p program) awaitLine(t *testing.T, line string) {
	t.Helper()
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(p.log)
		require.NoError(t, err)
		require.True(t, p.Running(), string(text))
		return strings.Contains(string(text), line)
	}, patience, 50*time.Millisecond)
}
