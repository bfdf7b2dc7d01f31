package activities_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

func listIn(runID string) activities.ListScopesIn {
	return activities.ListScopesIn{Kind: kind, RunID: runID, WorkflowID: "cloud-sync/" + kind, StartedAt: time.Now()}
}

// accounts makes the activities know these accounts instead of the bundle's.
func (b *bundle) accounts(accounts ...cloud.Account) {
	deps := b.deps()
	deps.Accounts = accounts
	b.Activities = activities.New(deps)
}

// cloudquery #13869: a suspended account failed the start. Here it is reported,
// and the others go on.
func TestListScopesOfEachAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.accounts(
		cloud.Account{Account: resource.Account{Provider: "mock", Name: "one"}, Client: &fakeCloud{regions: []string{"shanghai", "beijing"}}},
		cloud.Account{Account: resource.Account{Provider: "mock", Name: "suspended"}, Client: &fakeCloud{regionsErr: &cloud.Error{Class: cloud.InvalidCredential, Doing: "list regions", Err: errors.New(strings.Repeat("x", 5000))}}},
		cloud.Account{Account: resource.Account{Provider: "mock", Name: "disks only"}, Client: &fakeCloud{regions: []string{"beijing"}, lists: "resource_disk"}},
		cloud.Account{Account: resource.Account{Provider: "aws", Name: "one"}, Client: &fakeCloud{regions: []string{"beijing"}}},
		cloud.Account{Account: resource.Account{Provider: "aws", Name: "empty"}, Client: &fakeCloud{}},
	)
	out, err := execute(t, attempt{}, b.ListScopes, listIn("run-2"))
	require.NoError(t, err)
	require.Equal(t, diff.DefaultPolicy(), out.Policy)
	require.Equal(t, 3, out.MaxParallel)
	require.Equal(t, "run-2", out.Run.ID)
	require.Len(t, out.Unlisted, 1)
	require.Equal(t, "mock/suspended", out.Unlisted[0].Place)
	require.True(t, strings.HasPrefix(out.Unlisted[0].Error, "list regions: invalid_credential: xxx"))
	require.Less(t, len(out.Unlisted[0].Error), 500)

	ids, err := b.store.EnsureScopes(t.Context(), kind, []resource.Scope{
		{Kind: kind, Provider: "mock", Account: "one", Region: "shanghai"},
		{Kind: kind, Provider: "mock", Account: "one", Region: "beijing"},
		{Kind: kind, Provider: "aws", Account: "one", Region: "beijing"},
	})
	require.NoError(t, err)
	require.EqualValues(t, 2, out.Run.Number)
	require.Equal(t, []int64{ids[0], ids[1], ids[2]}, scopeIDs(out), "in the order of the configuration")
	out, err = execute(t, attempt{}, b.ListScopes, listIn("run-3"))
	require.NoError(t, err)
	require.Equal(t, []int64{ids[2], ids[1], ids[0]}, scopeIDs(out), "each run begins with another account, and each account with another scope")
}

// Of many scopes, an error names the first.
func TestAnUnknownScopeOfManyIsToldSome(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var regions []string
	for i := range 30 {
		regions = append(regions, fmt.Sprint("r", i))
	}
	b.accounts(cloud.Account{Account: resource.Account{Provider: "mock", Name: "one"}, Client: &fakeCloud{regions: regions}})
	in := listIn("p")
	in.Plan, in.Only = true, []string{"mock/two/r0"}
	_, err := execute(t, attempt{}, b.ListScopes, in)
	require.ErrorContains(t, err, `no configured scope "mock/two/r0": the scopes are mock/one/r0, mock/one/r1, `)
	require.ErrorContains(t, err, "mock/one/r9 and 20 more")
}

// A region that a provider names twice is one scope.
func TestListScopesOfRepeatedRegions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.regions = []string{"beijing", "shanghai", "beijing"}
	out, err := execute(t, attempt{}, b.ListScopes, listIn("run-2"))
	require.NoError(t, err)
	require.Len(t, scopeIDs(out), 2)
	require.NotEqual(t, scopeIDs(out)[0], scopeIDs(out)[1])
}

func TestListScopesWhenAllAccountsFail(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.regionsErr = errors.New("connection reset")
	out, err := execute(t, attempt{}, b.ListScopes, listIn("run-2"))
	require.NoError(t, err)
	require.Empty(t, scopeIDs(out))
	require.Equal(t, []activities.UnlistedScope{{Place: "mock/demo", Error: "connection reset"}}, out.Unlisted)
}

func TestListScopesAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := execute(t, attempt{}, b.ListScopes, listIn("run-2"))
	require.NoError(t, err)
	again, err := execute(t, attempt{number: 2}, b.ListScopes, listIn("run-2"))
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, 2, b.count(t, "SELECT COUNT(*) FROM sync_run"), "with run-1, of the set-up")
	later, err := execute(t, attempt{}, b.ListScopes, listIn("run-3"))
	require.NoError(t, err)
	require.Greater(t, later.Run.Number, first.Run.Number)
}

func TestListScopesWithoutADatabase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mend := b.breakInserts(t, "sync_run")
	_, err := execute(t, attempt{number: 100}, b.ListScopes, listIn("run-2"))
	requireFailure(t, err, "Store", true)
	mend()
	_, err = execute(t, attempt{number: 101}, b.ListScopes, listIn("run-2"))
	require.NoError(t, err)
}

func TestLoadLocalHashesFoldsWhatIsStored(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.Equal(t, activities.LocalScope{ID: b.scope.ID, Provider: "mock", Account: "demo", Region: "beijing"}, b.scope)
	b.cloud.set(hosts(0, 15))
	b.sync(t, "first")

	var cloudside resource.Digest
	for _, row := range hosts(0, 15) {
		resource.HostKind.PlaceInTree(row, b.deps().TagKeys)
		require.NoError(t, resource.HostKind.Seal(row, beijing, b.scope.ID))
		cloudside.Add(row.Entry())
	}
	b.begin(t, "second")
	require.Equal(t, cloudside, b.scope.Local)
	require.Equal(t, "mock/demo/beijing", b.scope.Place())
}

// Scopes are folded in groups; each has its own digest.
func TestLoadLocalHashesOfManyScopes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 15))
	b.sync(t, "first")
	var scopes []resource.Scope
	for i := range 100 {
		scopes = append(scopes, resource.Scope{Kind: kind, Provider: "mock", Account: "demo", Region: fmt.Sprint("r", i)})
	}
	ids, err := b.store.EnsureScopes(t.Context(), kind, scopes)
	require.NoError(t, err)
	for i := range 4 { // some scopes have rows, most have none
		_, err := storetest.Connect(t, b.dsn).Exec("UPDATE resource_host SET scope_id = ? WHERE scope_id = ? ORDER BY uid LIMIT 3", ids[i*33], b.scope.ID)
		require.NoError(t, err)
	}
	b.begin(t, "second")
	slices.Reverse(ids)
	out, err := execute(t, attempt{}, b.LoadLocalHashes, activities.LoadLocalHashesIn{Kind: kind, Run: b.run, ScopeIDs: append(ids, b.scope.ID)})
	require.NoError(t, err)
	require.Len(t, out.Scopes, 101)
	counts, found := map[int64]int{}, []int64(nil)
	for _, scope := range out.Scopes {
		want, err := b.store.FoldScope(t.Context(), resource.HostKind, scope.ID)
		require.NoError(t, err)
		require.Equal(t, want, scope.Local)
		counts[scope.Local.Count]++
		found = append(found, scope.ID)
	}
	require.ElementsMatch(t, append(ids, b.scope.ID), found)
	require.Equal(t, map[int64]int{0: 96, 3: 5}, counts)
}

func TestLoadLocalHashesOfAnUnknownScope(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := execute(t, attempt{}, b.LoadLocalHashes, activities.LoadLocalHashesIn{Kind: kind, Run: b.run, ScopeIDs: []int64{b.scope.ID, 4711}})
	requireFailure(t, err, "Corrupt", false)
}

// A payload of a hundred scopes stays small, whatever their names.
func TestHundredScopesFitAPayload(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("x", 64)
	var out activities.LoadLocalHashesOut
	for id := range int64(100) {
		out.Scopes = append(out.Scopes, activities.LocalScope{ID: 1<<32 - id, Provider: name[:32], Account: name, Region: name, Local: resource.Digest{Count: 1 << 40}})
	}
	encoded, err := json.Marshal(out)
	require.NoError(t, err)
	require.Less(t, len(encoded), 64<<10)
}

