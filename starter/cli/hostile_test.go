package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/history"
	"cloudsync/resource"
	"cloudsync/starter/execution"
	"cloudsync/starter/output"
	"cloudsync/starter/schedule"
	"cloudsync/store"
	"cloudsync/store/staged"
	"cloudsync/store/storetest"
	"cloudsync/untrusted"
	"cloudsync/workflows"
)

// hostileName is what a cloud, a file or whoever edits a table may call something.
const hostileName = "$(touch x)'; touch x #`touch x`\x1b[2J\u009b31m\u202e\u200b\x7f"

// requirePlain checks that a terminal shows the text and does nothing else.
func requirePlain(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		require.Equal(t, untrusted.Terminal(line), line)
	}
}

// pasted are the arguments of the commands among what was written, as a shell
// understands them. It is for whoever copies them that nothing else happens.
func pasted(t *testing.T, text string) []string {
	t.Helper()
	script := "starter() { printf '%s\\0' \"$@\"; }; temporal() { starter \"$@\"; }\n"
	for line := range strings.Lines(text) {
		if begin := strings.TrimLeft(line, " "); strings.HasPrefix(line, "  ") &&
			(strings.HasPrefix(begin, "starter ") || strings.HasPrefix(begin, "temporal ") || strings.HasPrefix(begin, "--")) {
			script += line
		}
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "sh")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, script)
	made, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, made, script)
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// fill puts the name wherever a text can stand, and something everywhere else.
func fill(value reflect.Value, name string) {
	switch value.Kind() {
	case reflect.String:
		value.SetString(name)
	case reflect.Int, reflect.Int64:
		value.SetInt(3)
	case reflect.Bool:
		value.SetBool(true)
	case reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
		fill(value.Elem(), name)
	case reflect.Slice:
		if value.Type() == reflect.TypeFor[json.RawMessage]() {
			value.Set(reflect.ValueOf(json.RawMessage(mustEncode(name))))
			return
		}
		value.Set(reflect.MakeSlice(value.Type(), 2, 2))
		fill(value.Index(0), name)
		fill(value.Index(1), name)
	case reflect.Struct:
		for i := range value.NumField() {
			if value.Type().Field(i).IsExported() {
				fill(value.Field(i), name)
			}
		}
	}
}

func filled[T any]() T { return filledWith[T](hostileName) }

func filledWith[T any](name string) (value T) {
	fill(reflect.ValueOf(&value).Elem(), name)
	return value
}

// mustEncode is what encoding/json makes of a text.
func mustEncode(text string) []byte {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return encoded
}

// Whatever a workflow reports, and whichever field of it says what it should not, it
// is shown and not done.
func TestReportsFullOfHostileNames(t *testing.T) {
	t.Parallel()
	run := execution.Run{WorkflowID: hostileName, RunID: hostileName}
	report := filled[workflows.Report]()
	held := report
	held.ApprovalExpired = time.Time{}
	for i, op := range []diff.Op{diff.Modify, diff.Delete} {
		report.Planned[i].Op = op
	}
	pruning := filled[pruneView]()
	for name, show := range map[string]func(*bench) any{
		"report": func(b *bench) any { b.showReport(report, run); return report },
		"held":   func(b *bench) any { b.showReport(held, run); return held },
		"plan":   func(b *bench) any { b.showPlan(report); return report },
		"started": func(b *bench) any {
			b.showWhere(run)
			return startView{Kind: hostileName, Run: &run, QueuedBehind: &run}
		},
		"list": func(b *bench) any {
			schedules := filled[[]schedule.Overview]()
			b.showSchedules(schedules)
			return scheduleViews(schedules)
		},
		"changes of schedules": func(b *bench) any {
			changes := filled[[]schedule.Change]()
			b.showChanges(changes...)
			return changes
		},
		"accounts": func(b *bench) any {
			accounts := filled[workflows.AccountsReport]()
			b.showAccounts(accounts.Accounts)
			return accounts
		},
		"verify": func(b *bench) any {
			verified := filled[workflows.VerifyReport]()
			b.showVerified(verified, run)
			return verified
		},
		"prune": func(b *bench) any {
			b.showPrunePlan(pruning.Plan, pruneOptions{})
			b.showPruned(pruning.Reports)
			return pruning
		},
		"progress": func(b *bench) any {
			watch := b.newWatch(hostileName)
			watch.queued(run)
			watch.begun(run)
			watch.Warn(hostileName)
			watch.Progress(filled[workflows.Progress]())
			return run
		},
		"errors": func(b *bench) any {
			b.status(stoppedWaiting(t.Context(), errors.New(hostileName), hostileName))
			return run
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench()
			view := show(b)
			requirePlain(t, b.stdout.String()+b.stderr.String())
			pasted(t, b.stdout.String())
			b.stdout.Reset()
			require.NoError(t, b.out.JSON(view))
			requirePlain(t, b.stdout.String())
			require.Equal(t, canonical(t, view), compact(t, b.stdout.Bytes()), "the same in meaning")
		})
	}
}

