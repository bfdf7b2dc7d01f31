package page_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
	"cloudsync/serve/operate"
	"cloudsync/serve/page"
	"cloudsync/starter/execution"
	"cloudsync/starter/schedule"
	"cloudsync/store"
	"cloudsync/store/storetest"
	"cloudsync/workflows"
)

func TestKindShowsItsScheduleRunsHoldsAndScopes(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	rows := hosts("prod", "beijing", 9)
	inventorytest.Apply(t, s, "first", resource.HostKind, diff.Add, rows)
	held := inventorytest.Hold(t, s, store.Run{RunID: "second", StartedAt: now.Add(-time.Hour)}, resource.HostKind, rows[:7], 9, "7 of 9 rows would go "+hostile)
	run := store.Run{RunID: "third", Outcome: "partial", Scopes: 3, ScopesFailed: 1}
	ref, claims := beginRun(t, s, run, "beijing", "<i>tokyo</i>", "never")
	endRun(t, s, ref, run, []store.RunScope{
		{ScopeID: claims[0].ScopeID, Outcome: "held", Complete: true, Stats: store.Stats{Held: 7}, HoldDigest: held.Digest},
		{ScopeID: claims[1].ScopeID, Outcome: "failed", Reason: "denied " + hostile},
		{ScopeID: claims[2].ScopeID, Outcome: "ok"},
	})
	desk := &fakeDesk{
		schedules: []schedule.Overview{{
			Kind: "resource_host", Every: 90 * time.Second, Next: now.Add(30 * time.Second), Stranded: true, Note: "mind the gap " + hostile,
			Running:  &execution.State{Run: execution.Run{WorkflowID: "w", RunID: "at-work"}},
			Approval: &workflows.Approval{Digests: []string{"a", "b"}, By: "grace"},
		}},
		tasks: []operate.Task{{ID: "task-1", Kind: "resource_host", By: "grace", State: operate.Waiting, At: now}, {ID: "task-2", Kind: "resource_disk", State: operate.Waiting}},
	}
	site := open(t, s, func(o *page.Options) { o.Desk = desk })
	status, body := site.get("/kinds/resource_host")
	require.Equal(t, http.StatusOK, status)
	requireHarmless(t, body)
	text := seen(body)
	for _, want := range []string{
		"every 1m30s", "in 30s", "mind the gap", "A run is under way", "grace approved 2 held sets", "none polls", "7 of 9", "9 added", "mock/prod/<i>tokyo", "those that fail (1)",
	} {
		require.Contains(t, text, want)
	}
	for _, want := range []string{fmt.Sprintf(`href="/holds/%d"`, held.ScopeID), `href="/runs/at-work"`, `href="/tasks/task-1"`, `action="/kinds/resource_host/pause"`, `href="/runs?kind=resource_host"`} {
		require.Contains(t, body, want)
	}
	require.NotContains(t, body, "task-2")
	require.NotContains(t, body, "/resume")

	_, body = site.get("/kinds/host?show=failed")
	scopes := body[strings.Index(body, `id="scopes"`):]
	require.Contains(t, scopes, "tokyo")
	require.NotContains(t, scopes, "beijing")
	_, body = site.get("/kinds/host?q=BEI")
	scopes = body[strings.Index(body, `id="scopes"`):]
	require.Contains(t, scopes, "beijing")
	require.NotContains(t, scopes, "tokyo")
	_, body = site.get("/kinds/host?q=nowhere")
	require.Contains(t, body, "No place is like that")
	status, _ = site.get("/kinds/host?show=x")
	require.Equal(t, http.StatusBadRequest, status)
	status, body = site.get("/kinds/lamp")
	require.Equal(t, http.StatusNotFound, status)
	require.Contains(t, body, "the kinds are")
}

func TestKindOfNothing(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	_, body := open(t, s, func(o *page.Options) { o.Desk = &fakeDesk{} }).get("/kinds/host")
	require.Contains(t, body, "starter apply")
	require.Contains(t, body, "No run has begun yet")
	require.Contains(t, body, "the first run finds them")
	status, body := open(t, s, nil).get("/kinds/host")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "Temporal does not answer")
	require.NotContains(t, body, `action="/kinds/resource_host/run"`, "nothing can be started")
}

