package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/dev/process"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store/storetest"
	"cloudsync/worker/service"
)

// listingWorker is what a worker process of this test is told.
type listingWorker struct {
	Address, Namespace, DSN string
	Calls                   string // the file to note each listing in
	Hangs                   string // the region whose listing has no end; "": none
}

const listingWorkerVariable = "CLOUDSYNC_TEST_LISTING_WORKER"

var eightRegions = strings.Fields("r0 r1 r2 r3 r4 r5 r6 r7")

func eightTimesTen() *mock.Cloud {
	settings := mock.DefaultSettings()
	settings.Hosts = mock.ExactHosts(80)
	return mock.New(settings, eightRegions)
}

// noted is a cloud that notes each listing in a file, which outlives its process.
type noted struct {
	*mock.Cloud
	worker listingWorker
}

func (n *noted) List(ctx context.Context, scope resource.Scope, cursor string) (cloud.Page, error) {
	file, err := os.OpenFile(n.worker.Calls, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return cloud.Page{}, err
	}
	if _, err := fmt.Fprintln(file, scope.Region); err != nil {
		return cloud.Page{}, err
	}
	if err := file.Close(); err != nil {
		return cloud.Page{}, err
	}
	if scope.Region == n.worker.Hangs {
		select {} // deaf to its context, too
	}
	return n.Cloud.List(ctx, scope, cursor)
}

// TestListingWorker is no test but a worker, in a process that a test starts and kills.
func TestListingWorker(t *testing.T) {
	told := os.Getenv(listingWorkerVariable)
	if told == "" {
		t.Skip("is the worker of TestAKilledWorkerListsNoScopeOfItsBundleAgain")
	}
	var of listingWorker
	require.NoError(t, json.Unmarshal([]byte(told), &of))
	s := &stack{address: of.Address, namespace: of.Namespace, dsn: of.DSN, store: storetest.OpenDSN(t, of.DSN)}
	temporal, err := client.DialContext(t.Context(), client.Options{HostPort: of.Address, Namespace: of.Namespace, Logger: quiet{}})
	require.NoError(t, err)
	simulated := eightTimesTen()
	deps := s.deps(simulated)
	deps.Settings[hostKind] = activities.Settings{Policy: diff.DefaultPolicy(), MaxParallel: 1} // one bundle
	deps.Accounts = cloud.Accounts{account("demo", &noted{Cloud: simulated, worker: of})}
	w := service.New(temporal, deps, worker.Options{})
	require.NoError(t, w.Start())
	select {} // to the end of the process
}

func (s *stack) startListingWorker(t *testing.T, calls, hangs string) *process.Child {
	t.Helper()
	told, err := json.Marshal(listingWorker{Address: s.address, Namespace: s.namespace, DSN: s.dsn, Calls: calls, Hangs: hangs})
	require.NoError(t, err)
	child, err := process.Start(process.Spec{
		Name: "listing worker", Path: os.Args[0], Args: []string{"-test.run", "^TestListingWorker$"},
		Env: append(os.Environ(), listingWorkerVariable+"="+string(told)),
		Log: filepath.Join(t.TempDir(), "worker.log"),
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = child.Kill() })
	return child
}

// What a killed worker had listed of a bundle, and told in its heartbeat, is not listed
// again.
func TestAKilledWorkerListsNoScopeOfItsBundleAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	calls := filepath.Join(t.TempDir(), "calls")
	killed := s.startListingWorker(t, calls, "r5")
	run := s.start(t, hostKind)
	require.Eventually(t, func() bool { return s.scopesTold(t, run.GetID(), run.GetRunID()) == 7 }, patience, 100*time.Millisecond)
	require.NoError(t, killed.Kill())
	s.startListingWorker(t, calls, "")

	report := s.report(t, run)
	require.Equal(t, activities.OK, report.Outcome)
	require.EqualValues(t, 80, report.SuAdd)
	require.EqualValues(t, 80, s.count(t, "SELECT COUNT(*) FROM resource_host"))
	listed := map[string]int{}
	text, err := os.ReadFile(calls)
	require.NoError(t, err)
	for _, region := range strings.Fields(string(text)) {
		listed[region]++
	}
	want := map[string]int{}
	for _, region := range eightRegions {
		want[region] = 1
	}
	want["r5"] = 2
	require.Equal(t, want, listed)
}

// scopesTold is how many scopes are done by the heartbeat of an activity that is at work.
func (s *stack) scopesTold(t *testing.T, workflowID, runID string) int {
	t.Helper()
	described, err := s.temporal.DescribeWorkflowExecution(t.Context(), workflowID, runID)
	require.NoError(t, err)
	for _, pending := range described.GetPendingActivities() {
		for _, payload := range pending.GetHeartbeatDetails().GetPayloads() {
			var told struct {
				Done map[string]any `json:"done"`
			}
			require.NoError(t, json.Unmarshal(payload.GetData(), &told))
			return len(told.Done)
		}
	}
	return 0
}
