package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"cloudsync/inventory"
)

func (a *API) registerIndex() {
	huma.Register(a.huma, get("/index", "index", "server", "The index",
		"What the server has of the inventory in memory, and how fresh that is. Without kinds, it asks the database each time."),
		func(context.Context, *struct{}) (*struct{ Body inventory.State }, error) {
			state := a.options.Inventory.State()
			if state.Kinds == nil {
				state.Kinds = []inventory.KindState{}
			}
			return &struct{ Body inventory.State }{state}, nil
		})
	verifier, ok := a.options.Inventory.(Verifier)
	if !ok {
		return
	}
	verify := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.verify(w, r, verifier) }))
	if a.options.Operators != nil {
		verify = a.options.Operators(verify)
	}
	a.mux.Handle("POST "+Prefix+"/index/{kind}/verify", verify)
	operation := told("/index/{kind}/verify", "verifyIndex", "Compare the index with its table",
		"Rows that differ are read again. This is for operators.", inPath("kind", "The kind."))
	operation.Method, operation.Tags = http.MethodPost, []string{"server"}
	a.huma.OpenAPI().AddOperation(operation)
}

// verify compares what the index has of a kind with its table.
func (a *API) verify(w http.ResponseWriter, r *http.Request, verifier Verifier) {
	kinds, err := a.kindsNamed([]string{r.PathValue("kind")})
	if err != nil {
		refuse(w, http.StatusNotFound, err.Error(), at("path.kind"))
		return
	}
	found, err := verifier.Verify(r.Context(), kinds[0])
	if err != nil {
		a.options.Log.WarnContext(r.Context(), "the index cannot be verified", "error", err)
		refuse(w, http.StatusServiceUnavailable, "the index cannot be compared now: the server's log says why")
		return
	}
	encoded, err := json.Marshal(found)
	if err != nil { // texts and numbers always encode
		panic("api: encode a verification: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(encoded, '\n')) // nobody is left to tell
}
