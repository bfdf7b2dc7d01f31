package e2e

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud/fake"
	"cloudsync/workflows"
)

// What is created at the front of a listing by offsets repeats a row and raises the
// total; what is deleted hides one. From the fake cloud to the tables, with a worker and
// Temporal: no run fails of it, and nothing that exists is deleted.
func TestCloudsThatMoveWhileTheyAreListed(t *testing.T) {
	t.Parallel()
	moving := map[string][]string{ // kinds that are paged by offsets, numbers, or markers beside a total
		"tencent": {hostKind, diskKind, "resource_database", "resource_load_balancer"},
		"huawei":  {hostKind, diskKind, "resource_database"},
		"alibaba": {"resource_load_balancer"},
	}
	for _, of := range realClouds {
		kinds, moves := moving[of.provider]
		if !moves {
			continue
		}
		t.Run(of.provider, func(t *testing.T) {
			t.Parallel()
			r := newRealStack(t, of)
			for n := range 250 { // three pages of each
				r.region(0, 0, func(region *fake.Region) { r.addServices(region, 30_000+n) })
			}
			_, status := r.starter(t, r.config, "apply")
			require.Zero(t, status)
			for _, kind := range kinds {
				r.requireMovesBorne(t, kind)
			}
		})
	}
}

func (r *realStack) requireMovesBorne(t *testing.T, kind string) {
	t.Helper()
	loaded := r.runKind(t, kind, 0)
	require.Equal(t, activities.OK, loaded.Outcome)
	for range 3 {
		report := r.runMoving(t, kind, r.createFirst(kind))
		require.Equal(t, report.ToAdd, report.SuAdd)
		require.Equal(t, activities.OK, report.Outcome)
		require.NotZero(t, report.SuAdd, "what came is on the first page, which is read again")
		require.Zero(t, report.ToMod+report.ToDel+report.FailedRows+report.Held)
	}
	r.runKind(t, kind, 0)
	for range 2 {
		report := r.runMoving(t, kind, deleteFirst(kind))
		require.Contains(t, []activities.Outcome{activities.OK, activities.Unchanged}, report.Outcome)
		require.Zero(t, report.ToAdd+report.ToMod+report.FailedRows+report.Held)
		r.requireDeletedAreGone(t, kind)
	}
	r.runKind(t, kind, 0)
	r.requireDeletedAreGone(t, kind)
	require.ElementsMatch(t, r.idsOf(kind), r.strings(t, "SELECT native_id FROM "+kind), kind)
	require.Equal(t, activities.Unchanged, r.runKind(t, kind, 0).Outcome)
}

// runMoving is a run in which a region moves before each page but the first.
func (r *realStack) runMoving(t *testing.T, kind string, move func(*fake.Region)) workflows.Report {
	t.Helper()
	r.cloud.Break(fake.Fault{Account: r.accounts[0], Region: r.regions[0], Cursor: true, Moves: move})
	report := r.runKind(t, kind, 0)
	require.NotZero(t, r.cloud.Struck(), "the listing has several pages")
	r.cloud.Mend()
	return report
}

// created counts what is created, so that each has an id of its own.
var created atomic.Int64

// createFirst creates one of the kind, and lists it first. A host has no disk yet: its
// size would come with the next run, if its disk was not in the list of disks.
func (r *realStack) createFirst(kind string) func(*fake.Region) {
	return func(region *fake.Region) {
		n := 40_000 + int(created.Add(1))
		switch kind {
		case hostKind, diskKind:
			disks := region.Disks
			r.addHost(region, n)
			if kind == hostKind {
				region.Disks = disks
			}
		default:
			r.addServices(region, n)
		}
		region.Hosts, region.Disks = lastFirst(region.Hosts), lastFirst(region.Disks)
		region.Databases, region.LoadBalancers = lastFirst(region.Databases), lastFirst(region.LoadBalancers)
	}
}

func lastFirst[T any](list []T) []T {
	last := len(list) - 1
	return append([]T{list[last]}, list[:last]...)
}

// deleteFirst deletes one of the kind, which was listed first.
func deleteFirst(kind string) func(*fake.Region) {
	return func(region *fake.Region) {
		switch kind {
		case hostKind:
			region.Hosts = region.Hosts[1:]
		case diskKind:
			region.Disks = region.Disks[1:]
		case "resource_database":
			region.Databases = region.Databases[1:]
		default:
			region.LoadBalancers = region.LoadBalancers[1:]
		}
	}
}

// requireDeletedAreGone looks whether the history has a deletion of what exists.
func (r *realStack) requireDeletedAreGone(t *testing.T, kind string) {
	t.Helper()
	there := r.idsOf(kind)
	for _, id := range r.strings(t, "SELECT native_id FROM resource_change WHERE op = 'delete' AND kind = ?", kind) {
		require.False(t, slices.Contains(there, id), "%s exists", id)
	}
}

// idsOf are those of what the cloud has of a kind, in all accounts and regions.
func (r *realStack) idsOf(kind string) (ids []string) {
	r.cloud.Update(func(accounts []*fake.Account) {
		for _, account := range accounts {
			for _, region := range account.Regions {
				ids = append(ids, idsIn(region, kind)...)
			}
		}
	})
	return ids
}

func idsIn(region *fake.Region, kind string) (ids []string) {
	switch kind {
	case hostKind:
		for _, host := range region.Hosts {
			ids = append(ids, host.ID)
		}
	case diskKind:
		for _, disk := range region.Disks {
			ids = append(ids, disk.ID)
		}
	case "resource_database":
		for _, database := range region.Databases {
			ids = append(ids, database.ID)
		}
	default:
		for _, balancer := range region.LoadBalancers {
			ids = append(ids, balancer.ID)
		}
	}
	return ids
}

func (s *stack) strings(t *testing.T, query string, args ...any) (all []string) {
	t.Helper()
	rows, err := s.sql.QueryContext(t.Context(), query, args...)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var one string
		require.NoError(t, rows.Scan(&one))
		all = append(all, one)
	}
	require.NoError(t, rows.Err())
	return all
}
