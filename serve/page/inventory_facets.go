package page

import (
	"context"
	"encoding/hex"
	"hash/fnv"
	"slices"

	"golang.org/x/sync/errgroup"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// facet is a label by whose values the rows can be narrowed.
type facet struct {
	Label  string
	Values []facetValue
	Others int    // values that are left off
	More   string // the address that shows more of them
}

// facetValue is a value, and the address that chooses it, or takes it out where it is chosen.
type facetValue struct {
	ID      string // of its link, so that the focus stays there
	Text    string
	Counted bool
	Rows    int64
	Link    string
	Chosen  bool
}

const (
	maxFacets   = 6 // beside the kinds: each is a question of its own
	facetValues = 8
	moreValues  = 100
	// atOnce is how many of the questions behind a page are asked at a time.
	atOnce = 4
)

// typeLabels are the columns by which resources differ in type; that of databases is their
// engine, too.
var typeLabels = slices.Insert(slices.Clone(inventory.TypeLabels), 1, "engine")

// facetLabels are the labels of facets, the first of those that all kinds have.
func facetLabels(kinds []*resource.Kind) (labels []string) {
	schemas := schemasOf(kinds)
	order := append([]string{"provider", "account", "region", "status"}, typeLabels...)
	order = append(order, "stree_group", "stree_product", "zone")
	for _, label := range order {
		if len(labels) < maxFacets && inAll(schemas, label) {
			labels = append(labels, label)
		}
	}
	return labels
}

func inAll(schemas []*query.Schema, label string) bool {
	return !slices.ContainsFunc(schemas, func(s *query.Schema) bool { return !s.Has(label) })
}

// countFacets asks how many rows have which values, side by side.
func (p *Page) countFacets(ctx context.Context, questions *errgroup.Group, view *inventoryView) {
	turns := make(chan struct{}, atOnce)
	count := func(count inventory.Count, take func(inventory.Counts)) {
		questions.Go(func() error {
			turns <- struct{}{}
			defer func() { <-turns }()
			counts, err := p.Inventory.Count(ctx, count)
			if err == nil {
				take(counts)
			}
			return err
		})
	}
	all := inventory.Scope{Kinds: p.kinds, Query: view.find.Query}
	count(inventory.Count{Scope: all, By: []string{query.KindLabel}}, func(counts inventory.Counts) {
		for _, group := range counts.Groups {
			view.Kinds.Values = append(view.Kinds.Values, facetValue{Text: group.Values[0], Rows: group.Rows, Counted: true})
		}
	})
	labels := facetLabels(view.kinds)
	view.Facets = make([]facet, len(labels))
	for i, label := range labels {
		limit := facetValues
		if view.Asked.More == label {
			limit = moreValues
		}
		count(inventory.Count{Scope: view.find.Scope, By: []string{label}, Limit: limit}, func(counts inventory.Counts) {
			view.Facets[i] = facetOf(view.Asked, view.find.Query, label, counts)
		})
	}
}

// facetOf is a label's facet. What is chosen is there even if no row has it.
func facetOf(a asked, q query.Query, label string, counts inventory.Counts) facet {
	made := facet{Label: label, Others: counts.Others}
	chosen := chosenValues(q, label)
	for _, group := range counts.Groups {
		made.add(a, q, group.Values[0], group.Rows, chosen)
	}
	for value := range chosen {
		if !slices.ContainsFunc(counts.Groups, func(group inventory.Group) bool { return group.Values[0] == value }) {
			made.add(a, q, value, 0, chosen)
		}
	}
	if counts.Others > 0 && a.More != label {
		made.More = a.but(func(a *asked) { a.More = label }).Link()
	}
	return made
}

func (f *facet) add(a asked, q query.Query, value string, rows int64, chosen map[string]bool) {
	narrowed := q.And(f.Label, value)
	if chosen[value] {
		narrowed = query.Query{Words: q.Words, Matchers: slices.DeleteFunc(slices.Clone(q.Matchers), func(m *query.Matcher) bool {
			only, ok := equals(m)
			return ok && m.Label == f.Label && only == value
		})}
	}
	link := a.but(func(a *asked) { a.Q = narrowed.Written() }).Link()
	f.Values = append(f.Values, facetValue{ID: facetID(f.Label, value), Text: value, Rows: rows, Counted: true, Link: link, Chosen: chosen[value]})
}

// chosenValues are the values that the query asks of a label.
func chosenValues(q query.Query, label string) map[string]bool {
	chosen := map[string]bool{}
	for _, matcher := range q.Matchers {
		if value, ok := equals(matcher); ok && matcher.Label == label {
			chosen[value] = true
		}
	}
	return chosen
}

// equals is the one value that a matcher asks for, if it does.
func equals(m *query.Matcher) (value string, ok bool) {
	texts := m.Texts()
	if m.Negated || m.Expression() != "" || len(texts) != 1 {
		return "", false
	}
	return texts[0], true
}

// facetID is an id for the link of a value, which may be any text.
func facetID(label, value string) string {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(label + "\x00" + value)) // a hash never fails
	return "f-" + hex.EncodeToString(sum.Sum(nil))
}

// linkKinds makes the facet of kinds: all of them, in their own order.
func (p *Page) linkKinds(view *inventoryView) {
	counted := view.Kinds.Values
	made := facet{Label: query.KindLabel}
	for _, kind := range p.kinds {
		value := facetValue{ID: facetID(query.KindLabel, kind.Name()), Text: kind.Name(), Counted: view.At.IsZero(), Chosen: slices.Contains(view.Asked.Kinds, kind.Name())}
		for _, of := range counted {
			if of.Text == kind.Name() {
				value.Rows = of.Rows
			}
		}
		if !value.Chosen && len(view.Asked.Kinds) > 0 {
			view.Others += value.Rows
		}
		value.Link = toggled(view.Asked, kind.Name()).Link()
		made.Values = append(made.Values, value)
	}
	view.Kinds = made
	if len(view.Asked.Kinds) > 0 {
		view.AllKinds = view.Asked.but(func(a *asked) { a.Kinds, a.Cols, a.Sort, a.More = nil, nil, "", "" }).Link()
	}
}

// toggled chooses a kind, or takes it out. Columns and order are those of the kinds before.
func toggled(a asked, kind string) asked {
	return a.but(func(a *asked) {
		a.Cols, a.Sort, a.More = nil, "", ""
		if i := slices.Index(a.Kinds, kind); i >= 0 {
			a.Kinds = slices.Delete(a.Kinds, i, i+1)
		} else {
			a.Kinds = append(a.Kinds, kind)
		}
	})
}
