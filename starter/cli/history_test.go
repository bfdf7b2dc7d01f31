package cli

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/history"
	"cloudsync/resource"
	"cloudsync/store"
)

// story is the life of one resource in a region, the newest change first.
func story(region string, ops ...diff.Op) []store.Change {
	var changes []store.Change
	for i, op := range ops {
		change := recorded(op, "i-1")
		change.UID = resource.Scope{Region: region}.UID("i-1")
		change.Region = region
		change.ChangedAt = noon.Add(time.Duration(i-len(ops)) * time.Minute)
		change.RunNumber = int64(i + 1)
		if op == diff.Modify {
			change.Fields = modified("status", `"Running"`, `"Stopped"`).Fields
		}
		changes = append([]store.Change{change}, changes...)
	}
	return changes
}

func TestHistoryText(t *testing.T) {
	t.Parallel()
	b := newBench()
	lives := history.LivesOf(append(story("beijing", diff.Add, diff.Modify, diff.Delete, diff.Add, diff.Delete, store.RestoreOp), story("shanghai", diff.Add)...))
	require.Len(t, lives, 2)
	require.Equal(t, "alibaba/prod/shanghai", lives[0].Place)
	lives[1].Events[5].RunID = "restore-abcdefghijkl"
	lives[1].Events[5].Restore = &store.RestoreRecord{By: "ann", Note: "still in use"}
	b.showLife(lives[1])
	b.showEarlier(noon.AddDate(-1, 0, 0), false)
	golden(t, `
resource_host i-1 in alibaba/prod/beijing
WHEN (UTC)           WHAT       RUN  RUN ID
2026-07-28 11:54:00  appeared     1  01a20757-1e56-7222-b4aa-9915773a1ec6
2026-07-28 11:55:00  changed      2  01a20757-1e56-7222-b4aa-9915773a1ec6
    status: Running → Stopped
2026-07-28 11:56:00  deleted      3  01a20757-1e56-7222-b4aa-9915773a1ec6
2026-07-28 11:57:00  came back    4  01a20757-1e56-7222-b4aa-9915773a1ec6
2026-07-28 11:58:00  deleted      5  01a20757-1e56-7222-b4aa-9915773a1ec6
2026-07-28 11:59:00  restored     6  restore-abcdefghijkl
    by ann: still in use

Changes from before 2025-07-28 12:00:00 UTC are no longer kept.
`, b.stdout.String())
}

func TestHistoryTextOfTheNewestChangesOnly(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showEarlier(noon, true)
	require.Equal(t, "\nThere may be earlier changes: --limit shows more.\n", b.stdout.String())
	b.stdout.Reset()
	b.showEarlier(time.Time{}, false)
	require.Empty(t, b.stdout.String())
}

func TestHistoryInJSON(t *testing.T) {
	t.Parallel()
	encoded, err := json.Marshal(history.LivesOf(story("beijing", diff.Add)))
	require.NoError(t, err)
	require.JSONEq(t, `[{
		"kind": "resource_host", "nativeId": "i-1", "uid": "`+resource.Scope{Region: "beijing"}.UID("i-1").String()+`",
		"place": "alibaba/prod/beijing",
		"events": [{
			"event": "appeared", "id": 42, "kind": "resource_host", "nativeId": "i-1",
			"uid": "`+resource.Scope{Region: "beijing"}.UID("i-1").String()+`", "scopeId": 0, "place": "alibaba/prod/beijing",
			"op": "add", "changedAt": "2026-07-28T11:59:00Z", "runId": "`+runID+`", "runNumber": 1
		}]
	}]`, string(encoded))
}
