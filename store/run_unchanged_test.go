package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
)

// unchanged is the record of a scope of which there is nothing else to say.
func unchanged(scopeID, rows int64) store.RunScope {
	return store.RunScope{ScopeID: scopeID, Outcome: "unchanged", Stats: store.Stats{CloudNum: rows, DBNum: rows}, Complete: true}
}

func (b *bundle) unchangedScopes(ids []int64) (records []store.RunScope) {
	for i, id := range ids {
		records = append(records, unchanged(id, int64(i)))
	}
	return records
}

// ensureMany registers scopes, and has the run of the set-up claim them.
func (b *bundle) ensureMany(t *testing.T, n int) []int64 {
	t.Helper()
	var scopes []resource.Scope
	for i := range n {
		scopes = append(scopes, scopeIn(fmt.Sprintf("r%04d", i)))
	}
	ids := b.ensure(t, scopes...)
	_, err := b.ClaimScopes(t.Context(), b.run, ids)
	require.NoError(t, err)
	return ids
}

func (b *bundle) scopesOf(t *testing.T, runID string) []store.RunScope {
	t.Helper()
	scopes, err := b.RunScopes(t.Context(), runID)
	require.NoError(t, err)
	return scopes
}

// Whatever else is recorded, the unchanged scopes of a call are one row, and all are
// listed.
func TestUnchangedScopesAreRecordedInBulk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensureMany(t, 2100)
	records := b.unchangedScopes(ids)
	records[7] = store.RunScope{ScopeID: ids[7], Outcome: "failed", Reason: "denied"}
	slices.Reverse(records)
	for range 2 { // the answer was lost
		require.NoError(t, b.RecordScopes(t.Context(), b.run, records))
	}
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_run_scope"))
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_run_unchanged WHERE run_id = 'run-1' AND scopes = 2099 AND cloud_num = ?", 2100*2099/2-7))
	require.Equal(t, 2099, b.count(t, "SELECT COUNT(*) FROM sync_scope WHERE last_complete_run = 'run-1' AND last_complete_at IS NOT NULL"))

	scopes := b.scopesOf(t, b.run.ID)
	require.Len(t, scopes, 2100)
	for i, scope := range scopes {
		want := store.RunScope{RunID: "run-1", ScopeID: ids[i], Outcome: "unchanged", Stats: store.Stats{CloudNum: int64(i), DBNum: int64(i)}}
		if i == 7 {
			want = store.RunScope{RunID: "run-1", ScopeID: ids[7], Outcome: "failed", Reason: "denied"}
		}
		want.Provider, want.Account, want.Region = "mock", "demo", fmt.Sprintf("r%04d", i)
		require.Equal(t, want, scope)
	}
}

// What is to be said of a scope is said in its own row.
func TestUnchangedScopesWithMoreToSay(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]func(*store.RunScope){
		"a reason":              func(r *store.RunScope) { r.Reason = "the listing moved" },
		"a digest":              func(r *store.RunScope) { r.HoldDigest = "1:a" },
		"other rows":            func(r *store.RunScope) { r.CloudNum++ },
		"refused rows":          func(r *store.RunScope) { r.FailedRows = 1 },
		"no complete listing":   func(r *store.RunScope) { r.Complete = false },
		"another outcome":       func(r *store.RunScope) { r.Outcome = "ok" },
		"rows that exist still": func(r *store.RunScope) { r.PagingSkips = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			record := unchanged(b.lease.ScopeID, 3)
			more(&record)
			require.NoError(t, b.RecordScopes(t.Context(), b.run, []store.RunScope{record}))
			require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_run_scope"))
			require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_run_unchanged"))
			got := b.scopesOf(t, b.run.ID)[0]
			require.Equal(t, record.Stats, got.Stats)
			require.Equal(t, []string{record.Outcome, record.Reason, record.HoldDigest}, []string{got.Outcome, got.Reason, got.HoldDigest})
		})
	}
}

