package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/history"
	"cloudsync/resource"
	"cloudsync/starter/execution"
	"cloudsync/starter/schedule"
	"cloudsync/store"
	"cloudsync/workflows"
)

const runID = "01a20757-1e56-7222-b4aa-9915773a1ec6"

func state(ago time.Duration, outcome string, stats activities.Stats) *execution.State {
	return &execution.State{
		Run: execution.Run{WorkflowID: "cloud-sync/x", RunID: runID}, StartedAt: noon.Add(-ago),
		Outcome: outcome, Figures: &execution.Figures{Stats: stats},
	}
}

// golden compares without the first line break of want.
func golden(t *testing.T, want, got string) {
	t.Helper()
	require.Equal(t, strings.TrimPrefix(want, "\n"), got)
	requireWidth(t, got)
}

func TestListText(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showSchedules([]schedule.Overview{
		{
			Kind: "resource_host", Every: 5 * time.Second, Next: noon.Add(2 * time.Second),
			Last: state(3*time.Second, "ok", activities.Stats{CloudNum: 1234, SuAdd: 12, SuMod: 3, SuDel: 1}),
		},
		{
			Kind: "resource_disk", Every: 90 * time.Second, Paused: true, Note: "cleaning up (ann)",
			Running: state(4*time.Second, execution.Running, activities.Stats{}),
			Last:    state(100*time.Second, "held", activities.Stats{CloudNum: 40, Held: 30}),
		},
		{
			Kind: "resource_database_cluster", Every: time.Hour, Next: noon.Add(20 * time.Minute),
			Last: &execution.State{Run: execution.Run{RunID: runID}, StartedAt: noon.Add(-time.Hour), Outcome: execution.Terminated},
		},
		{Kind: "resource_new", Every: time.Hour, Next: noon.Add(59 * time.Minute)},
	})
	golden(t, `
KIND           STATE   EVERY      LAST  OUTCOME     CLOUD  ADD  MOD  DEL    NEXT
resource_host  active     5s    3s ago  ok           1234  +12   ~3   -1   in 2s
resource_disk  PAUSED  1m30s  100s ago  HELD           40    ·    ·    ·       -
    paused: cleaning up (ann)
    a run is under way since 4s
    held: see `+"`starter show 01a20757-1e56-7222-b4aa-9915773a1ec6`"+`
…base_cluster  active     1h   60m ago  TERMINATED      -    -    -    -  in 20m
    terminated: see `+"`starter show 01a20757-1e56-7222-b4aa-9915773a1ec6`"+`
resource_new   active     1h         -  -               -    -    -    -  in 59m
`, b.stdout.String())
}

func TestRunsText(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showRuns([]store.Run{
		{ID: 1204, Kind: "resource_host", Outcome: "running", StartedAt: noon.Add(-2 * time.Second)},
		{
			ID: 1203, Kind: "resource_host", Outcome: "held", StartedAt: noon.Add(-7 * time.Second), TookMS: 840,
			Stats: store.Stats{SuAdd: 1, Held: 43}, Scopes: 3, ScopesHeld: 1,
			Error: "mock/prod/beijing held: 14 of 29 rows would be deleted, more than 30%",
		},
		{
			ID: 1202, Kind: "resource_disk", Outcome: "partial", StartedAt: noon.Add(-5 * time.Minute), TookMS: 12_300,
			Stats: store.Stats{SuAdd: 100, SuMod: 20, SuDel: 3}, Scopes: 12, ScopesFailed: 2,
			Error: strings.Repeat("mock/prod/shanghai failed: denied; ", 20),
		},
		{ID: 1201, Kind: "resource_host", Outcome: "unchanged", StartedAt: noon.Add(-3 * time.Hour), TookMS: 90, Scopes: 3},
	}, nil)
	golden(t, `
 RUN  KIND           OUTCOME    STARTED   TOOK   ADD  MOD  DEL  HELD  FAILED
1204  resource_host  running     2s ago      -     ·    ·    ·     ·       ·
1203  resource_host  HELD        7s ago  0.84s    +1    ·    ·    43       ·
    mock/prod/beijing held: 14 of 29 rows would be deleted, more than 30%
    to decide: starter show 1203
1202  resource_disk  PARTIAL     5m ago    12s  +100  ~20   -3     ·    2/12
    mock/prod/shanghai failed: denied; mock/prod/shanghai failed: denied;
    mock/prod/shanghai failed: denied; mock/prod/shanghai failed: denied;…
1201  resource_host  unchanged   3h ago  0.09s     ·    ·    ·     ·       ·
`, b.stdout.String())
}

