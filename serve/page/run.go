package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"cloudsync/history"
	"cloudsync/human"
	"cloudsync/resource"
	"cloudsync/serve/operate"
	"cloudsync/starter/execution"
	"cloudsync/store"
)

// runData is all that there is about a run.
type runData struct {
	Run     store.Run
	Sort    string // what it is, where it is no sync
	Changes string // where its changes are
	InUI    execution.Run
	Under   *underWay // nil: it has recorded its end
	Undoes  *undone   // of a restore
	// Superseded is the number of the run since which nothing that this one held waits.
	Superseded int64
	Steps      []step
	Others     []figure
	Before     Bars // how long the runs before took
	Compared   string
	Scopes     scopeList
	Refused    []refusedRow
	More       int64 // refused rows that are not shown
}

// step is a figure of what a run had to do, and the one of what it did.
type step struct {
	What, ToDoName, DoneName string
	ToDo, Done               int64
}

// figure is a figure under its name.
type figure struct {
	Name, Text, Meaning string
}

// undone is what a restore puts back.
type undone struct {
	store.RestoreRecord
	Path, Text string
}

// refusedRow is a row that could not be stored.
type refusedRow struct {
	store.Failure
	Place, Path string
}

const (
	// refusedShown is how many refused rows are shown.
	refusedShown = 200
	// runsCompared is with how many runs of its kind a run is compared.
	runsCompared = 20
)

func (p *Page) run(ctx context.Context, r *http.Request) (View, error) {
	name := r.PathValue("run")
	if kind, err := p.Kinds.Named(name); err == nil {
		name = kind.Name()
	}
	run, err := history.FindRun(ctx, p.Store, p.Kinds, name)
	if err != nil {
		return View{}, err
	}
	record, err := history.ReadRecord(ctx, p.Store, run, refusedShown)
	if err != nil {
		return View{}, err
	}
	data := runData{
		Run: run, Sort: sortOf(run), Changes: with("/changes", url.Values{"run": {run.RunID}}),
		Steps: stepsOf(run.Stats), Others: othersOf(run), Scopes: scopesOf(record), Undoes: undoneBy(record),
	}
	if run.Held > 0 {
		data.Superseded = record.Holds.SupersededBy(run.RunID)
	}
	if data.Sort != "restore" { // Temporal knows nothing of these
		data.InUI = execution.Run{WorkflowID: run.WorkflowID, RunID: run.RunID}
	}
	data.Refused, data.More = p.refusedBy(record)
	if err := p.setBeside(ctx, &data); err != nil {
		return View{}, err
	}
	view := View{Page: "run", Title: data.title(), Nav: "/runs"}
	if run.Outcome == store.OutcomeRunning {
		data.Under = p.lookAt(ctx, data)
		view.Refresh = data.Under.refresh
		if progress := data.Under.Progress; progress != nil { // the record has the figures at the end
			run.Stats, run.Scopes = progress.Stats, progress.Scopes
			data.Steps, data.Others = stepsOf(run.Stats), othersOf(run)
		}
	}
	view.Data = data
	return view, nil
}

func (d runData) title() string {
	what := "Run "
	if d.Sort != "" {
		what = "Run (" + d.Sort + ") "
	}
	return what + grouped(d.Run.ID) + " of " + human.Kind(d.Run.Kind)
}

func stepsOf(stats store.Stats) []step {
	return []step{
		{"add", "toAddNum", "suAddNum", stats.ToAdd, stats.SuAdd},
		{"modify", "toModNum", "suModNum", stats.ToMod, stats.SuMod},
		{"delete", "toDelNum", "suDelNum", stats.ToDel, stats.SuDel},
	}
}

func othersOf(run store.Run) []figure {
	var all []figure
	add := func(name string, value int64, meaning string) {
		all = append(all, figure{name, grouped(value), meaning})
	}
	add("public.cloud.num", run.CloudNum, "resources that the cloud lists")
	add("db.num", run.DBNum, "rows that the inventory had before")
	exceptional := func(name string, value int64, meaning string) {
		if value > 0 {
			add(name, value, meaning)
		}
	}
	exceptional("heldNum", run.Held, "of the rows to delete, those that wait for a decision")
	exceptional("failedRowNum", run.FailedRows, "rows that could not be stored")
	exceptional("rehashedNum", run.Rehashed, "of the rows to modify, those of which only the hash was rewritten")
	exceptional("pagingSkips", run.PagingSkips, "of the rows to delete, those that the listing lacked and that exist: the cloud was asked for them by id")
	if run.Outcome != store.OutcomeRunning {
		all = append(all, figure{"timeTook", human.Took(took(run)), "from its beginning to its outcome"})
	}
	add("scopes", run.Scopes, "places of the run: accounts with a region")
	exceptional("scopesFailed", run.ScopesFailed, "of these, could not be synced")
	exceptional("scopesHeld", run.ScopesHeld, "of these, hold deletions")
	exceptional("orphanScopes", run.OrphanScopes, "places with rows that the configuration no longer has: starter prune removes them, if that is meant")
	exceptional("orphanRows", run.OrphanRows, "rows of these")
	return all
}

