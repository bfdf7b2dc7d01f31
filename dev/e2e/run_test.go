package e2e

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"cloudsync/activities"
	"cloudsync/cloud/mock"
	"cloudsync/resource"
	"cloudsync/workflows"
)

// The second run of an unchanged cloud writes nothing but its own record.
func TestSecondRunIsUnchanged(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	m := mock.New(mock.DefaultSettings(), mock.DefaultRegions())
	s.startWorker(t, s.deps(m))

	first := s.sync(t, hostKind)
	require.Equal(t, activities.OK, first.Outcome)
	require.Equal(t, first.CloudNum, first.SuAdd)
	require.Equal(t, first.SuAdd, s.count(t, "SELECT COUNT(*) FROM resource_host"))
	s.requireNothingInFlight(t)

	before := s.autoIncrements(t)
	second := s.sync(t, hostKind)
	require.Equal(t, activities.Unchanged, second.Outcome)
	require.Equal(t, activities.Stats{CloudNum: first.CloudNum, DBNum: first.CloudNum}, second.Stats)
	require.Equal(t, before, s.autoIncrements(t), "no row was staged, changed or refused in between")
}

// A row of each kind has its table and columns, and comes back from them as it was.
func TestEveryKindOfTheMockIsSynced(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	m := mock.New(mock.DefaultSettings(), mock.DefaultRegions())
	deps := s.deps(m)
	for _, kind := range deps.Kinds.Names() {
		deps.Settings[kind] = deps.Settings[hostKind]
	}
	s.startWorker(t, deps)
	for _, kind := range deps.Kinds.Names() {
		first := s.sync(t, kind)
		require.Equal(t, activities.OK, first.Outcome, kind)
		require.Positive(t, first.SuAdd, kind)
		for _, region := range mock.DefaultRegions() {
			require.Equal(t, truth(t, deps, m, scopeOf(kind, region), 0), s.inventory(t, scopeOf(kind, region)), kind)
		}
		require.Equal(t, activities.Unchanged, s.sync(t, kind).Outcome, kind)
	}
}

// autoIncrements tells of rows that came and went; the staging tables have no
// such column, so their writes are counted by trigger.
func (s *stack) autoIncrements(t *testing.T) map[string]int64 {
	t.Helper()
	s.watchStaging(t)
	return map[string]int64{
		"resource_change":  s.count(t, "SELECT COALESCE(MAX(id), 0) FROM resource_change"),
		"sync_row_failure": s.count(t, "SELECT COALESCE(MAX(id), 0) FROM sync_row_failure"),
		"staging":          s.count(t, "SELECT COUNT(*) FROM staging_writes"),
	}
}

func (s *stack) watchStaging(t *testing.T) {
	t.Helper()
	for _, statement := range []string{
		"CREATE TABLE IF NOT EXISTS staging_writes (source VARCHAR(16))",
		"CREATE TRIGGER IF NOT EXISTS watch_stage AFTER INSERT ON sync_stage FOR EACH ROW INSERT INTO staging_writes VALUES ('stage')",
		"CREATE TRIGGER IF NOT EXISTS watch_batch AFTER INSERT ON sync_batch FOR EACH ROW INSERT INTO staging_writes VALUES ('batch')",
	} {
		_, err := s.sql.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
}

// cartography #1398, #2658: a region that answered 403 was taken for an empty list,
// and the sweep after it deleted everything.
func TestDeniedScopeIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	m := mock.New(mock.DefaultSettings(), mock.DefaultRegions())
	deps := s.deps(m)
	for _, kind := range deps.Kinds.Names() {
		deps.Settings[kind] = deps.Settings[hostKind]
	}
	s.startWorker(t, deps)
	s.sync(t, hostKind)
	denied := scopeOf(hostKind, "beijing")
	kept := s.inventory(t, denied)
	require.NotEmpty(t, kept)

	m.SetTick(5)
	m.SetFaults([]mock.Fault{{Type: mock.Denied, Region: "beijing"}})
	report := s.sync(t, hostKind)
	require.Equal(t, activities.Partial, report.Outcome)
	require.EqualValues(t, 1, report.ScopesFailed)
	require.Equal(t, kept, s.inventory(t, denied), "its rows are untouched")
	for _, region := range mock.DefaultRegions()[1:] {
		require.Equal(t, truth(t, deps, m, scopeOf(hostKind, region), 5), s.inventory(t, scopeOf(hostKind, region)))
	}
	require.EqualValues(t, 1, s.count(t, "SELECT COUNT(*) FROM sync_run_scope WHERE run_id = ? AND outcome = 'failed' AND reason LIKE '%denied%'", report.RunID))
	s.requireNothingInFlight(t)
}

// A scope that suddenly lists nothing may have lost its permission: Alibaba
// answers a missing one with an empty list.
func TestEmptyListingIsHeld(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	m := mock.New(mock.DefaultSettings(), mock.DefaultRegions())
	s.startWorker(t, s.deps(m))
	first := s.sync(t, hostKind)

	m.SetFaults([]mock.Fault{{Type: mock.Empty, Region: "beijing"}})
	report := s.sync(t, hostKind)
	require.Equal(t, activities.Held, report.Outcome)
	require.Zero(t, report.SuDel)
	require.Positive(t, report.Held)
	require.Equal(t, report.ToDel, report.Held)
	require.NotEmpty(t, report.Attention[0].HoldDigest)
	require.Equal(t, first.SuAdd, s.count(t, "SELECT COUNT(*) FROM resource_host"), "nothing is deleted")
	require.Zero(t, s.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'delete'"))
}

// Over 240 ticks with churn, and faults in between, every complete scope with
// nothing held equals the cloud after each run, and in no scope, whatever became
// of it, was a resource deleted that exists. An operator approves at each tick what the
// one before held, without a look. Four clouds side by side, since a run mostly waits.
func TestInventoryFollowsTheCloud(t *testing.T) {
	t.Parallel()
	const clouds, ticks = 4, 60
	for seed := range uint64(clouds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			followCloud(t, seed, ticks)
		})
	}
}

