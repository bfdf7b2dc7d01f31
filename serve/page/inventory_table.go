package page

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/human"
	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// tagsColumn has all tags of a row. It is no label.
const tagsColumn = "tags"

// table is a page of rows.
type table struct {
	Columns []column
	Rows    []row
	Choice  []columnChoice
	Limits  []string
	Several bool // kinds
}

// column is a column's head.
type column struct {
	Label  string
	Link   string // the address that sorts by it; empty if nothing can
	Sorted string // ascending, descending, or empty
	Number bool
}

// columnChoice is a column that can be shown.
type columnChoice struct {
	Label string
	Shown bool
}

type row struct {
	Link  string
	Cells []cell
	Held  *heldThere // its deletion waits, or may; nil: it does not

	uid     resource.UID
	scopeID int64
}

// cell is what a row has in a column.
type cell struct {
	Values []string
	More   int // values that are left off
	Time   time.Time
	Number bool
	Head   bool // it has the link to the row
}

// exported is a kind that can be exported as it is shown.
type exported struct{ Kind, CSV, NDJSON string }

const (
	cellValues = 3
	maxTagKeys = 40
	maxExports = 3
)

// checkColumns refuses columns that no kind has.
func checkColumns(cols []string, schemas []*query.Schema) error {
	if len(cols) > maxColumns {
		return fmt.Errorf("more than %d columns are asked for: choose fewer, or export all of them", maxColumns)
	}
	for _, col := range cols {
		if col == tagsColumn {
			continue
		}
		if err := checkLabel(col, schemas); err != nil {
			return err
		}
	}
	return nil
}

// checkLabel refuses a label that no kind has, and one whose name is not wholly seen: forms have
// to repeat it as it is.
func checkLabel(label string, schemas []*query.Schema) error {
	if visible(label) != label {
		return fmt.Errorf("the name %.64q has letters that are not seen: show the column %s, which has all of them", label, tagsColumn)
	}
	return query.CheckLabel(label, schemas)
}

// usualColumns are those that are shown unless somebody asks for others: what a resource is
// called, how it is reached, how it is, and where.
func usualColumns(kinds []*resource.Kind) (cols []string) {
	if len(kinds) > 1 {
		return []string{query.KindLabel, "name", "native_id", query.IPLabel, "status", "account", "region", "stree_app"}
	}
	schema := query.SchemaOf(kinds[0])
	first := func(labels ...string) {
		if i := slices.IndexFunc(labels, schema.Has); i >= 0 {
			cols = append(cols, labels[i])
		}
	}
	for _, label := range slices.Concat([]string{"name", "native_id"}, inventory.AddressLabels) {
		first(label)
	}
	first(typeLabels...)
	for _, label := range []string{"status", "account", "region", "stree_app"} {
		first(label)
	}
	return cols
}

func tableOf(view *inventoryView, found []inventory.Found) *table {
	shown := view.Asked.Cols
	if len(shown) == 0 {
		shown = usualColumns(view.kinds)
	}
	made := &table{Several: len(view.kinds) > 1, Limits: []string{"25", "50", "100", "200", "500"}}
	schemas := map[*resource.Kind]*query.Schema{}
	for _, kind := range view.kinds {
		schemas[kind] = query.SchemaOf(kind)
	}
	for _, label := range shown {
		made.Columns = append(made.Columns, columnOf(view, label, schemas[view.kinds[0]]))
	}
	for _, one := range found {
		made.Rows = append(made.Rows, rowOf(schemas[one.Kind], one, shown, view.Asked.At))
	}
	made.Choice = choicesOf(schemasOf(view.kinds), shown, found)
	return made
}

// markHeld marks the rows whose deletion waits.
func (p *Page) markHeld(ctx context.Context, rows []row) error {
	scopeIDs := make([]int64, len(rows))
	for i := range rows {
		scopeIDs[i] = rows[i].scopeID
	}
	scopes, err := p.heldIn(ctx, scopeIDs)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].Held = scopes[rows[i].scopeID].of(rows[i].uid)
	}
	return nil
}

func columnOf(view *inventoryView, label string, schema *query.Schema) column {
	made := column{Label: label, Number: typeOf(schema, label) == resource.IntColumn}
	if label == tagsColumn {
		return made
	}
	by := view.find.Order
	sort := label
	if by.Of(schema) == label {
		made.Sorted = "ascending"
		if sort = "-" + label; by.Descending {
			made.Sorted, sort = "descending", label
		}
	}
	made.Link = view.Asked.but(func(a *asked) { a.Sort = sort }).Link()
	return made
}

