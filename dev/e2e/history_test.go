package e2e

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"cloudsync/activities"
	"cloudsync/cloud/mock"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/workflows"
)

// rowsOf is an inventory by uid: each row as the JSON object of its columns that
// have a value, but for updated_at.
type rowsOf map[string]string

func (r rowsOf) add(t *testing.T, object map[string]any) {
	t.Helper()
	encoded, err := json.Marshal(object)
	require.NoError(t, err)
	// Once more, so that a tag's text is escaped in one way.
	var plain any
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&plain))
	encoded, err = json.Marshal(plain)
	require.NoError(t, err)
	uid := object["uid"].(string)
	require.False(t, has(r, uid), uid)
	r[uid] = string(encoded)
}

// table reads the inventory of a kind with plain SQL, knowing nothing of how the
// program reads it.
func (s *stack) table(t *testing.T, kind string) rowsOf {
	t.Helper()
	rows, err := s.sql.QueryContext(t.Context(), "SELECT * FROM "+kind) // a constant of these tests
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	require.NoError(t, err)
	inventory := rowsOf{}
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		places := make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		require.NoError(t, rows.Scan(places...))
		object := map[string]any{}
		for i, column := range columns {
			if values[i].String != "" && column.Name() != "updated_at" {
				object[column.Name()] = columnValue(t, column, values[i].String)
			}
		}
		inventory.add(t, object)
	}
	require.NoError(t, rows.Err())
	return inventory
}

// columnValue is a column's value as JSON has it.
func columnValue(t *testing.T, column *sql.ColumnType, text string) any {
	t.Helper()
	switch name, typ := column.Name(), column.DatabaseTypeName(); {
	case name == "uid", name == "hash":
		return hex.EncodeToString([]byte(text))
	case name == "tags", name == "private_ips", name == "public_ips", name == "security_group_ids":
		return json.RawMessage(text)
	case strings.HasSuffix(typ, "INT"):
		return json.Number(text)
	case typ == "DATETIME":
		return parseDateTime(t, text)
	default:
		return text
	}
}

func parseDateTime(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05.999999", text)
	require.NoError(t, err)
	return at
}

// parseRows reads the lines that as-of writes.
func parseRows(t *testing.T, lines string) rowsOf {
	t.Helper()
	inventory := rowsOf{}
	for line := range strings.Lines(lines) {
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.UseNumber()
		var object map[string]any
		require.NoError(t, decoder.Decode(&object))
		inventory.add(t, object)
	}
	return inventory
}

// asOf rebuilds the inventory of a kind.
func (s *stack) asOf(t *testing.T, kind *resource.Kind, at time.Time) rowsOf {
	t.Helper()
	var lines bytes.Buffer
	require.NoError(t, s.store.AsOf(t.Context(), kind, at, func(row resource.Row) error {
		image, err := kind.Image(row)
		require.NoError(t, err)
		lines.Write(append(image, '\n'))
		return nil
	}))
	return parseRows(t, lines.String())
}

// snapshot is the inventory as it was read at a time.
type snapshot struct {
	at   time.Time
	rows map[string]rowsOf // by kind
}

func (s *stack) snapshot(t *testing.T) snapshot {
	t.Helper()
	taken := snapshot{rows: map[string]rowsOf{}}
	for _, kind := range []string{hostKind, diskKind} {
		taken.rows[kind] = s.table(t, kind)
	}
	taken.at = s.lastChange(t)
	return taken
}

// lastChange is the time of the newest change: one at that very time has happened.
func (s *stack) lastChange(t *testing.T) time.Time {
	t.Helper()
	var text sql.NullString
	require.NoError(t, s.sql.QueryRowContext(t.Context(), "SELECT MAX(changed_at) FROM resource_change").Scan(&text))
	return parseDateTime(t, text.String)
}

// Over 100 random ticks, forwards and backwards, with faults and restores in
// between: each inventory can be rebuilt afterwards, exact to the row. Four clouds
// side by side, since a run mostly waits.
func TestAsOfRebuildsEverySnapshot(t *testing.T) {
	t.Parallel()
	const clouds, ticks = 4, 25
	for seed := range uint64(clouds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			rebuildSnapshots(t, seed, ticks)
		})
	}
}

