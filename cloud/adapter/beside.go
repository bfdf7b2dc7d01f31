package adapter

import (
	"context"
	"slices"
	"time"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// Beside declares a list that pages of another kind are joined with, by ids that both
// know, as disks by the ids of their hosts. It is listed as a whole, once for all pages:
// 20,000 disks of 10,000 hosts are 40 pages that take three calls each by id, and ten calls
// of a list. V is what it has of an id, such as a name or a size. S embeds a Shelf.
type Beside[S Session, T any, V any] struct {
	List *Listing[S, T]
	// Of is what a resource of the list has, and of which ids.
	Of func(*Fields, *T) (of V, ids []string)
	// Add adds what several resources have of one id; nil: no two have anything of the same.
	Add func(a, b V) V
	// Whose are the fields, as the cloud writes them, that say which ids; none: any may. A
	// resource of which another field is odd is of no id all the same.
	Whose []string
	// Reads are the fields that Of reads, where an odd value of another one is not to cost the
	// rows that are joined; none: all.
	Reads []string
	// ByIDs says that List is asked by these ids. Then a listing of one page, for which one
	// call does, asks for them alone, unless another kind has a List of one page that is Shared;
	// and others ask for those that the list lacks, of something newer.
	ByIDs bool
}

// Join gives what the list has of the ids, which are those on a page: zero where that is
// nothing. What makes no sense of it is a problem of the row that is read.
func (b *Beside[S, T, V]) Join(ctx context.Context, s S, page Visit, ids []string) (func(f *Fields, id string) V, error) {
	all, newer, err := b.of(ctx, s, page, ids)
	return func(f *Fields, id string) V {
		if all.has(id) {
			return all.read(f, id)
		}
		return newer.read(f, id)
	}, named(b.List.Action, err)
}

func (b *Beside[S, T, V]) of(ctx context.Context, s S, page Visit, ids []string) (all, newer *beside[V], err error) {
	all, newer = newBeside(b.Add), newBeside(b.Add)
	oneCall := b.ByIDs && page.begins && page.ends && len(ids) <= b.List.IDs.atOnce
	switch {
	case len(ids) == 0:
	case !oneCall:
		all, err = b.whole(ctx, s, page, ids)
	case b.List.Shared:
		all, err = b.sharedPage(ctx, s, page)
	}
	if err != nil {
		return nil, nil, err
	}
	if page.ends {
		shelfOf(s).forget(b.key(page))
	}
	if !b.ByIDs {
		return all, newer, nil
	}
	items, _, err := b.List.ByIDs(ctx, s, page.region, slices.DeleteFunc(slices.Clone(ids), all.has))
	if err == nil {
		err = b.add(newer, items)
	}
	return all, newer, err
}

func (b *Beside[S, T, V]) key(page Visit) any { return [2]any{b, page.region} }

// whole is the list as the page's listing began with it. One that came to no second page may
// be repeated with it. Where another kind had begun to read it before that, and it lacks an
// id, it is read anew: what came in between is in no other way found.
func (b *Beside[S, T, V]) whole(ctx context.Context, s S, page Visit, ids []string) (*beside[V], error) {
	goesOn := page.user
	if page.begins {
		goesOn = ""
	}
	load := func(ctx context.Context, all **beside[V]) error { return b.load(ctx, s, page, all) }
	lacks := func(l *loaded[*beside[V]]) bool {
		return !b.ByIDs && l.isWhole() && l.value.since.Before(l.began) && slices.ContainsFunc(ids, func(id string) bool { return !l.value.has(id) })
	}
	fits := func(l *loaded[*beside[V]]) bool {
		return l.isWithin(keepFor) && (!page.begins || !l.users[page.user]) && !lacks(l)
	}
	got, err := get(ctx, s, b.key(page), goesOn, fits, load)
	if err == nil && lacks(&got) {
		got, err = get(ctx, s, b.key(page), goesOn, fits, load)
	}
	return got.value, err
}

// sharedPage is the list if another kind has just asked for it, and it has one page; else
// nothing.
func (b *Beside[S, T, V]) sharedPage(ctx context.Context, s S, page Visit) (*beside[V], error) {
	all := newBeside(b.Add)
	if has, err := b.List.isReadFor(ctx, s, page); err != nil || !has {
		return all, err
	}
	got, err := b.List.pageFor(ctx, s, page, "")
	if err == nil && got.next == "" {
		err = b.add(all, got.Items)
	}
	return all, err
}

// load reads the list to its end. That may take longer than one call lasts: it goes on where
// it was left.
func (b *Beside[S, T, V]) load(ctx context.Context, s S, page Visit, all **beside[V]) error {
	if *all == nil {
		*all = newBeside(b.Add)
	}
	for of := *all; ; {
		got, err := b.List.pageFor(ctx, s, page, of.cursor)
		items, next, known := got.Items, got.next, len(of.seen)
		if err == nil {
			err = b.add(of, items)
		}
		if of.cursor == "" {
			of.since = got.since
		}
		isBack := len(of.seen) == known && (len(items) > 0 || of.used[next]) // pages that lead back to each other have no end
		switch {
		case cloud.ClassOf(err) == cloud.ExpiredCursor:
			*all = nil
			return err
		case err != nil || next == "":
			return err
		case isBack:
			*all = nil
			return BadAnswer("", "the page at %q has no %s that was not listed before", Clip(of.cursor, maxShown), b.List.What)
		}
		of.cursor, of.used[next] = next, true
	}
}

func (b *Beside[S, T, V]) add(to *beside[V], items []Item[T]) error {
	for i := range items {
		item := &items[i]
		f := item.readIn(b.Reads, b.List.What, b.List.idOf(&item.Value))
		of, ids := b.Of(f, &item.Value)
		if err := to.add(f, item.isOddIn(b.Whose), of, Set(ids...)); err != nil {
			return err
		}
	}
	return nil
}

// beside is what was read of a list so far, by the ids that it is joined by.
type beside[V any] struct {
	plus   func(a, b V) V
	of     map[string]V
	odd    map[string]string // why what is of an id is not known
	seen   map[string]bool   // resources of the list
	cursor string            // of the page that comes next
	used   map[string]bool   // cursors
	since  time.Time         // when its reading began
}

func newBeside[V any](plus func(a, b V) V) *beside[V] {
	return &beside[V]{plus: plus, of: map[string]V{}, odd: map[string]string{}, seen: map[string]bool{}, used: map[string]bool{}}
}

// add adds a resource to its ids, once: one that is on two pages, since another was made or
// deleted in between, is still one. Where it does not say whose it is, since something of it
// cannot be read, it may be anybody's: that is an error.
func (b *beside[V]) add(f *Fields, mayBeAnybodys bool, of V, ids []string) error {
	switch {
	case f.id != "" && b.seen[f.id]:
		return nil
	case len(ids) == 0 && mayBeAnybodys: // and is again, if it is asked for again
		return BadAnswer("", "whose is it? %s", f.Problem())
	}
	b.seen[f.id] = true
	for _, id := range ids {
		if before, has := b.of[id]; has && b.plus != nil {
			b.of[id] = b.plus(before, of)
		} else {
			b.of[id] = of
		}
		if problem := f.Problem(); problem != "" {
			b.odd[id] = problem
		}
	}
	return nil
}

func (b *beside[V]) has(id string) bool {
	_, has := b.of[id]
	return has
}

func (b *beside[V]) read(f *Fields, id string) V {
	if why, odd := b.odd[id]; odd {
		f.Fail("%s", why)
	}
	return b.of[id]
}

// With is for Listing.Join: it makes rows of resources with what a list beside has of each, by
// an id.
func With[S Session, T, L, V any](list *Beside[S, L, V], id func(*T) string, row func(*Fields, *T, V) resource.Row) func(context.Context, S, Batch[T]) (func(*Fields, *T) resource.Row, error) {
	return func(ctx context.Context, s S, page Batch[T]) (func(*Fields, *T) resource.Row, error) {
		of, err := list.Join(ctx, s, page.Visit(), page.IDs(id))
		return func(f *Fields, t *T) resource.Row { return row(f, t, of(f, id(t))) }, err
	}
}

// Both adds texts, for Beside.Add.
func Both(a, b []string) []string { return slices.Concat(a, b) }

// Sum adds sizes, for Beside.Add.
func Sum(a, b int64) int64 { return a + b }
