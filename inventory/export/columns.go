// Package export writes rows of the inventory for other programs: as CSV for spreadsheets,
// and as JSON, a row a line or within a document.
package export

import (
	"encoding/json"
	"slices"
	"strings"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// TagsColumn has all tags of a row, as a JSON object. It is no label of queries.
const TagsColumn = "tags"

// AllColumns are those of rows of the kinds: the kind and the uid, and all that tells of the
// resource, each once.
func AllColumns(kinds []*resource.Kind) []string {
	columns := []string{query.KindLabel, query.UIDLabel}
	for _, kind := range kinds {
		for _, column := range kind.Described() {
			if !slices.Contains(columns, column.Name) {
				columns = append(columns, column.Name)
			}
		}
	}
	return columns
}

// CheckColumn refuses a column that rows of none of the kinds have. A column is a label, or
// TagsColumn.
func CheckColumn(column string, schemas []*query.Schema) error {
	if column == TagsColumn {
		return nil
	}
	return query.CheckLabel(column, schemas)
}

// Separator is between the items of a list: some items, such as rules, have blanks.
const Separator = "; "

// Text is a row's value of a column, empty for none.
func Text(schema *query.Schema, row inventory.Found, column string) (string, error) {
	if column == TagsColumn {
		return tagsText(row)
	}
	return strings.Join(query.Values(schema, row.Row, column), Separator), nil
}

func tagsText(row inventory.Found) (string, error) {
	columns, err := imageOf(row)
	return string(columns[TagsColumn]), err
}

func imageOf(row inventory.Found) (columns map[string]json.RawMessage, err error) {
	image, err := row.Kind.Image(row.Row)
	if err != nil {
		return nil, err
	}
	return columns, json.Unmarshal(image, &columns)
}
