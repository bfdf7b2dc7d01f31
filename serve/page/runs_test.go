package page_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
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
	"cloudsync/store"
	"cloudsync/store/storetest"
	"cloudsync/workflows"
)

// beginRun records that a run of hosts began, in regions. Its claims are in their order.
func beginRun(t *testing.T, s *store.Store, run store.Run, regions ...string) (store.RunRef, []store.Claim) {
	t.Helper()
	run.Kind = resource.HostKind.Name()
	if run.StartedAt.IsZero() {
		run.StartedAt = now.Add(-time.Hour)
	}
	ref, err := s.BeginRun(t.Context(), run)
	require.NoError(t, err)
	if len(regions) == 0 {
		return ref, nil
	}
	var scopes []resource.Scope
	for _, region := range regions {
		scopes = append(scopes, resource.Scope{Kind: run.Kind, Provider: "mock", Account: "prod", Region: region})
	}
	ids, err := s.EnsureScopes(t.Context(), run.Kind, scopes)
	require.NoError(t, err)
	claims, err := s.ClaimScopes(t.Context(), ref, ids)
	require.NoError(t, err)
	slices.SortFunc(claims, func(a, b store.Claim) int {
		return slices.Index(ids, a.ScopeID) - slices.Index(ids, b.ScopeID)
	})
	return ref, claims
}

// record records a whole run of hosts.
func record(t *testing.T, s *store.Store, run store.Run) int64 {
	t.Helper()
	ref, _ := beginRun(t, s, run)
	endRun(t, s, ref, run, nil)
	return ref.Number
}

func endRun(t *testing.T, s *store.Store, ref store.RunRef, run store.Run, scopes []store.RunScope) {
	t.Helper()
	run.Kind, run.StartedAt = resource.HostKind.Name(), now.Add(-time.Hour)
	run.FinishedAt = run.StartedAt.Add(time.Duration(run.TookMS) * time.Millisecond)
	_, err := s.Conclude(t.Context(), ref, run, scopes)
	require.NoError(t, err)
}

// tags are what a reader does not see.
var tags = regexp.MustCompile(`<[^>]*>`)

// seen is a page as its reader sees it.
func seen(body string) string {
	return html.UnescapeString(strings.Join(strings.Fields(tags.ReplaceAllString(body, " ")), " "))
}

func TestRunsOfNothing(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.Open(t), nil)
	status, body := s.get("/runs")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "No run has begun yet")
	require.Contains(t, body, "starter run host")
	_, body = s.get("/runs?outcome=held")
	require.Contains(t, body, "No such run is on record")
}

func TestRunsThatCannotBeAskedFor(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.Open(t), nil)
	for query, want := range map[string]string{
		"kind=lamp": "the kinds are", "outcome=fine": "the outcomes are", "before=x": "write the number of a run", "before=-1": "write the number of a run",
	} {
		status, body := s.get("/runs?" + query)
		require.Equal(t, http.StatusBadRequest, status, query)
		require.Contains(t, body, want)
	}
}

func TestRunsByFilterAndPage(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	for i := range 55 {
		record(t, s, store.Run{RunID: fmt.Sprint("run-", i), Outcome: "ok", TookMS: 4200, Stats: store.Stats{CloudNum: 7}})
	}
	failed := record(t, s, store.Run{RunID: "bad", Outcome: "failed", Scopes: 2, ScopesFailed: 2, Error: "no"})
	approved := record(t, s, store.Run{RunID: "approved", Outcome: "ok", ApprovedBy: "grace " + hostile})
	beginRun(t, s, store.Run{RunID: "works"})
	site := open(t, s, nil)

	_, body := site.get("/runs")
	requireHarmless(t, body)
	require.Contains(t, body, `<tr class="running">`)
	require.Contains(t, seen(body), "2 of 2 places failed")
	require.Contains(t, body, "4.2s")
	older := regexp.MustCompile(`href="(/runs\?before=\d+)"`).FindStringSubmatch(body)
	require.Len(t, older, 2)
	_, body = site.get(older[1])
	require.Equal(t, 8, strings.Count(body, `<th scope="row"`))
	require.Contains(t, body, "The newest runs")
	require.Contains(t, body, "There are no older runs")

	_, body = site.get("/runs?kind=host&outcome=failed&outcome=running")
	require.Equal(t, 2, strings.Count(body, `<th scope="row"`))
	require.Contains(t, body, fmt.Sprintf(`href="/runs/%d"`, failed))
	require.Contains(t, body, `value="failed" checked`)
	require.Contains(t, body, `value="resource_host" selected`)
	_, body = site.get("/runs?approved=yes")
	require.Equal(t, 1, strings.Count(body, `<th scope="row"`))
	require.Contains(t, body, fmt.Sprintf(`href="/runs/%d"`, approved))
	_, body = site.get("/runs?kind=disk")
	require.Contains(t, body, "No such run is on record")
}

