package page

import (
	"slices"
	"strings"

	"cloudsync/query"
	"cloudsync/resource"
)

// fact is a column of a row in words.
type fact struct {
	Name   string
	Values []string
	IsTime bool
	Path   string // the inventory of all that have the same; empty: none
}

// titled are columns whose values are elsewhere on the page.
var titled = []string{"provider", "account", "region", "native_id", "name", "stree_group", "stree_product", "stree_app"}

// shared are columns that many rows have the same value of, so that all of them are worth a
// link.
var shared = []string{
	"status", "instance_type", "image_id", "vpc_id", "subnet_id", "zone", "engine", "engine_version", "spec", "disk_type", "charge_type", "os",
}

// factsOf are the columns of a row that have values, those that have none, and its tags.
func factsOf(kind *resource.Kind, row resource.Row) (facts []fact, unset []string, tags []tag) {
	columns := kind.Described()
	values := make([][]string, len(columns))
	kind.EachText(row, func(column int, key, text string) {
		if key != "" || columns[column].Type == resource.MapColumn {
			tags = append(tags, tag{key, text, inventoryOf(kind, query.Query{}.And("tag_"+key, text))})
			return
		}
		values[column] = append(values[column], text)
	})
	for i, column := range columns {
		switch {
		case column.Type == resource.MapColumn || slices.Contains(titled, column.Name):
		case len(values[i]) == 0:
			unset = append(unset, words(column.Name))
		default:
			facts = append(facts, newFact(kind, column, values[i]))
		}
	}
	slices.SortFunc(tags, func(a, b tag) int { return strings.Compare(a.Key, b.Key) })
	return facts, unset, tags
}

func newFact(kind *resource.Kind, column resource.Column, values []string) fact {
	f := fact{Name: words(column.Name), Values: values, IsTime: column.Type == resource.TimeColumn}
	if slices.Contains(shared, column.Name) {
		f.Path = inventoryOf(kind, query.Query{}.And(column.Name, values[0]))
	}
	return f
}

// words are a column's name as words.
func words(column string) string { return strings.ReplaceAll(column, "_", " ") }
