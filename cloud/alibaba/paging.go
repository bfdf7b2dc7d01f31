package alibaba

import (
	"fmt"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// more is what an answer tells of the rest of its listing. The names of the numbers
// differ by product.
type more struct {
	next        string // the next page's token
	size, total adapter.Text
}

// checkEnd is an error where a listing by tokens ends with its first page and that is
// not all. An API that does not know tokens, of a private cloud or behind a proxy,
// ignores them and answers the first of its numbered pages. Beside a token the total
// means nothing: it may be that of the page.
func (m more) checkEnd(doing, cursor string, listed int) error {
	if cursor != "" || m.next != "" {
		return nil
	}
	size, err := m.size.Whole(doing, "the page's size")
	if err != nil {
		return err
	}
	total, err := m.total.Whole(doing, "the total")
	if err != nil {
		return err
	}
	full := listed == 0 || int64(listed) >= size
	if full && total > int64(listed) {
		return &cloud.Error{Class: cloud.Incomplete, Doing: doing,
			Err: fmt.Errorf("the first page has %d of %d, and no NextToken", listed, total)}
	}
	return nil
}
