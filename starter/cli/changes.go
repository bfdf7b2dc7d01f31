package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cloudsync/history"
	"cloudsync/resource"
	"cloudsync/starter/output"
	"cloudsync/store"
)

const changesHelp = `Lists recorded changes of the inventory, the newest first: what changed when, by
which run, from what to what. Each flag narrows them down.

` + history.TimeHelp + `

SCOPE is PROVIDER/ACCOUNT/REGION; parts may be left empty, as in //beijing. NAME
finds the resources that have the name, or had it before a modification or a
deletion; that reads the whole history.`

func (p *Program) changesCommand() *cobra.Command {
	var opts changesOptions
	cmd := &cobra.Command{
		Use: "changes", Short: "List recorded changes, the newest first", Long: changesHelp, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter, err := p.changeFilter(opts)
			if err != nil {
				return err
			}
			return p.withStore(cmd.Context(), func(s *store.Store) error { return p.listChanges(cmd.Context(), s, opts, filter) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.kind, "kind", "", "of this `KIND` only")
	flags.StringVar(&opts.uid, "uid", "", "of the resource with this `UID`")
	flags.StringVar(&opts.nativeID, "native-id", "", "of resources that the provider calls `ID`")
	flags.StringVar(&opts.name, "name", "", "of resources that have or had the `NAME`")
	flags.StringVar(&opts.run, "run", "", "by this `RUN`: a number, an id or its beginning, a kind, or latest")
	flags.StringVar(&opts.scope, "scope", "", "in this `SCOPE`")
	flags.StringVar(&opts.since, "since", "", "from this `TIME` on")
	flags.StringVar(&opts.until, "until", "", "up to this `TIME`")
	flags.StringSliceVar(&opts.ops, "op", nil, "add, modify, delete or restore; can be repeated")
	flags.StringVar(&opts.field, "field", "", "that changed this `COLUMN`")
	flags.Int64Var(&opts.before, "before", 0, "older than the change of this `NUMBER`")
	flags.Int64Var(&opts.limit, "limit", 50, "how many")
	return cmd
}

// changesOptions are the flags of changes.
type changesOptions struct {
	kind, uid, nativeID, name, run, scope, since, until, field string

	ops           []string
	before, limit int64
}

// changeFilter is the filter that the flags say, but for the run, which has to be
// looked up.
func (p *Program) changeFilter(opts changesOptions) (store.ChangeFilter, error) {
	if opts.limit < 1 {
		return store.ChangeFilter{}, errors.New("--limit: write a number from 1 up")
	}
	kinds, err := p.kindsOf(opts.kind)
	if err != nil {
		return store.ChangeFilter{}, err
	}
	return history.Asked{
		Mark: "--", Kinds: kinds, UID: opts.uid, NativeID: opts.nativeID, Name: opts.name, Scope: opts.scope,
		Since: opts.since, Until: opts.until, Field: opts.field, Ops: opts.ops, Before: opts.before,
	}.Filter(p.now())
}

// kindsOf is the kind of that name, or all kinds for none.
func (p *Program) kindsOf(name string) ([]*resource.Kind, error) {
	names := p.kinds.Names()
	if name != "" {
		names = []string{name}
	}
	kinds := make([]*resource.Kind, len(names))
	for i, name := range names {
		kind, err := p.kinds.Kind(name)
		if err != nil {
			return nil, fmt.Errorf("--kind: %w", err)
		}
		kinds[i] = kind
	}
	return kinds, nil
}

func (p *Program) listChanges(ctx context.Context, s *store.Store, opts changesOptions, filter store.ChangeFilter) (err error) {
	if filter.RunID, err = history.RunID(ctx, s, p.kinds, opts.run); err != nil {
		return err
	}
	filter.Limit = opts.limit + 1 // to know whether there are more
	changes, err := s.Changes(ctx, filter)
	if err != nil {
		return err
	}
	more := int64(len(changes)) > opts.limit
	changes = changes[:min(int64(len(changes)), opts.limit)]
	gone, err := history.GoneBefore(ctx, s, filter, more || opts.run != "" && len(changes) > 0)
	if err != nil {
		return err
	}
	return p.show(history.ChangeViews(changes), func() {
		p.showHistory(changes, more)
		p.showEarlier(gone, false)
	})
}

func (p *Program) showHistory(changes []store.Change, more bool) {
	if len(changes) == 0 {
		p.out.Line("no such change is recorded")
		return
	}
	mixed := false
	for _, change := range changes {
		mixed = mixed || change.Kind != changes[0].Kind
	}
	p.out.Table(changesTable(changes, mixed))
	if more {
		p.out.Line("\nolder ones: the same with --before %d", changes[len(changes)-1].ID)
	}
}

// changesTable has a line for each change, with the kind where there are several.
func changesTable(changes []store.Change, kinds bool) *output.Table {
	table := output.NewTable(changesColumns(kinds)...)
	for _, change := range changes {
		cells := []output.Cell{output.Text(second(change.ChangedAt)), opCell(change.Op)}
		if kinds {
			cells = append(cells, output.Text(strings.TrimPrefix(change.Kind, "resource_")))
		}
		table.Row(append(cells, output.Text(change.NativeID), output.Text(history.ChangePlace(change)), runNumberCell(change))...)
		remarkChange(table, change)
	}
	return table
}

func changesColumns(kinds bool) []output.Column {
	columns := []output.Column{{Title: "WHEN (UTC)"}, {Title: "CHANGE", Min: 9}}
	resource := output.Column{Title: "RESOURCE", Min: 24, Tail: true} // most ids fit: they are for copying
	if kinds {
		columns = append(columns, output.Column{Title: "KIND", Min: 4})
		resource.Min = 22
	}
	return append(columns, resource, output.Column{Title: "SCOPE", Min: 10, Tail: true}, output.Column{Title: "RUN", Right: true})
}

// second is a time in UTC in the form that commands take.
func second(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// runNumberCell is the number that `starter show` takes.
func runNumberCell(change store.Change) output.Cell {
	if change.RunNumber == 0 {
		return output.Text("-")
	}
	return output.Text(fmt.Sprint(change.RunNumber))
}
