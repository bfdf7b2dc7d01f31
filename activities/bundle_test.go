package activities_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/resource"
)

// manyRegions is an account of several regions, whose listings do what the test says.
type manyRegions struct {
	fakeCloud
	list func(region string) error
	mu   sync.Mutex
	seen map[string]int
}

func (m *manyRegions) List(_ context.Context, scope resource.Scope, _ string) (cloud.Page, error) {
	m.mu.Lock()
	m.seen[scope.Region]++
	m.mu.Unlock()
	return cloud.Page{}, m.list(scope.Region)
}

// setupRegions begins a run of a bundle of regions r0, r1 and so on.
func setupRegions(t *testing.T, n int, list func(region string) error) (b *bundle, account *manyRegions, in activities.Bundle[activities.ScopeIn]) {
	t.Helper()
	b = setup(t)
	account = &manyRegions{list: list, seen: map[string]int{}}
	for i := range n {
		account.regions = append(account.regions, fmt.Sprintf("r%d", i))
	}
	b.accounts(cloud.Account{Account: resource.Account{Provider: "mock", Name: "demo"}, Client: account})
	listed, err := execute(t, attempt{}, b.ListScopes, listIn("run-2"))
	require.NoError(t, err)
	local, err := execute(t, attempt{}, b.LoadLocalHashes, activities.LoadLocalHashesIn{Kind: kind, Run: listed.Run, ScopeIDs: scopeIDs(listed)})
	require.NoError(t, err)
	in = activities.Bundle[activities.ScopeIn]{Kind: kind, Run: listed.Run}
	for _, scope := range local.Scopes {
		in.Scopes = append(in.Scopes, activities.ScopeIn{Scope: scope})
	}
	return b, account, in
}

func failsWith(class cloud.Class, wait time.Duration) error {
	return &cloud.Error{Class: class, Doing: "list", RetryAfter: wait, Err: errors.New("no")}
}

// A scope that is to be tried again fails the attempt once the others are done, for as
// long as the cloud asks. The next attempt does what is left.
func TestABundleIsTriedAgainForWhatIsLeft(t *testing.T) {
	t.Parallel()
	waiting := true
	b, account, in := setupRegions(t, 6, func(region string) error {
		switch {
		case region == "r1":
			return failsWith(cloud.Denied, 0)
		case region == "r2" && waiting:
			return failsWith(cloud.Throttled, time.Minute)
		case region == "r4" && waiting:
			return failsWith(cloud.Unavailable, 0)
		}
		return nil
	})
	var first beats
	_, err := execute(t, attempt{beats: &first}, b.Activities.FetchCloud, in)
	failure := failureOf(t, err, string(cloud.Throttled), true)
	require.Equal(t, time.Minute, failure.NextRetryDelay())
	require.Contains(t, failure.Message(), "2 of 6 scopes are left, such as mock/demo/r2: list: throttled: no")

	waiting = false
	account.seen = map[string]int{}
	out, err := execute(t, attempt{number: 2, resume: first.checkpoint(t)}, b.Activities.FetchCloud, in)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"r2": 1, "r4": 1}, account.seen)
	require.Len(t, out.Scopes, 6)
	for i, result := range out.Scopes {
		if in.Scopes[i].Scope.Region == "r1" {
			require.Equal(t, string(cloud.Denied), result.Failure.Type)
			continue
		}
		require.Nil(t, result.Failure)
		require.True(t, result.Out.Unchanged)
	}
}

// After the last attempt the scope is failed, and the others stand.
func TestTheLastAttemptFailsTheScopeAlone(t *testing.T) {
	t.Parallel()
	b, _, in := setupRegions(t, 3, func(region string) error {
		if region == "r1" {
			return failsWith(cloud.Throttled, time.Minute)
		}
		return nil
	})
	out, err := execute(t, attempt{number: 5}, b.Activities.FetchCloud, in)
	require.NoError(t, err)
	for i, result := range out.Scopes {
		require.Equal(t, in.Scopes[i].Scope.Region == "r1", result.Failure != nil)
	}
}

// A panic in one scope is that scope's failure, and ends no worker.
func TestAPanicIsTheScopesOwn(t *testing.T) {
	t.Parallel()
	b, _, in := setupRegions(t, 3, func(region string) error {
		if region == "r1" {
			panic("a fault of the program")
		}
		return nil
	})
	out, err := execute(t, attempt{}, b.Activities.FetchCloud, in)
	require.NoError(t, err)
	for i, result := range out.Scopes {
		if in.Scopes[i].Scope.Region != "r1" {
			require.Nil(t, result.Failure)
			continue
		}
		require.Equal(t, string(activities.PanicType), result.Failure.Type)
		require.Contains(t, result.Failure.Text, "a fault of the program")
	}
}

