package main

import (
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"cloudsync/dev/clean"
	"cloudsync/dev/commandline"
	"cloudsync/dev/console"
	"cloudsync/dev/demo"
	"cloudsync/dev/layout"
	"cloudsync/dev/machine"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/setup"
	"cloudsync/dev/suite"
	"cloudsync/dev/temporalserver"
	"cloudsync/dev/with"
)

func newRoot() *cobra.Command {
	return commandline.Root("dev", "Run cloudsync on this machine: the demo, and servers for the tests",
		newDemo(), newSetup(), newWith(), newTest(), newClean())
}

func newDemo() *cobra.Command {
	var config string
	var limit time.Duration
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run MariaDB or MySQL, Temporal and the worker, and sync a mock cloud every few seconds",
		Args:  cobra.NoArgs,
		RunE: commandline.InCheckout(func(cmd *cobra.Command, l layout.Layout, _ []string) error {
			c := console.New(os.Stdout)
			app := demo.Application(l)
			build := app.Start(cmd.Context(), l)
			defer build.Stop()
			programs, err := setup.Servers(cmd.Context(), l, c)
			if err != nil {
				return err
			}
			return demo.Run(cmd.Context(), demo.Options{
				Layout: l, Console: c, Programs: programs, App: app, Build: build,
				Config: configOr(config, l), Rules: demo.Rules(l), For: limit,
			})
		}),
	}
	cmd.Flags().StringVar(&config, "config", "", "configuration file (default dev/demo.yaml)")
	cmd.Flags().DurationVar(&limit, "for", 0, "stop after this long, and fail unless a run of every kind finished")
	return cmd
}

func configOr(config string, l layout.Layout) string {
	if config == "" {
		return filepath.Join(l.Root, "dev", "demo.yaml")
	}
	if absolute, err := filepath.Abs(config); err == nil { // .dev/env is for any folder
		return absolute
	}
	return config
}

func newSetup() *cobra.Command {
	return &cobra.Command{
		Use:   "setup",
		Short: "Install or build what the demo and the tests need, and start nothing",
		Args:  cobra.NoArgs,
		RunE: commandline.InCheckout(func(cmd *cobra.Command, l layout.Layout, _ []string) error {
			c := console.New(os.Stdout)
			if err := setup.Compiler(cmd.Context(), machine.Local(), c); err != nil {
				return err
			}
			databases, err := setup.Databases(cmd.Context(), l, machine.Local(), c)
			if err != nil {
				return err
			}
			if err := setup.Consumers(cmd.Context(), machine.Local(), c); err != nil {
				return err
			}
			if err := setup.Browser(cmd.Context(), l, machine.Local(), c); err != nil {
				return err
			}
			temporal, err := temporalserver.Build(cmd.Context(), l, c)
			if err != nil {
				return err
			}
			for _, database := range databases {
				c.Printf("Ready: %s (%s)", database, database.Server)
			}
			c.Printf("Ready: Temporal (%s)", temporal)
			return nil
		}),
	}
}

func newTest() *cobra.Command {
	return &cobra.Command{
		Use:   "test",
		Short: "Run all tests, those that use a database on MariaDB and on MySQL",
		Long: "Run all tests, each of make's targets against throw-away servers of its own: those that use a\n" +
			"database on MariaDB and on MySQL, or on the server that " + mariadb.Variable + " names alone.",
		Args: cobra.NoArgs,
		RunE: commandline.InCheckout(func(cmd *cobra.Command, l layout.Layout, _ []string) error {
			c := console.New(os.Stderr)
			databases, err := setup.Databases(cmd.Context(), l, machine.Local(), c)
			if err != nil {
				return err
			}
			temporal, err := temporalserver.Build(cmd.Context(), l, c)
			if err != nil {
				return err
			}
			status, err := suite.Run(cmd.Context(), suite.Options{Layout: l, Console: c, Temporal: temporal, Databases: databases})
			return statusOf(status, err)
		}),
	}
}

// statusOf gives the exit status of a command that was run back as one's own.
func statusOf(status int, err error) error {
	if err == nil && status != 0 {
		return commandline.ExitStatus(status)
	}
	return err
}

func newWith() *cobra.Command {
	return &cobra.Command{
		Use:   "with -- COMMAND [ARGUMENT...]",
		Short: "Run a command against throw-away MariaDB or MySQL, and Temporal servers",
		Long: "Run a command against throw-away servers, a MariaDB and a Temporal, which it finds by the variables\n" +
			with.MySQLVariable + " (DSN of the root account) and " + with.TemporalVariable + " (host:port).\n" +
			mariadb.Variable + " chooses the first: " + mariadb.MariaDB + ", " + mariadb.MySQL + ", or the path of a server's program.",
		Args: cobra.MinimumNArgs(1),
		RunE: commandline.InCheckout(func(cmd *cobra.Command, l layout.Layout, args []string) error {
			c := console.New(os.Stderr)
			programs, err := setup.Servers(cmd.Context(), l, c)
			if err != nil {
				return err
			}
			status, err := with.Run(cmd.Context(), programs, c, args)
			return statusOf(status, err)
		}),
	}
}

func newClean() *cobra.Command {
	return &cobra.Command{
		Use:   "clean",
		Short: "Remove .dev with all that was built and the demo's data, unless something runs from it",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			l, err := layout.Find(".")
			if err != nil {
				return err
			}
			return clean.Run(l)
		},
	}
}
