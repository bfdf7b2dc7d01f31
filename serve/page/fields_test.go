package page

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

func TestFieldDiffs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field, old, now string
		want            []FieldDiff
	}{
		{"status", `"Running"`, `"Stopped"`, []FieldDiff{{Field: "status", Old: "Running", New: "Stopped"}}},
		{"status", `null`, `""`, []FieldDiff{{Field: "status", New: `""`}}},
		{"vcpu", `2`, `null`, []FieldDiff{{Field: "vcpu", Old: "2"}}},
		{"public_ips", `["a","b"]`, `["b","c"]`, []FieldDiff{{Field: "public_ips", Gone: []string{"a"}, Came: []string{"c"}}}},
		{"public_ips", `null`, `["b"]`, []FieldDiff{{Field: "public_ips", Came: []string{"b"}}}},
		{"public_ips", `["a","b"]`, `["b","a"]`, []FieldDiff{{Field: "public_ips", Old: `["a","b"]`, New: `["b","a"]`}}},
		{"tags", `{"env":"x","old":"","same":"1"}`, `{"env":"y","new":"z","same":"1"}`, []FieldDiff{
			{Field: "tags.env", Old: "x", New: "y"}, {Field: "tags.new", New: "z"}, {Field: "tags.old", Old: `""`},
		}},
		{"tags", `null`, `{"env":"y"}`, []FieldDiff{{Field: "tags.env", New: "y"}}},
	} {
		got := fieldDiffs([]resource.FieldChange{{Field: c.field, Old: json.RawMessage(c.old), New: json.RawMessage(c.now)}})
		require.Equal(t, c.want, got, c.old)
	}
}

func TestLongFieldDiffsAreCut(t *testing.T) {
	t.Parallel()
	short := FieldDiff{Field: "status", Old: "a", New: "b"}
	require.False(t, short.Long())
	require.Equal(t, short, short.Cut())
	long := FieldDiff{Field: "name", Old: strings.Repeat("😀", 255), New: "b"}
	require.True(t, long.Long())
	require.Equal(t, strings.Repeat("😀", maxShown)+"…", long.Cut().Old)
	many := FieldDiff{Field: "ips", Gone: strings.Split("abcdefgh", "")}
	require.True(t, many.Long())
	require.Equal(t, append(strings.Split("abcdef", ""), "…"), many.Cut().Gone)
	require.Len(t, many.Gone, 8, "the whole stays")
}
