package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/history"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/staged"
	"cloudsync/store/storetest"
)

func planned(run *store.Run, counts store.RestoreCounts) (restoreTarget, store.RestorePlan) {
	target := restoreTarget{Deleted: store.Deleted{Kind: resource.HostKind, RunID: runID}, run: run, places: map[int64]string{7: "alibaba/prod/cn-beijing"}}
	plan := store.RestorePlan{RestoreCounts: counts, Scopes: map[int64]store.RestoreCounts{7: counts}}
	for i := range min(2, counts.Restored) {
		change := recorded(diff.Delete, fmt.Sprintf("i-2ze012345678%d", i))
		change.ScopeID = 7
		change.Image = json.RawMessage(`{"name": "genMockResourceHost_host_1"}`)
		plan.Sample = append(plan.Sample, change)
	}
	return target, plan
}

func TestRestorePlanText(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showRestorePlan(planned(
		&store.Run{ID: 1203, StartedAt: noon.Add(-time.Hour), Outcome: "ok"},
		store.RestoreCounts{Deleted: 24, Restored: 20, Existing: 1, Outdated: 2, Refused: 1}))
	golden(t, `
Restore what run 1203 of resource_host deleted, which began 2026-07-28 11:00:00
UTC (60m ago)

   RESOURCE         NAME                SCOPE                DELETED (UTC)
+  i-2ze0123456780  …sourceHost_host_1  …ba/prod/cn-beijing  2026-07-28 11:00:00
+  i-2ze0123456781  …sourceHost_host_1  …ba/prod/cn-beijing  2026-07-28 11:00:00
and 18 more

24 rows deleted: 20 to put back, 1 in the inventory again, 2 changed since and
gone again, left to their last deletion, 1 that cannot be stored as they were
The next sync deletes again what the cloud lacks. To keep it from that: starter
pause resource_host --note …
`, b.stdout.String())
}

func TestRestoreTitles(t *testing.T) {
	t.Parallel()
	b := newBench()
	target, _ := planned(nil, store.RestoreCounts{})
	require.Equal(t, "Restore what run "+runID+" deleted of resource_host", b.restoreTitle(target))
	target.run = &store.Run{ID: 3, StartedAt: noon, Outcome: store.OutcomeRunning}
	require.Contains(t, b.restoreTitle(target), "(0s ago). It has not ended, and may delete more")
	target.RunID, target.UID = "", resource.UID{1}
	require.Equal(t, "Restore resource_host 01000000000000000000000000000000 as of its last deletion", b.restoreTitle(target))
}

// deleted is a database whose run aaaa-2 deleted n hosts.
func deleted(t *testing.T, n int) *archive {
	t.Helper()
	a := newArchive(t)
	a.do(t, "migrate")
	s := storetest.OpenDSN(t, a.dsn)
	scope := resource.Scope{Kind: "resource_host", Provider: "mock", Account: "prod", Region: "beijing"}
	var rows []resource.Row
	for i := range n {
		rows = append(rows, &resource.Host{Meta: resource.Meta{NativeID: fmt.Sprint("i-", i)}, Name: fmt.Sprint("web-", i)})
	}
	for run, op := range []diff.Op{diff.Add, diff.Delete} {
		runID := fmt.Sprintf("aaaa-%d", run+1)
		ids, err := s.EnsureScopes(t.Context(), scope.Kind, []resource.Scope{scope})
		require.NoError(t, err)
		ref, err := s.BeginRun(t.Context(), store.Run{RunID: runID, Kind: scope.Kind, StartedAt: noon})
		require.NoError(t, err)
		claims, err := s.ClaimScopes(t.Context(), ref, ids)
		require.NoError(t, err)
		set := store.BatchSet{Lease: claims[0].Lease, Writer: 1, Op: op}
		batches := s.NewBatchWriter(set)
		for _, row := range rows {
			encoded, err := resource.HostKind.Sealer(scope, ids[0]).Append(nil, row)
			require.NoError(t, err)
			require.NoError(t, batches.Add(t.Context(), staged.Item{Entry: row.RowMeta().Entry(), Row: encoded}))
		}
		require.NoError(t, batches.Flush(t.Context()))
		require.NoError(t, s.ApplyBatch(t.Context(), resource.HostKind, scope, set, 0))
		require.NoError(t, s.EndRun(t.Context(), store.Run{RunID: runID, Kind: scope.Kind, StartedAt: noon, Outcome: "ok"}))
	}
	return a
}

