package huaweifake

import (
	"net/url"
	"slices"
	"time"

	"cloudsync/cloud/fake"
)

// marked answers for a list whose pages follow a resource that is named by its id, and say
// which comes next.
func marked[T any](c *fake.Cloud, name string, query url.Values, all []T, id func(T) string, render func(T) map[string]any) (any, *refusal) {
	page, next, refused := markedPage(c, query, 2000, all, id)
	if refused != nil {
		return nil, refused
	}
	list, info := rendered(page, render), map[string]any{"current_count": len(page)}
	if len(page) > 0 {
		info["previous_marker"] = id(page[0])
	}
	if next >= 0 {
		info["next_marker"] = id(page[len(page)-1])
	}
	return map[string]any{name: list, "page_info": info, "request_id": "5f1d0c6f9d0e4b0f8a4c"}, nil
}

// markedPage is the page that follows the marker, of the asked for resources.
func markedPage[T any](c *fake.Cloud, query url.Values, most int, all []T, id func(T) string) (page []T, next int, refused *refusal) {
	limit, refused := number(query, "limit", most, 0, most)
	if refused != nil {
		return nil, 0, refused
	}
	all, offset := ofIDs(query["id"], all, id), 0
	if query.Has("marker") {
		offset = 1 + slices.IndexFunc(all, func(one T) bool { return id(one) == query.Get("marker") })
		if offset == 0 {
			return nil, 0, &lostMarker
		}
	}
	page, next = fake.Page(c, all, offset, limit)
	return page, next, nil
}

// ofIDs are the resources of the ids, all where there are none.
func ofIDs[T any](ids []string, all []T, id func(T) string) []T {
	if len(ids) == 0 {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(one T) bool { return !slices.Contains(ids, id(one)) })
}

func rendered[T any](page []T, render func(T) map[string]any) []any {
	list := []any{}
	for _, one := range page {
		list = append(list, render(one))
	}
	return list
}

// changing is another time at each answer.
func changing() string { return zulu(time.Now()) }
