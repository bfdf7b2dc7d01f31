package google

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// inProject is a list of the whole project, of resources that say where they are in their own
// address: in a zone, in a region, or global.
func inProject[T any](action string, link func(*T) string) adapter.Census[*session, T] {
	return adapter.Census[*session, T]{
		Actions: []string{action}, Path: questions[action].list, Ask: ask[T],
		Key:    func(of *T) string { return pathOf(link(of)) },
		Region: func(of *T) string { return regionOf(link(of)) },
	}
}

// listed is a kind whose rows are the resources of a list of the whole project, and need
// nothing else.
func listed[T any](kind *resource.Kind, what, idField string, all *adapter.Census[*session, T], id func(*T) string, row func(*adapter.Fields, *T) resource.Row) *adapter.Listing[*session, T] {
	return &adapter.Listing[*session, T]{
		Kind: kind, What: what, IDField: idField,
		Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: all,
		Believe: enabled,
		ID:      id,
		Row:     row,
	}
}
