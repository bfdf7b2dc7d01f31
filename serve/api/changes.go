package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"cloudsync/history"
	"cloudsync/store"
)

// Recorded says whether all that is asked for is there.
type Recorded struct {
	WholeSince *time.Time `json:"wholeSince,omitempty" doc:"Changes from before this time are no longer kept, so that some may be missing."`
	More       bool       `json:"more,omitempty" doc:"There are older changes than those told."`
}

// ChangesInput narrows down which changes are meant.
type ChangesInput struct {
	WhichKinds
	UID      string   `query:"uid" maxLength:"64" doc:"Of the resource with this uid."`
	NativeID string   `query:"native_id" maxLength:"1024" doc:"Of resources that the provider calls so."`
	Name     string   `query:"name" maxLength:"1024" doc:"Of resources that have or had the name. That reads the whole history."`
	Run      string   `query:"run" maxLength:"256" doc:"By this run: a number, an id or its beginning, a kind, or latest."`
	Scope    string   `query:"scope" maxLength:"1024" example:"aws/prod/" doc:"In PROVIDER/ACCOUNT/REGION; parts may be left empty, as in //beijing."`
	Since    string   `query:"since" maxLength:"64" example:"2h" doc:"From this time on."`
	Until    string   `query:"until" maxLength:"64" doc:"Up to this time."`
	Op       []string `query:"op,explode" maxItems:"8" example:"[\"delete\"]" doc:"add, modify, delete or restore."`
	Field    string   `query:"field" maxLength:"64" doc:"That changed this column."`
	Before   int64    `query:"before" minimum:"0" doc:"Older than the change of this number."`
	Limit    int64    `query:"limit" default:"50" minimum:"1" maximum:"1000" doc:"Changes at most."`
}

// ChangesBody is recorded changes.
type ChangesBody struct {
	Changes []history.ChangeView `json:"changes" doc:"The newest first."`
	Before  int64                `json:"before,omitempty" doc:"What to ask with for the next page; left out on the last one."`
	Recorded
}

func (a *API) registerChanges() {
	huma.Register(a.huma, get("/changes", "changes", "history", "Recorded changes",
		"What changed when, by which run, from what to what, the newest first. Each parameter narrows that down.", 404), a.changes)
}

func (a *API) changes(ctx context.Context, in *ChangesInput) (*struct{ Body ChangesBody }, error) {
	kinds, err := a.kindsNamed(in.Kind)
	if err != nil {
		return nil, err
	}
	filter, err := history.Asked{
		Kinds: kinds, UID: in.UID, NativeID: in.NativeID, Name: in.Name, Scope: in.Scope, Since: in.Since, Until: in.Until,
		Field: in.Field, Ops: in.Op, Before: in.Before,
	}.Filter(a.options.Now())
	if err != nil {
		return nil, a.failed(ctx, err)
	}
	if in.Run != "" {
		if filter.RunID, err = history.RunID(ctx, a.options.Store, a.options.Kinds, in.Run); err != nil {
			return nil, a.failed(ctx, err)
		}
	}
	filter.Limit = in.Limit + 1 // to know whether there are more
	changes, err := a.options.Store.Changes(ctx, filter)
	if err != nil {
		return nil, a.failed(ctx, err)
	}
	body := ChangesBody{}
	if int64(len(changes)) > in.Limit {
		changes = changes[:in.Limit]
		body.More, body.Before = true, changes[in.Limit-1].ID
	}
	body.Changes = history.ChangeViews(changes)
	body.Recorded, err = a.recorded(ctx, filter, body.More)
	return &struct{ Body ChangesBody }{body}, err
}

// recorded says since when all changes are kept that the filter asks for.
func (a *API) recorded(ctx context.Context, filter store.ChangeFilter, more bool) (Recorded, error) {
	gone, err := history.GoneBefore(ctx, a.options.Store, filter, more)
	recorded := Recorded{More: more}
	if !gone.IsZero() {
		recorded.WholeSince = &gone
	}
	return recorded, a.failed(ctx, err)
}
