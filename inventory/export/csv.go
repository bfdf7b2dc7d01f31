package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// CSV writes rows as comma-separated values (RFC 4180), with a first line of titles. Lists
// have Separator between their items.
type CSV struct {
	out     *csv.Writer
	columns []string
	schemas map[*resource.Kind]*query.Schema
	clean   func(string) string
}

// NewCSV returns a writer of columns, and writes their titles. clean, where it is not nil, is
// what texts go through.
func NewCSV(out io.Writer, columns []string, clean func(string) string) (*CSV, error) {
	w := &CSV{out: csv.NewWriter(out), columns: columns, schemas: map[*resource.Kind]*query.Schema{}, clean: clean}
	return w, w.record(columns)
}

// Write writes a row.
func (w *CSV) Write(row inventory.Found) error {
	schema := w.schemas[row.Kind]
	if schema == nil {
		schema = query.SchemaOf(row.Kind)
		w.schemas[row.Kind] = schema
	}
	texts := make([]string, len(w.columns))
	for i, column := range w.columns {
		text, err := Text(schema, row, column)
		if err != nil {
			return err
		}
		texts[i] = text
	}
	return w.record(texts)
}

// Flush writes what is not written yet.
func (w *CSV) Flush() error {
	w.out.Flush()
	if err := w.out.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

func (w *CSV) record(texts []string) error {
	if err := w.out.Write(Cells(texts, w.clean)); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// Cells are texts for the cells of a spreadsheet: see Cell. clean, where it is not nil, is
// what they go through first.
func Cells(texts []string, clean func(string) string) []string {
	cells := make([]string, len(texts))
	for i, text := range texts {
		if clean != nil {
			text = clean(text)
		}
		cells[i] = Cell(text)
	}
	return cells
}

// Cell is a text that no spreadsheet takes for a formula: what begins like one has a ' before
// it (https://owasp.org/www-community/attacks/CSV_Injection). Clouds let anybody who may name
// a resource choose its texts.
func Cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(text)[0]) {
		return "'" + text
	}
	return text
}
