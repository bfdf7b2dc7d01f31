package page

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"cloudsync/address"
	"cloudsync/human"
	"cloudsync/starter/schedule"
	"cloudsync/store"
)

func (p *Page) registerOverview() {
	p.show("/{$}", p.overview)
}

// overviewData is what is first of all.
type overviewData struct {
	Attention   []attention
	Kinds       []kindState
	Heat        heat
	Problem     string // why the schedules are not known; empty if they are
	HasRuns     bool
	HasSchedule bool
}

// attention is something that a person has to look at.
type attention struct {
	Class, Title, Text, Path, Do string
	Since                        time.Time // zero: not known
}

// kindState is a kind in a line.
type kindState struct {
	Kind     string
	Rows     int64
	Loaded   bool
	Last     *store.Run
	Schedule *schedule.Overview // nil: none, or nobody knows
	Held     int64              // rows that wait
	Days     Bars
	Added    int64 // in all days that are shown
	Modified int64
	Deleted  int64
}

// sources are what the overview is made of.
type sources struct {
	holds     []store.HeldScope
	fresh     []store.ScopeFreshness
	days      []store.Day
	last      map[string]store.Run
	schedules map[string]schedule.Overview
	problem   string
}

const (
	// overviewDays is how many days the small pictures show.
	overviewDays = 14
	// reasonShown is how many letters of a reason are shown: the store cuts it after 300.
	reasonShown = 200
	// maxListed is how many of one sort of thing that needs a person are told apart.
	maxListed = 5
)

func (p *Page) overview(ctx context.Context, _ *http.Request) (View, error) {
	from, err := p.readSources(ctx)
	if err != nil {
		return View{}, err
	}
	data := overviewData{Problem: from.problem, HasRuns: len(from.last) > 0, HasSchedule: len(from.schedules) > 0}
	data.Kinds = p.kindStates(from)
	data.Attention = p.attentions(from)
	data.Heat = heatOf(from.fresh, p.Now())
	return View{Page: "overview", Title: "Overview", Nav: "/", Data: data}, nil
}

// readSources asks everything side by side. Without Temporal there is still what MySQL has.
func (p *Page) readSources(ctx context.Context) (from sources, err error) {
	asking, ctx := errgroup.WithContext(ctx)
	asking.Go(func() (err error) {
		from.holds, err = p.Store.StandingHolds(ctx)
		return err
	})
	asking.Go(func() (err error) {
		from.fresh, err = p.Store.Freshness(ctx)
		return err
	})
	asking.Go(func() (err error) {
		from.days, err = p.Store.Days(ctx, p.firstDay())
		return err
	})
	asking.Go(func() (err error) {
		from.last, err = p.Store.NewestRuns(ctx)
		return err
	})
	asking.Go(func() error {
		from.schedules, from.problem = p.readSchedules(ctx, scheduleWait)
		return nil
	})
	err = asking.Wait()
	return from, err
}

func (p *Page) firstDay() time.Time {
	return p.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-overviewDays)
}

// kindStates are those of the kinds that are synced, or have rows.
func (p *Page) kindStates(from sources) (states []kindState) {
	rows := map[string]int64{}
	loaded := map[string]bool{}
	for _, kind := range p.Inventory.State().Kinds {
		rows[kind.Kind], loaded[kind.Kind] = kind.Rows, kind.Loaded
	}
	for _, kind := range p.kinds {
		name := kind.Name()
		state := kindState{Kind: name, Rows: rows[name], Loaded: loaded[name]}
		if run, ok := from.last[name]; ok {
			state.Last = &run
		}
		if one, ok := from.schedules[name]; ok {
			state.Schedule = &one
		}
		if state.Last == nil && state.Schedule == nil && state.Rows == 0 {
			continue
		}
		for _, hold := range from.holds {
			if hold.Scope.Kind == name {
				state.Held += hold.Rows
			}
		}
		state.draw(from.days, p.firstDay())
		states = append(states, state)
	}
	return states
}

// draw draws what the days did.
func (k *kindState) draw(days []store.Day, first time.Time) {
	periods := make([]Period, overviewDays)
	for i := range periods {
		periods[i] = Period{Label: first.AddDate(0, 0, i).Format(time.DateOnly), Values: make([]int64, 3)}
	}
	for _, day := range days {
		i := int(day.Day.Sub(first) / (24 * time.Hour))
		if day.Kind != k.Kind || i < 0 || i >= len(periods) {
			continue
		}
		periods[i].Values = []int64{day.Added, day.Modified, day.Deleted}
		periods[i].Label += ": " + grouped(day.Added) + " added, " + grouped(day.Modified) + " modified, " + grouped(day.Deleted) + " deleted"
		k.Added, k.Modified, k.Deleted = k.Added+day.Added, k.Modified+day.Modified, k.Deleted+day.Deleted
	}
	label := "Changes by day: " + grouped(k.Added) + " added, " + grouped(k.Modified) + " modified, " + grouped(k.Deleted) + " deleted in all"
	k.Days = barsOf(label, periods, []string{"add", "mod", "del"}, 140, 28)
}

