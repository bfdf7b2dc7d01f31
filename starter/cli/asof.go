package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cloudsync/history"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/untrusted"
)

const asOfHelp = `Rebuilds the inventory of a kind as it was at a time, from the recorded changes,
and writes it to standard output: a JSON object a line and row, by uid, with all
columns but updated_at. A change at that very time has happened. The hash is
that of the kind's present version.

` + history.TimeHelp + `

Without fractions, a time is the beginning of its second. If the exit status is
not 0, the output is not whole.`

func (p *Program) asOfCommand() *cobra.Command {
	return &cobra.Command{
		Use: "as-of KIND TIME", Short: "Write the inventory of a kind as it was at a time", Long: asOfHelp,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return errors.New("name a kind and a time, such as `starter as-of resource_host 2h`")
			}
			return p.oneKind(cmd, args[:1])
		},
		ValidArgs: p.kinds.Names(),
		RunE: func(cmd *cobra.Command, args []string) error {
			kind, err := p.kinds.Kind(args[0])
			if err != nil {
				return err
			}
			at, err := history.ParsePast(strings.Join(args[1:], " "), p.now()) // a date and a time, without quotes
			if err != nil {
				return err
			}
			return p.withStore(cmd.Context(), func(s *store.Store) error { return p.asOf(cmd.Context(), s, kind, at) })
		},
	}
}

func (p *Program) asOf(ctx context.Context, s *store.Store, kind *resource.Kind, at time.Time) error {
	out := bufio.NewWriterSize(p.out.Writer(), 1<<16)
	rows := int64(0)
	err := s.AsOf(ctx, kind, at, func(row resource.Row) error {
		rows++
		return writeImage(out, kind, row)
	})
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	p.err.Line("%s of %s as of %s", plural(rows, "row"), kind.Name(), moment(at))
	return nil
}

func writeImage(out io.Writer, kind *resource.Kind, row resource.Row) error {
	image, err := kind.Image(row)
	if err != nil {
		return err
	}
	if _, err := out.Write(append(untrusted.JSON(image), '\n')); err != nil {
		return fmt.Errorf("write the row: %w", err)
	}
	return nil
}
