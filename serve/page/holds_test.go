package page_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
	"cloudsync/serve/operate"
	"cloudsync/serve/page"
	"cloudsync/starter/execution"
	"cloudsync/store"
	"cloudsync/store/storetest"
	"cloudsync/workflows"
)

// decider is a Desk that notes what was approved.
type decider struct {
	page.Desk
	approved *operate.Task
	look     operate.Look
}

func (d decider) Approve(_ context.Context, kind string, digests []string, by, note string) (operate.Task, error) {
	*d.approved = operate.Task{ID: "t1", What: "approve", Kind: kind, Digests: digests, By: by, Note: note, At: now, State: operate.Waiting}
	return *d.approved, nil
}

func (d decider) Task(id string) (operate.Task, bool) { return *d.approved, id == d.approved.ID }

func (d decider) Look(context.Context, execution.Run) (operate.Look, error) { return d.look, nil }

// heldHosts is an inventory of so many hosts, of which all but one are held.
func heldHosts(t *testing.T, n int) (*store.Store, inventorytest.Held, []resource.Row) {
	t.Helper()
	s := storetest.Open(t)
	rows := hosts("prod", "beijing", n)
	inventorytest.Apply(t, s, "first", resource.HostKind, diff.Add, rows)
	held := inventorytest.Hold(t, s, store.Run{RunID: "second", WorkflowID: "w", StartedAt: now.Add(-time.Hour)}, resource.HostKind, rows[1:], int64(n),
		fmt.Sprintf("%d of %d rows would be deleted, more than 30%%", n-1, n))
	return s, held, rows
}

func TestHolds(t *testing.T) {
	t.Parallel()
	_, body := open(t, storetest.Open(t), nil).get("/holds")
	require.Contains(t, body, "Nothing is held")
	s, held, _ := heldHosts(t, 5)
	_, body = open(t, s, nil).get("/holds")
	require.Contains(t, body, fmt.Sprintf(`href="/holds/%d"`, held.ScopeID))
	require.Contains(t, body, "4 of 5 rows would be deleted, more than 30%")
	require.Contains(t, body, "mock/prod/beijing")
}

func TestAHoldSaysWhatAndWhy(t *testing.T) {
	t.Parallel()
	s, held, rows := heldHosts(t, 5)
	disks := []resource.Row{
		&resource.Disk{Meta: resource.Meta{Provider: "mock", Account: "prod", Region: "beijing", NativeID: "d-1"}, HostNativeID: "i-2"},
		&resource.Disk{Meta: resource.Meta{Provider: "mock", Account: "prod", Region: "beijing", NativeID: "d-2"}, HostNativeID: "i-2"},
		&resource.Disk{Meta: resource.Meta{Provider: "mock", Account: "test", Region: "beijing", NativeID: "d-3"}, HostNativeID: "i-2"},
	}
	inventorytest.Apply(t, s, "disks", resource.DiskKind, diff.Add, disks)
	inventorytest.Apply(t, s, "gone", resource.HostKind, diff.Delete, rows[4:])
	status, body := open(t, s, nil).get(fmt.Sprintf("/holds/%d", held.ScopeID))
	require.Equal(t, http.StatusOK, status)
	for _, want := range []string{
		"4 deletions of host rows wait for a decision", "4 of 5 rows would be deleted, more than 30%", held.Digest, "web-1", "i-3",
		"2 disks", "1 of the rows on this page are no longer in the inventory", "4 of 5 rows, 80%", "As long as nobody approves, nothing is deleted",
		"http://temporal.example/namespaces/default/workflows/w/second/history",
	} {
		require.Contains(t, body, want)
	}
	require.NotContains(t, body, "web-0", "it is not held")
}

func TestALargeSetHasPages(t *testing.T) {
	t.Parallel()
	s, held, _ := heldHosts(t, 251)
	site := open(t, s, nil)
	seen := 0
	for number := 1; number <= 3; number++ {
		_, body := site.get(fmt.Sprintf("/holds/%d?page=%d", held.ScopeID, number))
		seen += strings.Count(body, `<th scope="row">`)
		require.Equal(t, number < 3, strings.Contains(body, "Rows after"))
	}
	require.Equal(t, 250, seen)
	for path, want := range map[string]int{"page=4": http.StatusNotFound, "page=x": http.StatusBadRequest, "page=0": http.StatusBadRequest} {
		status, _ := site.get(fmt.Sprintf("/holds/%d?%s", held.ScopeID, path))
		require.Equal(t, want, status, path)
	}
}