// canonical is the value as encoding/json writes it, decoded and encoded again.
func canonical(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	return compact(t, encoded)
}

func compact(t *testing.T, document []byte) string {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal(document, &value))
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	return string(encoded)
}

// A name may be as long as a cloud or a column lets it be: tables keep their width.
func TestTablesOfVeryLongNamesKeepTheirWidth(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 250)
	plan := store.RestorePlan{Sample: []store.Change{{NativeID: long, Image: []byte(`{"name": "` + long + `"}`), ScopeID: 7}}}
	for name, table := range map[string]*output.Table{
		"attention": attentionTable(filledWith[[]workflows.ScopeReport](long)),
		"drift":     driftTable(filledWith[[]activities.DriftedRow](long)),
		"orphans":   orphanTable(filledWith[[]activities.OrphanScope](long)),
		"changes":   changesTable(filledWith[[]store.Change](long), true),
		"restore":   restoreTable(plan.Sample, map[int64]string{7: "mock/prod/" + long}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench()
			b.out.Table(table)
			requireWidth(t, b.stdout.String())
		})
	}
}

func TestLinesToCopyHaveTheNamesThemselves(t *testing.T) {
	t.Parallel()
	const place = "mock/it's/" + hostileName
	b := newBench()
	b.showPrunePlan(activities.PlanPruneOut{Orphans: []activities.OrphanScope{{Kind: resource.HostKind.Name(), Place: place, Rows: 1}}}, pruneOptions{})
	require.Equal(t, []string{"prune", "--scope", place}, pasted(t, b.stdout.String()))
	b = newBench()
	b.showHoldAdvice("resource_host", []hold{{place: place, digest: "1:a"}, {place: place, digest: "2:b"}}, 2, runID)
	require.Equal(t, []string{
		"plan", "resource_host", "--scope", place, "run", "resource_host", "--approve", "1:a", "--approve", "2:b",
	}, pasted(t, b.stdout.String()))
	b = newBench()
	b.showHoldAdvice("resource_host", []hold{{place: "mock/prod/$(touch x)", digest: "1:a"}}, 1, runID)
	require.Contains(t, b.stdout.String(), "  starter plan resource_host --scope 'mock/prod/$(touch x)'\n")
}

// haunted is a database whose names and texts are all hostile, with a row that was
// deleted, one that was modified, and a hold that waits.
func haunted(t *testing.T) *archive {
	t.Helper()
	a := newArchive(t)
	a.do(t, "migrate")
	s := storetest.OpenDSN(t, a.dsn)
	scope := resource.Scope{Kind: "resource_host", Provider: "mock", Account: hostileName, Region: hostileName}
	first := &resource.Host{Meta: resource.Meta{NativeID: "i-" + hostileName}, Name: hostileName, Tags: map[string]string{hostileName: "a"}}
	second := &resource.Host{Meta: resource.Meta{NativeID: first.NativeID}, Name: hostileName, Tags: map[string]string{hostileName: hostileName}}
	for i, step := range []struct {
		op  diff.Op
		row *resource.Host
	}{{diff.Add, first}, {diff.Modify, second}, {diff.Delete, second}} {
		a.haunt(t, s, scope, i, step.op, step.row)
	}
	return a
}

