package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cloudsync/diff"
	"cloudsync/history"
	"cloudsync/resource"
	"cloudsync/starter/output"
	"cloudsync/store"
)

// opCell is the operation with its sign, as in plans.
func opCell(op diff.Op) output.Cell {
	if op == store.RestoreOp {
		return output.Cell{Text: "+ " + string(op), Style: output.Good}
	}
	sign := signs[op]
	return output.Cell{Text: sign.mark + " " + string(op), Style: sign.style}
}

// remarkChange adds what changed beneath a change, and of a deletion the name,
// which nothing else tells any more.
func remarkChange(table *output.Table, change store.Change) {
	for _, field := range change.Fields {
		for _, line := range fieldLines(field) {
			table.Remark(output.Plain, line)
		}
	}
	if name := history.DeletedName(change); name != "" {
		table.Remark(output.Faint, "name: "+output.Clip(name, maxValue))
	}
}

// maxValue is how much of a value is shown, about two lines.
const maxValue = 140

// fieldLines are a field's old and new value: on one line, or for tags, on a line
// for each that differs.
func fieldLines(field resource.FieldChange) []string {
	before, after, ok := tagSets(field)
	if !ok {
		return []string{fieldLine(field.Field, valueText(field.Old), valueText(field.New))}
	}
	all := maps.Clone(before)
	maps.Copy(all, after)
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if tagText(before, key) != tagText(after, key) {
			lines = append(lines, fieldLine(field.Field+"."+key, tagText(before, key), tagText(after, key)))
		}
	}
	return lines
}

func fieldLine(name, before, after string) string {
	return fmt.Sprintf("%s: %s → %s", name, shownValue(before), shownValue(after))
}

// The texts of no value, and of an empty one.
const (
	absent = "(none)"
	blank  = `""`
)

func shownValue(text string) string { return cmp.Or(output.Clip(text, maxValue), blank) }

// tagSets are the two values where they are key to value, or one is and the other
// is absent.
func tagSets(field resource.FieldChange) (before, after map[string]string, ok bool) {
	before, after = map[string]string{}, map[string]string{}
	ok = json.Unmarshal(field.Old, &before) == nil && json.Unmarshal(field.New, &after) == nil
	if before == nil { // null
		before = map[string]string{}
	}
	return before, after, ok && len(before)+len(after) > 0
}

func tagText(tags map[string]string, key string) string {
	if value, ok := tags[key]; ok {
		return value
	}
	return absent
}

// valueText is a value of the history as people write it.
func valueText(raw json.RawMessage) string {
	var text string
	var list []string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return absent
	case json.Unmarshal(raw, &text) == nil:
		return text
	case json.Unmarshal(raw, &list) == nil:
		return strings.Join(list, ", ")
	default:
		return string(raw)
	}
}
