package export

import (
	"bytes"
	"encoding/json"
	"fmt"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/untrusted"
)

// JSON is a row as an object on one line: its kind, and its columns as Kind.Image has them.
// Where columns are chosen, it has those alone, in their order, and lacks those that the row
// has no value of. What a reader would not see is escaped.
func JSON(row inventory.Found, columns []string) ([]byte, error) {
	if columns == nil {
		image, err := row.Kind.Image(row.Row)
		if err != nil {
			return nil, err
		}
		object := fmt.Appendf(nil, `{"kind":%q,`, row.Kind.Name())
		return untrusted.JSON(append(object, image[1:]...)), nil
	}
	image, err := imageOf(row)
	if err != nil {
		return nil, err
	}
	return chosen(query.SchemaOf(row.Kind), row.Row, image, columns)
}

// chosen is an object of some columns.
func chosen(schema *query.Schema, row resource.Row, image map[string]json.RawMessage, columns []string) ([]byte, error) {
	var object bytes.Buffer
	for _, column := range columns {
		value, err := valueOf(schema, row, image, column)
		if err != nil {
			return nil, err
		}
		if value == nil {
			continue
		}
		name, err := json.Marshal(column)
		if err != nil {
			return nil, fmt.Errorf("encode the name of column %q: %w", column, err)
		}
		object.WriteString(separator(object.Len()))
		object.Write(name)
		object.WriteByte(':')
		object.Write(value)
	}
	return untrusted.JSON(append(append([]byte("{"), object.Bytes()...), '}')), nil
}

func separator(written int) string {
	if written == 0 {
		return ""
	}
	return ","
}

// valueOf is a row's value of a column: as the image has it, a list of addresses, or a text.
func valueOf(schema *query.Schema, row resource.Row, image map[string]json.RawMessage, column string) (json.RawMessage, error) {
	if value, ok := image[column]; ok {
		return value, nil
	}
	values := query.Values(schema, row, column)
	if len(values) == 0 {
		return nil, nil
	}
	if column == query.IPLabel {
		return json.Marshal(values)
	}
	return json.Marshal(values[0])
}
