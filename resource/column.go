package resource

import (
	"reflect"
	"strconv"
	"time"
)

// ColumnType is the type of a column's values.
type ColumnType int

// The types of columns.
const (
	TextColumn ColumnType = iota
	IntColumn
	ListColumn // of texts, each of which is a value
	MapColumn  // of texts to texts
	TimeColumn
)

// Column is a column that somebody can ask for: one of the kind's own, or of Meta.
type Column struct {
	Name string
	Type ColumnType
}

var columnTypes = map[fieldType]ColumnType{
	textField: TextColumn, intField: IntColumn, listField: ListColumn, mapField: MapColumn, timeField: TimeColumn,
}

// The columns of Meta that tell of the resource: those before the kind's own, and those
// after them. The uid, the hash and the scope's id are the inventory's own.
var (
	placeColumns = []Column{{Name: "provider"}, {Name: "account"}, {Name: "region"}, {Name: "native_id"}}
	ageColumns   = []Column{{Name: "created_at", Type: TimeColumn}, {Name: "updated_at", Type: TimeColumn}}
)

// Described are the columns that tell of a resource: its place and native id, the kind's own,
// and when the inventory first had and last wrote it.
func (k *Kind) Described() []Column {
	columns := append([]Column(nil), placeColumns...)
	for i := range k.fields {
		columns = append(columns, Column{Name: k.fields[i].column, Type: columnTypes[k.fields[i].typ]})
	}
	return append(columns, ageColumns...)
}

// EachText shows the values of a row as texts: with the column's index in Described, and the
// key of a map's entry. Numbers are decimal, times are as TimeText says, and what is absent
// is not shown. The entries of a map come in no order.
func (k *Kind) EachText(row Row, show func(column int, key, text string)) {
	meta, value := row.RowMeta(), reflect.ValueOf(row).Elem()
	present := func(column int, text string) {
		if text != "" {
			show(column, "", text)
		}
	}
	for i, text := range [...]string{meta.Provider, meta.Account, meta.Region, meta.NativeID} {
		present(i, text)
	}
	for i := range k.fields {
		k.fields[i].eachText(value.Field(k.fields[i].index), func(key, text string) { show(len(placeColumns)+i, key, text) })
	}
	ages := len(placeColumns) + len(k.fields)
	present(ages, TimeText(meta.CreatedAt))
	present(ages+1, TimeText(meta.UpdatedAt))
}

func (f *field) eachText(value reflect.Value, show func(key, text string)) {
	if value.IsZero() {
		return
	}
	switch f.typ {
	case textField:
		show("", value.String())
	case intField:
		show("", strconv.FormatInt(value.Int(), 10))
	case listField:
		for _, item := range *at[[]string](value) {
			show("", item)
		}
	case mapField:
		for key, text := range *at[map[string]string](value) {
			show(key, text)
		}
	case timeField:
		show("", TimeText(*at[time.Time](value)))
	}
}

// TimeText is a time as texts have it: RFC 3339 in UTC, with as many decimals as it needs.
// It is empty for no time.
func TimeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
