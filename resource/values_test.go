package resource_test

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/resource"
)

// What goes to the table straight from the encoding is what the row's image says.
func TestEncodedValuesAreTheRows(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind.Name(), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				row := drawRow(t, kind, "row")
				values, nativeID, err := kind.Values().Append([]any{"what was there"}, seal(t, kind, row))
				require.NoError(t, err)
				require.Equal(t, row.RowMeta().NativeID, nativeID)
				require.Equal(t, "what was there", values[0])
				requireImage(t, kind, row, values[1:])
			})
		})
	}
}

// What the rows before had makes no difference, whether it is had again or not.
func TestValuesOfManyRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		reader := resource.HostKind.Values()
		for range 100 {
			row := hostOfFew(t)
			encoded := seal(t, resource.HostKind, row)
			values, _, err := reader.Append(nil, encoded)
			clear(encoded) // what was read is its own
			require.NoError(t, err)
			requireImage(t, resource.HostKind, row, values)
		}
	})
}

// hostOfFew draws a host whose values others have, too, but of more texts than are
// remembered.
func hostOfFew(t *rapid.T) *resource.Host {
	few := rapid.SampledFrom([]string{"", "a", "b", "running", "stopped"})
	return &resource.Host{
		Meta: resource.Meta{NativeID: "i-1"}, Name: few.Draw(t, "name"), Status: few.Draw(t, "status"),
		Zone: strconv.Itoa(rapid.IntRange(0, 99).Draw(t, "zone")), VPCID: few.Draw(t, "vpc"),
	}
}

func requireImage(t require.TestingT, kind *resource.Kind, row resource.Row, values []any) {
	encoded, err := kind.Image(row)
	require.NoError(t, err)
	var image map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(encoded, &image))
	require.Len(t, values, len(kind.Columns()))
	structured := map[string]bool{}
	for _, column := range kind.Structured() {
		structured[column] = true
	}
	for i, column := range kind.Columns() {
		switch value := values[i].(type) {
		case nil:
			require.NotContains(t, image, column)
		case string:
			if structured[column] {
				require.Equal(t, string(image[column]), value, column)
				continue
			}
			var text string
			if image[column] != nil {
				require.NoError(t, json.Unmarshal(image[column], &text))
			}
			require.Equal(t, text, value, column)
		case time.Time:
			var at time.Time
			require.NoError(t, json.Unmarshal(image[column], &at))
			require.Equal(t, at, value, column)
		default:
			want, err := json.Marshal(value)
			require.NoError(t, err)
			require.JSONEq(t, string(want), string(image[column]), column)
		}
	}
}

func TestEncodedValuesOfWhatIsNoRow(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		encoded := seal(t, kind, filledRow(t, kind))
		for length := range encoded {
			values, _, err := kind.Values().Append([]any{1}, encoded[:length])
			require.ErrorIs(t, err, resource.ErrCorrupt, "%s: the first %d bytes", kind.Name(), length)
			require.Equal(t, []any{1}, values)
		}
		_, _, err := kind.Values().Append(nil, append(encoded, 0))
		require.ErrorIs(t, err, resource.ErrCorrupt, "%s: a byte too many", kind.Name())
	}
}
