package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/history"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// archive runs commands on a database of its own. Its Temporal is out of reach:
// no command here needs one.
type archive struct{ config, dsn string }

func newArchive(t *testing.T) *archive {
	dsn := storetest.NewDatabase(t)
	return &archive{dsn: dsn, config: configFile(t, dsn, yearly)}
}

func (a *archive) do(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	return run(t, append(args, "--config", a.config, "--temporal-address", "127.0.0.1:1")...)
}

// record records a run that ended with the outcome.
func (a *archive) record(t *testing.T, runID, kind, outcome string) {
	t.Helper()
	a.recordHold(t, runID, kind, outcome, "5:abc")
}

// recordHold records a run that held the set, or with "" for its digest, none.
func (a *archive) recordHold(t *testing.T, runID, kind, outcome, digest string) {
	t.Helper()
	s := storetest.OpenDSN(t, a.dsn)
	run := store.Run{RunID: runID, WorkflowID: "cloud-sync/" + kind, Kind: kind, StartedAt: noon.Add(-time.Minute)}
	ref, err := s.BeginRun(t.Context(), run)
	require.NoError(t, err)
	scope := resource.Scope{Kind: kind, Provider: "mock", Account: "prod", Region: "beijing"}
	ids, err := s.EnsureScopes(t.Context(), kind, []resource.Scope{scope})
	require.NoError(t, err)
	run.Outcome, run.TookMS, run.FinishedAt, run.Scopes = outcome, 1500, noon, 1
	run.Stats = store.Stats{CloudNum: 8, SuAdd: 3, Held: 5}
	if digest == "" {
		run.Held = 0
	}
	_, err = s.ClaimScopes(t.Context(), ref, ids)
	require.NoError(t, err)
	require.NoError(t, s.RecordScopes(t.Context(), ref, []store.RunScope{
		{ScopeID: ids[0], Outcome: outcome, Stats: run.Stats, HoldDigest: digest, Reason: "all 5 rows would be deleted", Complete: true},
	}))
	require.NoError(t, s.EndRun(t.Context(), run))
}

func TestMigrateNamesWhatItApplied(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	status, stdout, stderr := a.do(t, "migrate")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "applied 0001_sync\n")
	_, stdout, _ = a.do(t, "migrate")
	require.Equal(t, "schema is up to date\n", stdout)
	_, stdout, _ = a.do(t, "migrate", "-o", "json")
	require.JSONEq(t, "[]", stdout)
}

func TestWithoutMigrationsItSaysSo(t *testing.T) {
	t.Parallel()
	status, _, stderr := newArchive(t).do(t, "runs")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "the schema is not up to date: run `starter migrate`")
}

func TestRunsAndShow(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.do(t, "migrate")
	_, stdout, _ := a.do(t, "runs")
	require.Equal(t, "no runs are recorded: start one with `starter run KIND`\n", stdout)
	_, _, stderr := a.do(t, "show", "latest")
	require.Equal(t, "starter: no run is recorded: start one with `starter run KIND`\n", stderr)

	a.record(t, "aaaa-1", "resource_host", "held")
	a.record(t, "aaaa-2", "resource_disk", "unchanged")
	_, stdout, _ = a.do(t, "runs", "-o", "json")
	var runs []history.RunView
	require.NoError(t, json.Unmarshal([]byte(stdout), &runs))
	require.Equal(t, []string{"aaaa-2", "aaaa-1"}, []string{runs[0].RunID, runs[1].RunID})
	_, stdout, _ = a.do(t, "runs", "resource_host", "--limit", "5")
	require.Contains(t, stdout, "HELD")
	require.NotContains(t, stdout, "resource_disk")

	for name, id := range map[string]string{
		"latest": "aaaa-2", "resource_host": "aaaa-1", "aaaa-1": "aaaa-1", fmt.Sprint(runs[1].Number): "aaaa-1",
	} {
		status, stdout, stderr := a.do(t, "show", name, "-o", "json")
		require.Zero(t, status, stderr)
		var shown history.RecordView
		require.NoError(t, json.Unmarshal([]byte(stdout), &shown))
		require.Equal(t, id, shown.RunID, name)
		require.Len(t, shown.ScopeRecords, 1)
		require.Equal(t, "mock/prod/beijing", shown.ScopeRecords[0].Place)
	}
	_, stdout, _ = a.do(t, "show", "resource_host")
	require.Contains(t, stdout, "    digest 5:abc\n")
	requireWidth(t, stdout)
}