func (a *archive) hosts(t *testing.T) (n int) {
	t.Helper()
	require.NoError(t, storetest.Connect(t, a.dsn).QueryRow("SELECT COUNT(*) FROM resource_host").Scan(&n))
	return n
}

func TestAsOfWritesALineARow(t *testing.T) {
	t.Parallel()
	a := deleted(t, 2)
	a.do(t, "restore", "--run", "aaaa-2", "--yes")
	b := newBench()
	b.now = time.Now
	require.Zero(t, b.Run(t.Context(), []string{"as-of", "resource_host", "0s", "--config", a.config}))
	var names []string
	for line := range strings.Lines(b.stdout.String()) {
		var row map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		require.NotContains(t, row, "updated_at")
		require.Len(t, row["hash"], 32)
		names = append(names, row["name"].(string))
	}
	require.ElementsMatch(t, []string{"web-0", "web-1"}, names)
	require.Contains(t, b.stderr.String(), "2 rows of resource_host as of ")
}

func TestRestoreAsksFirst(t *testing.T) {
	t.Parallel()
	a := deleted(t, 3)
	status, stdout, stderr := a.do(t, "restore", "--run", "aaaa-2")
	require.Equal(t, 2, status, stderr)
	require.Contains(t, stdout, "3 rows deleted: 3 to put back")
	require.Contains(t, stdout, "nothing is restored: add --yes\n")
	requireWidth(t, stdout)
	status, stdout, _ = a.do(t, "restore", "--run", "aaaa-2", "-o", "json")
	require.Equal(t, 2, status)
	var view restoreView
	require.NoError(t, json.Unmarshal([]byte(stdout), &view))
	require.EqualValues(t, 3, view.ToRestore)
	require.Zero(t, view.Restored)
	require.Len(t, view.Rows, 3)
	require.Zero(t, a.hosts(t))
}

func TestRestoreAndShow(t *testing.T) {
	t.Parallel()
	a := deleted(t, 3)
	_, err := storetest.Connect(t, a.dsn).Exec(`UPDATE resource_change SET image = '{"native_id": 7}' WHERE op = 'delete' AND native_id = 'i-1'`)
	require.NoError(t, err)
	status, stdout, stderr := a.do(t, "restore", "--run", "aaaa-2", "--yes", "--note", "still in use")
	require.Equal(t, 3, status, stderr)
	require.Contains(t, stdout, "put back 2 rows of resource_host\n1 row could not be stored\nrecorded as\n  starter show restore-")
	requireWidth(t, stdout)

	_, stdout, _ = a.do(t, "show", "latest")
	requireWidth(t, stdout)
	require.Regexp(t, `mock/prod/beijing +PARTIAL +- +- +\+2 `, stdout)
	for _, words := range []string{"undoes     the deletions of run aaaa-2", ": still in use", "PARTIAL", "restored   2 rows", "i-1 ", "column native_id"} {
		require.Contains(t, stdout, words)
	}
	require.NotContains(t, stdout, "temporal workflow", "Temporal knows nothing of it")
	_, stdout, _ = a.do(t, "show", "latest", "-o", "json")
	require.Contains(t, stdout, `"sourceRun": "aaaa-2"`)
	require.Equal(t, 2, a.hosts(t))
	status, stdout, _ = a.do(t, "restore", "--run", "aaaa-2", "--yes")
	require.Zero(t, status, "only the unreadable one is left")
	require.Contains(t, stdout, "3 rows deleted: 0 to put back, 2 in the inventory again, 1 that cannot be stored")
}

