package temporalserver

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"google.golang.org/protobuf/types/known/durationpb"

	"cloudsync/dev/console"
	"cloudsync/dev/layout"
)

func binary(t *testing.T) string {
	l, err := layout.Find(".")
	require.NoError(t, err)
	path, err := Build(t.Context(), l, console.New(os.Stderr))
	require.NoError(t, err)
	return path
}

func TestBuildKeepsWhatItBuilt(t *testing.T) {
	t.Parallel()
	path := binary(t)
	before, err := os.Stat(path)
	require.NoError(t, err)

	after, err := os.Stat(binary(t))

	require.NoError(t, err)
	require.Equal(t, before.ModTime(), after.ModTime())
	version, err := Version(t.Context(), path)
	require.NoError(t, err)
	require.Contains(t, "v"+version, builtVersion(path))
}

func TestBuiltVersionOfSomethingElse(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "temporal")
	require.NoError(t, os.WriteFile(file, []byte("half a program"), 0o755))

	require.Empty(t, builtVersion(file))
	require.Empty(t, builtVersion(os.Args[0]), "another program")
	require.Empty(t, builtVersion(filepath.Join(t.TempDir(), "missing")))
}

func TestBuildProgressCountsModulesAndPackages(t *testing.T) {
	t.Parallel()
	p := newBuildProgress(console.New(os.Stderr).Step("Temporal"))
	defer p.step.Fail()

	for _, line := range []string{"go: downloading a v1", "go: downloading b v1", "internal/abi", "a/b", "b"} {
		p.line(line)
	}

	require.Equal(t, 2, p.modules)
	require.Equal(t, 3, p.packages)
}

func dial(t *testing.T, s *Server) client.Client {
	c, err := client.DialContext(t.Context(), client.Options{HostPort: s.Address(), Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func registerNamespace(t *testing.T, s *Server, name string) {
	_, err := dial(t, s).WorkflowService().RegisterNamespace(t.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace: name, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	})
	require.NoError(t, err)
}

func hasNamespace(t *testing.T, s *Server, name string) bool {
	_, err := dial(t, s).WorkflowService().DescribeNamespace(t.Context(),
		&workflowservice.DescribeNamespaceRequest{Namespace: name})
	return err == nil
}

func TestStateOutlivesStopAndKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, err := Start(t.Context(), Options{
		Binary: binary(t), Dir: dir, Headless: true, DBFile: filepath.Join(dir, "temporal.db"),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Kill()) })
	require.Empty(t, server.UIAddress())
	registerNamespace(t, server, "kept")

	require.NoError(t, server.Stop(t.Context()))
	require.NoError(t, server.Start(t.Context()))
	require.True(t, hasNamespace(t, server, "kept"))

	require.NoError(t, server.Kill())
	require.NoError(t, server.Start(t.Context()))
	require.True(t, hasNamespace(t, server, "kept"))
	require.NoError(t, server.Stop(t.Context()))
}

func TestStartShowsTheLogOfAServerThatRefuses(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{Binary: binary(t), Dir: t.TempDir(), ExtraArgs: []string{"--no-such-flag"}})

	require.ErrorContains(t, err, "ended unexpectedly")
	require.ErrorContains(t, err, "no-such-flag")
}