// Unchanged scopes have no rows of their own; they are counted, and listed when asked for.
func TestShowListsUnchangedScopes(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.do(t, "migrate")
	s := storetest.OpenDSN(t, a.dsn)
	run := store.Run{RunID: "aaaa-1", Kind: "resource_host", Outcome: "unchanged", Scopes: 2, StartedAt: noon, FinishedAt: noon}
	var scopes []resource.Scope
	for _, region := range []string{"beijing", "shanghai"} {
		scopes = append(scopes, resource.Scope{Kind: run.Kind, Provider: "mock", Account: "prod", Region: region})
	}
	ids, err := s.EnsureScopes(t.Context(), run.Kind, scopes)
	require.NoError(t, err)
	var records []store.RunScope
	for _, id := range ids {
		records = append(records, store.RunScope{ScopeID: id, Outcome: "unchanged", Stats: store.Stats{CloudNum: 8, DBNum: 8}, Complete: true})
	}
	_, err = s.Conclude(t.Context(), store.RunRef{ID: run.RunID}, run, records)
	require.NoError(t, err)

	_, stdout, stderr := a.do(t, "show", "aaaa-1")
	require.Contains(t, stdout, "2 scopes unchanged (--all lists them)", stderr)
	_, stdout, _ = a.do(t, "show", "aaaa-1", "--all")
	require.Regexp(t, `mock/prod/beijing +unchanged +8 +8`, stdout)
	require.Regexp(t, `mock/prod/shanghai +unchanged +8 +8`, stdout)
}

// A hold is something to decide only while the newest run holds that set.
func TestDecidedHoldsAskForNothing(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.do(t, "migrate")
	a.recordHold(t, "aaaa-1", "resource_host", "held", "5:abc")
	a.recordHold(t, "aaaa-2", "resource_host", "held", "5:def")
	_, stdout, _ := a.do(t, "runs")
	require.Regexp(t, `(?s)resource_host.*to decide: starter show \d+\n.*resource_host.*superseded by run \d+\n`, stdout)
	require.Equal(t, 1, strings.Count(stdout, "to decide"))
	_, stdout, _ = a.do(t, "show", "aaaa-1")
	require.Contains(t, stdout, "superseded by run ")
	require.NotContains(t, stdout, "--approve")
	_, stdout, _ = a.do(t, "show", "aaaa-2")
	require.Contains(t, stdout, "--approve 5:def\n")
	require.NotContains(t, stdout, "superseded")

	a.recordHold(t, "aaaa-3", "resource_host", "ok", "")
	_, stdout, _ = a.do(t, "runs")
	require.NotContains(t, stdout, "to decide")
	_, stdout, _ = a.do(t, "show", "aaaa-2")
	require.NotContains(t, stdout, "--approve")
	_, stdout, _ = a.do(t, "show", "aaaa-2", "-o", "json")
	require.Contains(t, stdout, `"holdSupersededBy": `)
}

func TestShowTellsMissingFromAmbiguous(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.do(t, "migrate")
	a.record(t, "aaaa-1", "resource_host", "ok")
	a.record(t, "aaaa-2", "resource_host", "ok")
	for name, message := range map[string]string{
		"aaaa": "starter: several run ids begin with \"aaaa\", such as aaaa-2 and aaaa-1: " +
			"write more of it, or the number that `starter runs` shows\n",
		"zzzz":   "starter: no run \"zzzz\" is recorded: `starter runs` lists them\n",
		"999999": "starter: no run \"999999\" is recorded: `starter runs` lists them\n",
	} {
		status, _, stderr := a.do(t, "show", name)
		require.Equal(t, 1, status)
		require.Equal(t, message, stderr)
	}
}
