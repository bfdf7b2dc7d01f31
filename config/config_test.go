package config_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"cloudsync/cloud/mock"
	"cloudsync/config"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/retention"
)

const full = `# a comment
mysql_s:
  - name: stree
    addr: "user:${MYSQL_PASSWORD}@tcp(127.0.0.1:3306)/cloudsync"
    max_open_conns: 8
public_cloud_sync:
  enable: false
  stree_tags: { group: team, product: product, app: app }
  retention: { changes: forever, runs: 1d12h }
  resources:
    resource_disk: { interval: 1m }
    resource_host: { interval: 5s, max_delete_ratio: 0.5, min_rows: 20, allow_empty: true, deletes: never, replaced: hold, max_parallel_scopes: 4 }
  accounts:
    - provider: mock
      name: prod
      regions: [beijing, shanghai]
      mock:
        seed: 18446744073709551615
        tick: 3
        tick_every: 5s
        tick_file: ${DATA}/tick
        hosts: { min: 10, max: 20 }
        churn: 0
        page_size: 50
        page_delay: 10ms
        faults:
          - { fault: denied, kind: resource_host, region: beijing, rate: 0.5, times: 2, from_tick: 4, to_tick: 9 }
          - { fault: throttled, retry_after: 2s, delay: 1s }
    - { provider: mock, name: test, regions: [all], deletions: { resource_host: { deletes: hold, min_rows: 7, replaced: apply } }, mock: { hosts: 1000 } }
`

// minimal has everything that is required, and nothing else.
const minimal = `mysql_s: [{name: stree, addr: "user@tcp(db)/cloudsync"}]
public_cloud_sync:
  resources: {resource_host: {interval: 5s}}
  accounts: [{provider: mock, name: prod, regions: [beijing]}]
`

// withoutServe is how the inventory is served where the file does not say.
var withoutServe = config.Serve{Listen: "127.0.0.1:9467", Login: config.Login{Session: 12 * time.Hour}}

// withoutNotify is who is told what where the file does not say.
var withoutNotify = config.Notify{Every: time.Minute, LateAfter: 15 * time.Minute}

func environment(pairs map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := pairs[name]
		return value, ok
	}
}

func TestParseFull(t *testing.T) {
	t.Parallel()
	env := environment(map[string]string{"MYSQL_PASSWORD": `p"a: #ss@/{w}$$`, "DATA": "/var/lib"})
	c, err := config.Parse("cloudsync.yaml", []byte(full), env)
	require.NoError(t, err)
	require.Equal(t, &config.Config{
		MySQL: config.MySQL{Name: "stree", DSN: `user:p"a: #ss@/{w}$$@tcp(127.0.0.1:3306)/cloudsync`, MaxOpenConns: 8},
		Sync: config.Sync{
			Enable:  false,
			TagKeys: resource.TagKeys{Group: "team", Product: "product", App: "app"},
			Retention: retention.Limits{
				Changes: retention.Forever, Runs: retention.Keep(36 * time.Hour), Staging: retention.Keep(24 * time.Hour),
			},
			Resources: []config.Resource{
				{Kind: "resource_disk", Interval: time.Minute, Policy: diff.DefaultPolicy(), MaxParallelScopes: 8},
				{Kind: "resource_host", Interval: 5 * time.Second, Policy: diff.Policy{MaxDeleteRatio: 0.5, MinRows: 20, AllowEmpty: true, Deletes: diff.Never, Replaced: diff.ReplacedHold}, MaxParallelScopes: 4},
			},
			Accounts: []config.Account{
				{Provider: "mock", Name: "prod", Regions: []string{"beijing", "shanghai"}, Mock: mock.Settings{
					Seed: 1<<64 - 1, Tick: 3, TickEvery: 5 * time.Second, TickFile: "/var/lib/tick",
					Hosts: mock.Hosts{Min: 10, Max: 20}, PageSize: 50, PageDelay: 10 * time.Millisecond,
					Faults: []mock.Fault{
						{Type: mock.Denied, Kind: "resource_host", Region: "beijing", Rate: 0.5, Times: 2, FromTick: 4, ToTick: 9},
						{Type: mock.Throttled, RetryAfter: 2 * time.Second, Delay: time.Second},
					},
				}},
				{Provider: "mock", Name: "test", Policies: []config.KindPolicy{
					{Kind: "resource_host", Policy: diff.Policy{MaxDeleteRatio: 0.5, MinRows: 7, AllowEmpty: true, Deletes: diff.Hold}},
				}, Mock: mock.Settings{Hosts: mock.ExactHosts(1000), Churn: 0.1, PageSize: 100}},
			},
		},
		Serve: withoutServe, Notify: withoutNotify,
	}, c)
}

