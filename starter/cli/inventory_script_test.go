package cli

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/store/storetest"
)

func TestInventoryForAnsible(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	status, _, stderr := a.do(t, "migrate")
	require.Zero(t, status, stderr)
	_, err := storetest.Connect(t, a.dsn).ExecContext(t.Context(), `INSERT INTO resource_host
		(uid, hash, scope_id, provider, account, region, native_id, name, private_ips, public_ips, created_at, updated_at) VALUES
		(UNHEX(REPEAT('01', 16)), '', 1, 'aws', 'prod', 'us-east-1', 'i-1', ?, '["10.0.0.1"]', '["1.2.3.4"]', NOW(), NOW()),
		(UNHEX(REPEAT('02', 16)), '', 1, 'aws', 'prod', 'eu-west-1', 'i-2', 'db', '["10.0.0.2"]', NULL, NOW(), NOW())`, hostileName)
	require.NoError(t, err)

	var listed struct {
		Meta struct {
			Hostvars map[string]map[string]any `json:"hostvars"`
		} `json:"_meta"`
	}
	list := func(args ...string) map[string]map[string]any {
		status, stdout, stderr := a.do(t, append([]string{"inventory", "--list"}, args...)...)
		require.Zero(t, status, stderr)
		require.Empty(t, stderr)
		requirePlain(t, stdout)
		listed.Meta.Hostvars = nil
		require.NoError(t, json.Unmarshal([]byte(stdout), &listed))
		return listed.Meta.Hostvars
	}
	all := list()
	require.Len(t, all, 2)
	require.Equal(t, "10.0.0.2", all["db"]["ansible_host"])
	require.Equal(t, all["db"], list(`{region="eu-west-1"}`)["db"])
	require.Len(t, list(`{region="eu-west-1"}`), 1)
	require.Empty(t, list("region=eu-west-1", "10.0.0.1"))
	public := list("--address", "public", "--kind", "host")
	require.Len(t, public, 1)

	status, stdout, stderr := a.do(t, "inventory", "--host", "db")
	require.Zero(t, status, stderr)
	var alone map[string]any
	require.NoError(t, json.Unmarshal([]byte(stdout), &alone))
	require.Equal(t, all["db"], alone)
}

func TestInventoryForAnsibleSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	status, _, stderr := a.do(t, "migrate")
	require.Zero(t, status, stderr)
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "write either --list or --host NAME"},
		{[]string{"--list", "--host", "web"}, "write either --list or --host NAME"},
		{[]string{"--host", "web"}, `no host is called "web"`},
		{[]string{"--list", "--kind", "vpc"}, "--kind: nothing of resource_vpc can be reached"},
		{[]string{"--list", "--address", "x"}, "--address: unknown address \"x\": write private, public or ipv6"},
		{[]string{"--list", `{regin="x"}`}, "did you mean region?"},
	} {
		status, stdout, stderr := a.do(t, append([]string{"inventory"}, c.args...)...)
		require.Equal(t, 1, status)
		require.Empty(t, stdout)
		require.Contains(t, stderr, c.want)
	}
}
