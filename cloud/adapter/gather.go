package adapter

import (
	"context"
	"iter"
	"slices"
)

// What follows gathers what listings are joined with.

// pageFor is a page of the resources at the cursor, "" for the first: for a listing of another
// kind that is joined with this one.
func (l *Listing[S, T]) pageFor(ctx context.Context, s S, v Visit, cursor string) (got[T], error) {
	page, err := lister[S, T]{Listing: l, s: s}.page(ctx, v, cursor)
	return page, named(l.Action, err)
}

// isReadFor says that another kind has just asked for the first page, which would serve the
// visitor.
func (l *Listing[S, T]) isReadFor(ctx context.Context, s S, v Visit) (bool, error) {
	return lister[S, T]{Listing: l, s: s}.isShared(ctx, l.Pages.query(v.region, position{number: 1}), v.user)
}

// ByIDs are the resources of the ids, as far as there are any, and those of the ids that
// the cloud says it does not know: for listings of other kinds that are joined with this
// one. Ask may take the ids for those of others, such as the hosts that disks are
// attached to, so that what comes is not compared with them.
func (l *Listing[S, T]) ByIDs(ctx context.Context, s S, region string, ids []string) (items []Item[T], unknown []string, err error) {
	for some := range slices.Chunk(ids, l.IDs.atOnce) {
		found, absent, err := lister[S, T]{Listing: l, s: s}.byIDs(ctx, region, some)
		if err != nil {
			return nil, nil, named(l.Action, err)
		}
		items, unknown = append(items, found...), append(unknown, absent...)
	}
	return items, unknown, nil
}

func (l lister[S, T]) byIDs(ctx context.Context, region string, ids []string) (items []Item[T], unknown []string, err error) {
	isUnknown, err := l.each(ctx, region, ids, func(answer Answer[T]) error {
		items = append(items, answer.Items...)
		return nil
	})
	switch {
	case err != nil || !isUnknown:
		return items, nil, err
	case len(ids) == 1:
		return nil, ids, nil
	}
	items = nil
	for half := range inHalves(ids) {
		found, absent, err := l.byIDs(ctx, region, half)
		if err != nil {
			return nil, nil, err
		}
		items, unknown = append(items, found...), append(unknown, absent...)
	}
	return items, unknown, nil
}

// Each gives all that a query lists to take, through its pages, which go on by tokens.
func Each[S, T any](ctx context.Context, s S, q Query, ask func(context.Context, S, Query) (Answer[T], error), take func(*Item[T])) error {
	for answer, err := range follow(q, func(q Query) (Answer[T], error) { return ask(ctx, s, q) }) {
		if err == nil {
			err = answer.check(q.Path)
		}
		if err != nil {
			return named(q.Action, err)
		}
		for i := range answer.Items {
			take(&answer.Items[i])
		}
	}
	return nil
}

// All is what a query lists, through its pages, which go on by tokens. It is none where one
// of what it lists cannot be read.
func All[S, T any](ctx context.Context, s S, q Query, ask func(context.Context, S, Query) (Answer[T], error)) (all []T, err error) {
	odd := 0
	whole := func(ctx context.Context, s S, q Query) (Answer[T], error) {
		answer, err := ask(ctx, s, q)
		if err == nil {
			err = checkEnd(position{token: q.Token}, answer)
		}
		return answer, err
	}
	err = Each(ctx, s, q, whole, func(item *Item[T]) {
		all = append(all, item.Value)
		if item.IsOdd() {
			odd++
		}
	})
	if err == nil && odd > 0 {
		err = BadAnswer(q.Action, "%d of the %d in the answer cannot be read", odd, len(all))
	}
	return all, err
}

// follow are the answers to a query and, by their tokens, to those that go on with it.
func follow[T any](q Query, ask func(Query) (Answer[T], error)) iter.Seq2[Answer[T], error] {
	return func(yield func(Answer[T], error) bool) {
		for used := map[string]bool{"": true}; ; used[q.Token] = true {
			answer, err := ask(q)
			err = outdated(q, err)
			if !yield(answer, err) || err != nil || answer.Next == "" {
				return
			}
			if q.Token = answer.Next; used[q.Token] {
				yield(Answer[T]{}, BadAnswer("", "the next page's token is one that was used before: %q", Clip(q.Token, maxShown)))
				return
			}
		}
	}
}
