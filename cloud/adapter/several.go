package adapter

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// Several declares a kind that a cloud has in several lists, such as those of several
// products. They are read one after the other, each in its own way. One that cannot be read
// fails the listing, but for a product that the region does not have: where any list but the
// first begins with RegionDisabled, it is empty. The first is of a product that all regions
// have.
//
// A look-up asks each list for the ids that it can have, by IDs.If. An id that none can have
// counts as there. RegionDisabled is an error there: where nobody can ask, nothing is absent.
// So a listed resource whose id only other lists are asked for has no row: they would say that
// it is absent.
//
// A page's total is that of its list.
type Several []Declared

// About implements Declared. It is that of the first list, with the Rest.
func (s Several) About() About {
	about := s[0].About()
	for _, of := range s[1:] {
		also := of.About()
		about.Rest, about.LookupLimit = append(about.Rest, also), min(about.LookupLimit, also.LookupLimit)
	}
	return about
}

func (s Several) canHave(id string) bool {
	for _, of := range s {
		if of.canHave(id) {
			return true
		}
	}
	return false
}

func (s Several) bind(session Session, place string) Lister {
	bound := severalLister{Several: s, account: place}
	for _, of := range s {
		bound.lists = append(bound.lists, of.bind(session, place))
	}
	return bound
}

// severalLister is the lists of one session.
type severalLister struct {
	Several
	lists   []Lister
	account string // such as aws/prod
}

// List implements Lister.
func (l severalLister) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	at, err := l.place(cursor)
	if err != nil {
		return cloud.Page{}, labelled(l.account, l.Several[0].About().Action, region, err)
	}
	page, err := l.lists[at.list].List(ctx, region, at.cursor)
	if at.list > 0 && at.cursor == "" && cloud.ClassOf(err) == cloud.RegionDisabled {
		page, err = cloud.Page{}, nil
	}
	if err != nil {
		return cloud.Page{}, err
	}
	l.leaveOutOthers(&page, l.Several[at.list])
	page.Begins = at.list > 0 && at.cursor == ""
	switch {
	case page.Next != "":
		page.Next = placed{at.list, page.Next}.String()
	case at.list < len(l.lists)-1:
		page.Next = placed{at.list + 1, ""}.String()
	}
	return page, nil
}

// leaveOutOthers makes problems of the resources that a list has and is not asked for by their
// ids, while another is.
func (l severalLister) leaveOutOthers(page *cloud.Page, of Declared) {
	page.Rows = slices.DeleteFunc(page.Rows, func(row resource.Row) bool {
		id := row.RowMeta().NativeID
		if of.canHave(id) || !l.canHave(id) {
			return false
		}
		f := NewFields(of.About().What, id)
		f.Fail("its id has the form of those of another list, which cannot tell whether it is gone")
		page.Problems = append(page.Problems, cloud.Problem{NativeID: id, Text: f.Problem()})
		return true
	})
}

// Lookup implements Lister.
func (l severalLister) Lookup(ctx context.Context, region string, nativeIDs []string) (existing []string, err error) {
	for _, id := range nativeIDs {
		if !l.canHave(id) {
			existing = append(existing, id)
		}
	}
	for i, of := range l.Several {
		var asked []string
		for _, id := range nativeIDs {
			if of.canHave(id) {
				asked = append(asked, id)
			}
		}
		if len(asked) == 0 {
			continue
		}
		there, err := l.lists[i].Lookup(ctx, region, asked)
		if err != nil {
			return nil, err
		}
		existing = append(existing, there...)
	}
	return existing, nil
}

// placed is where a page begins: in which list, and where in it.
type placed struct {
	list   int
	cursor string
}

// String is the cursor. The 0 stands where earlier versions had the total of the lists
// before, so that their listings go on here, and these there.
func (p placed) String() string { return fmt.Sprintf("%d+0+%s", p.list, p.cursor) }

// place reads a cursor.
func (l severalLister) place(cursor string) (at placed, err error) {
	if cursor == "" {
		return at, nil
	}
	parts := strings.SplitN(cursor, "+", 3)
	if len(parts) < 3 {
		return at, expired(cursor, errNoPosition)
	}
	list, notList := strconv.ParseUint(parts[0], 10, 8)
	_, notBefore := strconv.ParseUint(parts[1], 10, 31)
	at = placed{int(list), parts[2]}
	isBegin := list == 0 && at.cursor == ""
	if cmp.Or(notList, notBefore) != nil || isBegin || at.list >= len(l.lists) {
		return at, expired(cursor, errNoPosition)
	}
	return at, nil
}
