package page

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"cloudsync/human"
	"cloudsync/resource"
	"cloudsync/serve/operate"
	"cloudsync/starter/schedule"
	"cloudsync/store"
)

func (p *Page) registerKinds() {
	p.show("/kinds/{kind}", p.kind)
	p.decide("/kinds/{kind}/run", p.runNow)
	p.decide("/kinds/{kind}/pause", p.pause)
	p.decide("/kinds/{kind}/resume", p.resume)
	p.decide("/kinds/{kind}/plan", p.plan)
}

// kindData is all that there is about a kind.
type kindData struct {
	Kind    string
	State   kindState
	Problem string // why the schedule is not known; empty if it is
	Every   string
	Running *runningNow
	Waiting []waitingTask
	Runs    []runLine
	Holds   []holdLine
	// HoldsLeft is how many more wait.
	HoldsLeft int
	Scopes    freshList
	// Note was written, and NoteFault is what is wrong with it, where the form comes back.
	Note, NoteFault string
	// PlanPlace was written, and PlanFault is what is wrong with it, likewise.
	PlanPlace, PlanFault string
	// Places are those that can be planned by themselves, as far as they are known.
	Places []string
}

// runningNow is the run that the schedule has under way.
type runningNow struct{ Path, InUI string }

// waitingTask is something that was asked for, and waits.
type waitingTask struct {
	operate.Task
	Path string
}

// freshList is the scopes of a kind that the reader asks for.
type freshList struct {
	Query, Show string // what is asked for
	Lines       []freshLine
	Left        int // that are not shown
	Failed, Old int // of all: that fail now, and that the configuration no longer has
	All         int
	Asked       bool
}

// freshLine is how fresh a scope is.
type freshLine struct {
	store.ScopeFreshness
	Place string
}

const (
	// kindRuns is how many of the last runs of a kind are shown.
	kindRuns = 10
	// kindHolds is how many of its holds are.
	kindHolds = 20
	// placesOffered is how many of its places a form offers.
	placesOffered = 500
)

// What the reader may ask of a kind's scopes.
const (
	showFailed = "failed"
	showNever  = "never"
	showOld    = "orphaned"
)

func (p *Page) kind(ctx context.Context, r *http.Request) (View, error) {
	kind, err := p.kindIn(r)
	if err != nil {
		return View{}, err
	}
	data := kindData{Kind: kind.Name(), State: kindState{Kind: kind.Name()}}
	for _, held := range p.Inventory.State().Kinds {
		if held.Kind == data.Kind {
			data.State.Rows, data.State.Loaded = held.Rows, held.Loaded
		}
	}
	asking, asked := errgroup.WithContext(ctx)
	asking.Go(func() error { p.readKindSchedule(asked, &data); return nil })
	asking.Go(func() error { return p.readKindRuns(asked, &data) })
	asking.Go(func() error { return p.readKindHolds(asked, &data) })
	asking.Go(func() error { return p.readKindScopes(asked, &data, r.URL.Query()) })
	if err := asking.Wait(); err != nil {
		return View{}, err
	}
	for _, task := range p.Desk.Tasks() {
		if task.Kind == data.Kind && task.State == operate.Waiting {
			data.Waiting = append(data.Waiting, waitingTask{task, taskPath(task.ID)})
		}
	}
	return View{Page: "kind", Title: "Kind " + human.Kind(data.Kind), Nav: "/runs", Data: data}, nil
}

// kindIn is the kind that an address names.
func (p *Page) kindIn(r *http.Request) (*resource.Kind, error) {
	kind, err := p.Kinds.Named(r.PathValue("kind"))
	if err != nil {
		return nil, missing("There is no such kind", err.Error())
	}
	return kind, nil
}

func (p *Page) readKindSchedule(ctx context.Context, data *kindData) {
	known, problem := p.readSchedules(ctx, kindScheduleWait)
	data.Problem = problem
	one, ok := known[data.Kind]
	if !ok {
		return
	}
	data.State.Schedule, data.Every = &one, schedule.Interval(one.Every)
	if one.Running != nil {
		data.Running = &runningNow{Path: "/runs/" + url.PathEscape(one.Running.RunID), InUI: p.temporalLink(one.Running.WorkflowID, one.Running.RunID)}
	}
}

func (p *Page) readKindRuns(ctx context.Context, data *kindData) error {
	runs, err := p.Store.FilterRuns(ctx, store.RunFilter{Kind: data.Kind, Limit: kindRuns})
	if err != nil {
		return err
	}
	if data.Runs, err = p.runLines(ctx, runs); err != nil {
		return err
	}
	days, err := p.Store.Days(ctx, p.firstDay())
	if err != nil {
		return err
	}
	data.State.draw(days, p.firstDay())
	return nil
}

func (p *Page) readKindHolds(ctx context.Context, data *kindData) error {
	holds, err := p.Store.StandingHolds(ctx)
	for _, hold := range holds {
		if hold.Scope.Kind != data.Kind {
			continue
		}
		data.State.Held += hold.Rows
		data.Holds = append(data.Holds, newHoldLine(hold))
	}
	data.Holds, data.HoldsLeft = firstOf(data.Holds, kindHolds)
	return err
}

func (p *Page) readKindScopes(ctx context.Context, data *kindData, query url.Values) error {
	list := freshList{Query: strings.TrimSpace(query.Get("q")), Show: query.Get("show")}
	if list.Show != "" && !slices.Contains([]string{showFailed, showNever, showOld}, list.Show) {
		return wrong(errors.New("show: write " + showFailed + ", " + showNever + " or " + showOld + ", or leave it out for all"))
	}
	list.Asked = list.Query != "" || list.Show != ""
	all, err := p.Store.Freshness(ctx)
	if err != nil {
		return err
	}
	for _, scope := range all {
		if scope.Scope.Kind == data.Kind {
			list.add(freshLine{scope, scope.Scope.Place()})
			if scope.Configured {
				data.Places = append(data.Places, scope.Scope.Place())
			}
		}
	}
	slices.SortFunc(list.Lines, func(a, b freshLine) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), a.CompleteAt.Compare(b.CompleteAt), cmp.Compare(a.Place, b.Place))
	})
	list.Lines, list.Left = firstOf(list.Lines, scopesShown)
	data.Scopes = list
	slices.Sort(data.Places)
	data.Places, _ = firstOf(data.Places, placesOffered)
	return nil
}

func (l *freshList) add(line freshLine) {
	l.All++
	if line.fails() {
		l.Failed++
	}
	if !line.Configured {
		l.Old++
	}
	if l.wants(line) {
		l.Lines = append(l.Lines, line)
	}
}

func (l *freshList) wants(line freshLine) bool {
	if !strings.Contains(strings.ToLower(line.Place), strings.ToLower(l.Query)) {
		return false
	}
	switch l.Show {
	case showFailed:
		return line.fails()
	case showNever:
		return line.CompleteAt.IsZero()
	case showOld:
		return !line.Configured
	default:
		return true
	}
}

func (l freshLine) fails() bool { return l.Configured && l.Outcome == "failed" }

// rank has those first that somebody has to look at.
func (l freshLine) rank() int {
	switch {
	case l.fails():
		return 0
	case l.Configured:
		return 1
	default:
		return 2
	}
}
