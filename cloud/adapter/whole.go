package adapter

import (
	"context"
	"slices"
	"strings"

	"cloudsync/cloud"
)

// followPrefix begins the cursors of whole lists, before the key that a page follows.
const followPrefix = "after:"

// wholeBatch is the page at a cursor out of the census, still without its rows.
func (l lister[S, T]) wholeBatch(ctx context.Context, region, cursor string) (Batch[T], cloud.Page, error) {
	begins := cursor == ""
	key, follows := strings.CutPrefix(cursor, followPrefix)
	if !begins && !follows {
		return Batch[T]{}, cloud.Page{}, expired(cursor, errNoPosition)
	}
	if begins && l.Believe != nil {
		if err := l.Believe(ctx, l.s, region, false); err != nil {
			return Batch[T]{}, cloud.Page{}, err
		}
	}
	batch := Batch[T]{Region: region, Begins: begins, kind: l.Kind.Name()}
	load, err := l.Census.whole(ctx, l.s, batch.Visit())
	if err != nil {
		return Batch[T]{}, cloud.Page{}, err
	}
	page := cloud.Page{}
	items, last := load.value.after(region, key, l.Pages.size)
	if last != "" {
		page.Next = followPrefix + last
	}
	if begins {
		page.Problems = l.nowhere(load.value)
		if err := l.proveEmpty(ctx, load.value, region, false); err != nil {
			return Batch[T]{}, cloud.Page{}, err
		}
	}
	batch.Items, batch.Ends, batch.Listed = l.there(items), last == "", load.ended
	return batch, page, nil
}

// proveEmpty proves that the whole account has nothing, where that has to be.
func (l lister[S, T]) proveEmpty(ctx context.Context, all *Members[T], region string, lookedUp bool) error {
	if l.Empty == nil || len(all.byRegion) > 0 {
		return nil
	}
	return l.Empty(ctx, l.s, region, lookedUp)
}

// nowhere are the resources that do not say where they are: each may be of any region,
// so that no region's stored row of it is to go.
func (l lister[S, T]) nowhere(all *Members[T]) (problems []cloud.Problem) {
	for _, one := range all.byRegion[""] {
		f := NewFields(l.What, l.id(one.item))
		f.Fail("it has no location")
		problems = append(problems, cloud.Problem{NativeID: f.id, Text: f.Problem()})
	}
	return problems
}

// relist lists the whole account again, whatever was listed before, for those of the ids
// that there are. Clouds that have no question by ids may write one in several cases.
func (l lister[S, T]) relist(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	all, err := l.Census.load(ctx, l.s, Visit{})
	if err == nil {
		err = all.covers(region)
	}
	if err == nil {
		err = l.proveEmpty(ctx, all, region, true)
	}
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, one := range all.mayBeIn(region) {
		gone, err := l.gone(one.item)
		if err != nil {
			return nil, err
		}
		if !gone {
			there[strings.ToLower(l.id(one.item))] = true
		}
	}
	if there[""] {
		return nil, BadAnswer("", "a resource has no id: it may be any of those looked up")
	}
	if l.Believe != nil {
		if err := l.Believe(ctx, l.s, region, true); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(nativeIDs), func(id string) bool { return !there[strings.ToLower(id)] }), nil
}
