package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"cloudsync/history"
	"cloudsync/inventory"
	"cloudsync/serve/operate"
	"cloudsync/store"
)

// Fault is an error in words for people: what is wrong, and what to do.
type Fault struct {
	Status int    // of the answer
	Title  string // a few words
	Text   string // what to do
	Cause  error  // for the log; nil: there is nothing to look into
}

func (f *Fault) Error() string { return f.Title + ": " + f.Text }

// Unwrap is the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// wrong is the fault of an address that asks for what cannot be.
func wrong(err error) *Fault {
	return &Fault{Status: http.StatusBadRequest, Title: "This cannot be answered", Text: err.Error()}
}

// missing is the fault of an address of something that is not there.
func missing(title, text string) *Fault {
	return &Fault{Status: http.StatusNotFound, Title: title, Text: text}
}

// faultOf is any error in words. What MySQL or Temporal say goes to the log alone.
func faultOf(err error) *Fault {
	var fault *Fault
	var asked *history.Wrong
	var refused *operate.Refusal
	switch {
	case errors.As(err, &fault):
		return fault
	case errors.As(err, &asked):
		return wrong(asked)
	case errors.As(err, &refused):
		return &Fault{Status: http.StatusConflict, Title: "This was not done", Text: refused.Error()}
	case errors.Is(err, operate.ErrNoRun):
		return missing("Temporal has no such run", "It keeps runs for a while only. The record of the run may still be there: see the runs.")
	case errors.Is(err, history.ErrNoRun):
		return missing("There is no such run", err.Error())
	case errors.Is(err, store.ErrNotFound):
		return missing("This is not there", "It may have been here before: the changes tell what became of it.")
	case errors.Is(err, store.ErrPruned):
		return &Fault{Status: http.StatusBadRequest, Title: "The history does not go back that far", Text: err.Error()}
	case errors.Is(err, inventory.ErrNotLoaded):
		return &Fault{Status: http.StatusServiceUnavailable, Title: "The inventory is still being loaded", Text: "This takes seconds. Load the page again."}
	case errors.Is(err, inventory.ErrSlowQuery), errors.Is(err, inventory.ErrTooManyGroups):
		return wrong(err)
	case errors.Is(err, operate.ErrNoTemporal):
		return &Fault{Status: http.StatusServiceUnavailable, Title: "Temporal does not answer", Text: "Schedules and runs are out of reach until it does. What is in MySQL can be looked at meanwhile.", Cause: err}
	case errors.Is(err, operate.ErrTemporal):
		return &Fault{Status: http.StatusServiceUnavailable, Title: "Temporal answers with an error", Text: "The server's log says why. What is in MySQL can be looked at meanwhile.", Cause: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Fault{Status: http.StatusServiceUnavailable, Title: "This took too long", Text: "Ask for less, or try again when less is asked at a time.", Cause: err}
	default:
		return &Fault{Status: http.StatusServiceUnavailable, Title: "The database does not answer as it should", Text: "The server's log says why. Load the page again when it does.", Cause: err}
	}
}

// shown is the error of a decision that was not carried out, with the page that says why.
type shown struct {
	status int
	view   View
}

func (s *shown) Error() string { return s.view.Title }

// fail answers with the page of an error.
func (p *Page) fail(w http.ResponseWriter, r *http.Request, err error) {
	var own *shown
	if errors.As(err, &own) {
		p.write(w, r, own.status, own.view)
		return
	}
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody is left to tell
	}
	fault := faultOf(err)
	if fault.Cause != nil {
		p.Log.WarnContext(r.Context(), "a page cannot be shown", "path", r.URL.Path, "error", fault.Cause)
	}
	p.write(w, r, fault.Status, View{Page: "error", Title: fault.Title, Data: fault})
}

// Refuse answers a request that is beyond a bound of the server, with what to do.
func (p *Page) Refuse(w http.ResponseWriter, r *http.Request, status int, detail string) {
	title := "Too much is asked"
	if status == http.StatusRequestURITooLong { // which is not to be repeated in a link
		r = r.Clone(r.Context())
		r.URL, title = &url.URL{Path: "/"}, "This address is too long"
	}
	p.fail(w, r, &Fault{Status: status, Title: title, Text: detail})
}

func (p *Page) notFound(w http.ResponseWriter, r *http.Request) {
	p.fail(w, r, missing("There is no such page", "Use the menu to find what you look for."))
}
