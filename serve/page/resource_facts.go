package page

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// fact is a column of a row in words.
type fact struct {
	Name   string
	Values []string
	Time   time.Time // of a time
	Path   string    // the inventory of all that have the same; empty: none
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
			tags = append(tags, newTag(kind, key, text))
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
	f := fact{Name: words(column.Name), Values: values}
	switch column.Type {
	case resource.TimeColumn:
		f.Time, _ = time.Parse(time.RFC3339Nano, values[0]) // of TimeText
	case resource.IntColumn:
		f.Name, f.Values = measured(column.Name, values[0])
	default:
	}
	if slices.Contains(shared, column.Name) {
		f.Path = inventoryOf(kind, query.Query{}.And(column.Name, values[0]))
	}
	return f
}

// newTag is a tag. One without a value leads nowhere: to ask for that is to ask for rows that
// do not have the tag.
func newTag(kind *resource.Kind, key, value string) tag {
	if value == "" {
		return tag{Key: key}
	}
	return tag{key, value, inventoryOf(kind, query.Query{}.And(query.TagPrefix+key, value))}
}

// measured is a number with its unit, which is how the name of its column ends.
func measured(column, text string) (name string, values []string) {
	number, err := strconv.ParseInt(text, 10, 64)
	name, unit := column, ""
	if i := strings.LastIndexByte(column, '_'); i >= 0 {
		name, unit = column[:i], column[i+1:]
	}
	switch {
	case err != nil:
	case unit == "mib":
		return words(name), []string{mebibytes(number)}
	case unit == "gib" && number < math.MaxInt64/1024:
		return words(name), []string{mebibytes(number * 1024)}
	case unit == "mbps":
		return words(name), []string{grouped(number) + "\u00a0Mbit/s"}
	}
	return words(column), []string{text}
}

// words are a column's name as words.
func words(column string) string { return strings.ReplaceAll(column, "_", " ") }

// labelText is a row's values of a label in one text; empty where its kind does not have it.
func labelText(schema *query.Schema, row resource.Row, label string) string {
	if !schema.Has(label) {
		return ""
	}
	return strings.Join(query.Values(schema, row, label), " ")
}

// treeOf is the path of a row's node in the service tree: what is deeper than a level without
// a name has no place.
func treeOf(schema *query.Schema, row resource.Row) string {
	var path []string
	for _, label := range inventory.TreeLabels {
		name := labelText(schema, row, label)
		if name == "" {
			break
		}
		path = append(path, name)
	}
	return strings.Join(path, ".")
}
