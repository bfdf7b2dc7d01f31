package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cloudsync/history"
	"cloudsync/inventory"
	"cloudsync/inventory/export"
	"cloudsync/query"
	"cloudsync/resource"
)

const findHelp = `Finds resources in the inventory, and shows some of their columns. Without QUERY it
shows all.

` + queryHelp + `

` + history.TimeHelp + `

LABEL and COLUMN are labels; the column tags has all tags, as JSON. In a table,
columns in which no row has a value are left out; wide shows more of them, and
shortens nothing. In CSV, lists have "; " between their items, and what a
spreadsheet would take for a formula has a ' before it; ndjson and json have all
texts as they are. With --all and without --sort, csv, ndjson and json come by
kind and uid, as they are read.

Exit status: 0 something was found, 1 an error, 2 nothing matches.`

// findOptions are the flags of find.
type findOptions struct {
	scopeOptions
	limitOptions
	format  formatOption
	sort    string
	after   string
	columns []string
}

func (p *Program) findCommand() *cobra.Command {
	var opts findOptions
	cmd := &cobra.Command{
		Use: "find [QUERY…]", Short: "Find resources by address, name, id, column or tag", Long: findHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := opts.check(cmd); err != nil {
				return err
			}
			find, err := p.readFind(opts, args)
			if err != nil {
				return err
			}
			return p.withReader(cmd.Context(), func(reader inventory.Reader) error { return p.find(cmd.Context(), reader, find) })
		},
	}
	opts.scopeOptions.addTo(cmd)
	opts.limitOptions.addTo(cmd, "how many", "all of them")
	p.addServerFlag(cmd)
	flags := cmd.Flags()
	flags.StringVar(&opts.sort, "sort", "", "by this `LABEL`; with - before it, the greatest first (default by name)")
	flags.StringVar(&opts.after, "after", "", "those after this `CURSOR`, which the page before has at its end")
	flags.StringSliceVar(&opts.columns, "columns", nil, "these `COLUMNS`, with commas between")
	opts.format.addTo(cmd, formatTable, formatWide, formatCSV, formatNDJSON, formatJSON)
	return cmd
}

// finding is what find is asked for.
type finding struct {
	inventory.Find
	format  string
	columns []string // nil: the usual ones
	limit   int64    // 0: all
}

func (p *Program) readFind(opts findOptions, args []string) (f finding, err error) {
	if f.format, err = p.format(opts.format); err != nil {
		return f, err
	}
	if f.Scope, err = p.scope(opts.scopeOptions, args); err != nil {
		return f, err
	}
	if f.After, err = inventory.ParseCursor(opts.after); err != nil {
		return f, fmt.Errorf("--after: %w", err)
	}
	if err := checkCursor(f.After, f.Kinds); err != nil {
		return f, err
	}
	label, descending := strings.CutPrefix(opts.sort, "-")
	f.Order = inventory.Order{Label: label, Descending: descending}
	if opts.sort != "" {
		if err := query.CheckLabel(label, schemasOf(f.Kinds)); err != nil {
			return f, fmt.Errorf("--sort: %w", err)
		}
	}
	for _, column := range opts.columns {
		if err := export.CheckColumn(column, schemasOf(f.Kinds)); err != nil {
			return f, fmt.Errorf("--columns: %w", err)
		}
	}
	f.columns = opts.columns
	if !opts.all {
		f.limit = opts.limit
	}
	return f, nil
}

// checkCursor refuses a cursor of another question: it would find nothing.
func checkCursor(after inventory.Cursor, kinds []*resource.Kind) error {
	if after.IsZero() || slices.ContainsFunc(kinds, func(kind *resource.Kind) bool { return kind.Name() == after.Kind }) {
		return nil
	}
	return fmt.Errorf("--after: the cursor is in %s, which is not asked for: repeat the flags and the query of the page before", after.Kind)
}

func (p *Program) find(ctx context.Context, reader inventory.Reader, f finding) error {
	if f.format == formatTable || f.format == formatWide {
		return p.findTable(ctx, reader, f)
	}
	return p.exportRows(ctx, reader, f)
}

// result is what was found in all, and what follows what was shown of it.
type result struct {
	shown, total int64
	next         inventory.Cursor
}

// eachFound shows the rows in order, page by page, up to the limit.
func eachFound(ctx context.Context, reader inventory.Reader, f finding, show func(inventory.Found) error) (r result, err error) {
	fromFirst := f.After.IsZero()
	for {
		f.Limit = inventory.MaxLimit
		if f.limit > 0 {
			f.Limit = int(min(inventory.MaxLimit, f.limit-r.shown))
		}
		page, err := reader.Find(ctx, f.Find)
		if err != nil {
			return r, err
		}
		for _, row := range page.Rows {
			if err := show(row); err != nil {
				return r, err
			}
		}
		r = result{shown: r.shown + int64(len(page.Rows)), total: page.Total, next: page.Next}
		if page.Next.IsZero() && fromFirst {
			r.total = r.shown // an index also counts rows that have just gone, and cannot be shown
		}
		if page.Next.IsZero() || r.shown == f.limit {
			return r, nil
		}
		f.After = page.Next
	}
}

// eachAtOnce shows all rows as they are read, which takes one pass over them.
func eachAtOnce(ctx context.Context, reader inventory.Reader, f finding, show func(inventory.Found) error) (r result, err error) {
	err = reader.Each(ctx, f.Scope, func(row inventory.Found) error {
		r.shown++
		return show(row)
	})
	r.total = r.shown
	return r, err
}

// nothingFound ends a find without a row. It has been told.
type nothingFound struct{}

func (nothingFound) Error() string { return "nothing matches" }

func (r result) err() error {
	if r.total == 0 {
		return nothingFound{}
	}
	return nil
}
