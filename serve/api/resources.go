package api

import (
	"context"
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"cloudsync/history"
	"cloudsync/inventory"
	"cloudsync/resource"
	"cloudsync/store"
)

// Shown says how a page of rows is shown.
type Shown struct {
	Sort    string   `query:"sort" maxLength:"256" example:"-vcpu" doc:"The label by whose values rows are ordered within their kind, with a - in front for the other direction. By name, or id where a kind has no name, if it is left out."`
	Limit   int      `query:"limit" default:"50" minimum:"0" maximum:"1000" doc:"Rows at most; 0: the total alone."`
	Cursor  string   `query:"cursor" maxLength:"8192" doc:"Where the page begins: next of the page before it."`
	Columns []string `query:"columns" maxItems:"200" example:"[\"name\",\"private_ips\",\"tag_env\"]" doc:"Columns, and tags as tag_KEY, with commas between them; without any, all."`
}

// PageBody is a page of rows.
type PageBody struct {
	Total int64  `json:"total" doc:"Rows that match, on all pages."`
	Rows  []Row  `json:"rows" doc:"Kind by kind, each in the order that is asked for."`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; left out on the last one."`
}

// tagged is an answer with its entity tag, if it is known before the answer is.
type tagged[T any] struct {
	ETag string `header:"ETag" doc:"Changes whenever the answer does."`
	Body T
}

func (a *API) registerResources() {
	huma.Register(a.huma, get("/resources", "find", "rows", "Find rows",
		"A page of the rows that match, of several kinds or all, and how many match."),
		func(ctx context.Context, in *struct {
			WhichKinds
			Which
			Shown
		},
		) (*tagged[PageBody], error) {
			kinds, err := a.kindsNamed(in.Kind)
			if err != nil {
				return nil, err
			}
			return a.find(ctx, kinds, in.Which, in.Shown)
		})
	huma.Register(a.huma, get("/resources/{kind}", "find-of-kind", "rows", "Find rows of a kind",
		"A page of the rows of one kind that match, and how many match.", 404),
		func(ctx context.Context, in *struct {
			KindPath
			Which
			Shown
		},
		) (*tagged[PageBody], error) {
			kind, err := a.kindNamed(in.Kind)
			if err != nil {
				return nil, huma.Error404NotFound(err.Error())
			}
			return a.find(ctx, []*resource.Kind{kind}, in.Which, in.Shown)
		})
	huma.Register(a.huma, get("/resources/{kind}/{uid}", "row", "rows", "One row",
		"The row of a resource, by its uid.", 404), a.row)
	huma.Register(a.huma, get("/resources/{kind}/{uid}/history", "history", "history", "The life of a resource",
		"All that is recorded of a resource, the oldest first: when it appeared, what changed from what to what, when it was deleted, came back or was restored, and by which run.", 404), a.life)
}

func (a *API) find(ctx context.Context, kinds []*resource.Kind, which Which, shown Shown) (*tagged[PageBody], error) {
	scope, err := a.scope(kinds, which)
	if err != nil {
		return nil, err
	}
	find := inventory.Find{Scope: scope, Limit: shown.Limit}
	if find.Order, err = a.order(shown.Sort); err != nil {
		return nil, err
	}
	if find.After, err = a.cursor(shown.Cursor, kinds); err != nil {
		return nil, err
	}
	columns, err := columnsOf(shown.Columns, kinds)
	if err != nil {
		return nil, err
	}
	tag, err := a.tag(ctx, scope)
	if err != nil {
		return nil, err
	}
	page, err := a.options.Inventory.Find(ctx, find)
	if err != nil {
		return nil, a.failed(ctx, err)
	}
	answer := &tagged[PageBody]{ETag: tag, Body: PageBody{Total: page.Total, Rows: make([]Row, len(page.Rows)), Next: page.Next.String()}}
	for i, found := range page.Rows {
		if answer.Body.Rows[i], err = columns.row(found); err != nil {
			return nil, a.failed(ctx, err)
		}
	}
	return answer, nil
}

// cursor reads a cursor. One of a kind that is not asked for would show nothing, as if the
// pages had come to their end.
func (a *API) cursor(text string, kinds []*resource.Kind) (cursor inventory.Cursor, err error) {
	if cursor, err = inventory.ParseCursor(text); err != nil || cursor.IsZero() {
		if err != nil {
			err = wrong("query.cursor", err)
		}
		return cursor, err
	}
	for _, kind := range kinds {
		if kind.Name() == cursor.Kind {
			return cursor, nil
		}
	}
	return cursor, wrong("query.cursor", fmt.Errorf("it is of %.64q, which is not asked for: take the one that the page before has as its next, with the same kinds", cursor.Kind))
}

// OneRow names a row.
type OneRow struct {
	KindPath
	UID string `path:"uid" maxLength:"64" example:"0123456789abcdef0123456789abcdef" doc:"32 hex digits."`
}

func (a *API) oneRow(in OneRow) (*resource.Kind, resource.UID, error) {
	kind, err := a.kindNamed(in.Kind)
	if err != nil {
		return nil, resource.UID{}, huma.Error404NotFound(err.Error())
	}
	uid, err := history.ParseUID(in.UID)
	if err != nil {
		return nil, uid, wrong("path.uid", err)
	}
	return kind, uid, nil
}

func (a *API) row(ctx context.Context, in *OneRow) (*struct{ Body Row }, error) {
	kind, uid, err := a.oneRow(*in)
	if err != nil {
		return nil, err
	}
	rows, err := a.options.Store.LoadRows(ctx, kind, []resource.UID{uid})
	if err != nil {
		return nil, a.failed(ctx, err)
	}
	row, ok := rows[uid]
	if !ok {
		return nil, huma.Error404NotFound("the inventory has no " + kind.Name() + " " + uid.String() + ": its history tells whether it had one")
	}
	body, err := columns(nil).row(inventory.Found{Kind: kind, Row: row})
	if err != nil {
		return nil, a.failed(ctx, err)
	}
	return &struct{ Body Row }{body}, nil
}

// LifeBody is the life of a resource.
type LifeBody struct {
	history.Life
	Recorded
}

// maxEvents is how much of a life is told, the newest part.
const maxEvents = 1000

func (a *API) life(ctx context.Context, in *OneRow) (*struct{ Body LifeBody }, error) {
	kind, uid, err := a.oneRow(*in)
	if err != nil {
		return nil, err
	}
	filter := store.ChangeFilter{Kinds: []*resource.Kind{kind}, UID: uid, Limit: maxEvents + 1}
	changes, err := a.options.Store.Changes(ctx, filter)
	if err != nil {
		return nil, a.failed(ctx, err)
	}
	if len(changes) == 0 {
		return nil, huma.Error404NotFound("no change of " + kind.Name() + " " + uid.String() + " is recorded")
	}
	more := len(changes) > maxEvents
	lives, err := history.ReadLives(ctx, a.options.Store, changes[:min(len(changes), maxEvents)])
	if err != nil {
		return nil, a.failed(ctx, err)
	}
	recorded, err := a.recorded(ctx, filter, more)
	return &struct{ Body LifeBody }{LifeBody{Life: lives[0], Recorded: recorded}}, err
}
