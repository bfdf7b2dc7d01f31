package resource_test

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/resource"
)

// kinds are all kinds of the program: what holds for a kind holds for each.
var kinds = []*resource.Kind{resource.HostKind, resource.DiskKind}

func scopeOf(kind *resource.Kind) resource.Scope {
	return resource.Scope{Kind: kind.Name(), Provider: "mock", Account: "demo", Region: "beijing"}
}

// seal seals the row in its kind's scope and returns its encoding.
func seal(t require.TestingT, kind *resource.Kind, row resource.Row) []byte {
	encoded, err := kind.Sealer(scopeOf(kind), 7).Append(nil, row)
	require.NoError(t, err)
	return encoded
}

// column is one column of a kind, as its definition has it.
type column struct {
	name  string
	index int
	max   int
}

func columnsOf(kind *resource.Kind) (columns []column) {
	typ := reflect.TypeOf(kind.NewRow()).Elem()
	for i := range typ.NumField() {
		field := typ.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("bun"), ",")
		if name == "" {
			continue // Meta
		}
		limit, _, _ := strings.Cut(strings.TrimPrefix(field.Tag.Get("field"), "max="), ",")
		n, _ := strconv.Atoi(limit)
		columns = append(columns, column{name: name, index: i, max: n})
	}
	return columns
}

// of is a pointer to the column's value in the row.
func (c column) of(row resource.Row) any {
	return reflect.ValueOf(row).Elem().Field(c.index).Addr().Interface()
}

// filledRow is a row with a value in every column, another one in each.
func filledRow(t require.TestingT, kind *resource.Kind) resource.Row {
	row := kind.NewRow()
	row.RowMeta().NativeID = "i-0123456789abcdef0"
	for i, c := range columnsOf(kind) {
		switch value := c.of(row).(type) {
		case *string:
			*value = c.name + " 数"
			if c.max > 0 && c.max < len(*value) {
				*value = c.name
			}
		case *int64:
			*value = int64(1000 + i)
		case *[]string:
			*value = []string{c.name + "-b", c.name + "-a", "10.0.0.1"}
		case *map[string]string:
			*value = map[string]string{"os": "linux", "team's": `a\b "c"`, "": c.name}
		case *time.Time:
			*value = time.Date(2024, 4, 14, 22, 32, i, 123456789, time.FixedZone("CST", 8*3600))
		default:
			require.Failf(t, "no value for the type", "column %s: %T", c.name, value)
		}
	}
	return row
}

// drawRow draws a row that can be stored: any column may be empty.
func drawRow(t *rapid.T, kind *resource.Kind, label string) resource.Row {
	row := kind.NewRow()
	row.RowMeta().NativeID = text(1, 255).Draw(t, label+" native id")
	for _, c := range columnsOf(kind) {
		at := label + " " + c.name
		switch value := c.of(row).(type) {
		case *string:
			*value = text(0, c.max).Draw(t, at)
		case *int64:
			*value = rapid.Int64Min(0).Draw(t, at)
		case *[]string:
			*value = rapid.SliceOfN(text(0, 20), 0, 5).Draw(t, at)
		case *map[string]string:
			*value = rapid.MapOfN(text(0, 20), text(0, 20), 0, 5).Draw(t, at)
		case *time.Time:
			*value = instant().Draw(t, at)
		}
	}
	return row
}

// text draws plain texts: anything but NUL.
func text(minimum, maximum int) *rapid.Generator[string] {
	if maximum == 0 {
		maximum = 300
	}
	runes := rapid.Rune().Filter(func(r rune) bool { return r != 0 && utf8.ValidRune(r) })
	return rapid.StringOfN(runes, minimum, min(maximum, 40), -1)
}

// instant draws no time at all, or one that DATETIME can keep, in some zone.
func instant() *rapid.Generator[time.Time] {
	first := time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)
	last := time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	return rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "absent") {
			return time.Time{}
		}
		seconds := rapid.Int64Range(first.Unix(), last.Unix()).Draw(t, "seconds")
		nanos := rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")
		zone := rapid.IntRange(-12, 14).Draw(t, "zone")
		return time.Unix(seconds, nanos).In(time.FixedZone("", zone*3600))
	})
}

// disguise returns a row that says the same as row in another way: another
// order, nil for empty or empty for nil, another time zone, times with parts of
// a microsecond.
func disguise(t *rapid.T, kind *resource.Kind, row resource.Row) resource.Row {
	other := kind.NewRow()
	other.RowMeta().NativeID = row.RowMeta().NativeID
	for _, c := range columnsOf(kind) {
		switch value := c.of(row).(type) {
		case *string:
			*c.of(other).(*string) = *value
		case *int64:
			*c.of(other).(*int64) = *value
		case *[]string:
			if len(*value) > 0 || *value == nil {
				*c.of(other).(*[]string) = rapid.Permutation(append([]string{}, *value...)).Draw(t, c.name)
			}
		case *map[string]string:
			if len(*value) > 0 || *value == nil {
				*c.of(other).(*map[string]string) = maps.Collect(maps.All(*value))
			}
		case *time.Time:
			*c.of(other).(*time.Time) = disguiseTime(t, *value, c.name)
		}
	}
	return other
}

func disguiseTime(t *rapid.T, at time.Time, label string) time.Time {
	zone := time.FixedZone("", 3600*rapid.IntRange(-12, 14).Draw(t, label+" zone"))
	if at.IsZero() {
		return time.Time{}.In(zone)
	}
	nanos := rapid.IntRange(0, 999).Draw(t, label+" nanoseconds")
	return at.Truncate(time.Microsecond).Add(time.Duration(nanos)).In(zone)
}

// another changes the value at the pointer to a different one.
func another(t *testing.T, value any) {
	t.Helper()
	switch value := value.(type) {
	case *string:
		*value = strings.ToUpper((*value)[:1]) + (*value)[1:]
	case *int64:
		*value++
	case *[]string:
		*value = append(slices.Clone(*value), "10.0.0.9")
	case *map[string]string:
		*value = maps.Clone(*value)
		(*value)["os"] = "windows"
	case *time.Time:
		*value = value.Add(time.Microsecond)
	default:
		require.Failf(t, "no other value for the type", "%T", value)
	}
}

// clone copies a row; what the copies share is never changed in place.
func clone(kind *resource.Kind, row resource.Row) resource.Row {
	other := kind.NewRow()
	reflect.ValueOf(other).Elem().Set(reflect.ValueOf(row).Elem())
	return other
}

// set copies the value at one pointer to the other.
func set(to, from any) {
	reflect.ValueOf(to).Elem().Set(reflect.ValueOf(from).Elem())
}

// equal compares the values at two pointers.
func equal(a, b any) bool { return reflect.DeepEqual(a, b) }
