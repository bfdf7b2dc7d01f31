package e2e

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud/fake"
)

// A zone of Google Cloud is out of reach: its lists are answered without what is there, and say
// so. The zone's region is incomplete, and keeps what it has; the other is synced.
func TestAZoneOutOfReachDeletesNothing(t *testing.T) {
	t.Parallel()
	r := newRealStack(t, realClouds[slices.IndexFunc(realClouds, func(of realCloud) bool { return of.provider == "google" })])
	// Disks are joined with the list of hosts, which may serve the next run of hosts, too.
	for _, kind := range []string{diskKind, hostKind} {
		report := r.runKind(t, kind, 0)
		require.Equal(t, activities.Stats{CloudNum: allHosts, ToAdd: allHosts, SuAdd: allHosts}, report.Stats)
	}
	r.region(0, 0, func(region *fake.Region) { region.Unreachable = []string{region.Name + "-a"} })
	r.region(0, 1, func(region *fake.Region) { r.addHost(region, 10_000) })
	for _, kind := range []string{hostKind, diskKind} {
		report := r.runKind(t, kind, 3)
		require.Equal(t, activities.Partial, report.Outcome)
		require.EqualValues(t, 1, report.ScopesFailed)
		require.Equal(t, "google/one/"+r.regions[0], report.Attention[0].Place)
		require.Contains(t, report.Attention[0].Reason, "incomplete: the list has not all: zones/"+r.regions[0]+"-a")
		require.EqualValues(t, 1, report.SuAdd)
		require.Zero(t, report.ToDel+report.SuDel)
		require.EqualValues(t, allHosts+1, r.count(t, "SELECT COUNT(*) FROM "+kind))
	}
	r.region(0, 0, func(region *fake.Region) { region.Unreachable = nil })
	for _, kind := range []string{hostKind, diskKind} {
		require.Equal(t, activities.Unchanged, r.runKind(t, kind, 0).Outcome)
	}
}
