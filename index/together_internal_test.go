package index

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// Questions that are asked together have the answers that each has alone, and none changes what
// another has.
func TestSelectionsThatAreAskedTogether(t *testing.T) {
	t.Parallel()
	s := segmentOf(100, func(b *builder, host int) { b.tag([]byte("t"), []byte(fmt.Sprint(host))) })
	p := part{segment: s, live: s.all()}
	schema := query.SchemaOf(resource.HostKind)
	ctx := inventory.Together(t.Context())
	for _, q := range []string{"", `tag_t=~"1."`, `tag_t!="7"`, `tag_t=~"1."`} {
		asked, err := query.Parse(q, []*query.Schema{schema})
		require.NoError(t, err)
		alone, err := p.selected(t.Context(), schema, asked)
		require.NoError(t, err)
		for range 2 {
			together, err := p.selected(ctx, schema, asked)
			require.NoError(t, err)
			require.True(t, alone.Equals(together), q)
			together.Clear()
		}
	}
	p.live = p.live.Clone()
	p.live.Clear() // its rows went away
	asked, err := query.Parse(`tag_t=~"1."`, []*query.Schema{schema})
	require.NoError(t, err)
	none, err := p.selected(ctx, schema, asked)
	require.NoError(t, err)
	require.True(t, none.IsEmpty())
}
