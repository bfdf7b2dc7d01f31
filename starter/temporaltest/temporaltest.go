// Package temporaltest gives each test a namespace of its own on a real Temporal
// server, and a worker in it.
package temporaltest

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/types/known/durationpb"

	"cloudsync/deployment"
	"cloudsync/workflows"
)

// ServerVariable names the environment variable with the address, host:port, of
// a server on which tests may create namespaces. `make test` starts one and sets
// it.
const ServerVariable = "CLOUDSYNC_TEST_TEMPORAL"

// Namespace is a namespace of the test's own.
type Namespace struct {
	client.Client
	Address string
	Name    string
}

// readyWithin is how long a server may take until all of it knows a namespace. That is
// never reached when all is well, however busy the machine.
const readyWithin = 2 * time.Minute

// New registers a namespace. Without a server the test is skipped.
func New(t testing.TB) Namespace {
	t.Helper()
	address := os.Getenv(ServerVariable)
	if address == "" {
		t.Skipf("needs a Temporal server: run `make test`, or set %s", ServerVariable)
	}
	name := "cloudsync-test-" + strings.ToLower(rand.Text()[:12])
	c, err := client.DialContext(t.Context(), client.Options{
		HostPort: address, Namespace: name, Logger: quiet(),
		ConnectionOptions: client.ConnectionOptions{GetSystemInfoTimeout: readyWithin},
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	require.Eventually(t, func() bool { return register(t.Context(), c, name) == nil }, readyWithin, 50*time.Millisecond,
		"namespace %s cannot be registered", name)
	n := Namespace{Client: c, Address: address, Name: name}
	require.Eventually(t, n.usable, readyWithin, 50*time.Millisecond, "namespace %s stays unknown", name)
	return n
}

// register registers the namespace, unless an earlier attempt did, whose answer was
// late.
func register(ctx context.Context, c client.Client, name string) error {
	_, err := c.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: name, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	})
	var exists *serviceerror.NamespaceAlreadyExists
	if errors.As(err, &exists) {
		return nil
	}
	return err
}

// usable says whether the parts of the server that the tests need know the
// namespace.
func (n Namespace) usable() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := n.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{}); err != nil {
		return false
	}
	_, err := n.ScheduleClient().List(ctx, client.ScheduleListOptions{})
	return err == nil
}

// Sync plays the part of CloudSyncWorkflow.
type Sync func(ctx workflow.Context, in workflows.Input) (workflows.Report, error)

// Work runs a worker, to the end of the test, on which sync is the workflow.
func (n Namespace) Work(t testing.TB, sync Sync) {
	t.Helper()
	n.work(t, sync, worker.Options{})
}

// WorkOn does so on a worker of the build.
func (n Namespace) WorkOn(t testing.TB, build string, sync Sync) {
	t.Helper()
	n.work(t, sync, worker.Options{DeploymentOptions: deployment.Options(build), Identity: build})
}

func (n Namespace) work(t testing.TB, sync Sync, options worker.Options) {
	t.Helper()
	options.WorkerStopTimeout = time.Second
	w := worker.New(n.Client, workflows.TaskQueue, options)
	w.RegisterWorkflowWithOptions(sync, workflow.RegisterOptions{Name: workflows.CloudSyncName})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
}

func quiet() log.Logger {
	return log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))
}
