package screenshots

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"golang.org/x/crypto/bcrypt"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/dev/layout"
	"cloudsync/dev/measure"
	"cloudsync/dev/ports"
	"cloudsync/dev/process"
	"cloudsync/dev/temporalserver"
	"cloudsync/dev/with"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
	"cloudsync/visibility"
	"cloudsync/worker/service"
	"cloudsync/workflows"
)

// patience bounds each wait; it is never reached when all is well.
const patience = 2 * time.Minute

// intervals are those of the company's kinds.
var intervals = map[string]string{
	"resource_host": "10m", "resource_disk": "10m", "resource_database": "30m", "resource_cache": "30m", "resource_load_balancer": "30m",
	"resource_security_group": "1h", "resource_vpc": "1h", "resource_subnet": "1h", "resource_public_ip": "30m", "resource_cluster": "1h", "resource_certificate": "6h",
}

// The operator of the pictures.
const operator, password = "alice", "looks and decides"

// stack is what the pages are about.
type stack struct {
	branches []*branch
	temporal client.Client
	address  string // of Temporal
	dsn      string
	sql      *sql.DB
	store    *store.Store
	starter  string // the program
	config   string
	url      string // of the server
}

// newStack fills an inventory day by day, and serves it.
func newStack(t *testing.T) *stack {
	t.Helper()
	s := &stack{branches: company(), address: os.Getenv(with.TemporalVariable), dsn: storetest.NewMigrated(t)}
	require.NotEmpty(t, s.address, "run `make screenshots`")
	s.sql, s.store = storetest.Connect(t, s.dsn), storetest.OpenDSN(t, s.dsn)
	_, err := s.store.Migrate(t.Context())
	require.NoError(t, err)
	s.connect(t)
	l, err := layout.Find(".")
	require.NoError(t, err)
	s.starter, err = measure.Build(t.Context(), l, t.TempDir(), "./starter")
	require.NoError(t, err)
	s.writeConfig(t)
	s.startWorker(t)
	for day := range int64(lastDay + 1) {
		s.live(t, day)
	}
	s.say(t, "apply")
	s.say(t, "pause", "resource_certificate", "--note", "the registrar moves our account until Friday")
	s.serve(t)
	return s
}

func (s *stack) connect(t *testing.T) {
	t.Helper()
	var err error
	s.temporal, err = client.DialContext(t.Context(), client.Options{HostPort: s.address, Identity: "worker@sync-1", Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	require.NoError(t, err)
	t.Cleanup(s.temporal.Close)
	require.Eventually(t, func() bool {
		_, err := visibility.Register(t.Context(), s.temporal, temporalserver.Namespace)
		return err == nil
	}, patience, 100*time.Millisecond)
}

func (s *stack) startWorker(t *testing.T) {
	t.Helper()
	deps := activities.Deps{
		Store: s.store, Kinds: resource.Standard(), Settings: map[string]activities.Settings{}, Accounts: cloud.Accounts{},
		TagKeys: resource.TagKeys{Group: "stree_group", Product: "stree_product", App: "stree_app"},
	}
	for _, b := range s.branches {
		deps.Accounts = append(deps.Accounts, b.account())
	}
	for kind := range intervals {
		policy := diff.DefaultPolicy()
		policy.AllowEmpty = kind != "resource_host" && kind != "resource_disk" && kind != "resource_database" // a region may have one
		deps.Settings[kind] = activities.Settings{Policy: policy, MaxParallel: 8}
	}
	w := service.New(s.temporal, deps, worker.Options{})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
}

// live is a day of the company: it is synced, and then over, but for the last.
func (s *stack) live(t *testing.T, day int64) {
	t.Helper()
	for _, b := range s.branches {
		b.begin(day)
	}
	s.syncAll(t)
	if day == retiredDay {
		s.approve(t, "resource_host", "the old search cluster is shut down, CHG-4711")
	}
	if day < lastDay {
		s.pass(t, 24*time.Hour)
	}
}

func (s *stack) syncAll(t *testing.T) {
	t.Helper()
	var runs []client.WorkflowRun
	for kind := range intervals {
		run, err := s.temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
			ID: "cloud-sync/" + kind, TaskQueue: workflows.TaskQueue, StaticSummary: "keep " + kind + " the same as the clouds",
		}, workflows.CloudSyncWorkflow, workflows.Input{Kind: kind})
		require.NoError(t, err)
		runs = append(runs, run)
	}
	for _, run := range runs {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		var report workflows.Report
		require.NoError(t, run.Get(ctx, &report))
	}
}