// A run that was reset records its scopes again, in other parts and with what it finds
// now. The last word counts, and each scope is listed once.
func TestUnchangedScopesOfARunThatWasReset(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensureMany(t, 6)
	record := func(records ...store.RunScope) { require.NoError(t, b.RecordScopes(t.Context(), b.run, records)) }
	record(b.unchangedScopes(ids[:4])...)
	record(store.RunScope{ScopeID: ids[4], Outcome: "failed", Reason: "denied"}, unchanged(ids[5], 5))

	record(unchanged(ids[0], 10), unchanged(ids[5], 15))                    // other rows
	record(store.RunScope{ScopeID: ids[1], Outcome: "failed", Reason: "x"}) // worse
	record(unchanged(ids[3], 3), unchanged(ids[4], 14))                     // as before, and better
	var got []string
	for _, scope := range b.scopesOf(t, b.run.ID) {
		require.Equal(t, scope.CloudNum, scope.DBNum)
		got = append(got, fmt.Sprintf("%s %d%s", scope.Outcome, scope.CloudNum, scope.Reason))
	}
	require.Equal(t, []string{"unchanged 10", "failed 0x", "unchanged 2", "unchanged 3", "unchanged 14", "unchanged 15"}, got)

	record(b.unchangedScopes(ids[:4])...)
	scopes := b.scopesOf(t, b.run.ID)
	require.Len(t, scopes, 6)
	require.Zero(t, scopes[0].CloudNum, "the parts of the first time count again")
	require.Equal(t, "unchanged", scopes[1].Outcome)
}

// A scope that was changed before a reset is not unchanged, in whichever order it is
// recorded and changed.
func TestUnchangedScopesThatWereChanged(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(*testing.T, *bundle) store.Done{
		"changed, then recorded": func(t *testing.T, b *bundle) store.Done {
			did := b.change(t)
			require.NoError(t, b.RecordScopes(t.Context(), b.run, []store.RunScope{unchanged(b.lease.ScopeID, 3)}))
			require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_run_unchanged"))
			b.requireRecorded(t, b.run.ID, store.OutcomeRunning, did)
			require.NoError(t, b.EndRun(t.Context(), store.Run{RunID: b.run.ID, Kind: hostScope.Kind, StartedAt: started, Outcome: "unchanged"}))
			return did
		},
		"recorded with the run, then changed": func(t *testing.T, b *bundle) store.Done {
			_, err := b.Conclude(t.Context(), b.run, store.Run{RunID: b.run.ID, Kind: hostScope.Kind, StartedAt: started, Outcome: "unchanged"},
				[]store.RunScope{unchanged(b.lease.ScopeID, 3)})
			require.NoError(t, err)
			require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_run_scope"))
			return b.change(t)
		},
		"settled, then recorded": func(t *testing.T, b *bundle) store.Done {
			did := b.change(t)
			b.begin(t, "run-2")
			require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_run_scope WHERE outcome = 'failed'"))
			_, err := b.Conclude(t.Context(), b.run, store.Run{RunID: b.run.ID, Kind: hostScope.Kind, StartedAt: started, Outcome: "unchanged"},
				[]store.RunScope{unchanged(b.lease.ScopeID, 3)})
			require.NoError(t, err)
			return did
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			did := do(t, b)
			b.requireRecorded(t, b.run.ID, "ok", did)
			scope := b.scopesOf(t, b.run.ID)[0]
			require.Equal(t, "ok", scope.Outcome)
			require.Empty(t, scope.Reason)
			require.Equal(t, [2]int64{3, 3}, [2]int64{scope.CloudNum, scope.DBNum})
		})
	}
}

// A run that was settled and had recorded scopes in bulk keeps them, and what it did in
// them.
func TestUnchangedScopesOfALostRun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensureMany(t, 3)
	require.NoError(t, b.RecordScopes(t.Context(), b.run, append(b.unchangedScopes(ids), unchanged(b.lease.ScopeID, 3))))
	lost := b.run
	did := b.change(t)
	b.begin(t, "run-2")
	scopes := b.scopesOf(t, lost.ID)
	require.Len(t, scopes, 4)
	for _, scope := range scopes {
		want := "unchanged"
		if scope.ScopeID == b.lease.ScopeID {
			want = "ok"
			require.Equal(t, did.Added, scope.SuAdd)
		}
		require.Equal(t, want, scope.Outcome)
	}
	b.requireRight(t)
}

