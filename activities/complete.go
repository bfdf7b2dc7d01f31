package activities

import (
	"cmp"
	"fmt"

	"cloudsync/cloud"
)

// Clouds move while they are read. With pages by offset, a resource created at the
// front repeats a row on the next page, and a deleted one hides a row. A listing that
// was read to its end is usable all the same: hidden resources are asked for by id
// before anything is deleted, and the next run adds what was missed. A listing that was
// cut short is not usable.
//
//	announced total     | rows listed    | different ones | the listing is
//	--------------------+----------------+----------------+-----------------------------------
//	none                | any            | any            | complete: only the paging can tell
//	any                 | any            | >= the largest | complete
//	the same throughout | < it           | any            | cut short
//	the same throughout | >= it: repeats | few missing    | usable: moved, or counted twice
//	the same throughout | >= it          | more missing   | cut short: the paging stands still
//	moved               | < the smallest | any            | cut short
//	moved               | >= it          | some missing   | usable: as many as moved, or few
//	moved               | >= it          | more missing   | cut short
//
// A total that falls from one page to the next by more than a tenth (partOfRows), and
// by more than few, is no deletion, and explains no missing row. A row that repeats one
// of its own page counts as a different one here: no move repeats it, so the cloud has
// it twice. A page that repeats the page before as a whole does not count as listed at
// all.
const (
	few        = 10
	partOfRows = 10 // one of so many
)

// A listing may be of several lists, one after the other, each with totals of its own: each
// is judged by itself while it is read, and the comparison judges their sum.

// totals are what the pages of a list announced of the number of all its rows.
type totals struct {
	Announced int64 `json:"announced"`          // the largest
	Smallest  int64 `json:"smallest,omitempty"` // 0: as the largest
	Latest    int64 `json:"latest,omitempty"`
	Moves     int64 `json:"moves,omitempty"` // the sum of its steps from page to page
}

// note notes the total that a page announces, if it does.
func (t *totals) note(total int64) {
	if total <= 0 {
		return
	}
	if step := max(total-t.Latest, t.Latest-total); t.Latest > 0 && step <= max(few, t.Latest/partOfRows) {
		t.Moves += step
	}
	t.Smallest = min(cmp.Or(t.Smallest, t.Announced, total), total)
	t.Announced = max(t.Announced, total)
	t.Latest = total
}

// missing is how many of the announced rows a listing lacks that was read to its end,
// and whether it is usable.
func (t totals) missing(listed, different int64) (missing int64, usable bool) {
	missing = max(0, t.Announced-different)
	return missing, missing == 0 || listed >= cmp.Or(t.Smallest, t.Announced) && missing <= max(few, t.Moves)
}

// ended are the lists of a listing that were read to their ends, in sums.
type ended struct {
	Listed    int64 `json:"listed"` // with what is none of the scope's
	Announced int64 `json:"announced"`
	Moves     int64 `json:"moves,omitempty"`
	// Unannounced says that one of them has resources and no total.
	Unannounced bool `json:"unannounced,omitempty"`
}

func (e *ended) add(of totals, listed int64) {
	e.Listed += listed
	e.Announced += of.Announced
	e.Moves += of.Moves
	e.Unannounced = e.Unannounced || of.Announced == 0 && listed > 0
}

// announced is the total of all lists, 0 where nobody knows it.
func (e *ended) announced() int64 {
	if e.Unannounced {
		return 0
	}
	return e.Announced
}

// totals are those of the snapshot's listing. FetchCloud has checked that it has as
// many rows as the smallest total says.
func (out FetchCloudOut) totals() totals {
	return totals{Announced: out.Announced, Smallest: min(out.Announced, out.Listed), Moves: out.Moves}
}

// pagesMoved says that pages of the listing repeat rows because the cloud moved: the
// total moved, or more rows than the total were listed. Without an announced total,
// pages go on from a token, and do not move.
func (out FetchCloudOut) pagesMoved() bool {
	return out.Moves > 0 || out.Announced > 0 && out.Listed > out.Announced
}

// movedText says what a usable listing is short of.
func movedText(different, announced int64) string {
	return fmt.Sprintf("the listing moved while it was read and has %d of %d announced resources: what it missed is left to the next run", different, announced)
}

func incomplete(place string, listed, announced int64) error {
	return &cloud.Error{Class: cloud.Incomplete, Doing: "list " + place,
		Err: fmt.Errorf("the listing ended after %d of %d announced resources", listed, announced)}
}
