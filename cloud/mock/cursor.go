package mock

import (
	"fmt"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// listing is a place in the listing of one scope. The cursor carries its tick, so
// that a listing stays consistent while the cloud moves on, and its total, so
// that the scope is counted once.
type listing struct {
	call     string // listCall, or lookupCall
	kind     *rowKind
	scope    resource.Scope
	region   int
	tick     int64
	position int64 // the next of the slots to look at
	total    int64
}

func (l listing) first() bool { return l.position == 0 }

func (l listing) cursor() string {
	return fmt.Sprintf("%d:%d:%d", l.tick, l.position, l.total)
}

// resume reads a cursor into the listing. A cursor that no listing gave is
// treated like one that was forgotten: the listing starts again.
func (l *listing) resume(cursor string, slots int64) error {
	_, err := fmt.Sscanf(cursor, "%d:%d:%d", &l.tick, &l.position, &l.total)
	if err != nil || outside(l.tick, 0, MaxTick) || outside(l.position, 1, slots) || l.cursor() != cursor {
		return &cloud.Error{Class: cloud.ExpiredCursor, Err: fmt.Errorf("no listing has the cursor %.40q", cursor)}
	}
	return nil
}
