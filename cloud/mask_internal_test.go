package cloud

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each further backslash of an answer costs the same: the end of an escape is looked for
// no farther than an escape goes.
func TestAnEscapeEnds(t *testing.T) {
	t.Parallel()
	for _, backslashes := range []int{maxEscapes, 1000, 100_000} {
		text := strings.Repeat(`\`, backslashes)
		require.LessOrEqual(t, afterBackslash(text, 1, '\\'), maxEscapes)
	}
	escaped := strings.Repeat(`\`, maxEscapes-1) + `"secret`
	require.Equal(t, maxEscapes, afterBackslash(escaped, 1, '"'))
	require.Equal(t, "[secret]", NewMask("", `"secret`, "").Hide(escaped))
}
