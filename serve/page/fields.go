package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cloudsync/resource"
)

// FieldDiff is how a field changed: from one value to another, or, for lists and tags, what
// went and what came.
type FieldDiff struct {
	Field, Old, New string
	Gone, Came      []string
}

// fieldDiffs are changes of fields for people.
func fieldDiffs(changes []resource.FieldChange) []FieldDiff {
	diffs := make([]FieldDiff, len(changes))
	for i, change := range changes {
		diffs[i] = fieldDiff(change)
	}
	return diffs
}

func fieldDiff(change resource.FieldChange) FieldDiff {
	d := FieldDiff{Field: change.Field}
	before, after := valueOf(change.Old), valueOf(change.New)
	if isMany(before) || isMany(after) {
		was, is := itemsOf(before), itemsOf(after)
		d.Gone, d.Came = without(was, is), without(is, was)
		if len(d.Gone)+len(d.Came) > 0 {
			return d
		}
	}
	d.Old, d.New = textOf(before), textOf(after)
	return d
}

// valueOf is a recorded value: text, number, list or map; nil where there was none.
func valueOf(raw json.RawMessage) any {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if len(raw) == 0 || decoder.Decode(&value) != nil {
		return nil
	}
	return value
}

func isMany(value any) bool {
	switch value.(type) {
	case []any, map[string]any:
		return true
	default:
		return false
	}
}

// itemsOf are the items of a list, and the entries of a map as key=value.
func itemsOf(value any) (items []string) {
	switch many := value.(type) {
	case []any:
		for _, one := range many {
			items = append(items, textOf(one))
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(many)) {
			items = append(items, key+"="+textOf(many[key]))
		}
	}
	return items
}

func without(items, others []string) (left []string) {
	for _, item := range items {
		if !slices.Contains(others, item) {
			left = append(left, item)
		}
	}
	return left
}

// textOf is a value as text; empty where there is none.
func textOf(value any) string {
	switch one := value.(type) {
	case nil:
		return ""
	case string:
		return one
	case []any, map[string]any:
		return strings.Join(itemsOf(one), " ")
	default:
		return fmt.Sprint(one)
	}
}
