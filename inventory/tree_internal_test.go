package inventory

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whoever tags may make as many nodes as there are resources.
func TestATreeOfManyNodes(t *testing.T) {
	t.Parallel()
	const n = 300_000
	began := time.Now()
	node, children := Node{Kinds: map[string]int64{}}, children{}
	for i := range n {
		names := []string{"g", fmt.Sprint("product-", i)}
		children.add(&node, Group{Values: append([]string{"resource_disk"}, names...), Rows: 1}, names)
	}
	require.Less(t, time.Since(began), time.Minute) // a search through all siblings of each would compare 45 billion names
	require.Len(t, node.Children, 1)
	require.Len(t, node.Children[0].Children, n)
	require.EqualValues(t, n, node.Children[0].Rows)
	require.Equal(t, "g.product-7", node.Children[0].Children[7].Path)
}
