package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/workflows"
)

// deletions is a comparison of ten rows that finds n of them gone.
func deletions(n int64) activities.ComputeDiffOut {
	found := activities.ComputeDiffOut{CloudNum: 10 - n, ToDel: n}
	for i := range n {
		found.Deletions.Add(resource.Entry{UID: resource.UID{byte(i)}})
	}
	return found
}

func TestCandidatesThatExistAreReported(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.changed(1, deletions(3))
	b.skips = map[int64]int64{1: 2}
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.OK, report.Outcome)
	require.EqualValues(t, 2, report.PagingSkips)
	require.EqualValues(t, 1, report.SuDel)
	require.EqualValues(t, 2, b.scopeRecord(1).Stats.PagingSkips)
}

// With all candidates found to exist, there is nothing to delete.
func TestAllCandidatesExist(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.changed(1, deletions(3))
	b.skips = map[int64]int64{1: 3}
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.Unchanged, report.Outcome)
	require.Empty(t, b.applied)
}

func TestUnconfirmedDeletionsAreHeld(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.changed(1, deletions(2))
	b.confirm = denied()
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.Held, report.Outcome)
	require.EqualValues(t, 2, report.Held)
	require.Contains(t, report.Attention[0].Reason, "2 deletions could not be confirmed: list mock/demo/r2: denied")
	require.Empty(t, b.applied)
	require.Len(t, b.held, 1)
}

func TestSupersededConfirmationFailsTheScope(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	b.changed(1, deletions(2))
	b.confirm = temporal.NewNonRetryableApplicationError("superseded by a newer run", "Superseded", nil)
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, activities.Partial, report.Outcome)
	require.Empty(t, b.held)
}

func TestApprovedSetIsDeleted(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	found := deletions(9)
	b.changed(1, found)
	report, err := b.runInput(t, workflows.Input{Kind: kind, Approval: &workflows.Approval{
		Digests: []string{found.Deletions.String(), "5:unused"}, By: "alice", Note: "retired",
	}})
	require.NoError(t, err)
	require.Equal(t, activities.OK, report.Outcome)
	require.EqualValues(t, 9, report.SuDel)
	require.Equal(t, []string{found.Deletions.String()}, report.Approved)
	require.Equal(t, []string{"5:unused"}, report.UnusedApprovals)
	require.Equal(t, []string{"alice", "retired"}, []string{report.ApprovedBy, report.ApprovalNote})
	require.Equal(t, []string{"alice", "retired"}, []string{b.finalRecord().ApprovedBy, b.finalRecord().ApprovalNote})
	require.Equal(t, found.Deletions.String(), b.scopeRecord(1).HoldDigest)
	require.Empty(t, b.scopeRecord(2).HoldDigest)
}

// Rows that changed since the comparison are not deleted, and not passed over in
// silence.
func TestSkippedRowsAreReported(t *testing.T) {
	t.Parallel()
	for _, scopes := range []int{2, 250} { // alone, and in parts
		b := setup(t, scopes)
		b.changed(1, deletions(2))
		b.deleted = &store.Counts{Skipped: 2}
		report, err := b.run(t)
		require.NoError(t, err)
		require.Equal(t, activities.OK, report.Outcome)
		require.EqualValues(t, 2, report.Left)
		require.Contains(t, report.Attention[0].Reason, "changed since the comparison, left to the next run: 2")
		require.Contains(t, b.scopeRecord(1).Reason, "changed since the comparison, left to the next run: 2")
	}
}

// However many scopes fail before it, a held one is in the report, with the digest to
// decide about; and what is in it stays bounded.
func TestHeldScopesAreReportedFirst(t *testing.T) {
	t.Parallel()
	for _, scopes := range []int{60, 260} { // alone, and in parts
		b := setup(t, scopes)
		for id := range int64(scopes) {
			b.answers[id+1] = fetchAnswer{err: denied()}
		}
		want := map[string]bool{}
		for _, id := range []int64{30, 57, 58, 59} {
			found := deletions(9)
			found.Deletions.Add(resource.Entry{UID: resource.UID{0xff, byte(id)}})
			b.changed(id, found)
			want[found.Deletions.String()] = true
		}
		report, err := b.run(t)
		require.NoError(t, err)
		require.Len(t, report.Attention, 20)
		for _, scope := range report.Attention {
			delete(want, scope.HoldDigest)
		}
		require.Empty(t, want)
	}
}

