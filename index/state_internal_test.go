package index

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/inventory"
	"cloudsync/resource"
)

// A database that hangs gives no error: the age alone tells.
func TestAnIndexWithoutAnAnswerSaysSo(t *testing.T) {
	t.Parallel()
	x := New(nil, []*resource.Kind{resource.HostKind}, Options{})
	show := func(*resource.Kind, *Labels) error { return nil }
	require.Empty(t, x.State().Problem)
	require.ErrorIs(t, x.EachLabels(t.Context(), inventory.Scope{}, show), inventory.ErrNotLoaded)

	x.caughtUp(time.Now())
	require.Empty(t, x.State().Problem)
	require.NoError(t, x.EachLabels(t.Context(), inventory.Scope{}, show))

	x.caughtUp(time.Now().Add(-maxAge - time.Second))
	require.Equal(t, "nothing new has been read since then", x.State().Problem)
	require.ErrorContains(t, x.EachLabels(t.Context(), inventory.Scope{}, show), "Z: nothing new has been read since then")

	x.troubled("it says why")
	require.Equal(t, "it says why", x.State().Problem)
}