// Once an account is refused for its own keys, and no region of it was listed, the
// regions that were not asked yet are not asked.
func TestARefusedAccountIsAskedForFewRegions(t *testing.T) {
	t.Parallel()
	refusal := func() error {
		return &cloud.Error{Class: cloud.InvalidCredential, Doing: "enter mock/demo", OfAccount: true, Err: errors.New("no such key")}
	}
	listed := make(chan struct{})
	for name, test := range map[string]struct {
		list  func(region string) error
		asked int
	}{
		"by its keys": {func(string) error { return refusal() }, 3},
		"by an identity that cannot be asked for": {func(string) error {
			return &cloud.Error{Class: cloud.Unavailable, Doing: "enter mock/demo", OfAccount: true, Err: errors.New("away")}
		}, 20},
		"by a region": {func(string) error { return failsWith(cloud.Denied, 0) }, 20},
		"by keys that another has right": {func(region string) error {
			switch region {
			case "r0", "r1":
				<-listed
				return refusal()
			case "r10":
				close(listed)
			}
			return nil
		}, 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, account, in := setupRegions(t, 20, test.list)
			out, err := execute(t, attempt{number: 5}, b.Activities.FetchCloud, in)
			require.NoError(t, err)
			if test.asked == 20 {
				require.Len(t, account.seen, 20)
				return
			}
			require.LessOrEqual(t, len(account.seen), test.asked)
			last := out.Scopes[19].Failure
			require.Regexp(t, `^skipped: the account was refused at mock/demo/r\d+: .*no such key`, last.Text)
			require.True(t, activities.IsOfAccount(last.Err()))
		})
	}
}

// What a bundle's results take in a history stays small, whatever they are.
func TestResultsOfABundleFitAPayload(t *testing.T) {
	t.Parallel()
	var all activities.Results[activities.ComputeDiffOut]
	for range 50 {
		all.Scopes = append(all.Scopes, activities.Result[activities.ComputeDiffOut]{Failure: &activities.Failure{
			Type: string(cloud.Unavailable), Text: string(make([]byte, 300)), Refusal: activities.Refusal{OfAccount: true},
		}})
	}
	encoded, err := json.Marshal(all)
	require.NoError(t, err)
	require.Less(t, len(encoded), 128<<10, "even of bytes that JSON escapes")
}

func TestFailuresAreErrors(t *testing.T) {
	t.Parallel()
	require.NoError(t, (*activities.Failure)(nil).Err())
	var application *temporal.ApplicationError
	require.ErrorAs(t, (&activities.Failure{Type: string(activities.SupersededType), Text: "late"}).Err(), &application)
	require.True(t, application.NonRetryable())
	require.True(t, activities.IsSuperseded(application))
	require.False(t, activities.IsOfAccount(application))
}

func TestIDsAsRanges(t *testing.T) {
	t.Parallel()
	for text, ids := range map[string]activities.IDs{
		`""`: {}, `"7"`: {7}, `"1-3"`: {1, 2, 3}, `"9,1-2,4"`: {9, 1, 2, 4}, `"5,4"`: {5, 4},
	} {
		encoded, err := json.Marshal(ids)
		require.NoError(t, err)
		require.Equal(t, text, string(encoded))
		var decoded activities.IDs
		require.NoError(t, json.Unmarshal(encoded, &decoded))
		require.Equal(t, ids, decoded)
	}
	for _, text := range []string{`"x"`, `"3-1"`, `"1-"`, `"1,,2"`, `"1-99999999999"`, `7`} {
		require.Error(t, json.Unmarshal([]byte(text), new(activities.IDs)), text)
	}
}

// A worker that stops ends the listings that it has begun, and begins no other.
func TestAStoppingWorkerBeginsNoOtherScope(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	var once sync.Once
	b, account, in := setupRegions(t, 20, func(string) error {
		once.Do(func() { close(stop) })
		return nil
	})
	var first beats
	_, err := execute(t, attempt{stop: stop, beats: &first}, b.Activities.FetchCloud, in)
	require.ErrorContains(t, err, "the worker is stopping")
	listed := len(account.seen)
	require.Less(t, listed, 20)

	out, err := execute(t, attempt{number: 2, resume: first.checkpoint(t)}, b.Activities.FetchCloud, in)
	require.NoError(t, err)
	require.Len(t, out.Scopes, 20)
	for region, calls := range account.seen {
		require.Equal(t, 1, calls, region)
	}
}