// An approved set that fails on the way is in the report, and is no hold.
func TestApprovedSetThatFails(t *testing.T) {
	t.Parallel()
	for name, until := range map[string]diff.Op{"before": diff.Modify, "while deleting": diff.Delete} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 2)
			found := deletions(9)
			found.ToMod = 1
			b.changed(1, found)
			if until == diff.Modify {
				b.modErr = denied()
			} else {
				b.deleteErr = denied()
			}
			digest := found.Deletions.String()
			report, err := b.runInput(t, workflows.Input{Kind: kind, Approval: &workflows.Approval{Digests: []string{digest}, By: "alice"}})
			require.NoError(t, err)
			require.Equal(t, activities.Partial, report.Outcome)
			require.Empty(t, report.Attention[0].HoldDigest)
			if until == diff.Modify {
				require.Equal(t, []string{digest}, report.UnusedApprovals)
				require.Empty(t, b.finalRecord().ApprovedBy)
				require.Empty(t, b.scopeRecord(1).HoldDigest)
				return
			}
			require.Equal(t, []string{digest}, report.Approved)
			require.Equal(t, "alice", b.finalRecord().ApprovedBy)
			require.Equal(t, digest, b.scopeRecord(1).HoldDigest)
		})
	}
}

// An approval counts for the runs that begin before its end, also where the parts
// of a run begin later; of one that stayed behind in the schedule, nothing goes.
func TestApprovalEnds(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 7, 28, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		until   time.Time
		scopes  int
		outcome activities.Outcome
		expired time.Time
	}{
		"in time":           {start.Add(time.Minute), 2, activities.OK, time.Time{}},
		"in time, in parts": {start, 250, activities.OK, time.Time{}},
		"too late":          {start.Add(-time.Second), 2, activities.Held, start.Add(-time.Second)},
		"too late in parts": {start.Add(-time.Second), 250, activities.Held, start.Add(-time.Second)},
		"without an end":    {time.Time{}, 2, activities.OK, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, c.scopes)
			b.SetStartTime(start)
			found := deletions(9)
			b.changed(int64(c.scopes), found)
			b.SetOnChildWorkflowStartedListener(func(_ *workflow.Info, _ workflow.Context, args converter.EncodedValues) {
				var part workflows.Input
				require.NoError(t, args.Get(&part))
				require.Equal(t, c.outcome == activities.OK, part.Approval != nil)
				require.True(t, part.Approval == nil || part.Approval.Until.IsZero(), "a part begins whenever its turn comes")
			})
			report, err := b.runInput(t, workflows.Input{Kind: kind, Approval: &workflows.Approval{
				Digests: []string{found.Deletions.String()}, By: "alice", Until: c.until,
			}})
			require.NoError(t, err)
			require.Equal(t, c.outcome, report.Outcome)
			require.Equal(t, c.expired, report.ApprovalExpired)
			if c.outcome == activities.Held {
				require.Empty(t, b.applied)
				require.Empty(t, report.ApprovedBy)
				require.Empty(t, b.held[0].Approved)
			}
		})
	}
}

// An approval is for one set. Another one is held, and the difference told.
func TestApprovalOfAnotherSet(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.changed(1, deletions(9))
	b.mismatch = "the approved set has changed: 1 more would be deleted (i-1)"
	approved := deletions(8).Deletions.String()
	report, err := b.runInput(t, workflows.Input{Kind: kind, Approval: &workflows.Approval{Digests: []string{approved}, By: "alice", Note: "retired"}})
	require.NoError(t, err)
	require.Equal(t, activities.Held, report.Outcome)
	require.Zero(t, report.SuDel)
	require.Equal(t, "9 of 10 rows would be deleted, more than 30%; "+b.mismatch, report.Attention[0].Reason)
	require.Equal(t, []string{approved}, b.held[0].Approved)
	require.Equal(t, []string{approved}, report.UnusedApprovals)
	require.Empty(t, b.finalRecord().ApprovedBy+b.finalRecord().ApprovalNote, "nothing went by the approval")
}

// Many approvals and many holds fit a payload together.
func TestManyApprovalsOfOtherSets(t *testing.T) {
	t.Parallel()
	b := setup(t, 50)
	approval := &workflows.Approval{By: "alice"}
	for id := range int64(50) {
		b.changed(id+1, deletions(9))
	}
	for rows := range int64(200) {
		approval.Digests = append(approval.Digests, deletions(1000+rows).Deletions.String())
	}
	report, err := b.runInput(t, workflows.Input{Kind: kind, Approval: approval})
	require.NoError(t, err)
	require.Equal(t, activities.Held, report.Outcome)
	require.Zero(t, report.ScopesFailed)
	require.Len(t, b.held, 50)
	require.Equal(t, approval.Digests, b.held[49].Approved)
}

