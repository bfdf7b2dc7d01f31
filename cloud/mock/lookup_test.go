package mock_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/resource"
)

func TestLookupFindsWhatExists(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"resource_host", "resource_disk"} {
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
		require.Empty(t, existing, "hundreds of lives later")

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
