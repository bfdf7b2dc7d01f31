package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"cloudsync/history"
	"cloudsync/inventory"
	"cloudsync/inventory/export"
	"cloudsync/resource"
	"cloudsync/untrusted"
)

const treeHelp = `Shows a node of the service tree and those beneath it: how many resources of which
kind they have, and what their hosts have of processors, memory and disks. NODE is
GROUP, GROUP.PRODUCT or GROUP.PRODUCT.APP; without one, it is the whole tree. What
is placed no deeper is shown as -.

` + history.TimeHelp + `

Exit status: 0 done, 1 an error, 2 nothing is placed there.`

// treeOptions are the flags of tree.
type treeOptions struct {
	scopeOptions
	format formatOption
	depth  int64
}

func (p *Program) treeCommand() *cobra.Command {
	var opts treeOptions
	cmd := &cobra.Command{
		Use: "tree [NODE]", Short: "Show what the nodes of the service tree have", Long: treeHelp,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("name one node, not %d: GROUP, GROUP.PRODUCT or GROUP.PRODUCT.APP, in quotes if it has blanks", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if opts.depth > inventory.MaxTreeDepth {
				return fmt.Errorf("--depth %d: write a number from 1 to %d", opts.depth, inventory.MaxTreeDepth)
			}
			format, err := p.format(opts.format)
			if err != nil {
				return err
			}
			path, err := inventory.ParseTreePath(strings.Join(args, ""))
			if err != nil {
				return err
			}
			scope, err := p.scope(opts.scopeOptions, nil)
			if err != nil {
				return err
			}
			return p.withReader(cmd.Context(), func(reader inventory.Reader) error {
				return p.tree(cmd.Context(), reader, scope, path, int(opts.depth), format)
			})
		},
	}
	opts.addTo(cmd)
	p.addServerFlag(cmd)
	cmd.Flags().Int64Var(&opts.depth, "depth", 1, "how many levels beneath the node, up to 3")
	opts.format.addTo(cmd, formatTable, formatCSV, formatNDJSON, formatJSON)
	return cmd
}

func (p *Program) tree(ctx context.Context, reader inventory.Reader, scope inventory.Scope, path []string, depth int, format string) error {
	node, err := inventory.TreeTo(ctx, reader, scope, path, depth)
	if err != nil {
		return err
	}
	switch format {
	case formatCSV:
		err = p.treeCSV(node, scope.Kinds)
	case formatNDJSON:
		err = p.treeNDJSON(node)
	case formatJSON:
		err = p.out.JSON(node)
	default:
		p.showTree(node)
	}
	if err == nil && node.Rows == 0 {
		err = nothingFound{}
	}
	return err
}

// eachNode shows the node and all beneath it, each with how deep it is.
func eachNode(node inventory.Node, depth int, show func(node inventory.Node, depth int) error) error {
	if err := show(node, depth); err != nil {
		return err
	}
	for _, child := range node.Children {
		if err := eachNode(child, depth+1, show); err != nil {
			return err
		}
	}
	return nil
}

// treeCSV writes a line a node, which says how deep it is beneath the first.
func (p *Program) treeCSV(root inventory.Node, kinds []*resource.Kind) error {
	titles := []string{"depth", "path", "name", "rows", "vcpu", "memory_mib", "disk_gib"}
	for _, kind := range kinds {
		titles = append(titles, kind.Name())
	}
	records := [][]string{titles}
	err := eachNode(root, 0, func(node inventory.Node, depth int) error {
		record := []string{strconv.Itoa(depth), node.Path, node.Name}
		numbers := []int64{node.Rows, node.VCPU, node.MemoryMiB, node.DiskGiB}
		for _, kind := range kinds {
			numbers = append(numbers, node.Kinds[kind.Name()])
		}
		for _, n := range numbers {
			record = append(record, strconv.FormatInt(n, 10))
		}
		records = append(records, export.Cells(record, p.csvClean()))
		return nil
	})
	if err != nil {
		return err
	}
	if err := csv.NewWriter(p.out.Writer()).WriteAll(records); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// treeNDJSON writes a line a node.
func (p *Program) treeNDJSON(root inventory.Node) error {
	return eachNode(root, 0, func(node inventory.Node, depth int) error {
		node.Children = nil
		line, err := json.Marshal(struct {
			Depth int `json:"depth"`
			inventory.Node
		}{depth, node})
		if err != nil {
			return fmt.Errorf("encode a node: %w", err)
		}
		return write(p.out.Writer(), string(untrusted.JSON(line))+"\n")
	})
}