func TestApprove(t *testing.T) {
	t.Parallel()
	s, held, _ := heldHosts(t, 5)
	desk := decider{approved: &operate.Task{}}
	site := open(t, s, func(o *page.Options) { o.Desk = desk })
	path := fmt.Sprintf("/holds/%d/approve", held.ScopeID)

	status, body := site.post(path, url.Values{"digest": {held.Digest}, "note": {"  "}})
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, body, "Write why these may go")
	require.Contains(t, body, "autofocus")
	status, body = site.post(path, url.Values{"digest": {held.Digest}, "note": {strings.Repeat("long ", 200)}})
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, body, "long long", "what was written is not lost")
	require.Empty(t, desk.approved.ID)

	status, body = site.post(path, url.Values{"digest": {held.Digest}, "note": {"the site was closed"}})
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "resource_host", desk.approved.Kind)
	require.Equal(t, []string{held.Digest}, desk.approved.Digests)
	require.Equal(t, "local", desk.approved.By)
	require.Equal(t, "the site was closed", desk.approved.Note)
	require.Contains(t, body, "The approval for host waits for its turn")
	require.Contains(t, body, `hx-trigger="every 1s"`)
	require.Contains(t, body, `hx-select-oob="#clock"`)
	require.Contains(t, body, `<span id="clock">shown <time`, "it goes on with the page")
}

// An approval is for what somebody saw.
func TestASetThatChangedIsNotApproved(t *testing.T) {
	t.Parallel()
	s, held, rows := heldHosts(t, 5)
	inventorytest.Hold(t, s, store.Run{RunID: "third", WorkflowID: "w", StartedAt: now}, resource.HostKind, append(rows[:1:1], rows[2:]...), 5, "4 of 5 rows")
	desk := decider{approved: &operate.Task{}}
	site := open(t, s, func(o *page.Options) { o.Desk = desk })
	status, body := site.post(fmt.Sprintf("/holds/%d/approve", held.ScopeID), url.Values{"digest": {held.Digest}, "note": {"gone"}})
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, body, "1 row joined the set, and 1 row left it")
	require.Contains(t, body, "web-0")
	status, body = site.post(fmt.Sprintf("/holds/%d/approve", held.ScopeID), url.Values{"digest": {"5:ab"}, "note": {"gone"}})
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, body, "What you saw is no longer kept")
	require.Empty(t, desk.approved.ID)
}

func TestAHoldThatIsOver(t *testing.T) {
	t.Parallel()
	s, held, rows := heldHosts(t, 5)
	ref, err := s.BeginRun(t.Context(), store.Run{RunID: "third", Kind: "resource_host", StartedAt: now})
	require.NoError(t, err)
	claims, err := s.ClaimScopes(t.Context(), ref, []int64{held.ScopeID})
	require.NoError(t, err)
	require.NoError(t, s.EndHold(t.Context(), claims[0].Lease))
	_, err = s.Conclude(t.Context(), ref, store.Run{RunID: "third", Kind: "resource_host", StartedAt: now, Outcome: "ok", ApprovedBy: "ada", Scopes: 1},
		[]store.RunScope{{ScopeID: held.ScopeID, Outcome: "ok", Stats: store.Stats{DBNum: int64(len(rows))}, Complete: true}})
	require.NoError(t, err)
	site := open(t, s, func(o *page.Options) { o.Desk = decider{approved: &operate.Task{}} })
	for _, ask := range []func() (int, string){
		func() (int, string) { return site.get(fmt.Sprintf("/holds/%d", held.ScopeID)) },
		func() (int, string) {
			return site.post(fmt.Sprintf("/holds/%d/approve", held.ScopeID), url.Values{"digest": {held.Digest}, "note": {"x"}})
		},
	} {
		status, body := ask()
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, body, "Nothing is held there any more")
		require.Contains(t, body, "ada")
	}
	status, _ := site.get("/holds/999")
	require.Equal(t, http.StatusNotFound, status)
}

