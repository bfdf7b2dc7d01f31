package tencent

import (
	"context"
	"errors"
	"strconv"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxPage is the largest Limit that all the listings take.
const maxPage = 100

// lister lists one kind of resource of a session. All the API's listings page with
// Offset and Limit, and announce a TotalCount with each page.
type lister[T any] struct {
	session *session
	action  string
	ask     func(ctx context.Context, region string, q query) (answer[T], error)
	what    string // a resource is, in words
	id      func(*T) string
	row     func(*adapter.Fields, *T) resource.Row
}

// query is what is asked for: a page of all, or some by their ids.
type query struct {
	ids           []string
	offset, limit int
}

// answer is what the API says to a query.
type answer[T any] struct {
	items []adapter.Item[T]
	total *int64
	// unknownID: an id of the query is none of the API's, which answers nothing then.
	unknownID bool
}

// List implements adapter.Lister. The cursor is the offset.
func (l *lister[T]) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	offset, err := offsetOf(cursor)
	if err != nil {
		return cloud.Page{}, &cloud.Error{Class: cloud.ExpiredCursor, Doing: doing(l.session, l.action, region), Err: err}
	}
	found, err := l.get(ctx, region, query{offset: offset, limit: maxPage})
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{Total: *found.total, Rows: make([]resource.Row, 0, len(found.items))}
	for i := range found.items {
		item := &found.items[i]
		f := item.Read(l.what, l.id(&item.Value))
		f.Put(&page, l.row(f, &item.Value))
	}
	// Past the end the set is empty, whatever the total says: the sync compares it
	// with what was listed.
	if next := offset + len(found.items); len(found.items) > 0 && int64(next) < page.Total {
		page.Next = strconv.Itoa(next)
	}
	return page, nil
}

func offsetOf(cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	offset, err := strconv.Atoi(cursor)
	if err == nil && offset <= 0 {
		err = errors.New("not an offset")
	}
	return offset, err
}

// Lookup implements adapter.Lister. Where one unknown id makes the API refuse all,
// the halves are asked for: an id is absent if it is refused alone, or if an answer
// leaves it out.
func (l *lister[T]) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	if len(nativeIDs) == 0 { // no ids are no filter
		return nil, nil
	}
	found, err := l.get(ctx, region, query{ids: nativeIDs, limit: len(nativeIDs)})
	switch {
	case err != nil:
		return nil, err
	case found.unknownID && len(nativeIDs) == 1:
		return nil, nil
	case found.unknownID:
		return l.lookupHalves(ctx, region, nativeIDs)
	}
	return l.idsOf(region, found)
}

func (l *lister[T]) lookupHalves(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	half := len(nativeIDs) / 2
	existing, err := l.Lookup(ctx, region, nativeIDs[:half])
	if err != nil {
		return nil, err
	}
	rest, err := l.Lookup(ctx, region, nativeIDs[half:])
	if err != nil {
		return nil, err
	}
	return append(existing, rest...), nil
}

// idsOf are the ids in an answer. One that leaves out what it announces, or an id,
// makes nothing absent.
func (l *lister[T]) idsOf(region string, found answer[T]) ([]string, error) {
	if int64(len(found.items)) < *found.total {
		return nil, adapter.BadAnswer(doing(l.session, l.action, region), "the answer has %d of %d resources", len(found.items), *found.total)
	}
	ids := make([]string, len(found.items))
	for i := range found.items {
		if ids[i] = l.id(&found.items[i].Value); ids[i] == "" {
			return nil, adapter.BadAnswer(doing(l.session, l.action, region), "a resource that was asked for by its id has none")
		}
	}
	return ids, nil
}

func (l *lister[T]) get(ctx context.Context, region string, q query) (answer[T], error) {
	found, err := call(ctx, l.session, region, l.action, func(ctx context.Context) (answer[T], error) {
		found, err := l.ask(ctx, region, q)
		if len(q.ids) > 0 && isUnknownID(err) {
			return answer[T]{unknownID: true}, nil
		}
		return found, err
	})
	if err != nil || found.unknownID {
		return found, err
	}
	if found.total == nil || *found.total < 0 {
		return answer[T]{}, adapter.BadAnswer(doing(l.session, l.action, region), "the answer has no TotalCount, or a negative one")
	}
	return found, adapter.CheckList(doing(l.session, l.action, region), found.items)
}

// parameters are those of a query; ids is the name of the parameter for them.
func (q query) parameters(ids string) map[string]any {
	p := map[string]any{"Offset": q.offset, "Limit": q.limit}
	if len(q.ids) > 0 {
		p[ids] = q.ids
	}
	return p
}
