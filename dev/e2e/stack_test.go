// Package e2e tests the whole path: the workflow, the activities and the mock
// cloud on a real Temporal server and a real MySQL-compatible server.
package e2e

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"google.golang.org/protobuf/types/known/durationpb"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/starter/execution"
	"cloudsync/store"
	"cloudsync/store/storetest"
	"cloudsync/visibility"
	"cloudsync/worker/service"
	"cloudsync/workflows"
)

// temporalVariable names the environment variable with the address of a Temporal
// server on which tests may create namespaces. `make test` starts one.
const temporalVariable = "CLOUDSYNC_TEST_TEMPORAL"

const (
	hostKind = "resource_host"
	diskKind = "resource_disk"
)

// patience bounds any wait of these tests; it is never reached when all is well.
const patience = 5 * time.Minute

// stack is a namespace and a database of the test's own.
type stack struct {
	address   string // of Temporal
	namespace string
	temporal  client.Client
	dsn       string
	store     *store.Store
	sql       *sql.DB
	env       []string // more of it, for the processes that a test starts
}

// environ is the environment of the programs that a test starts, with some variables more.
func (s *stack) environ(more ...string) []string {
	return slices.Concat(os.Environ(), []string{"TEMPORAL_ADDRESS=" + s.address, "TEMPORAL_NAMESPACE=" + s.namespace}, s.env, more)
}

func newStack(t *testing.T) *stack {
	t.Helper()
	return newStackOn(t, storetest.NewMigrated(t))
}

func newStackOn(t *testing.T, dsn string) *stack {
	t.Helper()
	s := &stack{address: temporalAddress(t), dsn: dsn, store: storetest.OpenDSN(t, dsn), sql: storetest.Connect(t, dsn)}
	_, err := s.store.Migrate(t.Context())
	require.NoError(t, err)
	s.namespace = newNamespace(t, s.address)
	s.temporal, err = client.DialContext(t.Context(), client.Options{
		HostPort: s.address, Namespace: s.namespace, Logger: quiet{}, Identity: "cloudsync-test",
		ConnectionOptions: client.ConnectionOptions{GetSystemInfoTimeout: patience},
	})
	require.NoError(t, err)
	t.Cleanup(s.temporal.Close)
	require.Eventually(t, func() bool {
		_, err := visibility.Register(t.Context(), s.temporal, s.namespace)
		return err == nil
	}, patience, 100*time.Millisecond)
	return s
}

func temporalAddress(t *testing.T) string {
	t.Helper()
	address := os.Getenv(temporalVariable)
	if address == "" {
		t.Skipf("needs a Temporal server: run `make test`, or set %s", temporalVariable)
	}
	return address
}

// newNamespace keeps the test's workers and task queues apart from all others.
func newNamespace(t *testing.T, address string) string {
	t.Helper()
	namespaces, err := client.NewNamespaceClient(client.Options{
		HostPort: address, Logger: quiet{}, ConnectionOptions: client.ConnectionOptions{GetSystemInfoTimeout: patience},
	})
	require.NoError(t, err)
	defer namespaces.Close()
	name := "test-" + strings.ToLower(rand.Text()[:12])
	require.Eventually(t, func() bool {
		err := namespaces.Register(t.Context(), &workflowservice.RegisterNamespaceRequest{
			Namespace: name, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
		})
		var exists *serviceerror.NamespaceAlreadyExists // after an answer that was late
		return err == nil || errors.As(err, &exists)
	}, patience, 50*time.Millisecond)
	require.Eventually(t, func() bool {
		_, err := namespaces.Describe(t.Context(), name)
		return err == nil
	}, patience, 50*time.Millisecond)
	return name
}

// quiet drops what the SDK logs: faults are what these tests are about.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

var _ log.Logger = quiet{}

