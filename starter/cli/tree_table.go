package cli

import (
	"cmp"
	"fmt"
	"strings"

	"cloudsync/inventory"
	"cloudsync/starter/output"
)

func (p *Program) showTree(root inventory.Node) {
	if root.Rows == 0 {
		if root.Path == "" {
			p.out.Line("no row is counted: nothing is placed in the tree, or no kind asked for can be")
		} else {
			p.out.Line("no row is placed at %s: `starter tree` shows the groups that there are", root.Path)
		}
		return
	}
	shown, others := p.treeKinds(root)
	columns := []output.Column{{Title: "NODE", Min: 10}, {Title: "ROWS", Right: true}}
	for _, kind := range shown {
		columns = append(columns, output.Column{Title: kindTitle(kind), Right: true})
	}
	if len(others) > 0 {
		columns = append(columns, output.Column{Title: "OTHERS", Right: true})
	}
	columns = append(columns, output.Column{Title: "VCPU", Right: true}, output.Column{Title: "MEMORY", Right: true}, output.Column{Title: "DISK", Right: true})
	table := output.NewTable(columns...)
	_ = eachNode(root, 0, func(node inventory.Node, depth int) error {
		table.Row(treeCells(node, depth, shown, others)...)
		return nil
	})
	p.out.Table(table)
}

// treeKinds are the kinds that a table has room for, and the others.
func (p *Program) treeKinds(root inventory.Node) (shown, others []string) {
	room := p.out.TableWidth() - treeFixed
	for _, kind := range p.kinds.Names() {
		if root.Kinds[kind] == 0 {
			continue
		}
		if room -= len(kindTitle(kind)) + 2; room >= 0 {
			shown = append(shown, kind)
		} else {
			others = append(others, kind)
		}
	}
	return shown, others
}

// treeFixed is what the other columns of the table take, with the gaps and some room for
// names.
const treeFixed = 50

// kindTitle is a kind as the title of a column.
func kindTitle(kind string) string {
	return strings.ToUpper(strings.ReplaceAll(shortKind(kind)+"s", "_", " "))
}

func treeCells(node inventory.Node, depth int, shown, others []string) []output.Cell {
	name := node.Name
	switch {
	case depth == 0:
		name = cmp.Or(node.Path, "all")
	case name == "":
		name = "-"
	}
	cells := []output.Cell{output.Text(strings.Repeat(treeIndent, depth) + name), output.Text(fmt.Sprint(node.Rows))}
	for _, kind := range shown {
		cells = append(cells, numberCell(node.Kinds[kind]))
	}
	if len(others) > 0 {
		rest := int64(0)
		for _, kind := range others {
			rest += node.Kinds[kind]
		}
		cells = append(cells, numberCell(rest))
	}
	return append(cells, numberCell(node.VCPU), sizeCell(node.MemoryMiB, memoryText), sizeCell(node.DiskGiB, storageText))
}

const treeIndent = "  "

// numberCell leaves the eye nothing to look at where there is nothing.
func numberCell(n int64) output.Cell {
	if n == 0 {
		return output.Text("·")
	}
	return output.Text(fmt.Sprint(n))
}

func sizeCell(n int64, text func(int64) string) output.Cell {
	if n == 0 {
		return output.Text("·")
	}
	return output.Text(text(n))
}
