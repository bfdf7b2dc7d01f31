package page

import (
	"context"
	"net/http"
	"net/url"

	"golang.org/x/sync/errgroup"

	"cloudsync/address"
	"cloudsync/human"
	"cloudsync/store"
)

func (p *Page) registerHolds() {
	p.show("/holds", p.holds)
	p.show("/holds/{scope}", p.hold)
	p.decide("/holds/{scope}/approve", p.approve)
	p.show("/tasks/{id}", p.task)
}

// holdsData is what waits, and what was decided last.
type holdsData struct {
	Waiting []holdLine
	Decided []decided
	Most    int // decisions that are shown
}

// decided is a decision in a line.
type decided struct {
	store.DecidedHold
	Place       string
	RunPath     string
	Changes     string // the address of what was deleted
	RestorePath string // of the run that put it back; empty: none did
}

// decidedShown is how many decisions are shown.
const decidedShown = 20

// holds is the list of what waits, and of the latest decisions.
func (p *Page) holds(ctx context.Context, _ *http.Request) (View, error) {
	data := holdsData{Most: decidedShown}
	asking, asked := errgroup.WithContext(ctx)
	asking.Go(func() error {
		waiting, err := p.Store.StandingHolds(asked)
		for _, hold := range waiting {
			data.Waiting = append(data.Waiting, newHoldLine(hold))
		}
		return err
	})
	asking.Go(func() error {
		holds, err := p.Store.DecidedHolds(asked, decidedShown)
		for _, hold := range holds {
			data.Decided = append(data.Decided, newDecided(hold))
		}
		return err
	})
	if err := asking.Wait(); err != nil {
		return View{}, err
	}
	return View{Page: "holds", Title: "Holds", Nav: "/holds", Data: data}, nil
}

func newDecided(hold store.DecidedHold) decided {
	line := decided{
		DecidedHold: hold, Place: hold.Scope.Place(), RunPath: runPath(hold.Run),
		Changes: with("/changes", url.Values{"run": {hold.RunID}, "scope": {hold.Scope.Place()}, "op": {"delete"}}),
	}
	if hold.RestoreRun > 0 {
		line.RestorePath = runPath(hold.RestoreRun)
	}
	return line
}

// holdLine is a hold in a line.
type holdLine struct {
	store.HeldScope
	Place, Path string
	Share       Share
}

func newHoldLine(hold store.HeldScope) holdLine {
	return holdLine{HeldScope: hold, Place: hold.Scope.Place(), Path: address.Hold(hold.ScopeID), Share: shareOf(hold.Rows, hold.Base, "del", "rows")}
}

// deletionsOf says that the deletions of a hold do something: with a verb for one, and one for
// several.
func deletionsOf(hold store.HeldScope, one, several string) string {
	if hold.Rows == 1 {
		return "1 deletion of a " + human.Kind(hold.Scope.Kind) + " " + one
	}
	return grouped(hold.Rows) + " deletions of " + human.Kind(hold.Scope.Kind) + " rows " + several
}
