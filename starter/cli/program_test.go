package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/resource"
	"cloudsync/starter/output"
	"cloudsync/workflows"
)

// bench is the program with what it wrote.
type bench struct {
	*Program
	stdout, stderr bytes.Buffer
}

// noon is the present of the tests.
var noon = time.Date(2026, 7, 28, 12, 0, 0, 0, time.UTC)

func newBench() *bench {
	b := &bench{}
	b.Program = New(&b.stdout, &b.stderr, func(string) string { return "" })
	// As on a terminal, without colours.
	b.out, b.err = output.NewNarrowPrinter(&b.stdout), output.NewNarrowPrinter(&b.stderr)
	b.now = func() time.Time { return noon }
	b.patience = 300 * time.Millisecond
	return b
}

// run runs a command and returns the exit status and what was written.
func run(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	b := newBench()
	b.patience = time.Minute
	status = b.Run(t.Context(), args)
	return status, b.stdout.String(), b.stderr.String()
}

// configFile is a configuration with the given address of MySQL.
func configFile(t *testing.T, dsn, sync string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cloudsync.yaml")
	text := fmt.Sprintf("mysql_s: [{name: stree, addr: %q}]\npublic_cloud_sync:\n%s"+
		"  accounts: [{provider: mock, name: prod, regions: [beijing]}]\n", dsn, sync)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func requireWidth(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		require.LessOrEqual(t, len([]rune(strings.TrimSuffix(line, "\n"))), output.DefaultWidth, line)
	}
}

func TestStatusTellsOutcomesApart(t *testing.T) {
	t.Parallel()
	for outcome, status := range map[activities.Outcome]int{
		activities.OK: 0, activities.Unchanged: 0, activities.Partial: 3, activities.Held: 4, activities.Failed: 5, "odd": 1,
	} {
		b := newBench()
		require.Equal(t, status, b.status(outcomeResult(outcome)), outcome)
		require.Empty(t, b.stderr.String(), "the report has told it")
	}
}

// Whoever approved a set and has only the exit status knows that it stays.
func TestUnusedApprovalsExitWithPartial(t *testing.T) {
	t.Parallel()
	for outcome, status := range map[activities.Outcome]int{
		activities.OK: 3, activities.Unchanged: 3, activities.Partial: 3, activities.Held: 4, activities.Failed: 5,
	} {
		b := newBench()
		require.Equal(t, status, b.status(runResult(workflows.Report{Outcome: outcome, UnusedApprovals: []string{someDigest}})), outcome)
	}
}

// kindNames are those of all kinds, as errors list them.
var kindNames = fmt.Sprint(resource.Standard().Names())

func TestWrongCommandsSayWhatToWrite(t *testing.T) {
	t.Parallel()
	for command, message := range map[string]string{
		"run":                             "name one kind: " + kindNames,
		"run resource_hots":               `unknown kind "resource_hots": the kinds are ` + kindNames,
		"run resource_host resource_disk": "name one kind: " + kindNames,
		"run resource_host --timeout 3s":  "--timeout limits the waiting: add --wait",
		"run resource_host --approve=":    `--approve "" is no digest: copy it from the report of the hold`,
		"run resource_host --approve=" + someDigest + " --approve=":                         `--approve "" is no digest`,
		"run resource_host --approve=12:xyz":                                                `--approve "12:xyz" is no digest`,
		"run resource_host --note retired":                                                  "--note says why deletions are let go: name them with --approve",
		"run resource_host --approve=" + someDigest + " --note=" + strings.Repeat("x", 501): "--note: the note has 501 characters: write at most 500",
		"pause resource_host":                                                               "--note is missing: say why, for whoever wonders later",
		"resume resource_host --note=":                                                      "--note is missing: say why, for whoever wonders later",
		"runs nonsense":                                                                     `unknown kind "nonsense": the kinds are ` + kindNames,
		"runs --limit x":                                                                    `--limit "x": write a whole number`,
		"run resource_host --wait --timeout 5":                                              `--timeout "5": write a time with its unit, such as 30s or 10m`,
		"runs --limt 3":                                                                     "unknown flag: --limt",
		"runs --limit 0":                                                                    "--limit: write a number from 1 up",
		"verify":                                                                            "name one kind: " + kindNames,
		"prune --yes":                                                                       "--yes needs --scope: name what to delete; `starter prune` lists it",
		"prune resource_host":                                                               `unknown command "resource_host" for "starter prune"`,
		"show":                                                                              "name one run: a number or an id from `starter runs`, a kind, or latest",
		"list --output yaml":                                                                `--output "yaml": write text or json`,
		"apply":                                                                             "no configuration file: give its path with --config or CLOUDSYNC_CONFIG",
		"migrate":                                                                           "no configuration file: give its path with --config or CLOUDSYNC_CONFIG",
		"notify tset":                                                                       `unknown command "tset" for "starter notify"`,
		"aply":                                                                              `unknown command "aply" for "starter"`,
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			b := newBench()
			require.Equal(t, 1, b.Run(t.Context(), strings.Fields(command)))
			require.Empty(t, b.stdout.String())
			require.Contains(t, b.stderr.String(), "starter: "+message)
		})
	}
}

// A worker would refuse the file, too, and Temporal need not be waited for to know it.
func TestACheckOfAccountsReadsTheConfigurationFirst(t *testing.T) {
	t.Parallel()
	path := configFile(t, "${CLOUDSYNC_TEST_UNSET}", yearly)
	status, _, stderr := run(t, "accounts", "--config", path, "--temporal-address", "127.0.0.1:1")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "CLOUDSYNC_TEST_UNSET")
	require.NotContains(t, stderr, "Temporal")
}

func TestUnreachableServersAreNamed(t *testing.T) {
	t.Parallel()
	path := configFile(t, "root:hunter2@tcp(127.0.0.1:1)/inventory", "  resources: {resource_host: {interval: 5s}}\n")
	for command, words := range map[string][]string{
		"runs": {"connect to MySQL at 127.0.0.1:1", "check that the server runs", "mysql_s[0].addr in " + path},
		"list": {"connect to Temporal at 127.0.0.1:1", "check"},
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			b := newBench()
			require.Equal(t, 1, b.Run(t.Context(), []string{command, "--config", path, "--temporal-address", "127.0.0.1:1"}))
			for _, word := range words {
				require.Contains(t, b.stderr.String(), word)
			}
			require.NotContains(t, b.stderr.String(), "hunter2")
		})
	}
}

func TestHelpNamesTheExitStatuses(t *testing.T) {
	t.Parallel()
	status, stdout, _ := run(t, "run", "--help")
	require.Zero(t, status)
	require.Contains(t, stdout, "4  the run ended held")
	requireWidth(t, stdout)
}
