package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/user"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"cloudsync/starter/schedule"
)

func (p *Program) pauseCommand() *cobra.Command {
	return p.noteCommand("pause", "Keep a kind's schedule from starting runs", schedule.Pause)
}

func (p *Program) resumeCommand() *cobra.Command {
	return p.noteCommand("resume", "Let a kind's schedule start runs again", schedule.Resume)
}

// noteCommand is a command that changes the state of a schedule, for a reason.
func (p *Program) noteCommand(
	verb, short string, change func(ctx context.Context, c client.Client, kind, note string) (schedule.Change, error),
) *cobra.Command {
	var note string
	cmd := &cobra.Command{
		Use: verb + " KIND --note TEXT", Short: short, Args: p.oneKind, ValidArgs: p.kinds.Names(),
		RunE: func(cmd *cobra.Command, args []string) error {
			note = strings.TrimSpace(note)
			if note == "" {
				return errors.New("--note is missing: say why, for whoever wonders later")
			}
			return p.withTemporal(cmd.Context(), func(c connection) error {
				done, err := change(cmd.Context(), c, args[0], p.signed(note))
				if err != nil {
					return err
				}
				return p.show(done, func() { p.showChanges(done) })
			})
		},
	}
	cmd.Flags().StringVar(&note, "note", "", "why; shown with the schedule")
	return cmd
}

// signed is the note with the name of who wrote it.
func (p *Program) signed(note string) string { return fmt.Sprintf("%s (%s)", note, p.who()) }

// who is the name of the operator.
func (p *Program) who() string {
	name := p.env("USER")
	if current, err := user.Current(); err == nil {
		name = current.Username
	}
	return cmp.Or(name, "unknown user")
}
