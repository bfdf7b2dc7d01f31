package cli

import (
	"context"
	"slices"
	"strings"

	"cloudsync/inventory"
	"cloudsync/inventory/export"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/starter/output"
)

func (p *Program) findTable(ctx context.Context, reader inventory.Reader, f finding) error {
	var rows []inventory.Found
	r, err := eachFound(ctx, reader, f, func(row inventory.Found) error {
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		mixed := len(f.Kinds) > 1 && (r.shown < r.total || rows[0].Kind != rows[len(rows)-1].Kind)
		p.out.Table(foundTable(rows, p.findColumns(f, mixed)))
		p.out.Line("")
	}
	return p.tellRest(ctx, p.out, reader, f, r)
}

// tellRest says how many rows there are beside those that were shown, or why there are none.
func (p *Program) tellRest(ctx context.Context, out *output.Printer, reader inventory.Reader, f finding, r result) error {
	switch {
	case r.total == 0:
		if err := tellNothing(ctx, out, reader, f.Scope); err != nil {
			return err
		}
	case r.shown == r.total && len(f.Kinds) == 1:
		out.Line("%s of %s", plural(r.total, "row"), f.Kinds[0].Name())
	case r.shown == r.total:
		out.Line("%s", plural(r.total, "row"))
	case f.After.IsZero():
		out.Line("%d of %d rows: --all shows all", r.shown, r.total)
	default:
		out.Line("%d more of %d rows", r.shown, r.total)
	}
	if !r.next.IsZero() {
		out.Command("the next page: the same with --after %s", r.next)
	}
	return r.err()
}

// foundColumn is a column of the table.
type foundColumn struct {
	output.Column
	text  func(schema *query.Schema, row inventory.Found) string
	least int // how wide a table is that has room for it
}

// roomy is how wide a table is that has room for more than what a resource is called, where it
// is and how it is: ids are for copying, and stay whole.
const roomy = 100

// findColumns are those that are asked for, or the usual ones.
func (p *Program) findColumns(f finding, mixed bool) []foundColumn {
	columns := append(usualColumns(f.Query, mixed), sortColumns(f)...)
	if f.columns != nil {
		columns = chosenColumns(f.columns, schemasOf(f.Kinds))
	}
	if f.format == formatWide {
		if f.columns == nil {
			columns = append(columns, wideColumns(f.Kinds)...)
		}
		for i := range columns {
			columns[i].Min = 0 // whole
		}
		return columns
	}
	width := p.out.TableWidth()
	return slices.DeleteFunc(columns, func(column foundColumn) bool { return column.least > width })
}

// sortColumns are what rows are ordered by, where the usual columns do not show it.
func sortColumns(f finding) []foundColumn {
	if slices.Contains([]string{"", "name", "native_id", "status", query.KindLabel}, f.Order.Label) {
		return nil
	}
	columns := chosenColumns([]string{f.Order.Label}, schemasOf(f.Kinds))
	columns[0].least = output.DefaultWidth
	return columns
}

func usualColumns(asked query.Query, mixed bool) []foundColumn {
	address := foundColumn{Column: output.Column{Title: "ADDRESS", Min: 10}, text: func(schema *query.Schema, row inventory.Found) string {
		return addressText(asked, schema, row)
	}}
	name := foundColumn{Column: output.Column{Title: "NAME", Min: 8, Tail: true}, text: labelText("name")}
	id := foundColumn{Column: output.Column{Title: "ID", Min: 20, Tail: true}, text: labelText("native_id")}
	place := foundColumn{Column: output.Column{Title: "PLACE", Min: 8, Tail: true}, text: placeText}
	if mixed {
		kind := foundColumn{Column: output.Column{Title: "KIND", Min: 6}, text: func(_ *query.Schema, row inventory.Found) string {
			return shortKind(row.Kind.Name())
		}}
		return []foundColumn{kind, name, id, address, place}
	}
	return []foundColumn{
		name, id, address,
		{Column: output.Column{Title: "TYPE", Min: 6}, text: labelText(inventory.TypeLabels...), least: roomy},
		{Column: output.Column{Title: "SIZE"}, text: sizeText, least: roomy},
		{Column: output.Column{Title: "STATUS", Min: 6}, text: labelText("status")},
		place,
		{Column: output.Column{Title: "TREE", Min: 6, Tail: true}, text: treeText, least: roomy},
	}
}

func chosenColumns(labels []string, schemas []*query.Schema) []foundColumn {
	columns := make([]foundColumn, len(labels))
	for i, label := range labels {
		columns[i] = foundColumn{Column: output.Column{Title: label, Min: 8, Right: isNumber(label, schemas)}, text: labelText(label)}
	}
	return columns
}

// wideColumns are for where there is room for all that has one line.
func wideColumns(kinds []*resource.Kind) []foundColumn {
	schemas := schemasOf(kinds)
	columns := chosenColumns([]string{"zone"}, schemas)
	for _, label := range numberLabels(schemas) {
		columns = append(columns, chosenColumns([]string{label}, schemas)...)
	}
	return append(columns, chosenColumns([]string{query.IPLabel, export.TagsColumn, query.UIDLabel}, schemas)...)
}

// numberLabels are the columns of numbers that the kinds have.
func numberLabels(schemas []*query.Schema) (labels []string) {
	for _, schema := range schemas {
		for _, column := range schema.Columns {
			if column.Type == resource.IntColumn && !slices.Contains(labels, column.Name) {
				labels = append(labels, column.Name)
			}
		}
	}
	return labels
}

func isNumber(label string, schemas []*query.Schema) bool {
	return slices.Contains(numberLabels(schemas), label)
}

// foundTable has the columns that some row has a value of.
func foundTable(rows []inventory.Found, columns []foundColumn) *output.Table {
	texts := make([][]string, len(rows))
	schemas := map[*resource.Kind]*query.Schema{}
	used := make([]bool, len(columns))
	for i, row := range rows {
		if schemas[row.Kind] == nil {
			schemas[row.Kind] = query.SchemaOf(row.Kind)
		}
		texts[i] = make([]string, len(columns))
		for j, column := range columns {
			texts[i][j] = column.text(schemas[row.Kind], row)
			used[j] = used[j] || texts[i][j] != ""
		}
	}
	var titles []output.Column
	for j, column := range columns {
		if used[j] {
			titles = append(titles, column.Column)
		}
	}
	table := output.NewTable(titles...)
	for _, row := range texts {
		var cells []output.Cell
		for j, text := range row {
			if used[j] {
				cells = append(cells, output.Text(orDash(text)))
			}
		}
		table.Row(cells...)
	}
	return table
}

func orDash(text string) string {
	if strings.TrimSpace(text) == "" {
		return "-"
	}
	return text
}