// deps are the activities' dependencies for one mock account.
func (s *stack) deps(m *mock.Cloud) activities.Deps {
	settings := activities.Settings{Policy: diff.DefaultPolicy(), MaxParallel: 8}
	return activities.Deps{
		Store: s.store, Kinds: resource.Standard(),
		Accounts: cloud.Accounts{{Account: resource.Account{Provider: "mock", Name: "demo"}, Client: m}},
		Settings: map[string]activities.Settings{hostKind: settings, diskKind: settings},
		TagKeys:  resource.TagKeys{Group: "stree_group", Product: "stree_product", App: "stree_app"},
	}
}

// startWorker runs a worker in this process to the end of the test.
func (s *stack) startWorker(t *testing.T, deps activities.Deps) {
	t.Helper()
	w := service.New(s.temporal, deps, worker.Options{})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
}

// start begins a run.
func (s *stack) start(t *testing.T, kind string) client.WorkflowRun {
	t.Helper()
	return s.startInput(t, workflows.Input{Kind: kind})
}

func (s *stack) startInput(t *testing.T, in workflows.Input) client.WorkflowRun {
	t.Helper()
	options := client.StartWorkflowOptions{
		ID: "cloud-sync/" + in.Kind, TaskQueue: workflows.TaskQueue,
		StaticSummary: "keep " + in.Kind + " the same as the clouds",
	}
	for until := time.Now().Add(patience); ; {
		// Again, it returns the run that an answer was lost of.
		run, err := s.temporal.ExecuteWorkflow(t.Context(), options, workflows.CloudSyncWorkflow, in)
		if !execution.Passes(err) || time.Now().After(until) {
			require.NoError(t, err)
			return run
		}
	}
}

func (s *stack) report(t *testing.T, run client.WorkflowRun) workflows.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var report workflows.Report
	require.NoError(t, run.Get(ctx, &report))
	require.Equal(t, run.GetRunID(), report.RunID)
	return report
}

// sync runs a kind once and returns its report.
func (s *stack) sync(t *testing.T, kind string) workflows.Report {
	t.Helper()
	return s.report(t, s.start(t, kind))
}

func (s *stack) count(t *testing.T, query string, args ...any) (n int64) {
	t.Helper()
	require.NoError(t, s.sql.QueryRowContext(t.Context(), query, args...).Scan(&n))
	return n
}

func (s *stack) requireNothingInFlight(t *testing.T) {
	t.Helper()
	require.Zero(t, s.count(t, "SELECT COUNT(*) FROM sync_stage"))
	require.Zero(t, s.count(t, "SELECT COUNT(*) FROM sync_batch"))
}

// inventory returns what the database holds of a scope.
func (s *stack) inventory(t *testing.T, scope resource.Scope) map[resource.UID]resource.Hash {
	t.Helper()
	rows, err := s.sql.QueryContext(t.Context(), "SELECT uid, hash FROM "+scope.Kind+ // a constant of these tests
		" WHERE provider = ? AND account = ? AND region = ?", scope.Provider, scope.Account, scope.Region)
	require.NoError(t, err)
	defer rows.Close()
	held := map[resource.UID]resource.Hash{}
	for rows.Next() {
		var uid resource.UID
		var hash resource.Hash
		require.NoError(t, rows.Scan(&uid, &hash))
		held[uid] = hash
	}
	require.NoError(t, rows.Err())
	return held
}

// truth returns what the mock cloud has in a scope at a tick.
func truth(t *testing.T, deps activities.Deps, m *mock.Cloud, scope resource.Scope, tick int64) map[resource.UID]resource.Hash {
	t.Helper()
	kind, err := deps.Kinds.Kind(scope.Kind)
	require.NoError(t, err)
	listed := map[resource.UID]resource.Hash{}
	for _, row := range m.Snapshot(scope, tick) {
		kind.PlaceInTree(row, deps.TagKeys)
		require.NoError(t, kind.Seal(row, scope, 0))
		listed[row.RowMeta().UID] = row.RowMeta().Hash
	}
	return listed
}

func scopeOf(kind, region string) resource.Scope {
	return resource.Scope{Kind: kind, Provider: "mock", Account: "demo", Region: region}
}

// has looks a key up. require.Contains compares it with each of the map's, and these maps
// have thousands.
func has[K comparable, V any](m map[K]V, key K) bool {
	_, has := m[key]
	return has
}
