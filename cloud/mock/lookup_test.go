package mock_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/resource"
)

func TestLookupFindsWhatExists(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		m := mock.New(mock.DefaultSettings(), nil)
		scope := resource.Scope{Kind: kind, Region: "beijing"}
		m.SetTick(50)
		var ids []string
		for _, row := range m.Snapshot(scope, 50) {
			ids = append(ids, row.RowMeta().NativeID)
		}
		require.NotEmpty(t, ids)

		existing, err := m.Lookup(t.Context(), scope, append([]string{"i-0", "d-0-1", "nonsense", ""}, ids...))
		require.NoError(t, err)
		require.ElementsMatch(t, ids, existing)

		m.SetTick(5000)
		existing, err = m.Lookup(t.Context(), scope, ids)
		require.NoError(t, err)
		if slices.Contains(networks, kind) {
			require.ElementsMatch(t, ids, existing)
		} else {
			require.Empty(t, existing, "hundreds of lives later")
		}

		elsewhere := resource.Scope{Kind: kind, Region: "shanghai"}
		m.SetTick(50)
		existing, err = m.Lookup(t.Context(), elsewhere, ids)
		require.NoError(t, err)
		require.Empty(t, existing, "a resource exists in its own region")
	}
}

func TestLookupFails(t *testing.T) {
	t.Parallel()
	settings := mock.DefaultSettings()
	settings.Faults = []mock.Fault{{Type: mock.Denied, Call: "lookup"}}
	m := mock.New(settings, nil)
	scope := resource.Scope{Kind: "resource_host", Region: "beijing"}
	_, err := m.List(t.Context(), scope, "")
	require.NoError(t, err, "only look-ups are denied")
	_, err = m.Lookup(t.Context(), scope, []string{"i-1"})
	require.Equal(t, cloud.Denied, cloud.ClassOf(err))
	require.ErrorContains(t, err, "lookup resource_host///beijing")
}

// Offset paging skips a row where another one before the offset went away.
func TestSkippedRowsLookLikeACompleteListing(t *testing.T) {
	t.Parallel()
	settings := mock.DefaultSettings()
	settings.Hosts = mock.ExactHosts(10_000)
	settings.Faults = []mock.Fault{{Type: mock.Skipped, Rate: 0.01}}
	m := mock.New(settings, []string{"beijing"})
	scope := resource.Scope{Kind: "resource_host", Region: "beijing"}
	listed, cursor := 0, ""
	for {
		page, err := m.List(t.Context(), scope, cursor)
		require.NoError(t, err)
		require.LessOrEqual(t, page.Total, int64(listed+len(page.Rows)))
		listed += len(page.Rows)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	require.InDelta(t, 9900, listed, 50)
}

// A look-up is answered from the ids, a listing from the slots: they must agree.
func TestLookupFindsWhatIsListed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		settings := mock.DefaultSettings()
		settings.Seed = rapid.Uint64().Draw(t, "seed")
		settings.Hosts.Min = rapid.Int64Range(0, 40).Draw(t, "min")
		settings.Hosts.Max = rapid.Int64Range(settings.Hosts.Min, 60).Draw(t, "max")
		settings.Churn = rapid.Float64Range(0, 1).Draw(t, "churn")
		regions := mock.DefaultRegions()[:rapid.IntRange(1, 5).Draw(t, "regions")]
		now := rapid.Int64Range(20, mock.MaxTick).Draw(t, "tick")
		m := mock.New(settings, regions)
		m.SetTick(now)
		for _, kind := range kinds {
			asked := idsAround(m, kind, regions, now)
			for _, region := range regions {
				scope := scopeOf(kind, region)
				existing, err := m.Lookup(t.Context(), scope, asked)
				require.NoError(t, err)
				listed, _ := list(t, m, scope)
				require.ElementsMatch(t, idsOf(listed), existing, scope)
			}
		}
	})
}

// idsAround are the ids of all regions in the ticks up to now, each with some that no
// resource has.
func idsAround(m *mock.Cloud, kind string, regions []string, now int64) (ids []string) {
	for _, region := range regions {
		for tick := now - 20; tick <= now; tick += 4 {
			for _, id := range idsOf(m.Snapshot(scopeOf(kind, region), tick)) {
				ids = append(ids, id, id, id+"-1", id+"0", "0"+id, strings.Replace(id, "-", "-0", 1))
			}
		}
	}
	return ids
}

// What a look-up costs depends on the ids, not on the size of the region.
func BenchmarkLookup(b *testing.B) {
	for _, hosts := range []int64{1_000, 1_000_000} {
		b.Run(fmt.Sprintf("100 ids of %d hosts", hosts), func(b *testing.B) {
			m := mock.New(mock.Settings{Hosts: mock.ExactHosts(hosts), Churn: 0.01, PageSize: 100}, []string{"beijing"})
			scope := scopeOf("resource_host", "beijing")
			page, err := m.List(b.Context(), scope, "")
			require.NoError(b, err)
			ids := idsOf(page.Rows)
			b.ReportAllocs()
			for b.Loop() {
				existing, err := m.Lookup(b.Context(), scope, ids)
				if err != nil || len(existing) != len(ids) {
					b.Fatal(len(existing), err)
				}
			}
		})
	}
}