func took(run store.Run) time.Duration { return time.Duration(run.TookMS) * time.Millisecond }

// undoneBy is what a restore puts back; nil for any other run.
func undoneBy(record history.Record) *undone {
	restore := record.Restore
	if restore == nil {
		return nil
	}
	if restore.SourceUID != nil {
		return &undone{*restore, resourcePath(record.Run.Kind, *restore.SourceUID), "the last deletion of " + restore.SourceUID.String()}
	}
	return &undone{*restore, "/runs/" + url.PathEscape(restore.SourceRun), "the deletions of run " + restore.SourceRun}
}

func (p *Page) refusedBy(record history.Record) (rows []refusedRow, more int64) {
	places := make(map[int64]string, len(record.Scopes))
	for _, scope := range record.Scopes {
		places[scope.ScopeID] = history.ScopePlace(scope)
	}
	for _, failure := range record.Failures {
		row := refusedRow{Failure: failure, Place: places[failure.ScopeID]}
		if failure.UID != nil && *failure.UID != (resource.UID{}) {
			row.Path = resourcePath(record.Run.Kind, *failure.UID)
		}
		rows = append(rows, row)
	}
	return rows, max(0, record.Run.FailedRows-int64(len(rows)))
}

// setBeside sets the run beside those of its kind before it.
func (p *Page) setBeside(ctx context.Context, data *runData) error {
	if data.Sort != "" {
		return nil
	}
	before, err := p.Store.FilterRuns(ctx, store.RunFilter{Kind: data.Run.Kind, Before: data.Run.ID + 1, Limit: 2 * runsCompared})
	if err != nil {
		return err
	}
	before = slices.DeleteFunc(before, func(run store.Run) bool { return sortOf(run) != "" || run.Outcome == store.OutcomeRunning })
	before = before[:min(runsCompared, len(before))]
	if len(before) < 2 {
		return nil
	}
	var periods []Period
	var spans []time.Duration
	for _, run := range slices.Backward(before) {
		values := []int64{0, run.TookMS}
		if run.ID == data.Run.ID {
			values = []int64{run.TookMS, 0}
		} else {
			spans = append(spans, took(run))
		}
		periods = append(periods, Period{Label: "run " + grouped(run.ID) + ": " + run.Outcome + ", " + human.Took(took(run)), Values: values})
	}
	data.Compared = spansText(spans)
	data.Before = barsOf("How long runs took. "+data.Compared, periods, []string{"accent", "rest"}, 14*len(periods), 48)
	return nil
}

// spansText is how long the runs before took, in words.
func spansText(spans []time.Duration) string {
	if len(spans) == 1 {
		return "The run before it took " + human.Took(spans[0]) + "."
	}
	slices.Sort(spans)
	return "The " + grouped(len(spans)) + " runs before it took " + human.Took(spans[0]) + " to " + human.Took(spans[len(spans)-1]) +
		", half of them at most " + human.Took(spans[(len(spans)-1)/2]) + "."
}

// underWay is how far a run, or a plan, is.
type underWay struct {
	operate.Look
	Text    string // how far it is
	Trouble string // what is in its way
	Percent Share
	refresh int // seconds
}

// lookAt asks how far a run is that has recorded no end.
func (p *Page) lookAt(ctx context.Context, data runData) *underWay {
	if data.Sort != "" {
		return &underWay{Text: "It is at work. How far it is, only whoever started it sees.", refresh: 10}
	}
	look, err := p.Desk.Look(ctx, data.InUI)
	if err != nil {
		p.Log.WarnContext(ctx, "how far a run is cannot be asked", "run", data.Run.RunID, "error", err)
		return &underWay{
			Text:    "It has recorded no end.",
			Trouble: "How far it is cannot be told: Temporal does not answer, or has no such run any more. What it has done so far is below.",
			refresh: 10,
		}
	}
	if look.Outcome != execution.Running {
		return &underWay{
			Look: look, refresh: 5,
			Text:    "In Temporal it has ended: " + look.Outcome + ".",
			Trouble: "It recorded no end. If it was ended from outside, the next run of the kind records what it did.",
		}
	}
	under := progressOf(look)
	under.refresh = 2
	return under
}

// progressOf says how far something is that is under way.
func progressOf(look operate.Look) *underWay {
	under := &underWay{Look: look, Trouble: look.Trouble}
	progress := look.Progress
	switch {
	case progress == nil && look.Trouble != "":
		under.Text = "It waits for a worker."
	case progress == nil:
		under.Text = "It is under way. No worker has said yet how far it is."
	case progress.Scopes == 0:
		under.Text = "It finds its places."
	default:
		under.Percent = shareOf(progress.Done, progress.Scopes, "accent", "places are done")
		under.Text = grouped(progress.Done) + " of " + grouped(progress.Scopes) + " places are done."
	}
	return under
}
