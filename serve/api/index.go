package api

import (
	"context"

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
}
