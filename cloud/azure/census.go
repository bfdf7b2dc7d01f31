package azure

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// pageRows is how many rows a page out of a census has.
const pageRows = 1000

// census is a whole list of the subscription, for kinds that ARM does not list by
// location. Its rows are not to be changed.
type census[R any] struct {
	byID       map[armID]*member[R]
	byLocation map[string][]*member[R] // sorted by id
}

// member is one resource of a census.
type member[R any] struct {
	id  armID
	row R
}

// readRow is a row, and why it cannot be relied on, if so.
type readRow[R any] struct {
	row     R
	problem string
}

func newCensus[R any]() census[R] {
	return census[R]{byID: map[armID]*member[R]{}, byLocation: map[string][]*member[R]{}}
}

// add takes a resource in; a list that changes while it is read can have one twice. With
// other content it stays beside the first: the sync tells of it. One without a location may
// be of any, and is told in each.
func (c census[R]) add(region string, id armID, row R) {
	if before := c.byID[id]; before != nil && id != "" && reflect.DeepEqual(before.row, row) {
		return
	}
	one := &member[R]{id: id, row: row}
	c.byID[id] = one
	c.byLocation[region] = append(c.byLocation[region], one)
}

func (c census[R]) sort() {
	for _, members := range c.byLocation {
		slices.SortStableFunc(members, func(a, b *member[R]) int { return strings.Compare(string(a.id), string(b.id)) })
	}
}

// after is the page of a region's resources whose ids follow the cursor, with the
// cursor of the next one: the last id. Resources that come and go between two pages,
// or between two workers, move no other over the page's edge. A page is longer where an
// id at its edge can be no cursor.
func (c census[R]) after(region, cursor string, isCursor func(string) bool) (page []*member[R], next string) {
	all := c.byLocation[region]
	from, found := slices.BinarySearchFunc(all, cursor, func(one *member[R], cursor string) int { return strings.Compare(string(one.id), cursor) })
	if found && cursor != "" {
		from++
	}
	for to := from + pageRows; to < len(all); to++ {
		if next = string(all[to-1].id); isCursor(next) {
			return all[from:to], next
		}
	}
	return all[from:], ""
}

// nameless is one that has no id, and so may be any of the region's resources that is
// looked for by its id; nil where there is none.
func (c census[R]) nameless(region string) *member[R] {
	for _, members := range [][]*member[R]{c.byLocation[region], c.byLocation[""]} {
		if len(members) > 0 && members[0].id == "" { // they are sorted
			return members[0]
		}
	}
	return nil
}

// ids are the native ids of a region's resources. One that does not say where it is may
// be of any region.
func (c census[R]) ids(region string, idOf func(*R) string) map[string]bool {
	there := map[string]bool{}
	for _, members := range [][]*member[R]{c.byLocation[region], c.byLocation[""]} {
		for _, one := range members {
			there[idOf(&one.row)] = true
		}
	}
	return there
}

// counted lists and looks up a kind out of a census.
type counted[R any] struct {
	s       *session
	kind    string
	what    string // is one of them in words
	actions []string
	table   *shared[census[R]]
	load    func(context.Context) (census[R], error)
	idOf    func(*R) string
}

// list is the page at the cursor. rowOf makes a row of its own, and says why it cannot be
// relied on.
func (c counted[R]) list(ctx context.Context, region, cursor string, rowOf func(R) (row resource.Row, problem string)) (cloud.Page, error) {
	page, found, err := c.page(ctx, region, cursor)
	for _, one := range found.members {
		row, problem := rowOf(one.row)
		adapter.PutRead(&page, row, problem)
	}
	return page, err
}

// pageFound is what a page has its rows from.
type pageFound[R any] struct {
	members []*member[R]
	listed  time.Time // when the list ended
}

// page is the page at the cursor, still without its rows.
func (c counted[R]) page(ctx context.Context, region, cursor string) (cloud.Page, pageFound[R], error) {
	begins := cursor == ""
	if !begins && !c.s.links.isID(cursor) {
		return cloud.Page{}, pageFound[R]{}, &cloud.Error{Class: cloud.ExpiredCursor, Doing: c.kind + " of " + region,
			Err: fmt.Errorf("the cursor is no id of subscription %s", c.s.subscription)}
	}
	if begins {
		if err := c.s.enabled(ctx, region); err != nil {
			return cloud.Page{}, pageFound[R]{}, err
		}
		if err := c.s.permit(ctx, false, c.actions); err != nil {
			return cloud.Page{}, pageFound[R]{}, err
		}
	}
	all, err := c.table.get(ctx, c.kind+"/"+region, begins, c.load)
	if err != nil {
		return cloud.Page{}, pageFound[R]{}, err
	}
	members, next := all.value.after(region, cursor, c.s.links.isID)
	page := cloud.Page{Next: next, Rows: make([]resource.Row, 0, len(members))}
	if begins {
		page.Problems = c.nowhere(all.value)
	}
	return page, pageFound[R]{members: members, listed: all.ended}, nil
}

// nowhere are the resources that do not say where they are: each may be of any region,
// so that no region's stored row of it is to go.
func (c counted[R]) nowhere(all census[R]) (problems []cloud.Problem) {
	for _, one := range all.byLocation[""] {
		f := adapter.NewFields(c.what, c.idOf(&one.row))
		f.Fail("it has no location")
		problems = append(problems, cloud.Problem{NativeID: c.idOf(&one.row), Text: f.Problem()})
	}
	return problems
}

// lookup lists the subscription again. The permission is asked for afterwards, so that
// it covers the list.
func (c counted[R]) lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	if err := c.s.enabled(ctx, region); err != nil {
		return nil, err
	}
	all, err := c.load(ctx)
	if err != nil {
		return nil, err
	}
	there := all.ids(region, c.idOf)
	if there[""] {
		return nil, adapter.BadAnswer(c.kind+" of "+region, "a resource has no id: it may be any of those looked up")
	}
	if err := c.s.permit(ctx, true, c.actions); err != nil {
		return nil, err
	}
	return existing(nativeIDs, there), nil
}