// Whatever an old run still does after a newer one claimed its scope: it is told
// so, once and for all, and the inventory does not change.
func TestSupersededRun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 10))
	b.sync(t, "first")
	b.begin(t, "old")
	b.cloud.set(append(hosts(1, 9), host("i-0009", renamed), host("i-new")))
	snapshot := b.fetch(t)
	found := b.compare(t, snapshot)
	require.Equal(t, [3]int64{1, 1, 1}, [3]int64{found.ToAdd, found.ToMod, found.ToDel})
	old := *b
	b.begin(t, "new")

	requireSuperseded := func(err error) {
		t.Helper()
		requireFailure(t, err, "Superseded", false)
		b.requireInventory(t, hosts(0, 10)...)
	}
	_, err := execute(t, attempt{number: 2}, old.LoadLocalHashes, old.loadIn())
	requireSuperseded(err)
	_, err = execute(t, attempt{number: 2}, old.ComputeDiff, old.compareIn(snapshot))
	requireSuperseded(err)
	applyAll := func(writer int) {
		_, err = execute(t, attempt{}, old.ApplyAdds, old.applyIn(writer))
		requireSuperseded(err)
		_, err = execute(t, attempt{}, old.ApplyMods, old.applyIn(writer))
		requireSuperseded(err)
		_, err = execute(t, attempt{}, old.confirmAndDelete, old.applyIn(writer))
		requireSuperseded(err)
	}
	applyAll(found.Writer)

	// A late attempt may stage again, after the sweep; it gets no further than the
	// fence.
	snapshot, err = execute(t, attempt{number: 3}, old.FetchCloud, old.scopeIn())
	require.NoError(t, err)
	found, err = execute(t, attempt{number: 3}, old.ComputeDiff, old.compareIn(snapshot))
	require.NoError(t, err)
	applyAll(found.Writer)
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM resource_change WHERE run_id = 'old'"))
}

// The sync of one account leaves the rows of another alone (cloudquery #5456,
// #12527), and so does a narrower configuration.
func TestAccountThatIsNoLongerConfiguredKeepsItsRows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 10))
	b.sync(t, "first")
	b.accounts(cloud.Account{Account: resource.Account{Provider: "mock", Name: "other"}, Client: &fakeCloud{regions: []string{"beijing"}}})
	out, err := execute(t, attempt{}, b.ListScopes, listIn("second"))
	require.NoError(t, err)
	require.NotContains(t, scopeIDs(out), b.scope.ID)
	local, err := execute(t, attempt{}, b.LoadLocalHashes, activities.LoadLocalHashesIn{Kind: kind, Run: out.Run, ScopeIDs: scopeIDs(out)})
	require.NoError(t, err)
	require.Equal(t, resource.Digest{}, local.Scopes[0].Local)
	b.requireInventory(t, hosts(0, 10)...)
}

// A payload of thousands of unchanged scopes stays small, whatever their ids are.
func TestUnchangedScopesFitAPayload(t *testing.T) {
	t.Parallel()
	var many activities.UnchangedScopes
	for i := range int64(2000) {
		many = append(many, activities.UnchangedScope{ID: 1<<32 - 4000 + 2*i, Rows: 1<<33 + i})
	}
	in := activities.RecordRunIn{Kind: kind, Run: store.RunRef{ID: strings.Repeat("x", 36), Number: 1 << 40}, Unchanged: many}
	encoded, err := json.Marshal(in)
	require.NoError(t, err)
	require.Less(t, len(encoded), 64<<10)

	var decoded activities.RecordRunIn
	require.NoError(t, json.Unmarshal(encoded, &decoded))
	require.Equal(t, in, decoded)
	for i := range many {
		many[i].ID, many[i].Rows = int64(i+1), 50
	}
	encoded, err = json.Marshal(many)
	require.NoError(t, err)
	require.Less(t, len(encoded), 2000*3+40, "most scopes follow each other")
}

func TestUnchangedScopesAsJSON(t *testing.T) {
	t.Parallel()
	for text, scopes := range map[string]activities.UnchangedScopes{
		`{"ids":"","rows":[]}`:              {},
		`{"ids":"7","rows":[0]}`:            {{ID: 7}},
		`{"ids":"1-3,9","rows":[5,6,7,50]}`: {{ID: 1, Rows: 5}, {ID: 2, Rows: 6}, {ID: 3, Rows: 7}, {ID: 9, Rows: 50}},
	} {
		encoded, err := json.Marshal(scopes)
		require.NoError(t, err)
		require.JSONEq(t, text, string(encoded))
		var decoded activities.UnchangedScopes
		require.NoError(t, json.Unmarshal([]byte(text), &decoded))
		require.Equal(t, scopes, decoded)
	}
	for _, text := range []string{`{"ids":"1-3","rows":[5,6]}`, `{"ids":"1","rows":[5,6]}`, `{"ids":"x","rows":[5]}`, `[]`} {
		require.Error(t, json.Unmarshal([]byte(text), &activities.UnchangedScopes{}), text)
	}
}
