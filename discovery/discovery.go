// Package discovery tells other programs what the inventory has, in their own words: targets
// for Prometheus, and an inventory for Ansible.
package discovery

import (
	"context"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// Source has the resources that others are told of. It is safe for concurrent use.
type Source interface {
	// Each shows all resources of a scope, kind by kind, by uid. What is shown is valid
	// until show returns. An error, of show or of its own, says that it was not all.
	Each(ctx context.Context, scope inventory.Scope, show func(*resource.Kind, Labels) error) error
}

// Labels are what is known of one resource.
type Labels interface {
	// Each shows the labels that have a value: the uid, the columns in their order, and
	// the tags in any order, by the names that they have in a query. The texts of a list
	// come one after the other, each with the list's name. Numbers and times are texts as
	// resource.Kind.EachText has them.
	Each(show func(label, value string))
}

// FromReader is the source whose resources are the rows of a reader.
func FromReader(reader inventory.Reader) Source { return rows{reader} }

type rows struct{ reader inventory.Reader }

// Each implements Source.
func (r rows) Each(ctx context.Context, scope inventory.Scope, show func(*resource.Kind, Labels) error) error {
	labels := rowLabels{tags: map[string]string{}}
	return r.reader.Each(ctx, scope, func(found inventory.Found) error {
		if found.Kind != labels.kind {
			labels.kind, labels.columns = found.Kind, found.Kind.Described()
		}
		labels.row = found.Row
		return show(found.Kind, &labels)
	})
}

// rowLabels are the labels of a row.
type rowLabels struct {
	kind    *resource.Kind
	columns []resource.Column
	row     resource.Row
	tags    map[string]string // the labels of tags by their keys: most rows have the same ones
}

// Each implements Labels.
func (l *rowLabels) Each(show func(label, value string)) {
	show(query.UIDLabel, l.row.RowMeta().UID.String())
	l.kind.EachText(l.row, func(column int, key, text string) {
		if l.columns[column].Type == resource.MapColumn {
			show(l.tag(key), text)
		} else {
			show(l.columns[column].Name, text)
		}
	})
}

func (l *rowLabels) tag(key string) string {
	label, known := l.tags[key]
	if !known {
		label = query.TagPrefix + key
		l.tags[key] = label
	}
	return label
}