func TestParseMinimal(t *testing.T) {
	t.Parallel()
	c, err := config.Parse("cloudsync.yaml", []byte(minimal), nil)
	require.NoError(t, err)
	require.Equal(t, &config.Config{
		MySQL: config.MySQL{Name: "stree", DSN: "user@tcp(db)/cloudsync", MaxOpenConns: config.DefaultMaxOpenConns},
		Sync: config.Sync{
			Enable:    true,
			TagKeys:   resource.TagKeys{Group: "stree_group", Product: "stree_product", App: "stree_app"},
			Retention: retention.Default(),
			Resources: []config.Resource{{
				Kind: "resource_host", Interval: 5 * time.Second, Policy: diff.DefaultPolicy(),
				MaxParallelScopes: config.DefaultMaxParallelScopes,
			}},
			Accounts: []config.Account{{Provider: "mock", Name: "prod", Regions: []string{"beijing"}, Mock: mock.DefaultSettings()}},
		},
		Serve: withoutServe, Notify: withoutNotify,
	}, c)
}

func TestFilesOfOtherEditors(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"\ufeff" + minimal, strings.ReplaceAll(minimal, "\n", "\r\n"), "--- # begin\n" + minimal + "...\n"} {
		c, err := parse(source)
		require.NoError(t, err)
		require.Equal(t, "user@tcp(db)/cloudsync", c.MySQL.DSN)
	}
}

func TestResource(t *testing.T) {
	t.Parallel()
	c, err := parse(minimal)
	require.NoError(t, err)
	r, ok := c.Sync.Resource("resource_host")
	require.True(t, ok)
	require.Equal(t, 5*time.Second, r.Interval)
	_, ok = c.Sync.Resource("resource_disk")
	require.False(t, ok)
}

func TestLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cloudsync.yaml")
	require.NoError(t, os.WriteFile(path, []byte(minimal), 0o600))
	_, err := config.Load(path)
	require.NoError(t, err)

	require.NoError(t, os.WriteFile(path, nil, 0o600))
	_, err = config.Load(path)
	require.EqualError(t, err, path+":1: the file is empty: write mysql_s and public_cloud_sync")
}

// The demo and compose show the same kinds.
func TestConfigurationsToTryAreSound(t *testing.T) {
	t.Parallel()
	env := environment(map[string]string{"CLOUDSYNC_MYSQL_ADDR": "user@tcp(db)/cloudsync", "CLOUDSYNC_MOCK_TICK_FILE": "/tmp/tick", "CLOUDSYNC_TEMPORAL_UI": "http://127.0.0.1:8233"})
	var resources [2][]config.Resource
	for i, path := range []string{"../dev/demo.yaml", "../dev/compose.yaml"} {
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		c, err := config.Parse(path, source, env)
		require.NoError(t, err)
		require.NoError(t, c.Serve.Check())
		resources[i] = c.Sync.Resources
	}
	require.NotEmpty(t, resources[0])
	require.Equal(t, resources[0], resources[1])
}

// What everybody knows the password of is for this machine alone.
func TestComposeIsForThisMachine(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docker-compose.yml")
	require.NoError(t, err)
	var compose struct {
		Services map[string]struct{ Ports []string }
	}
	require.NoError(t, yaml.Unmarshal(text, &compose))
	for _, name := range []string{"mysql", "temporal", "worker", "serve"} {
		require.NotEmpty(t, compose.Services[name].Ports, name)
	}
	for name, service := range compose.Services {
		for _, port := range service.Ports {
			require.True(t, strings.HasPrefix(port, "127.0.0.1:"), "%s publishes %s", name, port)
		}
	}

	settings, err := os.ReadFile("../dev/compose.yaml")
	require.NoError(t, err)
	c, err := config.Parse("compose.yaml", settings, environment(map[string]string{"CLOUDSYNC_MYSQL_ADDR": "user@tcp(db)/cloudsync"}))
	require.NoError(t, err)
	require.Len(t, c.Serve.Login.Users, 1)
	user := c.Serve.Login.Users[0]
	require.Contains(t, string(text), " -u "+user.Name+":cloudsync-demo ")
	hash, err := user.Password.Reveal()
	require.NoError(t, err)
	require.NoError(t, bcrypt.CompareHashAndPassword([]byte(hash), []byte("cloudsync-demo")))
}

func TestLoadWithoutFile(t *testing.T) {
	t.Parallel()
	_, err := config.Load("")
	require.EqualError(t, err, "no configuration file: give its path with --config or CLOUDSYNC_CONFIG")
	_, err = config.Load("/nowhere/cloudsync.yaml")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.EqualError(t, err, "/nowhere/cloudsync.yaml: file does not exist: give the path of the configuration with --config or CLOUDSYNC_CONFIG")
	_, err = config.Load(t.TempDir())
	require.ErrorContains(t, err, "read configuration: ")

	endless, err := filepath.EvalSymlinks("/dev/zero")
	if err != nil {
		t.Skip("needs a file that has no end")
	}
	_, err = config.Load(endless)
	require.ErrorContains(t, err, "/dev/zero has more than 4 MiB")
}

func TestPasswordIsNotPrinted(t *testing.T) {
	t.Parallel()
	c, err := config.Parse("cloudsync.yaml", []byte(full), environment(map[string]string{"MYSQL_PASSWORD": "hunter2", "DATA": ""}))
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		printed := fmt.Sprintf(verb, *c)
		require.NotContains(t, printed, "hunter2")
		require.Contains(t, printed, "stree (user@tcp(127.0.0.1:3306)/cloudsync)")
	}
}

func parse(source string) (*config.Config, error) {
	return config.Parse("cloudsync.yaml", []byte(source), environment(nil))
}
