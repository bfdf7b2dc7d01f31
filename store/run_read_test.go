package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/store"
	"cloudsync/store/storetest"
)

func TestRunByNumber(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	ref, err := s.BeginRun(t.Context(), store.Run{RunID: "one", Kind: "resource_host", StartedAt: started})
	require.NoError(t, err)
	run, err := s.RunByNumber(t.Context(), ref.Number)
	require.NoError(t, err)
	require.Equal(t, "one", run.RunID)
	_, err = s.RunByNumber(t.Context(), ref.Number+1)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestFilterRuns(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	for i, run := range []store.Run{
		{Kind: "resource_host", Outcome: "ok", ApprovedBy: "ada"}, {Kind: "resource_disk", Outcome: "failed"},
		{Kind: "resource_host", Outcome: "held"}, {Kind: "resource_host", Outcome: "ok"}, {Kind: "resource_host", Outcome: "unchanged"},
	} {
		run.RunID, run.StartedAt = fmt.Sprint("run-", i+1), started
		require.NoError(t, s.EndRun(t.Context(), run))
	}
	for name, test := range map[string]struct {
		filter store.RunFilter
		want   []string
	}{
		"all":          {store.RunFilter{Limit: 9}, []string{"run-5", "run-4", "run-3", "run-2", "run-1"}},
		"kind":         {store.RunFilter{Kind: "resource_disk", Limit: 9}, []string{"run-2"}},
		"one outcome":  {store.RunFilter{Outcomes: []string{"ok"}, Limit: 9}, []string{"run-4", "run-1"}},
		"two outcomes": {store.RunFilter{Outcomes: []string{"held", "failed"}, Limit: 9}, []string{"run-3", "run-2"}},
		"approved":     {store.RunFilter{Approved: true, Limit: 9}, []string{"run-1"}},
		"all of it":    {store.RunFilter{Kind: "resource_host", Outcomes: []string{"ok", "held"}, Approved: true, Limit: 9}, []string{"run-1"}},
		"limit":        {store.RunFilter{Kind: "resource_host", Limit: 2}, []string{"run-5", "run-4"}},
	} {
		t.Run(name, func(t *testing.T) {
			runs, err := s.FilterRuns(t.Context(), test.filter)
			require.NoError(t, err)
			var got []string
			for _, run := range runs {
				got = append(got, run.RunID)
			}
			require.Equal(t, test.want, got)
		})
	}
	filter := store.RunFilter{Kind: "resource_host", Limit: 1}
	var pages []string
	for {
		runs, err := s.FilterRuns(t.Context(), filter)
		require.NoError(t, err)
		if len(runs) == 0 {
			break
		}
		filter.Before = runs[0].ID
		pages = append(pages, runs[0].RunID)
	}
	require.Equal(t, []string{"run-5", "run-4", "run-3", "run-1"}, pages)
}

func TestNewestRuns(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	for _, run := range []store.Run{
		{RunID: "1", Kind: "resource_host"},
		{RunID: "2", Kind: "resource_disk"},
		{RunID: "3", Kind: "resource_host"},
		{RunID: store.NewRestoreID(), Kind: "resource_host"},
		{RunID: "5", WorkflowID: "CloudSync/resource_host" + store.PruneSuffix, Kind: "resource_host"},
	} {
		run.StartedAt = started
		_, err := s.BeginRun(t.Context(), run)
		require.NoError(t, err)
	}
	newest, err := s.NewestRuns(t.Context())
	require.NoError(t, err)
	require.Len(t, newest, 2)
	require.Equal(t, "3", newest["resource_host"].RunID)
	require.Equal(t, "2", newest["resource_disk"].RunID)
}
