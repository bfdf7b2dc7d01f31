package huawei

import (
	"strconv"
	"strings"
)

// position is where a listing goes on, as a cursor says it: a place in the API's own
// terms, and how many resources came before. The end of a listing follows from their
// number and the announced one: a page that is shorter than was asked for is not
// always the last.
type position struct {
	place  string // a page's number, or the id of the last resource before
	listed int64
}

// positionOf reads a cursor, "" for the beginning, which is at first.
func positionOf(doing, cursor, first string) (position, error) {
	if cursor == "" {
		return position{place: first}, nil
	}
	place, number, found := strings.Cut(cursor, "+")
	listed, err := strconv.ParseUint(number, 10, 62)
	if !found || place == "" || err != nil {
		return position{}, expired(doing, "the cursor %q has not the form of one", cut(cursor))
	}
	return position{place: place, listed: int64(listed)}, nil
}

// next is the cursor after a page of that many resources, "" after the last one. total
// is how many are announced for the whole listing. A 0 beside resources is not believed:
// then a page with fewer than limit is the last.
func (p position) next(place string, onPage, limit int, total int64) string {
	listed := p.listed + int64(onPage)
	atEnd := listed >= total
	if total == 0 {
		atEnd = onPage < limit
	}
	if atEnd || onPage == 0 || place == "" {
		return ""
	}
	return place + "+" + strconv.FormatInt(listed, 10)
}
