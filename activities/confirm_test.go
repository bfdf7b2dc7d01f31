package activities_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/resource"
	"cloudsync/store/storetest"
)

// gone is a run whose listing lacks hosts from–9 of ten.
func gone(t *testing.T, from int) (*bundle, activities.ComputeDiffOut) {
	t.Helper()
	b := setup(t)
	b.cloud.set(hosts(0, 10))
	b.sync(t, "first")
	b.cloud.set(hosts(0, from))
	b.begin(t, "second")
	found := b.compare(t, b.fetch(t))
	require.EqualValues(t, 10-from, found.ToDel)
	return b, found
}

// What a listing lacks and a look-up finds is not deleted (offset paging skips).
func TestExistingCandidateIsNotDeleted(t *testing.T) {
	t.Parallel()
	b, found := gone(t, 3)
	b.cloud.hidden = []string{"i-0004", "i-0009"}
	absent, err := execute(t, attempt{}, b.ConfirmAbsent, activities.ConfirmAbsentIn{ApplyIn: b.applyIn(found.Writer)})
	require.NoError(t, err)
	require.EqualValues(t, 5, absent.Absent)
	require.EqualValues(t, 2, absent.PagingSkips)
	for _, ids := range b.cloud.lookups {
		require.LessOrEqual(t, len(ids), b.cloud.LookupLimit(kind))
	}

	counts, err := execute(t, attempt{}, b.BatchDelete, b.applyIn(absent.Writer))
	require.NoError(t, err)
	require.EqualValues(t, 5, counts.Applied)
	b.requireInventory(t, append(hosts(0, 3), hosts(4, 5)[0], hosts(9, 10)[0])...)
}

// A row whose id was edited by hand says nothing about its own resource, which the
// listing may have skipped.
func TestCandidateWithAnEditedIDIsNotDeleted(t *testing.T) {
	t.Parallel()
	b, found := gone(t, 8)
	_, err := storetest.Connect(t, b.dsn).Exec("UPDATE resource_host SET native_id = 'i-typo' WHERE native_id = 'i-0009'")
	require.NoError(t, err)
	b.cloud.hidden = []string{"i-0009"}
	absent, err := execute(t, attempt{}, b.ConfirmAbsent, activities.ConfirmAbsentIn{ApplyIn: b.applyIn(found.Writer)})
	require.NoError(t, err)
	require.Equal(t, [2]int64{1, 1}, [2]int64{absent.Absent, absent.PagingSkips})
	counts, err := execute(t, attempt{}, b.BatchDelete, b.applyIn(absent.Writer))
	require.NoError(t, err)
	require.EqualValues(t, 1, counts.Applied)
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE native_id = 'i-typo'"))
}

// An id that comes back in another spelling would make its resource absent.
func TestLookupThatAnswersWithOtherIDsConfirmsNothing(t *testing.T) {
	t.Parallel()
	b, found := gone(t, 8)
	b.accounts(cloud.Account{Account: resource.Account{Provider: "mock", Name: "demo"}, Client: shouting{b.cloud}})
	b.cloud.hidden = []string{"i-0008", "i-0009"}
	_, err := execute(t, attempt{}, b.ConfirmAbsent, activities.ConfirmAbsentIn{ApplyIn: b.applyIn(found.Writer)})
	requireFailure(t, err, "bad_answer", false)
}

// shouting is a cloud that does not mind the case of ids.
type shouting struct{ *fakeCloud }

func (c shouting) Lookup(ctx context.Context, scope resource.Scope, ids []string) ([]string, error) {
	found, err := c.fakeCloud.Lookup(ctx, scope, ids)
	for i := range found {
		found[i] = strings.ToUpper(found[i])
	}
	return found, err
}

func TestDeniedLookupConfirmsNothing(t *testing.T) {
	t.Parallel()
	b, found := gone(t, 8)
	b.cloud.lookupErr = func(int) error { return &cloud.Error{Class: cloud.Denied} }
	_, err := execute(t, attempt{}, b.ConfirmAbsent, activities.ConfirmAbsentIn{ApplyIn: b.applyIn(found.Writer)})
	requireFailure(t, err, "denied", false)
	b.requireInventory(t, hosts(0, 10)...)
}

