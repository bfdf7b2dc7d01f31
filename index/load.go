package index

import (
	"context"
	"slices"

	"github.com/valyala/fastjson"
	"golang.org/x/sync/errgroup"

	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/store"
)

// load reads all rows of a kind in one scan. While one segment is being made, the rows of the
// next are read.
func (r *rows) load(ctx context.Context, s *store.Store) ([]*segment, error) {
	schema := r.schema
	var segments []*segment
	making, ctx := errgroup.WithContext(ctx)
	making.SetLimit(1)
	rows := reader{schema: schema, builder: newBuilder(schema)}
	finish := func() {
		builder := rows.builder
		rows.builder = newBuilder(schema)
		making.Go(func() error {
			segments = append(segments, builder.finish())
			return nil
		})
	}
	err := s.EachTexts(ctx, schema.Kind, nil, func(row *store.RowTexts) error {
		rows.take(row)
		if rows.builder.len() == r.segmentRows {
			finish()
		}
		return nil
	})
	if rows.builder.len() > 0 {
		finish()
	}
	if waited := making.Wait(); err == nil {
		err = waited
	}
	return segments, err
}

// maxReread is how many rows one statement reads by their uids.
const maxReread = 1000

// reread reads rows by their uids, and says which are gone.
func reread(ctx context.Context, s *store.Store, schema *query.Schema, uids []resource.UID) (fresh *segment, gone []resource.UID, err error) {
	slices.SortFunc(uids, resource.UID.Compare)
	uids = slices.Compact(uids)
	r := reader{schema: schema, builder: newBuilder(schema)}
	for some := range slices.Chunk(uids, maxReread) {
		if err := s.EachTexts(ctx, schema.Kind, some, func(row *store.RowTexts) error { r.take(row); return nil }); err != nil {
			return nil, nil, err
		}
	}
	fresh = r.builder.finish()
	for _, uid := range uids {
		if _, ok := fresh.find(uid); !ok {
			gone = append(gone, uid)
		}
	}
	return fresh, gone, nil
}

// reader gives a builder the rows that the database writes.
type reader struct {
	schema  *query.Schema
	builder *builder
	json    fastjson.Parser
}

func (r *reader) take(row *store.RowTexts) {
	r.builder.row(row.UID, hashHalf(row.Hash[:]))
	for column, text := range row.Values {
		if len(text) == 0 {
			continue
		}
		switch r.schema.Columns[column].Type {
		case resource.ListColumn:
			r.takeList(column, text)
		case resource.MapColumn:
			r.takeMap(text)
		case resource.IntColumn:
			if string(text) != "0" { // absent, as NULL is
				r.builder.value(column, text)
			}
		default:
			r.builder.value(column, text)
		}
	}
}

// takeList takes what is a list of texts. What somebody wrote there by hand is none, and no
// value: the verification of the inventory tells of it.
func (r *reader) takeList(column int, text []byte) {
	parsed, err := r.json.ParseBytes(text)
	if err != nil {
		return
	}
	items, err := parsed.Array()
	if err != nil {
		return
	}
	for _, item := range items {
		if value, err := item.StringBytes(); err == nil {
			r.builder.value(column, value)
		}
	}
}

// takeMap takes what is a map of texts.
func (r *reader) takeMap(text []byte) {
	parsed, err := r.json.ParseBytes(text)
	if err != nil {
		return
	}
	entries, err := parsed.Object()
	if err != nil {
		return
	}
	entries.Visit(func(key []byte, item *fastjson.Value) {
		if value, err := item.StringBytes(); err == nil {
			r.builder.tag(key, value)
		}
	})
}
