package resource_test

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/resource"
)

func TestUIDTellsItsPartsApart(t *testing.T) {
	t.Parallel()
	parts := [][5]string{
		{"kind", "mock", "ab", "c", "i"}, {"kind", "mock", "a", "bc", "i"}, {"kind", "mock", "abc", "", "i"},
		{"kind", "mock", "", "abc", "i"}, {"kind", "mock", "ab", "", "ci"}, {"kind", "mock", "ab", "ci", ""},
		{"kin", "dmock", "ab", "c", "i"}, {"kind", "mock", "ab/c", "", "i"}, {"", "", "", "", "kindmockabci"},
	}
	seen := map[resource.UID][5]string{}
	for _, p := range parts {
		scope := resource.Scope{Kind: p[0], Provider: p[1], Account: p[2], Region: p[3]}
		uid := scope.UID(p[4])
		require.NotContains(t, seen, uid, "%q", p)
		seen[uid] = p
	}
}

func TestUIDIsOfAllParts(t *testing.T) {
	t.Parallel()
	part := rapid.StringN(0, 8, -1)
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) [5]string {
			return [5]string{
				part.Draw(t, label+" kind"), part.Draw(t, label+" provider"), part.Draw(t, label+" account"),
				part.Draw(t, label+" region"), part.Draw(t, label+" id"),
			}
		}
		uid := func(p [5]string) resource.UID {
			return resource.Scope{Kind: p[0], Provider: p[1], Account: p[2], Region: p[3]}.UID(p[4])
		}
		a, b := draw("a"), draw("b")
		require.Equal(t, a == b, uid(a) == uid(b))
	})
}

// Longer than the buffer that UID encodes into first.
func TestUIDOfLongParts(t *testing.T) {
	t.Parallel()
	scope := scopeOf(resource.HostKind)
	id := strings.Repeat("i", 5000)
	require.Equal(t, scope.UID(id), scope.UID(id))
	require.NotEqual(t, scope.UID(id), scope.UID(id+"i"))
}

func TestScopeNames(t *testing.T) {
	t.Parallel()
	scope := scopeOf(resource.HostKind)
	require.Equal(t, "resource_host/mock/demo/beijing", scope.String())
	require.Equal(t, "mock/demo/beijing", scope.Place())
}

// id is what UID and Hash have in common.
type id interface {
	fmt.Stringer
	driver.Valuer
	sql.Scanner
	encoding.TextMarshaler
	encoding.TextUnmarshaler
}

func TestFormsOfUIDAndHash(t *testing.T) {
	t.Parallel()
	raw := []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0xfe, 0xff}
	const text = "000102030405060708090a0b0c0dfeff"
	for name, fresh := range map[string]func() id{
		"UID":  func() id { return new(resource.UID) },
		"Hash": func() id { return new(resource.Hash) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := fresh()
			source := bytes.Clone(raw)
			require.NoError(t, v.Scan(source))
			clear(source) // a driver uses its buffer again
			require.Equal(t, text, v.String())
			value, err := v.Value()
			require.NoError(t, err)
			require.Equal(t, raw, value)

			encoded, err := json.Marshal(v)
			require.NoError(t, err)
			require.Equal(t, `"`+text+`"`, string(encoded))
			decoded := fresh()
			require.NoError(t, json.Unmarshal(encoded, decoded))
			require.Equal(t, v, decoded)
			require.NoError(t, decoded.UnmarshalText([]byte(strings.ToUpper(text))), "as MySQL's HEX() writes it")
			require.Equal(t, v, decoded)

			for _, bad := range []any{nil, "0123456789abcdef", []byte{}, raw[:15], append(bytes.Clone(raw), 0), int64(1)} {
				require.Error(t, fresh().Scan(bad), "%#v", bad)
			}
			for _, bad := range []string{"", text[1:], text + "0", text + "00", "g" + text[1:], " " + text[1:]} {
				require.Error(t, fresh().UnmarshalText([]byte(bad)), bad)
			}
		})
	}
}

func TestIDsAreJSONKeys(t *testing.T) {
	t.Parallel()
	encoded, err := json.Marshal(map[resource.UID]resource.Hash{{15: 1}: {15: 2}})
	require.NoError(t, err)
	require.JSONEq(t, `{"00000000000000000000000000000001": "00000000000000000000000000000002"}`, string(encoded))
}
