package page

import (
	"context"
	"net/http"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/human"
	"cloudsync/resource"
	"cloudsync/serve/operate"
	"cloudsync/starter/execution"
	"cloudsync/workflows"
)

func (p *Page) registerPlans() {
	p.show("/plans/{workflow}/{run}", p.showPlan)
}

// planData is a plan: what a run would do.
type planData struct {
	operate.Look
	Under  *underWay // nil: it has ended
	Report *workflows.Report
	Places []plannedPlace
	Total  int64 // changes
	Hidden int64 // of these, that are not shown
	// Compared says whether the figures mean anything.
	Compared bool
	Planned  int64 // scopes
}

// plannedPlace is what would change in a place.
type plannedPlace struct {
	Place   string
	Changes []plannedChange
}

// plannedChange is what would change about a resource.
type plannedChange struct {
	Mark, What, Class string
	ID, Path          string
	Remark            string
	Fields            []resource.FieldChange
}

func (p *Page) showPlan(ctx context.Context, r *http.Request) (View, error) {
	run := execution.Run{WorkflowID: r.PathValue("workflow"), RunID: r.PathValue("run")}
	look, err := p.Desk.Look(ctx, run)
	if err != nil {
		return View{}, err
	}
	if !look.Plan {
		return View{}, missing("This is no plan", "It is a run of "+human.Kind(look.Kind)+": look for it among the runs.")
	}
	data := planData{Look: look, Report: look.Report}
	view := View{Page: "plan", Title: "Plan of " + human.Kind(look.Kind), Nav: "/runs"}
	switch {
	case look.Outcome == execution.Running:
		data.Under = progressOf(look)
		view.Refresh = 1
	case look.Report != nil:
		data.read(*look.Report)
	}
	view.Data = data
	return view, nil
}

func (d *planData) read(report workflows.Report) {
	d.Total = report.ToAdd + report.ToMod + report.ToDel
	d.Hidden = max(0, d.Total-int64(len(report.Planned)))
	d.Compared = report.Error == "" && (report.Scopes == 0 || report.Scopes > report.ScopesFailed)
	d.Planned = report.Scopes - report.ScopesFailed
	for _, change := range report.Planned {
		if last := len(d.Places) - 1; last < 0 || d.Places[last].Place != change.Place {
			d.Places = append(d.Places, plannedPlace{Place: change.Place})
		}
		place := &d.Places[len(d.Places)-1]
		place.Changes = append(place.Changes, newPlannedChange(d.Kind, change))
	}
}

func newPlannedChange(kind string, change activities.PlannedChange) plannedChange {
	planned := plannedChange{What: string(change.Op), ID: change.NativeID, Fields: change.Fields}
	switch change.Op {
	case diff.Add:
		planned.Mark, planned.Class = "+", "new"
	case diff.Delete:
		planned.Mark, planned.Class = "−", "old"
	default:
		planned.Mark, planned.Class = "~", "changed"
	}
	if planned.ID == "" {
		planned.ID, planned.Path = "uid "+change.UID.String(), resourcePath(kind, change.UID)
	}
	switch {
	case change.Meanwhile != "":
		planned.Remark = "The row was " + string(change.Meanwhile) + " after the comparison: plan again."
	case change.Op == diff.Modify && len(change.Fields) == 0:
		planned.Remark = "Only its hash is rewritten."
	}
	return planned
}
