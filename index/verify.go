package index

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"cloudsync/inventory"
	"cloudsync/resource"
	"cloudsync/store"
)

// verifyAtOnce is how many rows of the table are compared at a time.
const verifyAtOnce = 4096

// Verify compares all values that the index has of a kind with the table. Rows that change
// meanwhile are looked at again when the index has their change, so that what it finds is
// wrong: somebody edited the table by hand, or the program has a fault.
func (x *Index) Verify(ctx context.Context, kind *resource.Kind) (inventory.Verification, error) {
	found := inventory.Verification{Kind: kind.Name(), Wrong: []resource.UID{}}
	rows, view, err := x.view(kind)
	if err != nil {
		return found, err
	}
	v := verifier{index: x, rows: rows, view: view, seen: liveOf(view.parts), doubtful: uidSet{}}
	if found.Rows, err = v.readAll(ctx); err != nil {
		return found, fmt.Errorf("verify the index of %s: %w", kind.Name(), err)
	}
	if err := v.lookAgain(ctx); err != nil {
		return found, fmt.Errorf("verify the index of %s: %w", kind.Name(), err)
	}
	found.Wrong = slices.AppendSeq(found.Wrong, maps.Keys(v.doubtful))
	slices.SortFunc(found.Wrong, resource.UID.Compare)
	x.readAgain(kind, found.Wrong)
	return found, nil
}

type verifier struct {
	index    *Index
	rows     *rows
	view     *view
	seen     []*roaring.Bitmap // documents of each part that no row of the table was found for yet
	doubtful uidSet
}

// readAll compares all rows of the table with the view.
func (v *verifier) readAll(ctx context.Context) (n int64, err error) {
	for i := range v.seen {
		v.seen[i] = v.seen[i].Clone()
	}
	r := reader{schema: v.rows.schema, builder: newBuilder(v.rows.schema)}
	err = v.index.store.EachTexts(ctx, v.rows.schema.Kind, nil, func(row *store.RowTexts) error {
		n++
		if r.take(row); r.builder.len() == verifyAtOnce {
			v.compare(r.builder.finish())
			r.builder = newBuilder(v.rows.schema)
		}
		return nil
	})
	v.compare(r.builder.finish())
	for i, part := range v.view.parts {
		v.seen[i].Iterate(func(doc uint32) bool {
			v.doubtful[part.uids[doc]] = struct{}{}
			return true
		})
	}
	return n, err
}

// compare doubts the rows of a segment, which is the table's, that the view has otherwise.
func (v *verifier) compare(table *segment) {
	for doc, uid := range table.uids {
		at, own, ok := v.view.find(uid)
		if ok {
			v.seen[at].Remove(own)
		}
		if !ok || !sameRow(table, uint32(doc), v.view.parts[at].segment, own) {
			v.doubtful[uid] = struct{}{}
		}
	}
}

// verifyTries is how often doubtful rows are looked at again: rows that change all the time
// are not wrong.
const verifyTries = 5

func (v *verifier) lookAgain(ctx context.Context) error {
	for try := 0; try < verifyTries && len(v.doubtful) > 0; try++ {
		if err := v.index.WaitFresh(ctx, time.Now()); err != nil {
			return err
		}
		fresh, gone, err := reread(ctx, v.index.store, v.rows.schema, slices.Collect(maps.Keys(v.doubtful)))
		if err != nil {
			return err
		}
		v.view, v.doubtful = v.rows.view.Load(), uidSet{}
		v.seen = liveOf(v.view.parts)
		for i := range v.seen {
			v.seen[i] = v.seen[i].Clone()
		}
		v.compare(fresh)
		for _, uid := range gone {
			if _, _, ok := v.view.find(uid); ok {
				v.doubtful[uid] = struct{}{}
			}
		}
	}
	return nil
}

// sameRow says that two documents have the same values. The hash is not looked at: nobody asks
// for it.
func sameRow(a *segment, docA uint32, b *segment, docB uint32) bool {
	for column := range a.labels {
		if !sameValues(a.labels[column], docA, b.labels[column], docB) {
			return false
		}
	}
	for key := range a.tags {
		if !sameValues(a.tags[key], docA, b.tags[key], docB) {
			return false
		}
	}
	for key := range b.tags {
		if a.tags[key] == nil && !sameValues(nil, docA, b.tags[key], docB) {
			return false
		}
	}
	return true
}

func sameValues(a *label, docA uint32, b *label, docB uint32) bool {
	return slices.Equal(a.textsOf(docA), b.textsOf(docB))
}

func (l *label) textsOf(doc uint32) (texts []string) {
	if l != nil {
		l.each(doc, func(number uint32) { texts = append(texts, l.texts.at(number)) })
	}
	return texts
}

// readAgain has the follower read rows again.
func (x *Index) readAgain(kind *resource.Kind, uids []resource.UID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.again[kind.Name()] = append(x.again[kind.Name()], uids...)
}

// takeAgain takes what readAgain was told.
func (x *Index) takeAgain() map[string][]resource.UID {
	x.mu.Lock()
	defer x.mu.Unlock()
	again := x.again
	x.again = map[string][]resource.UID{}
	return again
}

var _ inventory.Reader = (*Index)(nil)