// What an old run says of scopes that a newer one has claimed is on its own record alone.
func TestUnchangedScopesOfASupersededRun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensureMany(t, 3)
	old := b.run
	newer := b.begin(t, "run-2")
	_, err := b.ClaimScopes(t.Context(), newer, ids[:2])
	require.NoError(t, err)
	require.NoError(t, b.RecordScopes(t.Context(), old, b.unchangedScopes(ids)))
	require.Len(t, b.scopesOf(t, old.ID), 3)
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_scope WHERE last_complete_run = 'run-1'"))
}

// A scope is over for a hold only if the newest run did not have it, unchanged or not.
func TestAHoldWaitsInAScopeThatIsUnchanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensure(t, hostScope, scopeIn("shanghai"), scopeIn("guangzhou"))
	held := store.RunScope{ScopeID: ids[0], Outcome: "held", Stats: store.Stats{Held: 1}, HoldDigest: "1:a", Complete: true}
	supersededBy := func() int64 {
		states, err := b.HoldStates(t.Context(), []string{"first"})
		require.NoError(t, err)
		require.Len(t, states, 1)
		return states[0].SupersededBy
	}
	b.recordSync(t, "first", held, unchanged(ids[1], 2))
	b.recordSync(t, "failed", store.RunScope{ScopeID: ids[0], Outcome: "failed"}, unchanged(ids[1], 2))
	require.Zero(t, supersededBy(), "nobody knows")
	narrower := b.recordSync(t, "narrower", unchanged(ids[1], 2), unchanged(ids[2], 2))
	require.Equal(t, narrower, supersededBy(), "the scope is not configured any more")
	back := b.recordSync(t, "listed again", unchanged(ids[0], 3), unchanged(ids[1], 2))
	require.Equal(t, back, supersededBy())
}

// Children of a run record their scopes at the same time, while the run is settled.
func TestUnchangedScopesAtTheSameTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensureMany(t, 200)
	errs := make(chan error)
	for some := range slices.Chunk(ids, 25) {
		go func() { errs <- b.RecordScopes(t.Context(), b.run, b.unchangedScopes(some)) }()
	}
	go func() {
		_, err := b.BeginRun(t.Context(), store.Run{RunID: "run-2", Kind: hostScope.Kind, StartedAt: started})
		errs <- err
	}()
	for range 200/25 + 1 {
		require.NoError(t, <-errs)
	}
	require.Len(t, b.scopesOf(t, "run-1"), 200)
	require.Equal(t, 8, b.count(t, "SELECT COUNT(*) FROM sync_run_unchanged"))
}

func TestUnchangedScopesGoWithTheirRun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := b.run
	for _, runID := range []string{old.ID, "run-2"} {
		b.claim(t, runID)
		require.NoError(t, b.RecordScopes(t.Context(), b.run, []store.RunScope{unchanged(b.lease.ScopeID, 3)}))
	}
	require.NoError(t, b.DeleteRuns(t.Context(), []string{old.ID}, func() {}))
	require.Empty(t, b.scopesOf(t, old.ID))
	require.Len(t, b.scopesOf(t, "run-2"), 1)
}

// Damage is told, and a scope that is gone from the table of scopes is not listed.
func TestUnchangedScopesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.ensureMany(t, 2)
	require.NoError(t, b.RecordScopes(t.Context(), b.run, b.unchangedScopes(ids)))
	b.exec(t, "DELETE FROM sync_scope WHERE id = ?", ids[0])
	require.Len(t, b.scopesOf(t, b.run.ID), 1)
	b.exec(t, "UPDATE sync_run_unchanged SET payload = LEFT(payload, LENGTH(payload) - 1)")
	_, err := b.RunScopes(t.Context(), b.run.ID)
	require.ErrorIs(t, err, resource.ErrCorrupt)
}

// Of a run at work, scopes in bulk show what it has done in them so far.
func TestUnchangedScopesOfARunAtWork(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.RecordScopes(t.Context(), b.run, []store.RunScope{unchanged(b.lease.ScopeID, 3)}))
	b.put(t, diff.Add, 1, host("i-1"))
	require.EqualValues(t, 1, b.scopesOf(t, b.run.ID)[0].SuAdd)
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_run_scope"))
}