func rebuildSnapshots(t *testing.T, seed uint64, ticks int) {
	s := newStack(t)
	settings := mock.DefaultSettings()
	settings.Seed, settings.Churn = seed, 0.2
	m := mock.New(settings, mock.DefaultRegions())
	deps := s.deps(m)
	for kind := range deps.Settings { // as many deletions as there can be
		deps.Settings[kind] = activities.Settings{Policy: diff.Policy{MaxDeleteRatio: 1, MinRows: 10}, MaxParallel: 8}
	}
	s.startWorker(t, deps)
	random := rand.New(rand.NewPCG(seed, 6))
	snapshots := make([]snapshot, 0, ticks)
	for tick := int64(0); len(snapshots) < ticks; {
		m.SetTick(tick)
		if faults := someFaults(random); len(faults) > 0 {
			m.SetFaults(faults[:1]) // the one that lasts; the others only take time
		} else {
			m.SetFaults(nil)
		}
		for _, run := range []client.WorkflowRun{s.start(t, hostKind), s.start(t, diskKind)} {
			s.reportOrFailure(t, run)
		}
		if random.IntN(4) == 0 {
			s.restoreSomething(t)
		}
		snapshots = append(snapshots, s.snapshot(t))
		tick = max(0, tick+random.Int64N(7)-2)
	}
	for _, op := range []diff.Op{diff.Add, diff.Modify, diff.Delete, store.RestoreOp} {
		require.Greater(t, s.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = ?", op), int64(10), op)
	}
	s.requireRebuilt(t, snapshots)
}

// restoreSomething puts back what the last run with deletions deleted.
func (s *stack) restoreSomething(t *testing.T) {
	t.Helper()
	deletions, err := s.store.Changes(t.Context(), store.ChangeFilter{Ops: []diff.Op{diff.Delete}, Limit: 1})
	require.NoError(t, err)
	if len(deletions) == 0 {
		return
	}
	kind, err := resource.Standard().Kind(deletions[0].Kind)
	require.NoError(t, err)
	_, err = s.store.Restore(t.Context(), store.Deleted{Kind: kind, RunID: deletions[0].RunID},
		store.RestoreOrder{RunID: store.NewRestoreID(), By: "test"}, func(store.RestoreCounts) {})
	require.NoError(t, err)
}

func (s *stack) requireRebuilt(t *testing.T, snapshots []snapshot) {
	t.Helper()
	total := 0
	for tick, taken := range snapshots {
		for _, kind := range []*resource.Kind{resource.HostKind, resource.DiskKind} {
			require.Equal(t, taken.rows[kind.Name()], s.asOf(t, kind, taken.at), "%s after run %d, as of %s", kind.Name(), tick, taken.at)
			total += len(taken.rows[kind.Name()])
		}
	}
	t.Logf("%d snapshots with %d rows were rebuilt from %d changes", len(snapshots), total, s.count(t, "SELECT COUNT(*) FROM resource_change"))
	require.Empty(t, s.asOf(t, resource.HostKind, snapshots[0].at.AddDate(0, 0, -1)), "before the first run")
}

// An operator asks the command line what happened.
func TestHistoryFromTheCommandLine(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "beijing, shanghai", "{ seed: 3, hosts: 60, churn: 0.3 }")
	first := o.run(t, 0)
	before, at := o.table(t, hostKind), o.lastChange(t)
	second := o.run(t, 2)
	require.Positive(t, min(second.SuAdd, second.SuMod, second.SuDel), "one of each")

	out, status := o.starter(t, o.config, "as-of", hostKind, at.Format(time.RFC3339Nano))
	require.Zero(t, status)
	require.Equal(t, before, parseRows(t, out))
	out, status = o.starter(t, o.config, "as-of", hostKind, "0s")
	require.Zero(t, status)
	require.Equal(t, o.table(t, hostKind), parseRows(t, out))
	out, status = o.starter(t, o.config, "as-of", hostKind, "1h")
	require.Zero(t, status)
	require.Empty(t, out)

	for op, want := range map[string]int64{"add": first.SuAdd + second.SuAdd, "modify": second.SuMod, "delete": second.SuDel} {
		require.Len(t, o.changes(t, "--op", op, "--limit", "1000"), int(want), op)
	}
	require.Len(t, o.changes(t, "--run", second.RunID, "--limit", "1000"), int(second.Changes()))
	require.Len(t, o.changes(t, "--run", "latest", "--scope", "mock/demo/beijing", "--limit", "1000"),
		int(o.count(t, "SELECT su_add + su_mod + su_del FROM sync_run_scope JOIN sync_scope ON id = scope_id WHERE run_id = ? AND region = 'beijing'", second.RunID)))
	o.requireStory(t, second.RunID)
}

// requireStory follows one modified host through the commands.
func (o *operator) requireStory(t *testing.T, runID string) {
	t.Helper()
	changes := o.changes(t, "--kind", hostKind, "--op", "modify", "--run", runID[:20], "--limit", "1")
	require.Len(t, changes, 1)
	id, uid := changes[0]["nativeId"].(string), changes[0]["uid"].(string)
	require.Len(t, o.changes(t, "--native-id", id), 2)
	require.Len(t, o.changes(t, "--uid", uid), 2)
	require.Len(t, o.changes(t, "--uid", uid, "--until", changes[0]["changedAt"].(string)), 2)
	require.Len(t, o.changes(t, "--uid", uid, "--since", changes[0]["changedAt"].(string)), 1)

	out, status := o.starter(t, o.config, "changes", "--uid", uid)
	require.Contains(t, out, "mock/demo/")
	require.Zero(t, status)
	out, status = o.starter(t, o.config, "history", hostKind, id)
	require.Zero(t, status)
	for _, word := range []string{"appeared", "changed", " → ", runID, "mock/demo/"} {
		require.Contains(t, out, word)
	}
	_, status = o.starter(t, o.config, "history", hostKind, "i-nobody")
	require.Equal(t, 1, status)
}

// operator is a stack with a worker process, whose cloud the test moves from tick
// to tick.
type operator struct {
	*stack
	config, tick string
}

func newOperator(t *testing.T, regions, mockSettings string) *operator {
	t.Helper()
	o := &operator{stack: newStack(t), tick: t.TempDir() + "/tick"}
	require.NoError(t, os.WriteFile(o.tick, []byte("0"), 0o600))
	o.config = o.writeConfig(t, regions, strings.Replace(mockSettings, "}", ", tick_file: "+o.tick+" }", 1))
	o.startProcess(t, o.config)
	return o
}

// run moves the cloud to the tick and syncs its hosts.
func (o *operator) run(t *testing.T, tick int64) workflows.Report {
	t.Helper()
	require.NoError(t, mock.WriteTick(o.tick, tick))
	return o.runAndWait(t, o.config)
}

// changes returns what `starter changes` lists.
func (o *operator) changes(t *testing.T, args ...string) (changes []map[string]any) {
	t.Helper()
	out, status := o.starter(t, o.config, append([]string{"changes", "--output", "json"}, args...)...)
	require.Zero(t, status)
	require.NoError(t, json.Unmarshal([]byte(out), &changes))
	return changes
}
