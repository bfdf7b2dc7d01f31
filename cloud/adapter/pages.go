package adapter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"cloudsync/cloud"
)

// Pages is how a listing goes on from page to page.
type Pages struct {
	style   style
	size    int
	counted bool // by tokens, with a total that counts all pages
}

type style int

const (
	byTokens style = iota
	byOffsets
	byNumbers
	byMarkers
	byKeys
)

// Tokens is of answers that name what the next page begins with. size is how many
// resources a page has at most, here and below.
func Tokens(size int) Pages { return Pages{style: byTokens, size: size} }

// Counted says of a listing by tokens that its answers tell how many resources there are on
// all pages. Otherwise that may be anything.
func (p Pages) Counted() Pages {
	p.counted = true
	return p
}

// haveTotals says that the answers announce totals.
func (p Pages) haveTotals() bool { return p.counted || p.style != byTokens && p.style != byKeys }

// Offsets is of pages that begin after a number of resources.
func Offsets(size int) Pages { return Pages{style: byOffsets, size: size} }

// Numbers is of pages with numbers, from 1.
func Numbers(size int) Pages { return Pages{style: byNumbers, size: size} }

// Markers is of pages that begin after a resource, which is named by its id. What is made
// or deleted during the listing shifts nothing.
func Markers(size int) Pages { return Pages{style: byMarkers, size: size} }

// Whole is of a list of the whole account, for all its regions: pages follow one another by
// the keys of a census. size is how many resources a page out of it has, with few exceptions.
func Whole(size int) Pages { return Pages{style: byKeys, size: size} }

// position is where a page begins, as a cursor says it: a token or a marker, the number
// of a page, and how many resources came before it. The end of a listing that announces
// a total follows from these: a page that is shorter than was asked for is not always
// the last.
type position struct {
	token  string
	number int
	listed int64
}

func (p Pages) position(cursor string) (at position, err error) {
	at.number = 1
	switch {
	case cursor == "":
		return at, nil
	case p.style == byTokens:
		at.token = cursor
		return at, nil
	case p.style == byOffsets:
		at.listed, err = after(cursor)
	default: // "PLACE+LISTED"; a marker may have a + in it
		plus := strings.LastIndexByte(cursor, '+')
		if plus <= 0 {
			return at, expired(cursor, errNoPosition)
		}
		at.token = cursor[:plus]
		at.listed, err = after(cursor[plus+1:])
	}
	if err == nil && p.style == byNumbers {
		var before int64
		before, err = after(at.token)
		if at.number = int(before); at.number < 2 {
			err = errNoPosition
		}
		at.token = ""
	}
	if err != nil {
		return at, expired(cursor, err)
	}
	return at, nil
}

var errNoPosition = errors.New("it has not the form of one")

// after is a number of resources that came before a page.
func after(text string) (int64, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil || n == 0 {
		return 0, errNoPosition
	}
	return int64(n), nil
}

// query is the one for the page at a position.
func (p Pages) query(region string, at position) Query {
	q := Query{Region: region, Token: at.token}
	switch p.style {
	case byOffsets:
		q.Offset = int(at.listed)
	case byNumbers:
		q.Number = at.number
	}
	return q
}

// turn is what a page says of the rest of its listing.
type turn struct {
	onPage int
	lastID string
	token  string
	total  int64
}

// next is the cursor of the page that follows, "" after the last.
func (p Pages) next(at position, t turn) (string, error) {
	if p.style == byTokens {
		if t.token != "" && t.token == at.token {
			return "", BadAnswer("", "the next page's token is that of this page: %q", Clip(t.token, maxShown))
		}
		return t.token, nil
	}
	listed := at.listed + int64(t.onPage)
	if p.ends(listed, t) {
		return "", nil
	}
	switch p.style {
	case byOffsets:
		return strconv.FormatInt(listed, 10), nil
	case byNumbers:
		return fmt.Sprintf("%d+%d", at.number+1, listed), nil
	}
	switch t.lastID {
	case "":
		return "", BadAnswer("", "the page ends with a resource without an id, after which there are more")
	case at.token:
		return "", BadAnswer("", "the page after %q ends with it", Clip(t.lastID, maxShown))
	default:
		return t.lastID + "+" + strconv.FormatInt(listed, 10), nil
	}
}

// ends says that a page is the last of a listing with a total. A total of 0 beside
// resources is not believed. A total may fall by resources that were listed before;
// markers go on where they are, so that only a page which is not full is their last.
func (p Pages) ends(listed int64, t turn) bool {
	full := t.onPage >= p.size
	switch {
	case t.onPage == 0:
		return true
	case t.total == 0:
		return !full
	case p.style == byMarkers:
		return listed >= t.total && !full
	default:
		return listed >= t.total
	}
}

// checkEnd is an error where a listing by tokens ends with its first page and that is
// not all. A cloud that does not know tokens, a private one or one behind a proxy,
// ignores them and answers the first of its numbered pages.
func checkEnd[T any](at position, answer Answer[T]) error {
	if at.token != "" || answer.Next != "" {
		return nil
	}
	total, err := answer.Total.Whole("", "the number of all resources")
	if err != nil {
		return err
	}
	size, err := answer.Size.Whole("", "the page's size")
	if err != nil {
		return err
	}
	listed := int64(len(answer.Items))
	if full := listed == 0 || listed >= size; full && total > listed {
		return &cloud.Error{Class: cloud.Incomplete, Err: fmt.Errorf("the first page has %d of %d, and no token of a next one", listed, total)}
	}
	return nil
}
