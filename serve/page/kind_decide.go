package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"cloudsync/serve/operate"
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
	note, err := noteIn(form)
	if err != nil {
		return "", err
	}
	return kindPath(kind.Name()), do(ctx, kind.Name(), note, whoOf(ctx))
}

// noteIn is what somebody writes about a decision.
func noteIn(form url.Values) (string, error) {
	note := strings.TrimSpace(form.Get("note"))
	switch {
	case note == "":
		return "", wrong(errors.New("the note is missing: go back, and write in a few words why"))
	case utf8.RuneCountInString(note) > operate.MaxNote:
		return "", wrong(fmt.Errorf("the note is too long: go back, and write at most %d characters", operate.MaxNote))
	}
	return note, nil
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
