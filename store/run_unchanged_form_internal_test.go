package store

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/resource"
)

func TestUnchangedScopesAsPayload(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var scopes []unchangedScope
		var id int64
		for range rapid.IntRange(0, 50).Draw(t, "scopes") {
			id += rapid.OneOf(rapid.Just[int64](1), rapid.Int64Range(0, 1<<26)).Draw(t, "distance")
			scopes = append(scopes, unchangedScope{id: id, rows: rapid.Int64Range(0, 1<<62).Draw(t, "rows")})
		}
		decoded, err := decodeUnchanged(encodeUnchanged(scopes))
		require.NoError(t, err)
		require.Equal(t, scopes, decoded)
	})
}

func TestUnchangedScopesAreTwoBytesEach(t *testing.T) {
	t.Parallel()
	var scopes []unchangedScope
	for i := range int64(2000) {
		scopes = append(scopes, unchangedScope{id: 1<<31 + i, rows: i % 128})
	}
	require.LessOrEqual(t, len(encodeUnchanged(scopes)), 2*len(scopes)+6)
}

func TestDamagedListsOfUnchangedScopes(t *testing.T) {
	t.Parallel()
	sound := encodeUnchanged([]unchangedScope{{id: 300, rows: 5000}, {id: 301, rows: 1}})
	for name, payload := range map[string][]byte{
		"empty": nil, "another version": append([]byte{2}, sound[1:]...), "cut short": sound[:len(sound)-1],
		"a half number": {1, 0x80}, "a number of 11 bytes": {1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1},
	} {
		_, err := decodeUnchanged(payload)
		require.ErrorIs(t, err, resource.ErrCorrupt, name)
	}
}

// Bytes of any origin are scopes, or ErrCorrupt.
func FuzzUnchangedScopes(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{unchangedVersion})
	f.Add(encodeUnchanged([]unchangedScope{{id: 300, rows: 5000}, {id: 301}}))
	f.Fuzz(func(t *testing.T, payload []byte) {
		scopes, err := decodeUnchanged(payload)
		if err != nil {
			require.ErrorIs(t, err, resource.ErrCorrupt)
			return
		}
		again, err := decodeUnchanged(encodeUnchanged(scopes))
		require.NoError(t, err)
		require.Equal(t, scopes, again)
	})
}
