package resource

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxNativeID is the length of the native_id columns, in characters: an ARM id with long
// names has about 300.
const maxNativeID = 512

// ErrNoID is the error of a listed row that does not say which resource it is.
// Any stored row might be the one meant, so nothing of its scope is deleted.
var ErrNoID = errors.New("the row has no usable id")

// field is one column of a kind beside the common ones.
type field struct {
	column  string
	index   int
	typ     fieldType
	max     int  // characters; 0: as long as the column's type allows
	cut     bool // a longer text is cut, with a mark
	watched bool
	null    bool // NULL in the table when it is absent, not an empty text or zero
	mapped  int  // of a map, how many maps of the kind come before it
	since   byte // the version of the kind that brought it; 0: the first
}

type fieldType int

const (
	textField fieldType = iota
	intField
	listField
	mapField
	timeField
)

var fieldTypes = map[reflect.Type]fieldType{
	reflect.TypeFor[string]():            textField,
	reflect.TypeFor[int64]():             intField,
	reflect.TypeFor[[]string]():          listField,
	reflect.TypeFor[map[string]string](): mapField,
	reflect.TypeFor[time.Time]():         timeField,
}

// MySQL's DATETIME covers these years
// (https://dev.mysql.com/doc/refman/8.0/en/datetime.html).
const firstYear, lastYear = 1000, 9999

// The first and the last second of these years.
var (
	firstSecond = time.Date(firstYear, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
	lastSecond  = time.Date(lastYear, time.December, 31, 23, 59, 59, 0, time.UTC).Unix()
)

// compileFields are the fields that the version of the kind has.
func compileFields(kind string, version byte, row reflect.Type) (fields []field, maps int) {
	for i := range row.NumField() {
		sf := row.Field(i)
		if sf.Type == reflect.TypeFor[Meta]() {
			continue
		}
		f, err := compileField(sf, i)
		if err != nil {
			panic(fmt.Sprintf("resource: kind %s: field %s: %v", kind, sf.Name, err))
		}
		if f.since > version {
			continue
		}
		if f.typ == mapField {
			f.mapped = maps
			maps++
		}
		fields = append(fields, f)
	}
	return fields, maps
}

// selectFields are those of the fields that are watched, or those that are not.
func selectFields(fields []field, watched bool) (selected []*field) {
	for i := range fields {
		if fields[i].watched == watched {
			selected = append(selected, &fields[i])
		}
	}
	return selected
}

func compileField(sf reflect.StructField, index int) (field, error) {
	column, options, _ := strings.Cut(sf.Tag.Get("bun"), ",")
	typ, known := fieldTypes[sf.Type]
	if column == "" || !known {
		return field{}, fmt.Errorf("needs a bun column and a supported type, has %q and %s", column, sf.Type)
	}
	f := field{column: column, index: index, typ: typ, watched: true, null: options == "nullzero"}
	for option := range strings.SplitSeq(sf.Tag.Get("field"), ",") {
		limit, isMax := strings.CutPrefix(option, "max=")
		version, isSince := strings.CutPrefix(option, "since=")
		switch {
		case option == "":
		case option == "unwatched":
			f.watched = false
		case option == "cut":
			f.cut = true
		case isMax:
			n, err := strconv.Atoi(limit)
			if err != nil {
				return field{}, fmt.Errorf("option %q: %w", option, err)
			}
			f.max = n
		case isSince:
			n, err := strconv.ParseUint(version, 10, 8)
			if err != nil {
				return field{}, fmt.Errorf("option %q: %w", option, err)
			}
			f.since = byte(n)
		default:
			return field{}, fmt.Errorf("unknown option %q", option)
		}
	}
	if f.cut && (typ != textField || f.max == 0) {
		return field{}, errors.New("option cut needs a text with max")
	}
	return f, nil
}

func checkNativeID(id string) error {
	switch {
	case id != "" && len(id) <= maxNativeID && isPlain(id): // almost all are
		return nil
	case id == "":
		return ErrNoID
	case !utf8.ValidString(id) || strings.IndexByte(id, 0) >= 0:
		return fmt.Errorf("%w: native_id %.64q is not plain UTF-8 text", ErrNoID, id)
	case utf8.RuneCountInString(id) > maxNativeID:
		return fmt.Errorf("%w: native_id has %d characters, at most %d fit",
			ErrNoID, utf8.RuneCountInString(id), maxNativeID)
	}
	return nil
}

// cutMark ends a text that was cut.
const cutMark = "…"

// fit is a text as it is stored: one that is too long for a field that identifies nothing
// costs its end, and not the row.
func (f *field) fit(s string) string {
	if !f.cut || len(s) <= f.max || utf8.RuneCountInString(s) <= f.max {
		return s
	}
	end := 0
	for n := range s { // the first byte of each character
		if end++; end == f.max {
			return s[:n] + cutMark
		}
	}
	return s // cannot be: it has more characters
}

// checkText decides on the plain ones itself, and leaves the others to a function
// of its own: what it does for each text of a row stays small.
func (f *field) checkText(s string) error {
	if isPlain(s) && (f.max == 0 || len(s) <= f.max) { // almost all are
		return nil
	}
	return f.checkOddText(s)
}

func (f *field) checkOddText(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("field %s: %.64q is not valid UTF-8", f.column, s)
	}
	if strings.IndexByte(s, 0) >= 0 { // bun drops it on the way to MySQL, and the row would not equal its hash
		return fmt.Errorf("field %s: %.64q has a NUL character", f.column, s)
	}
	if f.max > 0 && len(s) > f.max {
		if n := utf8.RuneCountInString(s); n > f.max {
			return fmt.Errorf("field %s: %d characters, at most %d fit", f.column, n, f.max)
		}
	}
	return nil
}