func TestThrottledLookupIsWaitedFor(t *testing.T) {
	t.Parallel()
	b, found := gone(t, 3)
	b.cloud.lookupErr = func(nth int) error {
		if nth == 2 {
			return &cloud.Error{Class: cloud.Throttled, RetryAfter: time.Millisecond}
		}
		return nil
	}
	absent, err := execute(t, attempt{}, b.ConfirmAbsent, activities.ConfirmAbsentIn{ApplyIn: b.applyIn(found.Writer)})
	require.NoError(t, err)
	require.EqualValues(t, 7, absent.Absent)
	require.Len(t, b.cloud.lookups, 4, "three chunks, one of them twice")
}

func TestConfirmationOfASupersededRun(t *testing.T) {
	t.Parallel()
	b, found := gone(t, 8)
	old := *b
	b.begin(t, "third")
	_, err := execute(t, attempt{}, old.ConfirmAbsent, activities.ConfirmAbsentIn{ApplyIn: old.applyIn(found.Writer)})
	requireFailure(t, err, "Superseded", false)
}

func TestHeldSetIsKeptOnceAndCompared(t *testing.T) {
	t.Parallel()
	b, found := gone(t, 3)
	keep := func(approved ...string) string {
		out, err := execute(t, attempt{}, b.KeepHold, activities.KeepHoldIn{
			ScopeIn: b.scopeIn(), Writer: found.Writer, Digest: found.Deletions, Approved: approved,
		})
		require.NoError(t, err)
		return out.Mismatch
	}
	require.Empty(t, keep())
	require.Empty(t, keep(), "kept once")
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_hold"))
	before := found.Deletions.String()

	b.cloud.set(hosts(0, 2), hosts(3, 4)) // i-0003 came back, i-0002 went
	b.begin(t, "third")
	found = b.compare(t, b.fetch(t))
	require.Equal(t, "the approved set has changed: 1 more would be deleted (i-0002), 1 no longer would (i-0003)", keep("0:00", before))
	require.Empty(t, keep("0:00"), "a digest of another scope says nothing here")
	require.Empty(t, keep(found.Deletions.String()), "the approved set itself, held since it could not be confirmed")
	require.Empty(t, keep(before, found.Deletions.String()))
}

func TestPlanIsDescribedWithinItsBytes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 10))
	b.sync(t, "first")
	listed := append(hosts(2, 10), hosts(20, 22)...)
	renamed(listed[0])
	b.cloud.set(listed)
	plan, err := execute(t, attempt{}, b.ListScopes, activities.ListScopesIn{Kind: kind, RunID: "p", Plan: true, Only: []string{"mock/demo/beijing"}})
	require.NoError(t, err)
	b.run = plan.Run
	fence := b.count(t, "SELECT fence FROM sync_scope")
	b.load(t)
	require.Equal(t, fence, b.count(t, "SELECT fence FROM sync_scope"), "a plan claims nothing")
	found := b.compare(t, b.fetch(t))

	describe := func(maxBytes int) []activities.PlannedChange {
		out, err := execute(t, attempt{}, b.DescribePlan, activities.DescribePlanIn{ScopeIn: b.scopeIn(), Writer: found.Writer, MaxBytes: maxBytes})
		require.NoError(t, err)
		return out.Changes
	}
	all := describe(10_000)
	require.Len(t, all, 5)
	for i, op := range []string{"delete", "delete", "modify", "add", "add"} {
		require.EqualValues(t, op, all[i].Op)
		require.NotEmpty(t, all[i].NativeID)
	}
	require.Equal(t, "name", all[2].Fields[0].Field)
	require.Less(t, len(describe(250)), 5)
	require.Zero(t, b.count(t, "SELECT COUNT(*) FROM sync_run WHERE run_id LIKE '%p'"), "no record")

	_, err = execute(t, attempt{}, b.ListScopes, activities.ListScopesIn{Kind: kind, RunID: "p", Plan: true, Only: []string{"mock/demo/nowhere"}})
	require.ErrorContains(t, err, `no configured scope "mock/demo/nowhere": the scopes are mock/demo/beijing`)
	requireFailure(t, err, "BadInput", false)
}
