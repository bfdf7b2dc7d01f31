package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud/mock"
	"cloudsync/dev/browser"
	"cloudsync/dev/layout"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/process"
	"cloudsync/store/storetest"
	"cloudsync/workflows"
)

// programs is where the tests build what they run as processes.
var programs string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if programs, err = os.MkdirTemp("", "cloudsync-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := storetest.Run(m)
	browser.Stop()
	if err := os.RemoveAll(programs); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return code
}

// The programs as operators run them: processes, which can be killed.
var (
	workerBinary  = sync.OnceValues(func() (string, error) { return build("worker") })
	starterBinary = sync.OnceValues(func() (string, error) { return build("starter") })
)

func build(name string) (string, error) {
	l, err := layout.Find(".")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(programs, name)
	command := exec.Command("go", "build", "-ldflags", "-s -w", "-o", binary, "./"+name)
	command.Dir = l.Root
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w: %s", name, err, out)
	}
	return binary, nil
}

// startProcess runs the worker as a process of its own.
func (s *stack) startProcess(t *testing.T, config string) *process.Child {
	t.Helper()
	binary, err := workerBinary()
	require.NoError(t, err)
	child, err := process.Start(process.Spec{
		Name: "worker", Path: binary, Args: []string{"--config", config, "--listen", ""},
		Env: s.environ(),
		Log: filepath.Join(t.TempDir(), "worker.log"),
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = child.Kill() })
	return child
}

// never is the interval of schedules whose runs a test starts itself. Schedules begin
// runs of their own at multiples of the interval, and none of this one is in a test.
const never = "8759h"

// writeConfig writes a configuration with one mock account.
func (s *stack) writeConfig(t *testing.T, regions, mockSettings string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cloudsync.yaml")
	text := fmt.Sprintf(`mysql_s: [{ name: test, addr: %q }]
public_cloud_sync:
  enable: true
  resources:
    resource_host: { interval: %s }
  accounts:
    - { provider: mock, name: demo, regions: [%s], mock: %s }
`, s.dsn, never, regions, mockSettings)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

const (
	fleet     = 100_000
	tenScopes = "r0, r1, r2, r3, r4, r5, r6, r7, r8, r9"
)

// requireFleet checks that every host is there once, that the report counts what
// the tables hold, and that nothing is left in flight.
func (s *stack) requireFleet(t *testing.T, report workflows.Report) {
	t.Helper()
	require.Equal(t, activities.OK, report.Outcome)
	require.EqualValues(t, fleet, report.CloudNum)
	require.EqualValues(t, fleet, report.ToAdd)
	require.EqualValues(t, fleet, report.SuAdd)
	require.EqualValues(t, fleet, s.count(t, "SELECT COUNT(*) FROM resource_host"))
	require.EqualValues(t, fleet, s.count(t, "SELECT COUNT(DISTINCT native_id) FROM resource_host"))
	require.EqualValues(t, fleet, s.count(t, "SELECT COUNT(*) FROM resource_change"))
	require.EqualValues(t, fleet, s.count(t, "SELECT COUNT(DISTINCT uid) FROM resource_change WHERE op = 'add'"))
	require.EqualValues(t, fleet, s.count(t, "SELECT su_add FROM sync_run WHERE run_id = ?", report.RunID))
	require.EqualValues(t, fleet, s.count(t, "SELECT SUM(su_add) FROM sync_run_scope WHERE run_id = ?", report.RunID))
	s.requireFigures(t)
	s.requireReported(t, report)
	s.requireNothingInFlight(t)
}

// waitForRows waits until a first load has begun to write, and is not done.
func (s *stack) waitForRows(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		return s.count(t, "SELECT COUNT(*) FROM resource_host") > fleet/20
	}, patience, 20*time.Millisecond)
}

func TestWorkerKilledDuringFirstLoad(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	config := s.writeConfig(t, tenScopes, fmt.Sprintf("{ seed: 1, hosts: %d, page_size: 500 }", fleet))
	killed := s.startProcess(t, config)
	run := s.start(t, hostKind)
	s.waitForRows(t)
	require.NoError(t, killed.Kill())
	require.Less(t, s.count(t, "SELECT COUNT(*) FROM resource_host"), int64(fleet), "killed in the middle")

	s.startProcess(t, config)
	report := s.report(t, run)
	s.requireFleet(t, report)
	s.requireHistoryWithin(t, report.RunID, 2000, 64<<10)
}

func TestMySQLStoppedDuringApplies(t *testing.T) {
	t.Parallel()
	temporalAddress(t) // skip before a server is started
	server, err := mariadb.Start(t.Context(), mariadb.Options{Dir: t.TempDir(), Database: "cloudsync"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	s := newStackOn(t, server.DSN("cloudsync"))
	settings := mock.DefaultSettings()
	settings.Hosts, settings.PageSize = mock.ExactHosts(fleet), 500
	s.startWorker(t, s.deps(mock.New(settings, []string{"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9"})))
	run := s.start(t, hostKind)
	s.waitForRows(t)
	require.NoError(t, server.Stop(t.Context()))
	<-time.After(20 * time.Second) // the outage, not a wait for something
	require.NoError(t, server.Start(t.Context()))
	s.requireFleet(t, s.report(t, run))
}