func TestRunsTextWithLargeNumbersFits(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showRuns([]store.Run{{
		ID: 123456, Kind: "resource_load_balancer", Outcome: "unchanged", StartedAt: noon.Add(-100 * time.Second), TookMS: 400_000,
		Stats: store.Stats{SuAdd: 1_000_000, SuMod: 20_000, SuDel: 3000, Held: 300}, Scopes: 100,
	}}, nil)
	golden(t, `
   RUN  KIND        OUTCOME     STARTED   TOOK    ADD   MOD    DEL  HELD  FAILED
123456  …_balancer  unchanged  100s ago  6m40s  +1.0M  ~20k  -3000   300       ·
    to decide: starter show 123456
`, b.stdout.String())
}

func TestReportText(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showReport(workflows.Report{
		Kind: "resource_host", Outcome: activities.Held, TimeTook: 1.2345,
		Stats:  activities.Stats{CloudNum: 43, DBNum: 85, ToAdd: 1, ToMod: 2, ToDel: 43, SuAdd: 1, SuMod: 2, Held: 43, FailedRows: 2},
		Scopes: 3, ScopesFailed: 1, ScopesHeld: 1,
		Attention: []workflows.ScopeReport{
			{
				Place: "mock/prod/beijing", Outcome: activities.Held, Held: 43, FailedRows: 2,
				Reason:     "43 of 85 rows would be deleted, more than 30%",
				HoldDigest: "43:c03bb8cdbce483217c00687dad564fe504a9018bee0de5eb79e2356b9b783554",
			},
			{Place: "mock/prod/shanghai", Outcome: activities.Failed, Reason: "denied:\nthe credential may not list this"},
		},
	}, execution.Run{RunID: runID})
	golden(t, `
kind              resource_host
run               01a20757-1e56-7222-b4aa-9915773a1ec6
outcome           HELD
public.cloud.num  43
db.num            85
toAddNum          1
toModNum          2
toDelNum          43
suAddNum          1
suModNum          2
suDelNum          0
heldNum           43
failedRowNum      2
timeTook          1.234 s
scopes            3 (1 failed, 1 held)

SCOPE               OUTCOME  HELD  REFUSED
mock/prod/beijing   HELD       43        2
    43 of 85 rows would be deleted, more than 30%
    digest 43:c03bb8cdbce483217c00687dad564fe504a9018bee0de5eb79e2356b9b783554
mock/prod/shanghai  FAILED      ·        ·
    denied: the credential may not list this

the refused rows: starter show 01a20757-1e56-7222-b4aa-9915773a1ec6

Held deletions lose nothing: the rows stay, and additions and modifications were
applied. A plan lists the resources:
  starter plan resource_host --scope mock/prod/beijing
Look at the cloud first. If the resources exist there, find out why the listing
lacks them. If they are gone, approve exactly these sets:
  starter run resource_host \
  --approve 43:c03bb8cdbce483217c00687dad564fe504a9018bee0de5eb79e2356b9b783554
`, b.stdout.String())
}

func TestReportOfAnApprovalThatHadEnded(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showReport(workflows.Report{
		Kind: "resource_host", Outcome: activities.Unchanged, Scopes: 1, UnusedApprovals: []string{someDigest}, ApprovalExpired: noon,
	}, execution.Run{RunID: runID})
	require.Contains(t, b.stdout.String(), "the approval counted for nothing: it ended 2026-07-28 12:00:00 UTC")
	require.NotContains(t, b.stdout.String(), "no scope has this set")
}

