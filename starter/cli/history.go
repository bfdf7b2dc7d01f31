package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"cloudsync/history"
	"cloudsync/resource"
	"cloudsync/starter/output"
	"cloudsync/store"
)

// historyOptions are the flags of history.
type historyOptions struct {
	limit int64
}

func (p *Program) historyCommand() *cobra.Command {
	var opts historyOptions
	cmd := &cobra.Command{
		Use: "history KIND NATIVE_ID", Short: "Tell the life of one resource",
		Long: `Tells the life of a resource from its first recorded change to its last: when it
appeared, what changed from what to what, when it was deleted, came back or was
restored, and by which run. Resources of the same id in several scopes are told
one after the other.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errors.New("name a kind and the provider's id of a resource, such as `starter history resource_host i-0123`")
			}
			return p.oneKind(cmd, args[:1])
		},
		ValidArgs: p.kinds.Names(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if opts.limit < 1 {
				return errors.New("--limit: write a number from 1 up")
			}
			kind, err := p.kinds.Kind(args[0])
			if err != nil {
				return err
			}
			return p.withStore(cmd.Context(), func(s *store.Store) error { return p.history(cmd.Context(), s, kind, args[1], opts) })
		},
	}
	cmd.Flags().Int64Var(&opts.limit, "limit", 1000, "how many changes, the newest ones")
	return cmd
}

func (p *Program) history(ctx context.Context, s *store.Store, kind *resource.Kind, nativeID string, opts historyOptions) error {
	changes, err := s.Changes(ctx, store.ChangeFilter{Kinds: []*resource.Kind{kind}, NativeID: nativeID, Limit: opts.limit})
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		return fmt.Errorf("no change of %s %q is recorded: `starter changes --name NAME` finds the id of a resource by its name", kind.Name(), nativeID)
	}
	lives, err := history.ReadLives(ctx, s, changes)
	if err != nil {
		return err
	}
	whole, err := s.Horizon(ctx, kind)
	if err != nil {
		return err
	}
	return p.show(lives, func() {
		for i, life := range lives {
			if i > 0 {
				p.out.Line("")
			}
			p.showLife(life)
		}
		p.showEarlier(whole, int64(len(changes)) == opts.limit)
	})
}

func (p *Program) showLife(l history.Life) {
	p.out.Note(output.Plain, fmt.Sprintf("%s %s in %s", l.Kind, l.NativeID, l.Place))
	table := output.NewTable(
		output.Column{Title: "WHEN (UTC)"}, output.Column{Title: "WHAT"},
		output.Column{Title: "RUN", Right: true}, output.Column{Title: "RUN ID", Min: 12},
	)
	for _, event := range l.Events {
		table.Row(output.Text(second(event.ChangedAt)), output.Cell{Text: event.Event, Style: opCell(event.Op).Style},
			runNumberCell(event.Change), output.Text(event.RunID))
		if event.Restore != nil {
			table.Remark(output.Plain, restoredBy(*event.Restore))
		}
		remarkChange(table, event.Change)
	}
	p.out.Table(table)
}
