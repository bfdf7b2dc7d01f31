package activities_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/notice"
	"cloudsync/resource"
	"cloudsync/store"
)

// record records a run of scopes with their outcomes, by region.
func (b *telling) record(t *testing.T, run store.Run, outcomes map[string]string) {
	t.Helper()
	run.Kind, run.WorkflowID, run.StartedAt = kind, "cloud-sync/"+kind, b.now
	if run.RunID == "" {
		run.RunID = fmt.Sprint("run-", b.now.UnixNano())
	}
	ref, err := b.store.BeginRun(t.Context(), run)
	require.NoError(t, err)
	var ended []store.RunScope
	for region, outcome := range outcomes {
		ids, err := b.store.EnsureScopes(t.Context(), kind, []resource.Scope{{Kind: kind, Provider: "mock", Account: "demo", Region: region}})
		require.NoError(t, err)
		_, err = b.store.ClaimScopes(t.Context(), ref, ids)
		require.NoError(t, err)
		ended = append(ended, store.RunScope{ScopeID: ids[0], Outcome: outcome, Complete: outcome != "failed", Reason: "the reason of " + region})
	}
	if run.Scopes == 0 {
		run.Scopes = int64(len(outcomes))
	}
	run.FinishedAt = b.now
	_, err = b.store.Conclude(t.Context(), ref, run, ended)
	require.NoError(t, err)
	b.exec(t, "UPDATE sync_scope SET last_complete_at = ? WHERE last_complete_run = ?", b.now, run.RunID)
}

// later lets a minute pass, and tells.
func (b *telling) later(t *testing.T) {
	t.Helper()
	b.now = b.now.Add(time.Minute)
	b.tell(t)
}

func TestARunThatFailsIsToldUntilOneWorks(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	b.record(t, store.Run{Outcome: "failed", Scopes: 1, Error: "no account could be listed"}, nil)
	b.tell(t)
	b.later(t)
	b.record(t, store.Run{RunID: "restore-x", Outcome: "partial"}, nil)
	b.later(t)
	require.Equal(t, []string{"failed begun 1"}, b.got.summary(), "a restore is no run that works")
	require.Equal(t, "no account could be listed", b.got.taken[0].Subjects[0].Reason)
	b.now = b.now.Add(time.Second)
	b.record(t, store.Run{Outcome: "ok"}, map[string]string{"beijing": "ok"})
	b.later(t)
	require.Equal(t, []string{"failed begun 1", "failed recovered 1"}, b.got.summary())
}

func TestScopesThatFailAreToldByAccount(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	b.record(t, store.Run{Outcome: "partial", ScopesFailed: 2}, map[string]string{"beijing": "ok", "shanghai": "failed", "hangzhou": "failed"})
	b.tell(t)
	b.now = b.now.Add(time.Minute)
	b.record(t, store.Run{Outcome: "failed", Scopes: 3, Error: "the database was away"}, nil)
	b.tell(t)
	require.Equal(t, []string{"partial begun 1", "failed begun 1"}, b.got.summary(), "a run that failed as a whole says nothing of the account")
	require.EqualValues(t, 2, b.got.taken[0].Scopes)
	require.Equal(t, "demo", b.got.taken[0].Subjects[0].Account)
	b.now = b.now.Add(time.Minute)
	b.record(t, store.Run{Outcome: "ok"}, map[string]string{"beijing": "ok", "shanghai": "ok", "hangzhou": "ok"})
	b.tell(t)
	require.ElementsMatch(t, []string{"failed recovered 1", "partial recovered 1"}, b.got.summary()[2:])
}

// The regions of an account whose key was revoked are not known: the run has no record of them.
func TestAnAccountThatCannotBeListedIsTold(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	b.record(t, store.Run{Outcome: "partial", Scopes: 2, ScopesFailed: 1, Error: "aws/prod: the key was refused"}, map[string]string{"beijing": "ok"})
	b.tell(t)
	require.Equal(t, []string{"partial begun 1"}, b.got.summary())
	require.Equal(t, "aws/prod: the key was refused", b.got.taken[0].Subjects[0].Reason)
	require.Empty(t, b.got.taken[0].Subjects[0].Account)
	b.now = b.now.Add(time.Minute)
	b.record(t, store.Run{Outcome: "ok"}, map[string]string{"beijing": "ok"})
	b.tell(t)
	require.Equal(t, []string{"partial begun 1", "partial recovered 1"}, b.got.summary())
}

