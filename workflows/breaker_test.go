package workflows_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"cloudsync/activities"
	"cloudsync/cloud"
)

func refused(class cloud.Class) error {
	return temporal.NewNonRetryableApplicationError("the cloud says no", string(class), nil)
}

// A run asks an account no more that the cloud refuses; the other accounts go on.
func TestRefusedAccounts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		failures map[int64]error // of 6 scopes, one after the other; 5 and 6 are of another account
		asked    []int64
		reason   string // of scope 4
	}{
		"an invalid credential": {
			failures: map[int64]error{1: refused(cloud.InvalidCredential)},
			asked:    []int64{1, 5, 6},
			reason:   "skipped: the account was refused at mock/demo/r1: the cloud says no",
		},
		"two regions that are denied": {
			failures: map[int64]error{1: refused(cloud.Denied), 2: refused(cloud.Denied), 3: refused(cloud.Denied)},
			asked:    []int64{1, 2, 3, 5, 6},
			reason:   "skipped: the account was refused at mock/demo/r2: the cloud says no",
		},
		"one region that is denied": {
			failures: map[int64]error{1: refused(cloud.Denied)},
			asked:    []int64{1, 2, 3, 4, 5, 6},
		},
		"regions that are denied beside one that is listed": {
			failures: map[int64]error{2: refused(cloud.Denied), 3: refused(cloud.Denied)},
			asked:    []int64{1, 2, 3, 4, 5, 6},
		},
		"other failures": {
			failures: map[int64]error{1: refused(cloud.BadAnswer), 2: refused(cloud.Unavailable), 3: refused(cloud.RegionDisabled)},
			asked:    []int64{1, 2, 3, 4, 5, 6},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 6)
			b.listed.MaxParallel = 1
			b.empty = map[int64]bool{1: true, 4: true}
			b.accounts = map[int64]string{5: "other", 6: "other"}
			var mu sync.Mutex
			var asked []int64
			b.fetch = func(_ context.Context, in activities.ScopeIn) (activities.FetchCloudOut, error) {
				mu.Lock()
				defer mu.Unlock()
				asked = append(asked, in.Scope.ID)
				return activities.FetchCloudOut{Unchanged: true, Listed: 10}, test.failures[in.Scope.ID]
			}
			report, err := b.run(t)
			require.NoError(t, err)
			require.Equal(t, activities.Partial, report.Outcome)
			slices.Sort(asked)
			require.Equal(t, test.asked, asked)
			require.Equal(t, test.reason, b.scopeRecord(4).Reason)
			require.EqualValues(t, len(test.failures)+6-len(test.asked), report.ScopesFailed)
			require.EqualValues(t, 6, report.Scopes)
		})
	}
}
