package google

import (
	"context"
	"fmt"
	"slices"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// relisted asks for a page of what a product has in a region, also where it is asked for ids:
// then the others of the page are left out. Certificates alone are in the global location, too.
func relisted[T any](id func(*T) string) func(context.Context, *session, adapter.Query) (adapter.Answer[T], error) {
	return func(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[T], error) {
		if q.Region == global && q.Action != managerList {
			return adapter.Answer[T]{}, nil
		}
		if q.Begins() {
			if err := s.offered(ctx, q); err != nil {
				return adapter.Answer[T]{}, err
			}
		}
		answer, err := ask[T](ctx, s, q)
		if len(q.IDs) > 0 {
			answer.Items = slices.DeleteFunc(answer.Items, func(item adapter.Item[T]) bool {
				id := id(&item.Value)
				return id != "" && !slices.Contains(q.IDs, id)
			})
		}
		return answer, err
	}
}

// offered fails where a product has no such region: asked there, it says that a permission is
// missing. Where the API is not enabled, it has none. Whether lists of locations have the global
// one is not documented.
func (s *session) offered(ctx context.Context, q adapter.Query) error {
	list, has := locationLists[questions[q.Action].product]
	switch {
	case q.Region == global:
		return nil
	case !has: // Compute Engine
		return enabled(ctx, s, q.Region, len(q.IDs) > 0)
	}
	locations, err := adapter.Recent(ctx, s, list, len(q.IDs) > 0, func(ctx context.Context) ([]string, error) {
		names, err := s.names(ctx, list, func(l *named) string { return l.LocationID })
		if cloud.ClassOf(err) == cloud.RegionDisabled {
			return nil, nil
		}
		return names, err
	})
	if err != nil || slices.Contains(locations, q.Region) {
		return err
	}
	return &cloud.Error{Class: cloud.RegionDisabled, Doing: list, Err: fmt.Errorf("there is no region %s", q.Region)}
}
