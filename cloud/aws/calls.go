package aws

import (
	"context"
	"errors"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// ask makes a call in a region. cursor is where the call goes on, "" where a listing
// begins or there is none.
func ask[T any](ctx context.Context, s *session, region, action, cursor string, call func(context.Context) (T, error)) (T, error) {
	answer, err := adapter.Do(ctx, s.account.Calls, region, action, func(ctx context.Context) (T, error) {
		answer, err := call(ctx)
		return answer, toldOfPage(err, cursor)
	})
	if err != nil && cloud.ClassOf(err) == cloud.InvalidCredential {
		err = s.orNoRegion(ctx, region, err)
	}
	return answer, err
}

// eachPage asks for pages to the last one. A cursor that comes twice would have no end.
func eachPage(doing string, page func(cursor string) (next string, err error)) error {
	asked := map[string]bool{}
	for cursor := ""; ; {
		asked[cursor] = true
		next, err := page(cursor)
		if err != nil || next == "" {
			return err
		}
		if asked[next] {
			return adapter.BadAnswer(doing, "the next page's cursor is one that was used before")
		}
		cursor = next
	}
}

// apart asks for ids together. Where the answer is that one of them does not exist,
// which fails the whole call, it asks for each alone; those that do not exist are
// missing in the result.
func apart[T any](ids []string, together func(ids []string) ([]T, error)) ([]T, error) {
	found, err := together(ids)
	switch {
	case cloud.ClassOf(err) != cloud.NotFound, errors.Is(err, errNoRegion): // also where there is no error
		return found, err
	case len(ids) == 1:
		return nil, nil
	}
	found = nil
	for _, id := range ids {
		one, err := apart([]string{id}, together)
		if err != nil {
			return nil, err
		}
		found = append(found, one...)
	}
	return found, nil
}

// inside are the ids that were found and asked for.
func inside(asked []string, found map[string]bool) (existing []string) {
	for _, id := range asked {
		if found[id] {
			existing = append(existing, id)
		}
	}
	return existing
}

// noList is the error of an answer without the list that was asked for. An empty list
// is there in the answer; a document that lacks it, such as a proxy's page, would be
// read as an empty one.
func noList(action, region string) error {
	return adapter.BadAnswer(action+" of "+region, "the answer has no list in it")
}
