// Package inventory answers questions about the inventory's rows: which there are, how many by
// what, and what the service tree has. A Reader is whoever can answer: the tables themselves,
// an index of them, or a server that has one. All give the same answers.
package inventory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cloudsync/query"
	"cloudsync/resource"
)

// Reader answers questions. It is safe for concurrent use.
type Reader interface {
	// Find returns a page of the rows that match, and how many do.
	Find(ctx context.Context, find Find) (Page, error)
	// Count returns how many rows match, by the values of labels.
	Count(ctx context.Context, count Count) (Counts, error)
	// Each shows all rows that match, kind by kind, by uid. A row is valid until show
	// returns. An error of show ends it.
	Each(ctx context.Context, scope Scope, show func(Found) error) error
}

// Scope is which rows are asked for.
type Scope struct {
	Kinds []*resource.Kind // in this order
	Query query.Query
	AsOf  time.Time // zero: now
}

// schemas are those of the kinds.
func (s Scope) schemas() []*query.Schema {
	schemas := make([]*query.Schema, len(s.Kinds))
	for i, kind := range s.Kinds {
		schemas[i] = query.SchemaOf(kind)
	}
	return schemas
}

// The limits of a page.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
)

// Find asks for a page of rows: kind by kind, within a kind in an order, and by uid where that
// leaves it open.
type Find struct {
	Scope
	Order Order
	After Cursor // the page begins behind it; zero: at the beginning
	Limit int    // rows at most, from 1 to MaxLimit; 0: none, the total alone
}

// Order is by a label's values. A row with several has its place by the first.
type Order struct {
	Label      string // "": query.OrderLabel of the kind
	Descending bool
}

// Of is the label by which rows of a kind are ordered.
func (o Order) Of(schema *query.Schema) string {
	if o.Label == "" || !schema.Has(o.Label) {
		return query.OrderLabel(schema)
	}
	return o.Label
}

// Found is a row with its kind.
type Found struct {
	Kind *resource.Kind
	Row  resource.Row
}

// Page is some of the rows that match.
type Page struct {
	Total int64 // of all pages
	Rows  []Found
	Next  Cursor // of the next page; zero: there is none
}

// Count asks how many rows match, by labels.
type Count struct {
	Scope
	By []string // at most MaxBy labels; none: all together
	// Sum are columns of numbers to add up in each group.
	Sum   []string
	Limit int // groups at most, the largest; 0: all
}

// MaxBy is how many labels a count is divided by at most.
const MaxBy = 5

// MaxGroups is how many groups there are at most, whatever is left off of them: each takes
// memory, and a row that has forty addresses has a hundred million combinations of five.
const MaxGroups = 1 << 20

// ErrSlowQuery is the error of a query that takes too long to find its rows.
var ErrSlowQuery = errors.New("the query takes too long to find its rows: ask by a label's value, or by a shorter regular expression")

// ErrTooManyGroups is the error of a Count that would have more groups than MaxGroups.
var ErrTooManyGroups = fmt.Errorf("there are more than %d groups: count by fewer labels, or fewer rows", MaxGroups)

// Counts is the answer to a Count.
type Counts struct {
	Total  int64
	Sums   []int64 // of all that match
	Groups []Group // the largest first
	Others int     // groups that are left off
}

// Group is rows that have the same values. A row with several values of a label counts once
// for each of them.
type Group struct {
	Values []string // one for each label; "": none
	Rows   int64
	Sums   []int64
}

// SortGroups brings groups into the order of Counts, and leaves off what is beyond a limit; 0
// is none.
func SortGroups(groups []Group, limit int) (sorted []Group, others int) {
	slices.SortFunc(groups, func(a, b Group) int {
		if a.Rows != b.Rows {
			if a.Rows > b.Rows {
				return -1
			}
			return 1
		}
		return slices.Compare(a.Values, b.Values)
	})
	if limit > 0 && len(groups) > limit {
		return groups[:limit:limit], len(groups) - limit
	}
	return groups, 0
}
