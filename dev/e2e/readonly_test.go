package e2e

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud/mock"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/ports"
	"cloudsync/store/storetest"
)

// newGuardedStack is a stack on a server of its own, with an account that a read-only
// server binds, as root is not.
func newGuardedStack(t *testing.T) (s *stack, root string) {
	t.Helper()
	temporalAddress(t) // skip before a server is started
	server, err := mariadb.Start(t.Context(), mariadb.Options{Dir: t.TempDir(), Database: "cloudsync"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	root = server.DSN("")
	for _, statement := range []string{
		"CREATE USER sync IDENTIFIED BY 'of-the-account'", "GRANT ALL ON cloudsync.* TO sync", "GRANT ALL ON other.* TO sync", "CREATE DATABASE other",
	} {
		execute(t, root, statement)
	}
	return newStackOn(t, "sync:of-the-account@tcp("+ports.Address(server.Port())+")/cloudsync"), root
}

func execute(t *testing.T, dsn, statement string) {
	t.Helper()
	_, err := storetest.Connect(t, dsn).ExecContext(t.Context(), statement)
	require.NoError(t, err)
}

// A server that writes no more, as after a failover, showed as "driver: bad connection".
func TestReadOnlyServerIsNamedAndWaitedFor(t *testing.T) {
	t.Parallel()
	s, root := newGuardedStack(t)
	s.startWorker(t, s.deps(mock.New(mock.DefaultSettings(), mock.DefaultRegions())))
	execute(t, root, "SET GLOBAL read_only = 1")

	run := s.start(t, hostKind)
	require.Eventually(t, func() bool {
		described, err := s.temporal.DescribeWorkflowExecution(t.Context(), run.GetID(), run.GetRunID())
		require.NoError(t, err)
		for _, pending := range described.PendingActivities {
			if failure := pending.GetLastFailure(); failure != nil {
				require.Contains(t, failure.GetMessage(), "is read-only, such as a replica, or the old primary after a failover")
				return true
			}
		}
		return false
	}, patience, 50*time.Millisecond)

	execute(t, root, "SET GLOBAL read_only = 0")
	report := s.report(t, run)
	require.Equal(t, activities.OK, report.Outcome)
	require.Equal(t, report.SuAdd, s.count(t, "SELECT COUNT(*) FROM resource_host"))
}

func TestMigrateOnAReadOnlyServer(t *testing.T) {
	t.Parallel()
	s, root := newGuardedStack(t)
	execute(t, root, "SET GLOBAL read_only = 1")
	s.dsn = s.dsn[:len(s.dsn)-len("cloudsync")] + "other"

	_, said, status := s.starterSays(t, s.writeConfig(t, "r0", "{ seed: 1 }"), "migrate")

	require.Equal(t, 1, status)
	require.Contains(t, said, "is read-only, such as a replica")
}

// The server closed idle connections (wait_timeout), the worker was told to stop, could
// not take its leave from them, and ended with exit status 1.
func TestWorkerStopsCleanlyAfterIdleConnectionsWereClosed(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	impatient := *s
	impatient.dsn += "?wait_timeout=2"
	worker := s.startProcess(t, impatient.writeConfig(t, "r0", "{ seed: 1 }"))
	require.Equal(t, activities.OK, s.sync(t, hostKind).Outcome)
	require.NoError(t, s.store.Close()) // the test's own connections
	require.NoError(t, s.sql.Close())

	storetest.AwaitNoConnections(t, s.dsn)
	process, err := os.FindProcess(worker.PID())
	require.NoError(t, err)
	require.NoError(t, process.Signal(syscall.SIGTERM))

	<-worker.Done()
	require.NoError(t, worker.Err(), "%v", worker.LogTail(20))
}