// What is no longer synced ends, and nobody is told that it is well.
func TestAnAccountThatIsTakenOutEndsInSilence(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	b.record(t, store.Run{Outcome: "partial", ScopesFailed: 1}, map[string]string{"shanghai": "failed"})
	b.tell(t)
	b.exec(t, "UPDATE sync_scope SET account = 'another'")
	b.later(t)
	require.Equal(t, []string{"partial begun 1", "partial begun 1"}, b.got.summary(), "that of the account now, and no end of the other")
}

func TestOrphansAreToldUntilARunThatListedHasNone(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	b.record(t, store.Run{Outcome: "ok", OrphanScopes: 2, OrphanRows: 7}, map[string]string{"beijing": "ok"})
	b.tell(t)
	b.now = b.now.Add(time.Minute)
	b.record(t, store.Run{Outcome: "failed"}, nil)
	b.tell(t)
	require.Equal(t, []string{"orphans begun 1", "failed begun 1"}, b.got.summary())
	require.EqualValues(t, 7, b.got.taken[0].Rows)
	b.now = b.now.Add(time.Minute)
	b.record(t, store.Run{Outcome: "ok"}, map[string]string{"beijing": "ok"})
	b.tell(t)
	require.ElementsMatch(t, []string{"failed recovered 1", "orphans recovered 1"}, b.got.summary()[2:])
}

func TestRunsThatChangeMuchAreToldOnce(t *testing.T) {
	t.Parallel()
	b := newTelling(t, func(r *notice.Receiver) { r.ChangedRows, r.After = 100, time.Hour })
	b.look(t) // what was before the first look is history
	for rows, run := range map[int64]string{99: "few", 100: "many"} {
		b.record(t, store.Run{RunID: run, Outcome: "ok"}, map[string]string{"beijing": "ok"})
		b.exec(t, "UPDATE sync_run SET su_add = ? WHERE run_id = ?", rows, run)
	}
	for range 20 {
		b.later(t)
		b.now = b.now.Add(time.Second)
	}
	require.Equal(t, []string{"changed begun 1"}, b.got.summary())
	require.EqualValues(t, 100, b.got.taken[0].Rows)
}

// A kind is late if no run ends, or a scope of an account is not complete, for too long.
func TestLateKindsAreTold(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	b.late(time.Hour)
	b.record(t, store.Run{Outcome: "ok"}, map[string]string{"beijing": "ok", "shanghai": "ok"})
	b.tell(t)
	b.now = b.now.Add(61 * time.Minute)
	b.tell(t)
	require.Empty(t, b.got.summary(), "after an outage, a run has time")
	b.later(t)
	b.later(t)
	require.Equal(t, []string{"late begun 1"}, b.got.summary())
	require.Empty(t, b.got.taken[0].Subjects[0].Account)

	b.record(t, store.Run{Outcome: "partial", ScopesFailed: 1}, map[string]string{"beijing": "ok", "shanghai": "failed"})
	b.later(t)
	require.ElementsMatch(t, []string{"late recovered 1", "late begun 1", "partial begun 1"}, b.got.summary()[1:])
	last := b.got.taken[len(b.got.taken)-2:]
	for _, n := range last {
		require.Equal(t, "demo", n.Subjects[0].Account)
		require.EqualValues(t, 1, n.Scopes)
	}
}

func TestNothingIsLateWhileSyncingIsDisabled(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	b.late(time.Hour)
	b.hold(t, 1, b.rows(3))
	b.now = b.now.Add(2 * time.Hour)
	b.tell(t)
	b.now = b.now.Add(time.Hour)
	b.tell(t)
	require.ElementsMatch(t, []string{"held begun 1", "late begun 1"}, b.got.summary())
	b.notices.Paused = true
	b.renew()
	b.later(t)
	require.Len(t, b.got.summary(), 2, "neither is over")
}