// The digest of a set that was approved is no hold to decide about.
func TestShowAnApprovedSet(t *testing.T) {
	t.Parallel()
	b := newBench()
	r := history.Record{
		Run:    store.Run{ID: 1203, RunID: runID, Kind: "resource_host", Outcome: "ok", Stats: store.Stats{SuDel: 43}, Scopes: 1, ApprovedBy: "ann", ApprovalNote: "retired"},
		Scopes: []store.RunScope{{ScopeID: 1, Provider: "mock", Account: "prod", Region: "beijing", Outcome: "ok", Stats: store.Stats{SuDel: 43}, HoldDigest: someDigest}},
	}
	b.showRecord(r, showOptions{})
	require.Contains(t, b.stdout.String(), "approved "+someDigest)
	require.Regexp(t, `approved by +ann\napproval note +retired\n`, b.stdout.String())
	require.NotContains(t, b.stdout.String(), "--approve")
	view := r.View().ScopeRecords[0]
	require.Equal(t, someDigest, view.ApprovedDigest)
	require.Empty(t, view.HoldDigest)
}

// A report that lacks digests leads to the record, which has them all.
func TestReportWithoutAllDigests(t *testing.T) {
	t.Parallel()
	held := workflows.ScopeReport{Place: "mock/prod/beijing", Outcome: activities.Held, Held: 43, HoldDigest: someDigest}
	for name, c := range map[string]struct {
		attention []workflows.ScopeReport
		want      string
	}{
		"some": {[]workflows.ScopeReport{held}, `
lacks them. If they are gone, approve exactly these sets:
  starter run resource_host \
  --approve ` + someDigest + `
24 scopes more are held; all their digests are in the run's record:
  starter show ` + runID + "\n"},
		"none": {nil, `
listing lacks them. If they are gone, approve exactly these sets, as this lists
them:
  starter show ` + runID + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench()
			b.showReport(workflows.Report{
				Kind: "resource_host", Outcome: activities.Held, Stats: activities.Stats{Held: 430}, Scopes: 30, ScopesHeld: 25, Attention: c.attention,
			}, execution.Run{RunID: runID})
			require.Contains(t, b.stdout.String(), c.want)
			requireWidth(t, b.stdout.String())
		})
	}
}

func TestApprovalIsWrittenAsReportsDo(t *testing.T) {
	t.Parallel()
	b := newBench()
	typed := "0" + strings.ToUpper(someDigest)
	approval, err := b.approval([]string{typed, someDigest}, " the fleet\n was\tretired \xff")
	require.NoError(t, err)
	require.Equal(t, []string{someDigest}, approval.Digests)
	require.Equal(t, "the fleet was retired \ufffd", approval.Note)
}

