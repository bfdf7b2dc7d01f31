package index

import (
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// view is the view of a kind, as soon as there is one.
func (x *Index) view(kind *resource.Kind) (*rows, *view, error) {
	rows := x.byName[kind.Name()]
	if rows == nil {
		return nil, nil, inventory.ErrNotLoaded
	}
	view := rows.view.Load()
	if view == nil {
		return nil, nil, inventory.ErrNotLoaded
	}
	return rows, view, nil
}

// Find implements inventory.Reader. What was asks for as of a time, the tables answer.
func (x *Index) Find(ctx context.Context, find inventory.Find) (page inventory.Page, err error) {
	if !find.AsOf.IsZero() {
		return x.tables.Find(ctx, find)
	}
	f := finder{index: x, find: find, after: find.After, room: find.Limit + 1}
	for _, kind := range find.Kinds {
		if err := f.kind(ctx, kind); err != nil {
			return page, err
		}
	}
	return f.page(ctx)
}

// finder finds the places of a page's rows, kind by kind.
type finder struct {
	index  *Index
	find   inventory.Find
	after  inventory.Cursor // zero: it was found, or there is none
	room   int
	total  int64
	kinds  []*resource.Kind // of each place
	places []place
}

func (f *finder) kind(ctx context.Context, kind *resource.Kind) error {
	rows, view, err := f.index.view(kind)
	if err != nil {
		return err
	}
	r := rankingOf(rows.schema, f.find.Order)
	switch {
	case f.find.Limit == 0:
	case f.after.IsZero():
		r.room = f.room - len(f.places)
	case f.after.Kind == kind.Name():
		r.after, r.room = &place{value: f.after.Value, uid: f.after.UID}, f.room
		f.after = inventory.Cursor{}
	}
	first, err := view.first(ctx, rows.schema, f.find.Query, &r)
	if err != nil {
		return err
	}
	f.total += first.total
	for _, at := range first.places {
		f.kinds, f.places = append(f.kinds, kind), append(f.places, at)
	}
	return nil
}

// rankingOf is the order that is asked for.
func rankingOf(schema *query.Schema, asked inventory.Order) ranking {
	label := asked.Of(schema)
	source := schema.Source(label)
	r := ranking{source: source, descending: asked.Descending}
	if len(source.Columns) > 0 && !source.IsTag {
		r.order = orderOf(schema.Columns[source.Columns[0]])
	}
	return r
}

// page reads the rows from the tables. A row that went away since is left out; the next page
// goes on behind it.
func (f *finder) page(ctx context.Context) (inventory.Page, error) {
	page := inventory.Page{Total: f.total}
	more := len(f.places) > f.find.Limit
	f.places = f.places[:min(len(f.places), f.find.Limit)]
	for start := 0; start < len(f.places); {
		end := start
		for end < len(f.places) && f.kinds[end] == f.kinds[start] {
			end++
		}
		found, err := f.index.rowsAt(ctx, f.kinds[start], f.places[start:end])
		if err != nil {
			return inventory.Page{}, err
		}
		page.Rows = append(page.Rows, found...)
		start = end
	}
	if last := len(f.places) - 1; more && last >= 0 {
		page.Next = inventory.Cursor{Kind: f.kinds[last].Name(), Value: f.places[last].value, UID: f.places[last].uid}
	}
	return page, nil
}

func (x *Index) rowsAt(ctx context.Context, kind *resource.Kind, places []place) (found []inventory.Found, err error) {
	uids := make([]resource.UID, len(places))
	for i, at := range places {
		uids[i] = at.uid
	}
	stored, err := x.store.LoadRows(ctx, kind, uids)
	if err != nil {
		return nil, err
	}
	for _, uid := range uids {
		if row, ok := stored[uid]; ok {
			found = append(found, inventory.Found{Kind: kind, Row: row})
		}
	}
	return found, nil
}

// Count implements inventory.Reader.
func (x *Index) Count(ctx context.Context, count inventory.Count) (inventory.Counts, error) {
	if !count.AsOf.IsZero() {
		return x.tables.Count(ctx, count)
	}
	all := newSum(count)
	for _, kind := range count.Kinds {
		rows, view, err := x.view(kind)
		if err != nil {
			return inventory.Counts{}, err
		}
		if err := view.count(ctx, rows.schema, count, all); err != nil {
			return inventory.Counts{}, err
		}
	}
	return all.counts(), nil
}

// Each implements inventory.Reader.
func (x *Index) Each(ctx context.Context, scope inventory.Scope, show func(inventory.Found) error) error {
	if !scope.AsOf.IsZero() || scope.Query.Everything() {
		return x.tables.Each(ctx, scope, show)
	}
	for _, kind := range scope.Kinds {
		if err := x.eachOf(ctx, scope.Query, kind, show); err != nil {
			return err
		}
	}
	return nil
}

// eachAtOnce is how many rows are read by their uids at a time.
const eachAtOnce = 1000

func (x *Index) eachOf(ctx context.Context, q query.Query, kind *resource.Kind, show func(inventory.Found) error) error {
	rows, view, err := x.view(kind)
	if err != nil {
		return err
	}
	selection, err := x.selection(ctx, view, rows.schema, q)
	if err != nil {
		return err
	}
	docs := byUID(view.parts, selection)
	places := make([]place, len(docs))
	for i, at := range docs {
		places[i].uid = view.parts[at.part].uids[at.doc]
	}
	for some := range slices.Chunk(places, eachAtOnce) {
		found, err := x.rowsAt(ctx, kind, some)
		if err != nil {
			return err
		}
		for _, one := range found {
			if err := show(one); err != nil {
				return err
			}
		}
	}
	return nil
}

// selection is the documents of each part that match. Whoever exports has no time limit of
// their own, and some expressions take milliseconds for each text: such a query would have the
// processors for hours.
func (x *Index) selection(ctx context.Context, view *view, schema *query.Schema, q query.Query) ([]*roaring.Bitmap, error) {
	limited, cancel := context.WithTimeoutCause(ctx, x.opts.SelectWithin, inventory.ErrSlowQuery)
	defer cancel()
	selection, err := view.selection(limited, schema, q)
	if err != nil && limited.Err() != nil {
		err = context.Cause(limited)
	}
	return selection, err
}
