package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/history"
	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
)

// theHost changes a host of a bench, deletes it, and returns its uid.
func theHost(t *testing.T, b *bench) string {
	t.Helper()
	changed := hosts()[0].(*resource.Host)
	changed.Status = "Stopped"
	require.NoError(t, resource.HostKind.Seal(changed, inventorytest.ScopeOf(resource.HostKind, changed), 0))
	inventorytest.Apply(t, b.store, "run-change", resource.HostKind, diff.Modify, []resource.Row{changed})
	inventorytest.Apply(t, b.store, "run-delete", resource.HostKind, diff.Delete, []resource.Row{changed})
	return changed.UID.String()
}

func TestALife(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	uid := theHost(t, b)
	var life struct {
		history.Life
		WholeSince *string
	}
	b.get(t, "/api/v1/resources/host/"+uid+"/history").into(t, &life)
	require.Equal(t, "mock/prod/beijing", life.Place)
	require.Equal(t, "i-1", life.NativeID)
	require.Nil(t, life.WholeSince)
	var events []string
	for _, event := range life.Events {
		events = append(events, event.Event+" by "+event.RunID)
	}
	require.Equal(t, []string{"appeared by run-hosts", "changed by run-change", "deleted by run-delete"}, events)
	require.Equal(t, "status", life.Events[1].Fields[0].Field)
	b.get(t, "/api/v1/resources/host/"+uid).problem(t, http.StatusNotFound)
}

func TestChanges(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	uid := theHost(t, b)
	type body struct {
		Changes []struct {
			ID              int64
			Op, RunID, Kind string
		}
		Before int64
		More   bool
	}
	for _, c := range []struct {
		parameters []string
		want       int
	}{
		{nil, 8},
		{[]string{"kind", "disk"}, 2},
		{[]string{"kind", "disk", "kind", "host"}, 8},
		{[]string{"op", "modify", "op", "delete"}, 2},
		{[]string{"uid", uid}, 3},
		{[]string{"native_id", "i-2"}, 1},
		{[]string{"name", "web-01"}, 3},
		{[]string{"run", "run-change"}, 1},
		{[]string{"run", "1"}, 4},
		{[]string{"scope", "//shanghai"}, 2},
		{[]string{"field", "status"}, 1},
		{[]string{"since", "1h"}, 8},
		{[]string{"until", "1h"}, 0},
	} {
		var got body
		b.get(t, "/api/v1/changes", c.parameters...).into(t, &got)
		require.Len(t, got.Changes, c.want, c.parameters)
		require.False(t, got.More)
	}
	var first, rest body
	b.get(t, "/api/v1/changes", "limit", "3").into(t, &first)
	require.Len(t, first.Changes, 3)
	require.True(t, first.More)
	require.Equal(t, "delete", first.Changes[0].Op)
	b.get(t, "/api/v1/changes", "before", json.Number(mustJSON(t, first.Before)).String()).into(t, &rest)
	require.Len(t, rest.Changes, 5)
	require.Less(t, rest.Changes[0].ID, first.Changes[2].ID)
}

func mustJSON(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	return string(encoded)
}

func TestRuns(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	var got struct{ Runs []history.RunView }
	b.get(t, "/api/v1/runs").into(t, &got)
	require.Len(t, got.Runs, 2)
	require.Equal(t, "run-disks", got.Runs[0].RunID)
	b.get(t, "/api/v1/runs", "kind", "host", "limit", "1").into(t, &got)
	require.Len(t, got.Runs, 1)
	require.Equal(t, "run-hosts", got.Runs[0].RunID)
	for _, name := range []string{"1", "run-hosts", "run-h", "resource_host"} {
		var run history.RecordView
		b.get(t, "/api/v1/runs/"+name).into(t, &run)
		require.Equal(t, "run-hosts", run.RunID, name)
		require.Equal(t, int64(4), run.SuAdd)
	}
}
