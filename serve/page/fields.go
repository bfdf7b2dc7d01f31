package page

import (
	"encoding/json"
	"maps"
	"slices"

	"cloudsync/resource"
)

// FieldDiff is what became of a field: its old and its new value, or what went from a list and
// what came.
type FieldDiff struct {
	Field, Old, New string
	Gone, Came      []string
}

const (
	// maxShown is how many letters of a value are shown at once.
	maxShown = 140
	// maxItems is how many items of a list are shown at once.
	maxItems = 6
)

// Long says that Cut leaves something out.
func (f FieldDiff) Long() bool {
	for _, text := range slices.Concat([]string{f.Old, f.New}, f.Gone, f.Came) {
		if shortened(text, maxShown) != text {
			return true
		}
	}
	return len(f.Gone) > maxItems || len(f.Came) > maxItems
}

// Cut is as much of it as is shown at once.
func (f FieldDiff) Cut() FieldDiff {
	f.Old, f.New = shortened(f.Old, maxShown), shortened(f.New, maxShown)
	f.Gone, f.Came = cutItems(f.Gone), cutItems(f.Came)
	return f
}

func cutItems(items []string) (cut []string) {
	for i, item := range items {
		if i == maxItems {
			return append(cut, "…")
		}
		cut = append(cut, shortened(item, maxShown))
	}
	return cut
}

// fieldDiffs are changes of fields as they are shown: those of tags one by one, and lists as what
// went and what came.
func fieldDiffs(changes []resource.FieldChange) (diffs []FieldDiff) {
	for _, change := range changes {
		diffs = append(diffs, fieldDiff(change)...)
	}
	return diffs
}

func fieldDiff(change resource.FieldChange) []FieldDiff {
	if before, after, ok := bothAs[map[string]string](change); ok {
		return tagDiffs(change.Field, before, after)
	}
	diff := FieldDiff{Field: change.Field, Old: valueText(change.Old), New: valueText(change.New)}
	if before, after, ok := bothAs[[]string](change); ok {
		gone, came := without(before, after), without(after, before)
		if len(gone)+len(came) > 0 { // otherwise the order alone is another
			diff = FieldDiff{Field: change.Field, Gone: gone, Came: came}
		}
	}
	return []FieldDiff{diff}
}

// bothAs reads both values as lists, or as maps, of which one may be absent.
func bothAs[T []string | map[string]string](change resource.FieldChange) (before, after T, ok bool) {
	ok = read(change.Old, &before) && read(change.New, &after)
	return before, after, ok && len(before)+len(after) > 0
}

// read reads a value; an absent one is none.
func read(raw json.RawMessage, to any) bool {
	return len(raw) == 0 || json.Unmarshal(raw, to) == nil
}

func tagDiffs(field string, before, after map[string]string) (diffs []FieldDiff) {
	all := maps.Clone(before)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, after)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		old, had := before[key]
		now, has := after[key]
		if had != has || old != now {
			diffs = append(diffs, FieldDiff{Field: field + "." + key, Old: quotedIfEmpty(old, had), New: quotedIfEmpty(now, has)})
		}
	}
	return diffs
}

// quotedIfEmpty tells an empty text from none.
func quotedIfEmpty(text string, has bool) string {
	if has && text == "" {
		return `""`
	}
	return text
}

func without(items, others []string) (left []string) {
	for _, item := range items {
		if !slices.Contains(others, item) {
			left = append(left, item)
		}
	}
	return left
}

// valueText is a value of the history as people write it; empty for none.
func valueText(raw json.RawMessage) string {
	var text string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case json.Unmarshal(raw, &text) == nil:
		return quotedIfEmpty(text, true)
	default:
		return string(raw)
	}
}
