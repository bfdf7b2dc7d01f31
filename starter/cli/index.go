package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"cloudsync/inventory"
	"cloudsync/resource"
	"cloudsync/starter/output"
)

const indexHelp = `Shows what a running server has of the inventory in memory, and how fresh that
is. --verify compares all its values with the tables, row by row; rows that
differ are read again. It is for operators, and its exit status is 2 if rows
differ.`

func (p *Program) indexCommand() *cobra.Command {
	var verify bool
	cmd := &cobra.Command{
		Use: "index [KIND]", Short: "Show what a server has in memory, or verify it", Long: indexHelp,
		Args: cobra.MaximumNArgs(1), ValidArgs: p.kinds.Names(),
		RunE: func(cmd *cobra.Command, args []string) error {
			kinds, err := p.chosenKinds(args)
			if err != nil {
				return err
			}
			server, err := p.server(cmd.Context())
			if err != nil {
				return err
			}
			if server == nil {
				return errors.New("no server runs where the configuration says: start one with `starter serve`, or name it with --server")
			}
			if verify {
				return p.verifyIndex(cmd.Context(), server, kinds)
			}
			return p.showIndex(cmd.Context(), server, kinds)
		},
	}
	p.addServerFlag(cmd)
	cmd.Flags().BoolVar(&verify, "verify", false, "compare it with the tables")
	return cmd
}

func (p *Program) showIndex(ctx context.Context, server *inventory.Server, kinds []*resource.Kind) error {
	state, err := server.State(ctx)
	if err != nil {
		return err
	}
	return p.show(state, func() {
		table := output.NewTable(output.Column{Title: "KIND", Min: 10, Tail: true}, output.Column{Title: "ROWS", Right: true})
		for _, kind := range state.Kinds {
			if isAmong(kind.Kind, kinds) {
				table.Row(output.Text(kind.Kind), rowsCell(kind))
			}
		}
		p.out.Table(table)
		p.out.Line("")
		if state.Problem != "" {
			p.out.Note(output.Bad, fmt.Sprintf("it has not followed MySQL since %s UTC: %s", second(state.AsOf), state.Problem))
			return
		}
		p.out.Line("as of %s UTC", second(state.AsOf))
	})
}

func isAmong(name string, kinds []*resource.Kind) bool {
	for _, kind := range kinds {
		if kind.Name() == name {
			return true
		}
	}
	return false
}

func rowsCell(kind inventory.KindState) output.Cell {
	if !kind.Loaded {
		return output.Cell{Text: "loading", Style: output.Warn}
	}
	return output.Text(fmt.Sprint(kind.Rows))
}

func (p *Program) verifyIndex(ctx context.Context, server *inventory.Server, kinds []*resource.Kind) error {
	var found []inventory.Verification
	wrong := 0
	for _, kind := range kinds {
		one, err := server.Verify(ctx, kind)
		if err != nil {
			return err
		}
		found = append(found, one)
		wrong += len(one.Wrong)
	}
	err := p.show(found, func() {
		table := output.NewTable(output.Column{Title: "KIND", Min: 10, Tail: true}, output.Column{Title: "ROWS", Right: true}, output.Column{Title: "WRONG", Right: true})
		for _, one := range found {
			table.Row(output.Text(one.Kind), output.Text(fmt.Sprint(one.Rows)), alarmCell(int64(len(one.Wrong)), output.Bad))
			for _, uid := range one.Wrong[:min(len(one.Wrong), maxWrongShown)] {
				table.Remark(output.Plain, "uid "+uid.String())
			}
		}
		p.out.Table(table)
	})
	if err == nil && wrong > 0 {
		err = indexDiffers{}
	}
	return err
}

// maxWrongShown is how many wrong rows of a kind are named.
const maxWrongShown = 5

// indexDiffers ends a verification that found wrong rows. They have been shown.
type indexDiffers struct{}

func (indexDiffers) Error() string { return "rows of the index differ from the tables" }
