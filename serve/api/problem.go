package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"cloudsync/history"
	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/store"
	"cloudsync/untrusted"
)

// refuse answers with a problem, where no operation does.
func refuse(w http.ResponseWriter, status int, detail string, errs ...error) {
	writeProblem(w, huma.NewError(status, detail, errs...))
}

// writeProblem answers with an error of failed.
func writeProblem(w http.ResponseWriter, err error) {
	var headers huma.HeadersError
	if errors.As(err, &headers) {
		for name, values := range headers.GetHeaders() {
			w.Header()[name] = values
		}
	}
	problem := huma.NewError(http.StatusInternalServerError, "unexpected error")
	errors.As(err, &problem)
	encoded, err := json.Marshal(problem)
	if err != nil { // texts and numbers always encode
		panic("api: encode a problem: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(problem.GetStatus())
	_, _ = w.Write(append(untrusted.JSON(encoded), '\n')) // nobody is left to tell
}

// at is where an error is that has been told.
func at(location string) error { return &huma.ErrorDetail{Location: location} }

// wrong is the error of a parameter that cannot be meant.
func wrong(location string, err error) error {
	return huma.Error422UnprocessableEntity("the request is wrong: "+location, &huma.ErrorDetail{Location: location, Message: err.Error()})
}

// where is the place in a query at which it is wrong.
type where struct {
	Character int `json:"character"` // from 1
}

// wrongQuery says where a query is wrong.
func wrongQuery(err error) error {
	detail := &huma.ErrorDetail{Location: "query.q", Message: err.Error()}
	var syntax *query.SyntaxError
	if errors.As(err, &syntax) {
		detail.Message, detail.Value = syntax.Problem, where{Character: syntax.At + 1}
		err = fmt.Errorf("the query is wrong at character %d: %s", syntax.At+1, syntax.Problem)
	}
	return huma.Error422UnprocessableEntity(err.Error(), detail)
}

// failed puts the error of an answer into a problem. What only operators of the server can
// mend is logged, and not told: it may have addresses and statements.
func (a *API) failed(ctx context.Context, err error) error {
	var told huma.StatusError
	var part *history.Wrong
	switch {
	case err == nil || errors.As(err, &told):
		return err
	case errors.As(err, &part):
		return wrong("query."+part.Name, part)
	case errors.Is(err, inventory.ErrSlowQuery):
		return huma.Error503ServiceUnavailable(err.Error())
	case errors.Is(err, store.ErrPruned):
		return wrong("query.as_of", err)
	case errors.Is(err, store.ErrSeveralRuns):
		return wrong("query.run", err)
	case errors.Is(err, inventory.ErrTooManyGroups):
		return huma.Error422UnprocessableEntity(err.Error())
	case errors.Is(err, history.ErrNoRun):
		return huma.Error404NotFound(err.Error())
	case errors.Is(err, inventory.ErrNotLoaded):
		return huma.ErrorWithHeaders(&huma.ErrorModel{
			Type: inventory.NotLoadedType, Title: http.StatusText(http.StatusServiceUnavailable), Status: http.StatusServiceUnavailable,
			Detail: inventory.ErrNotLoaded.Error() + ": ask again in a few seconds",
		}, http.Header{"Retry-After": {"2"}})
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return huma.Error503ServiceUnavailable(fmt.Sprintf("the answer took longer than %s: ask for less, such as one kind, by a label's value instead of a regular expression, or export all; or ask again when the server has less to do",
			a.options.Limits.Question))
	case ctx.Err() != nil:
		return huma.Error503ServiceUnavailable("the server is stopping")
	}
	a.options.Log.ErrorContext(ctx, "a question failed", "error", err)
	return huma.ErrorWithHeaders(huma.Error503ServiceUnavailable("the database does not answer as it should: the server's log says why"),
		http.Header{"Retry-After": {"5"}})
}
