package cluster_test

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"google.golang.org/grpc"

	"cloudsync/cluster"
	"cloudsync/starter/temporaltest"
)

// The variables are the process's, so that these cannot run in parallel.
func TestOptionsComeFromTemporalsOwnConfiguration(t *testing.T) {
	config := filepath.Join(t.TempDir(), "temporal.toml")
	require.NoError(t, os.WriteFile(config, []byte(`
[profile.default]
address = "default.example:7233"
namespace = "of-default"

[profile.prod]
address = "prod.example:7233"
namespace = "of-prod"
api_key = "key"
`), 0o600))
	for _, test := range []struct {
		name, config, profile, address, namespace string
		wantAddress, wantNamespace                string
	}{
		{name: "nothing configured", wantAddress: client.DefaultHostPort, wantNamespace: client.DefaultNamespace},
		{name: "variables", address: "var.example:7233", namespace: "of-var", wantAddress: "var.example:7233", wantNamespace: "of-var"},
		{name: "default profile", config: config, wantAddress: "default.example:7233", wantNamespace: "of-default"},
		{name: "profile", config: config, profile: "prod", wantAddress: "prod.example:7233", wantNamespace: "of-prod"},
		{name: "variables over profile", config: config, profile: "prod", namespace: "of-var", wantAddress: "prod.example:7233", wantNamespace: "of-var"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("HOME", t.TempDir()) // whoever runs the test may have a configuration
			t.Setenv("XDG_CONFIG_HOME", t.TempDir())
			for variable, value := range map[string]string{
				"TEMPORAL_CONFIG_FILE": test.config, "TEMPORAL_ADDRESS": test.address, "TEMPORAL_NAMESPACE": test.namespace,
				"TEMPORAL_PROFILE": "", "TEMPORAL_API_KEY": "",
			} {
				t.Setenv(variable, value)
				if value == "" {
					require.NoError(t, os.Unsetenv(variable))
				}
			}
			opts, err := cluster.Options(test.profile)
			require.NoError(t, err)
			require.Equal(t, test.wantAddress, opts.HostPort)
			require.Equal(t, test.wantNamespace, opts.Namespace)
			require.Equal(t, test.profile == "prod", opts.Credentials != nil, "the API key is taken over")
		})
	}
}

func TestOptionsOfABrokenConfiguration(t *testing.T) {
	config := filepath.Join(t.TempDir(), "temporal.toml")
	require.NoError(t, os.WriteFile(config, []byte("[profile.default\n"), 0o600))
	t.Setenv("TEMPORAL_CONFIG_FILE", config)
	_, err := cluster.Options("")
	require.ErrorContains(t, err, "read Temporal's client configuration: ")

	require.NoError(t, os.WriteFile(config, []byte("[profile.default]\naddress = 'a:1'\n"), 0o600))
	_, err = cluster.Options("missing")
	require.ErrorContains(t, err, "missing")
}

func quiet() log.Logger { return log.NewStructuredLogger(slog.New(slog.DiscardHandler)) }

// freeAddr is an address at which nothing listens.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

func TestDialWithoutAServer(t *testing.T) {
	t.Parallel()
	began := time.Now()
	addr := freeAddr(t)
	_, err := cluster.Dial(t.Context(), client.Options{HostPort: addr, Namespace: "n", Logger: quiet()}, 500*time.Millisecond)
	require.ErrorContains(t, err, "connect to Temporal at "+addr+": no connection within 500ms: ")
	require.ErrorContains(t, err, "check that it runs, and the address (TEMPORAL_ADDRESS)")
	require.Less(t, time.Since(began), 30*time.Second)
}

func TestDialIsCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := cluster.Dial(ctx, client.Options{HostPort: freeAddr(t), Namespace: "n", Logger: quiet()}, time.Hour)
	require.Error(t, err)
}

// frontend is a Temporal server that only answers what Dial asks.
type frontend struct {
	workflowservice.UnimplementedWorkflowServiceServer
	asked    atomic.Int64
	describe func(nth int64, namespace string) error
}

func (f *frontend) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{}, nil
}

func (f *frontend) DescribeNamespace(_ context.Context, in *workflowservice.DescribeNamespaceRequest) (*workflowservice.DescribeNamespaceResponse, error) {
	if err := f.describe(f.asked.Add(1), in.GetNamespace()); err != nil {
		return nil, serviceerror.ToStatus(err).Err()
	}
	return &workflowservice.DescribeNamespaceResponse{}, nil
}

// serve starts the frontend and returns the options of a client to it.
func (f *frontend) serve(t *testing.T) client.Options {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(server, f)
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Stop()
		require.NoError(t, <-stopped)
	})
	return client.Options{HostPort: l.Addr().String(), Namespace: "inventory", Logger: quiet()}
}

func TestDialGivesUpAtOnceWhereTryingAgainIsNoUse(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]error{
		"no namespace":   serviceerror.NewNamespaceNotFound("inventory"),
		"not found":      serviceerror.NewNotFound("nothing here"),
		"not allowed in": serviceerror.NewPermissionDenied("keep out", ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &frontend{describe: func(int64, string) error { return refusal }}
			opts := f.serve(t)
			_, err := cluster.Dial(t.Context(), opts, time.Hour)
			require.ErrorContains(t, err, "connect to Temporal at "+opts.HostPort+", namespace inventory: ")
			require.ErrorContains(t, err, strings.TrimSuffix(refusal.Error(), "."))
			require.EqualValues(t, 1, f.asked.Load())
		})
	}
}

func TestAMissingNamespaceIsExplained(t *testing.T) {
	t.Parallel()
	f := &frontend{describe: func(int64, string) error { return serviceerror.NewNamespaceNotFound("inventory") }}
	opts := f.serve(t)
	want := "connect to Temporal at " + opts.HostPort + ", namespace inventory: Namespace inventory is not found: " +
		"check the namespace (TEMPORAL_NAMESPACE), or create it with `temporal operator namespace create --namespace inventory`"
	_, err := cluster.Dial(t.Context(), opts, time.Hour)
	require.EqualError(t, err, want)
	_, err = cluster.DialOnce(t.Context(), opts)
	require.EqualError(t, err, want)
	var missing *serviceerror.NamespaceNotFound
	require.ErrorAs(t, err, &missing)
}

func TestDialWaitsForTheServer(t *testing.T) {
	t.Parallel()
	f := &frontend{describe: func(nth int64, _ string) error {
		if nth < 3 {
			return serviceerror.NewUnavailable("still starting")
		}
		return nil
	}}
	c, err := cluster.Dial(t.Context(), f.serve(t), time.Minute)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	require.GreaterOrEqual(t, f.asked.Load(), int64(3))
}

func TestDialToAServer(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	c, err := cluster.Dial(t.Context(), client.Options{HostPort: n.Address, Namespace: n.Name, Logger: quiet()}, time.Minute)
	require.NoError(t, err)
	t.Cleanup(c.Close)

	began := time.Now()
	_, err = cluster.Dial(t.Context(), client.Options{HostPort: n.Address, Namespace: n.Name + "-missing", Logger: quiet()}, time.Hour)
	require.ErrorContains(t, err, n.Name+"-missing")
	require.Less(t, time.Since(began), time.Minute)
}