// What an operator approved is still asked for by id.
func TestApprovedDeletionsAreConfirmed(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	found := deletions(9)
	b.changed(1, found)
	b.confirm = denied()
	report, err := b.runInput(t, workflows.Input{Kind: kind, Approval: &workflows.Approval{Digests: []string{found.Deletions.String()}, By: "a"}})
	require.NoError(t, err)
	require.Equal(t, activities.Held, report.Outcome)
	require.Empty(t, report.Approved)
	require.Empty(t, b.finalRecord().ApprovedBy)
}

func TestPoliciesOfDeletions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy  diff.Policy
		gone    int64
		outcome activities.Outcome
		deleted int64
	}{
		"apply": {diff.Policy{MaxDeleteRatio: 0.3, MinRows: 10, Deletes: diff.Apply}, 1, activities.OK, 1},
		"hold":  {diff.Policy{MaxDeleteRatio: 0.3, MinRows: 10, Deletes: diff.Hold}, 1, activities.Held, 0},
		"never": {diff.Policy{MaxDeleteRatio: 0.3, MinRows: 10, Deletes: diff.Never}, 9, activities.OK, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 2)
			b.changed(1, deletions(c.gone))
			b.listed.AccountPolicies = []activities.AccountPolicy{{Provider: "mock", Account: "demo", Policy: c.policy}}
			report, err := b.run(t)
			require.NoError(t, err)
			require.Equal(t, c.outcome, report.Outcome)
			require.Equal(t, c.deleted, report.SuDel)
			require.Equal(t, c.gone, report.ToDel)
			if c.policy.Deletes == diff.Never {
				require.Equal(t, c.gone, report.Left)
				require.Contains(t, report.Attention[0].Reason, "deletes: never: 9")
				require.Contains(t, b.scopeRecord(1).Reason, "deletes: never: 9")
				require.Empty(t, b.finalRecord().Error, "as configured")
			}
		})
	}
}

// A plan goes as far as the comparison, and leaves only its report.
func TestPlanAppliesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, 250)
	b.changed(7, activities.ComputeDiffOut{CloudNum: 11, ToAdd: 1, ToDel: 1})
	b.changed(240, deletions(9))
	report, err := b.runInput(t, workflows.Input{Kind: kind, Plan: &workflows.Plan{}})
	require.NoError(t, err)
	require.EqualValues(t, 1, report.ToAdd)
	require.EqualValues(t, 10, report.ToDel)
	require.EqualValues(t, 9, report.Held)
	require.Zero(t, report.Changes())
	require.Len(t, report.Planned, 2)
	require.Empty(t, b.applied)
	require.Empty(t, b.held)
	require.Empty(t, b.records)
	require.Equal(t, 1, b.cleaned)
}

// gone is a comparison of a hundred rows that finds stood, which an earlier run holds,
// and fresh others gone.
func gone(stood, fresh int64) activities.ComputeDiffOut {
	found := activities.ComputeDiffOut{CloudNum: 100, ToAdd: 5, ToDel: stood + fresh}
	var held, since resource.Digest
	for i := range stood + fresh {
		entry := resource.Entry{UID: resource.UID{1, byte(i)}}
		found.Deletions.Add(entry)
		if i < stood {
			held.Add(entry)
		} else {
			since.Add(entry)
		}
	}
	if stood > 0 {
		found.Standing = &activities.StandingHold{
			Standing: diff.Standing{Rows: stood, Base: 100, Since: 3, Reason: "first reason"}, Digest: held, Fresh: since,
		}
	}
	return found
}

