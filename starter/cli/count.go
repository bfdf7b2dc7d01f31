package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"cloudsync/history"
	"cloudsync/inventory"
	"cloudsync/inventory/export"
	"cloudsync/query"
	"cloudsync/starter/output"
	"cloudsync/untrusted"
)

const countHelp = `Counts resources, and adds up columns of numbers, by the values of one label or
several. A resource with several values of a label, such as addresses, counts
once for each; so shares may add up to more than 100%.

` + queryHelp + `

` + history.TimeHelp

// countOptions are the flags of count.
type countOptions struct {
	scopeOptions
	limitOptions
	format  formatOption
	by, sum []string
}

func (p *Program) countCommand() *cobra.Command {
	var opts countOptions
	cmd := &cobra.Command{
		Use: "count [QUERY…]", Short: "Count resources by region, type or any other label", Long: countHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := opts.check(cmd); err != nil {
				return err
			}
			format, err := p.format(opts.format)
			if err != nil {
				return err
			}
			count, err := p.readCount(opts, args)
			if err != nil {
				return err
			}
			return p.withReader(cmd.Context(), func(reader inventory.Reader) error { return p.count(cmd.Context(), reader, count, format) })
		},
	}
	opts.scopeOptions.addTo(cmd)
	opts.limitOptions.addTo(cmd, "how many groups, the largest ones", "all groups")
	p.addServerFlag(cmd)
	flags := cmd.Flags()
	flags.StringSliceVar(&opts.by, "by", nil, "by these `LABELS`, with commas between, five at most")
	flags.StringSliceVar(&opts.sum, "sum", nil, "add up these `COLUMNS`, such as vcpu,memory_mib")
	opts.format.addTo(cmd, formatTable, formatCSV, formatNDJSON, formatJSON)
	return cmd
}

func (p *Program) readCount(opts countOptions, args []string) (count inventory.Count, err error) {
	if count.Scope, err = p.scope(opts.scopeOptions, args); err != nil {
		return count, err
	}
	schemas := schemasOf(count.Kinds)
	if len(opts.by) > inventory.MaxBy {
		return count, fmt.Errorf("--by has %d labels: write %d at most", len(opts.by), inventory.MaxBy)
	}
	for _, label := range opts.by {
		if err := query.CheckLabel(label, schemas); err != nil {
			return count, fmt.Errorf("--by: %w", err)
		}
	}
	numbers := numberLabels(schemas)
	for _, column := range opts.sum {
		if !slices.Contains(numbers, column) {
			return count, fmt.Errorf("--sum %q: the columns of numbers are %s", column, strings.Join(numbers, ", "))
		}
	}
	count.By, count.Sum = opts.by, opts.sum
	if !opts.all {
		count.Limit = int(opts.limit)
	}
	return count, nil
}

func (p *Program) count(ctx context.Context, reader inventory.Reader, count inventory.Count, format string) error {
	counts, err := reader.Count(ctx, count)
	if err != nil {
		return err
	}
	switch format {
	case formatCSV:
		return p.countCSV(count, counts)
	case formatNDJSON:
		return p.countNDJSON(count, counts)
	case formatJSON:
		return p.out.JSON(viewCounts(count, counts))
	default:
		p.showCounts(count, counts)
		return nil
	}
}

// countsView is the answer in JSON.
type countsView struct {
	By     []string         `json:"by"`
	Total  int64            `json:"total"`
	Sums   map[string]int64 `json:"sums,omitempty"`
	Groups []groupView      `json:"groups"`
	Others int              `json:"others"` // groups that are left off
}

type groupView struct {
	Values []string         `json:"values"` // in the order of by
	Rows   int64            `json:"rows"`
	Sums   map[string]int64 `json:"sums,omitempty"`
}

func viewCounts(count inventory.Count, counts inventory.Counts) countsView {
	view := countsView{By: append([]string{}, count.By...), Total: counts.Total, Sums: namedSums(count.Sum, counts.Sums), Others: counts.Others, Groups: []groupView{}}
	for _, group := range counts.Groups {
		view.Groups = append(view.Groups, groupView{Values: group.Values, Rows: group.Rows, Sums: namedSums(count.Sum, group.Sums)})
	}
	return view
}

func namedSums(names []string, sums []int64) map[string]int64 {
	named := map[string]int64{}
	for i, name := range names {
		named[name] = sums[i]
	}
	return named
}

// groupsOf are the groups, or all rows as one where they are not divided.
func groupsOf(count inventory.Count, counts inventory.Counts) []inventory.Group {
	if len(count.By) == 0 {
		return []inventory.Group{{Values: []string{}, Rows: counts.Total, Sums: counts.Sums}}
	}
	return counts.Groups
}

func (p *Program) countCSV(count inventory.Count, counts inventory.Counts) error {
	out := csv.NewWriter(p.out.Writer())
	records := [][]string{slices.Concat(count.By, []string{"rows"}, count.Sum)}
	for _, group := range groupsOf(count, counts) {
		record := append(slices.Clone(group.Values), strconv.FormatInt(group.Rows, 10))
		for _, sum := range group.Sums {
			record = append(record, strconv.FormatInt(sum, 10))
		}
		records = append(records, record)
	}
	for i := range records {
		records[i] = export.Cells(records[i], p.csvClean())
	}
	if err := out.WriteAll(records); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	p.tellOthers(p.err, counts)
	return nil
}

func (p *Program) countNDJSON(count inventory.Count, counts inventory.Counts) error {
	for _, group := range groupsOf(count, counts) {
		line, err := json.Marshal(groupView{Values: group.Values, Rows: group.Rows, Sums: namedSums(count.Sum, group.Sums)})
		if err != nil {
			return errors.Join(errors.New("encode a group"), err)
		}
		if err := write(p.out.Writer(), string(untrusted.JSON(line))+"\n"); err != nil {
			return err
		}
	}
	p.tellOthers(p.err, counts)
	return nil
}

// tellOthers says how many groups are left off.
func (p *Program) tellOthers(out *output.Printer, counts inventory.Counts) {
	if counts.Others > 0 {
		out.Line("and %s: --all shows all", plural(int64(counts.Others), "more group"))
	}
}
