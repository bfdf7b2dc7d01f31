package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"cloudsync/history"
	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

const inventoryPath = "/inventory"

func (p *Page) registerInventory() {
	p.mux.HandleFunc("GET "+inventoryPath, p.inventory)
	p.mux.HandleFunc("GET "+completePath, p.complete)
}

// asked is what the address of the inventory asks for. It is the whole state of the page.
type asked struct {
	Q      string
	Kinds  []string
	Cols   []string // labels, and tags
	Sort   string   // a label, with a - in front for the other direction
	Limit  string
	Cursor string
	At     string
	More   string // the label of which more values are shown
}

// maxColumns is how many columns a table has at most: each head has a link with all of them.
const maxColumns = 50

func readAsked(parameters url.Values) asked {
	a := asked{
		Q: parameters.Get("q"), Kinds: parameters["kind"], Sort: parameters.Get("sort"), Limit: parameters.Get("limit"),
		Cursor: parameters.Get("cursor"), At: strings.TrimSpace(parameters.Get("at")), More: parameters.Get("more"),
	}
	for _, cols := range parameters["cols"] {
		for col := range strings.SplitSeq(cols, ",") {
			if col != "" && len(a.Cols) <= maxColumns && !slices.Contains(a.Cols, col) {
				a.Cols = append(a.Cols, col)
			}
		}
	}
	return a
}

// Link is the address that asks for it.
func (a asked) Link() string {
	return with(inventoryPath, url.Values{
		"q": {a.Q}, "kind": a.Kinds, "cols": {strings.Join(a.Cols, ",")}, "sort": {a.Sort}, "limit": {a.Limit}, "cursor": {a.Cursor}, "at": {a.At}, "more": {a.More},
	})
}

// but is a change of what is asked, from the first page on.
func (a asked) but(change func(*asked)) asked {
	a.Kinds, a.Cols, a.Cursor = slices.Clone(a.Kinds), slices.Clone(a.Cols), ""
	change(&a)
	return a
}

// inventoryView is what the page shows.
type inventoryView struct {
	Asked  asked
	Fault  *Fault    // why there are no rows
	Wrong  *wrongQ   // what is wrong with the query
	At     time.Time // of the rows; zero: now
	ToNow  string
	Filter []filter
	Kinds  facet
	Facets []facet
	Total  int64
	Table  *table
	First  string // the address of the first page, where another is shown
	Next   string
	// Exports are the kinds that can be exported as they are shown.
	Exports []exported
	// Others are how many rows of kinds that are not chosen match.
	Others   int64
	AllKinds string
	Nothing  *nothing

	kinds []*resource.Kind // that are chosen
	find  inventory.Find
}

// wrongQ is what is wrong with a query.
type wrongQ struct {
	Text    string
	Pointer string // lines that point to the place; may be empty
}

// filter is a part of the query, and the address without it.
type filter struct{ Text, Without string }

func (p *Page) inventory(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), p.Question)
	defer cancel()
	view := inventoryView{Asked: readAsked(r.URL.Query())}
	err := p.readInventory(ctx, &view)
	if err != nil && r.Context().Err() != nil {
		return // nobody is left to tell
	}
	if err != nil { // what was not understood is not asked for again
		view.Asked = asked{Q: visible(view.Asked.Q), Kinds: view.Asked.Kinds, At: visible(view.Asked.At)}
	}
	status := http.StatusOK
	var syntax *query.SyntaxError
	switch {
	case errors.As(err, &syntax):
		status, view.Wrong = http.StatusBadRequest, wrongOf(syntax)
	case err != nil:
		view.Fault = faultOf(err)
		status = view.Fault.Status
		if view.Fault.Cause != nil {
			p.Log.WarnContext(ctx, "the inventory cannot be shown", "error", view.Fault.Cause)
		}
	}
	p.write(w, r, status, View{Page: "inventory", Title: "Inventory", Nav: inventoryPath, Data: view})
}

func wrongOf(err *query.SyntaxError) *wrongQ {
	wrong := &wrongQ{Text: "Character " + strconv.Itoa(err.At+1) + ": " + err.Problem}
	if err.Points() {
		wrong.Pointer = err.Query + "\n" + strings.Repeat(" ", err.At) + "^"
	}
	return wrong
}

