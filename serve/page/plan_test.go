package page_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/serve/operate"
	"cloudsync/serve/page"
	"cloudsync/starter/execution"
	"cloudsync/store"
	"cloudsync/store/storetest"
	"cloudsync/workflows"
)

const planAddress = "/plans/cloudsync%2Fresource_host%2Fplan-1/r"

// planOf opens the page of a plan of which the Desk knows look.
func planOf(t *testing.T, look operate.Look) (status int, body string) {
	t.Helper()
	look.Kind = "resource_host"
	return open(t, storetest.Open(t), func(o *page.Options) { o.Desk = &fakeDesk{look: look} }).get(planAddress)
}

func value(t *testing.T, text string) json.RawMessage {
	t.Helper()
	encoded, err := json.Marshal(text)
	require.NoError(t, err)
	return encoded
}

func TestPlanShowsWhatWouldChange(t *testing.T) {
	t.Parallel()
	uid := resource.UID{1, 2, 3}
	status, body := planOf(t, operate.Look{Plan: true, Outcome: "ok", StartedAt: now, Report: &workflows.Report{
		Outcome: activities.OK, Scopes: 2, Left: 3, Stats: store.Stats{CloudNum: 9, DBNum: 8, ToAdd: 1, ToMod: 3, ToDel: 1200, Held: 1100},
		Planned: []activities.PlannedChange{
			{Op: diff.Add, Place: "mock/prod/beijing", NativeID: "i-new " + hostile},
			{Op: diff.Modify, Place: "mock/prod/beijing", NativeID: "i-mod", Fields: []resource.FieldChange{{Field: "name", Old: value(t, "old"), New: value(t, hostile)}}},
			{Op: diff.Modify, Place: "mock/prod/tokyo", NativeID: "i-hash"},
			{Op: diff.Modify, Place: "mock/prod/tokyo", NativeID: "i-moved", Meanwhile: activities.ChangedMeanwhile},
			{Op: diff.Delete, Place: "mock/prod/tokyo", UID: uid},
		},
		Attention: []workflows.ScopeReport{{Place: "mock/prod/tokyo", Outcome: activities.Held, Held: 1100, Reason: "too many " + hostile}},
	}})
	require.Equal(t, http.StatusOK, status)
	requireHarmless(t, body)
	text := seen(body)
	for _, want := range []string{
		"Plan of host", "1 to add, 3 to modify, 1 200 to delete in 2 places", "1 100 deletions would be held", "3 would not be deleted",
		"+ add i-new", "~ modify i-mod", `name "old" →`, "Only its hash is rewritten", "The row was changed after the comparison", "− delete uid " + uid.String(),
		"1 199 more that are not shown", "too many",
	} {
		require.Contains(t, text, want)
	}
	require.Contains(t, body, `href="/resources/resource_host/`+uid.String()+`"`)
	require.NotContains(t, body, "hx-trigger")
}

func TestPlanThatFindsNothing(t *testing.T) {
	t.Parallel()
	_, body := planOf(t, operate.Look{Plan: true, Outcome: "unchanged", Report: &workflows.Report{Scopes: 3, ScopesFailed: 1}})
	require.Contains(t, body, "Nothing to change in 2 places")
	_, body = planOf(t, operate.Look{Plan: true, Outcome: "failed", Report: &workflows.Report{Outcome: activities.Failed, Error: "no scopes " + hostile}})
	requireHarmless(t, body)
	require.Contains(t, body, "The plan could not be made: no scopes")
	require.NotContains(t, body, "Nothing to change")
}

func TestPlanUnderWay(t *testing.T) {
	t.Parallel()
	_, body := planOf(t, operate.Look{Plan: true, Outcome: execution.Running, Progress: &workflows.Progress{Scopes: 4, Done: 1}})
	require.Contains(t, body, "1 of 4 places are done")
	require.Contains(t, body, "every 1s")
	require.NotContains(t, body, "left no report")
	_, body = planOf(t, operate.Look{Plan: true, Outcome: execution.Running, Trouble: "no worker polls"})
	require.Contains(t, body, "It waits for a worker")
	require.Contains(t, body, "no worker polls")
}

func TestPlanThatIsNone(t *testing.T) {
	t.Parallel()
	status, body := planOf(t, operate.Look{Outcome: execution.Running})
	require.Equal(t, http.StatusNotFound, status)
	require.Contains(t, body, "This is no plan")
	status, body = open(t, storetest.Open(t), nil).get(planAddress)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, body, "Temporal does not answer")
}
