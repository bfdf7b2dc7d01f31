package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// Row is a row as JSON: its kind, its uid, and its columns; what is absent is left out.
type Row json.RawMessage

// MarshalJSON implements json.Marshaler.
func (r Row) MarshalJSON() ([]byte, error) { return r, nil }

// Schema implements huma.SchemaProvider.
func (Row) Schema(huma.Registry) *huma.Schema {
	text := func(description string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Description: description}
	}
	return &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: true, Required: []string{"kind", "uid"},
		Description: "A row, with the columns of its kind. What is absent is left out.",
		Properties: map[string]*huma.Schema{
			"kind": text("the kind's name"), "uid": text("32 hex digits"),
			"provider": text("the cloud"), "account": text("its name in the configuration"), "region": text("as the provider names it"),
			"native_id": text("the provider's id"),
			"tags":      {Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString}},
		},
		Examples: []any{map[string]any{
			"kind": "resource_host", "uid": "0123456789abcdef0123456789abcdef", "provider": "mock", "account": "demo", "region": "beijing",
			"native_id": "i-1", "name": "web-01", "vcpu": 8, "private_ips": []string{"10.0.0.5"}, "tags": map[string]string{"env": "prod"},
		}},
	}
}

// columns are those that a row is shown with; empty: all.
type columns []string

// ownColumns are the inventory's own, of all kinds.
var ownColumns = []string{"uid", "hash", "scope_id"}

// columnsOf reads names of columns, and of tags as tag_KEY. Each must be there in one of the kinds.
func columnsOf(names []string, kinds []*resource.Kind) (columns, error) {
	known := slices.Clone(ownColumns)
	for _, kind := range kinds {
		for _, column := range kind.Described() {
			known = append(known, column.Name)
		}
	}
	slices.Sort(known)
	for _, name := range names {
		if !slices.Contains(known, name) && !strings.HasPrefix(name, query.TagPrefix) {
			return nil, wrong("query.columns", fmt.Errorf("unknown column %.64q: the columns are %s, and tag_KEY for tags", name, strings.Join(slices.Compact(known), ", ")))
		}
	}
	return names, nil
}

// row is a row with the columns.
func (c columns) row(found inventory.Found) (Row, error) {
	image, err := found.Kind.Image(found.Row)
	if err != nil {
		return nil, err
	}
	var row bytes.Buffer
	row.WriteString(`{"kind":"` + found.Kind.Name() + `"`)
	if len(c) == 0 { // an image has the uid, at least
		row.WriteByte(',')
		row.Write(image[1:])
		return row.Bytes(), nil
	}
	values, err := valuesOf(image)
	if err != nil {
		return nil, err
	}
	for _, name := range append([]string{"uid"}, slices.DeleteFunc(slices.Clone(c), func(name string) bool { return name == "uid" })...) {
		if value := values.of(name); value != nil {
			key, err := json.Marshal(name)
			if err != nil {
				return nil, fmt.Errorf("write the name of column %q: %w", name, err)
			}
			row.WriteByte(',')
			row.Write(key)
			row.WriteByte(':')
			row.Write(value)
		}
	}
	row.WriteByte('}')
	return row.Bytes(), nil
}

// values are a row's, by column.
type values struct {
	columns map[string]json.RawMessage
	tags    map[string]json.RawMessage
}

func valuesOf(image []byte) (v values, err error) {
	if err := json.Unmarshal(image, &v.columns); err != nil {
		return v, fmt.Errorf("read a row's image: %w", err)
	}
	if tags := v.columns["tags"]; tags != nil {
		if err := json.Unmarshal(tags, &v.tags); err != nil {
			return v, fmt.Errorf("read a row's tags: %w", err)
		}
	}
	return v, nil
}

// of is the value of a column or tag, nil for none.
func (v values) of(name string) json.RawMessage {
	if value := v.columns[name]; value != nil {
		return value
	}
	if key, ok := strings.CutPrefix(name, query.TagPrefix); ok {
		return v.tags[key]
	}
	return nil
}

// text is the value as a cell: a text as it is, anything else as JSON.
func (v values) text(name string) string {
	value := v.of(name)
	var text string
	if len(value) > 0 && value[0] == '"' && json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}
