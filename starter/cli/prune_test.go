package cli

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/starter/execution"
	"cloudsync/starter/schedule"
	"cloudsync/workflows"
)

var orphanPlan = activities.PlanPruneOut{
	Orphans: []activities.OrphanScope{
		{
			Kind: "resource_host", Place: "mock/old/beijing", Rows: 1200, Why: "no account mock/old is configured",
			Sample: []activities.OrphanRow{{NativeID: "i-1", UpdatedAt: noon}, {NativeID: "i-2", UpdatedAt: noon.Add(-48 * time.Hour)}},
		},
		{Kind: "resource_disk", Place: "mock/prod/shanghai", Rows: 3, Why: "account mock/prod does not have the region"},
	},
	Refused: []activities.RefusedScope{{Kind: "resource_host", Place: "mock/prod/beijing", Why: "the configuration has it"}},
}

func TestPrunePlanText(t *testing.T) {
	t.Parallel()
	b := newBench()
	plan := orphanPlan
	plan.Refused = nil
	b.showPrunePlan(plan, pruneOptions{})
	golden(t, `
KIND           ORPHAN SCOPE        ROWS
resource_host  mock/old/beijing    1200
    no account mock/old is configured
    i-1 (written 2026-07-28), i-2 (written 2026-07-26), and 1198 more
resource_disk  mock/prod/shanghai     3
    account mock/prod does not have the region

1203 rows to delete in 2 scopes; each row's image goes to the history
nothing is deleted without --scope, such as
  starter prune --scope mock/old/beijing
`, b.stdout.String())
}

func TestPrunePlanTextOfPlaces(t *testing.T) {
	t.Parallel()
	b := newBench()
	plan := orphanPlan
	plan.Orphans, plan.More = plan.Orphans[1:], 7
	b.showPrunePlan(plan, pruneOptions{PrunePlanInput: workflows.PrunePlanInput{Only: []string{"mock/prod/*"}}})
	golden(t, `
KIND           ORPHAN SCOPE        ROWS
resource_disk  mock/prod/shanghai     3
    account mock/prod does not have the region
not pruned: resource_host mock/prod/beijing: the configuration has it
7 scopes more that are not shown and not pruned: prune again afterwards

3 rows to delete in 1 scope; each row's image goes to the history
nothing is deleted: add --yes
`, b.stdout.String())
}

func TestPrunedText(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showPruned([]workflows.PruneReport{{
		Kind: "resource_host", RunID: runID, Outcome: activities.Partial, Deleted: 1200, TimeTook: 2.5,
		Scopes: []workflows.PrunedScope{
			{Place: "mock/old/beijing", Outcome: activities.Pruned, Rows: 1200, Deleted: 1200},
			{Place: "mock/old/shanghai", Outcome: activities.Failed, Rows: 3, Reason: "its rows are no longer those of the plan: it has 4"},
		},
	}})
	golden(t, `

kind      resource_host
run       01a20757-1e56-7222-b4aa-9915773a1ec6
outcome   PARTIAL
deleted   1200 rows
timeTook  2.500 s
mock/old/shanghai failed: its rows are no longer those of the plan: it has 4
see it with
  starter show 01a20757-1e56-7222-b4aa-9915773a1ec6
put the rows back with
  starter restore --run 01a20757-1e56-7222-b4aa-9915773a1ec6
`, b.stdout.String())
}

func TestPruneOfScopesWithoutOrphans(t *testing.T) {
	t.Parallel()
	b := newBench()
	err := b.nothingToPrune(pruneView{}, pruneOptions{PrunePlanInput: workflows.PrunePlanInput{Only: []string{"mock/old/*", "mock/a/b"}}})
	require.EqualError(t, err, "no orphan rows in mock/old/*, mock/a/b: `starter prune` without --scope lists what there is")
}

func TestPruneInputsAreOneAKind(t *testing.T) {
	t.Parallel()
	b := newBench()
	plan := activities.PlanPruneOut{Orphans: []activities.OrphanScope{
		{Kind: "resource_host", ID: 1, Digest: "a"}, {Kind: "resource_disk", ID: 2, Digest: "b"}, {Kind: "resource_host", ID: 3, Digest: "c"},
	}}
	inputs := b.pruneInputs(plan)
	require.Len(t, inputs, 2)
	require.Equal(t, []activities.PruneScope{{ID: 1, Digest: "a"}, {ID: 3, Digest: "c"}}, inputs[0].Scopes)
	require.NotEmpty(t, inputs[0].By)
}

func TestPruneExitsWithTheWorstOutcome(t *testing.T) {
	t.Parallel()
	report := func(outcome activities.Outcome) workflows.PruneReport { return workflows.PruneReport{Outcome: outcome} }
	for _, test := range []struct {
		reports []workflows.PruneReport
		status  int
	}{
		{nil, 2},
		{[]workflows.PruneReport{report(activities.Pruned)}, 0},
		{[]workflows.PruneReport{report(activities.Pruned), report(activities.Partial)}, 3},
		{[]workflows.PruneReport{report(activities.Pruned), report(activities.Failed)}, 3},
		{[]workflows.PruneReport{report(activities.Failed)}, 5},
	} {
		b := newBench()
		require.Equal(t, test.status, b.status(pruneResult(test.reports)), test.reports)
	}
}

func TestListShowsOrphans(t *testing.T) {
	t.Parallel()
	b := newBench()
	last := state(3*time.Second, "ok", activities.Stats{CloudNum: 7})
	last.Orphans = activities.Orphans{OrphanScopes: 3, OrphanRows: 120}
	b.showSchedules([]schedule.Overview{{Kind: "resource_host", Every: time.Minute, Last: last}})
	golden(t, `
KIND           STATE   EVERY    LAST  OUTCOME  CLOUD  ADD  MOD  DEL  NEXT
resource_host  active     1m  3s ago  ok           7    ·    ·    ·     -
    orphans: 120 rows in 3 scopes that the configuration no longer has: see
    `+"`starter prune`"+`
`, b.stdout.String())
}

func TestReportShowsOrphans(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showReport(workflows.Report{
		Kind: "resource_host", Outcome: activities.OK, Orphans: activities.Orphans{OrphanScopes: 1, OrphanRows: 1},
	}, execution.Run{RunID: runID})
	require.Contains(t, b.stdout.String(), "orphans           1 row in 1 scope that the configuration no longer has: see\n")
	requireWidth(t, b.stdout.String())
}