// attentions are what needs a person, the most urgent first.
func (p *Page) attentions(from sources) (all []attention) {
	all = append(all, p.holdAttentions(from.holds)...)
	all = append(all, p.scheduleAttentions(from)...)
	all = append(all, scopeAttentions(from.fresh)...)
	return append(all, p.orphanAttentions(from.last)...)
}

func (p *Page) holdAttentions(holds []store.HeldScope) (all []attention) {
	// What the cloud could not be asked for, the next run asks again by itself.
	holds = slices.DeleteFunc(slices.Clone(holds), func(hold store.HeldScope) bool { return !hold.Stands })
	for i, hold := range holds {
		if i == maxListed {
			all = append(all, attention{Class: "warn", Title: "More is held", Text: "Deletions wait in " + grouped(len(holds)-i) + " more places.", Path: "/holds", Do: "See all holds"})
			break
		}
		all = append(all, attention{
			Class: "warn", Title: deletionsOf(hold, "is held", "are held"), Since: hold.At,
			Text: hold.Scope.Place() + ": " + hold.Reason, Path: address.Hold(hold.ScopeID), Do: "Look and decide",
		})
	}
	return all
}

// lateAfter is how many intervals a schedule may be behind before somebody is told.
const lateAfter = 2

func (p *Page) scheduleAttentions(from sources) (all []attention) {
	for _, kind := range p.kinds {
		one, ok := from.schedules[kind.Name()]
		if !ok {
			continue
		}
		a := attention{Class: "bad", Path: address.Kind(one.Kind), Do: "Look at the schedule"}
		last, known := from.last[one.Kind]
		switch {
		case one.Stranded:
			a.Title, a.Text = "No worker for "+human.Kind(one.Kind), "A run waits for a worker of its build, and none polls. Start one; starter builds tells which."
		case one.Paused:
			a.Class, a.Title, a.Text = "warn", human.Kind(one.Kind)+" is paused", "No run starts by itself. "+one.Note
		case known && one.Running == nil && one.Every > 0 && p.Now().Sub(last.StartedAt) > lateAfter*one.Every:
			a.Title, a.Text, a.Since = human.Kind(one.Kind)+" is late", "Its schedule starts a run every "+schedule.Interval(one.Every)+", and the last one is older than two of them.", last.StartedAt
		default:
			continue
		}
		all = append(all, a)
	}
	return all
}

// scopeAttentions are the scopes that fail now, by kind and reason.
func scopeAttentions(fresh []store.ScopeFreshness) (all []attention) {
	failed := map[string][]store.ScopeFreshness{}
	for _, scope := range fresh {
		if scope.Configured && scope.Outcome == "failed" {
			failed[scope.Scope.Kind] = append(failed[scope.Scope.Kind], scope)
		}
	}
	for kind, scopes := range failed {
		first := slices.MinFunc(scopes, func(a, b store.ScopeFreshness) int { return a.CompleteAt.Compare(b.CompleteAt) })
		text := first.Scope.Place() + ": " + wholeWords(first.Reason, reasonShown)
		if len(scopes) > 1 {
			text += " – and " + grouped(len(scopes)-1) + " more places"
		}
		all = append(all, attention{
			Class: "bad", Title: human.Kind(kind) + " cannot be listed in " + places(len(scopes)), Text: text,
			Since: first.CompleteAt, Path: address.Kind(kind), Do: "See the places",
		})
	}
	slices.SortFunc(all, func(a, b attention) int { return cmp.Compare(a.Title, b.Title) })
	return all
}

func places(n int) string {
	if n == 1 {
		return "one place"
	}
	return grouped(n) + " places"
}

// orphanAttentions are one for all kinds: a place that is no longer configured has rows of most.
func (p *Page) orphanAttentions(last map[string]store.Run) (all []attention) {
	var rows, newest int64
	var kinds []string
	for _, kind := range p.kinds {
		if run, ok := last[kind.Name()]; ok && run.OrphanRows > 0 {
			rows, newest = rows+run.OrphanRows, max(newest, run.ID)
			kinds = append(kinds, kindsOf(run.OrphanRows, run.Kind))
		}
	}
	if rows == 0 {
		return nil
	}
	a := attention{
		Class: "warn", Title: grouped(rows) + " rows are orphans", Path: runPath(newest), Do: "See a run that met them",
		Text: "No run looks after them: the configuration no longer has their places. starter prune removes them, if that is meant. They are " + strings.Join(kinds, ", ") + ".",
	}
	if rows == 1 {
		a.Title = "1 row is an orphan"
	}
	return []attention{a}
}
