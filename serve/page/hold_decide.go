package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"cloudsync/store"
)

// maxNote is how many characters the note of an approval has at most.
const maxNote = 500

// approve lets a held set go: exactly the one that the form shows, which the next run compares
// with what is gone then.
func (p *Page) approve(ctx context.Context, form url.Values, r *http.Request) (string, error) {
	id, err := scopeNamed(r)
	if err != nil {
		return "", err
	}
	hold, err := p.Store.StandingHold(ctx, id)
	if errors.Is(err, store.ErrNotFound) { // its page says what became of it
		return holdPath(id), nil
	}
	if err != nil {
		return "", err
	}
	if seen := form.Get("digest"); seen != hold.Digest {
		return "", p.changedFault(ctx, hold, seen)
	}
	note := strings.TrimSpace(form.Get("note"))
	if fault := noteFault(note); fault != "" {
		return "", p.askAgain(ctx, hold, note, fault)
	}
	task, err := p.Desk.Approve(ctx, hold.Scope.Kind, []string{hold.Digest}, whoOf(ctx), note)
	if err != nil {
		return "", err
	}
	return taskPath(task.ID), nil
}

func noteFault(note string) string {
	switch n := utf8.RuneCountInString(note); {
	case n == 0:
		return "Write why these may go: whoever wonders later reads it."
	case n > maxNote:
		return "The note has " + grouped(n) + " characters, at most " + grouped(maxNote) + " are kept: write less."
	default:
		return ""
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
