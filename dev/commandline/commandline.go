// Package commandline is what the programs of this module have in common: how they read
// their command line, end, and keep .dev/ while they use it.
package commandline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"cloudsync/dev/layout"
	"cloudsync/starter/flagerror"
)

// wantedForms say what to write as the value of a flag, by its type.
var wantedForms = map[string]string{
	"int":      "a whole number",
	"duration": "a time with its unit, such as 60s or 10m",
}

// Root is a program with the commands.
func Root(name, short string, commands ...*cobra.Command) *cobra.Command {
	root := &cobra.Command{
		Use:           name,
		Short:         short,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(flagerror.Wording(wantedForms))
	root.AddCommand(commands...)
	return root
}

// Main runs the process's own command line until it ends or is interrupted, and exits.
func Main(root *cobra.Command) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(Run(ctx, root, os.Args[1:]))
}

// Run runs one command line and returns the exit status.
func Run(ctx context.Context, root *cobra.Command, args []string) int {
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if status := (ExitStatus)(0); errors.As(err, &status) {
		return int(status)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "\nError:", err)
		return 1
	}
	return 0
}

// ExitStatus is that of a command which told its own errors.
type ExitStatus int

func (e ExitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// InCheckout runs a command that uses .dev/, which must not be removed meanwhile.
func InCheckout(run func(*cobra.Command, layout.Layout, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		l, err := layout.Find(".")
		if err != nil {
			return err
		}
		use, err := l.Share(layout.InUse)
		if err != nil {
			return err
		}
		defer use.Unlock() //nolint:errcheck // closing gives it back in any case
		return run(cmd, l, args)
	}
}
