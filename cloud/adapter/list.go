package adapter

import (
	"cmp"
	"context"
	"slices"
	"time"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// List implements Lister.
func (l lister[S, T]) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	page, err := l.list(ctx, region, cursor)
	return page, l.labelled(region, err)
}

func (l lister[S, T]) list(ctx context.Context, region, cursor string) (cloud.Page, error) {
	batch, page, err := l.batch(ctx, region, cursor)
	if err == nil {
		err = l.addApiece(ctx, &batch, &page)
	}
	if err != nil {
		return cloud.Page{}, err
	}
	row := l.Row
	if l.Join != nil {
		if row, err = l.Join(ctx, l.s, batch); err != nil {
			return cloud.Page{}, err
		}
	}
	page.Rows = make([]resource.Row, 0, len(batch.Items))
	if err := l.put(&page, batch, row); err != nil {
		return cloud.Page{}, err
	}
	return page, nil
}

// batch is the page at a cursor, still without its rows.
func (l lister[S, T]) batch(ctx context.Context, region, cursor string) (Batch[T], cloud.Page, error) {
	if l.Census != nil {
		return l.wholeBatch(ctx, region, cursor)
	}
	batch := Batch[T]{Region: region, Begins: cursor == "", kind: l.Kind.Name()}
	got, err := l.page(ctx, batch.Visit(), cursor)
	if err != nil {
		return Batch[T]{}, cloud.Page{}, err
	}
	here, err := l.here(region, got.Items)
	batch.Items, batch.Ends, batch.Listed = here, got.next == "", time.Now()
	return batch, cloud.Page{Total: got.total, Next: got.next, Others: int64(len(got.Items) - len(here))}, err
}

// got is a page as it was answered.
type got[T any] struct {
	Items []Item[T]
	total int64 // 0: none is announced
	next  string
	since time.Time // when it was asked for, or the pages before that it goes on with
}

// page asks for the page at a cursor, for a visitor. That there is nothing is proven, where it
// has to be.
func (l lister[S, T]) page(ctx context.Context, v Visit, cursor string) (got[T], error) {
	at, err := l.Pages.position(cursor)
	if err != nil {
		return got[T]{}, err
	}
	answer, since, err := l.askShared(ctx, l.Pages.query(v.region, at), v.user)
	if err != nil {
		return got[T]{}, err
	}
	page := got[T]{Items: answer.Items, since: since}
	if l.Pages.style == byTokens {
		err = checkEnd(at, answer)
	}
	if err == nil && l.Pages.haveTotals() {
		page.total, err = l.total(answer)
	}
	if err != nil {
		return got[T]{}, err
	}
	turn := turn{onPage: len(answer.Items), token: answer.Next, total: page.total}
	if turn.onPage > 0 {
		turn.lastID = l.id(&answer.Items[turn.onPage-1])
	}
	if page.next, err = l.Pages.next(at, turn); err != nil {
		return got[T]{}, err
	}
	if turn.onPage == 0 && page.next == "" && page.total == 0 && l.Empty != nil {
		err = l.Empty(ctx, l.s, v.region, false)
	}
	return page, err
}

// total is the number of resources that an answer announces. Without it, a page that was
// cut short would be taken for the last, but by tokens.
func (l lister[S, T]) total(answer Answer[T]) (int64, error) {
	if answer.Total == "" && l.Pages.haveTotals() {
		return 0, BadAnswer("", "the number of all resources is not in the answer")
	}
	return answer.Total.Whole("", "the number of all resources")
}

// here are the resources that are there, and of the region. Where all are of others, the
// region was not what was asked for.
func (l lister[S, T]) here(region string, items []Item[T]) (here []*Item[T], err error) {
	elsewhere := 0
	for i := range items {
		item := &items[i]
		if l.elsewhere(item, region) {
			elsewhere++
			continue
		}
		here = append(here, item)
	}
	if elsewhere > 0 && elsewhere == len(items) {
		return nil, BadAnswer("", "all %d resources in the answer are of another region, such as %s: check the endpoint",
			len(items), Clip(l.Region(&items[0].Value), maxShown))
	}
	return l.there(here), nil
}

// there are the resources that are not gone, or may not be.
func (l lister[S, T]) there(items []*Item[T]) []*Item[T] {
	return slices.DeleteFunc(items, func(item *Item[T]) bool {
		gone, err := l.gone(item)
		return gone && err == nil
	})
}

// put puts the resources on the page. Where there are several on the first page, and none
// makes sense, it is the answer that makes none. On a page that follows one with sense,
// they are odd resources: the last page often has no more than two.
func (l lister[S, T]) put(page *cloud.Page, batch Batch[T], row func(*Fields, *T) resource.Row) error {
	odd, first := 0, ""
	for _, item := range batch.Items {
		f := item.Read(l.What, l.id(item))
		made := row(f, &item.Value)
		problem := f.Problem()
		switch {
		case problem != "":
			page.Problems = append(page.Problems, cloud.Problem{NativeID: f.id, Text: problem})
		case made == nil: // it is gone
			page.Others++
		default:
			made.RowMeta().NativeID = f.id
			page.Rows = append(page.Rows, made)
		}
		if f.odd {
			odd++
			first = cmp.Or(first, problem)
		}
	}
	if batch.Begins && odd > 1 && odd == len(batch.Items) {
		return BadAnswer("", "none of the %d resources in the answer makes sense: %s", odd, first)
	}
	return nil
}
