package alibaba

import (
	"slices"

	"cloudsync/cloud/adapter"
)

// existing gives those of the asked ids that there are. find gives the ids in an answer
// to some of them, on all its pages. What it leaves out is asked for again: an answer
// may have been cut to a page whatever was asked for, and what is missing in it is
// deleted. An answer with none of them says that there are none.
func existing(doing string, asked []string, find func(ids []string) ([]string, error)) (there []string, err error) {
	for rest := distinct(asked...); len(rest) > 0; {
		found, err := find(rest)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			break
		}
		for _, id := range found {
			if !slices.Contains(rest, id) {
				return nil, adapter.BadAnswer(doing, "%.60q was not asked for", id)
			}
		}
		there = append(there, distinct(found...)...)
		rest = slices.DeleteFunc(rest, func(id string) bool { return slices.Contains(found, id) })
	}
	return there, nil
}