func TestTasks(t *testing.T) {
	t.Parallel()
	run := &execution.Run{WorkflowID: "cloudsync/resource_host", RunID: "r"}
	task := operate.Task{ID: "t1", What: "approve", Kind: "resource_host", By: hostile, Note: hostile, At: now}
	with := func(state string, run *execution.Run) operate.Task {
		task := task
		task.State, task.Run = state, run
		return task
	}
	failed := with(operate.Failed, nil)
	failed.Error = "somebody else approved: " + hostile
	for name, test := range map[string]struct {
		task operate.Task
		look operate.Look
		want []string
		live bool
	}{
		"waiting": {with(operate.Waiting, nil), operate.Look{}, []string{"waits for its turn"}, true},
		"failed":  {failed, operate.Look{}, []string{"failed", "somebody else approved"}, false},
		"under way": {
			with(operate.Began, run), operate.Look{Outcome: execution.Running, Progress: &workflows.Progress{Scopes: 8, Done: 3}},
			[]string{"is under way", "3 of 8 places done"}, true,
		},
		"stuck": {
			with(operate.Began, run), operate.Look{Outcome: execution.Running, Trouble: "no worker polls"}, []string{"no worker polls"}, true,
		},
		"carried out": {
			with(operate.Began, run), operate.Look{Outcome: "ok", Report: &workflows.Report{Outcome: "ok", Stats: activities.Stats{SuDel: 4}, Approved: []string{"d"}}},
			[]string{"was carried out", "4 rows deleted"}, false,
		},
		"carried out, and another place failed": {
			with(operate.Began, run), operate.Look{Outcome: "partial", Report: &workflows.Report{
				Outcome: "partial", Stats: activities.Stats{SuDel: 4}, Approved: []string{"d"}, Scopes: 3, ScopesFailed: 2,
			}},
			[]string{"was carried out", "4 rows deleted", "The run counts as partial since 2 other places failed"}, false,
		},
		"carried out, and others are held": {
			with(operate.Began, run), operate.Look{Outcome: "held", Report: &workflows.Report{
				Outcome: "held", Stats: activities.Stats{SuDel: 30, Held: 30}, Approved: []string{"d"},
			}},
			[]string{"was carried out", "30 rows deleted", "What was approved is deleted. 30 other deletions of the kind are still held", `href="/holds"`}, false,
		},
		"unused": {
			with(operate.Began, run), operate.Look{Outcome: "ok", Report: &workflows.Report{Outcome: "ok", UnusedApprovals: []string{"d"}}},
			[]string{"was not used", "the set to delete was another one"}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := open(t, storetest.Open(t), func(o *page.Options) { o.Desk = decider{approved: &test.task, look: test.look} })
			status, body := site.get("/tasks/t1")
			require.Equal(t, http.StatusOK, status)
			for _, want := range test.want {
				require.Contains(t, body, want)
			}
			require.Equal(t, test.live, strings.Contains(body, "hx-trigger"))
			requireHarmless(t, body)
		})
	}
	status, body := open(t, storetest.Open(t), nil).get("/tasks/other")
	require.Equal(t, http.StatusNotFound, status)
	require.Contains(t, body, "This is no longer known")
}

func TestARunThatIsNamedInPartBySeveral(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	for i, run := range []string{"abc-1", "abc-2"} {
		inventorytest.Apply(t, s, run, resource.HostKind, diff.Add, hosts(fmt.Sprint("prod", i), "beijing", 1))
	}
	site := open(t, s, nil)
	status, body := site.get("/changes?run=abc")
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, "write more of the id")
	status, _ = site.get("/changes?run=abc-1")
	require.Equal(t, http.StatusOK, status)
}

// What a run did that was ended from outside is in its record, if anywhere.
func TestATaskWhoseRunWasTerminated(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	ref, err := s.BeginRun(t.Context(), store.Run{RunID: "ended-from-outside", Kind: "resource_host", StartedAt: now})
	require.NoError(t, err)
	task := operate.Task{ID: "t1", What: "approve", Kind: "resource_host", By: "ada", At: now, State: operate.Began, Run: &execution.Run{RunID: "ended-from-outside"}}
	look := operate.Look{Outcome: execution.Terminated, Untold: true, Report: &workflows.Report{Outcome: "failed", Error: "the run was terminated"}}
	status, body := open(t, s, func(o *page.Options) { o.Desk = decider{approved: &task, look: look} }).get("/tasks/t1")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "ended without a report")
	require.Contains(t, body, "Nobody knows what it did, and whether the approval was used")
	require.Contains(t, body, fmt.Sprintf(`<a href="/runs/%d">Its record</a>`, ref.Number))
	require.NotContains(t, body, "was not used")
	require.NotContains(t, body, "rows deleted")
	require.NotContains(t, body, "hx-trigger", "it is over")
}

// What Temporal says is for operators.
func TestViewersDoNotSeeWhatTemporalSays(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	for state, plain := range map[string]string{
		operate.Waiting: "Something keeps the run from beginning", operate.Failed: "The run did not begin", operate.GivenUp: "which may still begin",
	} {
		desk := &fakeDesk{task: operate.Task{ID: "t1", What: "run", Kind: "resource_host", By: "ada", At: now, State: state, Error: "rpc error: a", Warning: "rpc error: b"}}
		_, body := openAs(t, "bob", s, desk).get("/tasks/t1")
		require.NotContains(t, body, "rpc error", state)
		require.Contains(t, body, plain)
		_, body = openAs(t, "ada", s, desk).get("/tasks/t1")
		require.Contains(t, body, "rpc error: a", state)
		require.Contains(t, body, "rpc error: b", state)
		require.NotContains(t, body, plain)
	}
}

