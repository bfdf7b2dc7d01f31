package inventory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"cloudsync/query"
	"cloudsync/resource"
)

// TreeLabels are the levels of the service tree.
var TreeLabels = []string{"stree_group", "stree_product", "stree_app"}

// treeSums are what is added up of a node's hosts.
var treeSums = []string{"vcpu", "memory_mib", "disk_gib"}

// Node is a node of the service tree: its rows are those of it and of all beneath it.
type Node struct {
	Path      string           `json:"path"` // g, g.p or g.p.a, of rows that are placed no deeper that of the node above; empty: the whole tree
	Name      string           `json:"name"` // the last part; empty: rows that are placed no deeper
	Rows      int64            `json:"rows"`
	Kinds     map[string]int64 `json:"kinds"`     // rows by kind
	VCPU      int64            `json:"vcpu"`      // of its hosts
	MemoryMiB int64            `json:"memoryMib"` // of its hosts
	DiskGiB   int64            `json:"diskGib"`   // of its hosts
	Children  []Node           `json:"children,omitempty"`
}

// ParseTreePath divides a node's path, g, g.p or g.p.a. The last part may have dots.
func ParseTreePath(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	parts := strings.SplitN(path, ".", len(TreeLabels))
	if slices.Contains(parts, "") {
		return nil, fmt.Errorf("no node is called %q: write GROUP, GROUP.PRODUCT or GROUP.PRODUCT.APP", path)
	}
	return parts, nil
}

// MaxTreeDepth is how many levels the service tree has below its root.
const MaxTreeDepth = 3

// Tree returns a node of the service tree, and those right beneath it, the largest first. The
// scope narrows down what is counted.
func Tree(ctx context.Context, reader Reader, scope Scope, path []string) (Node, error) {
	return TreeTo(ctx, reader, scope, path, 1)
}

// TreeTo is Tree with so many levels beneath the node, as far as there are any. Nothing is
// beneath rows that are placed no deeper.
func TreeTo(ctx context.Context, reader Reader, scope Scope, path []string, depth int) (Node, error) {
	scope.Kinds = Placed(scope.Kinds)
	for i, name := range path {
		scope.Query = scope.Query.And(TreeLabels[i], name)
	}
	levels := TreeLabels[len(path):min(len(path)+depth, len(TreeLabels))]
	by := append([]string{query.KindLabel}, levels...)
	node := Node{Path: strings.Join(path, "."), Kinds: map[string]int64{}}
	if len(path) > 0 {
		node.Name = path[len(path)-1]
	}
	children := children{}
	counts, err := reader.Count(ctx, Count{Scope: scope, By: by, Sum: treeSums})
	if err != nil {
		return node, err
	}
	for _, group := range counts.Groups {
		children.add(&node, group, group.Values[1:])
	}
	node.sort()
	return node, nil
}

// children are where nodes are among those right beneath the one above, by the names on the way
// down, with NUL between, which no name has.
type children map[string]int

// add adds a group to a node, and to those on the way down to it.
func (c children) add(to *Node, group Group, names []string) {
	to.add(group)
	way := ""
	for _, name := range names {
		way += name + "\x00"
		i, known := c[way]
		if !known {
			i = len(to.Children)
			c[way] = i
			to.Children = append(to.Children, Node{Path: to.pathOf(name), Name: name, Kinds: map[string]int64{}})
		}
		to = &to.Children[i]
		if to.add(group); name == "" {
			return
		}
	}
}

// sort brings the children into order, and theirs.
func (n *Node) sort() {
	slices.SortFunc(n.Children, func(a, b Node) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), strings.Compare(a.Name, b.Name))
	})
	for i := range n.Children {
		n.Children[i].sort()
	}
}

// Placed are those of the kinds that have a place in the tree.
func Placed(kinds []*resource.Kind) (placed []*resource.Kind) {
	for _, kind := range kinds {
		if query.SchemaOf(kind).Has(TreeLabels[0]) {
			placed = append(placed, kind)
		}
	}
	return placed
}

func (n *Node) add(group Group) {
	kind := group.Values[0]
	n.Rows += group.Rows
	n.Kinds[kind] += group.Rows
	if kind == resource.HostKind.Name() {
		n.VCPU += group.Sums[0]
		n.MemoryMiB += group.Sums[1]
		n.DiskGiB += group.Sums[2]
	}
}

// pathOf is the path of a node right beneath.
func (n *Node) pathOf(name string) string {
	if n.Path == "" || name == "" {
		return n.Path + name
	}
	return n.Path + "." + name
}