func (p *Page) readInventory(ctx context.Context, view *inventoryView) error {
	if err := p.understand(view); err != nil {
		return err
	}
	view.Filter = filtersOf(view.Asked, view.find.Query)
	var found inventory.Page
	questions, asking := errgroup.WithContext(inventory.Together(ctx))
	questions.Go(func() (err error) {
		found, err = p.Inventory.Find(asking, view.find)
		return err
	})
	if view.At.IsZero() {
		p.countFacets(asking, questions, view)
	}
	if err := questions.Wait(); err != nil {
		return err
	}
	view.Total = found.Total
	p.linkKinds(view)
	view.Table = tableOf(view, found.Rows)
	if view.At.IsZero() {
		if err := p.markHeld(ctx, view.Table.Rows); err != nil {
			return err
		}
	}
	view.Exports = exportsOf(view)
	if view.Asked.Cursor != "" {
		view.First = view.Asked.but(func(*asked) {}).Link()
	}
	if next := found.Next.String(); next != "" {
		view.Next = view.Asked.but(func(a *asked) { a.Cursor = next }).Link()
	}
	if found.Total > 0 {
		return nil
	}
	var err error
	view.Nothing, err = p.tellNothing(ctx, view)
	return err
}

// understand reads what the address asks for. What it does not understand is an error.
func (p *Page) understand(view *inventoryView) (err error) {
	a := &view.Asked
	if view.kinds, err = p.chosenKinds(a.Kinds); err != nil {
		a.Kinds = nil
		return wrong(err)
	}
	a.Kinds = nil
	if len(view.kinds) == 0 {
		view.kinds = p.kinds
	} else {
		for _, kind := range view.kinds {
			a.Kinds = append(a.Kinds, kind.Name())
		}
	}
	schemas := schemasOf(p.kinds)
	find := inventory.Find{Scope: inventory.Scope{Kinds: view.kinds}}
	if find.Query, err = query.Parse(a.Q, schemas); err != nil {
		return err
	}
	if visible(a.Q) != a.Q {
		a.Q = find.Query.Written() // with escapes in place of what is not seen
	}
	if a.At != "" {
		if view.At, err = history.ParsePast(a.At, p.Now()); err != nil {
			return wrong(err)
		}
		find.AsOf = view.At
		a.At = view.At.UTC().Format(time.RFC3339Nano) // pages and links stay at this time
		view.ToNow = a.but(func(a *asked) { a.At = "" }).Link()
	}
	if find.Limit, err = limitOf(a.Limit); err != nil {
		return wrong(err)
	}
	if find.Order, err = orderOf(a.Sort, schemas); err != nil {
		return wrong(err)
	}
	if find.After, err = cursorOf(a.Cursor, view.kinds); err != nil {
		return wrong(err)
	}
	view.find = find
	if err := checkColumns(a.Cols, schemas); err != nil {
		return wrong(err)
	}
	return nil
}

// chosenKinds are kinds by their names, each once.
func (p *Page) chosenKinds(names []string) (kinds []*resource.Kind, err error) {
	for _, name := range names {
		kind, err := p.Kinds.Named(name)
		if err != nil {
			return nil, fmt.Errorf("there is no kind %q: choose one of those below", shortened(name, 64))
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds, nil
}

func schemasOf(kinds []*resource.Kind) []*query.Schema {
	schemas := make([]*query.Schema, len(kinds))
	for i, kind := range kinds {
		schemas[i] = query.SchemaOf(kind)
	}
	return schemas
}

func limitOf(text string) (int, error) {
	if text == "" {
		return inventory.DefaultLimit, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > inventory.MaxLimit {
		return 0, errors.New("limit is how many rows a page has: a number from 1 to " + strconv.Itoa(inventory.MaxLimit))
	}
	return limit, nil
}

func orderOf(sort string, schemas []*query.Schema) (order inventory.Order, err error) {
	order.Label, order.Descending = strings.CutPrefix(sort, "-")
	if order.Label == "" {
		return order, nil
	}
	return order, checkLabel(order.Label, schemas)
}

// cursorOf reads a cursor. One of a kind that is not chosen would show nothing, as if the pages
// had come to their end.
func cursorOf(text string, kinds []*resource.Kind) (cursor inventory.Cursor, err error) {
	cursor, err = inventory.ParseCursor(text)
	if err != nil || cursor.IsZero() {
		return cursor, err
	}
	if !slices.ContainsFunc(kinds, func(kind *resource.Kind) bool { return kind.Name() == cursor.Kind }) {
		return cursor, errors.New("this page is of a kind that is not chosen: begin at the first page")
	}
	return cursor, nil
}

// filtersOf are the parts of the query, each with the address without it.
func filtersOf(a asked, q query.Query) (filters []filter) {
	without := func(rest query.Query) string { return a.but(func(a *asked) { a.Q = rest.Written() }).Link() }
	for i, matcher := range q.Matchers {
		rest := query.Query{Matchers: slices.Delete(slices.Clone(q.Matchers), i, i+1), Words: q.Words}
		filters = append(filters, filter{Text: matcher.Written(), Without: without(rest)})
	}
	for i, word := range q.Words {
		rest := query.Query{Matchers: q.Matchers, Words: slices.Delete(slices.Clone(q.Words), i, i+1)}
		filters = append(filters, filter{Text: word.Written(), Without: without(rest)})
	}
	return filters
}