// typeOf is the type of a label's values. What is no column is text.
func typeOf(schema *query.Schema, label string) resource.ColumnType {
	source := schema.Source(label)
	if source.IsTag || len(source.Columns) != 1 {
		return resource.TextColumn
	}
	return schema.Columns[source.Columns[0]].Type
}

func rowOf(schema *query.Schema, found inventory.Found, cols []string, at string) row {
	meta := found.Row.RowMeta()
	made := row{Link: with(resourcePath(found.Kind.Name(), meta.UID), url.Values{"at": {at}}), uid: meta.UID, scopeID: meta.ScopeID}
	for _, label := range cols {
		made.Cells = append(made.Cells, cellOf(schema, found, label))
	}
	head := &made.Cells[headOf(cols)]
	head.Head = true
	if len(head.Values) == 0 { // it has the link, which needs a text
		head.Values = []string{meta.NativeID}
	}
	return made
}

// headOf is the column that says what a row is called, which has the link to it.
func headOf(cols []string) int {
	for _, label := range []string{"name", "native_id"} {
		if i := slices.Index(cols, label); i >= 0 {
			return i
		}
	}
	return 0
}

func cellOf(schema *query.Schema, found inventory.Found, label string) (made cell) {
	values := valuesOf(schema, found, label)
	switch typeOf(schema, label) {
	case resource.IntColumn:
		made.Number = true
	case resource.TimeColumn:
		if len(values) == 1 {
			if at, err := time.Parse(time.RFC3339Nano, values[0]); err == nil {
				made.Time = at
			}
		}
	}
	if len(values) > cellValues {
		values, made.More = values[:cellValues], len(values)-cellValues
	}
	made.Values = values
	return made
}

func valuesOf(schema *query.Schema, found inventory.Found, label string) []string {
	if label != tagsColumn {
		values := query.Values(schema, found.Row, label)
		if label == query.KindLabel {
			return []string{human.Kind(found.Kind.Name())}
		}
		return values
	}
	var tags []string
	found.Kind.EachText(found.Row, func(_ int, key, text string) {
		if key != "" {
			tags = append(tags, key+"="+text)
		}
	})
	slices.Sort(tags)
	return tags
}

// choicesOf are the columns to choose from: those that are shown, the others that all kinds
// have, and tags that rows of the page have.
func choicesOf(schemas []*query.Schema, shown []string, found []inventory.Found) (choices []columnChoice) {
	for _, label := range shown {
		choices = append(choices, columnChoice{Label: label, Shown: true})
	}
	labels := append(schemas[0].Labels(), tagsColumn)
	for _, label := range append(labels, tagLabels(found)...) {
		if !slices.Contains(shown, label) && (label == tagsColumn || inAll(schemas, label)) {
			choices = append(choices, columnChoice{Label: label})
		}
	}
	return choices
}

// tagLabels are the labels of tags that rows have, but for those that cannot be columns.
func tagLabels(found []inventory.Found) (labels []string) {
	seen := map[string]bool{}
	for _, one := range found {
		one.Kind.EachText(one.Row, func(_ int, key, _ string) {
			if key != "" && !strings.Contains(key, ",") && visible(key) == key {
				seen[query.TagPrefix+key] = true
			}
		})
	}
	for label := range seen {
		labels = append(labels, label)
	}
	slices.Sort(labels)
	return labels[:min(len(labels), maxTagKeys)]
}

// exportsOf are the kinds with what is exported of them: all rows that match, with the columns
// that are shown. Of too many kinds there are none.
func exportsOf(view *inventoryView) (exports []exported) {
	if len(view.kinds) > maxExports {
		return nil
	}
	for _, kind := range view.kinds {
		var cols []string
		for _, column := range view.Table.Columns {
			cols = append(cols, exportColumns(kind, column.Label)...)
		}
		link := func(format string) string {
			return with("/api/v1/export/"+url.PathEscape(kind.Name()), url.Values{
				"format": {format}, "q": {view.Asked.Q}, "columns": {strings.Join(cols, ",")}, "as_of": {view.Asked.At},
			})
		}
		exports = append(exports, exported{Kind: kind.Name(), CSV: link("csv"), NDJSON: link("ndjson")})
	}
	return exports
}

// exportColumns are the columns of a kind that have what a label shows.
func exportColumns(kind *resource.Kind, label string) (cols []string) {
	schema := query.SchemaOf(kind)
	switch source := schema.Source(label); {
	case label == tagsColumn || source.IsUID || source.IsTag:
		return []string{label}
	default:
		for _, i := range source.Columns {
			cols = append(cols, schema.Columns[i].Name)
		}
		return cols
	}
}

// LimitIs says that a page has so many rows.
func (v inventoryView) LimitIs(limit string) bool { return strconv.Itoa(v.find.Limit) == limit }
