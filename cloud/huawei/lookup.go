package huawei

import (
	"context"
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
)

// careful is a lister that asks only for what has the form of an id. Anything else the
// API would take for a pattern, or for several ids.
type careful struct{ adapter.Lister }

// Lookup implements adapter.Lister. An id that cannot be asked for counts as one that is
// there. No such id is the cloud's, so that it is of a row that somebody edited, which
// is nobody's to delete; and if the cloud did list one, nobody can know that it is gone.
// Leaving it out would call it absent, and an error would keep all others from being
// known.
func (c careful) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	var asked, there []string
	for _, id := range nativeIDs {
		if isID(id) {
			asked = append(asked, id)
		} else {
			there = append(there, id)
		}
	}
	if len(asked) == 0 { // no ids are no filter
		return there, nil
	}
	existing, err := c.Lister.Lookup(ctx, region, asked)
	if err != nil {
		return nil, err
	}
	return append(existing, there...), nil
}

func isID(text string) bool {
	return text != "" && strings.Trim(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == ""
}

// untilNone asks for ids, and again for those that an answer leaves out: it may have been
// a page of the answer. One with none of them says that there are none.
func untilNone(asked []string, find func(ids []string) ([]string, error)) (existing []string, err error) {
	for rest := slices.Clone(asked); len(rest) > 0; {
		there, err := find(rest)
		if err != nil {
			return nil, err
		}
		if len(there) == 0 {
			break
		}
		existing = append(existing, there...)
		rest = slices.DeleteFunc(rest, func(id string) bool { return slices.Contains(there, id) })
	}
	return existing, nil
}