func followCloud(t *testing.T, seed uint64, ticks int64) {
	s := newStack(t)
	settings := mock.DefaultSettings()
	settings.Seed, settings.PageSize = seed, 4 // several pages, so that one can repeat another's rows
	m := mock.New(settings, mock.DefaultRegions())
	deps := s.deps(m)
	s.startWorker(t, deps)
	random := rand.New(rand.NewPCG(seed, 0))
	complete := 0
	held := map[string][]string{} // digests, by kind
	for tick := range ticks {
		m.SetTick(tick)
		if tick > 0 { // an empty listing of what was never stored cannot be told from the truth
			m.SetFaults(someFaults(random))
		}
		before := s.everything(t)
		runs := []client.WorkflowRun{s.startApproved(t, hostKind, held[hostKind]), s.startApproved(t, diskKind, held[diskKind])}
		for _, run := range runs {
			report := s.reportOrFailure(t, run)
			complete += s.requireFollows(t, deps, m, report, tick)
			held[report.Kind] = digests(report)
		}
		s.requireExistingKept(t, deps, m, before, tick)
		s.requireNothingInFlight(t)
	}
	require.Greater(t, complete, int(ticks)*2*4, "most of the 2 × 5 listings a tick were complete")
	s.requireHistoryAddsUp(t)
}

func (s *stack) startApproved(t *testing.T, kind string, digests []string) client.WorkflowRun {
	t.Helper()
	in := workflows.Input{Kind: kind}
	if len(digests) > 0 {
		in.Approval = &workflows.Approval{Digests: digests, By: "an operator"}
	}
	return s.startInput(t, in)
}

// someFaults is none for most ticks, else one scope with a fault that lasts, and
// one that throttles for a moment.
func someFaults(random *rand.Rand) []mock.Fault {
	if random.IntN(3) > 0 {
		return nil
	}
	types := []mock.FaultType{mock.Denied, mock.InvalidCredential, mock.Duplicate, mock.Poisoned, mock.PoisonedNoID, mock.Empty}
	regions := mock.DefaultRegions()
	return []mock.Fault{
		{Type: types[random.IntN(len(types))], Region: regions[random.IntN(len(regions))]},
		{Type: mock.Throttled, Region: regions[random.IntN(len(regions))], Times: 1, RetryAfter: 20 * time.Millisecond},
		{Type: mock.Truncated, Region: regions[random.IntN(len(regions))], Times: 1, Rate: 0.2},
	}
}

// requireFollows checks the scopes that the run recorded as complete, with
// nothing held, no row refused and nothing missed, and returns how many they are.
func (s *stack) requireFollows(t *testing.T, deps activities.Deps, m *mock.Cloud, report workflows.Report, tick int64) (complete int) {
	t.Helper()
	scopes, err := s.store.RunScopes(t.Context(), report.RunID)
	require.NoError(t, err)
	require.Len(t, scopes, len(mock.DefaultRegions()), "every scope has its record")
	for _, recorded := range scopes {
		if recorded.Outcome != string(activities.OK) && recorded.Outcome != string(activities.Unchanged) {
			continue
		}
		if recorded.PagingSkips > 0 || strings.Contains(recorded.Reason, "the listing moved while it was read") {
			continue // the listing was short of some that exist, which are the next run's
		}
		complete++
		scope := scopeOf(report.Kind, recorded.Region)
		require.Equal(t, truth(t, deps, m, scope, tick), s.inventory(t, scope), "%s at tick %d", scope, tick)
	}
	return complete
}

// everything is the inventory of all scopes.
func (s *stack) everything(t *testing.T) map[resource.Scope]map[resource.UID]resource.Hash {
	t.Helper()
	all := map[resource.Scope]map[resource.UID]resource.Hash{}
	for _, kind := range []string{hostKind, diskKind} {
		for _, region := range mock.DefaultRegions() {
			all[scopeOf(kind, region)] = s.inventory(t, scopeOf(kind, region))
		}
	}
	return all
}

// requireExistingKept: what was stored before, and exists, is stored still.
func (s *stack) requireExistingKept(t *testing.T, deps activities.Deps, m *mock.Cloud, before map[resource.Scope]map[resource.UID]resource.Hash, tick int64) {
	t.Helper()
	for scope, held := range before {
		exist, now := truth(t, deps, m, scope, tick), s.inventory(t, scope)
		for uid := range held {
			if _, exists := exist[uid]; exists {
				require.True(t, has(now, uid), "%s of %s at tick %d", uid, scope, tick)
			}
		}
	}
}

// requireHistoryAddsUp: rows = additions − deletions, for each kind.
func (s *stack) requireHistoryAddsUp(t *testing.T) {
	t.Helper()
	for _, kind := range []string{hostKind, diskKind} {
		added := s.count(t, "SELECT COUNT(*) FROM resource_change WHERE kind = ? AND op = 'add'", kind)
		deleted := s.count(t, "SELECT COUNT(*) FROM resource_change WHERE kind = ? AND op = 'delete'", kind)
		require.Equal(t, s.count(t, "SELECT COUNT(*) FROM "+kind), added-deleted)
		require.Equal(t, added, s.count(t, "SELECT SUM(su_add) FROM sync_run WHERE kind = ?", kind))
		require.Equal(t, deleted, s.count(t, "SELECT SUM(su_del) FROM sync_run WHERE kind = ?", kind))
	}
	s.requireFigures(t)
}
