package adapter

import (
	"context"
	"errors"
	"maps"
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

// addition is what a call for one resource says.
type addition[T any] struct {
	add func(*Item[T]) // to the resource; nil where the cloud does not know it
	odd error          // why nobody knows what there is to add
}

// additions are those of the resources on a page that were asked for, by their ids.
type additions[T any] struct {
	of    map[string]addition[T]
	fails map[string]int // calls for one that came to nothing
}

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
	problems := map[string]string{}
	for i, item := range batch.Items {
		id := l.id(item)
		switch of, asked := added.of[id]; {
		case !asked: // it has no id
		case of.odd != nil:
			problems[id] = l.labelled(batch.Region, of.odd).Error()
		case of.add == nil:
			unknown = append(unknown, id)
		default:
			own := *item // a census gives the same to all
			own.odd = slices.Clip(own.odd)
			of.add(&own)
			batch.Items[i] = &own
		}
	}
	return l.leaveOut(ctx, batch, page, unknown, problems)
}

// additions are those of the resources on the page. So many calls may take longer than a
// listing of a page lasts: when that is repeated, it goes on where it was left.
func (l lister[S, T]) additions(ctx context.Context, batch Batch[T]) (additions[T], error) {
	var ids []string
	for _, item := range batch.Items {
		ids = append(ids, l.id(item))
	}
	ids = Set(ids...)
	key := [3]any{l.Listing, batch.Region, strings.Join(ids, "\n")}
	fits := func(load *loaded[additions[T]]) bool { return load.isWithin(keepFor) }
	got, err := get(ctx, l.s, key, "", fits, func(ctx context.Context, added *additions[T]) error {
		if added.of == nil {
			*added = additions[T]{of: map[string]addition[T]{}, fails: map[string]int{}}
		}
		return l.askApiece(ctx, batch, ids, added)
	})
	if err == nil {
		shelfOf(l.s).forget(key)
	}
	return got.value, err
}

// askApiece makes the calls that were not made yet, and again those that came to nothing.
func (l lister[S, T]) askApiece(ctx context.Context, batch Batch[T], ids []string, added *additions[T]) error {
	maps.DeleteFunc(added.of, func(_ string, of addition[T]) bool { return of.odd != nil })
	for _, id := range ids {
		if _, asked := added.of[id]; asked {
			continue
		}
		add, err := l.Apiece(ctx, l.s, batch.Region, id)
		switch {
		case cloud.ClassOf(err) == cloud.NotFound:
			add, err = nil, nil
		case err != nil:
			added.fails[id]++
			if !added.isOfOne(id, err) {
				return err
			}
		}
		added.of[id] = addition[T]{add: add, odd: err}
	}
	if batch.Begins {
		return added.check(ids)
	}
	return nil
}

const (
	// maxOdd is how many resources are asked for where no answer makes sense.
	maxOdd = 5
	// maxFails is how often a resource is asked for that the cloud fails to answer for, while
	// it answers for others.
	maxFails = 3
)

// isOfOne says that an error is of the one resource that was asked for: it has a problem, and
// costs no other anything. What else fails may pass, or is the account's.
func (a *additions[T]) isOfOne(id string, err error) bool {
	var known *cloud.Error
	if !errors.As(err, &known) || known.OfAccount {
		return false
	}
	answered, odd := a.count()
	switch known.Class {
	case cloud.BadAnswer, cloud.Denied:
		return answered > 0 || odd+1 < maxOdd
	case cloud.Unavailable:
		return answered > 0 && a.fails[id] >= maxFails
	default:
		return false
	}
}

// check is an error where the cloud answered for none of the first page's resources: then it
// is no matter of one. Where there is but one, a bad answer may be.
func (a *additions[T]) check(ids []string) error {
	answered, odd := a.count()
	if answered > 0 || odd == 0 {
		return nil
	}
	if first := a.of[ids[0]].odd; odd > 1 || cloud.ClassOf(first) == cloud.Denied {
		return first
	}
	return nil
}

func (a *additions[T]) count() (answered, odd int) {
	for _, of := range a.of {
		if of.odd != nil {
			odd++
		}
	}
	return len(a.of) - odd, odd
}

// leaveOut takes the resources with a problem off the page, and those that the calls for them
// did not know: they went after they were listed. The list says so too, when it is asked for
// them; one that it has exists, and has no row that can be relied on.
func (l lister[S, T]) leaveOut(ctx context.Context, batch *Batch[T], page *cloud.Page, unknown []string, problems map[string]string) error {
	if len(unknown) > 0 {
		existing, err := l.lookup(ctx, batch.Region, unknown)
		if err != nil {
			return err
		}
		for _, id := range existing {
			problems[id] = "it is listed, and the call for it alone does not know it"
		}
	}
	batch.Items = slices.DeleteFunc(batch.Items, func(item *Item[T]) bool {
		id := l.id(item)
		problem, isOdd := problems[id]
		switch {
		case isOdd:
			f := NewFields(l.What, id)
			f.Fail("%s", problem)
			page.Problems = append(page.Problems, cloud.Problem{NativeID: id, Text: f.Problem()})
		case slices.Contains(unknown, id):
			page.Others++
		default:
			return false
		}
		return true
	})
	return nil
}