// isPlain says that a text is ASCII without NUL. It looks at eight bytes at once: a
// byte has its highest bit, or gets it when 1 is taken away, if it is neither.
func isPlain(s string) bool {
	const ones = 0x0101010101010101
	for ; len(s) >= 8; s = s[8:] {
		eight := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		if (eight|(eight-ones))&(ones<<7) != 0 {
			return false
		}
	}
	for i := range len(s) {
		if s[i]-1 >= utf8.RuneSelf-1 { // NUL less 1 is 255
			return false
		}
	}
	return true
}

func (f *field) checkInt(n int64) error {
	if n < 0 {
		return fmt.Errorf("field %s: %d is negative", f.column, n)
	}
	return nil
}

// normalizeList sorts a copy, since the provider may share the list among rows.
func (f *field) normalizeList(list *[]string) error {
	for _, item := range *list {
		if err := f.checkText(item); err != nil {
			return err
		}
	}
	if len(*list) == 0 {
		*list = nil
		return nil
	}
	if !slices.IsSorted(*list) {
		*list = slices.Sorted(slices.Values(*list))
	}
	return nil
}

// normalizeTime keeps microseconds: what DATETIME(6) stores.
func (f *field) normalizeTime(t *time.Time) error {
	if t.IsZero() {
		*t = time.Time{}
		return nil
	}
	if second := t.Unix(); second < firstSecond || second > lastSecond {
		return fmt.Errorf("field %s: year %d is outside %d–%d", f.column, t.UTC().Year(), firstYear, lastYear)
	}
	*t = time.UnixMicro(t.UnixMicro()).UTC()
	return nil
}

// json returns the field's value as history and images show it: null when
// absent.
func (f *field) json(row reflect.Value) json.RawMessage {
	value := row.Field(f.index)
	if value.IsZero() {
		return json.RawMessage("null")
	}
	return encode(f.column, value.Interface())
}

func encode(column string, value any) json.RawMessage {
	encoded, err := json.Marshal(value)
	if err != nil { // strings, integers, lists, maps and times in range always encode
		panic(fmt.Sprintf("resource: encode column %s: %v", column, err))
	}
	return encoded
}
