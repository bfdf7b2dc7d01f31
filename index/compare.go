package index

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"

	"cloudsync/resource"
	"cloudsync/store"
)

// differing are the rows whose hash is not that of the table, and those that only one side
// has. A row that changes meanwhile may be among them.
func (r *rows) differing(ctx context.Context, s *store.Store) ([]resource.UID, error) {
	v := r.view.Load()
	var differ []resource.UID
	seen := make([]*roaring.Bitmap, len(v.parts))
	for i := range seen {
		seen[i] = roaring.New()
	}
	err := s.EachEntry(ctx, r.schema.Kind, func(entry resource.Entry) {
		at, doc, ok := v.find(entry.UID)
		if ok {
			seen[at].Add(doc)
		}
		if !ok || v.parts[at].hashes[doc] != hashHalf(entry.Hash[:]) {
			differ = append(differ, entry.UID)
		}
	})
	if err != nil {
		return nil, err
	}
	for i, part := range v.parts {
		roaring.AndNot(part.live, seen[i]).Iterate(func(doc uint32) bool {
			differ = append(differ, part.uids[doc])
			return true
		})
	}
	return differ, nil
}
