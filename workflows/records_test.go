package workflows_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/workflows"
)

// Thousands of unchanged scopes are recorded by few activities: one of each child, and
// the run's own.
func TestUnchangedScopesTakeFewRecords(t *testing.T) {
	t.Parallel()
	for scopes, want := range map[int]int{1: 1, 150: 1, 1000: 1, 1001: 6 + 1, 2000: 12 + 1} {
		t.Run(fmt.Sprint(scopes), func(t *testing.T) {
			t.Parallel()
			b := setup(t, scopes)
			report, err := b.run(t)
			require.NoError(t, err)
			require.EqualValues(t, scopes, report.Scopes)
			require.Len(t, b.records, want)
			recorded := map[int64]int64{}
			for _, in := range b.records {
				require.Empty(t, in.Scopes)
				for i, scope := range in.Unchanged {
					recorded[scope.ID] = scope.Rows
					require.True(t, i == 0 || in.Unchanged[i-1].ID < scope.ID, "by id")
				}
			}
			require.Len(t, recorded, scopes)
			for _, rows := range recorded {
				require.EqualValues(t, 10, rows)
			}
		})
	}
}

// What is to be said of a scope is said, also where it is unchanged.
func TestUnchangedScopesWithMoreToSay(t *testing.T) {
	t.Parallel()
	b := setup(t, 5)
	b.changed(2, activities.ComputeDiffOut{CloudNum: 11, ToAdd: 1})
	b.changed(3, activities.ComputeDiffOut{CloudNum: 10, Moved: "the listing moved"})
	b.answers[4] = fetchAnswer{out: activities.FetchCloudOut{Unchanged: true, Listed: 12}}
	b.answers[5] = fetchAnswer{err: denied()}
	_, err := b.run(t)
	require.NoError(t, err)
	require.Len(t, b.records, 1)
	require.Equal(t, activities.UnchangedScopes{{ID: 1, Rows: 10}}, b.records[0].Unchanged)
	require.Len(t, b.records[0].Scopes, 4)
	require.Equal(t, activities.Unchanged, b.scopeRecord(3).Outcome)
	require.Equal(t, "the listing moved", b.scopeRecord(3).Reason)
	require.EqualValues(t, 12, b.scopeRecord(4).Stats.CloudNum, "rows that the cloud lists twice")
}

// Every payload stays small, whatever is recorded together.
func TestRecordsFitTheirPayloads(t *testing.T) {
	t.Parallel()
	for name, changed := range map[string]int{"few": 10, "half": 200, "most": 390} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 0)
			const first, scopes = 4_000_000_000, 400
			for i := range int64(scopes) {
				id := first + 2*i
				b.list("demo", id)
				b.answers[id] = fetchAnswer{out: activities.FetchCloudOut{Unchanged: true, Listed: 10}}
				if i < int64(changed) {
					b.answers[id] = fetchAnswer{err: temporal.NewNonRetryableApplicationError(strings.Repeat("<", 5000), "denied", nil)}
				}
			}
			_, err := b.run(t)
			require.NoError(t, err)
			recorded := 0
			for _, in := range b.records {
				encoded, err := json.Marshal(in)
				require.NoError(t, err)
				require.Less(t, len(encoded), 64<<10)
				recorded += len(in.Scopes) + len(in.Unchanged)
			}
			require.Equal(t, scopes, recorded)
			require.Len(t, b.records, (20*changed+scopes-changed+1999)/2000, "an unchanged scope takes a twentieth")
		})
	}
}

// Where scopes cannot be recorded, the others and the run still are.
func TestRecordsThatFailKeepNoOthers(t *testing.T) {
	t.Parallel()
	b := setup(t, 250)
	for id := range int64(250) {
		b.answers[id+1] = fetchAnswer{err: denied()}
	}
	b.recordErr = temporal.NewNonRetryableApplicationError("the table is gone", "Misconfigured", nil)
	b.ExecuteWorkflow(workflows.CloudSyncWorkflow, workflows.Input{Kind: kind})
	require.ErrorContains(t, b.GetWorkflowError(), "the table is gone")
	require.Len(t, b.records, 3)
	require.Len(t, b.records[2].Scopes, 50)
	require.NotNil(t, b.records[2].Final)
}

// A child that cannot record its scopes fails, and its scopes with it. The others stand.
func TestAChildThatCannotRecord(t *testing.T) {
	t.Parallel()
	b := setup(t, 1050)
	b.listed.MaxParallel = 8
	gone := temporal.NewNonRetryableApplicationError("the table is gone", "Misconfigured", nil)
	b.refuses = func(in activities.RecordRunIn) error {
		if len(in.Unchanged) > 0 && in.Unchanged[0].ID == 1 {
			return gone
		}
		return nil
	}
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.Partial, report.Outcome)
	require.EqualValues(t, 1050, report.Scopes)
	require.EqualValues(t, 132, report.ScopesFailed, "an eighth of them")
	require.Equal(t, "part 1", report.Attention[0].Place)
	require.Contains(t, report.Attention[0].Reason, "the table is gone")
	require.Equal(t, 1, b.cleaned)
}

// A child is told of its own accounts alone: of all, the payload could be too large.
func TestAChildKnowsItsOwnAccounts(t *testing.T) {
	t.Parallel()
	b := setup(t, 0)
	b.listed.MaxParallel = 8
	b.accounts = map[int64]string{}
	for id := int64(1); id <= 450; id++ {
		account := fmt.Sprint("account-", id)
		b.accounts[id] = account
		b.list(account, id)
		b.listed.AccountPolicies = append(b.listed.AccountPolicies, activities.AccountPolicy{Provider: "mock", Account: account})
	}
	b.fetching(func(int64) error { return nil })
	var mu sync.Mutex
	told := map[string]bool{}
	b.SetOnChildWorkflowStartedListener(func(_ *workflow.Info, _ workflow.Context, args converter.EncodedValues) {
		var in workflows.Input
		require.NoError(t, args.Get(&in))
		mu.Lock()
		defer mu.Unlock()
		require.Len(t, in.Part.AccountPolicies, len(in.Part.ScopeIDs))
		for _, policy := range in.Part.AccountPolicies {
			require.False(t, told[policy.Account])
			told[policy.Account] = true
		}
	})
	_, err := b.run(t)
	require.NoError(t, err)
	require.Len(t, told, 450)
}

// A child knows why deletions were approved, and no end: it begins when its turn comes.
func TestAChildKnowsWhyAnApprovalWasGiven(t *testing.T) {
	t.Parallel()
	b := setup(t, 1050)
	b.listed.MaxParallel = 8
	b.changed(1, deletions(9))
	approval := workflows.Approval{Digests: []string{deletions(9).Deletions.String()}, By: "alice", Note: "retired", Until: b.Now().Add(time.Hour)}
	var mu sync.Mutex
	var told []workflows.Approval
	b.SetOnChildWorkflowStartedListener(func(_ *workflow.Info, _ workflow.Context, args converter.EncodedValues) {
		var in workflows.Input
		require.NoError(t, args.Get(&in))
		mu.Lock()
		defer mu.Unlock()
		told = append(told, *in.Approval)
	})
	report, err := b.runInput(t, workflows.Input{Kind: kind, Approval: &approval})
	require.NoError(t, err)
	require.Len(t, told, 8)
	for _, one := range told {
		require.Equal(t, workflows.Approval{Digests: approval.Digests, By: "alice", Note: "retired"}, one)
	}
	require.EqualValues(t, 9, report.SuDel)
	require.Equal(t, "retired", b.finalRecord().ApprovalNote)
}