// What of the deletions goes on, what is held, and what is recorded of an approval:
// the table of judge.
func TestDeletionsAreDivided(t *testing.T) {
	t.Parallel()
	digest := func(d resource.Digest) string { return d.String() }
	many, few := gone(40, 2), gone(4, 2) // of a hundred
	for _, test := range []struct {
		name     string
		found    activities.ComputeDiffOut
		approved string
		goes     diff.Op // "" for nothing
		held     diff.Op
		rows     int64 // held
		credited bool
	}{
		{"policy holds all", many, "", "", diff.Candidates, 42, false},
		{"policy lets all go, what stood waits", few, "", diff.FreshCandidates, diff.HeldCandidates, 4, false},
		{"nothing stood, policy lets all go", gone(0, 2), "", diff.Candidates, "", 0, false},
		{"nothing stood, policy lets the approved set go", gone(0, 2), digest(gone(0, 2).Deletions), diff.Candidates, "", 0, true},
		{"all is approved", many, digest(many.Deletions), diff.Candidates, "", 0, true},
		{"what stood is approved, policy holds all", many, digest(many.Standing.Digest), "", diff.Candidates, 42, false},
		{"all is approved, policy lets it go", few, digest(few.Deletions), diff.Candidates, "", 0, true},
		{"what stood is approved, policy lets all go", few, digest(few.Standing.Digest), diff.Candidates, "", 0, true},
		{"another set is approved", many, digest(few.Deletions), "", diff.Candidates, 42, false},
		{"only what stood is gone, and approved", gone(40, 0), digest(gone(40, 0).Deletions), diff.Candidates, "", 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 1)
			b.changed(1, test.found)
			b.compare[1] = ofHundred(b.compare[1])
			in := workflows.Input{Kind: kind}
			if test.approved != "" {
				in.Approval = &workflows.Approval{Digests: []string{test.approved}, By: "alice"}
			}
			report, err := b.runInput(t, in)
			require.NoError(t, err)
			require.Equal(t, test.rows, report.Held)
			require.EqualValues(t, 5, report.SuAdd)
			var asked []diff.Op
			for _, confirmed := range b.asked {
				asked = append(asked, confirmed.Op)
				require.Equal(t, test.credited && test.held == "", confirmed.EndsHold)
			}
			require.Equal(t, test.goes != "", len(asked) == 1)
			if test.goes != "" {
				require.Equal(t, test.goes, asked[0])
			}
			require.Equal(t, test.held != "", len(b.held) == 1)
			if test.held != "" {
				require.Equal(t, test.held, b.held[0].Op)
				require.NotNil(t, b.held[0].Stands)
				require.Less(t, b.heldAt, b.addedAt, "what is held is kept before anything is added")
			}
			if test.credited {
				require.Equal(t, []string{test.approved}, report.Approved)
				require.Equal(t, "alice", report.ApprovedBy)
				require.Empty(t, report.UnusedApprovals)
			} else {
				require.Empty(t, report.Approved)
			}
		})
	}
}

func ofHundred(found activities.ComputeDiffOut) activities.ComputeDiffOut {
	found.DBNum = 100
	return found
}

// A set that joins a standing hold has the beginning of that hold, and its own reason.
func TestAHoldKeepsItsBeginning(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.changed(1, gone(40, 2))
	b.compare[1] = ofHundred(b.compare[1])
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, diff.Standing{Rows: 40, Base: 100, Since: 3, Reason: "42 of 100 rows would be deleted, more than 30%"}, *b.held[0].Stands)
	require.Contains(t, report.Attention[0].Reason, "42 of 100 rows would be deleted, more than 30%; 40 of them wait until they are approved or listed again, the first since run 3")
}

// replaced: hold keeps the additions of another fleet back; an approval lets both go.
func TestAdditionsOfAnotherFleetWait(t *testing.T) {
	t.Parallel()
	replaced := func() (*bundle, activities.ComputeDiffOut) {
		b := setup(t, 1)
		b.listed.Policy.Replaced = diff.ReplacedHold
		found := gone(0, 100)
		b.changed(1, found)
		b.compare[1] = ofHundred(b.compare[1])
		return b, found
	}
	b, _ := replaced()
	report, err := b.run(t)
	require.NoError(t, err)
	require.Equal(t, [3]int64{5, 0, 100}, [3]int64{report.ToAdd, report.SuAdd, report.Held})
	require.Contains(t, report.Attention[0].Reason, "another fleet answered")
	require.Contains(t, report.Attention[0].Reason, "the additions wait with them (replaced: hold): 5")

	b, found := replaced()
	report, err = b.runInput(t, workflows.Input{Kind: kind, Approval: &workflows.Approval{Digests: []string{found.Deletions.String()}}})
	require.NoError(t, err)
	require.Equal(t, [3]int64{5, 100, 0}, [3]int64{report.SuAdd, report.SuDel, report.Held})
}
