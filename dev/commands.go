package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"cloudsync/cloud/mock"
	"cloudsync/dev/bench"
	"cloudsync/dev/benchindex"
	"cloudsync/dev/clean"
	"cloudsync/dev/console"
	"cloudsync/dev/demo"
	"cloudsync/dev/layout"
	"cloudsync/dev/machine"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/setup"
	"cloudsync/dev/suite"
	"cloudsync/dev/temporalserver"
	"cloudsync/dev/with"
	"cloudsync/starter/flagerror"
)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "dev",
		Short:         "Run cloudsync on this machine: the demo, and servers for the tests",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(flagerror.Wording(wantedForms))
	root.AddCommand(newDemo(), newSetup(), newWith(), newTest(), newBench(), newBenchIndex(), newClean())
	return root
}

// wantedForms say what to write as the value of a flag, by its type.
var wantedForms = map[string]string{
	"int":      "a whole number",
	"duration": "a time with its unit, such as 60s or 10m",
}

func newDemo() *cobra.Command {
	var config string
	var limit time.Duration
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run MariaDB or MySQL, Temporal and the worker, and sync a mock cloud every few seconds",
		Args:  cobra.NoArgs,
		RunE: inCheckout(func(cmd *cobra.Command, l layout.Layout, _ []string) error {
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
		RunE: inCheckout(func(cmd *cobra.Command, l layout.Layout, _ []string) error {
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
		RunE: inCheckout(func(cmd *cobra.Command, l layout.Layout, _ []string) error {
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
		return exitStatus(status)
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
		RunE: inCheckout(func(cmd *cobra.Command, l layout.Layout, args []string) error {
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

func newBench() *cobra.Command {
	var hosts, scopes int
	var edges, fair bool
	var format, plot, profiles string
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure whole runs beside what the same rows cost without this program",
		Args:  cobra.NoArgs,
		RunE: inCheckout(func(cmd *cobra.Command, l layout.Layout, _ []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			if hosts < 0 || hosts > mock.MaxHosts {
				return fmt.Errorf("cannot measure %d hosts: write 1 to %d, or 0 for all sizes", hosts, mock.MaxHosts)
			}
			plans := bench.Plans(hosts)
			if scopes != 0 {
				some, ok := bench.PlansOfScopes(scopes)
				if !ok || hosts != 0 {
					return fmt.Errorf("cannot measure %d scopes: write 2000 or 20000, without a number of hosts", scopes)
				}
				plans = some
			}
			if fair && hosts+scopes == 0 {
				plans = nil
			}
			c := console.New(os.Stderr)
			programs, err := setup.Servers(cmd.Context(), l, c)
			if err != nil {
				return err
			}
			return bench.Run(cmd.Context(), bench.Options{
				Layout: l, Console: c, Programs: programs, Plans: plans, Edges: edges || hosts+scopes == 0 && !fair, Fair: fair || hosts+scopes == 0,
				JSON: format == "json", Out: os.Stdout, Plot: plot, Profiles: profiles,
			})
		}),
	}
	cmd.Flags().IntVar(&hosts, "hosts", 0, "measure this many hosts only (default 10,000, 100,000 and 1,000,000); 10,000,000 beside 1,000,000")
	cmd.Flags().IntVar(&scopes, "scopes", 0, "measure 100,000 hosts in this many scopes only: 2000 or 20000")
	cmd.Flags().BoolVar(&edges, "edges", false, "measure several workers and a slow cloud, too (with --hosts or --scopes; else always)")
	cmd.Flags().BoolVar(&fair, "fair", false, "measure quick accounts beside a slow one, and nothing else that is not asked for")
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.Flags().StringVar(&plot, "plot", "", "draw a plot into this .svg or .png file")
	cmd.Flags().StringVar(&profiles, "profiles", "", "leave the worker's profiles of each case in this folder")
	return cmd
}

func newBenchIndex() *cobra.Command {
	var hosts int
	var format string
	cmd := &cobra.Command{
		Use:   "bench-index",
		Short: "Measure the server over the inventory beside the same questions in SQL",
		Args:  cobra.NoArgs,
		RunE: inCheckout(func(cmd *cobra.Command, l layout.Layout, _ []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			if hosts < benchindex.MinHosts || hosts > benchindex.MaxHosts {
				return fmt.Errorf("cannot measure %d hosts: write %d to %d", hosts, benchindex.MinHosts, benchindex.MaxHosts)
			}
			c := console.New(os.Stderr)
			database, err := setup.Database(cmd.Context(), l, machine.Local(), c)
			if err != nil {
				return err
			}
			return benchindex.Run(cmd.Context(), benchindex.Options{Layout: l, Console: c, Database: database, Hosts: hosts}, os.Stdout, format == "json")
		}),
	}
	cmd.Flags().IntVar(&hosts, "hosts", 1_000_000, "measure with this many hosts")
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}

// checkFormat refuses a format in which no benchmark writes.
func checkFormat(format string) error {
	if format != "table" && format != "json" {
		return fmt.Errorf("unknown format %q: write table or json", format)
	}
	return nil
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

// inCheckout runs a command that uses .dev/, which must not be removed meanwhile.
func inCheckout(run func(*cobra.Command, layout.Layout, []string) error) func(*cobra.Command, []string) error {
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
