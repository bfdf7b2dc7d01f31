package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/config"
)

func TestConfigSchema(t *testing.T) {
	t.Parallel()
	want, err := config.Schema()
	require.NoError(t, err)
	status, stdout, stderr := run(t, "config", "schema")
	require.Equal(t, statusOK, status, stderr)
	require.Equal(t, string(want), stdout)
}

func TestConfigCheck(t *testing.T) {
	t.Parallel()
	good := configFile(t, "user@tcp(127.0.0.1:1)/cloudsync", "  resources: {resource_host: {interval: 5s}}\n")
	status, stdout, stderr := run(t, "config", "check", good)
	require.Equal(t, statusOK, status, stderr)
	require.Equal(t, good+" is valid: 1 kinds, 1 accounts\n", stdout)

	bad := configFile(t, "user@tcp(127.0.0.1:1)/cloudsync", "  enabel: true\n  resources: {resource_host: {interval: 5}}\n")
	status, stdout, stderr = run(t, "--config", bad, "config", "check")
	require.Equal(t, statusError, status)
	require.Equal(t, bad+":3: public_cloud_sync: unknown key \"enabel\": did you mean enable?\n"+
		bad+":4: public_cloud_sync.resources.resource_host.interval: 5 has no unit: write 5s\n", stdout)
	require.Equal(t, "starter: "+bad+" has problems: 2; correct them, and check again\n", stderr)

	status, stdout, _ = run(t, "config", "check", bad, "-o", "json")
	require.Equal(t, statusError, status)
	var found configReport
	require.NoError(t, json.Unmarshal([]byte(stdout), &found))
	require.False(t, found.Valid)
	require.Len(t, found.Problems, 2)
	require.Equal(t, 3, found.Problems[0].Line)
}

// What only the server needs is looked at if that is asked for.
func TestConfigCheckServe(t *testing.T) {
	t.Parallel()
	path := configFile(t, "user@tcp(127.0.0.1:1)/cloudsync", "  resources: {resource_host: {interval: 5s}}\n")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	text = append(text, "serve: {login: {users: [{name: alice, role: viewer, password_bcrypt_file: "+filepath.Join(t.TempDir(), "none")+"}]}}\n"...)
	require.NoError(t, os.WriteFile(path, text, 0o600))

	status, _, stderr := run(t, "config", "check", path)
	require.Equal(t, statusOK, status, stderr)
	status, stdout, _ := run(t, "config", "check", "--serve", path)
	require.Equal(t, statusError, status)
	require.Contains(t, stdout, "password_bcrypt_file: a file that cannot be read")

	status, _, stderr = run(t, "config", "check", path+".none")
	require.Equal(t, statusError, status)
	require.Contains(t, stderr, "give the path of the configuration")
}
