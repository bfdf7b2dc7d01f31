package page

import (
	"context"
	"net/http"

	"cloudsync/human"
	"cloudsync/store"
)

func (p *Page) registerHolds() {
	p.show("/holds", p.holds)
	p.show("/holds/{scope}", p.hold)
	p.decide("/holds/{scope}/approve", p.approve)
	p.show("/tasks/{id}", p.task)
}

// holds is the list of what waits.
func (p *Page) holds(ctx context.Context, _ *http.Request) (View, error) {
	waiting, err := p.Store.StandingHolds(ctx)
	if err != nil {
		return View{}, err
	}
	lines := make([]holdLine, len(waiting))
	for i, hold := range waiting {
		lines[i] = newHoldLine(hold)
	}
	return View{Page: "holds", Title: "Holds", Nav: "/holds", Data: lines}, nil
}

// holdLine is a hold in a line.
type holdLine struct {
	store.HeldScope
	Place, Path string
	Share       Share
}

func newHoldLine(hold store.HeldScope) holdLine {
	return holdLine{HeldScope: hold, Place: hold.Scope.Place(), Path: holdPath(hold.ScopeID), Share: shareOf(hold.Rows, hold.Base, "del", "rows")}
}

// deletionsOf says that the deletions of a hold do something: with a verb for one, and one for
// several.
func deletionsOf(hold store.HeldScope, one, several string) string {
	if hold.Rows == 1 {
		return "1 deletion of a " + human.Kind(hold.Scope.Kind) + " " + one
	}
	return grouped(hold.Rows) + " deletions of " + human.Kind(hold.Scope.Kind) + " rows " + several
}