func TestShowText(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showRecord(history.Record{
		Run: store.Run{
			ID: 1203, RunID: runID, WorkflowID: "cloud-sync/resource_host-2026-07-28T11:59:00Z", Kind: "resource_host",
			Outcome: "partial", StartedAt: noon.Add(-time.Minute), TookMS: 840,
			Stats:  store.Stats{CloudNum: 50, DBNum: 40, ToAdd: 12, SuAdd: 10, FailedRows: 2},
			Scopes: 4, ScopesFailed: 1, Error: "the same as below",
		},
		Scopes: []store.RunScope{
			{ScopeID: 1, Provider: "mock", Account: "prod", Region: "beijing", Outcome: "unchanged"},
			{ScopeID: 2, Provider: "mock", Account: "prod", Region: "shanghai", Outcome: "failed", Reason: "denied"},
			{
				ScopeID: 3, Provider: "mock", Account: "prod", Region: "guangzhou", Outcome: "partial",
				Stats: store.Stats{CloudNum: 50, DBNum: 40, SuAdd: 10, FailedRows: 2}, Reason: "2 rows could not be stored",
			},
			{ScopeID: 4, Provider: "mock", Account: "prod", Region: "tianjin", Outcome: "unchanged"},
		},
		Failures: []store.Failure{{ScopeID: 3, Phase: "list", NativeID: "i-7", Reason: "name: 300 characters, at most 255"}},
	}, showOptions{})
	golden(t, `
number            1203
kind              resource_host
run               01a20757-1e56-7222-b4aa-9915773a1ec6
workflow          cloud-sync/resource_host-2026-07-28T11:59:00Z
started           2026-07-28 11:59:00 UTC (60s ago)
outcome           PARTIAL
public.cloud.num  50
db.num            40
toAddNum          12
toModNum          0
toDelNum          0
suAddNum          10
suModNum          0
suDelNum          0
failedRowNum      2
timeTook          0.840 s
scopes            4 (1 failed)

SCOPE                OUTCOME  CLOUD  BEFORE  ADD  MOD  DEL  HELD  REFUSED
mock/prod/shanghai   FAILED       0       0    ·    ·    ·     ·        ·
    denied
mock/prod/guangzhou  PARTIAL     50      40  +10    ·    ·     ·        2
    2 rows could not be stored

2 scopes unchanged (--all lists them)

REFUSED ROW  SCOPE                AT
i-7          mock/prod/guangzhou  list
    name: 300 characters, at most 255
and 1 more: --failures 2, or table sync_row_failure

in Temporal, as long as it keeps the run:
  temporal workflow show \
    --workflow-id cloud-sync/resource_host-2026-07-28T11:59:00Z \
    --run-id 01a20757-1e56-7222-b4aa-9915773a1ec6
`, b.stdout.String())
}

func TestShowTextOfARunThatNeverReported(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showRun(store.Run{ID: 7, RunID: runID, Kind: "resource_host", WorkflowID: "w", Outcome: "running", StartedAt: noon.Add(-time.Hour)}, 0)
	golden(t, `
number    7
kind      resource_host
run       01a20757-1e56-7222-b4aa-9915773a1ec6
workflow  w
started   2026-07-28 11:00:00 UTC (60m ago)
outcome   running, or terminated from outside: Temporal knows
`, b.stdout.String())
}

// An account whose regions cannot be found has no scope to tell the reason.
func TestShowTextOfAnAccountWithoutScopes(t *testing.T) {
	t.Parallel()
	run := store.Run{ID: 7, RunID: runID, Kind: "resource_host", Outcome: "failed", Scopes: 2, ScopesFailed: 1, Error: "aws/prod/* failed: no credential"}
	for recorded, told := range map[int64]bool{1: true, 2: false} {
		b := newBench()
		b.showRun(run, recorded)
		require.Equal(t, told, strings.Contains(b.stdout.String(), "aws/prod/* failed: no credential"))
	}
}

func TestProgressText(t *testing.T) {
	t.Parallel()
	for text, progress := range map[string]workflows.Progress{
		"finding its scopes":          {},
		"0 of 1 scope done, +0 ~0 -0": {Scopes: 1},
		"2 of 3 scopes done, +1 ~2 -3, 4 held, 5 refused": {
			Scopes: 3, Done: 2, Stats: activities.Stats{SuAdd: 1, SuMod: 2, SuDel: 3, Held: 4, FailedRows: 5},
		},
	} {
		require.Equal(t, text, progressText(progress))
	}
}