func TestOperatorsDecideAboutAKind(t *testing.T) {
	t.Parallel()
	desk := &fakeDesk{task: operate.Task{ID: "abc"}, planned: execution.Run{WorkflowID: "cloudsync/resource_host/plan-1", RunID: "r"}}
	site := openAs(t, "ada", storetest.Open(t), desk)
	note := url.Values{"note": {"  the cloud moves <b> "}}
	for _, test := range []struct {
		act  string
		form url.Values
		next string
	}{
		{"run", nil, "/tasks/abc"},
		{"pause", note, "/kinds/resource_host"},
		{"resume", note, "/kinds/resource_host"},
		{"plan", nil, "/plans/cloudsync%2Fresource_host%2Fplan-1/r"},
		{"plan", url.Values{"scope": {" mock/prod/beijing "}}, "/plans/cloudsync%2Fresource_host%2Fplan-1/r"},
	} {
		status, next, _ := site.send("/kinds/host/"+test.act, test.form)
		require.Equal(t, http.StatusSeeOther, status, test.act)
		require.Equal(t, test.next, next)
	}
	require.Equal(t, []string{
		"run resource_host ada", "pause resource_host the cloud moves <b> ada", "resume resource_host the cloud moves <b> ada",
		"plan resource_host  ada", "plan resource_host mock/prod/beijing ada",
	}, desk.asked)
}

func TestWhatOperatorsCannotMean(t *testing.T) {
	t.Parallel()
	desk := &fakeDesk{}
	site := openAs(t, "ada", storetest.Open(t), desk)
	_, _, written := site.send("/kinds/host/pause", url.Values{"note": {strings.Repeat("word ", 150)}})
	require.Contains(t, written, "write at most 500")
	for _, test := range []struct {
		path   string
		form   url.Values
		status int
		want   string
	}{
		{"/kinds/host/pause", nil, http.StatusUnprocessableEntity, "The note is missing"},
		{"/kinds/host/resume", url.Values{"note": {" \n "}}, http.StatusUnprocessableEntity, "The note is missing"},
		{"/kinds/host/pause", url.Values{"note": {strings.Repeat("😀", 501)}}, http.StatusUnprocessableEntity, "write at most 500"},
		{"/kinds/host/plan", url.Values{"scope": {"beijing"}}, http.StatusUnprocessableEntity, "Write the place as PROVIDER/ACCOUNT/REGION"},
		{"/kinds/host/plan", url.Values{"scope": {"bei<jing"}}, http.StatusUnprocessableEntity, `value="bei&lt;jing" list="places"`},
		{"/kinds/lamp/run", nil, http.StatusNotFound, "the kinds are"},
	} {
		status, _, body := site.send(test.path, test.form)
		require.Equal(t, test.status, status, test.path)
		require.Contains(t, body, test.want)
		require.NotContains(t, body, "Load this page again", "a form's address is no page")
	}
	require.Empty(t, desk.asked)
}

func TestWhatTheDeskDoesNotDoIsSaid(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	for err, want := range map[error]string{
		error(&operate.Refusal{Err: errors.New("it has no schedule: create it " + hostile)}): "it has no schedule: create it",
		fmt.Errorf("dial: %w", operate.ErrNoTemporal):                                        "Temporal does not answer",
	} {
		site := openAs(t, "ada", s, &fakeDesk{err: err})
		for _, act := range []string{"run", "pause", "resume", "plan"} {
			status, _, body := site.send("/kinds/host/"+act, url.Values{"note": {"why"}})
			require.GreaterOrEqual(t, status, 400)
			require.Contains(t, body, want)
			require.NotContains(t, body, "<script>alert")
		}
	}
}

func TestViewersDecideNothing(t *testing.T) {
	t.Parallel()
	desk := &fakeDesk{schedules: []schedule.Overview{{Kind: "resource_host", Every: time.Minute}}}
	site := openAs(t, "bob", storetest.Open(t), desk)
	status, body := site.get("/kinds/host")
	require.Equal(t, http.StatusOK, status)
	require.NotContains(t, body, `action="/kinds/resource_host/`+"pause")
	require.NotContains(t, body, `action="/kinds/resource_host/`+"run")
	require.Contains(t, body, "one has to be an operator")
	for _, act := range []string{"run", "pause", "resume", "plan"} {
		status, _, _ := site.send("/kinds/host/"+act, url.Values{"note": {"why"}})
		require.Equal(t, http.StatusForbidden, status, act)
	}
	require.Empty(t, desk.asked)
}
