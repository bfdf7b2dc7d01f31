package query

import (
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"

	"cloudsync/resource"
)

// Query is what is asked for: rows that all matchers match, and in which all words hold. It
// is safe for concurrent use.
type Query struct {
	Matchers []*Matcher
	Words    []Word
	text     string
}

// String is the query as it was written.
func (q Query) String() string { return q.text }

// Everything says that each row matches.
func (q Query) Everything() bool { return len(q.Matchers)+len(q.Words) == 0 }

// Match says whether a row of the schema's kind matches.
func (q Query) Match(schema *Schema, row resource.Row) bool {
	if q.Everything() {
		return true
	}
	texts := textsOf(schema, row)
	for _, matcher := range q.Matchers {
		if !matcher.matches(texts.values(schema.Source(matcher.Label))) {
			return false
		}
	}
	words := schema.Words()
	for _, word := range q.Words {
		if !word.inAny(schema, texts, words) {
			return false
		}
	}
	return true
}

func (w Word) inAny(schema *Schema, texts rowTexts, columns []int) bool {
	for _, column := range columns {
		if slices.ContainsFunc(texts.columns[column], w.In(schema.Columns[column].Name).Holds) {
			return true
		}
	}
	return false
}

// rowTexts are the values of a row, as texts.
type rowTexts struct {
	uid     string
	columns [][]string
	tags    map[string]string
}

func textsOf(schema *Schema, row resource.Row) rowTexts {
	texts := rowTexts{uid: row.RowMeta().UID.String(), columns: make([][]string, len(schema.Columns))}
	schema.Kind.EachText(row, func(column int, key, text string) {
		if column != schema.tags {
			texts.columns[column] = append(texts.columns[column], text)
			return
		}
		if texts.tags == nil {
			texts.tags = map[string]string{}
		}
		texts.tags[key] = text
	})
	return texts
}

func (t rowTexts) values(source Source) []string {
	switch {
	case source.Fixed != "":
		return []string{source.Fixed}
	case source.IsUID:
		return []string{t.uid}
	case source.IsTag:
		return nonEmpty(t.tags[source.Tag])
	case len(source.Columns) == 1:
		return t.columns[source.Columns[0]]
	}
	var values []string
	for _, column := range source.Columns {
		values = append(values, t.columns[column]...)
	}
	return values
}

func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// Values are the values of a row's label, none if it has none. A list has each once.
func Values(schema *Schema, row resource.Row, label string) []string {
	return textsOf(schema, row).values(schema.Source(label))
}

// OrderLabel is the label by which rows are ordered unless somebody asks for another: their
// names, or ids where the kind has none.
func OrderLabel(schema *Schema) string {
	if schema.Has("name") {
		return "name"
	}
	return "native_id"
}

// Compare says in which order two values of a label come: numbers by their size,
// addresses as addresses, others by their bytes. No value comes before all.
func Compare(schema *Schema, label, a, b string) int {
	source := schema.Source(label)
	if len(source.Columns) == 0 {
		return strings.Compare(a, b)
	}
	if IsAddress(label) {
		return CompareAddresses(a, b)
	}
	return CompareTexts(schema.Columns[source.Columns[0]].Type, a, b)
}

// And is the query of the rows that match, and whose label has a value, or none where the
// value is empty.
func (q Query) And(label, value string) Query {
	matcher := &Matcher{Label: label, text: value, source: &labels.Matcher{Type: labels.MatchEqual, Name: label, Value: value}}
	q.Matchers = append(slices.Clip(q.Matchers), matcher)
	q.text = strings.TrimSpace(q.text + " " + matcher.String())
	return q
}
