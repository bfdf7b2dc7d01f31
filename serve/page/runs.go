package page

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cloudsync/activities"
	"cloudsync/history"
	"cloudsync/store"
)

func (p *Page) registerRuns() {
	p.show("/runs", p.runs)
	p.show("/runs/{run}", p.run)
}

// runsData is the list of runs.
type runsData struct {
	Filter   store.RunFilter
	Kinds    []string
	Outcomes []choice
	Runs     []runLine
	Older    string // where the next runs are; empty: there are none
	Newest   string // where the list begins; empty: this is there
	Narrowed bool
}

// runLine is a run in a list.
type runLine struct {
	store.Run
	Running bool
	Sort    string // what it is, where it is no sync
	// DecidedBy is the number of the run since which nothing that the run held waits any more.
	DecidedBy int64
}

// runOutcomes are all that a record may have.
var runOutcomes = []string{
	store.OutcomeRunning, string(activities.OK), string(activities.Unchanged), string(activities.Partial), string(activities.Held),
	string(activities.Failed), string(activities.Pruned), store.OutcomeRestored,
}

// runsShown is how many runs a page of the list has.
const runsShown = 50

func (p *Page) runs(ctx context.Context, r *http.Request) (View, error) {
	query := r.URL.Query()
	filter, err := p.runFilter(query)
	if err != nil {
		return View{}, err
	}
	filter.Limit = runsShown + 1
	runs, err := p.Store.FilterRuns(ctx, filter)
	if err != nil {
		return View{}, err
	}
	data := runsData{Filter: filter, Kinds: p.Kinds.Names(), Narrowed: filter.Kind != "" || len(filter.Outcomes) > 0 || filter.Approved}
	for _, outcome := range runOutcomes {
		data.Outcomes = append(data.Outcomes, choice{Value: outcome, Chosen: slices.Contains(filter.Outcomes, outcome)})
	}
	if len(runs) > runsShown {
		runs = runs[:runsShown]
		query.Set("before", strconv.FormatInt(runs[runsShown-1].ID, 10))
		data.Older = with("/runs", query)
	}
	if filter.Before > 0 {
		query.Del("before")
		data.Newest = with("/runs", query)
	}
	data.Runs, err = p.runLines(ctx, runs)
	return View{Page: "runs", Title: "Runs", Nav: "/runs", Data: data}, err
}

func (p *Page) runFilter(query url.Values) (filter store.RunFilter, err error) {
	if name := query.Get("kind"); name != "" {
		kind, err := p.Kinds.Named(name)
		if err != nil {
			return filter, wrong(err)
		}
		filter.Kind = kind.Name()
	}
	for _, outcome := range query["outcome"] {
		switch {
		case outcome == "":
		case slices.Contains(runOutcomes, outcome):
			filter.Outcomes = append(filter.Outcomes, outcome)
		default:
			return filter, wrong(fmt.Errorf("outcome %q: the outcomes are %s", outcome, strings.Join(runOutcomes, ", ")))
		}
	}
	if before := query.Get("before"); before != "" {
		filter.Before, err = strconv.ParseInt(before, 10, 64)
		if err != nil || filter.Before < 1 {
			return filter, wrong(fmt.Errorf("before %q: write the number of a run, such as 120", before))
		}
	}
	filter.Approved = query.Get("approved") != ""
	return filter, nil
}

func (p *Page) runLines(ctx context.Context, runs []store.Run) ([]runLine, error) {
	holds, err := history.ReadHolds(ctx, p.Store, runs...)
	if err != nil {
		return nil, err
	}
	lines := make([]runLine, len(runs))
	for i, run := range runs {
		lines[i] = runLine{Run: run, Running: run.Outcome == store.OutcomeRunning, Sort: sortOf(run)}
		if run.Held > 0 {
			lines[i].DecidedBy = holds.SupersededBy(run.RunID)
		}
	}
	return lines, nil
}

// sortOf is what a run is that is no sync; empty for one that is.
func sortOf(run store.Run) string {
	switch {
	case store.IsRestoreID(run.RunID):
		return "restore"
	case strings.HasSuffix(run.WorkflowID, store.PruneSuffix):
		return "prune"
	default:
		return ""
	}
}
