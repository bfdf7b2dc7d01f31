package inventory_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/store/storetest"
)

// Each node has what its path and all beneath it have, at whatever depth it is asked for.
func TestTreeAddsUp(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	rng := rand.New(rand.NewPCG(seed(t), 1))
	kinds := []*resource.Kind{resource.HostKind, resource.DatabaseKind}
	for _, kind := range kinds {
		inventorytest.Apply(t, s, "add-"+kind.Name(), kind, diff.Add, inventorytest.RandomRows(rng, kind, 80))
	}
	rows := inventorytest.Stored(t, s, kinds)
	reader, scope := inventory.FromTables(s), inventory.Scope{Kinds: kinds}
	for depth := range inventory.MaxTreeDepth + 2 {
		root, err := inventory.TreeTo(t.Context(), reader, scope, nil, depth)
		require.NoError(t, err)
		require.EqualValues(t, len(rows), root.Rows)
		requireNode(t, rows, root, nil, min(depth, inventory.MaxTreeDepth))
	}
	node, err := inventory.Tree(t.Context(), reader, scope, []string{"a.b", "pay"})
	require.NoError(t, err)
	requireNode(t, rows, node, []string{"a.b", "pay"}, 1)
	require.Equal(t, "a.b.pay", node.Path)
	require.Equal(t, "pay", node.Name)

	scope.Query, err = query.Parse(`vcpu=4`, []*query.Schema{query.SchemaOf(resource.HostKind)})
	require.NoError(t, err)
	narrowed, err := inventory.Tree(t.Context(), reader, scope, nil)
	require.NoError(t, err)
	require.Less(t, narrowed.Rows, int64(len(rows)))
	require.Equal(t, narrowed.Kinds["resource_host"]*4, narrowed.VCPU)
}

// requireNode compares a node of a path with the rows that have the path.
func requireNode(t *testing.T, rows []inventory.Found, node inventory.Node, path []string, depth int) {
	t.Helper()
	labels := []string{"stree_group", "stree_product", "stree_app"}
	var of []inventory.Found
	for _, row := range rows {
		of = append(of, row)
		for i, name := range path {
			if strings.Join(inventorytest.ValuesOf(row.Kind, row.Row, labels[i]), "") != name {
				of = of[:len(of)-1]
				break
			}
		}
	}
	hosts := inventorytest.Counted(of, []string{"kind"}, []string{"vcpu", "memory_mib", "disk_gib"}, 0)
	kinds, sums := map[string]int64{}, []int64{0, 0, 0}
	for _, group := range hosts.Groups {
		kinds[group.Values[0]] = group.Rows
		if group.Values[0] == "resource_host" {
			sums = group.Sums
		}
	}
	require.Equal(t, kinds, node.Kinds, path)
	require.Equal(t, strings.TrimSuffix(strings.Join(path, "."), "."), node.Path)
	require.Equal(t, hosts.Total, node.Rows)
	require.Equal(t, []int64{node.VCPU, node.MemoryMiB, node.DiskGiB}, sums)
	if depth == 0 || len(path) == len(labels) || len(path) > 0 && path[len(path)-1] == "" {
		require.Empty(t, node.Children)
		return
	}
	total := int64(0)
	for i, child := range node.Children {
		total += child.Rows
		if i > 0 {
			require.LessOrEqual(t, child.Rows, node.Children[i-1].Rows)
		}
		requireNode(t, rows, child, append(append([]string(nil), path...), child.Name), depth-1)
	}
	require.Equal(t, node.Rows, total)
}

func TestTreePaths(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"": nil, "inf": {"inf"}, "inf.monitor": {"inf", "monitor"}, "inf.monitor.web.front": {"inf", "monitor", "web.front"},
	} {
		path, err := inventory.ParseTreePath(text)
		require.NoError(t, err)
		require.Equal(t, want, path)
	}
	for _, text := range []string{".", "inf.", ".monitor", "inf..app"} {
		_, err := inventory.ParseTreePath(text)
		require.ErrorContains(t, err, "write GROUP, GROUP.PRODUCT or GROUP.PRODUCT.APP")
	}
}

// A cursor is a text that a page gives out; any other is refused.
func TestCursors(t *testing.T) {
	t.Parallel()
	cursor := inventory.Cursor{Kind: "resource_host", Value: "a\n\u202e\"北京", UID: resource.UID{1}}
	read, err := inventory.ParseCursor(cursor.String())
	require.NoError(t, err)
	require.Equal(t, cursor, read)
	require.Empty(t, inventory.Cursor{}.String())
	read, err = inventory.ParseCursor("")
	require.NoError(t, err)
	require.True(t, read.IsZero())
	for _, text := range []string{"x", "!!", "e30", time.Now().String()} {
		_, err := inventory.ParseCursor(text)
		require.ErrorContains(t, err, "this is no cursor")
	}
}
