package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

func (p *Page) runNow(ctx context.Context, _ url.Values, r *http.Request) (string, error) {
	kind, err := p.kindIn(r)
	if err != nil {
		return "", err
	}
	task, err := p.Desk.RunNow(ctx, kind.Name(), whoOf(ctx))
	return taskPath(task.ID), err
}

func (p *Page) pause(ctx context.Context, form url.Values, r *http.Request) (string, error) {
	return p.change(ctx, form, r, p.Desk.Pause)
}

func (p *Page) resume(ctx context.Context, form url.Values, r *http.Request) (string, error) {
	return p.change(ctx, form, r, p.Desk.Resume)
}

// change changes a schedule, with a note that says why.
func (p *Page) change(ctx context.Context, form url.Values, r *http.Request, do func(ctx context.Context, kind, note, by string) error) (string, error) {
	kind, err := p.kindIn(r)
	if err != nil {
		return "", err
	}
	note, fault := noteOf(form.Get("note"), "The note is missing: write in a few words why.")
	if fault != "" {
		return "", p.askNoteAgain(ctx, r, form.Get("note"), fault)
	}
	return kindPath(kind.Name()), do(ctx, kind.Name(), note, whoOf(ctx))
}

// askNoteAgain shows the page of the kind once more, with what was written and what is wrong.
func (p *Page) askNoteAgain(ctx context.Context, r *http.Request, note, fault string) error {
	view, err := p.kind(ctx, r)
	if err != nil {
		return err
	}
	if data, ok := view.Data.(kindData); ok {
		data.Note, data.NoteFault = note, fault
		view.Data = data
	}
	return &shown{status: http.StatusUnprocessableEntity, view: view}
}

func (p *Page) plan(ctx context.Context, form url.Values, r *http.Request) (string, error) {
	kind, err := p.kindIn(r)
	if err != nil {
		return "", err
	}
	var only []string
	if scope := strings.TrimSpace(form.Get("scope")); scope != "" {
		if strings.Count(scope, "/") < 2 {
			return "", wrong(errors.New("the scope is no scope: write PROVIDER/ACCOUNT/REGION, or leave it empty to plan all"))
		}
		only = append(only, scope)
	}
	run, err := p.Desk.Plan(ctx, kind.Name(), only, whoOf(ctx))
	return planPath(run), err
}
