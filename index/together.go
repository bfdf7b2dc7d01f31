package index

import (
	"context"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"cloudsync/inventory"
	"cloudsync/query"
)

// selectedKey is a question for the documents of a part. A part's live documents are replaced,
// never changed, when its rows change.
type selectedKey struct {
	segment *segment
	live    *roaring.Bitmap
	query   string
}

// selected are the part's documents that match a query. Questions that are asked together look
// for them once: an expression over names is most of what each of them costs.
func (p part) selected(ctx context.Context, schema *query.Schema, q query.Query) (*roaring.Bitmap, error) {
	kept := inventory.Kept(ctx)
	if kept == nil || q.Everything() {
		return p.segment.selected(ctx, schema, q, p.live)
	}
	find, _ := kept.LoadOrStore(selectedKey{p.segment, p.live, q.Written()}, sync.OnceValues(func() (*roaring.Bitmap, error) {
		return p.segment.selected(ctx, schema, q, p.live)
	}))
	docs, err := find.(func() (*roaring.Bitmap, error))()
	if err != nil {
		return nil, err
	}
	return docs.Clone(), nil // each may change its own
}
