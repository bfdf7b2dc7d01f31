package adapter

import (
	"context"
	"slices"
	"strings"

	"cloudsync/cloud"
)

// Apiece gives what a list lacks of one resource, by a call for it. It is made by OneByOne.
type Apiece[S Session, T any] func(ctx context.Context, s S, region, id string) (add func(*Item[T]), err error)

// OneByOne declares what a list lacks of its resources and a call for each of them has, such
// as the rules of security groups: the action, where the list is in its answer, how it is
// asked for the one id of a query, and what puts the list's elements, of all pages, into the
// resource. An odd value in them is one of the resource. S embeds a Shelf.
//
// It is for clouds that have no bulk call: a page of 100 resources makes 100 calls more.
func OneByOne[S Session, T, D any](action, path string, ask func(context.Context, S, Query) (Answer[D], error), put func(*T, []D)) Apiece[S, T] {
	return func(ctx context.Context, s S, region, id string) (func(*Item[T]), error) {
		var all []Item[D]
		q := Query{Action: action, Path: path, Region: region, IDs: []string{id}, Number: 1}
		err := Each(ctx, s, q, ask, func(item *Item[D]) { all = append(all, *item) })
		return func(to *Item[T]) {
			put(&to.Value, Values(all))
			for _, item := range all {
				to.odd = append(to.odd, item.odd...)
			}
		}, err
	}
}

// addition is what a call for one resource adds to it, nil where the cloud does not know it.
type addition[T any] func(*Item[T])

// addApiece adds to each resource of a page what a call for it gives.
func (l lister[S, T]) addApiece(ctx context.Context, batch *Batch[T], page *cloud.Page) error {
	if l.Apiece == nil {
		return nil
	}
	added, err := l.additions(ctx, *batch)
	if err != nil {
		return err
	}
	var unknown []string
	for i, item := range batch.Items {
		id := l.id(item)
		switch add, asked := added[id]; {
		case !asked: // it has no id
		case add == nil:
			unknown = append(unknown, id)
		default:
			own := *item // a census gives the same to all
			own.odd = slices.Clip(own.odd)
			add(&own)
			batch.Items[i] = &own
		}
	}
	return l.leaveOut(ctx, batch, page, unknown)
}

// additions are those of the resources on the page, by their ids. So many calls may take
// longer than a listing of a page lasts: when that is repeated, it goes on where it was left.
func (l lister[S, T]) additions(ctx context.Context, batch Batch[T]) (map[string]addition[T], error) {
	var ids []string
	for _, item := range batch.Items {
		ids = append(ids, l.id(item))
	}
	ids = Set(ids...)
	key := [3]any{l.Listing, batch.Region, strings.Join(ids, "\n")}
	fits := func(load *loaded[map[string]addition[T]]) bool { return load.isWithin(keepFor) }
	got, err := get(ctx, l.s, key, "", fits, func(ctx context.Context, added *map[string]addition[T]) error {
		if *added == nil {
			*added = map[string]addition[T]{}
		}
		return l.askApiece(ctx, batch.Region, ids, *added)
	})
	if err == nil {
		shelfOf(l.s).forget(key)
	}
	return got.value, err
}

// askApiece makes the calls that were not made yet.
func (l lister[S, T]) askApiece(ctx context.Context, region string, ids []string, added map[string]addition[T]) error {
	for _, id := range ids {
		if _, asked := added[id]; asked {
			continue
		}
		add, err := l.Apiece(ctx, l.s, region, id)
		switch {
		case cloud.ClassOf(err) == cloud.NotFound:
			added[id] = nil
		case err != nil:
			return err
		default:
			added[id] = add
		}
	}
	return nil
}

// leaveOut takes the resources off the page that the calls for them did not know: they went
// after they were listed. The list says so too, when it is asked for them; one that it has
// exists, and has no row that can be relied on.
func (l lister[S, T]) leaveOut(ctx context.Context, batch *Batch[T], page *cloud.Page, unknown []string) error {
	if len(unknown) == 0 {
		return nil
	}
	existing, err := l.lookup(ctx, batch.Region, unknown)
	if err != nil {
		return err
	}
	batch.Items = slices.DeleteFunc(batch.Items, func(item *Item[T]) bool {
		id := l.id(item)
		switch {
		case !slices.Contains(unknown, id):
			return false
		case slices.Contains(existing, id):
			f := NewFields(l.What, id)
			f.Fail("it is listed, and the call for it alone does not know it")
			page.Problems = append(page.Problems, cloud.Problem{NativeID: id, Text: f.Problem()})
		default:
			page.Others++
		}
		return true
	})
	return nil
}
