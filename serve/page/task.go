package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"cloudsync/human"
	"cloudsync/serve/login"
	"cloudsync/serve/operate"
	"cloudsync/starter/execution"
	"cloudsync/store"
	"cloudsync/workflows"
)

// taskData is something that was asked for, and how far it is.
type taskData struct {
	operate.Task
	Look      *operate.Look // of the run that began; nil: none, or it cannot be looked at
	LookFault string
	Report    *workflows.Report
	RunPath   string // the record of the run
	Changes   string
	Done      Share // scopes of all, while the run goes on
	IsOver    bool
	Untold    bool // nobody knows what the run did
	Elsewhere bool // an approval was carried out, and the run failed in another place
	HeldMore  bool // an approval was carried out, and other deletions are held
	// InTheWay says that something keeps the run from beginning, or kept it, to those who
	// need not know what Temporal said.
	InTheWay string
}

// task shows what became of something that was asked for.
func (p *Page) task(ctx context.Context, r *http.Request) (View, error) {
	task, ok := p.Desk.Task(r.PathValue("id"))
	if !ok {
		return View{}, missing("This is no longer known", "The server keeps what was asked for as long as it runs, for a day at most. The runs tell what became of it.")
	}
	data := &taskData{Task: task}
	if task.Run != nil {
		p.lookAtRun(ctx, data)
	}
	data.hideDetails(login.From(ctx).Role.Includes(login.Operator))
	data.IsOver = task.State == operate.Failed || task.State == operate.GivenUp || data.Report != nil
	view := View{Page: "task", Title: taskTitle(data), Nav: "/runs", Data: data}
	if task.What == "approve" {
		view.Nav = "/holds"
	}
	if !data.IsOver {
		view.Refresh = 1
	}
	return view, nil
}

// hideDetails leaves what Temporal said to operators; it is in the log, too.
func (d *taskData) hideDetails(operator bool) {
	if operator || d.Error == "" && d.Warning == "" {
		return
	}
	d.Error, d.Warning = "", ""
	switch d.State {
	case operate.Waiting:
		d.InTheWay = "Something keeps the run from beginning. Operators see here what it is, and the server's log says it."
	case operate.GivenUp:
		d.InTheWay = "The server no longer waits for the run, which may still begin. Operators see here why, and the server's log says it."
	case operate.Failed:
		d.InTheWay = "The run did not begin. Operators see here why, and the server's log says it."
	default: // it began
		d.InTheWay = "Something went wrong as the run began. Operators see here what it was, and the server's log says it."
	}
}

func (p *Page) lookAtRun(ctx context.Context, data *taskData) {
	look, err := p.Desk.Look(ctx, *data.Run)
	if err != nil {
		p.Log.WarnContext(ctx, "a run cannot be looked at", "run", data.Run.RunID, "error", err)
		data.LookFault = faultOf(err).Title
		return
	}
	data.Look = &look
	if look.Outcome != execution.Running {
		data.Report = look.Report
		data.Untold = look.Untold || look.Report == nil
		if data.Report == nil {
			data.Report = &workflows.Report{Kind: data.Kind, RunID: data.Run.RunID, Error: "it ended without a report: " + look.Outcome}
		}
		data.Elsewhere = len(data.Report.Approved) > 0 && data.Report.ScopesFailed > 0
		data.HeldMore = len(data.Report.Approved) > 0 && data.Report.Held > 0
		data.Changes = with("/changes", url.Values{"run": {data.Run.RunID}})
	}
	if look.Progress != nil {
		data.Done = shareOf(look.Progress.Done, look.Progress.Scopes, "accent", "places")
	}
	runs, err := p.Store.FindRuns(ctx, data.Run.RunID)
	if err == nil && len(runs) == 1 {
		data.RunPath = runPath(runs[0].ID)
	} else if err != nil && !errors.Is(err, store.ErrNotFound) {
		p.Log.WarnContext(ctx, "the record of a run cannot be read", "run", data.Run.RunID, "error", err)
	}
}

// taskTitle says how far it is in words, which a screen reader hears first.
func taskTitle(data *taskData) string {
	what := "A run of " + human.Kind(data.Kind)
	if data.What == "approve" {
		what = "The approval for " + human.Kind(data.Kind)
	}
	switch {
	case data.State == operate.Waiting:
		return what + " waits for its turn"
	case data.State == operate.Failed:
		return what + " failed"
	case data.State == operate.GivenUp:
		return what + " was given up"
	case data.Report == nil:
		return strings.Replace(what, "The approval", "The run with the approval", 1) + " is under way"
	case data.What == "approve" && len(data.Report.Approved) > 0:
		return what + " was carried out"
	case data.Untold:
		return strings.Replace(what, "The approval", "The run with the approval", 1) + " ended without a report"
	case data.What == "approve":
		return what + " was not used"
	default:
		return what + " has ended"
	}
}