// Ids may be as long as the column; all of a page are asked for.
func TestWhoRefersToLongIDs(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	rows := hosts("prod", "beijing", 60)
	var disks []resource.Row
	for i, row := range rows {
		meta := row.RowMeta()
		meta.NativeID = fmt.Sprint("projects/", strings.Repeat("p.", 100), "/", i)
		disks = append(disks, &resource.Disk{
			Meta: resource.Meta{Provider: "mock", Account: "prod", Region: "beijing", NativeID: fmt.Sprint("d-", i)}, HostNativeID: meta.NativeID,
		})
	}
	inventorytest.Apply(t, s, "first", resource.HostKind, diff.Add, rows)
	inventorytest.Apply(t, s, "disks", resource.DiskKind, diff.Add, disks)
	held := inventorytest.Hold(t, s, store.Run{RunID: "second", WorkflowID: "w", StartedAt: now}, resource.HostKind, rows, 60, "all 60 rows would be deleted")
	_, body := open(t, s, nil).get(fmt.Sprintf("/holds/%d", held.ScopeID))
	require.Contains(t, body, "60 disks")
	require.Equal(t, 60, strings.Count(body, ">1 disk<"))
}

// uncountable is an inventory that cannot count.
type uncountable struct{ *inventory.Tables }

func (uncountable) Count(context.Context, inventory.Count) (inventory.Counts, error) {
	return inventory.Counts{}, inventory.ErrTooManyGroups
}

func TestAHoldIsShownWithoutWhoRefers(t *testing.T) {
	t.Parallel()
	s, held, _ := heldHosts(t, 5)
	status, body := open(t, s, func(o *page.Options) { o.Inventory = uncountable{inventory.FromTables(s)} }).get(fmt.Sprintf("/holds/%d", held.ScopeID))
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "This could not be found out")
	require.Contains(t, body, "not known")
	require.Contains(t, body, "web-1")
}

// Nobody lets go what nobody could see.
func TestASetThatIsLostIsNotApproved(t *testing.T) {
	t.Parallel()
	dsn := storetest.NewMigrated(t)
	s := storetest.OpenDSN(t, dsn)
	rows := hosts("prod", "beijing", 5)
	inventorytest.Apply(t, s, "first", resource.HostKind, diff.Add, rows)
	held := inventorytest.Hold(t, s, store.Run{RunID: "second", StartedAt: now}, resource.HostKind, rows[1:], 5, "4 of 5 rows")
	_, err := storetest.Connect(t, dsn).ExecContext(t.Context(), "DELETE FROM sync_hold")
	require.NoError(t, err)
	desk := decider{approved: &operate.Task{}}
	site := open(t, s, func(o *page.Options) { o.Desk = desk })
	path := fmt.Sprintf("/holds/%d", held.ScopeID)
	_, body := site.get(path)
	require.Contains(t, body, "Nobody knows any more which rows these are")
	require.NotContains(t, body, "/approve")
	status, body := site.post(path+"/approve", url.Values{"digest": {held.Digest}, "note": {"gone"}})
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, body, "Nothing was approved")
	require.Empty(t, desk.approved.ID)
}

func TestTooManyColumns(t *testing.T) {
	t.Parallel()
	status, body := open(t, storetest.Open(t), nil).get("/inventory?cols=tag_a" + manyTags(5000))
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, "more than 50 columns are asked for")
	require.Less(t, len(body), 1<<20)
}

func manyTags(n int) string {
	var tags strings.Builder
	for i := range n {
		fmt.Fprintf(&tags, ",tag_%d", i)
	}
	return tags.String()
}

// What came instead of held rows is seen beside them: hosts of the same names, that appeared later.
func TestAHoldShowsWhatCameInstead(t *testing.T) {
	t.Parallel()
	s, held, rows := heldHosts(t, 5)
	path := fmt.Sprintf("/holds/%d", held.ScopeID)
	_, body := open(t, s, nil).get(path)
	require.NotContains(t, body, "Came later")
	var instead []resource.Row
	for i, row := range rows[1:4] {
		host := *row.(*resource.Host)
		host.NativeID, host.UID = fmt.Sprint("new-", i), resource.UID{}
		instead = append(instead, &host)
	}
	elsewhere := *rows[4].(*resource.Host)
	elsewhere.NativeID, elsewhere.Region, elsewhere.UID = "elsewhere-9", "shanghai", resource.UID{}
	inventorytest.Apply(t, s, "third", resource.HostKind, diff.Add, append(instead, &elsewhere))
	_, body = open(t, s, nil).get(path)
	require.Contains(t, body, "3 of the rows on this page have namesakes there that appeared later")
	require.Equal(t, 3, strings.Count(body, "later there: "))
	require.Contains(t, body, "new-1")
	require.NotContains(t, body, "elsewhere-9")
}