// The record of a run goes before its changes do.
func TestRestoreOfARunWithoutRecord(t *testing.T) {
	t.Parallel()
	a := deleted(t, 1)
	_, err := storetest.Connect(t, a.dsn).Exec("DELETE FROM sync_run")
	require.NoError(t, err)
	status, stdout, _ := a.do(t, "restore", "--run", "aaaa-2", "--yes")
	require.Zero(t, status)
	require.Contains(t, stdout, "Restore what run aaaa-2 deleted of resource_host")
	require.Contains(t, stdout, "put back 1 row of resource_host")
}

func TestRestoreOfNothing(t *testing.T) {
	t.Parallel()
	a := deleted(t, 1)
	for command, message := range map[string]string{
		"aaaa-1": "starter: run aaaa-1 deleted nothing: `starter changes --op delete` shows which runs did\n",
		"bbbb":   "starter: no run \"bbbb\" is recorded: `starter runs` lists them\n",
	} {
		status, _, stderr := a.do(t, "restore", "--run", command, "--yes")
		require.Equal(t, 1, status)
		require.Equal(t, message, stderr)
	}
	status, _, stderr := a.do(t, "restore", "--uid", "00000000000000000000000000000001", "--yes")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "no deletion of 00000000000000000000000000000001 is recorded")
}

func TestAsOfBeforeTheHorizonSaysWhereItIs(t *testing.T) {
	t.Parallel()
	a := deleted(t, 1)
	_, err := storetest.Connect(t, a.dsn).Exec("INSERT INTO sync_horizon VALUES ('resource_host', '2026-01-01')")
	require.NoError(t, err)
	status, stdout, stderr := a.do(t, "as-of", "resource_host", "2025-01-01")
	require.Equal(t, 1, status)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "the history does not go back that far: choose a time from 2026-01-01T00:00:00Z on")
	_, stdout, _ = a.do(t, "history", "resource_host", "i-0")
	require.Contains(t, stdout, "Changes from before 2026-01-01 00:00:00 UTC are no longer kept.")
}

func TestChangesFromBeforeTheHorizonSaySo(t *testing.T) {
	t.Parallel()
	a := deleted(t, 2)
	_, err := storetest.Connect(t, a.dsn).Exec("INSERT INTO sync_horizon VALUES ('resource_host', '2026-01-01')")
	require.NoError(t, err)
	const gone = "Changes from before 2026-01-01 00:00:00 UTC are no longer kept."
	for args, says := range map[string]bool{
		"--since 2025-12-31":                    true,
		"--since 2025-12-31 --until 2025-12-31": true, // there are none
		"":                                      true,
		"--since 2026-01-01":                    false,
		"--since 2025-12-31 --limit 1":          false, // there are more to see first
		"--since 2025-12-31 --kind resource_disk": false,
		"--run aaaa-2": false,
	} {
		status, stdout, stderr := a.do(t, append([]string{"changes"}, strings.Fields(args)...)...)
		require.Zero(t, status, stderr)
		require.Equal(t, says, strings.Contains(stdout, gone), args)
	}
}

func TestChangesByRunInEachWay(t *testing.T) {
	t.Parallel()
	a := deleted(t, 2)
	var number string
	require.NoError(t, storetest.Connect(t, a.dsn).QueryRow("SELECT id FROM sync_run WHERE run_id = 'aaaa-2'").Scan(&number))
	for _, name := range []string{"aaaa-2", number, "latest", "resource_host"} {
		_, stdout, stderr := a.do(t, "changes", "--run", name, "-o", "json")
		var views []history.ChangeView
		require.NoError(t, json.Unmarshal([]byte(stdout), &views), stderr)
		require.Len(t, views, 2, name)
		require.Equal(t, diff.Delete, views[0].Op)
	}
	status, _, stderr := a.do(t, "changes", "--run", "aaaa")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, `the changes of several runs begin with "aaaa", such as aaaa-1 and aaaa-2: write more of the id`)
	status, _, stderr = a.do(t, "changes", "--run", "12345678")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, `no run "12345678" is recorded`)
	_, stdout, _ := a.do(t, "changes", "--limit", "1", "--name", "web-1")
	require.Contains(t, stdout, "older ones: the same with --before")
}
