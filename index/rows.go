package index

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"
	"golang.org/x/sync/errgroup"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// rows are the rows of a kind. Questions see them as they are at one moment, and wait for
// nobody. One goroutine at a time changes them.
type rows struct {
	schema *query.Schema
	born   string // tells it from that of another process
	// segmentRows is how many rows a segment has at most.
	segmentRows int
	view        atomic.Pointer[view] // nil: not loaded yet
}

// view is the rows at one moment. It never changes.
type view struct {
	parts   []part
	changed int64 // how often the rows have changed before
}

// part is the documents of a segment that stand for rows.
type part struct {
	*segment
	live *roaring.Bitmap
}

// len is how many rows there are.
func (v *view) len() (n int64) {
	for _, part := range v.parts {
		n += int64(part.live.GetCardinality())
	}
	return n
}

// find is the part and the document of a row.
func (v *view) find(uid resource.UID) (at int, doc uint32, ok bool) {
	for i := range v.parts {
		if doc, ok := v.parts[i].segment.find(uid); ok && v.parts[i].live.Contains(doc) {
			return i, doc, true
		}
	}
	return 0, 0, false
}

// eachPart answers for each part at the same time, as far as there are processors, and joins
// the answers in the order of the parts.
func eachPart[T any](ctx context.Context, v *view, answer func(context.Context, part) (T, error)) ([]T, error) {
	answers := make([]T, len(v.parts))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, part := range v.parts {
		group.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			answers[i], err = answer(ctx, part)
			return err
		})
	}
	return answers, group.Wait()
}

// selection is the documents of each part that match.
func (v *view) selection(ctx context.Context, schema *query.Schema, q query.Query) ([]*roaring.Bitmap, error) {
	return eachPart(ctx, v, func(ctx context.Context, part part) (*roaring.Bitmap, error) {
		return part.selected(ctx, schema, q)
	})
}

// firstOf are the first of the rows that match, and how many do.
type firstOf struct {
	total  int64
	places []place
}

func (v *view) first(ctx context.Context, schema *query.Schema, q query.Query, r *ranking) (first firstOf, err error) {
	answers, err := eachPart(ctx, v, func(ctx context.Context, part part) (firstOf, error) {
		docs, err := part.selected(ctx, schema, q)
		if err != nil {
			return firstOf{}, err
		}
		return firstOf{total: int64(docs.GetCardinality()), places: part.segment.first(docs, r)}, nil
	})
	for _, answer := range answers {
		first.total += answer.total
		first.places = append(first.places, answer.places...)
	}
	if r.room > 0 {
		first.places = r.keep(first.places)
	}
	return first, err
}

// count adds up the rows that match.
func (v *view) count(ctx context.Context, schema *query.Schema, count inventory.Count, add *sum) error {
	var adding sync.Mutex
	_, err := eachPart(ctx, v, func(ctx context.Context, part part) (struct{}, error) {
		docs, err := part.selected(ctx, schema, count.Query)
		if err != nil {
			return struct{}{}, err
		}
		counted, err := part.counted(ctx, schema, count, docs)
		if err != nil {
			return struct{}{}, err
		}
		adding.Lock()
		defer adding.Unlock()
		return struct{}{}, add.add(counted)
	})
	return err
}

// change puts rows in the place of those that have the same uid, and takes others away. The
// segment has the new rows, and may be empty.
func (r *rows) change(fresh *segment, gone []resource.UID) {
	before := r.view.Load()
	parts := slices.Clone(before.parts)
	own := make([]bool, len(parts)) // the bitmap is no longer that of the view before
	remove := func(uid resource.UID) {
		i, doc, ok := (&view{parts: parts}).find(uid)
		if !ok {
			return
		}
		if !own[i] {
			parts[i].live, own[i] = parts[i].live.Clone(), true
		}
		parts[i].live.Remove(doc)
	}
	for _, uid := range gone {
		remove(uid)
	}
	for _, uid := range fresh.uids {
		remove(uid)
	}
	if fresh.len() > 0 {
		parts = append(parts, part{segment: fresh, live: fresh.all()})
	}
	parts = slices.DeleteFunc(parts, func(p part) bool { return p.live.IsEmpty() })
	r.view.Store(&view{parts: r.compacted(parts), changed: before.changed + 1})
}

// replace puts other rows in the place of all.
func (r *rows) replace(segments []*segment) {
	changed := int64(0)
	if before := r.view.Load(); before != nil {
		changed = before.changed + 1
	}
	parts := make([]part, len(segments))
	for i, segment := range segments {
		parts[i] = part{segment: segment, live: segment.all()}
	}
	r.view.Store(&view{parts: parts, changed: changed})
}