// haunt records a run that did something with a row, and had trouble with another.
func (a *archive) haunt(t *testing.T, s *store.Store, scope resource.Scope, number int, op diff.Op, row *resource.Host) {
	t.Helper()
	run := store.Run{
		RunID: "aaaa-" + string(rune('1'+number)), WorkflowID: hostileName, Kind: scope.Kind, StartedAt: noon, Scopes: 1,
		Outcome: "held", Error: hostileName, ApprovedBy: hostileName, ApprovalNote: hostileName, Stats: store.Stats{Held: 5, FailedRows: 1},
	}
	ids, err := s.EnsureScopes(t.Context(), scope.Kind, []resource.Scope{scope})
	require.NoError(t, err)
	ref, err := s.BeginRun(t.Context(), run)
	require.NoError(t, err)
	claims, err := s.ClaimScopes(t.Context(), ref, ids)
	require.NoError(t, err)
	set := store.BatchSet{Lease: claims[0].Lease, Writer: 1, Op: op}
	encoded, err := resource.HostKind.Sealer(scope, ids[0]).Append(nil, row)
	require.NoError(t, err)
	item := staged.Item{Entry: row.RowMeta().Entry(), Row: encoded}
	batches := s.NewBatchWriter(set)
	require.NoError(t, batches.Add(t.Context(), item))
	require.NoError(t, batches.Flush(t.Context()))
	require.NoError(t, s.ApplyBatch(t.Context(), resource.HostKind, scope, set, 0))
	item.NativeID, item.Problem = hostileName, hostileName
	require.NoError(t, s.ReplaceListFailures(t.Context(), claims[0].Lease, []store.Failure{store.FailureOf(claims[0].Lease, item)}))
	require.NoError(t, s.RecordScopes(t.Context(), ref, []store.RunScope{
		{ScopeID: ids[0], Outcome: "held", Stats: run.Stats, HoldDigest: "5:abc", Reason: hostileName, Complete: true},
	}))
	require.NoError(t, s.EndRun(t.Context(), run))
}

func TestCommandsOnTablesFullOfHostileNames(t *testing.T) {
	t.Parallel()
	a := haunted(t)
	id := "i-" + hostileName
	for _, command := range [][]string{
		{"runs"}, {"show", "latest"}, {"show", "aaaa-1", "--all"}, {"show", hostileName},
		{"changes"}, {"changes", "--native-id", id}, {"changes", "--scope", "mock/" + hostileName}, {"changes", "--op", hostileName},
		{"history", "resource_host", id}, {"history", "resource_host", hostileName},
		{"as-of", "resource_host", "0s"}, {"as-of", hostileName, hostileName},
		{"restore", "--run", "aaaa-3"}, {"restore", "--run", hostileName},
		{"restore", "--run", "aaaa-3", "--yes", "--note", hostileName}, {"show", "latest"}, {"history", "resource_host", id},
		{"runs", "--" + hostileName}, {hostileName}, {"list", "--config", hostileName, "--output", hostileName},
	} {
		for _, format := range []string{"text", "json"} {
			b := newBench()
			b.now = time.Now
			b.Run(t.Context(), append(command, "--config", a.config, "--temporal-address", "127.0.0.1:1", "-o", format))
			requirePlain(t, b.stdout.String()+b.stderr.String())
			if format == "text" {
				pasted(t, b.stdout.String())
			}
		}
	}
}

// Whoever reads the JSON gets the names themselves.
func TestHostileNamesInJSONAreThemselves(t *testing.T) {
	t.Parallel()
	a := haunted(t)
	_, stdout, _ := a.do(t, "show", "latest", "-o", "json")
	var shown history.RecordView
	require.NoError(t, json.Unmarshal([]byte(stdout), &shown))
	require.Equal(t, "mock/"+hostileName+"/"+hostileName, shown.ScopeRecords[0].Place)
	require.Equal(t, hostileName, shown.RefusedRows[0].Reason)
	a.do(t, "restore", "--run", "aaaa-3", "--yes")
	b := newBench()
	b.now = time.Now
	require.Zero(t, b.Run(t.Context(), []string{"as-of", "resource_host", "0s", "--config", a.config}))
	var row map[string]any
	require.NoError(t, json.Unmarshal(bytes.TrimSpace(b.stdout.Bytes()), &row))
	require.Equal(t, hostileName, row["name"])
	require.Equal(t, map[string]any{hostileName: hostileName}, row["tags"])
}

func TestErrorsOfFilesFullOfHostileNames(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"mysql_s: [{name: \"a\u202eb\", addr: \"x\"}]\n\"b\u009bc\": 1\npublic_cloud_sync:\n  resources: {\"h\u200bost\": {interval: 1s}}\n",
		"a: [\u009b\n", "a: ${X\u202eY}\n",
	} {
		path := filepath.Join(t.TempDir(), "a\u202eb.yaml")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		status, stdout, stderr := run(t, "apply", "--config", path)
		require.Equal(t, 1, status)
		requirePlain(t, stdout+stderr)
	}
}