func TestRunShowsItsFiguresAndScopes(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	record(t, s, store.Run{RunID: "earlier", Outcome: "unchanged", TookMS: 2000})
	run := store.Run{
		RunID: "it", WorkflowID: "cloudsync/resource_host-1", Outcome: "partial", TookMS: 61_000, Scopes: 4, ScopesFailed: 1, ApprovedBy: "ada",
		Error: "one scope failed " + hostile, Stats: store.Stats{CloudNum: 1234, DBNum: 1200, ToAdd: 50, ToMod: 3, ToDel: 2, FailedRows: 260},
	}
	ref, claims := beginRun(t, s, run, "beijing", "shanghai", "<b>tokyo</b>", "quiet")
	require.NoError(t, s.ReplaceListFailures(t.Context(), claims[2].Lease, []store.Failure{
		{RunID: ref.ID, ScopeID: claims[2].ScopeID, Phase: store.PhaseList, NativeID: hostile, Reason: "name: too long " + hostile},
	}))
	endRun(t, s, ref, run, []store.RunScope{
		{ScopeID: claims[0].ScopeID, Outcome: "ok", Complete: true, Stats: store.Stats{CloudNum: 4}},
		{ScopeID: claims[1].ScopeID, Outcome: "failed", Reason: "throttled " + hostile},
		{ScopeID: claims[2].ScopeID, Outcome: "partial", Stats: store.Stats{FailedRows: 260}, Reason: "rows refused"},
		{ScopeID: claims[3].ScopeID, Outcome: "unchanged", Complete: true, Stats: store.Stats{CloudNum: 9, DBNum: 9}},
	})
	status, body := open(t, s, nil).get(fmt.Sprint("/runs/", ref.Number))
	require.Equal(t, http.StatusOK, status)
	requireHarmless(t, body)
	text := seen(body)
	for _, want := range []string{
		"public.cloud.num 1 234", "db.num 1 200", "toAddNum 50", "suAddNum 0", "toModNum 3", "toDelNum 2", "suDelNum 0", "failedRowNum 260", "timeTook 61s",
		"Approved by ada", "1 unchanged place", "throttled", "259 more are not shown", "The run before it took 2.0s.",
	} {
		require.Contains(t, text, want)
	}
	require.Contains(t, body, `href="/changes?run=it"`)
	require.Contains(t, body, `href="http://temporal.example/namespaces/default/workflows/cloudsync%2Fresource_host-1/it/history"`)
	require.NotContains(t, body, "hx-trigger", "nothing goes on")
	failed, short, changed := strings.Index(text, "mock/prod/shanghai"), strings.Index(text, "mock/prod/<b>tokyo"), strings.Index(text, "mock/prod/beijing")
	require.Less(t, failed, short)
	require.Less(t, short, changed)
	require.Less(t, changed, strings.Index(text, "mock/prod/quiet"))
}

func TestRunByEachOfItsNames(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	inventorytest.Apply(t, s, "0123-first", resource.HostKind, diff.Add, hosts("prod", "beijing", 2))
	site := open(t, s, nil)
	for _, name := range []string{"1", "0123", "0123-first", "resource_host", "host", "latest"} {
		status, body := site.get("/runs/" + name)
		require.Equal(t, http.StatusOK, status, name)
		require.Contains(t, body, "Run 1 of host")
	}
	for _, name := range []string{"99", "nonsense", "disk", url.PathEscape(hostile)} {
		status, body := site.get("/runs/" + name)
		require.Equal(t, http.StatusNotFound, status, name)
		require.Contains(t, body, "There is no such run")
		require.NotContains(t, body, "<script>alert")
	}
}