func TestAHoldTellsOfOthers(t *testing.T) {
	t.Parallel()
	s, held, _ := heldHosts(t, 5)
	_, body := open(t, s, nil).get(fmt.Sprintf("/holds/%d", held.ScopeID))
	require.NotContains(t, body, "Also held")
	more := []resource.Row{&resource.Disk{Meta: resource.Meta{Provider: "mock", Account: "prod", Region: "shanghai", NativeID: "d-1"}}}
	inventorytest.Apply(t, s, "more", resource.DiskKind, diff.Add, more)
	inventorytest.Hold(t, s, store.Run{RunID: "fourth", StartedAt: now}, resource.DiskKind, more, 1, "all 1 rows would be deleted")
	_, body = open(t, s, nil).get(fmt.Sprintf("/holds/%d", held.ScopeID))
	require.Contains(t, body, "deletions in 1 other place<")
}

// Who looks at a held row sees that the cloud no longer lists it.
func TestAHeldResourceSaysSo(t *testing.T) {
	t.Parallel()
	s, held, rows := heldHosts(t, 5)
	site := open(t, s, nil)
	_, body := site.get(pathOf(rows[2], resource.HostKind))
	require.Contains(t, body, "its deletion is held")
	require.Contains(t, body, fmt.Sprintf(`href="/holds/%d"`, held.ScopeID))
	_, body = site.get(pathOf(rows[0], resource.HostKind))
	require.NotContains(t, body, "held")
}

// approved has a run let go of the set that waits, as an approval has it.
func approved(t *testing.T, s *store.Store, held inventorytest.Held, rows []resource.Row, by, note string) (number int64, runID string) {
	t.Helper()
	runID = "approved-" + fmt.Sprint(held.ScopeID)
	inventorytest.Apply(t, s, runID, resource.HostKind, diff.Delete, rows)
	run := store.Run{RunID: runID, Kind: "resource_host", StartedAt: now.Add(-time.Minute)}
	ref, err := s.BeginRun(t.Context(), run)
	require.NoError(t, err)
	claims, err := s.ClaimScopes(t.Context(), ref, []int64{held.ScopeID})
	require.NoError(t, err)
	require.NoError(t, s.EndHold(t.Context(), claims[0].Lease))
	run.Outcome, run.ApprovedBy, run.ApprovalNote, run.Scopes = "ok", by, note, 1
	_, err = s.Conclude(t.Context(), ref, run, []store.RunScope{{
		ScopeID: held.ScopeID, Outcome: "ok", HoldDigest: held.Digest, Stats: store.Stats{SuDel: int64(len(rows))}, Complete: true,
	}})
	require.NoError(t, err)
	return ref.Number, runID
}

func TestTheLatestDecisions(t *testing.T) {
	t.Parallel()
	s, held, rows := heldHosts(t, 5)
	site := open(t, s, nil)
	_, body := site.get("/holds")
	require.Contains(t, body, "Nobody has approved a hold yet")
	number, runID := approved(t, s, held, rows[1:], "ada "+hostile, "the site was closed "+hostile)
	_, body = site.get("/holds")
	requireHarmless(t, body)
	require.Contains(t, body, "Nothing is held")
	text := seen(body)
	for _, want := range []string{"ada", "the site was closed", "mock/prod/beijing"} {
		require.Contains(t, text, want)
	}
	require.Contains(t, body, fmt.Sprintf(`href="/runs/%d"`, number))
	require.Contains(t, body, `aria-label="4 deletions of host in mock/prod/beijing"`)
	require.Contains(t, body, `<span class="none">no</span>`, "it is not restored")

	_, err := s.Restore(t.Context(), store.Deleted{Kind: resource.HostKind, RunID: runID}, store.RestoreOrder{RunID: store.NewRestoreID(), By: "grace", Note: "they were needed"}, func(store.RestoreCounts) {})
	require.NoError(t, err)
	_, body = site.get("/holds")
	require.Regexp(t, `(?s)<a href="/runs/\d+">4 rows</a> by <bdi class="foreign">grace</bdi>`, body)
}
