package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"cloudsync/address"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/workflows"
)

// approve lets a held set go: exactly the one that the form shows, which the next run compares
// with what is gone then.
func (p *Page) approve(ctx context.Context, form url.Values, r *http.Request) (string, error) {
	id, err := scopeNamed(r)
	if err != nil {
		return "", err
	}
	hold, err := p.Store.StandingHold(ctx, id)
	if errors.Is(err, store.ErrNotFound) { // its page says what became of it
		return address.Hold(id), nil
	}
	if err != nil {
		return "", err
	}
	if seen := form.Get("digest"); seen != hold.Digest {
		return "", p.changedFault(ctx, hold, seen)
	}
	if err := p.checkSeen(ctx, hold); err != nil {
		return "", err
	}
	note, fault := noteOf(form.Get("note"), "Write why these may go: whoever wonders later reads it.")
	if fault != "" {
		return "", p.askAgain(ctx, hold, form.Get("note"), fault)
	}
	task, err := p.Desk.Approve(ctx, hold.Scope.Kind, []string{hold.Digest}, whoOf(ctx), note)
	if err != nil {
		return "", err
	}
	return taskPath(task.ID), nil
}

// checkSeen refuses to let go what nobody could see, or what needs no decision.
func (p *Page) checkSeen(ctx context.Context, hold store.HeldScope) error {
	err := p.Store.CheckHold(ctx, hold.ScopeID, hold.Digest)
	switch {
	case err == nil && hold.Stands:
		return nil
	case err == nil:
		return &Fault{Status: http.StatusConflict, Title: "Nothing was approved", Text: "The cloud could not be asked for these one by one. The next run asks again by itself."}
	case errors.Is(err, store.ErrNotFound), errors.Is(err, resource.ErrCorrupt):
		return &Fault{Status: http.StatusConflict, Title: "Nothing was approved", Text: "Nobody knows any more which rows these are. The next run finds out anew."}
	default:
		return err
	}
}

// noteOf is a note as it is kept, or what is wrong with it.
func noteOf(text, missing string) (note, fault string) {
	note, err := workflows.ApprovalNote(text)
	switch {
	case err != nil:
		return "", "This note cannot be kept: " + err.Error() + "."
	case note == "":
		return "", missing
	default:
		return note, ""
	}
}

// askAgain shows the page of the hold once more, with what was written and what is wrong.
func (p *Page) askAgain(ctx context.Context, hold store.HeldScope, note, fault string) error {
	view, err := p.holdView(ctx, hold, 1)
	if err != nil {
		return err
	}
	if data, ok := view.Data.(*holdData); ok {
		data.Note, data.NoteFault = note, fault
	}
	return &shown{status: http.StatusUnprocessableEntity, view: view}
}

// changedFault says how the set that somebody approves differs from the one that waits.
func (p *Page) changedFault(ctx context.Context, hold store.HeldScope, seen string) error {
	change, err := p.compareSets(ctx, hold, seen)
	if err != nil {
		return err
	}
	return &shown{status: http.StatusConflict, view: View{Page: "hold_changed", Title: "The held set has changed: nothing was approved", Nav: "/holds", Data: change}}
}
