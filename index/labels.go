package index

import (
	"context"
	"fmt"
	"time"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// Labels are the labels of one row, as texts.
type Labels struct {
	segment *segment
	schema  *query.Schema
	doc     uint32
	tags    map[string]string // the labels of tags by their keys
}

// Each shows the labels that have a value: the uid, the columns in their order, and the tags,
// by the names that they have in a query. The values of a list come one after the other, each
// once.
func (l *Labels) Each(show func(label, value string)) {
	show(query.UIDLabel, l.segment.uids[l.doc].String())
	for column, label := range l.segment.labels {
		if label != nil {
			label.each(l.doc, func(number uint32) { show(l.schema.Columns[column].Name, label.texts.at(number)) })
		}
	}
	for key, label := range l.segment.tags {
		label.each(l.doc, func(number uint32) { show(l.tags[key], label.texts.at(number)) })
	}
}

// maxAge is how old the answer of EachLabels may be where nothing says that the index cannot
// follow: whoever does something with all rows is not to take an old list for the present one.
const maxAge = 15 * time.Second

// EachLabels shows the labels of all rows of a scope, kind by kind, by uid. What is shown is
// valid until show returns. It is an error if the index is not up to date.
func (x *Index) EachLabels(ctx context.Context, scope inventory.Scope, show func(*resource.Kind, *Labels) error) error {
	state := x.State()
	if state.AsOf.IsZero() {
		return inventory.ErrNotLoaded
	}
	if state.Problem != "" {
		return fmt.Errorf("the index is not up to date since %s: %s", state.AsOf.UTC().Format(time.RFC3339), state.Problem)
	}
	for _, kind := range scope.Kinds {
		rows, view, err := x.view(kind)
		if err != nil {
			return err
		}
		selection, err := x.selection(ctx, view, rows.schema, scope.Query)
		if err != nil {
			return err
		}
		labels := Labels{schema: rows.schema, tags: view.tagLabels()}
		for n, at := range byUID(view.parts, selection) {
			if n%checkEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			labels.segment, labels.doc = view.parts[at.part].segment, at.doc
			if err := show(kind, &labels); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *view) tagLabels() map[string]string {
	labels := map[string]string{}
	for _, part := range v.parts {
		for key := range part.tags {
			labels[key] = query.TagPrefix + key
		}
	}
	return labels
}
