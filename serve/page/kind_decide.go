package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"cloudsync/address"
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
	note, fault := noteOf(form.Get("note"), "The note is missing: write in a few words why.")
	if fault != "" {
		return "", p.askNoteAgain(ctx, r, form.Get("note"), fault)
	}
	return address.Kind(kind.Name()), do(ctx, kind.Name(), note, whoOf(ctx))
}

// askNoteAgain shows the page of the kind once more, with what was written and what is wrong.
func (p *Page) askNoteAgain(ctx context.Context, r *http.Request, note, fault string) error {
	return p.askKindAgain(ctx, r, func(data *kindData) { data.Note, data.NoteFault = note, fault })
}

func (p *Page) askKindAgain(ctx context.Context, r *http.Request, tell func(*kindData)) error {
	view, err := p.kind(ctx, r)
	if err != nil {
		return err
	}
	if data, ok := view.Data.(kindData); ok {
		tell(&data)
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
	place := strings.TrimSpace(form.Get("scope"))
	if place != "" {
		if strings.Count(place, "/") < 2 {
			return "", p.askPlaceAgain(ctx, r, place, "Write the place as PROVIDER/ACCOUNT/REGION, or leave it empty to plan all.")
		}
		only = append(only, place)
	}
	run, err := p.Desk.Plan(ctx, kind.Name(), only, whoOf(ctx))
	if refused := (*operate.Refusal)(nil); errors.As(err, &refused) {
		return "", p.askPlaceAgain(ctx, r, place, refused.Error())
	}
	return planPath(run), err
}

// askPlaceAgain shows the page of the kind once more, with the place that was written and why
// nothing was planned.
func (p *Page) askPlaceAgain(ctx context.Context, r *http.Request, place, fault string) error {
	return p.askKindAgain(ctx, r, func(data *kindData) { data.PlanPlace, data.PlanFault = place, fault })
}
