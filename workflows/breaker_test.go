package workflows_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"cloudsync/activities"
	"cloudsync/cloud"
)

func refused(class cloud.Class) error {
	return temporal.NewNonRetryableApplicationError("the cloud says no", string(class), nil)
}

func accountRefused(class cloud.Class) error {
	return temporal.NewNonRetryableApplicationError("the cloud says no", string(class), nil, activities.Refusal{OfAccount: true})
}

// A run gives up an account whose own keys, role or identity are refused. What a region
// refuses counts for that region alone, and the other accounts go on.
func TestRefusedAccounts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		failures map[int64]error // of 6 scopes, one after the other; 5 and 6 are of another account
		asked    []int64
		reason   string // of scope 4
	}{
		"a credential that is no account's": {
			failures: map[int64]error{1: accountRefused(cloud.InvalidCredential)},
			asked:    []int64{1, 5, 6},
			reason:   "skipped: the account was refused at mock/demo/r1: the cloud says no",
		},
		"a role that may not be assumed": {
			failures: map[int64]error{1: accountRefused(cloud.Denied)},
			asked:    []int64{1, 5, 6},
			reason:   "skipped: the account was refused at mock/demo/r1: the cloud says no",
		},
		"one worker of several, after a region was listed": {
			failures: map[int64]error{2: accountRefused(cloud.InvalidCredential)},
			asked:    []int64{1, 2, 3, 4, 5, 6},
		},
		"an identity that cannot be asked for": {
			failures: map[int64]error{1: accountRefused(cloud.Unavailable)},
			asked:    []int64{1, 2, 3, 4, 5, 6},
		},
		"a region that takes no credential": {
			failures: map[int64]error{1: refused(cloud.InvalidCredential)},
			asked:    []int64{1, 2, 3, 4, 5, 6},
		},
		"regions that are denied": {
			failures: map[int64]error{1: refused(cloud.Denied), 2: refused(cloud.Denied), 3: refused(cloud.Denied)},
			asked:    []int64{1, 2, 3, 4, 5, 6},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 6)
			b.listed.MaxParallel = 1
			b.large = true
			b.accounts = map[int64]string{5: "other", 6: "other"}
			asked := b.fetching(func(id int64) error { return test.failures[id] })
			report, err := b.run(t)
			require.NoError(t, err)
			require.Equal(t, activities.Partial, report.Outcome)
			require.Equal(t, test.asked, asked())
			require.Equal(t, test.reason, b.scopeRecord(4).Reason)
			require.EqualValues(t, len(test.failures)+6-len(test.asked), report.ScopesFailed)
			require.EqualValues(t, 6, report.Scopes)
		})
	}
}

// fetching answers listings with what answer says, and notes which were asked for.
func (b *bundle) fetching(answer func(id int64) error) (asked func() []int64) {
	var mu sync.Mutex
	var ids []int64
	b.fetch = func(_ context.Context, in activities.ScopeIn) (activities.FetchCloudOut, error) {
		mu.Lock()
		ids = append(ids, in.Scope.ID)
		mu.Unlock()
		return activities.FetchCloudOut{Unchanged: true, Listed: 10}, answer(in.Scope.ID)
	}
	return func() []int64 {
		mu.Lock()
		defer mu.Unlock()
		return slices.Sorted(slices.Values(ids))
	}
}

// While a sibling's answer is outstanding, no scope is skipped. Scopes that wait for it
// keep nobody from working: the wait ends here with the other account's scope, whose
// turn comes after theirs.
func TestScopesWaitForTheAnswerOfASibling(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		second error
		asked  []int64
		failed int64
	}{
		"which is listed":    {second: nil, asked: []int64{1, 2, 3, 4, 5, 6}, failed: 1},
		"which is refused":   {second: accountRefused(cloud.InvalidCredential), asked: []int64{1, 2, 5, 6}, failed: 4},
		"where nobody is":    {second: refused(cloud.Unavailable), asked: []int64{1, 2, 5, 6}, failed: 4},
		"a region's refusal": {second: refused(cloud.InvalidCredential), asked: []int64{1, 2, 3, 4, 5, 6}, failed: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 6)
			b.listed.MaxParallel = 3
			b.large = true
			b.accounts = map[int64]string{5: "other", 6: "other"}
			others := make(chan struct{})
			asked := b.fetching(func(id int64) error {
				switch id {
				case 1:
					return accountRefused(cloud.InvalidCredential)
				case 2:
					<-others
					return test.second
				case 6:
					close(others)
				}
				return nil
			})
			report, err := b.run(t)
			require.NoError(t, err)
			require.Equal(t, test.asked, asked())
			require.Equal(t, test.failed, report.ScopesFailed)
		})
	}
}

// Once a sibling is listed, scopes that waited for its answer have their turn: they do not
// wait until it is done, which may take long.
func TestScopesDoNotWaitUntilASiblingIsDone(t *testing.T) {
	t.Parallel()
	b := setup(t, 3)
	b.listed.MaxParallel = 2
	b.large = true
	begun, refused, others := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var once sync.Once
	b.SetOnActivityCompletedListener(func(info *activity.Info, _ converter.EncodedValue, _ error) {
		if info.ActivityType.Name == "FetchCloud" {
			once.Do(func() { close(refused) })
		}
	})
	b.fetch = func(_ context.Context, in activities.ScopeIn) (activities.FetchCloudOut, error) {
		switch in.Scope.ID {
		case 1:
			<-begun
			return activities.FetchCloudOut{}, accountRefused(cloud.InvalidCredential)
		case 2:
			close(begun)
			<-refused
			return activities.FetchCloudOut{Listed: 10}, nil
		default:
			close(others)
			return activities.FetchCloudOut{Unchanged: true, Listed: 10}, nil
		}
	}
	b.comparing = func(int64) { <-others }
	report, err := b.run(t)
	require.NoError(t, err)
	require.EqualValues(t, 1, report.ScopesFailed)
}

// A part of a large account that was listed speaks for its other parts: if a worker with
// other keys is refused in one of them, those after it are asked all the same.
func TestAPartThatIsListedSpeaksForItsAccount(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		refusedFrom, refusedTo int64
		failed                 int64
		asked                  int
	}{
		"listed, refused, asked":  {refusedFrom: 201, refusedTo: 400, failed: 200, asked: 1200},
		"refused, and not asked":  {refusedFrom: 1, refusedTo: 200, failed: 1200, asked: 50},
		"listed to the last part": {refusedFrom: 1001, refusedTo: 1200, failed: 200, asked: 1200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 1200)
			b.listed.MaxParallel = 1
			asked := b.fetching(func(id int64) error {
				if id >= test.refusedFrom && id <= test.refusedTo {
					return accountRefused(cloud.InvalidCredential)
				}
				return nil
			})
			report, err := b.run(t)
			if test.failed == 1200 {
				require.ErrorContains(t, err, "the cloud says no")
			} else {
				require.NoError(t, err)
				require.Equal(t, test.failed, report.ScopesFailed)
			}
			require.Len(t, asked(), test.asked)
		})
	}
}
