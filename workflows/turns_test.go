package workflows_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/workflows"
)

// The listings of an account of many scopes do not end before those of 50 other accounts
// have: with turns in the order of the scopes, they would have all of them, for ever.
func TestASlowAccountKeepsNoOtherFromItsTurn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ slow, quick int64 }{
		"in one execution": {slow: 500, quick: 50}, "among children": {slow: 1500, quick: 50},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 0)
			b.listed.MaxParallel = 8
			b.large = true
			b.accounts = map[int64]string{}
			for id := range test.slow {
				b.list("slow", id+1)
				b.accounts[id+1] = "slow"
			}
			for i := range test.quick {
				id, account := test.slow+i+1, fmt.Sprint("quick-", i)
				b.list(account, id)
				b.accounts[id] = account
			}
			var mu sync.Mutex
			left := test.quick
			quickAreDone := make(chan struct{})
			b.fetch = func(ctx context.Context, in activities.ScopeIn) (activities.FetchCloudOut, error) {
				if in.Scope.Account == "slow" {
					select {
					case <-quickAreDone:
					case <-ctx.Done():
					}
					return activities.FetchCloudOut{Unchanged: true}, ctx.Err()
				}
				mu.Lock()
				defer mu.Unlock()
				if left--; left == 0 {
					close(quickAreDone)
				}
				return activities.FetchCloudOut{Unchanged: true}, nil
			}
			report, err := b.run(t)
			require.NoError(t, err)
			require.Equal(t, test.slow+test.quick, report.Scopes)
			require.Zero(t, report.ScopesFailed)
		})
	}
}

// A bundle has scopes of one account, and no more of them, or of their rows, than an
// activity is to have. A large scope is alone.
func TestBundlesAreOfOneAccount(t *testing.T) {
	t.Parallel()
	b := setup(t, 0)
	b.accounts = map[int64]string{}
	for id := int64(1); id <= 130; id++ { // accounts take turns in the order of the ids
		account := []string{"one", "two"}[id%2]
		b.accounts[id] = account
	}
	for _, account := range []string{"one", "two"} {
		for id := int64(1); id <= 130; id++ {
			if b.accounts[id] == account {
				b.list(account, id)
			}
		}
	}
	b.empty = map[int64]bool{}
	for id := int64(1); id <= 60; id++ {
		b.empty[id] = true
	}
	var mu sync.Mutex
	sizes := map[string][]int{}
	b.bundled = func(scopes []activities.ScopeIn) {
		mu.Lock()
		defer mu.Unlock()
		for _, scope := range scopes {
			require.Equal(t, scopes[0].Scope.Account, scope.Scope.Account)
		}
		sizes[scopes[0].Scope.Account] = append(sizes[scopes[0].Scope.Account], len(scopes))
	}
	_, err := b.run(t)
	require.NoError(t, err)
	// 30 scopes of an account have nothing stored: twenty of them are as many rows as a
	// bundle has.
	for _, account := range []string{"one", "two"} {
		require.ElementsMatch(t, []int{20, 45}, sizes[account])
	}
}

// Large scopes among small ones, as the regions of an account are, make no more bundles of
// the small ones.
func TestLargeScopesAreAlone(t *testing.T) {
	t.Parallel()
	b := setup(t, 9)
	b.larger = map[int64]bool{2: true, 4: true, 6: true, 8: true}
	var mu sync.Mutex
	var sizes []int
	b.bundled = func(scopes []activities.ScopeIn) {
		mu.Lock()
		defer mu.Unlock()
		sizes = append(sizes, len(scopes))
	}
	_, err := b.run(t)
	require.NoError(t, err)
	require.ElementsMatch(t, []int{5, 1, 1, 1, 1}, sizes)
}

// The parts of a run are about as large as each other, and as many as keep all that may be
// at work busy to the end. A small account is in one part.
func TestPartsAreOfOneSize(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		accounts, scopes int // of each account
		parts, largest   int
	}{
		"many small accounts":   {accounts: 100, scopes: 20, parts: 16, largest: 140},
		"accounts of one scope": {accounts: 1601, scopes: 1, parts: 16, largest: 101},
		"one large account":     {accounts: 1, scopes: 1200, parts: 8, largest: 150},
		"a few large accounts":  {accounts: 3, scopes: 400, parts: 9, largest: 134},
		"little more than one":  {accounts: 15, scopes: 115, parts: 15, largest: 115},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, 0)
			b.listed.MaxParallel = 8
			b.accounts = map[int64]string{}
			for i := range test.accounts * test.scopes {
				id, account := int64(i+1), fmt.Sprint("account-", i/test.scopes)
				b.accounts[id] = account
				b.list(account, id)
			}
			b.fetching(func(int64) error { return nil })
			var mu sync.Mutex
			seen := map[int64]bool{}
			parts, largest := 0, 0
			b.SetOnChildWorkflowStartedListener(func(_ *workflow.Info, _ workflow.Context, args converter.EncodedValues) {
				var in workflows.Input
				require.NoError(t, args.Get(&in))
				mu.Lock()
				defer mu.Unlock()
				parts++
				largest = max(largest, len(in.Part.ScopeIDs))
				for _, id := range in.Part.ScopeIDs {
					require.False(t, seen[id])
					seen[id] = true
				}
			})
			report, err := b.run(t)
			require.NoError(t, err)
			require.EqualValues(t, test.accounts*test.scopes, report.Scopes)
			require.Len(t, seen, test.accounts*test.scopes)
			require.Equal(t, test.parts, parts)
			require.Equal(t, test.largest, largest)
		})
	}
}

// Beside a slow account that has several children, few small accounts have most of the turns:
// they would have an eighth of them if they were all in one child.
func TestFewQuickAccountsHaveMostTurnsBesideASlowOne(t *testing.T) {
	t.Parallel()
	const slow, quick, atOnce = 1000, 50, 7
	b := setup(t, 0)
	b.listed.MaxParallel = 8
	b.accounts = map[int64]string{}
	for id := int64(1); id <= slow+quick; id++ {
		b.accounts[id] = "slow"
		if id > slow {
			b.accounts[id] = fmt.Sprint("quick-", id)
		}
		b.list(b.accounts[id], id)
	}
	var mu sync.Mutex
	begun := 0
	enough := make(chan struct{})
	b.fetch = func(ctx context.Context, in activities.ScopeIn) (activities.FetchCloudOut, error) {
		if in.Scope.Account == "slow" {
			return activities.FetchCloudOut{Unchanged: true}, nil
		}
		mu.Lock()
		if begun++; begun == atOnce {
			close(enough)
		}
		mu.Unlock()
		select { // until so many are being listed side by side
		case <-enough:
		case <-ctx.Done():
		}
		return activities.FetchCloudOut{Unchanged: true}, ctx.Err()
	}
	report, err := b.run(t)
	require.NoError(t, err)
	require.EqualValues(t, slow+quick, report.Scopes)
	require.Zero(t, report.ScopesFailed)
}
