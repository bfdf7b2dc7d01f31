package e2e

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/resource"
)

// faultsOfABundle make each scope of a bundle end otherwise: r1 is denied, r2 throttled
// twice for longer than an attempt waits, r3 lists an odd row, r4 lost all of its rows.
var faultsOfABundle = []mock.Fault{
	{Type: mock.Denied, Region: "r1"},
	{Type: mock.Throttled, Region: "r2", Call: "list", Times: 2, RetryAfter: 6 * time.Second},
	{Type: mock.Poisoned, Region: "r3"},
	{Type: mock.Empty, Region: "r4"},
}

// counted is a cloud that counts the calls of List, by region.
type counted struct {
	cloud.Provider
	mu    sync.Mutex
	calls map[string]int
}

func (c *counted) List(ctx context.Context, scope resource.Scope, cursor string) (cloud.Page, error) {
	c.mu.Lock()
	c.calls[scope.Region]++
	c.mu.Unlock()
	return c.Provider.List(ctx, scope, cursor)
}

// A bundle is one activity, and each of its scopes has a verdict of its own. What is done
// is not done again while a neighbour is tried again.
func TestEachScopeOfABundleHasItsVerdict(t *testing.T) {
	t.Parallel()
	var regions []string
	for i := range 6 {
		regions = append(regions, fmt.Sprintf("r%d", i))
	}
	settings := mock.DefaultSettings()
	settings.Hosts = mock.ExactHosts(60)
	simulated := mock.New(settings, regions)
	watched := &counted{Provider: simulated, calls: map[string]int{}}
	s := newStack(t)
	deps := s.deps(simulated)
	deps.Accounts = cloud.Accounts{account("demo", watched)}
	s.startWorker(t, deps)
	s.sync(t, hostKind)
	simulated.SetFaults(faultsOfABundle)
	watched.calls = map[string]int{}

	run := s.start(t, hostKind)
	report := s.report(t, run)
	require.Equal(t, activities.Held, report.Outcome)
	outcomes := map[string]string{}
	scopes, err := s.store.RunScopes(t.Context(), run.GetRunID())
	require.NoError(t, err)
	for _, scope := range scopes {
		outcomes[scope.Region] = scope.Outcome
	}
	require.Equal(t, map[string]string{
		"r0": "unchanged", "r1": "failed", "r2": "unchanged", "r3": "partial", "r4": "held", "r5": "unchanged",
	}, outcomes)
	require.Equal(t, map[string]int{"r0": 1, "r1": 1, "r2": 3, "r3": 1, "r4": 1, "r5": 1}, watched.calls)
	require.EqualValues(t, 60, s.count(t, "SELECT COUNT(*) FROM resource_host"))
	require.Equal(t, map[string]int{"ListScopes": 1, "LoadLocalHashes": 1, "FetchCloud": 1, "ComputeDiff": 1, "KeepHold": 1, "RecordRun": 1, "CleanStaging": 1},
		s.activitiesOf(t, run.GetID(), run.GetRunID()))
}

// activitiesOf is how many activities of each name a run has.
func (s *stack) activitiesOf(t *testing.T, workflowID, runID string) map[string]int {
	t.Helper()
	names := map[string]int{}
	for _, event := range s.events(t, workflowID, runID) {
		if scheduled := event.GetActivityTaskScheduledEventAttributes(); scheduled != nil {
			names[scheduled.GetActivityType().GetName()]++
		}
	}
	return names
}