func TestRunWithAHoldLeadsToIt(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	rows := hosts("prod", "beijing", 9)
	inventorytest.Apply(t, s, "first", resource.HostKind, diff.Add, rows)
	held := inventorytest.Hold(t, s, store.Run{RunID: "second", WorkflowID: "w", StartedAt: now.Add(-time.Hour)}, resource.HostKind, rows[:7], 9, "7 of 9 rows would go")
	site := open(t, s, nil)
	_, body := site.get("/runs/second")
	require.Contains(t, body, fmt.Sprintf(`href="/holds/%d"`, held.ScopeID))
	require.Contains(t, seen(body), "heldNum 7")

	run := store.Run{RunID: "third", Outcome: "unchanged", Scopes: 1}
	ref, claims := beginRun(t, s, run, "beijing")
	require.NoError(t, s.EndHold(t.Context(), claims[0].Lease))
	endRun(t, s, ref, run, []store.RunScope{{ScopeID: claims[0].ScopeID, Outcome: "unchanged", Complete: true}})
	_, body = site.get("/runs/second")
	require.NotContains(t, body, `href="/holds/`+fmt.Sprint(held.ScopeID))
	require.Contains(t, seen(body), fmt.Sprintf("Nothing that this run held waits any more, since run %d", ref.Number))
	_, body = site.get("/runs")
	require.Contains(t, body, "7 (over)")
}

// Of thousands of scopes, the page shows the first and says how many there are.
func TestRunOfManyScopes(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	var regions []string
	for i := range 1207 {
		regions = append(regions, fmt.Sprintf("r-%04d", i))
	}
	run := store.Run{RunID: "it", Outcome: "partial"}
	ref, claims := beginRun(t, s, run, regions...)
	var scopes []store.RunScope
	for i, claim := range claims {
		scope := store.RunScope{ScopeID: claim.ScopeID, Outcome: "unchanged", Complete: true, Stats: store.Stats{CloudNum: 1, DBNum: 1}}
		if i%2 == 0 {
			scope = store.RunScope{ScopeID: claim.ScopeID, Outcome: "failed", Reason: "no answer"}
		}
		scopes = append(scopes, scope)
	}
	endRun(t, s, ref, run, scopes)
	_, body := open(t, s, nil).get("/runs/it")
	text := seen(body)
	require.Contains(t, text, "104 more are not shown")
	require.Contains(t, text, "603 unchanged places")
	require.Contains(t, text, "103 more are not shown")
}

func TestRunUnderWay(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	beginRun(t, s, store.Run{RunID: "it", WorkflowID: "cloudsync/resource_host"})
	for name, test := range map[string]struct {
		desk  *fakeDesk
		want  []string
		every string
	}{
		"with progress": {
			&fakeDesk{look: operate.Look{Outcome: execution.Running, Progress: &workflows.Progress{Scopes: 8, Done: 2, Stats: store.Stats{ToAdd: 12}}}},
			[]string{"2 of 8 places are done", "12 to add", "25%", "toAddNum</span> 12"}, "every 2s",
		},
		"in the beginning":   {&fakeDesk{look: operate.Look{Outcome: execution.Running, Progress: &workflows.Progress{}}}, []string{"It finds its places"}, "every 2s"},
		"without a worker":   {&fakeDesk{look: operate.Look{Outcome: execution.Running, Trouble: "no worker polls " + hostile}}, []string{"It waits for a worker", "no worker polls"}, "every 2s"},
		"ended all the same": {&fakeDesk{look: operate.Look{Outcome: execution.Terminated}}, []string{"In Temporal it has ended: terminated", "the next run of the kind records"}, "every 5s"},
		"without Temporal":   {&fakeDesk{lookErr: operate.ErrNoTemporal}, []string{"How far it is cannot be told"}, "every 10s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, body := open(t, s, func(o *page.Options) { o.Desk = test.desk }).get("/runs/it")
			require.Equal(t, http.StatusOK, status)
			for _, want := range test.want {
				require.Contains(t, body, want)
			}
			require.Contains(t, body, test.every)
			require.NotContains(t, body, "<script>alert")
		})
	}
}

func TestRunThatIsARestore(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	rows := hosts("prod", "beijing", 3)
	inventorytest.Apply(t, s, "first", resource.HostKind, diff.Add, rows)
	inventorytest.Apply(t, s, "second", resource.HostKind, diff.Delete, rows[:2])
	order := store.RestoreOrder{RunID: store.NewRestoreID(), By: "grace", Note: "by mistake " + hostile}
	_, err := s.Restore(t.Context(), store.Deleted{Kind: resource.HostKind, RunID: "second"}, order, func(store.RestoreCounts) {})
	require.NoError(t, err)
	_, body := open(t, s, nil).get("/runs/" + order.RunID)
	requireHarmless(t, body)
	text := seen(body)
	for _, want := range []string{"the deletions of run second", "Asked for by grace", "by mistake", "suAddNum 2", "restored"} {
		require.Contains(t, text, want)
	}
	require.Contains(t, body, `href="/runs/second"`)
	require.NotContains(t, body, "temporal.example", "which knows nothing of it")
}