// pass lets time go by: what is recorded is as much older.
func (s *stack) pass(t *testing.T, by time.Duration) {
	t.Helper()
	rows, err := s.sql.QueryContext(t.Context(), `SELECT TABLE_NAME, GROUP_CONCAT(CONCAT('`+"`', COLUMN_NAME, '` = `', COLUMN_NAME, '`"+` - INTERVAL ? SECOND')), COUNT(*)
		FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND DATA_TYPE = 'datetime'
		AND COLUMN_NAME NOT IN ('cloud_created_at', 'expires_at') AND TABLE_NAME <> 'sync_kind' GROUP BY TABLE_NAME`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var table, set string
		var columns int
		require.NoError(t, rows.Scan(&table, &set, &columns))
		seconds := make([]any, columns)
		for i := range seconds {
			seconds[i] = int64(by.Seconds())
		}
		_, err := s.sql.ExecContext(t.Context(), "UPDATE `"+table+"` SET "+set, seconds...)
		require.NoError(t, err)
	}
	require.NoError(t, rows.Err())
}

// approve approves all that is held of a kind, as an operator does on the command line.
func (s *stack) approve(t *testing.T, kind, note string) {
	t.Helper()
	holds, err := s.store.StandingHolds(t.Context())
	require.NoError(t, err)
	args := []string{"run", kind, "--wait", "--note", note}
	for _, hold := range holds {
		if hold.Scope.Kind == kind {
			args = append(args, "--approve", hold.Digest)
		}
	}
	require.Greater(t, len(args), 5, "nothing is held")
	s.say(t, args...)
}

// say runs the command line.
func (s *stack) say(t *testing.T, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), s.starter, append([]string{"--config", s.config}, args...)...)
	command.Env = s.environment()
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	require.NoError(t, command.Run(), "starter %s\n%s", strings.Join(args, " "), &said)
}

func (s *stack) environment() []string {
	return append(os.Environ(), "TEMPORAL_ADDRESS="+s.address, "TEMPORAL_NAMESPACE="+temporalserver.Namespace, "USER="+operator)
}

func (s *stack) writeConfig(t *testing.T) {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	require.NoError(t, err)
	var text strings.Builder
	fmt.Fprintf(&text, "mysql_s: [{ name: inventory, addr: %q }]\npublic_cloud_sync:\n  enable: true\n  resources:\n", s.dsn)
	for kind, interval := range intervals {
		fmt.Fprintf(&text, "    %s: { interval: %s }\n", kind, interval)
	}
	fmt.Fprint(&text, "  accounts:\n")
	for _, b := range s.branches {
		fmt.Fprintf(&text, "    - { provider: %s, name: %s, account_id: %q, regions: [%s] }\n", b.provider, b.name, b.id, strings.Join(b.regions, ", "))
	}
	fmt.Fprintf(&text, "serve:\n  temporal_ui: http://127.0.0.1:8233\n  login:\n    users:\n      - { name: %s, role: operator, password_bcrypt: %q }\n", operator, hash)
	s.config = filepath.Join(t.TempDir(), "cloudsync.yaml")
	require.NoError(t, os.WriteFile(s.config, []byte(text.String()), 0o600))
}

func (s *stack) serve(t *testing.T) {
	t.Helper()
	port, err := ports.Free()
	require.NoError(t, err)
	dir := t.TempDir()
	child, err := process.Start(process.Spec{
		Name: "starter serve", Path: s.starter, Dir: dir, Log: filepath.Join(dir, "log"), Env: s.environment(),
		Args: []string{"--config", s.config, "serve", "--listen", ports.Address(port)},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, child.Stop(context.Background())) })
	s.url = "http://" + ports.Address(port)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, child.WaitReady(ctx, process.Answers(s.url+"/readyz")))
}