func TestPlanText(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showPlan(workflows.Report{
		Kind: "resource_host", Outcome: activities.Held, Scopes: 2, ScopesHeld: 1,
		Stats: activities.Stats{ToAdd: 300, ToMod: 2, ToDel: 14, Held: 14},
		Planned: []activities.PlannedChange{
			{Op: diff.Delete, Place: "mock/prod/beijing", NativeID: "i-1"},
			{Op: diff.Modify, Place: "mock/prod/beijing", NativeID: "i-2", Fields: []resource.FieldChange{
				{Field: "status", Old: json.RawMessage(`"Running"`), New: json.RawMessage(`"Stopped"`)},
				{Field: "public_ips", Old: json.RawMessage(`null`), New: json.RawMessage(`["8.8.8.8"]`)},
			}},
			{Op: diff.Modify, Place: "mock/prod/shanghai", NativeID: "i-3"},
			{Op: diff.Add, Place: "mock/prod/shanghai", NativeID: "i-\x1b4"},
		},
		Attention: []workflows.ScopeReport{{
			Place: "mock/prod/beijing", Outcome: activities.Held, Reason: "14 of 29 rows would be deleted, more than 30%",
		}},
	})
	golden(t, `
mock/prod/beijing
  - i-1
  ~ i-2
      status: "Running" → "Stopped"
      public_ips: null → ["8.8.8.8"]
mock/prod/shanghai
  ~ i-3
      only its hash is rewritten
  + i-�4
  … and 312 more that are not shown

resource_host: 300 to add, 2 to modify, 14 to delete in 2 scopes; 14 deletions
would be held
mock/prod/beijing: held: 14 of 29 rows would be deleted, more than 30%
`, b.stdout.String())
}

// A plan beside a run says of which rows it was too late.
func TestPlanTextOfRowsThatChangedMeanwhile(t *testing.T) {
	t.Parallel()
	b := newBench()
	const place = "mock/prod/beijing"
	b.showPlan(workflows.Report{
		Kind: "resource_host", Outcome: activities.OK, Scopes: 1, Stats: activities.Stats{ToAdd: 1, ToMod: 2, ToDel: 3},
		Planned: []activities.PlannedChange{
			{Op: diff.Delete, Place: place, NativeID: "i-1", Meanwhile: activities.DeletedMeanwhile},
			{Op: diff.Delete, Place: place, UID: resource.UID{0xab}, Meanwhile: activities.DeletedMeanwhile},
			{Op: diff.Delete, Place: place, NativeID: "i-2", Meanwhile: activities.ChangedMeanwhile},
			{Op: diff.Modify, Place: place, NativeID: "i-3", Meanwhile: activities.ChangedMeanwhile},
			{Op: diff.Modify, Place: place, NativeID: "i-4"},
			{Op: diff.Add, Place: place, NativeID: "i-5", Meanwhile: activities.AddedMeanwhile},
		},
	})
	golden(t, `
mock/prod/beijing
  - i-1
      the row was deleted after the comparison: plan again
  - uid ab000000000000000000000000000000
      the row was deleted after the comparison: plan again
  - i-2
      the row was changed after the comparison: plan again
  ~ i-3
      the row was changed after the comparison: plan again
  ~ i-4
      only its hash is rewritten
  + i-5
      the row was added after the comparison: plan again

resource_host: 1 to add, 2 to modify, 3 to delete in 1 scope
`, b.stdout.String())
}

// Deletions that the configuration forbids are no change that a run would make.
func TestPlanTextOfDeletionsThatAreNeverMade(t *testing.T) {
	t.Parallel()
	b := newBench()
	report := workflows.Report{Kind: "resource_host", Outcome: activities.OK, Scopes: 1, Left: 3, Stats: activities.Stats{ToDel: 3}}
	b.showPlan(report)
	require.Contains(t, b.stdout.String(), "0 to add, 0 to modify, 3 to delete in 1 scope; 3 not deleted:\ndeletes: never\n")
	require.NoError(t, planResult(report))
	report.ToAdd = 1
	require.ErrorIs(t, planResult(report), changesError{})
}

func TestPlanTextOfAnUnknownScope(t *testing.T) {
	t.Parallel()
	b := newBench()
	report := workflows.Report{Kind: "resource_host", Outcome: activities.Failed, Error: `no configured scope "a/b/c": the scopes are mock/prod/beijing`}
	b.showPlan(report)
	golden(t, report.Error+"\n", b.stdout.String())
}

func TestPlanTextWithoutChanges(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showPlan(workflows.Report{Kind: "resource_host", Outcome: activities.Unchanged, Scopes: 1})
	golden(t, "\nresource_host: nothing to change in 1 scope\n", b.stdout.String())
}
